"""Places the generated runtime crate where a build finds it, and says what its manifest says.

In: our directory or a copy's. Out: the crate on disk; files that have not changed keep their mtimes.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from borrowscope.build.directories import write_if_changed
from borrowscope.runtime.generate import runtime_files


def place_runtime(place: Path, *, active_file: Path | None, sites_json: str | None, by_hand: bool = True) -> None:
    """Write the crate's files; those of an older version that are no longer there are removed."""
    files = runtime_files(active_file=active_file, sites_json=sites_json, by_hand=by_hand)
    for name, text in files.items():
        write_if_changed(place / name, text.encode())
    for old in place.rglob("*"):
        if old.is_file() and old.relative_to(place).as_posix() not in files:
            old.unlink()


def overlay_runtime(own: Path, active_file: Path) -> tuple[Path, str]:
    """The runtime of an overlay, in a directory that its content names, and that content's digest."""
    files = runtime_files(active_file=active_file, sites_json=None)
    digest = hashlib.sha256()
    for name, text in files.items():
        digest.update(f"{name}\0{text}\0".encode())
    place = own / "runtime" / digest.hexdigest()[:16]
    place_runtime(place, active_file=active_file, sites_json=None)
    return place, digest.hexdigest()


def runtime_edition() -> str:
    """The edition that the runtime is written in."""
    return str(_package()["edition"])


def runtime_version() -> str:
    """The version in the runtime's manifest."""
    return str(_package()["version"])


@cache
def _package() -> dict[str, Any]:
    package: dict[str, Any] = tomllib.loads(runtime_files(active_file=None, sites_json=None)["Cargo.toml"])["package"]
    return package
