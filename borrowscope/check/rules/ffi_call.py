"""Calls of foreign functions: items of `extern` blocks, however they are imported or renamed.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.view import FileView, ProjectView


@rule("ffi_call")
def ffi_call(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each call."""
    for one in file.operations[OperationKind.FFI_CALL]:
        if one.is_resolved:
            yield of_operation(file, one)
