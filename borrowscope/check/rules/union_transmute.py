"""Unions without `repr(C)` that are taken for other bytes: written by one field and read by another, or transmuted.

In: the project. Out: one draft for each such read (a field that some code writes is none) and for each transmute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView

_LAID_OUT = re.compile(r"\brepr\s*\([^)]*\b(?:C|transparent)\b")


@rule("union_transmute")
def union_transmute(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each read of a field that is never written, and each transmute of or to such a union."""
    yield from _reads(project, file)
    for one in file.operations[OperationKind.UNSAFE_CALL]:
        types = (one.transmute.source, one.transmute.target) if one.transmute is not None else ()
        for ty in types:
            path = _path(file, ty) if ty is not None else None
            if path is not None and _is_open(project, path):
                yield at_place(one.span, path, union=path, said="it is transmuted")


def _reads(project: ProjectView, file: FileView) -> Iterator[Draft]:
    for one in file.operations[OperationKind.UNION_READ]:
        path, _, field = (one.target or "").rpartition("::")
        if not path or not _is_open(project, path):
            continue
        names = project.written_union_fields.get(path, set())
        if names and field not in names:
            yield at_place(
                one.span,
                one.target,
                union=path,
                said=f"`{one.target}` is read where `{path}::{min(names)}` was written",
            )


def _is_open(project: ProjectView, path: str) -> bool:
    """Whether it is a union of the project of whose layout nothing is promised."""
    representation = project.lookup.union_attributes(path) if project.lookup is not None else None
    return representation is not None and _LAID_OUT.search(representation) is None


def _path(file: FileView, ty: str) -> str:
    """The path of a type of the file's crate, as it is printed there."""
    name = ty.partition("<")[0].removesuffix("::")
    return f"{file.tree.text.crate}::{name}"
