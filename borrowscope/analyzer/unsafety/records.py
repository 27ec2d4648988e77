"""Unsafe operations as records of type-info.json.

In: the operations of a file. Out: `UnsafeOperation`, in source order; what nobody could resolve is none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from borrowscope.analyzer.type_info import UnsafeOperation
from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.text.span import LineIndex


def operation_records(operations: Iterable[Operation], file: str, lines: LineIndex) -> Iterator[UnsafeOperation]:
    """The records of one file."""
    found = [operation for operation in operations if operation.is_resolved]
    for operation in sorted(found, key=lambda one: (one.at, one.span.end, one.kind)):
        line, column = lines.byte_column(operation.at)
        yield UnsafeOperation(
            kind=operation.kind.value,
            target=operation.target,
            file=file,
            line=line,
            column=column,
            inside=(operation.inside.start, operation.inside.end) if operation.inside is not None else None,
            in_macro=operation.in_macro,
            source=operation.source,
        )
