"""Names in unsafe code that look like statics and lead nowhere.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.view import FileView, ProjectView


@rule("unresolved_static")
def unresolved_static(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each name."""
    for one in file.operations[OperationKind.STATIC_MUT]:
        if not one.is_resolved or one.target is None:
            yield of_operation(file, one)
