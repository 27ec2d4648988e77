"""A reader of streams as one would write it first: slot by slot, event by event, nothing in columns.

The tests read the same bytes with it and with the real one: both must say the same of whole and of damaged streams.
It is a hundred times slower and follows the specification's words, so it is the place to look up what an event means.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_TAG, EVENTS, Other, Payload
from borrowscope.tables.stream_format import Cause, Mark
from borrowscope.text.type_names import short_type
from borrowscope.trace.clock import Clock
from borrowscope.trace.event import Event
from borrowscope.trace.header import Header, decode_header
from borrowscope.trace.kinds import is_beginning
from borrowscope.trace.objects import CREATIONS, HEAP
from borrowscope.trace.shapes import Shape, Shapes


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
    args: dict[int, list[int]] = field(default_factory=dict)  # further words of calls made by hand


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


def decode(data: bytes, name: str) -> Stream:
    """Decode a whole stream; the header's notes are left to the real reader."""
    header = decode_header(data, name)
    stream = Stream(name, header, {}, [(header.start_ticks, header.start_ns)], [])
    chunks = sorted(_chunks(data, stream), key=lambda chunk: (chunk.thread, chunk.sequence))
    for chunk in chunks:
        _decode_chunk(chunk, stream)
    _note_gaps(chunks, stream)
    return stream


def _chunks(data: bytes, stream: Stream) -> list[_Chunk]:
    """Find the chunks. A page that begins with no chunk was reserved only, and must be zero there."""
    view = memoryview(data)
    found = []
    damaged: list[int] = []  # pages, one after the other
    at = stream.header.size
    while at + spec.CHUNK_HEADER_SIZE <= len(data):
        magic, thread, sequence, size, ticks, ns = spec.CHUNK.unpack_from(data, at)
        is_sized = size >= spec.PAGE_SIZE and size % spec.PAGE_SIZE == 0
        is_chunk = magic == spec.CHUNK_MAGIC and is_sized
        if stream.header.version >= spec.CHECKED_SINCE:
            (check,) = spec.CHUNK_CHECK.unpack_from(data, at + spec.CHUNK.size)
            is_chunk = is_chunk and check == spec.chunk_check(thread, sequence, size, ticks, ns)
            if magic == spec.FREE_MAGIC and is_sized:
                at += size
                continue
        if not is_chunk:
            if magic != 0:
                damaged.append(at)
            else:
                _note_pages(damaged, stream)
            at += spec.PAGE_SIZE
            continue
        _note_pages(damaged, stream)
        slots = view[at + spec.CHUNK_HEADER_SIZE : min(at + size, len(data))]
        whole = len(slots) // spec.SLOT_SIZE * spec.SLOT_SIZE
        found.append(_Chunk(thread, sequence, ticks, ns, slots[:whole], at + size > len(data)))
        at += size
    _note_pages(damaged, stream)
    return found


def _note_pages(damaged: list[int], stream: Stream) -> None:
    if len(damaged) == 1:
        stream.notes.append(f"{stream.name}: the page at byte {damaged[0]} is damaged and is left out")
    elif damaged:
        end = damaged[-1] + spec.PAGE_SIZE
        stream.notes.append(f"{stream.name}: bytes {damaged[0]} to {end} are damaged and are left out")
    damaged.clear()


def _decode_chunk(chunk: _Chunk, stream: Stream) -> None:
    thread = stream.threads.get(chunk.thread)
    if thread is None:
        thread = stream.threads[chunk.thread] = Thread(chunk.thread)
    stream.moments.append((chunk.ticks, chunk.ns))
    if stream.header.version < spec.CHECKED_SINCE:
        _decode_slots(chunk, thread, stream)
        return
    chunk, is_damaged = _sound(chunk)
    notes = len(stream.notes)
    _decode_slots(chunk, thread, stream)
    if is_damaged and len(stream.notes) == notes:
        stream.notes.append(f"{stream.name}: a piece of thread {chunk.thread} is damaged and is left out")


_FOLLOWERS = frozenset({Mark.TICK, Mark.TEXT, Mark.OBJECT, Mark.FLAGS, Mark.ARGS})
_KNOWN = frozenset(BY_TAG) | frozenset(Mark)


