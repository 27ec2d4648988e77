"""`instrument --list` and `--diff`: what a copy would hold, without writing one.

In: a project, cargo's options, what to trace. Out: `Preview`, and its plan as two texts: every function with its
sites or the reason why it has none, and the sources against what they become.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from borrowscope.build.directories import locked
from borrowscope.build.pipeline import analyze_whole
from borrowscope.build.plan import InstrumentPlan, SourceToTrace, TracedFile
from borrowscope.build.run import Note, make_planner
from borrowscope.build.type_check import BuildFailure
from borrowscope.build.unsafe_facts import add_operations
from borrowscope.errors import ExitCode
from borrowscope.project.model import Project
from borrowscope.project.options import CargoOptions
from borrowscope.rewrite.choice import NO_WISHES, TraceOptions
from borrowscope.rewrite.model import Insertion, RewrittenFile
from borrowscope.text.span import LineIndex


@dataclass(frozen=True, slots=True)
class Preview:
    """The plan, or the failure with its exit code."""

    exit_code: int
    plan: InstrumentPlan | None = None
    failure: BuildFailure | None = None


def preview_project(
    project: Project,
    options: CargoOptions,
    *,
    trace_all: bool,
    note: Note,
    trace: tuple[str, ...] = (),
    wishes: TraceOptions = NO_WISHES,
) -> Preview:
    """Plan the copy of the whole workspace: nothing is written but what the compiler's check leaves behind."""
    with locked(project.own_dir, lambda: note("waiting for another run of this project to end")):
        facts = analyze_whole(project, options)
        if facts.interrupted:
            return Preview(ExitCode.INTERRUPTED)
        if facts.failure is not None:
            return Preview(ExitCode.BASELINE, failure=facts.failure)
        add_operations(facts, options)
        state = project.own_dir / "copy"
        planner = make_planner(facts, state, trace_all=trace_all, trace=trace, wishes=wishes, further=_sites_alone)
        for warning in planner.warnings():
            note(f"warning: {warning}\n")
        return Preview(ExitCode.OK, planner.plan())


def _sites_alone(_source: SourceToTrace, _rewritten: RewrittenFile, _off: frozenset[int]) -> list[Insertion]:
    """What a copy inserts besides sites is no part of what is shown."""
    return []


def listed(plan: InstrumentPlan) -> Iterator[str]:
    """A line a function, `FILE:LINE: PATH: N sites` or the reason why it is not traced, in the files' order."""
    for file in _in_order(plan):
        lines = LineIndex(file.origin.source)
        sites = Counter(site.function for site in file.recorded)
        for function in file.rewritten.functions:
            count = sites[function.path]
            told = f"{count} site{'s'[: count != 1]}"
            if not function.traced:
                told = f"not traced ({function.reason.value})" if function.reason else "not traced"
            yield f"{file.origin.relative}:{lines.line_of(function.span.start)}: {function.path}: {told}"


def difference(plan: InstrumentPlan) -> Iterator[str]:
    """Lines of a unified diff from the sources to what they become."""
    for file in _in_order(plan):
        before, after = _lines(file.origin.source), _lines(file.rewritten.text)
        name = PurePosixPath(file.origin.relative)
        yield from difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm="")


def _in_order(plan: InstrumentPlan) -> list[TracedFile]:
    return sorted(plan.files.values(), key=lambda file: file.origin.relative)


def _lines(source: bytes) -> list[str]:
    return source.decode("utf-8", "replace").removesuffix("\n").split("\n")
