"""The events of a table as `Event` objects, made when somebody looks at them and not kept.

In: a table. Out: `Events`, a sequence; it is read block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS, EventRow, Other, Payload
from borrowscope.tables.stream_format import Cause
from borrowscope.text.type_names import short_type
from borrowscope.trace.columns import Column, blocks
from borrowscope.trace.event import Event
from borrowscope.trace.kinds import IS_DEATH, IS_MOVE
from borrowscope.trace.shapes import Shape
from borrowscope.trace.table import Table

_BLOCK = 1 << 12
_CAUSES = {int(cause): cause.text for cause in Cause}
_WAYS_OUT = {cause.text for cause in (Cause.SCOPE_END, Cause.RETURN, Cause.TRY, Cause.BREAK, Cause.CONTINUE)}
# Told with the name even where the instance is not known: an assignment inside a closure, a static.
_NAMED_BY_SITE = frozenset({"New", "Drop", "ClosureCapture", "StaticInit", "StaticAccess"})
# The fields that the flags beside an object tell: `is_mutable`, and what the variant calls its success.
_FLAGGED = {
    row.name: tuple(own.name for own in row.fields if own.type == "bool")
    for row in EVENTS
    if row.payload is Payload.FLAGS
}
_GUARD_ENDS = frozenset({"RefCellDrop", "LockGuardDrop"})


class Events(Sequence[Event]):
    """Some events of a table, all unless `seqs` names them. Each look at one makes it anew."""

    def __init__(self, table: Table, seqs: Column | None = None) -> None:
        self._table = table
        self._seqs = np.arange(len(table), dtype=np.uint32) if seqs is None else seqs

    def __len__(self) -> int:
        return len(self._seqs)

    def __iter__(self) -> Iterator[Event]:
        for block in blocks(len(self._seqs), _BLOCK):
            yield from _Block(self._table, self._seqs[block]).events()

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Events: ...
    def __getitem__(self, place: int | slice) -> Event | Events:
        if isinstance(place, slice):
            return Events(self._table, self._seqs[place])
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return next(_Block(self._table, self._seqs[place : place + 1 or None]).events())


def events_at(table: Table, seqs: Iterable[int]) -> dict[int, Event]:
    """The events at some places."""
    chosen = np.array(sorted(set(seqs)), np.uint32)
    return dict(zip(chosen.tolist(), Events(table, chosen), strict=True))


def _tells_number(row: EventRow, shape: Shape) -> bool:
    """Whether a site tells the variant's own number, which was too large for its place beside the site."""
    if not shape.is_by_hand or row.other is not Other.NUMBER:
        return False
    return next(iter((shape.fields or {}).values()), None) is not None


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the runtime told beside an event."""

    small: int
    count: int
    address: int
    object: str | None


@dataclass(frozen=True, slots=True)
class _Past:
    """What had been told of an event's instance before it: at its birth, and since."""

    is_born: bool
    is_partial: bool
    name: str | None
    ty: str | None
    owner: int
    object: str | None


_NO_MARK = _Mark(0, 0, 0, None)


