"""The lifelines of one execution: a lane for each binding, with what happened to it on which line.

In: the events of a call, the sites, the source's blocks. Out: `Lane` values for draw.py. Events of every turn of a loop
fall on the same line and are counted. Where a scope ends is read from the text; everything else was observed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from borrowscope.report.attempts import is_refusal
from borrowscope.report.blocks import Blocks
from borrowscope.report.exits import WaysOut
from borrowscope.report.lives import BIRTHS, ENDS
from borrowscope.tables.recording_files import SiteRecord
from borrowscope.trace.event import Event


class Mark(Enum):
    """What can happen to a binding on a line. The value is the word of the list below the drawing."""

    BORN = "born"
    BORN_SHARED = "borrows"
    BORN_MUTABLE = "borrows mutably"
    LENT = "borrowed"
    LENT_MUTABLE = "borrowed mutably"
    CLONED = "cloned"
    REFUSED = "refused: it was borrowed"
    REPLACED = "assigned"
    LEFT_PART = "moved in part"
    LEFT = "moved away"
    LAST_USE = "last used"
    DROPPED = "dropped"
    ENDED = "ends"


BORROW_BIRTHS = {False: Mark.BORN_SHARED, True: Mark.BORN_MUTABLE}
BIRTHS_DRAWN = frozenset({Mark.BORN, Mark.BORN_SHARED, Mark.BORN_MUTABLE})
LENDINGS = {False: Mark.LENT, True: Mark.LENT_MUTABLE}
BORROWS = frozenset({"Borrow", "RefCellBorrow", "LockGuardAcquire"})
CLONES = frozenset({"Clone", "RcClone", "ArcClone", "WeakClone", "WeakNew"})
MUTABLE_REFERENCE = re.compile(r"&(?:'\w+ )?mut\b")
FINAL = frozenset({Mark.LEFT, Mark.DROPPED, Mark.ENDED, Mark.LAST_USE})


@dataclass(frozen=True, slots=True)
class Happening:
    """A mark on a line. `other` is the other binding's lane, if it has one; `cause` why a value was dropped."""

    line: int
    mark: Mark
    other: int | None = None
    cause: str | None = None


@dataclass(slots=True)
class Lane:
    """One binding of the function. `happenings` counts what happened, in the order of its first time."""

    key: int
    name: str
    ty: str | None
    kind: str
    line: int
    column: int
    scope_end: int | None
    needs_drop: bool | None
    happenings: dict[Happening, int] = field(default_factory=dict)
    dropped_as: int | None = None  # place in the order of the last drops

    @property
    def is_reference(self) -> bool:
        """Whether the binding is a reference."""
        return any(one.mark in BORROW_BIRTHS.values() for one in self.happenings) or (self.ty or "").startswith("&")

    @property
    def first(self) -> int:
        """The line where the lane starts."""
        return min((one.line for one in self.happenings), default=self.line)

    @property
    def last(self) -> int:
        """The line where the lane ends: where its last end was seen, else the end of its scope."""
        latest = max((one.line for one in self.happenings), default=self.line)
        has_end = any(one.mark in FINAL for one in self.happenings)
        return latest if has_end else max(latest, self.scope_end or latest)

    def add(self, happening: Happening) -> None:
        """Count a happening."""
        self.happenings[happening] = self.happenings.get(happening, 0) + 1


