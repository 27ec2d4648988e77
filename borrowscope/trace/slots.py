"""The slots of one chunk, taken apart into columns of events and what the marks between them say.

In: the bytes of a chunk's slots. Out: `Slots`. Nothing is joined yet; damage ends a chunk and is named. A call made by
hand is a row among the events here: what it means is decided when all threads are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_TAG, Other, Payload
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.checks import first_wrong
from borrowscope.trace.columns import Column, places, table_of
from borrowscope.trace.kinds import KINDS


class _Sort(IntEnum):
    """What is done with a slot. Heads come last."""

    NONE = 0
    OBJECT = 1
    FLAGS = 2
    ARGS = 3
    TICK = 4
    TEXT = 5
    STRING = 6
    CLOCK = 7
    EVENT = 8
    CALL = 9


_FIRST_HEAD = _Sort.STRING
_DAMAGED = "damaged"
_MARKS = {
    Mark.CLOCK: _Sort.CLOCK,
    Mark.TICK: _Sort.TICK,
    Mark.STRING: _Sort.STRING,
    Mark.THREAD: _Sort.STRING,
    Mark.TEXT: _Sort.TEXT,
    Mark.OBJECT: _Sort.OBJECT,
    Mark.FLAGS: _Sort.FLAGS,
    Mark.CALL: _Sort.CALL,
    Mark.ARGS: _Sort.ARGS,
}
_SORTS = table_of(
    dict.fromkeys(BY_TAG, _Sort.EVENT) | {int(kind): sort for kind, sort in _MARKS.items()}, KINDS, np.uint8
)
# Where a mark only adds to an event (an object's address to a birth, a type to a clone) its head is whole alone.
_ADDING = frozenset({"New", "Clone"})
_NEEDS_MARKS = frozenset(
    row.tag
    for row in BY_TAG.values()
    if row.other is Other.TO or (row.payload is not Payload.NONE and row.name not in _ADDING)
)


@dataclass(frozen=True, slots=True)
class Slots:
    """One chunk's events as columns, oldest first; a mark's row is that of the event before it, -1 before the first."""

    ticks: Column
    heads: Column  # the events' slots
    object_rows: Column
    objects: Column  # small, count, low and high half of the address
    flag_rows: Column
    flags: Column
    arg_rows: Column
    args: Column  # three argument words
    texts: Column  # the slots of STRING, THREAD and TEXT
    has_calls: bool
    moments: list[tuple[int, int]]  # ticks and CLOCK_MONOTONIC ns
    damage: str | None


def decode_slots(data: bytes, ticks: int, *, is_cut: bool, is_checked: bool) -> Slots:
    """Take apart the slots of a chunk whose first delta counts from `ticks`.

    Args:
        data: the slots' bytes.
        ticks: what the first delta counts from.
        is_cut: the file ends in this chunk.
        is_checked: heads carry checks.
    """
    slots = np.frombuffer(data, "<u4", len(data) // spec.SLOT_SIZE * 4).reshape(-1, 4)
    sorts = _SORTS[slots[:, 0] >> spec.KIND_SHIFT]
    end, damage = _end(slots, sorts, is_cut=is_cut, is_checked=is_checked)
    is_whole = end == len(slots)
    slots, sorts = slots[:end], sorts[:end]
    rows = places(sorts >= _Sort.EVENT)
    if is_cut and is_whole and _is_half(slots, sorts, rows):
        rows = rows[:-1]
    events = slots[rows]
    deltas = events[:, 1] & spec.TICKS_MASK if is_checked else events[:, 1]
    times = deltas.cumsum(dtype=np.uint64)
    marked = _marks(slots, sorts, rows) if len(rows) < end else _NO_MARKS
    clocks, moments = _clocks(slots, sorts, rows, times) if _Sort.CLOCK in marked.sorts else (None, [])
    times += np.uint64(ticks) if clocks is None else _bases(clocks, rows, ticks)
    return Slots(
        times,
        events,
        marked.object_rows,
        marked.objects,
        marked.flag_rows,
        marked.flags,
        marked.arg_rows,
        marked.args,
        marked.texts,
        bool((sorts == _Sort.CALL).any()),
        moments,
        damage,
    )


@dataclass(frozen=True, slots=True)
class _Marked:
    """What the marks of a chunk say, clocks apart."""

    sorts: frozenset[int]
    object_rows: Column
    objects: Column
    flag_rows: Column
    flags: Column
    arg_rows: Column
    args: Column
    texts: Column


_NOTHING = np.zeros(0, np.int64)
_NO_MARKS = _Marked(
    frozenset(),
    _NOTHING,
    np.zeros((0, 4), np.uint32),
    _NOTHING,
    np.zeros(0, np.uint32),
    _NOTHING,
    np.zeros((0, 3), np.uint32),
    np.zeros((0, 4), np.uint32),
)


def _end(slots: Column, sorts: Column, *, is_cut: bool, is_checked: bool) -> tuple[int, str | None]:
    """Where the chunk's slots end, and what is wrong there: a zero is the end, anything unknown is damage."""
    end = int((sorts == _Sort.NONE).argmax()) if len(sorts) else 0
    if not len(sorts) or sorts[end] != _Sort.NONE:
        end = len(sorts)
    sound, is_missing = _sound(slots[:end], sorts[:end]) if is_checked else (end, False)
    lone = _lone_tick(slots[:sound], sorts[:sound])
    if lone is not None:
        sound = lone
    elif sound < end:
        return sound, None if is_missing and is_cut and end == len(slots) else _DAMAGED
    word = int(slots[sound, 0]) if sound < len(slots) else 0
    if word >> spec.KIND_SHIFT >= spec.FIRST_MARK:
        return sound, f"a mark of the unknown kind {word >> spec.KIND_SHIFT} ends a chunk early"
    return sound, _DAMAGED if word else None


