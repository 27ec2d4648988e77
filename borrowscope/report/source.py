"""The source that a recording was made from: from its `sources/`, else from the workspace if it is still the same.

In: a recording and a file's path. Out: text. Errors: `InputError` where the source is gone or has changed since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from borrowscope.errors import InputError
from borrowscope.trace.recording import Recording


def read_source(recording: Recording, file: str) -> str:
    """The text of a source file, as it was when the recording was made."""
    wanted = {one.sha256 for one in recording.files.values() if one.path == file}
    changed: Path | None = None
    for candidate in _candidates(recording.path, file):
        if not candidate.is_file():
            continue
        content = candidate.read_bytes()
        if not wanted or hashlib.sha256(content).hexdigest() in wanted:
            return content.decode("utf-8", "replace")
        changed = candidate
    if changed:
        raise InputError(f"{changed} has changed since the recording was made", hint="record again")
    raise InputError(f"the source of {file} is not in the recording", hint="run `borrowscope show` in the workspace")


def _candidates(recording: Path, file: str) -> Iterator[Path]:
    yield recording / "sources" / file
    for folder in (Path.cwd(), *recording.resolve().parents):
        yield folder / file
