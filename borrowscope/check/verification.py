"""How far the operations that the sources tell are those that rustc tells, and the analysis as rustc has it.

In: an analysis, rustc's places. Out: `Score`: recall and precision over all and by kind; the operations put right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from borrowscope.analyzer.analyze import Analysis
from borrowscope.analyzer.item_records import foreign_functions_of
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.text.span import Span

_KINDS: Mapping[str, OperationKind] = {
    "call to unsafe function": OperationKind.UNSAFE_CALL,
    "call to function": OperationKind.TARGET_FEATURE_CALL,
    "dereference of raw pointer": OperationKind.RAW_DEREF,
    "access to union field": OperationKind.UNION_READ,
    "use of mutable static": OperationKind.STATIC_MUT,
    "use of extern static": OperationKind.EXTERN_STATIC,
    "use of inline assembly": OperationKind.INLINE_ASM,
}


_UNSAFE_CALLS = frozenset({OperationKind.UNSAFE_CALL, OperationKind.FFI_CALL})
_CALLEE = re.compile(r"^call to (?:unsafe )?function `([^`]+)`")


class Place(NamedTuple):
    """An operation of either side; `name` is its kind, calls of all sorts being one: rustc does not tell them apart.

    `label` is the kind that it is counted as; `callee` is what rustc says is called.
    """

    file: str
    start: int
    end: int
    name: str
    at: int
    label: str = ""
    callee: str = ""


@dataclass
class Score:
    """How often both sides have an operation of a kind, and those that one of them has alone."""

    both: Counter[str] = field(default_factory=Counter)
    missed: list[Place] = field(default_factory=list)
    wrong: list[Place] = field(default_factory=list)

    def shares(self, name: str | None = None) -> tuple[int, int, float, float]:
        """Rustc's number, ours that are rustc's, recall and precision, of a kind or of all."""
        both = self.both.total() if name is None else self.both[name]
        missed = sum(name is None or one.label == name for one in self.missed)
        wrong = sum(name is None or one.label == name for one in self.wrong)
        recall = both / (both + missed) if both + missed else 1.0
        precision = both / (both + wrong) if both + wrong else 1.0
        return both + missed, both, recall, precision

    @property
    def names(self) -> list[str]:
        """The kinds that there are."""
        return sorted({*self.both, *(one.label for one in (*self.missed, *self.wrong))})


def told_place(file: str, start: int, end: int, message: str) -> Place:
    """An operation that rustc tells by a message."""
    kind = next((kind for text, kind in _KINDS.items() if message.startswith(text)), OperationKind.UNSAFE_CALL)
    callee = _CALLEE.search(message)
    return Place(file, start, end, _name(kind), start, kind.value, callee.group(1) if callee is not None else "")


def _name(kind: OperationKind) -> str:
    return "call" if kind in _UNSAFE_CALLS else kind.value


def _place(file: str, one: Operation) -> Place:
    return Place(file, one.span.start, one.span.end, _name(one.kind), one.at, one.kind.value)


def _labelled(analysis: Analysis, told: Iterable[Place]) -> list[Place]:
    """Rustc's places, each once; a call of a name that foreign functions have is counted as foreign."""
    targets = (one.target for file in analysis.files for one in file.operations if one.kind is OperationKind.FFI_CALL)
    names = {target.rpartition("::")[2] for target in targets if target is not None}
    names |= {one.name for file in analysis.files for one in foreign_functions_of(file.tree)}
    places = {one[:5]: one for one in told}  # rustc may name one function by several paths
    return [
        one._replace(label=OperationKind.FFI_CALL.value) if one.callee.rpartition("::")[2] in names else one
        for one in places.values()
    ]


def verify(analysis: Analysis, told: Iterable[Place]) -> Score:
    """Compare, and put the analysis right: what rustc does not say is none, what it says alone is added."""
    theirs = _labelled(analysis, told)
    operations = {file.tree.text.relative: file.operations for file in analysis.files}
    active = [(path, one) for path, found in operations.items() for one in found if not one.is_inactive]
    ours = {_place(path, one) for path, one in active if one.is_resolved}
    score, paired = _compared(theirs, ours)
    open_ones = {_place(path, one) for path, one in active if not one.is_resolved}
    settled, settled_pairs = _compared(score.missed, open_ones)
    confirmed = paired | settled_pairs
    added: dict[str, list[Operation]] = {}
    for place in settled.missed:
        added.setdefault(place.file, []).append(_added(place))
    for file in analysis.files:
        path = file.tree.text.relative
        kept = _kept(path, file.operations, confirmed)
        file.operations = [*kept, *added.get(path, ())]
    return score


def _kept(path: str, operations: Iterable[Operation], confirmed: Mapping[Place, Place]) -> Iterator[Operation]:
    for one in operations:
        told = confirmed.get(_place(path, one))
        if one.is_inactive or (told is not None and one.is_resolved):
            yield one
        elif told is not None:
            kind, target = OperationKind(told.label), one.target or told.callee or None
            yield replace(one, kind=kind, target=target, is_resolved=True, source="rustc")


def _added(place: Place) -> Operation:
    span = Span(place.start, place.end)
    return Operation(OperationKind(place.label), span, place.start, place.callee or None, source="rustc")


def _compared(theirs: Iterable[Place], ours: set[Place]) -> tuple[Score, dict[Place, Place]]:
    """Pair the operations: by place; else by kind, file and where a method's name or an end stands."""
    score, left, unpaired = Score(), set(ours), list[Place]()
    paired: dict[Place, Place] = {}  # ours to rustc's
    exact = {(one.file, one.start, one.end): one for one in ours}
    for place in sorted(theirs, key=lambda one: (one.file, one.start, -one.end)):
        found = exact.get((place.file, place.start, place.end))
        if found is None or found not in left:
            unpaired.append(place)
            continue
        left.discard(found)
        paired[found] = place
        score.both[found.label] += 1
    for place in unpaired:
        near = min((one for one in left if _is_near(place, one)), default=None)
        if near is None:
            score.missed.append(place)
        else:
            left.discard(near)
            paired[near] = place
            score.both[near.label] += 1
    score.wrong = sorted(left)
    return score, paired


def _is_near(theirs: Place, ours: Place) -> bool:
    """Operations that macros write: rustc joins the places of what the call and the definition wrote."""
    if (theirs.file, theirs.name) != (ours.file, ours.name):
        return False
    return theirs.start == ours.start or (theirs.start <= ours.at < theirs.end and theirs.end == ours.end)


def told(score: Score) -> list[str]:
    """The score as a table."""
    rows = [f"{'':<22}{'rustc':>7}{'found':>7}{'recall':>10}{'precision':>11}"]
    for name in (None, *score.names):
        number, both, recall, precision = score.shares(name)
        rows.append(f"{name or 'all':<22}{number:>7,}{both:>7,}{100 * recall:>9.2f}%{100 * precision:>10.2f}%")
    return rows
