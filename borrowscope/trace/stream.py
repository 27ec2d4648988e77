"""Reads one stream into columns of raw events, thread by thread (format: `tables/stream_format.py`).

In: an open file. Out: `Stream`; nothing is joined or named yet. A stream that was cut off is read up to its last whole
event; what a reader must say stands in `notes`. Foreign and newer streams raise InputError.
"""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.columns import Column, counted, joined, last_of_each, places
from borrowscope.trace.header import Header, decode_header, header_notes
from borrowscope.trace.meanings import MEANINGS
from borrowscope.trace.slots import Slots, decode_slots

_TRIES = 3  # of reading what a program is writing just now
_CHUNK_BYTES = spec.CHUNK.size + spec.CHUNK_CHECK.size


@dataclass(slots=True)
class Thread:
    """The events of one thread as columns, oldest first; `words` are kind and site as in the stream.

    `object_rows` and `flag_rows` are places in these columns, ascending, each once: the event that the marks beside
    them belong to. `texts` are numbered from 1.
    """

    number: int
    name: str | None
    ticks: Column
    words: Column
    instances: Column
    others: Column
    object_rows: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    objects: Column = field(default_factory=lambda: np.zeros((0, 4), np.uint32))  # small, count, address low and high
    flag_rows: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    flags: Column = field(default_factory=lambda: np.zeros(0, np.uint32))
    arg_rows: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    args: Column = field(default_factory=lambda: np.zeros((0, 3), np.uint32))  # further words of calls made by hand
    texts: dict[int, str] = field(default_factory=dict)
    has_calls: bool = False  # some rows are calls made by hand


@dataclass(slots=True)
class Stream:
    """One process: its threads by number, and the first and the last moment at which both clocks were read."""

    name: str
    header: Header
    threads: dict[int, Thread]
    moments: tuple[tuple[int, int], tuple[int, int]]  # ticks, ns
    notes: list[str]

    @property
    def event_count(self) -> int:
        """Number of events that could be read."""
        return sum(len(thread.words) for thread in self.threads.values())


@dataclass(frozen=True, slots=True)
class _Chunk:
    thread: int
    sequence: int
    ticks: int
    ns: int
    start: int  # of its slots, in the file
    size: int  # of its slots, as far as the file has them
    is_cut: bool  # the file ends in it


def decode_stream(data: bytes, name: str) -> Stream:
    """Decode a stream that is in memory; see `read_stream`."""
    return read_stream(io.BytesIO(data), name)


def read_stream(file: BinaryIO, name: str) -> Stream:
    """Decode a whole stream, chunk by chunk: its bytes are never in memory at once.

    Args:
        file: the stream, opened for reading.
        name: the file's name, for messages.

    Returns:
        The stream, with a note for each thing that is missing in it.

    Raises:
        InputError: the file is empty, no stream, or of a newer format.
    """
    for _ in range(_TRIES - 1):
        stream, is_still = _read(file, name)
        if is_still:
            return stream
    stream, is_still = _read(file, name)
    if not is_still:
        stream.notes.append(f"{name}: the program is recording; what its ring gave up meanwhile is left out")
    return stream


def _read(file: BinaryIO, name: str) -> tuple[Stream, bool]:
    """One try, and whether no chunk of a ring was used again meanwhile: only then all belongs together."""
    header, size = _header(file, name)
    notes = header_notes(header)
    if header.used is not None and size < header.used:
        notes.append(
            f"{name}: the stream is cut off ({size} of {header.used} bytes); it is read up to its last whole event"
        )
    chunks = sorted(_chunks(file, size, header, notes), key=lambda chunk: (chunk.thread, chunk.sequence))
    sizes = Counter[int]()
    for chunk in chunks:
        sizes[chunk.thread] += chunk.size // spec.SLOT_SIZE

    def builder(thread: int) -> _Builder:
        return _Builder(thread, sizes[thread], is_checked=header.is_checked)

    builders = {thread: builder(thread) for thread in sizes}
    next_of: dict[int, int] = {}
    moments = ((header.start_ticks, header.start_ns),) * 2
    for chunk in chunks:
        slots = _decode(file, header, chunk)
        if header.limit and not _is_there(file, chunk):
            continue
        if header.limit and next_of.get(chunk.thread, chunk.sequence) != chunk.sequence:
            builders[chunk.thread] = builder(chunk.thread)  # a ring gave up what came between: older is given up, too
        next_of[chunk.thread] = chunk.sequence + 1
        builders[chunk.thread].add(slots)
        moments = _ends([*moments, (chunk.ticks, chunk.ns), *slots.moments])
        if slots.damage:
            notes.append(f"{name}: {_damage_note(slots.damage, chunk.thread)}")
    if not header.limit:
        _note_gaps(chunks, name, notes)
    stream = Stream(name, header, {number: builder.finish() for number, builder in builders.items()}, moments, notes)
    keep_newest(stream)
    return stream, not header.limit or set(_chunks(file, size, header, [])) == set(chunks)


