"""Reads of union fields, by expressions or by patterns.

In: a file. Out: its operations of one sort.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.check.places import is_in_pattern
from borrowscope.check.view import FileView


def union_reads(file: FileView, *, in_pattern: bool) -> Iterator[Operation]:
    """The reads that patterns make, or those that expressions make."""
    for one in file.operations[OperationKind.UNION_READ]:
        if one.is_resolved and is_in_pattern(file.node_at(one.span), one.span) is in_pattern:
            yield one