def _sound(chunk: _Chunk) -> tuple[_Chunk, bool]:
    """The chunk without checks, up to the first that is wrong. Zeros or what is unknown end it in any case."""
    is_damaged = False
    slots = [list(slot) for slot in struct.iter_unpack("<IIII", chunk.slots)]
    kinds = [slot[0] >> spec.KIND_SHIFT for slot in slots]
    end = next((place for place, kind in enumerate(kinds) if kind not in _KNOWN), len(kinds))
    heads = [place for place in range(end) if kinds[place] not in _FOLLOWERS]
    sound = end
    for head, until in zip(heads, [*heads, end][1:], strict=True):
        if not spec.is_whole(bytes(chunk.slots[head * spec.SLOT_SIZE : until * spec.SLOT_SIZE])):
            sound = head
            break
    if end and kinds[0] in _FOLLOWERS:
        sound = 0
    if sound < end:
        is_cut = chunk.is_cut and end == len(kinds) and bool(heads) and sound == heads[-1] and heads[0] == 0
        is_damaged = not is_cut
        slots = slots[:sound]
    for slot, kind in zip(slots, kinds, strict=False):
        if kind in _KNOWN and kind not in _FOLLOWERS:
            slot[1] &= spec.TICKS_MASK
    data = memoryview(b"".join(spec.SLOT.pack(*slot) for slot in slots))
    return replace(chunk, slots=data, is_cut=chunk.is_cut and len(slots) == len(kinds)), is_damaged


def _decode_slots(chunk: _Chunk, thread: Thread, stream: Stream) -> None:
    """The hot loop: events go to the columns, marks to their handlers."""
    add_ticks, add_word = thread.ticks.append, thread.words.append
    add_instance, add_other = thread.instances.append, thread.others.append
    marks = _Marks(thread, stream)
    shift, first_mark, known = spec.KIND_SHIFT, spec.FIRST_MARK, BY_TAG
    now, word = chunk.ticks, 0
    for word, delta, instance, other in struct.iter_unpack("<IIII", chunk.slots):
        kind = word >> shift
        if kind >= first_mark and kind != Mark.CALL:
            if not marks.take(kind, word & spec.SITE_MASK, delta, instance, other):
                break
            if marks.clock:
                now, marks.clock = marks.clock, 0
        elif kind in known or kind == Mark.CALL:
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
    if chunk.is_cut and thread.words and _is_half(thread, word >> shift):
        _drop_last(thread)


def _is_half(thread: Thread, last: int) -> bool:
    """Whether the file ends right behind a head of which marks may be missing; `last` is the kind of the last slot."""
    word = thread.words[-1]
    kind = word >> spec.KIND_SHIFT
    if kind == Mark.CALL:
        told = word >> spec.CALL_SHIFT & spec.CALL_SLOTS
        return len(thread.args.get(len(thread.words) - 1, [])) < 3 * told
    if last != kind:
        return False
    row = BY_TAG[kind]
    return row.other is Other.TO or (row.payload is not Payload.NONE and row.name not in {"New", "Clone"})


def _drop_last(thread: Thread) -> None:
    thread.args.pop(len(thread.words) - 1, None)
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
            self.end_text()
            self._text.clear()
            self._text_head = (kind, small, first, low)
            if low == 0:
                self.end_text()
        elif kind == Mark.ARGS:
            if self.thread.words and self.thread.words[-1] >> spec.KIND_SHIFT == Mark.CALL:
                self.thread.args.setdefault(len(self.thread.words) - 1, []).extend((first, low, high))
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


_CAUSES = {int(cause): cause.text for cause in Cause}
# Told with the binding's name even where the instance is not known (an assignment inside a closure).
_NAMED_BY_SITE = frozenset({"New", "Drop", "ClosureCapture", "StaticInit", "StaticAccess"})
# The fields that the flags beside an object tell: `is_mutable`, and what the variant calls its success.
_FLAGGED = {
    row.name: tuple(own.name for own in row.fields if own.type == "bool")
    for row in EVENTS
    if row.payload is Payload.FLAGS
}
_GUARD_ENDS = frozenset({"RefCellDrop", "LockGuardDrop"})


def join_events(streams: list[Stream], shapes: Shapes) -> list[Event]:
    """The events of all streams in `seq` order."""
    clock = Clock(streams)
    start = min((clock.time_ns(s.header.clock, s.header.start_ticks) for s in streams), default=0)
    numbers = _Numbers()
    processes = {stream.name: _Process(stream.header.pid, shapes, numbers) for stream in streams}
    return [
        processes[stream.name].event(seq, max(0, ns - start), thread, place)
        for seq, (ns, stream, thread, place) in enumerate(_in_order(streams, clock))
    ]


