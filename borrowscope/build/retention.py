"""How much of the disk old recordings and builds may take, and what is deleted beyond that.

In: our directory and `Keep`. Out: what was deleted, with sizes. Two rules (README, "Where things lie"): of recordings
the newest stay; builds start afresh when they have grown beyond a limit, or three times what a first build took.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.directories import BUILD, write_atomically
from borrowscope.build.recording_folder import SUFFIX, is_ours
from borrowscope.project.single_file import cached_files

BUILT = (BUILD, "types", "untouched", "copy", "verify", "wrapper")
GROWTH = 3
_NOTEBOOK = "builds.json"
_PAUSE = 3600.0  # seconds between two looks at all that was built: there are many files


@dataclass(frozen=True, slots=True)
class Keep:
    """Limits: the number of recordings, and bytes of recordings and of builds; 0 is no limit."""

    recordings: int = 20
    recording_bytes: int = 10_000_000_000
    build_bytes: int = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted."""

    paths: tuple[Path, ...] = ()
    size: int = 0


def delete_old_recordings(recordings: Path, keep: Keep) -> Deleted:
    """Keep the newest recordings, and of those as many as have room; the very newest stays however large it is."""
    found = sorted(
        (path for path in recordings.glob(f"*{SUFFIX}") if path.is_dir() and not path.is_symlink()),
        key=lambda path: path.stat().st_mtime_ns,
        reverse=True,
    )
    sizes = {path: size_of(path) for path in found}
    room = keep.recording_bytes or sum(sizes.values())
    old = []
    for place, path in enumerate(found):
        room -= sizes[path]
        if place > 0 and ((keep.recordings and place >= keep.recordings) or room < 0) and _is_recording(path):
            old.append(path)
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return Deleted(tuple(old), sum(sizes[path] for path in old))


def delete_grown_builds(own: Path, keep: Keep) -> Deleted:
    """Delete all builds where they have grown too large; looks at them once an hour at most."""
    note = _read_note(own)
    if not keep.build_bytes or time.time() - note["looked"] < _PAUSE:
        return Deleted()
    built = [path for name in BUILT if (path := own / name).is_dir()]
    size = sum(size_of(path) for path in built)
    first = note["first"] or size
    is_grown = size > max(keep.build_bytes, GROWTH * first)
    _write_note(own, {"looked": time.time(), "first": 0 if is_grown else first})
    if not is_grown:
        return Deleted()
    for path in built:
        shutil.rmtree(path, ignore_errors=True)
    return Deleted(tuple(built), size)


def delete_lost_files() -> Deleted:
    """Delete what was built and recorded of single files that are no longer there."""
    # a folder that is gone as a whole may be a disk that is not there at the moment
    lost = [folder for file, folder in cached_files() if file.parent.is_dir() and not file.exists()]
    size = sum(size_of(path) for path in lost)
    for path in lost:
        shutil.rmtree(path, ignore_errors=True)
    return Deleted(tuple(lost), size)


def size_of(place: Path) -> int:
    """The bytes below a folder, or of a file; links count for themselves."""
    try:
        if place.is_symlink() or not place.is_dir():
            return place.lstat().st_size
        return sum(_sizes(place))
    except OSError:
        return 0


def _sizes(folder: Path) -> Iterator[int]:
    """Of every file; what vanishes meanwhile has none."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(Path(entry.path))
                else:
                    yield entry.stat(follow_symlinks=False).st_size
    except OSError:
        return


def _is_recording(path: Path) -> bool:
    """Whether we made all of it: what people have put there is theirs."""
    try:
        return all(is_ours(entry) for entry in path.iterdir())
    except OSError:
        return False


def _read_note(own: Path) -> dict[str, float]:
    try:
        note = json.loads((own / _NOTEBOOK).read_bytes())
        return {"looked": float(note["looked"]), "first": float(note["first"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"looked": 0.0, "first": 0.0}


def _write_note(own: Path, note: dict[str, float]) -> None:
    write_atomically(own / _NOTEBOOK, json.dumps(note).encode())
