"""`report --format json`: the summary as the file that programs read (reference: files.md).

In: a `Summary`. Out: `ReportAnswer`, a pydantic model whose JSON Schema is `borrowscope schema report`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from borrowscope.report.places import Place
from borrowscope.report.summary import Summary
from borrowscope.tables.recording_files import FORMAT_VERSION
from borrowscope.tables.tool import TOOL


class PlaceAnswer(BaseModel):
    """A line of the user's source, relative to the workspace root."""

    file: str
    line: int


class FunctionAnswer(BaseModel):
    """One function and what happened in it."""

    function: str
    calls: int
    events: int
    place: PlaceAnswer | None


class CloneAnswer(BaseModel):
    """Clones of one type; `shares` is true for Rc, Arc and Weak, where nothing is copied."""

    ty: str
    count: int
    shares: bool
    places: list[dict[str, Any]]


class AliveAnswer(BaseModel):
    """Values that were never dropped, moved or given away."""

    name: str
    ty: str
    count: int
    place: PlaceAnswer | None


class RefusalAnswer(BaseModel):
    """A borrow of a RefCell that found it borrowed, and the guards that held it."""

    operation: str
    place: PlaceAnswer
    held_by: list[dict[str, Any]]


class SummaryAnswer(BaseModel):
    """The numbers of a recording."""

    events: int
    by_event: dict[str, int]
    functions: int
    threads: int
    processes: int
    duration_ns: int
    instances: int
    busiest: list[FunctionAnswer]
    clones: list[CloneAnswer]
    alive_at_end: list[AliveAnswer]
    refused_borrows: list[RefusalAnswer]
    notes: list[str]


class ReportAnswer(BaseModel):
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
            refused_borrows=[
                RefusalAnswer(
                    operation=one.operation,
                    place=PlaceAnswer(file=one.file, line=one.line),
                    held_by=[{"name": spot.name, "file": spot.file, "line": spot.line} for spot in one.holders],
                )
                for one in summary.refusals
            ],
            notes=list(summary.notes),
        ),
    )


def _place(place: Place | None) -> PlaceAnswer | None:
    return PlaceAnswer(file=place.file, line=place.line) if place else None
