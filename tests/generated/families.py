"""Which events generated programs tell beside bindings and control flow, and whether anything records them yet.

In: nothing, this is a table. Out: `OPERATIONS`; `is_recorded` asks the table of the runtime's functions.
"""

from __future__ import annotations

from dataclasses import dataclass

from borrowscope.tables.trackers import TRACKERS


@dataclass(frozen=True, slots=True)
class Operation:
    """How a program tells one event: `op EVENT BINDING`, the binding being this party, and these fields."""

    party: str = "owner"
    fields: tuple[str, ...] = ()
    is_named: bool = False  # only events of bindings: a program does not tell all others


OPERATIONS: dict[str, Operation] = {
    "Borrow": Operation(fields=("mutable",), is_named=True),
    "ClosureCapture": Operation("instance", fields=("capture_mode",)),
    "CellGet": Operation(),
    "CellSet": Operation(),
    "OnceCellSet": Operation(fields=("success",)),
    "OnceCellGet": Operation(fields=("was_initialized",)),
    "OnceCellGetOrInit": Operation(fields=("was_initialized",)),
    "ThreadJoin": Operation(),
    "ChannelSend": Operation(),
    "ChannelRecv": Operation(fields=("success",)),
    "WeakUpgrade": Operation(fields=("success",)),
    "Unwrap": Operation(fields=("method",)),
}
_TOLD = frozenset(event for row in TRACKERS for event in (row.event, row.end))


def is_recorded(event: str) -> bool:
    """Whether generated code can record the event."""
    return event in _TOLD
