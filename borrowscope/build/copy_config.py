"""Cargo's configuration inside a copy: paths that leave the sources lead to the user's files.

In: a configuration's text and its place. Out: the new text. Paths that stay inside mean the same in the copy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

from borrowscope.build.manifest import Table, edit_manifest

FOLDER = ".cargo"
NAMES = ("config.toml", "config")

# Where paths stand; `*` is any key. Cargo takes them to be relative to the folder that holds `.cargo`.
PATHS = (
    ("paths",),
    ("patch", "*", "*", "path"),
    ("source", "*", "directory"),
    ("source", "*", "local-registry"),
    ("env", "*", "value"),
)
# These are names of programs where they hold no slash.
PROGRAMS = (
    ("target", "*", "linker"),
    ("target", "*", "runner"),
    ("build", "rustc"),
    ("build", "rustc-wrapper"),
    ("build", "rustdoc"),
)


class _Entry(NamedTuple):
    holder: Table
    key: str


def find_configurations(folders: Iterable[Path]) -> Iterator[Path]:
    """The configurations that cargo reads in the folders."""
    places = (folder / FOLDER / name for folder in folders for name in NAMES)
    return (place for place in places if place.is_file())


def with_outside_paths(text: str, place: Path, root: Path) -> str:
    """The configuration at `place` with absolute paths to whatever lies outside of the root."""

    def edit(document: Table) -> None:
        for keys in (*PATHS, *PROGRAMS):
            for entry in _entries(document, keys):
                _lead(entry, lambda path: _absolute(path, place.parent.parent, root), is_program=keys in PROGRAMS)

    return edit_manifest(text, place, edit)


def _lead(entry: _Entry, absolute: Callable[[str], str], *, is_program: bool) -> None:
    """Change the paths of one entry; of a program with its arguments only the program is one."""
    value = entry.holder[entry.key]
    if isinstance(value, str):
        if "/" in value or not is_program:
            entry.holder[entry.key] = absolute(value)
    elif isinstance(value, list):
        for index, each in enumerate(value[:1] if is_program else value):
            if isinstance(each, str) and ("/" in each or not is_program):
                value[index] = absolute(each)


def _entries(table: Table, keys: tuple[str, ...]) -> Iterator[_Entry]:
    first, *rest = keys
    for key in [*table] if first == "*" else [first]:
        found: Any = table.get(key)
        if found is None:
            continue
        if not rest:
            if key != "value" or table.get("relative") is True:
                yield _Entry(table, key)
        elif isinstance(found, MutableMapping):
            yield from _entries(found, tuple(rest))


def _absolute(path: str, folder: Path, root: Path) -> str:
    """Absolute where the path leads out of the root; a bare name never does."""
    target = Path(os.path.normpath(folder / path))
    return path if target.is_relative_to(root) else str(target)
