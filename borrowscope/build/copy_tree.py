"""Copies a source tree for `instrument --out`: everything but build products and version control.

In: the user's root, a destination, what to leave out. Out: the copy on disk; files whose content is there already stay
as they are (their mtimes tell cargo what to rebuild), files that are gone from the source are removed.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = frozenset({".git", ".hg", ".svn", ".borrowscope"})


def copy_tree(source: Path, destination: Path, left_out: Collection[Path], kept: Collection[Path]) -> None:
    """Bring the destination to the source's state. `left_out` are source paths, `kept` paths that are ours.

    A linked folder that holds kept paths becomes a folder of its own: what is written there must not reach the user's.
    """
    own_folders = {folder for path in kept for folder in path.parents}
    _copy_folder(source, destination, _Choice(source, frozenset(left_out), frozenset(kept), frozenset(own_folders)))


@dataclass(frozen=True, slots=True)
class _Choice:
    root: Path
    left_out: frozenset[Path]
    kept: frozenset[Path]
    own_folders: frozenset[Path]


def _copy_folder(source: Path, destination: Path, choice: _Choice) -> None:
    destination.mkdir(parents=True, exist_ok=True)
    entries = {each.name: each for each in source.iterdir() if each.name not in LEFT_OUT}
    entries = {name: entry for name, entry in entries.items() if entry not in choice.left_out}
    for old in destination.iterdir():
        if old.name not in entries and old not in choice.kept:
            remove(old)
    for name, entry in entries.items():
        if destination / name not in choice.kept:
            _copy_entry(entry, destination / name, choice)


def _copy_entry(entry: Path, place: Path, choice: _Choice) -> None:
    if entry.is_symlink() and place not in choice.own_folders:
        _copy_link(entry, place, choice.root)
    elif entry.is_dir():
        if place.is_symlink() or place.is_file():
            remove(place)
        _copy_folder(entry, place, choice)
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


def _copy_link(entry: Path, place: Path, root: Path) -> None:
    """A link that stays inside the tree stays a link; others lead to the user's place, files are copied."""
    if not entry.exists():
        return
    target = entry.readlink()
    remove(place)
    if not target.is_absolute() and entry.resolve().is_relative_to(root.resolve()) and _is_unlinked(entry.parent, root):
        place.symlink_to(target)
    elif entry.is_file():
        shutil.copy2(entry, place)
    else:
        place.symlink_to(entry.resolve())


def _is_unlinked(folder: Path, root: Path) -> bool:
    """Whether no link leads from the root to the folder: then a relative link means the same in the copy."""
    return folder.resolve() == root.resolve() / folder.relative_to(root)
