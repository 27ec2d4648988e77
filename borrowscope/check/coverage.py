"""The unsafe operations of an analysis beside what a recording tells of them: executed how often, and by which test.

In: a `ProjectView`, what a recording says of sites. Out: `Coverage`. An operation without a site of its own never ran
if its block or its function was never entered; else nobody can say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.check.model import Coverage, CoveredOperation, RunsOfTest
from borrowscope.check.view import FileView, ProjectView

Times = Mapping[str | None, int]
BLOCK, ENTRY = "UnsafeBlockEnter", "FnEnter"
_CALLS = frozenset({"UnsafeFnCall", "FfiCall", "Transmute"})
_EVENTS: Mapping[OperationKind, frozenset[str]] = {
    OperationKind.UNSAFE_CALL: _CALLS,
    OperationKind.FFI_CALL: _CALLS,
    OperationKind.TARGET_FEATURE_CALL: _CALLS,
    OperationKind.RAW_DEREF: frozenset({"RawPtrDeref"}),
    OperationKind.UNION_READ: frozenset({"UnionFieldAccess"}),
    OperationKind.STATIC_MUT: frozenset({"StaticAccess"}),
    OperationKind.EXTERN_STATIC: frozenset({"StaticAccess"}),
}


class SiteRuns(NamedTuple):
    """A site of a recording, and how often each test reached it. Places count as those of findings do."""

    file: str
    start: tuple[int, int]
    end: tuple[int, int]
    event: str
    function: str
    times: Times


@dataclass
class _Sites:
    """The sites of one file; those of one place are one, as in macros that write code twice."""

    exact: dict[tuple[str, tuple[int, int], tuple[int, int]], list[SiteRuns]] = field(
        default_factory=lambda: defaultdict(list)
    )
    starts: dict[tuple[str, tuple[int, int]], list[SiteRuns]] = field(default_factory=lambda: defaultdict(list))
    entries: dict[str, list[SiteRuns]] = field(default_factory=lambda: defaultdict(list))

    def add(self, site: SiteRuns) -> None:
        """One more."""
        self.exact[site.event, site.start, site.end].append(site)
        self.starts[site.event, site.start].append(site)
        if site.event == ENTRY:
            self.entries[site.function].append(site)


def coverage_of(view: ProjectView, sites: Iterable[SiteRuns], unknown: Collection[str] = ()) -> Coverage:
    """Join them. Of the files in `unknown` the recording says nothing: they are not what was recorded."""
    by_file: dict[str, _Sites] = defaultdict(_Sites)
    for site in sites:
        if site.file not in unknown:
            by_file[site.file].add(site)
    operations = [one for file in view.files for one in _operations(file, by_file[file.path])]
    never, unseen = (sum(one.times == wanted for one in operations) for wanted in (0, None))
    return Coverage(
        total=len(operations),
        executed=len(operations) - never - unseen,
        never=never,
        unseen=unseen,
        operations=operations,
    )


def _operations(file: FileView, sites: _Sites) -> Iterator[CoveredOperation]:
    found = {(one.at, one.span, one.kind): one for kind in file.operations.values() for one in kind}
    for one in sorted(found.values(), key=lambda one: (one.at, one.span.end)):
        begin, end = file.lines.position(one.at), file.lines.position(one.span.end)
        function, times = file.path_around(one.span), None
        runs = _own(sites, one, (begin.line, begin.column), (end.line, end.column))
        if runs is not None:
            times = _joined(runs)
        elif _is_never_reached(file, sites, one, function):
            times = {}
        yield CoveredOperation(
            kind=one.kind.value,
            file=file.path,
            line=begin.line,
            column=begin.column,
            end_line=end.line,
            end_column=end.column,
            target=one.target,
            function=function,
            times=None if times is None else sum(times.values()),
            tests=_tests(times or {}),
        )


def _own(sites: _Sites, one: Operation, begin: tuple[int, int], end: tuple[int, int]) -> list[SiteRuns] | None:
    """The sites of the operation itself: a method's has the place of its name."""
    events = _EVENTS.get(one.kind, frozenset())
    is_method = one.at > one.span.start
    found = [
        site
        for event in sorted(events)
        for site in (sites.starts.get((event, begin), ()) if is_method else sites.exact.get((event, begin, end), ()))
    ]
    return found or None


def _is_never_reached(file: FileView, sites: _Sites, one: Operation, function: str | None) -> bool:
    """Whether the block or the function around the operation is seen, and was never entered."""
    doors: list[SiteRuns] = []
    if one.inside is not None:
        begin = file.lines.position(one.inside.start)
        doors = sites.starts.get((BLOCK, (begin.line, begin.column)), [])
    if not doors and function is not None:
        doors = sites.entries.get(function, [])
    return bool(doors) and not any(_joined(doors).values())


def _joined(sites: Iterable[SiteRuns]) -> dict[str | None, int]:
    found: dict[str | None, int] = defaultdict(int)
    for site in sites:
        for test, times in site.times.items():
            found[test] += times
    return found


def _tests(times: Times) -> list[RunsOfTest]:
    known = [(test, count) for test, count in times.items() if test is not None]
    return [RunsOfTest(test=test, times=count) for test, count in sorted(known, key=lambda one: (-one[1], one[0]))]
