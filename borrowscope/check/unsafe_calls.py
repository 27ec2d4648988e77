"""Which rule an unsafe call belongs to: exactly one of those that speak of unsafe calls.

In: a file. Out: its calls by `Callee`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.analyzer.unsafety.transmutes import TRANSMUTES
from borrowscope.check.view import FileView


class Callee(Enum):
    """What an unsafe call leads to."""

    UNKNOWN = auto()
    FOREIGN_POINTER = auto()
    POINTER = auto()
    TRANSMUTE = auto()
    TRAIT = auto()
    FUNCTION = auto()


def unsafe_calls(file: FileView, callee: Callee) -> Iterator[Operation]:
    """The calls that lead there."""
    return (one for one in file.operations[OperationKind.UNSAFE_CALL] if callee_of(one) is callee)


def callee_of(call: Operation) -> Callee:
    """What a call leads to."""
    if call.pointer is not None:
        return Callee.FOREIGN_POINTER if "extern" in call.pointer else Callee.POINTER
    if not call.is_resolved or call.target is None:
        return Callee.UNKNOWN
    if call.target in TRANSMUTES:
        return Callee.TRANSMUTE
    return Callee.TRAIT if call.is_trait else Callee.FUNCTION
