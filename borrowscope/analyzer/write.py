"""Writes `.borrowscope/type-info.json`: atomically, with stable key order, a `.gitignore` beside it.

In: a `TypeInfo` and the path. Out: the file. Errors: `OSError` of the file system, nothing half-written.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from borrowscope.analyzer.type_info import TypeInfo

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
        _write_atomically(path.parent / ".gitignore", "*\n")
    _write_atomically(path, render_type_info(info))


def _write_atomically(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