class _Block:
    """The events of some rows."""

    def __init__(self, table: Table, seqs: Column) -> None:
        self._table = table
        self._seqs = seqs
        self._words = table.merged.words[seqs]
        self._instances = table.merged.instances[seqs]
        self._marks = self._find_marks()
        self._pasts = self._find_pasts()
        self._partial = set(seqs[np.isin(seqs, table.instances.partial_moves)].tolist())

    def events(self) -> Iterator[Event]:
        """The events in the order of the rows."""
        merged, shape_of = self._table.merged, self._table.shapes.of
        columns = (merged.times, merged.threads, merged.others)
        rest = (column[self._seqs].tolist() for column in columns)
        rows = zip(self._seqs.tolist(), self._words.tolist(), self._instances.tolist(), *rest, strict=True)
        for seq, word, instance, time, thread, other in rows:
            shape = shape_of(word)
            event = self._plain_event(seq, time, thread, shape)
            if instance:
                event.instance = instance
            if instance or shape.row.name in _NAMED_BY_SITE or shape.is_by_hand:
                event.name = shape.name
            if shape.row.other is Other.TO:
                self._move(event, other, shape)
            else:
                self._fill(event, other, thread, shape)
            yield event

    def _plain_event(self, seq: int, time: int, thread: int, shape: Shape) -> Event:
        """What the shape says without a look at other events. By position: half the time of names, a million times."""
        owner = self._table.merged.owners[thread]
        return Event(
            seq,
            time,
            owner.process,
            owner.number,
            owner.name,
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

    def _fill(self, event: Event, other: int, thread: int, shape: Shape) -> None:
        """What the event's own row tells: the other party, what stands beside it, how a life ended."""
        row = shape.row
        if (other or row.other is Other.NUMBER) and not _tells_number(row, shape):
            _PARTIES[row.other](self, event, other, thread)
        if row.payload is not Payload.NONE:
            self._add_payload(event, row.payload, self._marks.get(event.seq, _NO_MARK), thread)
        if row.is_death:
            self._end(event, shape)

    def _move(self, event: Event, to: int, shape: Shape) -> None:
        """A move tells the name and the type of what moved; its target is born with the site's name."""
        past = self._pasts[event.seq]
        if event.instance is None and shape.is_by_hand:
            event.name = shape.giver
        if event.instance is not None:
            event.from_ = event.instance
            event.ty = past.ty or event.ty
            event.object = past.object
            if past.name is not None or to:
                event.name = past.name or (shape.giver if not past.is_born else None)
        if to:
            event.to = to
        if event.seq in self._partial:
            event.fields["partial"] = True

    def _end(self, event: Event, shape: Shape) -> None:
        cause = event.fields.get("cause") or _CAUSES[0]
        is_unsure = shape.may_leave_early and cause == _CAUSES[0]
        is_unsure = is_unsure or (shape.may_be_torn_down and cause in _WAYS_OUT)
        event.fields["cause"] = None if is_unsure else cause
        if event.instance is None:
            return
        past = self._pasts[event.seq]
        event.ty = past.ty or event.ty
        event.object = past.object
        if past.is_partial:
            event.fields["partial"] = True
        if event.event in _GUARD_ENDS:
            event.owner = past.owner or None

    def _add_payload(self, event: Event, payload: Payload, mark: _Mark, thread: int) -> None:
        if payload is Payload.TYPE:
            self.take_type(event, mark.count, thread)
            return
        event.object = mark.object
        if payload is Payload.COUNTS:
            if "strong_count" in event.fields:
                event.fields["strong_count"] = mark.count
            event.fields["weak_count"] = mark.small
        elif payload is Payload.FLAGS:
            for own in _FLAGGED[event.event]:
                flag = spec.FLAG_MUTABLE if own == "is_mutable" else spec.FLAG_SUCCESS
                event.fields[own] = bool(mark.small & flag)
        elif "address" in event.fields:
            event.fields["address"] = mark.address

    def take_type(self, event: Event, other: int, thread: int) -> None:
        """The type that was named at run time."""
        named = self._table.merged.owners[thread].texts.get(other)
        event.ty = event.ty if named is None else short_type(named)

    def take_owner(self, event: Event, other: int, _thread: int) -> None:
        """The borrowed owner, the cell or the lock."""
        event.owner = other

    def take_source(self, event: Event, other: int, _thread: int) -> None:
        """What was cloned."""
        event.source = other

    def take_cause(self, event: Event, other: int, _thread: int) -> None:
        """Why a value ended."""
        event.fields["cause"] = _CAUSES.get(other)

    def take_number(self, event: Event, other: int, _thread: int) -> None:
        """The variant's own number."""
        event.fields[next(iter(event.fields))] = other

    def _find_marks(self) -> dict[int, _Mark]:
        """The marks of these rows by `seq`."""
        marks = self._table.merged.marks
        rows = marks.rows_of(self._seqs)
        is_marked = rows >= 0
        rows = rows[is_marked]
        columns = (marks.smalls, marks.counts, marks.addresses)
        told = zip(*(column[rows].tolist() for column in columns), self._objects(rows), strict=True)
        return {seq: _Mark(*one) for seq, one in zip(self._seqs[is_marked].tolist(), told, strict=True)}

    def _objects(self, mark_rows: Column) -> list[str | None]:
        """The texts of objects, `0xADDRESS#EPOCH`; None for a row of -1 and for marks without an object."""
        if not len(mark_rows) or not len(self._table.object_texts):
            return [None] * len(mark_rows)
        sights = np.where(mark_rows >= 0, self._table.object_texts[mark_rows], -1)
        addresses = self._table.merged.marks.addresses[mark_rows].tolist()
        epochs = self._table.sights.epochs[sights].tolist() if len(self._table.sights.epochs) else [0] * len(sights)
        return [
            f"{address:#x}#{epoch}" if sight >= 0 else None
            for sight, address, epoch in zip(sights.tolist(), addresses, epochs, strict=True)
        ]

    def _find_pasts(self) -> dict[int, _Past]:
        """What is known of the instances that move or end in these rows, by `seq`."""
        kinds = self._words >> spec.KIND_SHIFT
        chosen = IS_MOVE[kinds] | IS_DEATH[kinds]
        seqs, numbers = self._seqs[chosen], self._instances[chosen]
        instances, shapes = self._table.instances, self._table.shapes
        is_known = instances.knows(numbers, seqs)
        numbers = np.where(is_known, numbers, 0)
        words = np.where(is_known, self._table.words[np.where(is_known, instances.born[numbers], 0)], 0)
        parted = instances.parted[self._instances[chosen]] < seqs
        born_before = instances.born[self._instances[chosen]] <= seqs
        objects = self._objects(self._birth_marks(instances.origins[numbers]))
        names = self._table.types.names
        columns: tuple[list[Any], ...] = (
            born_before.tolist(),
            parted.tolist(),
            [shapes.of(word).name if word else None for word in words.tolist()],
            [names[ty] for ty in instances.types[numbers].tolist()],
            instances.owners[numbers].tolist(),
            objects,
        )
        pasts = (_Past(*one) for one in zip(*columns, strict=True))
        return dict(zip(seqs.tolist(), pasts, strict=True))

    def _birth_marks(self, origins: Column) -> Column:
        """The rows of the marks beside the births of some instances, -1 without."""
        born = self._table.instances.born[origins]
        rows = self._table.merged.marks.rows_of(born)
        return np.where(origins != 0, rows, -1)


_PARTIES: dict[Other, Callable[[_Block, Event, int, int], None]] = {
    Other.NONE: lambda *_: None,
    Other.TYPE: _Block.take_type,
    Other.OWNER: _Block.take_owner,
    Other.SOURCE: _Block.take_source,
    Other.CAUSE: _Block.take_cause,
    Other.NUMBER: _Block.take_number,
}
