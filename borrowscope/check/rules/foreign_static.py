"""Foreign statics that are used.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.view import FileView, ProjectView


@rule("foreign_static")
def foreign_static(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each use."""
    for one in file.operations[OperationKind.EXTERN_STATIC]:
        if one.is_resolved:
            yield of_operation(file, one)
