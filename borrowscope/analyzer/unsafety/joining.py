"""Joins the unsafe operations that the text tells with the calls that the compiler resolved.

In: both sources' facts of a file. Out: the operations; where the compiler names what a call reaches, it says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.unsafety.operations import Operation

if TYPE_CHECKING:
    from borrowscope.analyzer.facts import CallFact, FileFacts


def known_operations(rustc: FileFacts, static: FileFacts) -> list[Operation]:
    """The operations of a file."""
    calls = {call.span: call for call in rustc.calls}
    return [_joined(operation, calls.get(operation.span)) for operation in static.operations]


def _joined(operation: Operation, call: CallFact | None) -> Operation:
    if call is None or operation.target is None:
        return operation
    is_same = parse_callee(call.callee).path.rpartition("::")[2] == operation.target.rpartition("::")[2]
    return replace(operation, source="rustc") if is_same else operation
