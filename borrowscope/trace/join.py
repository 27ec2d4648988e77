"""Joins the raw events of all streams with the sites: one list of `Event` in the order of time.

In: streams and the shapes of sites. Out: events with `seq`, instances that are unique in the recording, names, types,
places, and the fields of each variant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS, Other, Payload
from borrowscope.tables.stream_format import Cause
from borrowscope.trace.clock import Clock
from borrowscope.trace.event import Event
from borrowscope.trace.objects import Objects
from borrowscope.trace.shapes import Shape, Shapes
from borrowscope.trace.stream import Stream, Thread

_CAUSES = {int(cause): cause.text for cause in Cause}
# Told with the binding's name even where the instance is not known (an assignment inside a closure).
_NAMED_BY_SITE = frozenset({"New", "Drop", "ClosureCapture"})
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
        instance = self._instance(raw, begins=shape.begins) if raw else None
        event = self._plain_event(seq, time_ns, thread, shape)
        if instance is not None:
            event.instance = instance.number
        if instance is not None or row.name in _NAMED_BY_SITE:
            event.name = shape.name
        if row.other is Other.TO:
            self._move(event, instance, other, thread.flags.get(place, 0), shape)
            return event
        if other or row.other is Other.NUMBER:
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
        event.ty = thread.texts.get(other, event.ty)

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
