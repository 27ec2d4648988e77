"""Fields in unsafe code of values whose type nobody knows.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.view import FileView, ProjectView


@rule("unresolved_field")
def unresolved_field(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each access."""
    for one in file.operations[OperationKind.UNION_READ]:
        if not one.is_resolved:
            yield of_operation(file, one)
