"""The directory below the target directory that everything we build lives in.

In: a project. Out: its paths, made on first use and marked with CACHEDIR.TAG; a lock that runs hold one at a time.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from borrowscope.errors import UsageError

BUILD = "build"
"""Below our directory: the target directory of all that we build and check, so that dependencies are there once."""

LOCK = "lock"
CACHE_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# This directory is a cache of BorrowScope; it can be deleted.\n"
)


def prepare_directory(own: Path) -> Path:
    """Make our directory with its CACHEDIR.TAG; `UsageError` where it cannot be written."""
    try:
        own.mkdir(parents=True, exist_ok=True)
        tag = own / "CACHEDIR.TAG"
        if not tag.exists():
            tag.write_text(CACHE_TAG, encoding="utf-8")
        if not os.access(own, os.W_OK):
            raise PermissionError(13, os.strerror(13))
    except OSError as error:
        raise UsageError(
            f"cannot write {own}: {error.strerror}", hint="name another place with --target-dir"
        ) from error
    return own


@contextmanager
def locked(own: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the directory's lock; `waiting` is called once if somebody else holds it."""
    while True:
        descriptor = _open_lock(own)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting is not None:
                    waiting()
                    waiting = None
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_current(descriptor, own):
                yield
                return
        finally:
            os.close(descriptor)


@contextmanager
def locked_if_free(own: Path) -> Iterator[bool]:
    """Hold the directory's lock if nobody else does; whether it is so."""
    descriptor = _open_lock(own)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_held = _is_current(descriptor, own)
        except BlockingIOError:
            is_held = False
        yield is_held
    finally:
        os.close(descriptor)


def _open_lock(own: Path) -> int:
    return os.open(prepare_directory(own) / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _is_current(descriptor: int, own: Path) -> bool:
    """Whether the file that is locked is still the one that others find: `clean` deletes it."""
    try:
        return os.path.samestat(os.fstat(descriptor), (own / LOCK).stat())
    except OSError:
        return False


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file unless it holds the content already (its mtime tells cargo what to rebuild); whether it was."""
    try:
        if not path.is_symlink() and path.read_bytes() == content:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        path.unlink()
    write_atomically(path, content)
    return True


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old content or the new one, never half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
