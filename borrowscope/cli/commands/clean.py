"""`borrowscope clean`: deletes what we built and recorded, never anything else.

In: a project, or the user's cache directory. Out: a list with sizes on stderr. Only folders that carry our CACHEDIR.TAG
are touched, and entries of our own folder in the user's cache.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.build.directories import CACHE_TAG, LOCK, locked
from borrowscope.build.recording_folder import SUFFIX
from borrowscope.build.retention import size_of
from borrowscope.cli import terminal
from borrowscope.cli.command import CARE, Command, Example
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.sizes import readable
from borrowscope.errors import UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.project.single_file import cache_directory, cached_files

RECORDINGS = "recordings"
TAG = "CACHEDIR.TAG"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be deleted, and what it is."""

    path: Path
    what: str


@takes_cargo_flags(selection=False)
def clean(
    cargo: CargoOptions,
    path: Annotated[Path, typer.Argument(help="A crate, a workspace or one .rs file")] = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", metavar="", help="Only say what would be deleted")
    ] = False,
    keep_recordings: Annotated[bool, typer.Option("--keep-recordings", metavar="", help="Delete builds only")] = False,
    cache: Annotated[
        bool,
        typer.Option("--cache", metavar="", help="What lies in your cache directory instead: all single .rs files"),
    ] = False,
) -> None:
    """Delete the builds and recordings below the target directory."""
    if cache:
        _clean_cache(dry_run=dry_run, keep_recordings=keep_recordings)
        return
    own = load_project(path, cargo).own_dir
    if not own.exists():
        terminal.note(f"nothing to delete: {own} does not exist")
        return
    if not _is_ours(own):
        raise UsageError(f"{own} does not look like ours: it has no {TAG} of BorrowScope", hint="delete it by hand")
    if dry_run:
        _list(list(_entries(own, keep_recordings=keep_recordings)))
        return
    with locked(own, lambda: terminal.note("waiting for another run of this project to end")):
        _delete_all(list(_entries(own, keep_recordings=keep_recordings)))
        if not keep_recordings:
            _delete(own)


def _clean_cache(*, dry_run: bool, keep_recordings: bool) -> None:
    entries = [
        Entry(each, f"single file {file}")
        for file, folder in cached_files()
        for each in ([folder] if not keep_recordings else _built_of(folder))
    ]
    tools = cache_directory() / "tools"
    entries += [Entry(tools, "runtime and wrappers, compiled")] if tools.is_dir() else []
    if not entries:
        terminal.note(f"nothing to delete: {cache_directory()} holds nothing of ours")
        return
    if dry_run:
        _list(entries)
    else:
        _delete_all(entries)


def _built_of(folder: Path) -> list[Path]:
    own = folder / "target" / "borrowscope"
    return [entry.path for entry in _entries(own, keep_recordings=True)] if own.is_dir() else []


def _is_ours(own: Path) -> bool:
    tag = own / TAG
    return tag.is_file() and tag.read_text(encoding="utf-8", errors="replace") == CACHE_TAG


def _entries(own: Path, *, keep_recordings: bool) -> Iterator[Entry]:
    """What our directory holds; recordings one by one, the lock and the tag last of all with the directory."""
    for path in sorted(own.iterdir()):
        if path.name == RECORDINGS and path.is_dir():
            if not keep_recordings:
                yield from (Entry(each, "recording") for each in sorted(path.glob(f"*{SUFFIX}")))
        elif path.name not in {TAG, LOCK}:
            yield Entry(path, "build")


def _list(entries: Sequence[Entry]) -> None:
    sizes = [size_of(entry.path) for entry in entries]
    for entry, size in zip(entries, sizes, strict=True):
        terminal.note(f"would delete {readable(size):>9}  {entry.path}  ({entry.what})")
    terminal.note(f"{readable(sum(sizes))} would be freed")


def _delete_all(entries: Sequence[Entry]) -> None:
    total = 0
    for entry in entries:
        size = size_of(entry.path)
        terminal.note(f"deleting {readable(size):>9}  {entry.path}  ({entry.what})")
        _delete(entry.path)
        total += size
    terminal.note(f"{readable(total)} were freed")


def _delete(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        raise UsageError(f"cannot delete {error.filename or path}: {error.strerror}") from error


COMMAND = Command(
    "clean",
    clean,
    CARE,
    (
        Example("borrowscope clean --dry-run", "what would be deleted, with sizes"),
        Example("borrowscope clean --keep-recordings", "builds only"),
        Example("borrowscope clean --cache", "what single .rs files have left in the cache directory"),
    ),
)
