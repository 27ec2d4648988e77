"""The mirror of the source tree: rewritten files stand where the user's stand, everything else is a link to the user's.

In: the files with their new texts, and a directory. Out: the mirror on disk, below it the user's absolute paths.
A file is written only when its text changes: its mtime tells cargo what to rebuild. Traced files are never links,
since a link back to the user's older file would look unchanged to cargo.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from borrowscope.build.directories import write_if_changed
from borrowscope.build.text_includes import included_files
from borrowscope.project.model import Project

UNMIRRORED = frozenset({".git", ".hg", ".svn"})


class MirroredFile(NamedTuple):
    """A file of the user's: its text, and the text that stands in the mirror."""

    source: bytes
    text: bytes


Files = Mapping[Path, MirroredFile]


@dataclass(frozen=True, slots=True)
class Mirror:
    """A mirror's directory; `place` says where a path of the user's stands in it."""

    root: Path

    def place(self, path: Path) -> Path:
        """The mirrored path: the whole absolute path below the mirror's root."""
        return self.root / path.relative_to(path.anchor)


def update_mirror(mirror: Mirror, files: Files, project: Project) -> list[Path]:
    """Bring the mirror to the state of the files; the files whose text has changed."""
    mirror.root.mkdir(parents=True, exist_ok=True)
    bases = _bases(project)
    folders = {folder for path in files for folder in path.parents if _is_below_any(folder, bases)}
    for folder in sorted(folders):
        _make_folder(mirror.place(folder))
    for folder in sorted(folders):
        _mirror_entries(mirror, folder, folders, files, project.target_dir)
    _link_outside(mirror, files, folders)
    return [path for path, file in files.items() if write_if_changed(mirror.place(path), file.text)]


def _bases(project: Project) -> list[Path]:
    """The directories whose content is mirrored: the workspace, and members that lie outside of it."""
    outside = [package.root for package in project.packages if not package.root.is_relative_to(project.workspace_root)]
    return [project.workspace_root, *outside]


def _is_below_any(path: Path, bases: Iterable[Path]) -> bool:
    return any(path.is_relative_to(base) for base in bases)


def _make_folder(place: Path) -> None:
    if place.is_symlink() or place.is_file():
        place.unlink()
    place.mkdir(parents=True, exist_ok=True)


def _mirror_entries(mirror: Mirror, folder: Path, folders: set[Path], files: Files, target_dir: Path) -> None:
    """Link what the user's folder holds beside traced files and folders; take out what is no longer there."""
    place = mirror.place(folder)
    entries = {entry.name: entry for entry in folder.iterdir() if entry.name not in UNMIRRORED}
    for old in place.iterdir():
        if old.name not in entries:
            _remove(old)
    for name, entry in entries.items():
        if entry in files or entry in folders or entry == target_dir:
            continue
        link = place / name
        if link.is_symlink() and link.readlink() == entry:
            continue
        if _is_earlier_text(link, entry):
            write_if_changed(link, entry.read_bytes())
            continue
        _remove(link)
        link.symlink_to(entry)


def _is_earlier_text(place: Path, entry: Path) -> bool:
    """A traced file of another run, not of this one: it stays a file, with the user's text."""
    return entry.suffix == ".rs" and place.is_file() and not place.is_symlink() and entry.is_file()


def _link_outside(mirror: Mirror, files: Files, folders: set[Path]) -> None:
    """Link the files that includes of traced files name outside of the mirrored folders."""
    for path, file in files.items():
        if b"include" not in file.source:
            continue
        for named in included_files(file.source, path.parent):
            target = named.resolve()
            if target in files or not target.is_file() or any(parent in folders for parent in target.parents):
                continue
            link = mirror.place(target)
            if not link.exists():
                _remove(link)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(target)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
