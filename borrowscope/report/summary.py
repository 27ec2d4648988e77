"""What a recording holds, counted in one pass: functions, clones, shared values, cells, values alive at the end.

In: a `Recording`. Out: a `Summary` for render.py and for `report --format json`. Nothing here is guessed: a value whose
end could not be recorded is not called alive.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from borrowscope.report.attempts import Attempts, Refusal
from borrowscope.report.lives import Lives
from borrowscope.tables.recording_files import RunFile
from borrowscope.trace.event import Event
from borrowscope.trace.recording import Recording

CLONES = frozenset({"Clone", "RcClone", "ArcClone", "WeakClone"})
REFERENCES = re.compile(r"^(?:&(?:'\w+ )?(?:mut )?)+")
SHARED_BIRTHS = frozenset({"RcNew", "ArcNew"})
SHARED = frozenset({"RcNew", "ArcNew", "RcClone", "ArcClone"})
CELL_BORROWS = frozenset({"RefCellBorrow"})


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class FunctionCount:
    """How often a function was entered, and how many events happened in it."""

    path: str
    calls: int
    events: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class CloneCount:
    """Clones of one type, with the lines that made them, the busiest first. `shares` tells Rc and Arc."""

    ty: str
    count: int
    shares: bool
    places: tuple[tuple[Place, int], ...]


@dataclass(frozen=True, slots=True)
class AliveCount:
    """Values of one binding that were never dropped, moved or given away."""

    name: str
    ty: str
    count: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class SharedValue:
    """An Rc or Arc and the most owners that it was seen to have."""

    name: str
    ty: str
    most_owners: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class CellUse:
    """Borrows of the RefCells of one line; `refused` are those that found the cell borrowed."""

    name: str
    place: Place | None
    shared: int
    mutable: int
    refused: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that `report` tells."""

    recording: str
    run: RunFile | None
    events: int
    by_event: dict[str, int]
    functions: tuple[FunctionCount, ...]
    threads: int
    processes: int
    duration_ns: int
    instances: int
    clones: tuple[CloneCount, ...]
    alive: tuple[AliveCount, ...]
    shared: tuple[SharedValue, ...]
    cells: tuple[CellUse, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    """The counters of the one pass."""

    by_event: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    events_of: Counter[str] = field(default_factory=Counter)
    entered_at: dict[str, Place] = field(default_factory=dict)
    threads: set[tuple[int, int]] = field(default_factory=set)
    clones: dict[tuple[str, bool], Counter[Place]] = field(default_factory=lambda: defaultdict(Counter))
    owners: dict[tuple[str, str, Place | None], int] = field(default_factory=dict)
    shared_objects: dict[str, tuple[str, str, Place | None]] = field(default_factory=dict)
    cells: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))

    def add(self, event: Event, lives: Lives) -> None:
        """Count one event; `lives` are those before it."""
        self.by_event[event.event] += 1
        self.threads.add((event.process, event.thread))
        if event.function:
            self.events_of[event.function] += 1
        handler = _HANDLERS.get(event.event)
        if handler:
            handler(self, event, lives)

    def enter(self, event: Event, _lives: Lives) -> None:
        """Count a call."""
        if event.function:
            self.calls[event.function] += 1
            place = place_of(event)
            if place:
                self.entered_at.setdefault(event.function, place)

    def clone(self, event: Event, lives: Lives) -> None:
        """Count a clone by its type and line."""
        place = place_of(event) or Place("?", 0)
        self.clones[(_cloned_type(event, lives), event.event != "Clone")][place] += 1
        self.share(event, lives)

    def share(self, event: Event, _lives: Lives) -> None:
        """Remember the most owners of a shared value; clones are joined to their birth by the object."""
        if event.event not in SHARED:
            return
        key = (event.name or "?", event.ty or "?", place_of(event))
        if event.event in SHARED_BIRTHS and event.object:
            self.shared_objects[event.object] = key
        known = self.shared_objects.get(event.object or "")
        if known:
            self.owners[known] = max(self.owners.get(known, 0), event.fields.get("strong_count") or 0)

    def borrow_cell(self, event: Event, _lives: Lives) -> None:
        """Count a borrow of a RefCell by its owner."""
        if event.owner is not None:
            refused = event.fields.get("success") is False
            is_mutable = bool(event.fields.get("is_mutable"))
            self.cells[event.owner][2 if refused else int(is_mutable)] += 1


