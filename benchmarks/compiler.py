"""The check that tells types against a plain `cargo check` that compiles the same crates: CPU time in one run.

In: crates that `scripts/fetch` knows, or folders of crates. Out: a table on stdout. Dependencies are built before;
plain and ours alternate, figures are medians of CPU seconds of cargo and the compilers that it starts; what our own
process needs to read the answers stands apart.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.analysis import crate_folder
from borrowscope.analyzer.compiler import read_dump
from borrowscope.build.directories import BUILD
from borrowscope.build.toolchain import Toolchain, find_toolchain
from borrowscope.build.type_check import CheckedUnit, TargetChoice, check_types
from borrowscope.project.load import load_project
from borrowscope.project.model import Project
from borrowscope.project.options import CargoOptions

CRATES = ("semver", "either", "smallvec", "bytes", "memchr", "globset", "walkdir", "zoxide")
COLD_GOAL, UNCHANGED_GOAL = 1.4, 1.1


def children_time(action: Callable[[], object]) -> float:
    """CPU seconds of the programs that the action starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def own_time(action: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    action()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@dataclass(slots=True)
class Rounds:
    """The measured seconds of one crate."""

    plain_cold: list[float] = field(default_factory=list)
    ours_cold: list[float] = field(default_factory=list)
    plain_unchanged: list[float] = field(default_factory=list)
    ours_unchanged: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Bench:
    """One crate, checked in two target directories of its own."""

    project: Project
    toolchain: Toolchain
    plain: Path
    units: Sequence[CheckedUnit] = ()

    def check_plainly(self) -> None:
        """`cargo check`, as the user calls it."""
        command: list[str | Path] = [
            "cargo",
            "check",
            "--quiet",
            "--manifest-path",
            self.project.manifest,
            "--target-dir",
            self.plain,
        ]
        subprocess.run(command, check=True, capture_output=True, cwd=self.project.directory)

    def check_for_types(self) -> None:
        """The check that tells types, as `analyze` calls it."""
        check = check_types(self.project, CargoOptions(), self.toolchain, TargetChoice.DEFAULT, show=False)
        if check.failure is not None:
            raise SystemExit(check.failure.output)
        self.units = check.units

    def read(self) -> None:
        """All answers, read."""
        for unit in self.units:
            read_dump(unit.dump, self.project.workspace_root)

    def forget(self, target: Path) -> None:
        """Make cargo compile the workspace's crates anew; the dumps and incremental states go with them."""
        names = [part for package in self.project.packages for part in ("-p", package.name)]
        command: list[str | Path] = [
            "cargo",
            "clean",
            "--quiet",
            "--manifest-path",
            self.project.manifest,
            "--target-dir",
            target,
        ]
        subprocess.run([*command, *names], check=True, capture_output=True, cwd=self.project.directory)
        kept = self.project.own_dir / "types"
        for folder in (*target.glob("*/incremental/*"), *kept.glob("sessions/*"), *kept.glob("mir/*/")):
            shutil.rmtree(folder, ignore_errors=True)

    def measure(self, rounds: int) -> Rounds:
        """Alternate between the two."""
        found = Rounds()
        types = self.project.own_dir / BUILD
        self.check_plainly()
        self.check_for_types()
        for _ in range(rounds):
            self.forget(self.plain)
            found.plain_cold.append(children_time(self.check_plainly))
            self.forget(types)
            found.ours_cold.append(children_time(self.check_for_types))
            found.plain_unchanged.append(children_time(self.check_plainly))
            found.ours_unchanged.append(children_time(self.check_for_types))
            found.reading.append(own_time(self.read))
        return found


def _row(name: str, found: Rounds) -> str:
    plain, ours = median(found.plain_cold), median(found.ours_cold)
    same, ours_same = median(found.plain_unchanged), median(found.ours_unchanged)
    reading = median(found.reading)
    cold = f"{plain:>8.2f}{ours:>8.2f}{ours / plain:>8.2f}x"
    unchanged = f"{same:>9.3f}{ours_same:>8.3f}{ours_same / same:>8.2f}x"
    return f"{name:<14}{cold}{unchanged}{reading:>10.2f}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crates", nargs="*", default=CRATES)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{'':<14}{'cold':^25}{'unchanged':^26}{'reading':>9}")
    print(f"{'crate':<14}{'plain':>8}{'ours':>8}{'ratio':>9}{'plain':>9}{'ours':>8}{'ratio':>9}{'seconds':>10}")
    every = Rounds()
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.crates:
            place = Path(folder) / Path(name).name
            shutil.copytree(crate_folder(name), place, ignore=shutil.ignore_patterns("target", ".borrowscope"))
            project = load_project(place, CargoOptions())
            found = Bench(project, find_toolchain(place), place / "target" / "plain").measure(arguments.rounds)
            print(_row(Path(name).name, found), flush=True)
            for one in ("plain_cold", "ours_cold", "plain_unchanged", "ours_unchanged", "reading"):
                getattr(every, one).append(median(getattr(found, one)))
            shutil.rmtree(place)
    cold = sum(every.ours_cold) / sum(every.plain_cold)
    unchanged = sum(every.ours_unchanged) / sum(every.plain_unchanged)
    print(f"all: cold {cold:.2f}x (goal {COLD_GOAL}x), unchanged {unchanged:.2f}x (goal {UNCHANGED_GOAL}x)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