def _sound(slots: Column, sorts: Column) -> tuple[int, bool]:
    """Where the first head stands whose check is wrong, and whether it is the last: what follows it may be missing."""
    heads = places(sorts >= _FIRST_HEAD)
    if not len(heads) or heads[0] != 0:
        return 0, False
    wrong = first_wrong(slots.view("<u8"), heads)
    return (len(slots), False) if wrong is None else (int(heads[wrong]), wrong == len(heads) - 1)


def _lone_tick(slots: Column, sorts: Column) -> int | None:
    """The first TICK mark without a CLOCK mark before it."""
    ticks = places(sorts == _Sort.TICK)
    if not len(ticks):
        return None
    clocks = places(sorts == _Sort.CLOCK)
    before = clocks.searchsorted(ticks) - 1
    has_clock = before >= 0
    if len(clocks):
        has_clock &= slots[clocks[before], 2:].any(axis=1)
    lone = ticks[~has_clock]
    return int(lone[0]) if len(lone) else None


def _is_half(slots: Column, sorts: Column, rows: Column) -> bool:
    """Whether the event at the file's end may have lost marks that belong to it."""
    if not len(rows):
        return False
    word, after = int(slots[rows[-1], 0]), sorts[int(rows[-1]) + 1 :]
    if word >> spec.KIND_SHIFT == Mark.CALL:
        return int((after == _Sort.ARGS).sum()) < word >> spec.CALL_SHIFT & spec.CALL_SLOTS
    return not len(after) and word >> spec.KIND_SHIFT in _NEEDS_MARKS


def _marks(slots: Column, sorts: Column, rows: Column) -> _Marked:
    objects, flags, args = (places(sorts == sort) for sort in (_Sort.OBJECT, _Sort.FLAGS, _Sort.ARGS))
    marks = slots[objects]
    marks[:, 0] &= spec.SITE_MASK
    return _Marked(
        frozenset(np.unique(sorts).tolist()),
        rows.searchsorted(objects) - 1,
        marks,
        rows.searchsorted(flags) - 1,
        slots[flags, 0] & spec.SITE_MASK,
        rows.searchsorted(args) - 1,
        slots[args, 1:],
        slots[(sorts == _Sort.TEXT) | (sorts == _Sort.STRING)],
    )


@dataclass(frozen=True, slots=True)
class _Clocks:
    """CLOCK marks: where they stand, the ticks they tell, and the ticks that had been counted until there."""

    places: Column
    ticks: Column
    counted: Column


def _clocks(slots: Column, sorts: Column, rows: Column, times: Column) -> tuple[_Clocks, list[tuple[int, int]]]:
    clocks, ticks = places(sorts == _Sort.CLOCK), places(sorts == _Sort.TICK)
    values = wide(slots[clocks, 2], slots[clocks, 3])
    moments = zip(
        values[clocks.searchsorted(ticks) - 1].tolist(), wide(slots[ticks, 2], slots[ticks, 3]).tolist(), strict=True
    )
    told = clocks[values != 0]  # a clock of zero was not read
    until = np.concatenate(([np.uint64(0)], times))[rows.searchsorted(told)]
    return _Clocks(told, values[values != 0], until), list(moments)


def _bases(clocks: _Clocks, rows: Column, ticks: int) -> Column:
    """What each event's sum of deltas counts from: the chunk's ticks, or those of the last CLOCK mark before it."""
    bases = np.concatenate(([np.uint64(ticks)], clocks.ticks - clocks.counted))
    return bases[clocks.places.searchsorted(rows)]


def wide(low: Column, high: Column) -> Column:
    """Numbers of 64 bits from their halves."""
    return high.astype(np.uint64) << np.uint64(32) | low
