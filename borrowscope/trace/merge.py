"""The events of all threads of all streams as one set of columns, in the order of time.

In: streams. Out: `Merged`; a row's place is its event's `seq`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from borrowscope.errors import InputError
from borrowscope.tables import stream_format as spec
from borrowscope.trace.clock import Clock
from borrowscope.trace.columns import LARGEST, Column, blocks, joined
from borrowscope.trace.kinds import HAS_PARTY
from borrowscope.trace.slots import wide
from borrowscope.trace.stream import Stream, Thread


@dataclass(frozen=True, slots=True)
class Owner:
    """The thread that events come from. `stream` is the place of its process among the streams."""

    stream: int
    process: int
    number: int
    name: str | None
    texts: dict[int, str]
    largest: int  # number of an instance that it names
    events: int


@dataclass(slots=True)
class Marks:
    """What the runtime told of objects: one row for an event's mark, in `seq` order."""

    seqs: Column
    smalls: Column
    counts: Column
    addresses: Column

    def rows_of(self, seqs: Column) -> Column:
        """The rows of the marks of some events, -1 for events without."""
        if not len(self.seqs):
            return np.full(len(seqs), -1)
        rows = np.minimum(self.seqs.searchsorted(seqs), len(self.seqs) - 1)
        return np.where(self.seqs[rows] == seqs, rows, -1)

    def counts_of(self, seqs: Column) -> Column:
        """The counts of the marks of some events, 0 for events without."""
        return self._of(self.counts, seqs)

    def smalls_of(self, seqs: Column) -> Column:
        """Their `small`, the same way."""
        return self._of(self.smalls, seqs)

    def addresses_of(self, seqs: Column) -> Column:
        """Their addresses, the same way."""
        return self._of(self.addresses, seqs)

    def _of(self, column: Column, seqs: Column) -> Column:
        rows = self.rows_of(seqs)
        return np.where(rows >= 0, column[rows], 0) if len(column) else np.zeros(len(seqs), column.dtype)


@dataclass(slots=True)
class Merged:
    """All events. `threads` are places in `owners`; `instances` and `others` are still the numbers of each stream."""

    owners: list[Owner]
    times: Column  # ns since the start of the recording
    threads: Column
    words: Column
    instances: Column
    others: Column
    marks: Marks
    flag_seqs: Column
    flags: Column


def merge_streams(streams: list[Stream]) -> Merged:
    """Put the threads of all streams together; their own columns are given up on the way."""
    parts = [(place, stream, thread) for place, stream in enumerate(streams) for thread in _threads(stream)]
    threads = [thread for *_, thread in parts]
    lengths = [len(thread.words) for thread in threads]
    if sum(lengths) > LARGEST:
        raise InputError("the recording has more than 4 billion events", hint="record less: --only, --sample, --trace")
    owners = [
        Owner(place, stream.header.pid, thread.number, thread.name, thread.texts, _largest(thread), len(thread.words))
        for place, stream, thread in parts
    ]
    order, times = _times(streams, parts)
    rank = _rank(order) if order is not None else None
    del order
    starts = np.cumsum([0, *lengths])
    marks = _marks(threads, starts, rank)
    flag_seqs, flags = _flags(threads, starts, rank)
    width = np.uint16 if len(owners) <= np.iinfo(np.uint16).max else np.uint32
    numbers = _in_rows([np.full(length, place, width) for place, length in enumerate(lengths)], rank, width)
    words, instances, others = (_take(threads, name, rank) for name in ("words", "instances", "others"))
    return Merged(owners, times, numbers, words, instances, others, marks, flag_seqs, flags)


def _threads(stream: Stream) -> list[Thread]:
    return [thread for _, thread in sorted(stream.threads.items())]


def _largest(thread: Thread) -> int:
    """The largest number of an instance that the thread names."""
    largest = 0
    for rows in blocks(len(thread.words)):
        parties = thread.others[rows][HAS_PARTY[thread.words[rows] >> spec.KIND_SHIFT]]
        largest = max(largest, int(thread.instances[rows].max()), int(parties.max(initial=0)))
    return largest


def _times(streams: list[Stream], parts: list[tuple[int, Stream, Thread]]) -> tuple[Column | None, Column]:
    """The order of the events (None: as they are) and their times.

    Where all streams share one counter its ticks decide, which are finer than nanoseconds.
    """
    clock = Clock(streams)
    start = min((clock.time_ns(s.header.clock, s.header.start_ticks) for s in streams), default=0)
    sources = {stream.header.clock for stream in streams}
    if len(sources) == 1:
        keys = _take([thread for *_, thread in parts], "ticks", None)
    else:
        keys = _in_rows(
            [clock.times_since(start, stream.header.clock, thread.ticks) for _, stream, thread in parts], None, np.int64
        )
    order = None if _is_sorted(keys) else keys.argsort(kind="stable")
    if order is not None:
        keys = keys[order]
    times = clock.times_since(start, sources.pop(), keys) if len(sources) == 1 else keys
    np.maximum(times, 0, out=times)
    return order, times


def _take(threads: list[Thread], name: str, rank: Column | None) -> Column:
    """One column of all threads in their order, which give it up."""
    pieces = [getattr(thread, name) for thread in threads]
    for thread in threads:
        setattr(thread, name, pieces[0][:0].copy())
    return _in_rows(pieces, rank, pieces[0].dtype if pieces else np.uint32)


def _in_rows(pieces: list[Column], rank: Column | None, dtype: DTypeLike) -> Column:
    """One column of all pieces, each value at its rank."""
    if rank is None:
        return pieces[0] if len(pieces) == 1 else joined(pieces, dtype)
    whole = np.empty(len(rank), dtype)
    at = 0
    for piece in pieces:
        whole[rank[at : at + len(piece)]] = piece
        at += len(piece)
    return whole


def _is_sorted(keys: Column) -> bool:
    return not bool((keys[1:] < keys[:-1]).any())


def _rank(order: Column) -> Column:
    """The place in the order of each event."""
    rank = np.empty(len(order), np.uint32)
    for block in blocks(len(order)):
        rank[order[block]] = np.arange(block.start, block.stop, dtype=np.uint32)
    return rank


def _marks(threads: list[Thread], starts: Column, rank: Column | None) -> Marks:
    rows = joined([thread.object_rows + start for thread, start in zip(threads, starts, strict=False)], np.int64)
    slots = joined([thread.objects for thread in threads], np.uint32) if threads else np.zeros((0, 4), np.uint32)
    seqs, order = _in_order(rows, rank)
    slots = slots if order is None else slots[order]
    return Marks(seqs, slots[:, 0].copy(), slots[:, 1].copy(), wide(slots[:, 2], slots[:, 3]))


def _flags(threads: list[Thread], starts: Column, rank: Column | None) -> tuple[Column, Column]:
    rows = joined([thread.flag_rows + start for thread, start in zip(threads, starts, strict=False)], np.int64)
    flags = joined([thread.flags for thread in threads], np.uint32)
    seqs, order = _in_order(rows, rank)
    return seqs, flags if order is None else flags[order]


def _in_order(rows: Column, rank: Column | None) -> tuple[Column, Column | None]:
    if rank is None:
        return rows.astype(np.uint32), None
    seqs = rank[rows]
    order = seqs.argsort(kind="stable")
    return seqs[order], order
