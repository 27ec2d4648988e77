"""The tests of published crates, untouched and traced, compared test by test: what `scripts/battle` runs.

In: names of `scripts/pins.toml` or folders of crates. Out: a table on stdout, the same as JSON in a file; exit code 1
where a result differs, a site was healed, or a crate did not build.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
BORROWSCOPE = HERE.parent / ".venv" / "bin" / "borrowscope"
QUICK = ("fnv", "either", "scopeguard", "shlex")
RESULT = re.compile(r"^test (.+?) \.\.\. (\w+)", re.MULTILINE)
LARGEST = 1 << 30  # bytes that one process may record
LIMIT_SECONDS = 1800
LAST_LINES = 6
BUILD_FAILED = 101
NOTHING_RECORDED = 6  # the tests succeeded
MOST_TOLD = 10  # differing tests and healed sites below a row
COLUMNS = ("crate", "tests", "differ", "exit", "fns", "traced", "sites", "skipped", "healed", "build", "run", "MB")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of all tests: how often each test had which result, the exit code, seconds."""

    results: Counter[tuple[str, str]]
    code: int
    seconds: float
    stderr: str

    @property
    def last_words(self) -> str:
        """The last lines that were said."""
        return "\n    ".join(self.stderr.strip().splitlines()[-LAST_LINES:])


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the table. Ratios are traced to untouched, in wall time; None where nothing was measured."""

    crate: str
    tests: int = 0
    differing: tuple[str, ...] = ()
    exit_codes: tuple[int, int] = (0, 0)
    functions: int = 0
    traced: int = 0
    sites: int = 0
    skipped: int = 0
    healed: int = 0
    build_ratio: float | None = None
    run_ratio: float | None = None
    megabytes: float = 0.0
    problem: str = ""
    reasons: dict[str, int] = field(default_factory=dict)  # why constructs were skipped
    functions_skipped: dict[str, int] = field(default_factory=dict)  # why functions were not traced
    healed_sites: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing differs and nothing was healed."""
        return not self.differing and not self.healed and not self.problem


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the crates one after the other; the table grows as they end."""
    parser = argparse.ArgumentParser(prog="scripts/battle", description=__doc__)
    parser.add_argument("crates", nargs="*", metavar="CRATE")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}")
    parser.add_argument("--preset", default="verbose", help="how much is recorded (default: verbose)")
    parser.add_argument("--json", type=Path, default=Path("battle.json"), metavar="FILE")
    given = parser.parse_args(arguments)
    say(COLUMNS)
    outcomes = []
    for name in given.crates or (QUICK if given.quick else pinned()):
        outcomes.append(battle(name, given.preset))
        say(row(outcomes[-1]))
        tell(outcomes[-1])
    part = given.json.with_suffix(".part")
    part.write_text(json.dumps([asdict(one) for one in outcomes], indent=2) + "\n", encoding="utf-8")
    part.replace(given.json)
    return 0 if all(one.is_right for one in outcomes) else 1


def pinned() -> list[str]:
    """All names of pins.toml: those that `scripts/accuracy` measures, and the further ones."""
    pins = tomllib.loads((HERE / "pins.toml").read_text(encoding="utf-8"))
    return [name for name, value in pins.items() if isinstance(value, str)] + list(pins["battle"])


def battle(name: str, preset: str) -> Outcome:
    """One crate: copied, tested untouched twice (with and without building), then traced twice."""
    try:
        folder = folder_of(name)
    except subprocess.CalledProcessError as error:
        return Outcome(name, problem=error.stderr.strip().splitlines()[0])
    with tempfile.TemporaryDirectory(prefix="battle-") as scratch:
        crate = Path(scratch) / folder.name
        shutil.copytree(folder, crate, ignore=shutil.ignore_patterns("target"), symlinks=True)
        plain = ["cargo", "test", "--no-fail-fast", "--target-dir", f"{scratch}/untouched"]
        before = [attempt(plain, crate)]
        # lints that are younger than the crate forbid what it does: then neither side is asked for them
        flags = {"RUSTFLAGS": "--cap-lints=warn"} if before[0].code == BUILD_FAILED and not before[0].results else {}
        before = [attempt(plain, crate, flags) for _ in range(2)] if flags else [*before, attempt(plain, crate)]
        recording = Path(scratch) / "test.bstrace"
        traced: list[str | Path] = [
            BORROWSCOPE,
            "test",
            crate,
            "--all",
            "--preset",
            preset,
            "--no-fail-fast",
            "-o",
            recording,
        ]
        traced += ["--max-bytes", str(LARGEST), "--summary", f"{scratch}/summary.txt"]
        after = [attempt(traced, crate, flags) for _ in range(2)]
        return compared(name, before, after, recording)


def folder_of(name: str) -> Path:
    """The folder itself, or where `scripts/fetch` puts the crate of that name."""
    if Path(name).is_dir():
        return Path(name).resolve()
    command = [str(HERE / "fetch"), name]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def attempt(command: Sequence[str | Path], crate: Path, variables: Mapping[str, str] | None = None) -> Attempt:
    """Run all tests once, with more variables in the environment."""
    start = time.monotonic()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BORROWSCOPE_")}
    environment |= variables or {}
    try:
        done = subprocess.run(
            command,
            cwd=crate,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Attempt(Counter(), -1, time.monotonic() - start, f"not done after {LIMIT_SECONDS} s")
    results = Counter(RESULT.findall(done.stdout.decode("utf-8", "replace")))
    return Attempt(results, done.returncode, time.monotonic() - start, done.stderr.decode("utf-8", "replace"))


def compared(name: str, before: Sequence[Attempt], after: Sequence[Attempt], recording: Path) -> Outcome:
    """What the four runs say, and the report beside the recording."""
    pairs = [(old.results, new.results) for old, new in zip(before, after, strict=True)]
    differing = {test for old, new in pairs for (test, _) in (old - new) + (new - old)}
    report = recording / "instrument-report.json"
    if not report.is_file():
        return Outcome(name, problem=after[0].last_words or "no recording")
    found = json.loads(report.read_text(encoding="utf-8"))
    size = sum(file.stat().st_size for file in recording.rglob("*") if file.is_file())
    (built_plain, ran_plain), (built_traced, ran_traced) = (
        (first.seconds - second.seconds, second.seconds) for first, second in (before, after)
    )
    return Outcome(
        name,
        tests=before[0].results.total(),
        differing=tuple(sorted(differing)),
        exit_codes=(before[0].code, after[0].code),
        functions=found["functions"]["total"],
        traced=found["functions"]["traced"],
        sites=found["sites"]["kept"],
        skipped=found["sites"]["skipped"],
        healed=found["sites"]["healed"],
        build_ratio=built_traced / built_plain if built_plain > 0 else None,
        run_ratio=ran_traced / ran_plain,
        megabytes=size / 1e6,
        problem="" if is_same_exit(before[0], after[0]) else after[0].last_words,
        reasons=dict(Counter(one["reason"] for one in found["skipped"])),
        functions_skipped=dict(Counter(one["reason"] for one in found["functions"]["skipped"])),
        healed_sites=tuple(
            f"{one['file']}:{one['line']}:{one['column']} {one['construct']}: {one['code']} {one['message']}"
            for one in found["healed"]
        ),
    )


def is_same_exit(before: Attempt, after: Attempt) -> bool:
    """Whether the tests ended alike; a crate without a function that runs has nothing to record."""
    return before.code == after.code or (before.code == 0 and after.code == NOTHING_RECORDED)


def row(one: Outcome) -> tuple[str, ...]:
    """The cells of one crate."""
    codes = str(one.exit_codes[0]) if one.exit_codes[0] == one.exit_codes[1] else "/".join(map(str, one.exit_codes))
    ratios = ("-" if ratio is None else f"{ratio:.1f}x" for ratio in (one.build_ratio, one.run_ratio))
    numbers = (one.functions, one.traced, one.sites, one.skipped, one.healed)
    return (
        one.crate,
        str(one.tests),
        str(len(one.differing)),
        codes,
        *map(str, numbers),
        *ratios,
        f"{one.megabytes:.0f}",
    )


def say(cells: Sequence[str]) -> None:
    """One line of the table."""
    first, *rest = cells
    sys.stdout.write(f"{first:<20}{''.join(f'{cell:>9}' for cell in rest)}\n")
    sys.stdout.flush()


def tell(one: Outcome) -> None:
    """What is wrong with a crate, below its row."""
    for line in (one.problem, *one.differing[:MOST_TOLD], *one.healed_sites[:MOST_TOLD]):
        if line:
            sys.stdout.write(f"    {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
