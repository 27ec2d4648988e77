"""Unions without `repr(C)` that are made with one field and read by another.

In: the project. Out: one draft for each such read; a field that some code writes is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView, nodes_of


@rule("union_transmute")
def union_transmute(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each read of a field that is never written."""
    if not file.operations[OperationKind.UNION_READ]:
        return
    written = written_fields(project)
    for one in file.operations[OperationKind.UNION_READ]:
        path, _, field = (one.target or "").rpartition("::")
        union = project.unions.get(path)
        if union is None or "C" in (union.repr or "") or "transparent" in (union.repr or ""):
            continue
        names = written.get(union.name, set())
        if names and field not in names:
            yield at_place(one.span, one.target, written=f"{path}::{min(names)}")


def written_fields(project: ProjectView) -> dict[str, set[str]]:
    """By name of a union: the fields that expressions `Union { field: .. }` and assignments `x.field = ..` write."""
    known = project.written_union_fields
    if known is None:
        known = project.written_union_fields = defaultdict(set)
        unions = {union.name: {field.name for field in union.fields} for union in project.unions.values()}
        for file in project.files:
            for name, field in _writes(file, unions):
                known[name].add(field)
    return known


def _writes(file: FileView, unions: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    for union, fields in unions.items():
        for node in nodes_of(file, "struct_expression", union.encode()):
            name, body = node.field("name"), node.field("body")
            if name is None or body is None or name.text.partition("::<")[0].rpartition("::")[2] != union:
                continue
            for part in body.named:
                label = part.field("field") or part.field("name") or part
                if label.text in fields:
                    yield union, label.text
        for field in fields:
            for node in nodes_of(file, "assignment_expression", field.encode()):
                left = node.field("left")
                if left is not None and left.text.rpartition(".")[2].strip() == field:
                    yield union, field