def _header(file: BinaryIO, name: str) -> tuple[Header, int]:
    """The header, and the file's size. The program may be changing a field just now: then it is read again."""
    for _ in range(_TRIES):
        file.seek(0)
        header = decode_header(file.read(spec.HEADER_SIZE), name)
        if header.is_whole:
            break
    return header, file.seek(0, os.SEEK_END)


def _is_there(file: BinaryIO, chunk: _Chunk) -> bool:
    """Whether the chunk is still the one that was found: a ring hands chunks to other threads while it is read."""
    file.seek(chunk.start - spec.CHUNK_HEADER_SIZE)
    magic, thread, sequence, _, ticks, _ = spec.CHUNK.unpack(file.read(spec.CHUNK.size))
    return (magic, thread, sequence, ticks) == (spec.CHUNK_MAGIC, chunk.thread, chunk.sequence, chunk.ticks)


def _decode(file: BinaryIO, header: Header, chunk: _Chunk) -> Slots:
    file.seek(chunk.start)
    return decode_slots(file.read(chunk.size), chunk.ticks, is_cut=chunk.is_cut, is_checked=header.is_checked)


def _damage_note(damage: str, thread: int) -> str:
    return f"a piece of thread {thread} is damaged and is left out" if damage == "damaged" else damage


def _ends(moments: list[tuple[int, int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and the last moment."""
    return (min(moments), max(moments))


def count_events(file: BinaryIO, name: str) -> tuple[Header, int]:
    """The header, and how many events can be read; the columns are not kept."""
    header, size = _header(file, name)
    count = 0
    for chunk in list(_chunks(file, size, header, [])):
        slots = _decode(file, header, chunk)
        count += _meant(slots) if slots.has_calls else len(slots.ticks)
    return header, min(count, header.limit) if header.limit else count


def _meant(slots: Slots) -> int:
    """How many events the rows are, those of calls included."""
    words = slots.heads[:, 0]
    calls = counted(words[words >> spec.KIND_SHIFT == Mark.CALL] & spec.CALL_MASK)
    meant = sum(times * len(MEANINGS[number].events) for number, times in calls.items() if number in MEANINGS)
    return len(words) - sum(calls.values()) + meant


def _chunks(file: BinaryIO, size: int, header: Header, notes: list[str]) -> Iterator[_Chunk]:
    """Find the chunks. A page that begins with no chunk was reserved only, and must be zero there."""
    at, damaged = header.size, 0
    while at + spec.CHUNK_HEADER_SIZE <= size:
        file.seek(at)
        head = file.read(_CHUNK_BYTES)
        magic, thread, sequence, length, ticks, ns = spec.CHUNK.unpack_from(head)
        is_sound = length >= spec.PAGE_SIZE and length % spec.PAGE_SIZE == 0
        if magic == spec.CHUNK_MAGIC and header.is_checked:
            is_sound = is_sound and spec.CHUNK_CHECK.unpack_from(head, spec.CHUNK.size)[0] == spec.chunk_check(
                thread, sequence, length, ticks, ns
            )
        is_chunk = magic == spec.CHUNK_MAGIC and is_sound
        is_free = magic == spec.FREE_MAGIC and is_sound and header.is_checked
        if damaged and (is_chunk or magic == 0):
            notes.append(_page_note(header.name, at - damaged, at))
            damaged = 0
        if is_chunk:
            start, end = at + spec.CHUNK_HEADER_SIZE, min(at + length, size)
            yield _Chunk(thread, sequence, ticks, ns, start, end - start, at + length > size)
        elif magic != 0 and not is_free:
            damaged += spec.PAGE_SIZE
        at += length if is_chunk or is_free else spec.PAGE_SIZE
    if damaged:
        notes.append(_page_note(header.name, at - damaged, at))


def _page_note(name: str, start: int, end: int) -> str:
    if end - start == spec.PAGE_SIZE:
        return f"{name}: the page at byte {start} is damaged and is left out"
    return f"{name}: bytes {start} to {end} are damaged and are left out"


def keep_newest(stream: Stream) -> None:
    """Pass over the events that a ring holds beyond what was asked for, and say what it gave up."""
    header = stream.header
    if not header.limit:
        return
    threads = [thread for _, thread in sorted(stream.threads.items())]
    lengths = [len(thread.words) for thread in threads]
    surplus = max(0, sum(lengths) - header.limit)
    if surplus:
        order = np.concatenate([thread.ticks for thread in threads]).argsort(kind="stable")[:surplus]
        owners = np.repeat(np.arange(len(threads)), lengths)[order]
        for thread, count in zip(threads, np.bincount(owners, minlength=len(threads)).tolist(), strict=True):
            _forget_oldest(thread, count)
    if surplus or header.given_up != 0:
        older = "older ones" if header.given_up is None else f"{header.given_up + surplus:,} older ones"
        kept = f"the newest {stream.event_count:,} events were kept (BORROWSCOPE_MAX_EVENTS={header.limit})"
        stream.notes.append(f"{stream.name}: {kept}, {older} were given up")


def _forget_oldest(thread: Thread, count: int) -> None:
    thread.ticks, thread.words = thread.ticks[count:], thread.words[count:]
    thread.instances, thread.others = thread.instances[count:], thread.others[count:]
    for rows, values in (("object_rows", "objects"), ("flag_rows", "flags"), ("arg_rows", "args")):
        owners = getattr(thread, rows) - count
        setattr(thread, values, getattr(thread, values)[owners >= 0])
        setattr(thread, rows, owners[owners >= 0])


class _Builder:
    """Puts the chunks of one thread together.

    Columns are made once, as long as they can get: no page of memory is taken that is not written to.
    """

    def __init__(self, number: int, size: int, *, is_checked: bool) -> None:
        self._longest = spec.TICKS_MASK if is_checked else 0xFFFF_FFFF  # length of a text that is told
        self._thread = Thread(
            number,
            None,
            np.empty(size, np.uint64),
            np.empty(size, np.uint32),
            np.empty(size, np.uint32),
            np.empty(size, np.uint32),
        )
        self._count = 0
        self._object_rows: list[Column] = []
        self._objects: list[Column] = []
        self._flag_rows: list[Column] = []
        self._flags: list[Column] = []
        self._arg_rows: list[Column] = []
        self._args: list[Column] = []

    def add(self, slots: Slots) -> None:
        """Take the thread's next chunk."""
        thread, rows = self._thread, slice(self._count, self._count + len(slots.ticks))
        thread.ticks[rows] = slots.ticks
        thread.words[rows] = slots.heads[:, 0]
        thread.instances[rows] = slots.heads[:, 2]
        thread.others[rows] = slots.heads[:, 3]
        if len(slots.object_rows):
            self._object_rows.append(slots.object_rows + self._count)
            self._objects.append(slots.objects)
        if len(slots.flag_rows):
            self._flag_rows.append(slots.flag_rows + self._count)
            self._flags.append(slots.flags)
        if len(slots.arg_rows):
            self._arg_rows.append(slots.arg_rows + self._count)
            self._args.append(slots.args)
        thread.has_calls = thread.has_calls or slots.has_calls
        if len(slots.texts):
            _store_texts(thread, slots.texts, self._longest)
        self._count = rows.stop

    def finish(self) -> Thread:
        """The whole thread."""
        thread, count = self._thread, self._count
        thread.ticks, thread.words = thread.ticks[:count], thread.words[:count]
        thread.instances, thread.others = thread.instances[:count], thread.others[:count]
        if self._objects:
            thread.object_rows, thread.objects = _last_marks(self._object_rows, self._objects)
        if self._flags:
            thread.flag_rows, thread.flags = _last_marks(self._flag_rows, self._flags)
        if self._args:
            thread.arg_rows, thread.args = joined(self._arg_rows, np.int64), joined(self._args, np.uint32)
        return thread


def _last_marks(rows: list[Column], marks: list[Column]) -> tuple[Column, Column]:
    """The last mark of each event; those before a thread's first event belong to none."""
    owners, values = joined(rows, np.int64), joined(marks, np.uint32)
    chosen = last_of_each(owners) & (owners >= 0)
    return owners[chosen], values[chosen]


def _store_texts(thread: Thread, slots: Column, longest: int) -> None:
    """Put the texts of a chunk together: a head (STRING, THREAD), then 12 bytes in each TEXT slot."""
    kinds = slots[:, 0] >> spec.KIND_SHIFT
    heads = places(kinds != Mark.TEXT)
    content = slots[:, 1:].tobytes()
    ends = np.append(heads, len(slots))[1:] * spec.TEXT_PER_SLOT
    starts = (heads + 1) * spec.TEXT_PER_SLOT
    columns = (kinds[heads], slots[heads, 0] & spec.SITE_MASK, slots[heads, 1] & longest, slots[heads, 2], starts, ends)
    for kind, number, length, stored, start, end in zip(*(column.tolist() for column in columns), strict=True):
        told = content[start : min(end, start + stored)].decode("utf-8", "replace") + ("…" if stored < length else "")
        if kind == Mark.THREAD:
            thread.name = told
        else:
            thread.texts[number] = told


def _note_gaps(chunks: list[_Chunk], name: str, notes: list[str]) -> None:
    expected: dict[int, int] = {}
    for chunk in chunks:
        if chunk.sequence != expected.get(chunk.thread, 0):
            notes.append(f"{name}: a piece of thread {chunk.thread} is missing")
        expected[chunk.thread] = chunk.sequence + 1
