"""Inline assembly.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.view import FileView, ProjectView


@rule("inline_asm")
def inline_asm(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each `asm!`."""
    for one in file.operations[OperationKind.INLINE_ASM]:
        if one.is_resolved:
            yield of_operation(file, one)
