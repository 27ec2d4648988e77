"""Reads one stream into columns of raw events, thread by thread (format: `tables/stream_format.py`).

In: an open file. Out: `Stream`; nothing is joined or named yet. A stream that was cut off is read up to its last whole
event; what a reader must say stands in `notes`. Foreign and newer streams raise InputError.
"""

from __future__ import annotations

import io
import os
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from borrowscope.errors import InputError
from borrowscope.tables import stream_format as spec
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.columns import Column, joined, last_of_each
from borrowscope.trace.slots import Slots, decode_slots


@dataclass(frozen=True, slots=True)
class Header:
    """The header page of a stream."""

    pid: int
    clock: int
    start_ns: int
    start_ticks: int
    start_unix_ns: int
    stopped: int
    stopped_errno: int
    lost: int
    parent_pid: int
    used: int
    executable: str


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
    texts: dict[int, str] = field(default_factory=dict)


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
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = decode_header(file.read(spec.HEADER_SIZE), name)
    notes = _header_notes(header, name)
    if size < header.used:
        notes.append(
            f"{name}: the stream is cut off ({size} of {header.used} bytes); it is read up to its last whole event"
        )
    chunks = sorted(_chunks(file, size, name, notes), key=lambda chunk: (chunk.thread, chunk.sequence))
    sizes = Counter[int]()
    for chunk in chunks:
        sizes[chunk.thread] += chunk.size // spec.SLOT_SIZE
    builders = {thread: _Builder(thread, count) for thread, count in sizes.items()}
    moments = [(header.start_ticks, header.start_ns)]
    for chunk in chunks:
        file.seek(chunk.start)
        slots = decode_slots(file.read(chunk.size), chunk.ticks, is_cut=chunk.is_cut)
        builders[chunk.thread].add(slots)
        moments = _ends([*moments, (chunk.ticks, chunk.ns), *slots.moments])
        if slots.damage:
            notes.append(f"{name}: {_damage_note(slots.damage, chunk.thread)}")
    _note_gaps(chunks, name, notes)
    threads = {number: builder.finish() for number, builder in builders.items()}
    return Stream(name, header, threads, (moments[0], moments[-1]), notes)


def _damage_note(damage: str, thread: int) -> str:
    return f"a piece of thread {thread} is damaged and is left out" if damage == "damaged" else damage


