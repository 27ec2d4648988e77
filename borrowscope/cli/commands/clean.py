"""`borrowscope clean`: deletes what we built and recorded, never anything else.

In: a project. Out: a list with sizes on stderr. Only folders that carry our CACHEDIR.TAG are touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.build.directories import CACHE_TAG
from borrowscope.cli import terminal
from borrowscope.cli.command import CARE, Command, Example
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.errors import UsageError
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions

UNITS = ("B", "kB", "MB", "GB", "TB")


@takes_cargo_flags(selection=False)
def clean(
    cargo: CargoOptions,
    path: Annotated[Path, typer.Argument(help="A crate, a workspace or one .rs file")] = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", metavar="", help="Only say what would be deleted")
    ] = False,
    keep_recordings: Annotated[bool, typer.Option("--keep-recordings", metavar="", help="Delete builds only")] = False,
) -> None:
    """Delete the builds and recordings below the target directory."""
    own = load_project(path, cargo).own_dir
    if not own.exists():
        terminal.note(f"nothing to delete: {own} does not exist")
        return
    if not _is_ours(own):
        raise UsageError(
            f"{own} does not look like ours: it has no CACHEDIR.TAG of BorrowScope", hint="delete it by hand"
        )
    total = 0
    for entry in _entries(own, keep_recordings=keep_recordings):
        size = _size(entry)
        total += size
        terminal.note(f"{'would delete' if dry_run else 'deleting'} {readable(size):>9}  {entry}")
        if not dry_run:
            _delete(entry)
    if not dry_run and not keep_recordings:
        _delete(own)
    terminal.note(f"{readable(total)} {'would be' if dry_run else 'were'} freed")


def readable(size: int) -> str:
    """A number of bytes for people."""
    amount = float(size)
    for unit in UNITS:
        if amount < 1000 or unit == UNITS[-1]:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{size} B"


def _is_ours(own: Path) -> bool:
    tag = own / "CACHEDIR.TAG"
    return tag.is_file() and tag.read_text(encoding="utf-8", errors="replace") == CACHE_TAG


def _entries(own: Path, *, keep_recordings: bool) -> Iterator[Path]:
    for entry in sorted(own.iterdir()):
        is_kept = entry.name == "CACHEDIR.TAG" or (keep_recordings and entry.name == "recordings")
        if not is_kept:
            yield entry


def _size(entry: Path) -> int:
    if entry.is_symlink() or not entry.is_dir():
        return entry.lstat().st_size
    return sum(one.lstat().st_size for one in entry.rglob("*") if not one.is_dir() or one.is_symlink())


def _delete(entry: Path) -> None:
    try:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    except OSError as error:
        raise UsageError(f"cannot delete {entry}: {error.strerror}") from error


COMMAND = Command(
    "clean",
    clean,
    CARE,
    (
        Example("borrowscope clean --dry-run", "what would be deleted, with sizes"),
        Example("borrowscope clean --keep-recordings", "builds only"),
    ),
)
