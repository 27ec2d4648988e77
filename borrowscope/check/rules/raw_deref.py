"""Dereferences of raw pointers.

In: a file. Out: one draft for each; `**pp` is two.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.view import FileView, ProjectView


@rule("raw_deref")
def raw_deref(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each dereference, named by what is followed."""
    for one in file.operations[OperationKind.RAW_DEREF]:
        if one.is_resolved:
            yield of_operation(file, one, text=file.text_of(one.span).removeprefix("*").strip())
