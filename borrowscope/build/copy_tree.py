"""Copies a source tree for `instrument --out`: everything but build products and version control.

In: the user's root, a destination, what to leave out. Out: the copy on disk; files whose content is there already stay
as they are (their mtimes tell cargo what to rebuild), files that are gone from the source are removed.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Collection
from pathlib import Path

LEFT_OUT = frozenset({".git", ".hg", ".svn", ".borrowscope"})


def copy_tree(source: Path, destination: Path, left_out: Collection[Path], kept: Collection[Path]) -> None:
    """Bring the destination to the source's state. `left_out` are source paths, `kept` paths that are ours."""
    destination.mkdir(parents=True, exist_ok=True)
    entries = {entry.name: entry for entry in source.iterdir() if entry.name not in LEFT_OUT and entry not in left_out}
    for old in destination.iterdir():
        if old.name not in entries and old not in kept:
            remove(old)
    for name, entry in entries.items():
        place = destination / name
        if place in kept:
            continue
        if entry.is_symlink():
            _copy_link(entry, place, source)
        elif entry.is_dir():
            if place.is_symlink() or place.is_file():
                remove(place)
            copy_tree(entry, place, left_out, kept)
        elif entry.is_file():
            _copy_file(entry, place)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that it holds."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


def _copy_file(entry: Path, place: Path) -> None:
    if place.is_file() and not place.is_symlink() and filecmp.cmp(entry, place, shallow=False):
        return
    remove(place)
    shutil.copy2(entry, place)


def _copy_link(entry: Path, place: Path, folder: Path) -> None:
    """A link that stays inside the folder stays a link; others lead to the user's place, files are copied."""
    if not entry.exists():
        return
    target = entry.readlink()
    remove(place)
    if not target.is_absolute() and entry.resolve().is_relative_to(folder.resolve()):
        place.symlink_to(target)
    elif entry.is_file():
        shutil.copy2(entry, place)
    else:
        place.symlink_to(entry.resolve())
