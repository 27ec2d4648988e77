"""Unsafe operations as plain rows, for what is remembered between runs.

In: operations. Out: rows of JSON values, and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from borrowscope.analyzer.unsafety.operations import Enclosure, Operation, OperationKind
from borrowscope.text.span import Span


def operation_rows(operations: Iterable[Operation]) -> list[list[Any]]:
    """One row for each."""
    return [
        [
            one.kind,
            one.span.start,
            one.span.end,
            one.at,
            one.target,
            one.inside,
            one.enclosure,
            one.in_macro,
            one.is_resolved,
            one.is_inactive,
            one.pointer,
            one.is_trait,
        ]
        for one in operations
    ]


def operations_of(rows: Iterable[Sequence[Any]]) -> list[Operation]:
    """The operations of the rows."""
    return [
        Operation(
            OperationKind(kind),
            Span(start, end),
            at,
            target,
            Span(*inside) if inside is not None else None,
            Enclosure(enclosure) if enclosure is not None else None,
            in_macro,
            is_resolved,
            is_inactive,
            *further,
        )
        for kind, start, end, at, target, inside, enclosure, in_macro, is_resolved, is_inactive, *further in rows
    ]
