"""Calls made by hand as one would read them first: call by call, word by word, as `tables/published_calls.py` says it.

The tests read the same calls with this and with the real replay: both must tell the same events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_NAME, EventRow, Other, Payload
from borrowscope.tables.published_api import BY_NUMBER
from borrowscope.tables.published_calls import (
    Born,
    Constant,
    Ended,
    EventOfCall,
    Function,
    Kind,
    Known,
    Same,
    Text,
    Value,
)
from borrowscope.tables.published_events import PUBLISHED_EVENTS
from borrowscope.tables.stream_format import Mark
from borrowscope.text.type_names import short_type
from borrowscope.trace.meanings import HandSite
from borrowscope.trace.shapes import Shapes
from tests.trace.plain_reader import Stream, Thread

_OWN = {row.name: {one.name: one.own or one.name for one in (*row.fields, *row.more)} for row in PUBLISHED_EVENTS}


@dataclass
class _Live:
    number: int
    name: str | None
    id: int | None
    thread: int
    order: int


@dataclass
class _Party:
    number: int = 0
    name: str | None = None


@dataclass
class _Process:
    """One process: who lives, the newest last."""

    next: int
    live: list[_Live] = field(default_factory=list)

    def find(self, thread: int, name: str | None, number: int | None) -> _Live | None:
        """The newest live one."""
        if number is not None:
            own = [one for one in self.live if one.id == number and one.thread == thread]
            own = own or [one for one in self.live if one.id == number]
            return own[-1] if own else None
        named = [one for one in self.live if name is not None and one.name == name and one.thread == thread]
        return named[-1] if named else None


@dataclass
class _Sites:
    """Sites are never shared."""

    first: int
    made: list[HandSite] = field(default_factory=list)

    def number(self, site: HandSite) -> int:
        self.made.append(site)
        return self.first + len(self.made) - 1


@dataclass(frozen=True)
class _Event:
    """One event of a call, as columns have it."""

    word: int
    instance: int
    other: int
    mark: tuple[int, int, int] | None


def replace_calls(streams: list[Stream], shapes: Shapes) -> int:
    """Put the events that calls mean into the place of the calls; each has a site of its own, from a number on."""
    words = [word for stream in streams for thread in stream.threads.values() for word in thread.words]
    used = [word & spec.SITE_MASK for word in words if word >> spec.KIND_SHIFT != Mark.CALL]
    sites = _Sites(1 + max(shapes.last_site, *used, 0))
    for stream in streams:
        _replace(stream, sites)
    shapes.declare(sites.first, sites.made)
    return sites.first


def _replace(stream: Stream, sites: _Sites) -> None:
    threads = [thread for _, thread in sorted(stream.threads.items())]
    process = _Process(1 + max((_largest(thread) for thread in threads), default=0))
    order = sorted(
        (thread.ticks[row], place, row)
        for place, thread in enumerate(threads)
        for row in range(len(thread.words))
        if thread.words[row] >> spec.KIND_SHIFT == Mark.CALL
    )
    meant: dict[tuple[int, int], list[_Event]] = {}
    unknown = 0
    for _, place, row in order:
        events = _call(threads[place], row, place, process, sites)
        unknown += events is None
        meant[place, row] = events or []
    if unknown:
        stream.notes.append(f"{stream.name}: {unknown} calls of functions that this BorrowScope does not know")
    for place, thread in enumerate(threads):
        _splice(thread, {row: events for (at, row), events in meant.items() if at == place})


def _largest(thread: Thread) -> int:
    largest = 0
    for word, instance, other in zip(thread.words, thread.instances, thread.others, strict=True):
        if word >> spec.KIND_SHIFT != Mark.CALL:
            row = _ROWS[word >> spec.KIND_SHIFT]
            party = other if row.other in {Other.OWNER, Other.SOURCE, Other.TO} else 0
            largest = max(largest, instance, party)
    return largest


_ROWS = {row.tag: row for row in BY_NAME.values()}


def _call(thread: Thread, row: int, place: int, process: _Process, sites: _Sites) -> list[_Event] | None:
    word = thread.words[row]
    function = BY_NUMBER.get(word & spec.CALL_MASK)
    told = word >> spec.CALL_SHIFT & spec.CALL_SLOTS
    words = [thread.instances[row], thread.others[row], *thread.args.get(row, [])[: 3 * told]]
    is_narrow = bool(word & spec.CALL_NARROW)
    values = _values(function, words, thread.texts, is_narrow=is_narrow) if function else None
    if function is None or values is None:
        return None
    if function.name == "reset":
        process.live.clear()
    events: list[_Event] = []
    first = _Party()
    for event in function.events:
        parties = _parties(event, values, place, process, first)
        if not events:
            first = parties["instance"]
        events.append(_event(event, function, values, parties, sites))
    return events


def _values(function: Function, words: list[int], texts: dict[int, str], *, is_narrow: bool) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    at = 0
    for one in function.words:
        size = 2 if one.kind is Kind.ADDRESS or (one.kind is Kind.NUMBER and not is_narrow) else 1
        if at + size > len(words):
            return None
        if one.kind is Kind.TEXT:
            values[one.name] = texts.get(words[at])
        elif one.kind is Kind.FLAG:
            values[one.name] = words[at] != 0
        elif one.kind in {Kind.NUMBER, Kind.ADDRESS}:
            values[one.name] = words[at] + (words[at + 1] * 2**32 if size > 1 else 0)
        else:
            named = [texts.get(number) for number in words[at + 1 : at + 1 + words[at]]]
            values[one.name] = [text for text in named if text is not None]
        at += size
    return values


def _fill(template: str, values: dict[str, Any]) -> str | None:
    named = {word: value for word, value in values.items() if f"{{{word}}}" in template or f"{{{word}:" in template}
    return None if None in named.values() else template.format(**named)


def _parties(
    event: EventOfCall, values: dict[str, Any], thread: int, process: _Process, first: _Party
) -> dict[str, _Party]:
    row = BY_NAME[event.variant]
    has_other = row.other in {Other.OWNER, Other.SOURCE, Other.TO}
    wanted = {"instance": event.instance, "other": event.other if has_other else None}
    found = {"instance": _Party(), "other": _Party()}
    for role, party in sorted(wanted.items(), key=lambda one: isinstance(one[1], Born)):
        if isinstance(party, Same):
            found[role] = first
        elif isinstance(party, Known):
            name = _fill(party.name, values) if party.name else None
            one = process.find(thread, name, values[party.id] if party.id else None)
            found[role] = _Party(one.number, one.name) if one else _Party()
            if one and isinstance(party, Ended):
                process.live.remove(one)
        elif isinstance(party, Born):
            name = _fill(party.name, values)
            number = process.next
            process.next += 1
            process.live.append(_Live(number, name, values[party.id] if party.id else None, thread, number))
            found[role] = _Party(number, name)
    return found


def _source(source: object, values: dict[str, Any]) -> Any:
    if isinstance(source, Text):
        return _fill(source.template, values)
    if isinstance(source, Value):
        return values[source.word]
    return source.value if isinstance(source, Constant) else None


def _event(
    event: EventOfCall, function: Function, values: dict[str, Any], parties: dict[str, _Party], sites: _Sites
) -> _Event:
    row = BY_NAME[event.variant]
    known = {_OWN[event.variant].get(name, name): _source(source, values) for name, source in event.fields}
    fields = {own.name: known[own.name] for own in row.fields if own.name in known}
    other, mark = parties["other"].number, (0, 0, values[event.address] if event.address else 0)
    if row.other is Other.NUMBER and (number := next(iter(fields.values()))) < 2**32:
        other = number
        del fields[next(iter(fields))]
    small, count = _payload(row, fields)
    has_mark = row.payload in {Payload.COUNTS, Payload.FLAGS} or bool(event.address)
    name = _fill(event.name, values) if event.name or event.instance is None else parties["instance"].name
    giver = event.instance.name if row.other is Other.TO and isinstance(event.instance, Known) else ""
    ty = _fill(event.type, values)
    statics = [f"{{{word.name}}}" for word in function.words if word.is_static]
    ty = short_type(ty) if ty and event.type in statics else ty
    place = _place(values[event.location]) if event.location else (None, None, None)
    site = HandSite(name or None, _fill(giver, values) or None, ty or None, *place, fields)
    word = row.tag << spec.KIND_SHIFT | sites.number(site)
    return _Event(word, parties["instance"].number, other, (small, count, mark[2]) if has_mark else None)


def _payload(row: EventRow, fields: dict[str, Any]) -> tuple[int, int]:
    small = count = 0
    if row.payload is Payload.COUNTS:
        small, count = (fields.pop(name, 0) & 0xFFFFFFFF for name in ("weak_count", "strong_count"))
    if row.payload is Payload.FLAGS:
        for own in row.fields:
            if own.type == "bool" and fields.pop(own.name, True):
                small |= spec.FLAG_MUTABLE if own.name == "is_mutable" else spec.FLAG_SUCCESS
    return small, count


def _place(location: str | None) -> tuple[str | None, int | None, int | None]:
    parts = (location or "").split(":")
    numbers: list[int] = []
    while len(parts) > 1 and len(numbers) < 2 and parts[-1].isascii() and parts[-1].isdigit():
        numbers.insert(0, int(parts.pop()))
    if not numbers:
        return location or None, None, None
    return ":".join(parts), numbers[0], numbers[1] if len(numbers) > 1 else None


def _splice(thread: Thread, meant: dict[int, list[_Event]]) -> None:
    old = [list(column) for column in (thread.ticks, thread.words, thread.instances, thread.others)]
    objects, flags = dict(thread.objects), dict(thread.flags)
    columns: tuple[list[int], ...] = (thread.ticks, thread.words, thread.instances, thread.others)
    for column in columns:
        column.clear()
    thread.objects.clear()
    thread.flags.clear()

    def add(row: tuple[int, ...]) -> None:
        for column, value in zip(columns, row, strict=True):
            column.append(value)

    for row, values in enumerate(zip(*old, strict=True)):
        for event in meant.get(row, []):
            if event.mark is not None:
                thread.objects[len(thread.words)] = event.mark
            add((values[0], event.word, event.instance, event.other))
        if row not in meant:
            if row in objects:
                thread.objects[len(thread.words)] = objects[row]
            if row in flags:
                thread.flags[len(thread.words)] = flags[row]
            add(values)
