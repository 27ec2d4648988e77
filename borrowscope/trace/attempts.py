"""Attempts that came to nothing: a borrow that panicked, a lock that was never had.

In: a `Table`. Out: `Attempt` rows: what was tried, whether its thread went on, and the guards that held what it wanted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.stream_format import Cause
from borrowscope.trace.columns import NEVER, Column, Mask, blocks, one_of
from borrowscope.trace.kinds import IS_DEATH, named
from borrowscope.trace.table import Table
from borrowscope.trace.tallies import guard_births, guard_ends

_IS_ATTEMPT, _IS_CELL_BORROW = named("Attempt"), named("RefCellBorrow")


class Attempt(NamedTuple):
    """An attempt without success, by its event. `holders` are the events with which the guards began."""

    seq: int
    is_last: bool  # nothing followed on its thread
    holders: tuple[int, ...]


def failed_attempts(table: Table, words: Collection[int] | None = None) -> list[Attempt]:
    """Attempts (of these words) that were followed by a panic, by a refusal, or by nothing at all."""
    seqs = table.of_kinds(_IS_ATTEMPT)
    if words is not None:
        seqs = seqs[one_of(table.words[seqs], words)]
    after = _following(table, seqs)
    is_last = after == NEVER
    failed = is_last | _is_refusal(table, seqs, np.where(is_last, 0, after))
    seqs, is_last = seqs[failed], is_last[failed]
    held = _held_at(table, seqs)
    return [Attempt(seq, last, held[seq]) for seq, last in zip(seqs.tolist(), is_last.tolist(), strict=True)]


def _following(table: Table, seqs: Column) -> Column:
    """The next event on the thread of each event, NEVER where there is none."""
    threads, found = table.merged.threads, np.full(len(seqs), NEVER, np.uint32)
    if not len(seqs):
        return found
    later = np.full(len(table.merged.owners), NEVER, np.uint32)  # the first event of each thread behind the block
    for rows in reversed(list(blocks(len(threads)))):
        mine = slice(*seqs.searchsorted((rows.start, rows.stop)))
        numbers = np.arange(rows.start, rows.stop, dtype=np.uint32)
        if mine.start < mine.stop:
            order = threads[rows].argsort(kind="stable")
            after = np.full(len(order), NEVER, np.uint32)
            ordered = threads[rows][order]
            is_same = ordered[1:] == ordered[:-1]
            after[order[:-1]] = np.where(is_same, numbers[order[1:]], NEVER)
            places = seqs[mine] - np.uint32(rows.start)
            found[mine] = np.minimum(after[places], later[threads[seqs[mine]]])
        later[threads[rows][::-1]] = numbers[::-1]
    return found


def _is_refusal(table: Table, seqs: Column, after: Column) -> Mask:
    """Whether what follows tells that an attempt failed: a borrow of the same cell that was refused, or a panic."""
    kinds, others = table.words[after] >> spec.KIND_SHIFT, table.merged.others
    is_outcome = _IS_CELL_BORROW[kinds] & (others[after] == others[seqs])
    succeeded = (table.merged.marks.smalls_of(after) & spec.FLAG_SUCCESS) != 0
    panicked = IS_DEATH[kinds] & (others[after] == Cause.PANIC)
    mask: Mask = (is_outcome & ~succeeded) | (~is_outcome & panicked)
    return mask


def _held_at(table: Table, attempts: Column) -> dict[int, tuple[int, ...]]:
    """For each attempt the births of the guards that held its cell or lock at that moment."""
    wanted = _places(table, attempts)
    if not len(attempts):
        return {}
    births = guard_births(table)
    held = _places(table, births)
    chosen = one_of(held, set(wanted.tolist()) - {0})
    births, held = births[chosen], held[chosen]
    ends, _ = guard_ends(table, table.merged.instances[births])
    story = sorted(
        (
            *((seq, 1, place, seq) for seq, place in zip(births.tolist(), held.tolist(), strict=True)),
            *((end, 0, place, seq) for end, seq, place in _rows(ends, births, held)),
            *((seq, 2, place, seq) for seq, place in zip(attempts.tolist(), wanted.tolist(), strict=True)),
        )
    )
    now: dict[int, dict[int, None]] = {}
    found: dict[int, tuple[int, ...]] = {}
    for _, step, place, seq in story:
        if step == 1:
            now.setdefault(place, {})[seq] = None
        elif step == 0:
            now.get(place, {}).pop(seq, None)
        else:
            found[seq] = tuple(now.get(place, ()))
    return found


def _rows(*columns: Column) -> Iterator[tuple[int, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)


def _places(table: Table, seqs: Column) -> Column:
    """What stands for the cell or lock of some events, 0 for unknown: its address where that is told, else its owner.

    Owners are numbers below 2^32, addresses of two processes may agree: the process stands above.
    """
    merged = table.merged
    streams = np.array([owner.stream for owner in merged.owners], np.uint64)[merged.threads[seqs]]
    addresses = merged.marks.addresses_of(seqs)
    return np.where(addresses != 0, addresses ^ streams << np.uint64(48), merged.others[seqs].astype(np.uint64))
