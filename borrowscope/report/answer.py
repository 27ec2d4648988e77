"""`report --format json`: the summary as the file that programs read (reference: files.md).

In: a `Summary`. Out: `ReportAnswer`, a pydantic model whose JSON Schema is `borrowscope schema report`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from borrowscope.report.attempts import Refusal
from borrowscope.report.coverage import Coverage
from borrowscope.report.places import Place
from borrowscope.report.summary import Summary
from borrowscope.tables.recording_files import FORMAT_VERSION
from borrowscope.tables.tool import TOOL


class _Answer(BaseModel):
    model_config = ConfigDict(defer_build=True)


class PlaceAnswer(_Answer):
    """A line of the user's source, relative to the workspace root."""

    file: str
    line: int


class FunctionAnswer(_Answer):
    """One function and what happened in it."""

    function: str
    calls: int
    events: int
    place: PlaceAnswer | None


class CloneAnswer(_Answer):
    """Clones of one type; `shares` is true for Rc, Arc and Weak, where nothing is copied."""

    ty: str
    count: int
    shares: bool
    places: list[dict[str, Any]]


class AliveAnswer(_Answer):
    """Values that were never dropped, moved or given away."""

    name: str
    ty: str
    count: int
    place: PlaceAnswer | None


class RefusalAnswer(_Answer):
    """An attempt that failed or never ended, and the guards that held the cell or lock."""

    operation: str
    place: PlaceAnswer
    held_by: list[dict[str, Any]]


class GuardAnswer(_Answer):
    """Guards of locks and cells that began on one line; `is_open`: the longest was held when the recording ended."""

    what: str
    name: str
    count: int
    longest_ns: int
    is_open: bool
    place: PlaceAnswer | None


class LoopAnswer(_Answer):
    """One loop: how often it began, and how often its body ran in all."""

    runs: int
    turns: int
    place: PlaceAnswer | None


class UnsafeAnswer(_Answer):
    """Unsafe operations of one kind on one line."""

    event: str
    name: str | None
    count: int
    place: PlaceAnswer | None


class SummaryAnswer(_Answer):
    """The numbers of a recording."""

    events: int
    by_event: dict[str, int]
    by_group: dict[str, int]
    functions: int
    threads: int
    processes: int
    duration_ns: int
    instances: int
    busiest: list[FunctionAnswer]
    clones: list[CloneAnswer]
    alive_at_end: list[AliveAnswer]
    refused_borrows: list[RefusalAnswer]
    attempts_without_outcome: list[RefusalAnswer]
    guards: list[GuardAnswer]
    loops: list[LoopAnswer]
    unsafe_operations: list[UnsafeAnswer]
    notes: list[str]
    coverage: Coverage | None = None


class ReportAnswer(_Answer):
    """The whole answer of `borrowscope report --format json`."""

    version: str = FORMAT_VERSION
    tool: str = TOOL
    recording: str
    findings: list[dict[str, Any]] = Field(default_factory=list)
    summary: SummaryAnswer


def answer(summary: Summary) -> ReportAnswer:
    """The summary in the form of files.md."""
    return ReportAnswer(
        recording=summary.recording,
        summary=SummaryAnswer(
            events=summary.events,
            by_event=summary.by_event,
            by_group={group: sum(counts.values()) for group, counts in summary.by_group.items()},
            functions=sum(1 for one in summary.functions if one.calls),
            threads=summary.threads,
            processes=summary.processes,
            duration_ns=summary.duration_ns,
            instances=summary.instances,
            busiest=[
                FunctionAnswer(function=one.path, calls=one.calls, events=one.events, place=_place(one.place))
                for one in summary.functions[:50]
            ],
            clones=[
                CloneAnswer(
                    ty=one.ty,
                    count=one.count,
                    shares=one.shares,
                    places=[{"file": place.file, "line": place.line, "count": count} for place, count in one.places],
                )
                for one in summary.clones
            ],
            alive_at_end=[
                AliveAnswer(name=one.name, ty=one.ty, count=one.count, place=_place(one.place)) for one in summary.alive
            ],
            refused_borrows=_refusals(summary.refusals),
            attempts_without_outcome=_refusals(summary.waits),
            guards=[
                GuardAnswer(
                    what=one.what,
                    name=one.name,
                    count=one.count,
                    longest_ns=one.longest_ns,
                    is_open=one.is_open,
                    place=_place(one.place),
                )
                for one in summary.guards
            ],
            loops=[LoopAnswer(runs=one.runs, turns=one.turns, place=_place(one.place)) for one in summary.loops],
            unsafe_operations=[
                UnsafeAnswer(event=one.what, name=one.name, count=one.count, place=_place(one.place))
                for one in summary.unsafe
            ],
            notes=list(summary.notes),
            coverage=summary.coverage,
        ),
    )


def _refusals(refusals: tuple[Refusal, ...]) -> list[RefusalAnswer]:
    return [
        RefusalAnswer(
            operation=one.operation,
            place=PlaceAnswer(file=one.file, line=one.line),
            held_by=[{"name": spot.name, "file": spot.file, "line": spot.line} for spot in one.holders],
        )
        for one in refusals
    ]


def _place(place: Place | None) -> PlaceAnswer | None:
    return PlaceAnswer(file=place.file, line=place.line) if place else None
