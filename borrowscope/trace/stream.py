"""Reads the bytes of one stream into columns of raw events, thread by thread (format: `tables/stream_format.py`).

In: bytes. Out: `Stream`; nothing is joined or named yet. A stream that was cut off is read up to its last whole
event; what a reader must say stands in `notes`. Foreign and newer streams raise InputError.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from borrowscope.errors import InputError
from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_TAG, Other, Payload
from borrowscope.tables.stream_format import Mark


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

    `objects` and `flags` belong to the event with that place in the columns; `texts` are numbered from 1.
    """

    number: int
    name: str | None = None
    ticks: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    instances: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    objects: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # small, count, address
    flags: dict[int, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stream:
    """One process: its threads by number, and the moments at which both clocks were read (ticks, ns)."""

    name: str
    header: Header
    threads: dict[int, Thread]
    moments: list[tuple[int, int]]
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
    slots: memoryview
    is_cut: bool  # the file ends in it


def decode_stream(data: bytes, name: str) -> Stream:
    """Decode a whole stream.

    Args:
        data: the content of the file.
        name: the file's name, for messages.

    Returns:
        The stream, with a note for each thing that is missing in it.

    Raises:
        InputError: the file is empty, no stream, or of a newer format.
    """
    header = decode_header(data, name)
    notes = _header_notes(header, name)
    if len(data) < header.used:
        notes.append(
            f"{name}: the stream is cut off ({len(data)} of {header.used} bytes); it is read up to its last whole event"
        )
    stream = Stream(name, header, {}, [(header.start_ticks, header.start_ns)], notes)
    chunks = sorted(_chunks(data, stream), key=lambda chunk: (chunk.thread, chunk.sequence))
    for chunk in chunks:
        _decode_chunk(chunk, stream)
    _note_gaps(chunks, stream)
    return stream


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


def _chunks(data: bytes, stream: Stream) -> list[_Chunk]:
    """Find the chunks. A page that begins with no chunk was reserved only, and must be zero there."""
    view = memoryview(data)
    found = []
    at = int.from_bytes(data[12:16], "little")
    while at + spec.CHUNK_HEADER_SIZE <= len(data):
        magic, thread, sequence, size, ticks, ns = spec.CHUNK.unpack_from(data, at)
        if magic != spec.CHUNK_MAGIC or size < spec.PAGE_SIZE or size % spec.PAGE_SIZE:
            if magic != 0:
                stream.notes.append(f"{stream.name}: the page at byte {at} is damaged and is left out")
            at += spec.PAGE_SIZE
            continue
        slots = view[at + spec.CHUNK_HEADER_SIZE : min(at + size, len(data))]
        whole = len(slots) // spec.SLOT_SIZE * spec.SLOT_SIZE
        found.append(_Chunk(thread, sequence, ticks, ns, slots[:whole], at + size > len(data)))
        at += size
    return found


def _decode_chunk(chunk: _Chunk, stream: Stream) -> None:
    thread = stream.threads.get(chunk.thread)
    if thread is None:
        thread = stream.threads[chunk.thread] = Thread(chunk.thread)
    stream.moments.append((chunk.ticks, chunk.ns))
    _decode_slots(chunk, thread, stream)


def _decode_slots(chunk: _Chunk, thread: Thread, stream: Stream) -> None:
    """The hot loop: events go to the columns, marks to their handlers."""
    add_ticks, add_word = thread.ticks.append, thread.words.append
    add_instance, add_other = thread.instances.append, thread.others.append
    marks = _Marks(thread, stream)
    shift, first_mark, known = spec.KIND_SHIFT, spec.FIRST_MARK, BY_TAG
    now, word = chunk.ticks, 0
    for word, delta, instance, other in struct.iter_unpack("<IIII", chunk.slots):
        kind = word >> shift
        if kind >= first_mark:
            if not marks.take(kind, word & spec.SITE_MASK, delta, instance, other):
                break
            if marks.clock:
                now, marks.clock = marks.clock, 0
        elif kind in known:
            now += delta
            add_ticks(now)
            add_word(word)
            add_instance(instance)
            add_other(other)
        else:
            if word:
                stream.notes.append(f"{stream.name}: a piece of thread {thread.number} is damaged and is left out")
            break
    marks.end_text()
    if chunk.is_cut and word >> shift in known:
        _drop_half_event(thread)


def _drop_half_event(thread: Thread) -> None:
    """The file ends right behind a head: marks may be missing that belong to it."""
    row = BY_TAG[thread.words[-1] >> spec.KIND_SHIFT]
    if row.payload is not Payload.NONE or row.other is Other.TO:
        for column in (thread.ticks, thread.words, thread.instances, thread.others):
            column.pop()


class _Marks:
    """What marks say, in the order in which they come."""

    def __init__(self, thread: Thread, stream: Stream) -> None:
        self.thread = thread
        self.stream = stream
        self.clock = 0
        self._clock_ticks = 0
        self._text = bytearray()
        self._text_head: tuple[int, int, int, int] | None = None  # kind, number, length, stored

    def take(self, kind: int, small: int, first: int, low: int, high: int) -> bool:
        """Handle one mark. False if it is unknown: the rest of the chunk cannot be trusted then."""
        thread = self.thread
        if kind == Mark.OBJECT:
            thread.objects[len(thread.words) - 1] = (small, first, high << 32 | low)
        elif kind == Mark.TEXT:
            self._text += struct.pack("<III", first, low, high)
            if self._text_head and len(self._text) >= self._text_head[3]:
                self.end_text()
        else:
            return self._take_rare(kind, small, first, low, high)
        return True

    def _take_rare(self, kind: int, small: int, first: int, low: int, high: int) -> bool:
        if kind in (Mark.STRING, Mark.THREAD):
            self._text_head = (kind, small, first, low)
            if low == 0:
                self.end_text()
        elif kind == Mark.FLAGS:
            self.thread.flags[len(self.thread.words) - 1] = small
        elif kind == Mark.CLOCK:
            self.clock = high << 32 | low
            self._clock_ticks = self.clock
        elif kind == Mark.TICK and self._clock_ticks:
            self.stream.moments.append((self._clock_ticks, high << 32 | low))
        else:
            self.stream.notes.append(f"{self.stream.name}: a mark of the unknown kind {kind} ends a chunk early")
            return False
        return True

    def end_text(self) -> None:
        """Store the text that was being collected."""
        if self._text_head is None:
            return
        kind, number, length, stored = self._text_head
        text = bytes(self._text[:stored]).decode("utf-8", "replace") + ("…" if stored < length else "")
        if kind == Mark.THREAD:
            self.thread.name = text
        else:
            self.thread.texts[number] = text
        self._text_head = None
        self._text.clear()


def _note_gaps(chunks: list[_Chunk], stream: Stream) -> None:
    expected: dict[int, int] = {}
    for chunk in chunks:
        if chunk.sequence != expected.get(chunk.thread, 0):
            stream.notes.append(f"{stream.name}: a piece of thread {chunk.thread} is missing")
        expected[chunk.thread] = chunk.sequence + 1
