"""Calls of functions whose target features the caller lacks.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.view import FileView, ProjectView


@rule("target_feature_call")
def target_feature_call(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each call."""
    for one in file.operations[OperationKind.TARGET_FEATURE_CALL]:
        if one.is_resolved:
            yield of_operation(file, one)
