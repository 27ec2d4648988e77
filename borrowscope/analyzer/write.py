"""Writes `.borrowscope/type-info.json`: atomically, with stable key order, a `.gitignore` beside it.

In: a `TypeInfo` and the path. Out: the file. Errors: `OSError` of the file system, nothing half-written.
"""

from __future__ import annotations

from pathlib import Path

from borrowscope.analyzer.type_info import TypeInfo
from borrowscope.text.whole_file import whole_file

FOLDER = ".borrowscope"
FILE = "type-info.json"


def default_path(root: Path) -> Path:
    """Where `borrowscope analyze` writes unless it is told otherwise."""
    return root / FOLDER / FILE


def render_type_info(info: TypeInfo) -> str:
    """The file's text."""
    return info.model_dump_json(indent=1) + "\n"


def write_type_info(info: TypeInfo, path: Path) -> None:
    """Write the file; in a folder `.borrowscope` with a `.gitignore` that hides all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.name == FOLDER and not (path.parent / ".gitignore").exists():
        _write(path.parent / ".gitignore", "*\n")
    _write(path, render_type_info(info))


def _write(path: Path, text: str) -> None:
    with whole_file(path) as stream:
        stream.write(text)
