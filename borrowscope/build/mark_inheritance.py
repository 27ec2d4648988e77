"""Marks on `mod x;`: the functions of the module's own file, and of the files below it, inherit them.

In: the files of one crate with their marks. Out: what each file inherits from outside of itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from borrowscope.rewrite.choice import TraceOptions
from borrowscope.rewrite.marks import Marks


def inherited_marks(files: Iterable[tuple[Path, str, Marks]]) -> dict[Path, TraceOptions]:
    """The nearest mark of a module around each file; `files` are the paths, module paths and marks of one crate."""
    files = list(files)
    marked = {
        f"{module_path}::{inner}": options
        for _, module_path, marks in files
        for inner, options in marks.modules.items()
    }
    found = ((path, _nearest(module_path, marked)) for path, module_path, _ in files) if marked else ()
    return {path: options for path, options in found if options is not None}


def _nearest(module_path: str, marked: dict[str, TraceOptions]) -> TraceOptions | None:
    around = module_path
    while around and around not in marked:
        around = around.rpartition("::")[0]
    return marked.get(around)