def _in_order(streams: list[Stream], clock: Clock) -> Iterator[tuple[int, Stream, Thread, int]]:
    """Events by time. Where all streams share one counter its ticks decide, which are finer than nanoseconds."""
    shared = len({stream.header.clock for stream in streams}) == 1
    threads = [(stream, thread) for stream in streams for _, thread in sorted(stream.threads.items())]
    keys: list[tuple[int, int, int]] = []
    for number, (stream, thread) in enumerate(threads):
        source = stream.header.clock
        times = thread.ticks if shared else [clock.time_ns(source, ticks) for ticks in thread.ticks]
        keys.extend((time, number, place) for place, time in enumerate(times))
    keys.sort()
    for time, number, place in keys:
        stream, thread = threads[number]
        yield (clock.time_ns(stream.header.clock, time) if shared else time), stream, thread, place


class _Numbers:
    """Hands out the instances of the recording, from 1."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last += 1
        return self._last


@dataclass(slots=True)
class _Instance:
    """What is known of one instance since its birth."""

    number: int
    name: str | None = None
    ty: str | None = None
    owner: int | None = None
    object: str | None = None
    is_born: bool = False
    is_partial: bool = False


class Objects:
    """The objects of one process. An address begins a new epoch when something is made there and nobody holds it."""

    def __init__(self) -> None:
        self._epochs: dict[int, int] = {}
        self._holders: dict[int, set[int]] = {}
        self._held: dict[int, tuple[int, bool]] = {}  # by instance: address, and whether it lies on the heap
        self._raw: set[int] = set()  # given away as raw pointers: a box made of one is the same object

    def see(self, event: str, address: int, instance: int | None) -> str | None:
        """The text of the object that an event names; a birth makes its instance a holder. None for address 0."""
        if address == 0:
            return None
        holders = self._holders.setdefault(address, set())
        if self._begins(event, address, has_holders=bool(holders)):
            self._epochs[address] = self._epochs.get(address, -1) + 1
        if event == "BoxIntoRaw":
            self._raw.add(address)
        elif event in CREATIONS:
            self._raw.discard(address)
        if instance is not None and (event in HEAP or event in CREATIONS):
            holders.add(instance)
            self._held[instance] = (address, event in HEAP)
        return f"{address:#x}#{self._epochs.setdefault(address, 0)}"

    def _begins(self, event: str, address: int, *, has_holders: bool) -> bool:
        """Whether the event is the first of a new object; senders are made before receivers, and of new channels."""
        if event == "ChannelSenderNew":
            return True
        is_known = has_holders or (event == "BoxFromRaw" and address in self._raw)
        return event in CREATIONS and not is_known

    def end(self, instance: int) -> None:
        """The instance holds its object no more."""
        held = self._held.pop(instance, None)
        if held is not None:
            self._holders[held[0]].discard(instance)

    def move(self, instance: int, to: int | None) -> None:
        """The instance gives its object to another one, or to nobody that is known."""
        held = self._held.get(instance)
        self.end(instance)
        if held is not None and to is not None and held[1]:
            self._holders[held[0]].add(to)
            self._held[to] = held


@dataclass(slots=True)
class _Process:
    """One process: its instances by their number in its stream, and its objects."""

    pid: int
    shapes: Shapes
    numbers: _Numbers
    instances: dict[int, _Instance] = field(default_factory=dict)
    objects: Objects = field(default_factory=Objects)

    def event(self, seq: int, time_ns: int, thread: Thread, place: int) -> Event:
        """The event at one place of a thread's columns."""
        shape = self.shapes.of(thread.words[place])
        row = shape.row
        raw, other = thread.instances[place], thread.others[place]
        instance = self._instance(raw, begins=is_beginning(shape.row)) if raw else None
        event = self._plain_event(seq, time_ns, thread, shape)
        if instance is not None:
            event.instance = instance.number
        if instance is not None or row.name in _NAMED_BY_SITE or shape.is_by_hand:
            event.name = shape.name
        if row.other is Other.TO:
            self._move(event, instance, other, thread.flags.get(place, 0), shape)
            return event
        is_told = row.other is Other.NUMBER and shape.is_by_hand and next(iter(event.fields.values())) is not None
        if (other or row.other is Other.NUMBER) and not is_told:
            _PARTIES[row.other](self, event, other, thread)
        if row.payload is not Payload.NONE:
            self._add_payload(event, row.payload, thread.objects.get(place, (0, 0, 0)), thread)
        if instance is not None and row.is_birth:
            instance.name, instance.ty = event.name, event.ty
            instance.owner, instance.object = event.owner, event.object
        if row.is_death:
            self._end(event, instance, shape)
        return event

    def _plain_event(self, seq: int, time_ns: int, thread: Thread, shape: Shape) -> Event:
        """What the shape says without a look at other events. By position: half the time of names, a million times."""
        return Event(
            seq,
            time_ns,
            self.pid,
            thread.number,
            thread.name,
            shape.row.name,
            None,
            None,
            shape.ty,
            None,
            None,
            None,
            None,
            None,
            shape.file,
            shape.line,
            shape.column,
            shape.function,
            shape.site,
            dict(shape.fields) if shape.fields else {},
        )

    def _instance(self, raw: int, *, begins: bool) -> _Instance:
        """The instance behind a number of the stream; a second birth of the same number is another instance."""
        instance = self.instances.get(raw)
        if instance is None or (begins and instance.is_born):
            instance = self.instances[raw] = _Instance(self.numbers.next())
        instance.is_born = instance.is_born or begins
        return instance

    def _move(self, event: Event, source: _Instance | None, raw: int, flags: int, shape: Shape) -> None:
        """A move tells the name and the type of what moved; its target is born with the site's name."""
        target = self._instance(raw, begins=True) if raw else None
        if source is None and shape.is_by_hand:
            event.name = shape.giver
        if source is not None:
            event.from_ = source.number
            event.ty = source.ty or event.ty
            event.object = source.object
            if source.name is not None or target is not None:
                event.name = source.name or (shape.giver if not source.is_born else None)
        if target is not None:
            event.to = target.number
            target.name, target.ty = shape.name, event.ty
            if source is not None:
                target.owner, target.object = source.owner, source.object
        if flags & spec.FLAG_PARTIAL:
            event.fields["partial"] = True
            if source is not None:
                source.is_partial = True
        elif source is not None:
            self.objects.move(source.number, event.to)

    def _end(self, event: Event, instance: _Instance | None, shape: Shape) -> None:
        cause = event.fields.get("cause") or _CAUSES[0]
        event.fields["cause"] = None if cause == _CAUSES[0] and shape.may_leave_early else cause
        if instance is None:
            return
        event.ty = instance.ty or event.ty
        if instance.is_partial:
            event.fields["partial"] = True
        event.object = instance.object
        if event.event in _GUARD_ENDS:
            event.owner = instance.owner
        self.objects.end(instance.number)

    def _add_payload(self, event: Event, payload: Payload, mark: tuple[int, int, int], thread: Thread) -> None:
        small, count, address = mark
        if payload is Payload.TYPE:
            self.take_type(event, count, thread)
            return
        event.object = self.objects.see(event.event, address, event.instance)
        if payload is Payload.COUNTS:
            if "strong_count" in event.fields:
                event.fields["strong_count"] = count
            event.fields["weak_count"] = small
        elif payload is Payload.FLAGS:
            for own in _FLAGGED[event.event]:
                event.fields[own] = bool(small & (spec.FLAG_MUTABLE if own == "is_mutable" else spec.FLAG_SUCCESS))
        elif "address" in event.fields:
            event.fields["address"] = address

    def take_type(self, event: Event, other: int, thread: Thread) -> None:
        """The type that was named at run time."""
        named = thread.texts.get(other)
        event.ty = event.ty if named is None else short_type(named)

    def take_owner(self, event: Event, other: int, _thread: Thread) -> None:
        """The borrowed owner, the cell or the lock."""
        event.owner = self._instance(other, begins=False).number

    def take_source(self, event: Event, other: int, _thread: Thread) -> None:
        """What was cloned."""
        event.source = self._instance(other, begins=False).number

    def take_cause(self, event: Event, other: int, _thread: Thread) -> None:
        """Why a value ended."""
        event.fields["cause"] = _CAUSES.get(other)

    def take_number(self, event: Event, other: int, _thread: Thread) -> None:
        """The variant's own number."""
        event.fields[next(iter(event.fields))] = other


_PARTIES: dict[Other, Callable[[_Process, Event, int, Thread], None]] = {
    Other.NONE: lambda *_: None,
    Other.TYPE: _Process.take_type,
    Other.OWNER: _Process.take_owner,
    Other.SOURCE: _Process.take_source,
    Other.CAUSE: _Process.take_cause,
    Other.NUMBER: _Process.take_number,
}
