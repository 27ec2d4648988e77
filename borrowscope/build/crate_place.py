"""Where the runtime crate may be written by itself, and how a manifest names it there.

In: the folder that the user names. Out: the folder, resolved; a line for `[dependencies]`. Errors: `UsageError` among a
package's sources, for a folder that holds something else, and where nothing can be written.
"""

from __future__ import annotations

import os
from pathlib import Path

from borrowscope.build.manifest import literal
from borrowscope.errors import UsageError
from borrowscope.runtime.generate import CRATE, ORIGIN

SOURCE_FOLDERS = ("src", "tests", "examples", "benches")


def check_crate_place(out: Path) -> Path:
    """The folder, resolved; refused before anything is written where it must not be written.

    Beside a package's manifest is fine, as the crate is there to be depended on.
    """
    place = out.resolve()
    if place.exists() and not place.is_dir():
        raise UsageError(f"--out {out} is a file", hint="name a new folder")
    for package in place.parents:
        if (package / "Cargo.toml").is_file() and place.relative_to(package).parts[0] in SOURCE_FOLDERS:
            raise UsageError(
                f"--out {out} lies inside the sources of {package}", hint="name a folder beside its Cargo.toml"
            )
    if place.is_dir() and any(place.iterdir()) and not _is_ours(place):
        raise UsageError(
            f"--out {out} is not empty and no runtime crate of ours", hint="name a new folder, or empty it"
        )
    existing = next(parent for parent in place.parents if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise UsageError(f"cannot write {existing}", hint="name another place with --out")
    return place


def _is_ours(place: Path) -> bool:
    """Whether a crate that stood alone was written there; the one inside a copy belongs to the copy."""
    try:
        is_written = (place / "Cargo.toml").read_text(encoding="utf-8").startswith(ORIGIN)
        return is_written and not (place / "src/sites.json").exists()
    except (OSError, UnicodeDecodeError):
        return False


def dependency_line(place: Path) -> str:
    """The entry that makes the crate a dependency of a package in the current folder."""
    here = Path.cwd()
    path = Path(os.path.relpath(place, here)) if place.is_relative_to(here) else place
    return f'{CRATE} = {{ path = {literal(path.as_posix())}, features = ["track"] }}'
