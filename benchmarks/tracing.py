"""What tracing costs: building and running the tests of crates traced against untouched, ratios from one run.

In: crates that `scripts/fetch` knows, or folders of crates. Out: tables on stdout. Builds are told in CPU seconds of
all programs that take part, ours among them, with everything recorded. The tests' own programs are built with
`--release` and started by themselves: neither cargo's start nor ours is in their ratio. Doctests are not among them.
Our own modules are compiled beforehand, as those of an installed program are.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.analysis import ROOT, crate_folder
from benchmarks.traced_build import cpu_seconds
from borrowscope.build.directories import BUILD
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions

Phases = dict[str, float]

CRATES = ("semver", "either", "smallvec", "arrayvec", "globset", "zoxide", "unicode-width", "humantime")
QUICK = ("either", "shlex")
REWRITING_GOAL, BUILD_GOAL, CHANGE_GOAL, RUN_GOAL = 1.0, 2.0, 1.5, 3.0
LARGEST = 1 << 30  # bytes that one process may record
TEST_SECONDS = 300
HEAD = "\n#[allow(dead_code)]\nfn changed_line() {\n"
LINE = "    let seen = Some({number});\n"
TAIL = "    assert!(seen.is_some());\n}\n"
COLUMNS = ("crate", "all", "own", "again", "changed", "rewriting", "run", "start ms")


@dataclass(slots=True)
class Bench:
    """One crate in a folder of its own, tested plainly and traced, each in its own target directory."""

    folder: Path
    recording: Path

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
        """What `benchmarks.traced_build` does: CPU seconds by phase, and the test programs."""
        command = [sys.executable, "-m", "benchmarks.traced_build", str(self.folder), str(self.recording)]
        start = cpu_seconds()
        done = subprocess.run(
            [*command, *(["--release"] if release else [])],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            env=_installed(self.recording.parent),
        )
        spent = cpu_seconds() - start
        told = json.loads(done.stdout.splitlines()[-1])
        phases: dict[str, float] = told["phases"]
        phases["end"] = spent - sum(phases.values())
        return phases, [Path(program) for program in told["programs"]]

    def forget_own_crates(self) -> None:
        """Have the workspace's crates built anew, their dependencies not."""
        project = load_project(self.folder, CargoOptions())
        names = [part for package in project.packages for part in ("-p", package.name)]
        for target in (self.plain_target, self.own_target / BUILD):
            self._cargo("clean", *names, target=target)
        kept = self.own_target / "types"
        for folder in (*self.folder.glob("target/**/incremental/*"), *kept.glob("sessions/*"), *kept.glob("mir/*/")):
            shutil.rmtree(folder)
        shutil.rmtree(kept / "read", ignore_errors=True)

    def change(self, number: int) -> None:
        """Another line in a function of the library, or else of the first binary; the first time the function comes."""
        targets = [
            target for package in load_project(self.folder, CargoOptions()).packages for target in package.targets
        ]
        roots = sorted(targets, key=lambda target: (not target.is_library, target.kind != "bin"))
        source = roots[0].src_path.read_text(encoding="utf-8").partition(HEAD)[0]
        roots[0].src_path.write_text(source + HEAD + LINE.format(number=number) + TAIL, encoding="utf-8")

    def _cargo(self, *words: str, target: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        command = ["cargo", *words, "--quiet", "--target-dir", str(target or self.plain_target)]
        return subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def run_tests(self, programs: Sequence[Path], *, traced: bool) -> tuple[float, float]:
        """CPU seconds and wall seconds of the test programs, one after the other."""
        environment = {**_quiet(), "BORROWSCOPE_MAX_BYTES": str(LARGEST)}
        if traced:
            environment["BORROWSCOPE_OUT"] = str(self.recording)
        cpu, wall = cpu_seconds(), time.monotonic()
        for program in programs:
            _start(program, self.folder, environment)
        result = cpu_seconds() - cpu, time.monotonic() - wall
        for stream in self.recording.glob("*.bsstream"):
            stream.unlink()
        return result


def _quiet() -> dict[str, str]:
    """The environment without what steers our own programs."""
    return {key: value for key, value in os.environ.items() if not key.startswith("BORROWSCOPE")}


def _installed(folder: Path) -> dict[str, str]:
    """The environment of a program that is installed: its modules are compiled, the compiled ones lie in a folder."""
    environment = {**_quiet(), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


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


def measure(bench: Bench, rounds: int) -> Row:
    """All builds and runs of one crate."""
    bench.change(0)
    plain_all, _ = bench.build_plainly()
    first, _ = bench.build_traced()
    own: list[tuple[float, float, Phases]] = []
    changed: list[tuple[float, float, Phases]] = []
    for number in range(rounds):
        bench.forget_own_crates()
        own.append(_both(bench))
        bench.change(number + 1)
        changed.append(_both(bench))
    again, best_own, best = _both(bench), min(own, key=_traced), min(changed, key=_traced)
    plain_own, plain_changed = min(each[0] for each in own), min(each[0] for each in changed)
    rewriting = first["rewriting"] / (first["reading answers"] + first["unsafe operations"])
    ran, start, ran_seconds = measure_run(bench, max(3, rounds))
    return Row(
        everything=(sum(first.values())) / plain_all,
        own=best_own[1] / plain_own,
        again=again[1] / again[0],
        changed=best[1] / plain_changed,
        rewriting=rewriting,
        run=ran,
        start=start,
        seconds={
            "all": (plain_all, sum(first.values())),
            "own": (plain_own, best_own[1]),
            "again": again[:2],
            "changed": (plain_changed, best[1]),
            "run": ran_seconds,
        },
        phases=(first, best_own[2], best[2]),
    )


def _traced(build: tuple[float, float, Phases]) -> float:
    return build[1]


def _both(bench: Bench) -> tuple[float, float, Phases]:
    plain, _ = bench.build_plainly()
    phases, _ = bench.build_traced()
    return plain, sum(phases.values()), phases


def measure_run(bench: Bench, rounds: int) -> tuple[float, float, tuple[float, float]]:
    """The release programs' CPU time, traced to untouched; milliseconds that a program needs which runs no test."""
    _, plain = bench.build_plainly(release=True)
    _, traced = bench.build_traced(release=True)
    before = [bench.run_tests(plain, traced=False)[0] for _ in range(rounds)]
    after = [bench.run_tests(traced, traced=True)[0] for _ in range(rounds)]
    return min(after) / min(before), 1000 * (min(after) - min(before)) / max(1, len(traced)), (min(before), min(after))


def _compile_ours(folder: Path) -> None:
    """Have our own modules compiled, as an installation has them."""
    modules = "benchmarks.traced_build, borrowscope.analyzer.unsafety.finding"
    subprocess.run([sys.executable, "-c", f"import {modules}"], cwd=ROOT, check=True, env=_installed(folder))


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
    for phase in row.phases[0]:
        print(f"  {phase:<20}" + "".join(f"{phases.get(phase, 0.0):9.3f}" for phases in row.phases))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crates", nargs="*")
    parser.add_argument("--quick", action="store_true", help=f"only {' and '.join(QUICK)}")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    print(f"{'':<14}{'builds, traced to untouched':^36}")
    print(f"{COLUMNS[0]:<14}{''.join(f'{column:>9}' for column in COLUMNS[1:-1])}{COLUMNS[-1]:>10}")
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as folder:
        _compile_ours(Path(folder))
        for name in arguments.crates or (QUICK if arguments.quick else CRATES):
            place = Path(folder).resolve() / Path(name).name
            shutil.copytree(crate_folder(name), place, ignore=shutil.ignore_patterns("target", ".borrowscope"))
            rows[place.name] = measure(Bench(place, Path(folder) / "test.bstrace"), arguments.rounds)
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
    for name, row in rows.items():
        show_details(name, row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
