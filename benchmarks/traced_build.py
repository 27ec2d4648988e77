"""One traced build in a process of its own, for `benchmarks.tracing`: the CPU seconds of each of its phases.

In: a crate's folder, where to record, `--release`. Out: JSON on stdout. It loads what `borrowscope test` loads and does
what it does with everything recorded, but for starting the tests.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from borrowscope.build import healed_build, pipeline, plan, run
from borrowscope.build.overlay import BuildOutcome
from borrowscope.build.process import Finished
from borrowscope.cli.commands import test
from borrowscope.cli.recorded_run import describe_stream
from borrowscope.cli.terminal import note
from borrowscope.cli.wishes import WishFlags, trace_options
from borrowscope.errors import ExitCode
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.project.settings import Settings

START = "our own start"


def cpu_seconds() -> float:
    """Of this process and of all programs that it has waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


@dataclass(slots=True)
class Phases:
    """CPU seconds by the name of what was done; what is inside of another phase is not counted there."""

    seconds: dict[str, float] = field(default_factory=dict)
    inner: list[float] = field(default_factory=list)

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """Count what happens inside for a phase."""
        start = cpu_seconds()
        self.inner.append(0.0)
        try:
            yield
        finally:
            spent = cpu_seconds() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + spent - self.inner.pop()
            if self.inner:
                self.inner[-1] += spent

    @property
    def total(self) -> float:
        """All phases."""
        return sum(self.seconds.values())


STAGES: tuple[tuple[Any, str, str], ...] = (
    (run, "analyze_project", "reading answers"),
    (pipeline, "check_types", "check for types"),
    (run, "add_operations", "unsafe operations"),
    (run, "make_planner", "reading sources"),
    (plan.Planner, "plan", "rewriting"),
    (run, "prepare_overlay", "wrapper and runtime"),
    (run, "update_mirror", "mirror"),
    (run, "build_overlay", "cargo build"),
    (healed_build, "check_globs", "globs"),
    (run, "_start", "recording's files"),
)
"""The functions of one run whose time is told apart: where they are looked up, their name, the phase."""


@contextmanager
def watched(phases: Phases, built: list[BuildOutcome]) -> Iterator[None]:
    """Measure the stages of a run; the program at its end is not started, what was built is kept."""
    before = [(home, name, getattr(home, name)) for home, name, _ in STAGES]
    started = vars(run)["inherit"]

    def timed(function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        def call(*positional: object, **named: object) -> object:
            with phases.measured(phase):
                result = function(*positional, **named)
            if isinstance(result, BuildOutcome):
                built.append(result)
            return result

        return call

    def not_started(*_given: object, **_named: object) -> Finished:
        return Finished(code=0)

    for (home, name, function), (_, _, phase) in zip(before, STAGES, strict=True):
        setattr(home, name, timed(function, phase))
    vars(run)["inherit"] = not_started
    try:
        yield
    finally:
        for home, name, function in before:
            setattr(home, name, function)
        vars(run)["inherit"] = started


def build(folder: Path, recording: Path, *, release: bool) -> tuple[Phases, list[str]]:
    """All that `borrowscope test --all --preset verbose` does until the tests would start; the test programs."""
    phases = Phases({START: cpu_seconds()})
    built: list[BuildOutcome] = []
    options = CargoOptions(quiet=True, release=release)
    wishes = trace_options(Settings(**WishFlags("verbose", None, None, None, None).settings()))
    request = run.RunRequest(command=test.COMMAND.name, output=recording, trace_all=True, wishes=wishes)
    with watched(phases, built), phases.measured("other"):
        with phases.measured("metadata"):
            project = load_project(folder, options)
        outcome = run.run_project(project, options, request, note=note, describe=describe_stream)
    if outcome.exit_code not in {ExitCode.OK, ExitCode.NOTHING_RECORDED}:
        raise SystemExit(f"{folder.name}: exit code {outcome.exit_code}")
    artifacts = [artifact for outcome in built for artifact in outcome.artifacts]
    return phases, [str(each.executable) for each in artifacts if each.executable and each.is_test]


if __name__ == "__main__":
    found, programs = build(Path(sys.argv[1]), Path(sys.argv[2]), release="--release" in sys.argv)
    json.dump({"phases": found.seconds, "programs": programs}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # as the program itself ends
