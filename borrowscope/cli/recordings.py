"""Which recording a reading command means: the one that is named, else the newest of the project here.

In: a path or None. Out: a `Recording`. Errors: `UsageError` where there is none, `InputError` where it is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from borrowscope.cli import terminal
from borrowscope.errors import BorrowScopeError, UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.project.single_file import cached_files

if TYPE_CHECKING:
    from borrowscope.trace.recording import Recording

SUFFIX = ".bstrace"


def open_recording(named: Path | None) -> Recording:
    """Read the recording; what its reader has to say about it goes to stderr."""
    from borrowscope.trace.recording import load_recording  # noqa: PLC0415 - it takes numpy, which is slow to load

    path = named or latest_recording(Path.cwd())
    if not path.exists():
        raise UsageError(f"no such recording: {path}", hint="`borrowscope run` and `borrowscope test` make them")
    recording = load_recording(path)
    for line in recording.notes:
        terminal.warn(line)
    return recording


def latest_recording(folder: Path) -> Path:
    """The newest recording of the project in the folder, or of a single file that lies in it."""
    hint = "name one, or make one with `borrowscope run` or `borrowscope test`"
    above = next((place for place in (folder, *folder.parents) if (place / "Cargo.toml").is_file()), None)
    found = list(_of_single_files(folder))
    if above is not None:
        try:
            found.append(load_project(above, CargoOptions(offline=True)).own_dir / "recordings" / "latest")
        except BorrowScopeError as error:
            raise UsageError(f"the latest recording cannot be found: {error.message}", hint=hint) from error
    there = [latest.resolve() for latest in found if latest.exists()]
    if not there:
        raise UsageError(f"no recording is named, and there is none of {above or folder} yet", hint=hint)
    return max(there, key=lambda path: path.stat().st_mtime_ns)


def _of_single_files(folder: Path) -> Iterator[Path]:
    """The `latest` of every single file in the folder that was ever run: its generated manifest names the file."""
    for file, place in cached_files():
        if file.parent == folder.resolve():
            yield place / "target" / "borrowscope" / "recordings" / "latest"


def is_recording(word: str) -> bool:
    """Whether a word of the command line names a recording rather than a function."""
    path = Path(word)
    return word.endswith(SUFFIX) or word.rstrip("/").endswith(SUFFIX) or (path.is_dir() and "::" not in word)
