"""The executions of one function: the events between its entry and its exit on one thread, without what it called.

In: a `Table` and which sites are the function's. Out: `Execution`, rows of the table.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import Column, one_of
from borrowscope.trace.kinds import named
from borrowscope.trace.table import Table

_IS_ENTRY, _IS_CALL = named("FnEnter"), named("FnEnter", "FnExit")


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution. `entry` is None where entries are not recorded."""

    entry: int | None
    seqs: Column
    has_ended: bool


def entries(table: Table, words: Collection[int]) -> Column:
    """The entries that have these words, in the order of time."""
    seqs = table.of_kinds(_IS_ENTRY)
    found: Column = seqs[one_of(table.words[seqs], words)]
    return found


def execution(table: Table, entry: int, words: Collection[int]) -> Execution:
    """The execution that begins with an entry; `words` are those of the events that belong to the function."""
    threads = table.merged.threads
    calls = table.of_kinds(_IS_CALL)
    calls = calls[threads[calls] == threads[entry]]
    stretches, has_ended = _stretches(table, calls, entry)
    starts, stops = (np.array(ends, np.int64) for ends in zip(*stretches, strict=True))
    rows = slice(entry + 1, int(stops[-1]))
    mine = (threads[rows] == threads[entry]) & one_of(table.words[rows], words)
    seqs = np.flatnonzero(mine).astype(np.uint32) + np.uint32(rows.start)
    inside = seqs < stops[starts.searchsorted(seqs, side="right") - 1]
    return Execution(entry, seqs[inside], has_ended)


def without_entries(table: Table, words: Collection[int]) -> Execution | None:
    """Everything of the function on the first thread that it ran on; None if it did not run."""
    seqs = np.flatnonzero(one_of(table.words, words)).astype(np.uint32)
    if not len(seqs):
        return None
    threads = table.merged.threads
    return Execution(None, seqs[threads[seqs] == threads[seqs[0]]], has_ended=False)


def _stretches(table: Table, calls: Column, entry: int) -> tuple[list[tuple[int, int]], bool]:
    """From where to where the entry's frame is the innermost one of its thread, and whether it was left."""
    is_entry = _IS_ENTRY[table.words[calls] >> spec.KIND_SHIFT].tolist()
    instances = table.merged.instances[calls].tolist()
    frames: list[int] = []
    mine = len(calls)  # the place of the entry's frame among them
    stretches: list[tuple[int, int]] = []
    begun: int | None = None
    for seq, enters, instance in zip(calls.tolist(), is_entry, instances, strict=True):
        if begun is not None:
            stretches.append((begun, seq))
        if enters:
            mine = len(frames) if seq == entry else mine
            frames.append(instance)
        else:
            _leave(frames, instance)
            if mine < len(calls) and len(frames) <= mine:
                return stretches, len(frames) == mine
        begun = seq if len(frames) == mine + 1 else None
    return [*stretches, (begun, len(table))] if begun is not None else stretches, False


def _leave(frames: list[int], instance: int) -> None:
    """Pop the frame of the instance, and those above it whose exits were not seen."""
    place = next((at for at in range(len(frames) - 1, -1, -1) if frames[at] == instance), None)
    if place is not None:
        del frames[place:]
