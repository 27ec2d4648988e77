"""What happened beside births and ends: loops and their turns, guards and how long they were held, unsafe operations.

In: a recording. Out: small values, the largest first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from borrowscope.report.lives import is_end_recorded
from borrowscope.report.places import Place, place_of
from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import Group
from borrowscope.trace.recording import Recording
from borrowscope.trace.shapes import Shape
from borrowscope.trace.table import Table
from borrowscope.trace.tallies import finished_sites, held_guards

UNTOLD = frozenset({"UnsafeBlockExit"})
NAMES = ("fn_name", "union_name", "to_type", "ptr_type")  # fields that say what an unsafe operation reached


@dataclass(frozen=True, slots=True)
class LoopUse:
    """One loop: how often it began, and how often its body ran in all."""

    place: Place | None
    runs: int
    turns: int


@dataclass(frozen=True, slots=True)
class GuardUse:
    """Guards of one line: of what, how many, and how long one was held at most, or until the recording's end."""

    what: str
    name: str
    place: Place | None
    count: int
    longest_ns: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class UnsafeUse:
    """Unsafe operations of one kind on one line. `what` is the variant, `name` what it reached."""

    what: str
    name: str | None
    place: Place | None
    count: int


def find_loops(table: Table) -> tuple[LoopUse, ...]:
    """The loops with the most turns first."""
    runs, turns = Counter[Place | None](), Counter[Place | None]()
    for word, count in table.word_counts.items():
        shape = table.shapes.of(word)
        if shape.row.name in {"LoopEnter", "LoopIteration"}:
            (runs if shape.row.name == "LoopEnter" else turns)[place_of(shape)] += count
    found = (LoopUse(place, runs[place], turns[place]) for place in runs | turns)
    return tuple(sorted(found, key=lambda one: (-one.turns, -one.runs, str(one.place))))


def find_guards(recording: Recording) -> tuple[GuardUse, ...]:
    """The guards of locks and cells that were held longest first; only those whose end would have been seen."""
    table = recording.table
    ending = finished_sites(table) if table.shapes.has_hand_made else set[int]()

    def is_wanted(word: int) -> bool:
        number = word & spec.SITE_MASK
        if table.shapes.is_by_hand(number):
            return number in ending
        site = recording.sites.get(number)
        return site is not None and is_end_recorded(site) is True

    found = []
    for one in held_guards(table, is_wanted):
        shape = table.shapes.of(one.word)
        what = str((shape.fields or {}).get("lock_type") or shape.row.name.removesuffix("Borrow"))
        name = shape.name or "a temporary"
        found.append(GuardUse(what, name, place_of(shape), one.times, one.longest_ns, one.is_open))
    return tuple(sorted(found, key=lambda one: (-one.longest_ns, str(one.place))))


def find_unsafe(table: Table) -> tuple[UnsafeUse, ...]:
    """Unsafe operations, the most frequent first."""
    counts = Counter[tuple[str, str | None, Place | None]]()
    for word, count in table.word_counts.items():
        shape = table.shapes.of(word)
        if shape.row.group is Group.UNSAFE and shape.row.name not in UNTOLD:
            counts[shape.row.name, _reached(shape), place_of(shape)] += count
    found = (UnsafeUse(what, name, place, count) for (what, name, place), count in counts.items())
    return tuple(sorted(found, key=lambda one: (-one.count, one.what, str(one.place))))


def _reached(shape: Shape) -> str | None:
    fields = shape.fields or {}
    return next((str(fields[name]) for name in NAMES if fields.get(name)), None)
