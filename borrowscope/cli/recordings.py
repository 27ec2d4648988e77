"""Which recording a reading command means: the one that is named, else the newest of the project here.

In: a path or None. Out: a `Recording`. Errors: `UsageError` where there is none, `InputError` where it is none.
"""

from __future__ import annotations

from pathlib import Path

from borrowscope.cli import terminal
from borrowscope.errors import BorrowScopeError, UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.trace.recording import Recording, load_recording

SUFFIX = ".bstrace"


def open_recording(named: Path | None) -> Recording:
    """Read the recording; what its reader has to say about it goes to stderr."""
    path = named or latest_recording(Path.cwd())
    if not path.exists():
        raise UsageError(f"no such recording: {path}", hint="`borrowscope run` and `borrowscope test` make them")
    recording = load_recording(path)
    for line in recording.notes:
        terminal.warn(line)
    return recording


def latest_recording(folder: Path) -> Path:
    """The newest recording of the project in the folder."""
    hint = "name one, or make one with `borrowscope run` or `borrowscope test`"
    above = next((place for place in (folder, *folder.parents) if (place / "Cargo.toml").is_file()), None)
    if above is None:
        raise UsageError("no recording is named, and here is no Cargo project whose latest could be read", hint=hint)
    try:
        recordings = load_project(above, CargoOptions(offline=True)).own_dir / "recordings"
    except BorrowScopeError as error:
        raise UsageError(f"the latest recording cannot be found: {error.message}", hint=hint) from error
    latest = recordings / "latest"
    if latest.exists():
        return latest.resolve()
    found = sorted(recordings.glob(f"*{SUFFIX}"))
    if not found:
        raise UsageError(f"no recording of the project in {above} yet", hint=hint)
    return found[-1]


def is_recording(word: str) -> bool:
    """Whether a word of the command line names a recording rather than a function."""
    path = Path(word)
    return word.endswith(SUFFIX) or word.rstrip("/").endswith(SUFFIX) or (path.is_dir() and "::" not in word)