class _Builder:
    """Follows the instances of one call to their lanes."""

    def __init__(self, sites: Mapping[int, SiteRecord], blocks: Blocks) -> None:
        self._sites = sites
        self._blocks = blocks
        self.lanes: dict[int, Lane] = {}
        self._lane_of: dict[int, Lane] = {}
        self._line = 0
        self._open_ends: list[tuple[Lane, Mark, int]] = []
        self._attempts: dict[tuple[int, int], Event] = {}

    def add(self, event: Event) -> None:
        """Take one event to the lanes that it concerns."""
        attempt = self._attempts.pop((event.process, event.thread), None)
        if attempt and is_refusal(attempt, event):
            self._refuse(attempt)
        if event.event == "Attempt":
            self._attempts[(event.process, event.thread)] = event
        if event.event in ENDS:
            self._end(event)
            return
        self._line = event.line or self._line
        if event.event == "Move":
            self._move(event)
        elif event.event in BORROWS:
            self._borrow(event)
        elif event.event in CLONES:
            self._clone(event)
        elif event.instance is not None and event.event in BIRTHS and event.instance not in self._lane_of:
            self._born(event.instance, event, _birth_of(event.ty))

    def _born(self, instance: int, event: Event, mark: Mark, other: Lane | None = None) -> Lane | None:
        lane = self._lane(event)
        if lane is None:
            return None
        self._lane_of[instance] = lane
        line = event.line or lane.line
        if line != lane.line and any(one.mark in BIRTHS_DRAWN for one in lane.happenings):
            mark = Mark.REPLACED
        lane.add(Happening(line, mark, other.key if other else None))
        return lane

    def _lane(self, event: Event) -> Lane | None:
        site = self._sites.get(event.site) if event.site is not None else None
        if site is None or site.name is None:
            return None
        own = self._sites.get(_own_number(site)) or site
        if own.number not in self.lanes:
            end = self._blocks.scope_end(own.line, own.column, own.kind)
            self.lanes[own.number] = Lane(
                own.number, own.name or "?", event.ty or own.ty, own.kind, own.line, own.column, end, own.needs_drop
            )
        return self.lanes[own.number]

    def _borrow(self, event: Event) -> None:
        is_mutable = bool(event.fields.get("mutable") or event.fields.get("is_mutable"))
        owner = self._of(event.owner)
        self._derive(event, owner, BORROW_BIRTHS[is_mutable], LENDINGS[is_mutable])

    def _clone(self, event: Event) -> None:
        self._derive(event, self._of(event.source), Mark.BORN, Mark.CLONED)

    def _derive(self, event: Event, source: Lane | None, birth: Mark, mark: Mark) -> None:
        born = None
        if event.instance is not None and event.instance not in self._lane_of:
            born = self._born(event.instance, event, birth, source)
        if source and event.line:
            source.add(Happening(event.line, mark, born.key if born else None))

    def _move(self, event: Event) -> None:
        source = self._of(event.from_ if event.from_ is not None else event.instance)
        target = self._born(event.to, event, Mark.BORN, source) if event.to is not None else None
        if source and event.line:
            mark = Mark.LEFT_PART if event.fields.get("partial") else Mark.LEFT
            source.add(Happening(event.line, mark, target.key if target else None))

    def _refuse(self, attempt: Event) -> None:
        lane = self._of(attempt.owner)
        if lane and attempt.line:
            lane.add(Happening(attempt.line, Mark.REFUSED))

    def _end(self, event: Event) -> None:
        lane = self._of(event.instance)
        if lane is None:
            return
        cause = event.fields.get("cause")
        if cause == "assign":  # the new value's birth marks the line
            return
        site = self._sites.get(lane.key)
        mark = Mark.ENDED if lane.needs_drop is False else Mark.DROPPED
        lane.dropped_as = event.seq if mark is Mark.DROPPED else None
        if cause is None and lane.scope_end:
            self._open_ends.append((lane, mark, self._line))
            return
        line = lane.scope_end if cause == "scope_end" and lane.scope_end else self._line
        if site and site.last_use and lane.is_reference:
            mark, line = Mark.LAST_USE, site.last_use["line"]
        _add_end(lane, line, mark, cause if cause != "scope_end" else None)

    def settle(self, function: str) -> None:
        """Place the ends whose cause nobody told: their scopes have several ways out."""
        ways = WaysOut(self._sites, function, self._blocks, self.lanes)
        for lane, mark, seen in self._open_ends:
            way = ways.find(lane.scope_end or lane.line, seen)
            _add_end(lane, way.line, mark, way.says if mark is Mark.DROPPED else None)

    def _of(self, instance: int | None) -> Lane | None:
        return self._lane_of.get(instance) if instance is not None else None


def build_lanes(events: Iterable[Event], sites: Mapping[int, SiteRecord], blocks: Blocks, function: str) -> list[Lane]:
    """The lanes of a call's events, in the order in which the source names the bindings."""
    builder = _Builder(sites, blocks)
    for event in events:
        builder.add(event)
    builder.settle(function)
    return sorted(builder.lanes.values(), key=lambda lane: (lane.line, lane.column))


def _add_end(lane: Lane, line: int, mark: Mark, says: str | None) -> None:
    latest = max((one.line for one in lane.happenings), default=lane.line)
    lane.add(Happening(max(line, latest), mark, cause=says))


def _birth_of(ty: str | None) -> Mark:
    """What a birth that tells no owner brings: a reference from elsewhere, or a value."""
    if not (ty or "").startswith("&"):
        return Mark.BORN
    return BORROW_BIRTHS[bool(MUTABLE_REFERENCE.match(ty or ""))]


def _own_number(site: SiteRecord) -> int:
    """The number of the binding's own site: an assignment's and a move's site names it."""
    return site.number if site.binding is None else site.file * 256 + site.binding
