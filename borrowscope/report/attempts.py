"""Attempts that came to nothing: borrows that were refused, locks and channels that somebody waited for in vain.

In: a recording. Out: `Refusal` values. A refusal is told only where the attempt was followed by a panic on
its thread or by nothing at all; who held the cell or lock was observed and is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

from borrowscope.trace.attempts import Attempt, failed_attempts
from borrowscope.trace.event import Event
from borrowscope.trace.events import events_at
from borrowscope.trace.recording import Recording
from borrowscope.trace.table import Table

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
    """One attempt that failed: what was tried where, and the guards that were alive."""

    operation: str
    file: str
    line: int
    holders: tuple[Spot, ...]


def find_refusals(recording: Recording) -> list[Refusal]:
    """Borrows of RefCells that were refused; one that was the last event of its thread is, if its cell was held."""
    found = _failed(recording.table, borrows=True)
    panicked = [one for one in found if not one.is_last]
    waiting = [one for one in found if one.is_last and one.holders]
    return _told(recording.table, [*panicked, *waiting])


def find_waits(recording: Recording) -> list[Refusal]:
    """Attempts at locks, channels and threads after which nothing happened on their thread."""
    return _told(recording.table, [one for one in _failed(recording.table, borrows=False) if one.is_last])


def _failed(table: Table, *, borrows: bool) -> list[Attempt]:
    shapes = ((word, table.shapes.of(word)) for word in table.word_counts)
    attempts = ((word, shape.fields or {}) for word, shape in shapes if shape.row.name == "Attempt")
    words = [word for word, fields in attempts if (fields.get("operation") in OPERATIONS) == borrows]
    return failed_attempts(table, words) if words else []


def _told(table: Table, attempts: list[Attempt]) -> list[Refusal]:
    events = events_at(table, (seq for one in attempts for seq in (one.seq, *one.holders)))
    return [
        Refusal(
            str(events[one.seq].fields.get("operation") or "an attempt"),
            events[one.seq].file or "?",
            events[one.seq].line or 0,
            tuple(_spot(events[seq]) for seq in one.holders),
        )
        for one in attempts
    ]


def _spot(event: Event) -> Spot:
    return Spot(event.name or "a temporary", event.file or "?", event.line or 0)


def is_refusal(attempt: Event, after: Event) -> bool:
    """Whether the event that follows an attempt on its thread tells that it panicked."""
    if after.event == "RefCellBorrow" and after.owner == attempt.owner:
        return after.fields.get("success") is False
    return after.fields.get("cause") == "panic"
