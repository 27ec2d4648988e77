"""Borrows of RefCells that were refused: an attempt without an outcome, and who held the cell at that moment.

In: events in `seq` order. Out: `Refusal` values. A refusal is told only where the attempt was followed by a panic on
its thread or by nothing at all; who held the cell was observed and is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from borrowscope.trace.event import Event

OPERATIONS = frozenset({"borrow", "borrow_mut"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A name (of a guard or cell) and its line."""

    name: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"`{self.name}` ({self.file}:{self.line})"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused borrow: what was tried where, and the guards that were alive."""

    operation: str
    file: str
    line: int
    holders: tuple[Spot, ...]


@dataclass(slots=True)
class _Pending:
    event: Event
    holders: tuple[Spot, ...]


@dataclass(slots=True)
class Attempts:
    """Follows the attempts of every thread."""

    refusals: list[Refusal] = field(default_factory=list)
    _pending: dict[tuple[int, int], _Pending] = field(default_factory=dict)
    _held: dict[int, dict[int, Spot]] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take one event."""
        thread = (event.process, event.thread)
        pending = self._pending.pop(thread, None)
        if pending and is_refusal(pending.event, event):
            self._refuse(pending)
        if event.event == "Attempt" and event.owner is not None and event.fields.get("operation") in OPERATIONS:
            self._pending[thread] = _Pending(event, tuple(self._held.get(event.owner, {}).values()))
        elif event.event == "RefCellBorrow" and event.owner is not None and event.instance is not None:
            if event.fields.get("success"):
                spot = Spot(event.name or "a temporary", event.file or "?", event.line or 0)
                self._held.setdefault(event.owner, {})[event.instance] = spot
        elif event.event == "RefCellDrop" and event.owner is not None:
            self._held.get(event.owner, {}).pop(event.instance or 0, None)

    def finish(self) -> list[Refusal]:
        """All refusals; an attempt that was the last event of its thread is one while its cell was held."""
        for pending in self._pending.values():
            if pending.holders:
                self._refuse(pending)
        self._pending.clear()
        return self.refusals

    def _refuse(self, pending: _Pending) -> None:
        event = pending.event
        operation = str(event.fields["operation"])
        self.refusals.append(Refusal(operation, event.file or "?", event.line or 0, pending.holders))


def is_refusal(attempt: Event, after: Event) -> bool:
    """Whether the event that follows an attempt on its thread tells that it panicked."""
    if after.event == "RefCellBorrow" and after.owner == attempt.owner:
        return after.fields.get("success") is False
    return after.fields.get("cause") == "panic"