def _ends(moments: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The first and the last moment."""
    return [min(moments), max(moments)]


def count_events(file: BinaryIO, name: str) -> tuple[Header, int]:
    """The header, and how many events can be read; the columns are not kept."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = decode_header(file.read(spec.HEADER_SIZE), name)
    count = 0
    for chunk in list(_chunks(file, size, name, [])):
        file.seek(chunk.start)
        count += len(decode_slots(file.read(chunk.size), chunk.ticks, is_cut=chunk.is_cut).ticks)
    return header, count


def decode_header(data: bytes, name: str) -> Header:
    """Decode the header page alone; raises `InputError` as `decode_stream` does."""
    if not data:
        raise InputError(f"{name}: the stream is empty", hint="nothing could be recorded; record the program again")
    if not data.startswith(spec.MAGIC):
        raise InputError(f"{name}: this is no stream of BorrowScope", hint="give the folder of a recording")
    version = int.from_bytes(data[8:12], "little")
    if version > spec.VERSION:
        raise InputError(
            f"{name}: the stream has version {version} of the format, this BorrowScope reads up to {spec.VERSION}",
            hint="update BorrowScope",
        )
    if version == 0 or len(data) < spec.HEADER_SIZE:
        raise InputError(f"{name}: the stream ends in its header", hint="record the program again")
    values = spec.HEADER.unpack_from(data)
    _, _, _, pid, clock, start_ns, start_ticks, start_unix_ns, stopped, number, lost, parent, used, size = values
    start = spec.HEADER_FIELDS[-1].offset
    executable = data[start : start + size].decode("utf-8", "replace")
    return Header(pid, clock, start_ns, start_ticks, start_unix_ns, stopped, number, lost, parent, used, executable)


def _header_notes(header: Header, name: str) -> list[str]:
    notes = []
    if header.stopped:
        try:
            reason = spec.STOP_TEXTS[spec.Stop(header.stopped)]
        except ValueError:
            reason = f"reason {header.stopped}"
        number = f" (error {header.stopped_errno})" if header.stopped_errno else ""
        notes.append(f"{name}: the recording stopped before the program ended: {reason}{number}")
    if header.lost:
        notes.append(f"{name}: {header.lost} events of signal handlers could not be recorded")
    return notes


def _chunks(file: BinaryIO, size: int, name: str, notes: list[str]) -> Iterable[_Chunk]:
    """Find the chunks. A page that begins with no chunk was reserved only, and must be zero there."""
    file.seek(12)
    at = int.from_bytes(file.read(4), "little")
    while at + spec.CHUNK_HEADER_SIZE <= size:
        file.seek(at)
        magic, thread, sequence, length, ticks, ns = spec.CHUNK.unpack(file.read(spec.CHUNK.size))
        if magic != spec.CHUNK_MAGIC or length < spec.PAGE_SIZE or length % spec.PAGE_SIZE:
            if magic != 0:
                notes.append(f"{name}: the page at byte {at} is damaged and is left out")
            at += spec.PAGE_SIZE
            continue
        start, end = at + spec.CHUNK_HEADER_SIZE, min(at + length, size)
        yield _Chunk(thread, sequence, ticks, ns, start, end - start, at + length > size)
        at += length


class _Builder:
    """Puts the chunks of one thread together.

    Columns are made once, as long as they can get: no page of memory is taken that is not written to.
    """

    def __init__(self, number: int, size: int) -> None:
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
        if slots.texts:
            _store_texts(thread, slots.texts)
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
        return thread


def _last_marks(rows: list[Column], marks: list[Column]) -> tuple[Column, Column]:
    """The last mark of each event; those before a thread's first event belong to none."""
    places, values = joined(rows, np.int64), joined(marks, np.uint32)
    chosen = last_of_each(places) & (places >= 0)
    return places[chosen], values[chosen]


def _store_texts(thread: Thread, slots: list[list[int]]) -> None:
    """Put the texts of a chunk together: a head (STRING, THREAD), then 12 bytes in each TEXT slot."""
    texts = _Texts(thread)
    for word, first, second, third in slots:
        kind = word >> spec.KIND_SHIFT
        if kind == Mark.TEXT:
            texts.take(struct.pack("<III", first, second, third))
        else:
            texts.begin(kind, word & spec.SITE_MASK, first, second)
    texts.end()


class _Texts:
    """The text that is being put together."""

    def __init__(self, thread: Thread) -> None:
        self._thread = thread
        self._bytes = bytearray()
        self._head: tuple[int, int, int, int] | None = None  # kind, number, length, stored

    def begin(self, kind: int, number: int, length: int, stored: int) -> None:
        """A text's head."""
        self._head = (kind, number, length, stored)
        if stored == 0:
            self.end()

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self._bytes += piece
        if self._head and len(self._bytes) >= self._head[3]:
            self.end()

    def end(self) -> None:
        """Store the text as far as it came."""
        if self._head is None:
            return
        kind, number, length, stored = self._head
        text = bytes(self._bytes[:stored]).decode("utf-8", "replace") + ("…" if stored < length else "")
        if kind == Mark.THREAD:
            self._thread.name = text
        else:
            self._thread.texts[number] = text
        self._head = None
        self._bytes.clear()


def _note_gaps(chunks: list[_Chunk], name: str, notes: list[str]) -> None:
    expected: dict[int, int] = {}
    for chunk in chunks:
        if chunk.sequence != expected.get(chunk.thread, 0):
            notes.append(f"{name}: a piece of thread {chunk.thread} is missing")
        expected[chunk.thread] = chunk.sequence + 1
