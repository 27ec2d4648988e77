"""What tracing costs: building and running the tests of crates traced against untouched, ratios from one run.

In: crates that `scripts/fetch` knows, or folders of crates. Out: tables on stdout. Builds are told in CPU seconds of
all programs that take part, ours among them, with everything recorded. The tests' own programs are built with
`--release` and started by themselves: neither cargo's start nor ours is in their ratio. Doctests are not among them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.analysis import crate_folder
from borrowscope.build import healed_build, pipeline, plan, run
from borrowscope.build.directories import BUILD
from borrowscope.build.overlay import TEST, BuildOutcome
from borrowscope.build.process import Finished
from borrowscope.cli import terminal
from borrowscope.cli.recorded_run import describe_stream
from borrowscope.cli.wishes import WishFlags, trace_options
from borrowscope.errors import ExitCode
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.project.settings import Settings

CRATES = ("semver", "either", "smallvec", "arrayvec", "globset", "zoxide", "unicode-width", "humantime")
QUICK = ("either", "shlex")
REWRITING_GOAL, BUILD_GOAL, CHANGE_GOAL, RUN_GOAL = 1.0, 2.0, 1.5, 3.0
LARGEST = 1 << 30  # bytes that one process may record
TEST_SECONDS = 300
CHANGE = "\n#[allow(dead_code)]\nfn changed_line_{number}() {{ let seen = Some({number}); assert!(seen.is_some()); }}\n"
COLUMNS = ("crate", "all", "own", "again", "changed", "rewriting", "run", "start ms")


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


@dataclass(slots=True)
class Bench:
    """One crate in a folder of its own, tested plainly and traced, each in its own target directory."""

    folder: Path
    recording: Path
    built: list[BuildOutcome] = field(default_factory=list)

    @property
    def plain_target(self) -> Path:
        """Where plain cargo builds."""
        return self.folder / "target" / "plain"

    @property
    def own_target(self) -> Path:
        """Where we build."""
        return self.folder / "target" / "borrowscope"

    def build_plainly(self, *, release: bool = False) -> tuple[float, list[Path]]:
        """`cargo test --no-run`: CPU seconds, and the test programs."""
        start = cpu_seconds()
        done = self._cargo("test", "--no-run", "--message-format=json", *(["--release"] if release else []))
        spent = cpu_seconds() - start
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
        return spent, [Path(one["executable"]) for one in messages if _is_test(one)]

    def build_traced(self, *, release: bool = False) -> tuple[Phases, list[Path]]:
        """All that `borrowscope test --all --preset verbose` does until the tests would start."""
        phases = Phases()
        self.built.clear()
        options = CargoOptions(quiet=True, release=release)
        wishes = trace_options(Settings(**WishFlags("verbose", None, None, None, None).settings()))
        request = run.RunRequest(command=TEST, output=self.recording, trace_all=True, wishes=wishes)
        with watched(phases, self.built), phases.measured("other"):
            with phases.measured("metadata"):
                project = load_project(self.folder, options)
            outcome = run.run_project(project, options, request, note=terminal.note, describe=describe_stream)
        if outcome.exit_code not in {0, ExitCode.NOTHING_RECORDED}:
            raise SystemExit(f"{self.folder.name}: exit code {outcome.exit_code}")
        artifacts = [artifact for outcome in self.built for artifact in outcome.artifacts]
        return phases, [each.executable for each in artifacts if each.executable and each.is_test]

    def forget_own_crates(self) -> None:
        """Have the workspace's crates built anew, their dependencies not."""
        project = load_project(self.folder, CargoOptions())
        names = [part for package in project.packages for part in ("-p", package.name)]
        for target in (self.plain_target, self.own_target / BUILD):
            self._cargo("clean", *names, target=target)
        kept = self.own_target / "types"
        for folder in (*self.folder.glob("target/**/incremental/*"), *kept.glob("sessions/*"), *kept.glob("mir/*/")):
            shutil.rmtree(folder)

    def change(self, number: int) -> bool:
        """One line more in the library, or else in the first binary."""
        targets = [
            target for package in load_project(self.folder, CargoOptions()).packages for target in package.targets
        ]
        roots = sorted(targets, key=lambda target: (not target.is_library, target.kind != "bin"))
        with roots[0].src_path.open("a", encoding="utf-8") as file:
            file.write(CHANGE.format(number=number))
        return bool(roots)

    def _cargo(self, *words: str, target: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        command = ["cargo", *words, "--quiet", "--target-dir", str(target or self.plain_target)]
        return subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def run_tests(self, programs: Sequence[Path], *, traced: bool) -> tuple[float, float]:
        """CPU seconds and wall seconds of the test programs, one after the other."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BORROWSCOPE")}
        environment["BORROWSCOPE_MAX_BYTES"] = str(LARGEST)
        if traced:
            environment["BORROWSCOPE_OUT"] = str(self.recording)
        cpu, wall = cpu_seconds(), time.monotonic()
        for program in programs:
            _start(program, self.folder, environment)
        result = cpu_seconds() - cpu, time.monotonic() - wall
        for stream in self.recording.glob("*.bsstream"):
            stream.unlink()
        return result


def _is_test(message: Mapping[str, Any]) -> bool:
    return bool(message.get("executable") and message["profile"]["test"])


def _start(program: Path, folder: Path, environment: Mapping[str, str]) -> None:
    """Whether the tests succeed is not asked: `scripts/battle` compares results."""
    command, nowhere = [str(program), "-q"], subprocess.DEVNULL
    subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        timeout=TEST_SECONDS,
        check=False,
    )


@dataclass(slots=True)
class Row:
    """The ratios of one crate, and the phases of its first and of its changed build."""

    everything: float
    own: float
    again: float
    changed: float
    rewriting: float
    run: float
    start: float
    seconds: dict[str, tuple[float, float]]
    phases: tuple[Phases, ...]


def measure(bench: Bench, rounds: int, imports: float) -> Row:
    """All builds and runs of one crate. `imports` are the CPU seconds of our own start: each traced build pays them."""
    plain_all, _ = bench.build_plainly()
    first, _ = bench.build_traced()
    own: list[tuple[float, float, Phases]] = []
    changed: list[tuple[float, float, Phases]] = []
    for number in range(rounds):
        bench.forget_own_crates()
        own.append(_both(bench, imports))
        bench.change(number)
        changed.append(_both(bench, imports))
    again, best_own, best = _both(bench, imports), min(own, key=_traced), min(changed, key=_traced)
    plain_own, plain_changed = min(each[0] for each in own), min(each[0] for each in changed)
    rewriting = first.seconds["rewriting"] / (first.seconds["reading answers"] + first.seconds["unsafe operations"])
    ran, start, ran_seconds = measure_run(bench, max(3, rounds))
    return Row(
        everything=(first.total + imports) / plain_all,
        own=best_own[1] / plain_own,
        again=again[1] / again[0],
        changed=best[1] / plain_changed,
        rewriting=rewriting,
        run=ran,
        start=start,
        seconds={
            "all": (plain_all, first.total + imports),
            "own": (plain_own, best_own[1]),
            "again": again[:2],
            "changed": (plain_changed, best[1]),
            "run": ran_seconds,
        },
        phases=(first, best_own[2], best[2]),
    )


def _traced(build: tuple[float, float, Phases]) -> float:
    return build[1]


def _both(bench: Bench, imports: float) -> tuple[float, float, Phases]:
    plain, _ = bench.build_plainly()
    phases, _ = bench.build_traced()
    return plain, phases.total + imports, phases


def measure_run(bench: Bench, rounds: int) -> tuple[float, float, tuple[float, float]]:
    """The release programs' CPU time, traced to untouched; milliseconds that a program needs which runs no test."""
    _, plain = bench.build_plainly(release=True)
    _, traced = bench.build_traced(release=True)
    before = [bench.run_tests(plain, traced=False)[0] for _ in range(rounds)]
    after = [bench.run_tests(traced, traced=True)[0] for _ in range(rounds)]
    return min(after) / min(before), 1000 * (min(after) - min(before)) / max(1, len(traced)), (min(before), min(after))


def start_seconds() -> float:
    """CPU seconds until our command line is ready: each command's own fixed price."""
    command = [sys.executable, "-c", "import borrowscope.cli.app"]

    def once() -> float:
        before = cpu_seconds()
        subprocess.run(command, check=True)
        return cpu_seconds() - before

    return min(once() for _ in range(3))


def show(name: str, row: Row) -> None:
    """One line of the table."""
    figures = [f"{value:8.2f}x" for value in (row.everything, row.own, row.again, row.changed, row.rewriting, row.run)]
    print(f"{name:<14}{''.join(figures)}{row.start:10.2f}", flush=True)


def show_details(name: str, row: Row) -> None:
    """The seconds behind the ratios, and where ours go."""
    print(f"\n{name}: CPU seconds, untouched and traced")
    for what, (plain, traced) in row.seconds.items():
        print(f"  {what:<20}{plain:8.3f}{traced:9.3f}")
    print(f"{name}: phases of the first build, of one with dependencies at hand, after a change")
    for phase in row.phases[0].seconds:
        print(f"  {phase:<20}" + "".join(f"{phases.seconds.get(phase, 0.0):9.3f}" for phases in row.phases))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crates", nargs="*")
    parser.add_argument("--quick", action="store_true", help=f"only {' and '.join(QUICK)}")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    imports = start_seconds()
    print(f"{'':<14}{'builds, traced to untouched':^36}")
    print(f"{COLUMNS[0]:<14}{''.join(f'{column:>9}' for column in COLUMNS[1:-1])}{COLUMNS[-1]:>10}")
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.crates or (QUICK if arguments.quick else CRATES):
            place = Path(folder).resolve() / Path(name).name
            shutil.copytree(crate_folder(name), place, ignore=shutil.ignore_patterns("target", ".borrowscope"))
            rows[place.name] = measure(Bench(place, Path(folder) / "test.bstrace"), arguments.rounds, imports)
            show(place.name, rows[place.name])
            shutil.rmtree(place)
    goals = (
        ("own", "own", BUILD_GOAL),
        ("changed", "changed", CHANGE_GOAL),
        ("rewriting", "rewriting", REWRITING_GOAL),
        ("run", "run", RUN_GOAL),
    )
    for what, attribute, goal in goals:
        print(f"median {what}: {median(getattr(row, attribute) for row in rows.values()):.2f}x (goal {goal}x)")
    print(f"our own start: {imports:.2f} CPU seconds, in each traced build above")
    for name, row in rows.items():
        show_details(name, row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
