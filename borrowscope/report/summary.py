"""What a recording holds, counted over its columns: functions, clones, shared values, cells, values alive at the end.

In: a `Recording`. Out: a `Summary` for render.py and for `report --format json`. Nothing here is guessed: a value whose
end could not be recorded is not called alive.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from borrowscope.report.attempts import Refusal, find_refusals, find_waits
from borrowscope.report.constructs import GuardUse, LoopUse, UnsafeUse, find_guards, find_loops, find_unsafe
from borrowscope.report.coverage import Coverage, find_coverage
from borrowscope.report.lives import find_alive
from borrowscope.report.places import Place, place_of
from borrowscope.tables.events import BY_NAME
from borrowscope.tables.recording_files import RunFile
from borrowscope.trace.recording import Recording
from borrowscope.trace.table import Table
from borrowscope.trace.tallies import cell_borrows, clones, life_count, shared_values

REFERENCES = re.compile(r"^(?:&(?:'\w+ )?(?:mut )?)+")
UNKNOWN_TYPE = "a type that is not known"


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
    by_group: dict[str, dict[str, int]]
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
    waits: tuple[Refusal, ...]
    guards: tuple[GuardUse, ...]
    loops: tuple[LoopUse, ...]
    unsafe: tuple[UnsafeUse, ...]
    notes: tuple[str, ...]
    coverage: Coverage | None = None


def summarize(recording: Recording) -> Summary:
    """Count a recording."""
    table = recording.table
    by_event = _by_event(table)
    threads = {(owner.process, owner.number) for owner in table.merged.owners if owner.events}
    return Summary(
        recording=recording.path.name,
        run=recording.run,
        events=len(table),
        by_event=by_event,
        by_group=_by_group(by_event),
        functions=_functions(table),
        threads=len(threads),
        processes=len({process for process, _ in threads}),
        duration_ns=int(table.merged.times[-1]) if len(table) else 0,
        instances=life_count(table),
        clones=_clones(table),
        alive=_alive(recording),
        shared=_shared(table),
        cells=_cells(table),
        refusals=tuple(find_refusals(recording)),
        waits=tuple(find_waits(recording)),
        guards=find_guards(recording),
        loops=find_loops(table),
        unsafe=find_unsafe(table),
        notes=tuple(recording.notes),
        coverage=find_coverage(recording.path),
    )


def _by_event(table: Table) -> dict[str, int]:
    """How often each variant happened, the most frequent first, then in the order of the first."""
    words: dict[str, list[int]] = defaultdict(list)
    counts = Counter[str]()
    for word, count in table.word_counts.items():
        name = table.shapes.of(word).row.name
        words[name].append(word)
        counts[name] += count
    times = Counter(counts.values())
    first = {name: table.first_of(words[name]) if times[count] > 1 else 0 for name, count in counts.items()}
    return dict(sorted(counts.items(), key=lambda one: (-one[1], first[one[0]])))


def _by_group(by_event: dict[str, int]) -> dict[str, dict[str, int]]:
    """The same by group, the group with the most events first."""
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    for name, count in by_event.items():
        groups[BY_NAME[name].group][name] = count
    return dict(sorted(groups.items(), key=lambda one: -sum(one[1].values())))


def _functions(table: Table) -> tuple[FunctionCount, ...]:
    events, calls = Counter[str](), Counter[str]()
    doors: dict[str, list[int]] = defaultdict(list)
    for word, count in table.word_counts.items():
        shape = table.shapes.of(word)
        if shape.function:
            events[shape.function] += count
            if shape.row.name == "FnEnter":
                calls[shape.function] += count
                doors[shape.function].append(word)
    found = (FunctionCount(path, calls[path], n, _door(table, doors[path])) for path, n in events.items())
    return tuple(sorted(found, key=lambda one: (-one.events, one.path)))


def _door(table: Table, words: list[int]) -> Place | None:
    """Where a function was entered first."""
    placed = [word for word in words if place_of(table.shapes.of(word))]
    first = placed[0] if len(placed) == 1 else min(placed, key=lambda word: table.first_of([word]), default=None)
    return None if first is None else place_of(table.shapes.of(first))


def _clones(table: Table) -> tuple[CloneCount, ...]:
    by_type: dict[tuple[str, bool], Counter[Place | None]] = defaultdict(Counter)
    for one in clones(table):
        shape = table.shapes.of(one.word)
        ty = REFERENCES.sub("", one.ty) if one.ty else UNKNOWN_TYPE
        by_type[ty, shape.row.name != "Clone"][place_of(shape)] += one.times
    found = (CloneCount(ty, places.total(), shares, _busiest(places)) for (ty, shares), places in by_type.items())
    return tuple(sorted(found, key=lambda one: (one.shares, -one.count, one.ty)))


def _busiest(places: Counter[Place | None]) -> tuple[tuple[Place, int], ...]:
    """The places with their counts, the busiest first; what tells no place is not among them."""
    known = [(place, count) for place, count in places.items() if place is not None]
    return tuple(sorted(known, key=lambda one: (-one[1], str(one[0]))))


def _alive(recording: Recording) -> tuple[AliveCount, ...]:
    counts = Counter[tuple[str, str, Place | None]]()
    for one in find_alive(recording):
        shape = recording.table.shapes.of(one.word)
        place = Place(shape.file, shape.line or 0) if shape.file else None
        counts[shape.name or "(unnamed)", one.ty or "unknown type", place] += one.times
    return tuple(AliveCount(name, ty, n, place) for (name, ty, place), n in counts.most_common())


def _shared(table: Table) -> tuple[SharedValue, ...]:
    most: dict[tuple[str, str, Place | None], int] = {}
    for one in shared_values(table):
        shape = table.shapes.of(one.word)
        key = ((shape.name if one.is_named else None) or "?", shape.ty or "?", place_of(shape))
        most[key] = max(most.get(key, 0), one.most)
    found = (SharedValue(name, ty, count, place) for (name, ty, place), count in most.items() if count > 1)
    return tuple(sorted(found, key=lambda one: (-one.most_owners, one.name)))


def _cells(table: Table) -> tuple[CellUse, ...]:
    by_binding: dict[tuple[str, Place | None], list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in cell_borrows(table):
        shape = table.shapes.of(one.word) if one.word else None
        place = Place(shape.file, shape.line or 0) if shape and shape.file else None
        name = (shape.name or "(unnamed)") if shape else "?"
        by_binding[name, place][2 if one.is_refused else int(one.is_mutable)] += one.times
    found = (CellUse(name, place, *counts) for (name, place), counts in by_binding.items())
    return tuple(sorted(found, key=lambda one: (-one.refused, -(one.shared + one.mutable), one.name)))