_HANDLERS = {
    "FnEnter": _Tally.enter,
    **dict.fromkeys(CLONES, _Tally.clone),
    **dict.fromkeys(SHARED_BIRTHS, _Tally.share),
    **dict.fromkeys(CELL_BORROWS, _Tally.borrow_cell),
}


def _cloned_type(event: Event, lives: Lives) -> str:
    """The clone's type; an unnamed clone has that of its source, behind references."""
    source = lives.find(event.source) if event.source is not None else None
    ty = event.ty or (source.ty if source else None)
    return REFERENCES.sub("", ty) if ty else "a type that is not known"


def place_of(event: Event) -> Place | None:
    """The line of an event's site."""
    return Place(event.file, event.line) if event.file and event.line else None


def summarize(recording: Recording) -> Summary:
    """Count a recording in one pass over its events."""
    tally, lives, attempts = _Tally(), Lives(recording.sites), Attempts()
    for event in recording.events:
        tally.add(event, lives)
        lives.add(event)
        attempts.add(event)
    return Summary(
        recording=recording.path.name,
        run=recording.run,
        events=len(recording.events),
        by_event=dict(tally.by_event.most_common()),
        functions=_functions(tally),
        threads=len(tally.threads),
        processes=len({process for process, _ in tally.threads}),
        duration_ns=recording.events[-1].time_ns if recording.events else 0,
        instances=lives.count,
        clones=_clones(tally),
        alive=_alive(lives),
        shared=_shared(tally),
        cells=_cells(tally, lives),
        refusals=tuple(attempts.finish()),
        notes=tuple(recording.notes),
    )


def _functions(tally: _Tally) -> tuple[FunctionCount, ...]:
    paths = {
        path: FunctionCount(path, tally.calls[path], n, tally.entered_at.get(path))
        for path, n in tally.events_of.items()
    }
    return tuple(sorted(paths.values(), key=lambda one: (-one.events, one.path)))


def _clones(tally: _Tally) -> tuple[CloneCount, ...]:
    found = (
        CloneCount(ty, places.total(), shares, tuple(sorted(places.items(), key=lambda one: (-one[1], str(one[0])))))
        for (ty, shares), places in tally.clones.items()
    )
    return tuple(sorted(found, key=lambda one: (one.shares, -one.count, one.ty)))


def _alive(lives: Lives) -> tuple[AliveCount, ...]:
    counts: Counter[tuple[str, str, Place | None]] = Counter()
    for life in lives.alive():
        counts[(life.name, life.ty or "unknown type", Place(life.file, life.line) if life.file else None)] += 1
    return tuple(AliveCount(name, ty, n, place) for (name, ty, place), n in counts.most_common())


def _shared(tally: _Tally) -> tuple[SharedValue, ...]:
    found = (SharedValue(name, ty, most, place) for (name, ty, place), most in tally.owners.items() if most > 1)
    return tuple(sorted(found, key=lambda one: (-one.most_owners, one.name)))


def _cells(tally: _Tally, lives: Lives) -> tuple[CellUse, ...]:
    by_binding: dict[tuple[str, Place | None], list[int]] = defaultdict(lambda: [0, 0, 0])
    for owner, counts in tally.cells.items():
        life = lives.find(owner)
        key = (life.name, Place(life.file, life.line) if life.file else None) if life else ("?", None)
        by_binding[key] = [a + b for a, b in zip(by_binding[key], counts, strict=True)]
    found = (CellUse(name, place, *counts) for (name, place), counts in by_binding.items())
    return tuple(sorted(found, key=lambda one: (-one.refused, -(one.shared + one.mutable), one.name)))
