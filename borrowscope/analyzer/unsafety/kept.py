"""Unsafe operations as plain rows, for what is remembered between runs.

In: operations. Out: rows of JSON values, and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from borrowscope.analyzer.unbuilt import Unbuilt
from borrowscope.analyzer.unsafety.operations import Bytes, Enclosure, Operation, OperationKind, Transmute
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
            one.source,
            one.transmute,
            one.callbacks,
            one.unbuilt,
        ]
        for one in operations
    ]


def operations_of(rows: Iterable[Sequence[Any]]) -> list[Operation]:
    """The operations of the rows."""
    return [_operation(*row) for row in rows]


def _operation(kind: str, start: int, end: int, at: int, target: str | None, *rest: Any) -> Operation:
    inside, enclosure, in_macro, is_resolved, is_inactive, pointer, is_trait, source, *last = rest
    transmute, callbacks, unbuilt = last
    return Operation(
        OperationKind(kind),
        Span(start, end),
        at,
        target,
        Span(*inside) if inside is not None else None,
        Enclosure(enclosure) if enclosure is not None else None,
        in_macro,
        is_resolved,
        is_inactive,
        pointer,
        is_trait,
        source,
        _transmute(transmute),
        tuple(Span(*span) for span in callbacks),
        Unbuilt(*unbuilt) if unbuilt is not None else None,
    )


def _transmute(row: Sequence[Any] | None) -> Transmute | None:
    if row is None:
        return None
    source, target, sizes, pointees, counts_elements = row
    return Transmute(source, target, _bytes(sizes), _bytes(pointees) if pointees else None, counts_elements)


def _bytes(rows: Sequence[Sequence[int | None]]) -> tuple[Bytes, Bytes]:
    first, second = rows
    return Bytes(*first), Bytes(*second)
