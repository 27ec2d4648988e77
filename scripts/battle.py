"""The tests of crates and workspaces, untouched and traced, compared test by test: what `scripts/battle` runs.

In: names of `scripts/pins.toml` or folders of crates. Out: a table on stdout, the same as JSON in a file; exit code 1
where a result differs, a site was healed, a crate did not build, or was not done in time, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil

HERE = Path(__file__).parent
BORROWSCOPE = HERE.parent / ".venv" / "bin" / "borrowscope"
FIXTURES = HERE.parent / "fixtures" / "rust"
QUICK = ("fnv", "either", "scopeguard", "shlex", "workspace_search")
RESULT = re.compile(r"^test (.+?) \.\.\. (\w+)", re.MULTILINE)
LARGEST = 1 << 30  # bytes that one process may record
LIMIT_SECONDS = 1800.0
LAST_LINES = 6
BUILD_FAILED = 101
NOT_DONE = -1000
INTERRUPTED = 130
GRACE_SECONDS = 10.0
NOTHING_RECORDED = 6  # the tests succeeded
MOST_TOLD = 10  # differing tests and healed sites below a row
# unseen: the share of bindings that are not seen, or seen without their end
COLUMNS = (
    "crate",
    "tests",
    "differ",
    "exit",
    "fns",
    "traced",
    "sites",
    "skipped",
    "unseen",
    "healed",
    "build",
    "run",
    "MB",
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is the same for all crates: how much is recorded, arguments of the tests, seconds that one run may take."""

    preset: str = "verbose"
    arguments: tuple[str, ...] = ()
    agree: bool = False
    timeout: float = LIMIT_SECONDS


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of all tests: how often each test had which result, the exit code, seconds."""

    results: Counter[tuple[str, str]]
    code: int
    seconds: float
    stderr: str

    @property
    def was_done(self) -> bool:
        """Whether it ended by itself."""
        return self.code != NOT_DONE

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
    bindings: int = 0
    bindings_skipped: int = 0  # not seen, or seen without their end
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
    """Run the crates one after the other; the table and the JSON grow as they end."""
    given, passed_on = parse(sys.argv[1:] if arguments is None else arguments)
    wishes = Wishes(given.preset, passed_on, given.agree, given.timeout)
    say(COLUMNS)
    outcomes: list[Outcome] = []
    for name in given.crates or (QUICK if given.quick else pinned()):
        outcomes.append(battle(name, wishes))
        say(row(outcomes[-1]))
        tell(outcomes[-1])
        write(given.json, outcomes)
    say(row(total(outcomes)))
    return 0 if all(one.is_right for one in outcomes) else 1


def parse(words: Sequence[str]) -> tuple[argparse.Namespace, tuple[str, ...]]:
    """The options, and behind `--` what the tests themselves are given."""
    parser = argparse.ArgumentParser(prog="scripts/battle", description=__doc__)
    parser.add_argument("crates", nargs="*", metavar="CRATE", help="names of scripts/pins.toml, or folders")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}")
    parser.add_argument("--preset", default="verbose", help="how much is recorded (default: verbose)")
    parser.add_argument("--agree", action="store_true", help="once more with one test thread; the first runs have four")
    parser.add_argument("--timeout", type=float, default=LIMIT_SECONDS, metavar="SECONDS", help="for each run of tests")
    parser.add_argument("--json", type=Path, default=Path("battle.json"), metavar="FILE")
    at = words.index("--") if "--" in words else len(words)
    return parser.parse_args(words[:at]), tuple(words[at + 1 :])


def write(place: Path, outcomes: Sequence[Outcome]) -> None:
    """All rows so far, whole or not at all."""
    part = place.with_suffix(".part")
    part.write_text(json.dumps([asdict(one) for one in outcomes], indent=2) + "\n", encoding="utf-8")
    part.replace(place)


def pinned() -> list[str]:
    """All names of pins.toml: crates that `scripts/accuracy` measures, the further ones, the modelled workspaces."""
    pins = tomllib.loads((HERE / "pins.toml").read_text(encoding="utf-8"))
    crates = [name for name, value in pins.items() if isinstance(value, str)]
    return [*crates, *pins["battle"], *pins["workspaces"]]


def battle(name: str, wishes: Wishes) -> Outcome:
    """One crate, in a folder of its own; whatever goes wrong is this crate's row."""
    try:
        folder = folder_of(name)
        with tempfile.TemporaryDirectory(prefix="battle-", ignore_cleanup_errors=True) as scratch:
            return fought(name, folder, Path(scratch), wishes)
    except subprocess.CalledProcessError as error:
        return Outcome(name, problem=(error.stderr.strip().splitlines() or [str(error)])[0])
    except (OSError, ValueError, KeyError, shutil.Error) as error:
        return Outcome(name, problem=f"{type(error).__name__}: {error}")


def fought(name: str, folder: Path, scratch: Path, wishes: Wishes) -> Outcome:
    """Tested untouched twice (with and without building), then traced twice."""
    crate = scratch / folder.name
    shutil.copytree(folder, crate, ignore=shutil.ignore_patterns("target"), symlinks=True)
    plain = ["cargo", "test", "--workspace", "--no-fail-fast", "--target-dir", str(scratch / "untouched")]
    recording = scratch / "test.bstrace"
    traced = [str(BORROWSCOPE), "test", str(crate), "--workspace", "--no-fail-fast", "--all", "--preset", wishes.preset]
    traced += ["-o", str(recording), "--max-bytes", str(LARGEST), "--summary", str(scratch / "summary.txt")]
    first = attempt(plain, crate, wishes)
    # lints that are younger than the crate forbid what it does: then neither side is asked for them
    flags = {"RUSTFLAGS": "--cap-lints=warn"} if first.code == BUILD_FAILED and not first.results else {}
    first = attempt(plain, crate, wishes, flags) if flags else first
    if not first.was_done:
        return Outcome(name, problem=f"untouched: {first.stderr}")
    before = [first, *further(plain, crate, wishes, flags)]
    after = [attempt(traced, crate, wishes, flags), *further(traced, crate, wishes, flags)]
    return compared(name, before, after, recording)


def further(command: Sequence[str], crate: Path, wishes: Wishes, flags: Mapping[str, str]) -> list[Attempt]:
    """The runs that have nothing to build: as the first, and with one thread where both are to agree."""
    alone = [replace(wishes, arguments=(*wishes.arguments, "--test-threads=1"), agree=False)] if wishes.agree else []
    return [attempt(command, crate, each, flags) for each in (wishes, *alone)]


def folder_of(name: str) -> Path:
    """The folder itself, a workspace of the fixtures, or where `scripts/fetch` puts the crate of that name."""
    for folder in (Path(name), FIXTURES / name):
        if (folder / "Cargo.toml").is_file():
            return folder.resolve()
    command = [str(HERE / "fetch"), name]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def attempt(command: Sequence[str], crate: Path, wishes: Wishes, variables: Mapping[str, str] | None = None) -> Attempt:
    """Run all tests once, with more variables in the environment; in time, or it is ended with all that it started."""
    threads = ("--test-threads=4",) if wishes.agree else ()
    words = [*command, "--", *threads, *wishes.arguments] if threads or wishes.arguments else command
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BORROWSCOPE_")}
    start = time.monotonic()
    process = subprocess.Popen(
        words,
        cwd=crate,
        env=environment | dict(variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=wishes.timeout)
    except subprocess.TimeoutExpired:
        end(process)
        return Attempt(Counter(), NOT_DONE, wishes.timeout, f"not done after {wishes.timeout:.0f} s")
    except BaseException:
        end(process)
        raise
    results = Counter(RESULT.findall(stdout.decode("utf-8", "replace")))
    return Attempt(results, process.returncode, time.monotonic() - start, stderr.decode("utf-8", "replace"))


def end(process: subprocess.Popen[bytes]) -> None:
    """End a run and all that it has started, also in groups of their own; who tidies up has some seconds for it."""
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        try:
            os.killpg(process.pid, signal.SIGINT)
            psutil.wait_procs(tree, timeout=GRACE_SECONDS)
        finally:
            for one in tree:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
    process.communicate()


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
        (runs[0].seconds - runs[1].seconds, runs[1].seconds) for runs in (before, after)
    )
    unlike = [new for old, new in zip(before, after, strict=True) if not is_same_exit(old, new)]
    return Outcome(
        name,
        tests=before[0].results.total(),
        differing=tuple(sorted(differing)),
        exit_codes=(before[0].code, after[0].code),
        functions=found["functions"]["total"],
        traced=found["functions"]["traced"],
        sites=found["sites"]["kept"],
        skipped=found["sites"]["skipped"],
        bindings=found["bindings"]["total"],
        bindings_skipped=found["bindings"]["skipped"],
        healed=found["sites"]["healed"],
        build_ratio=built_traced / built_plain if built_plain > 0 else None,
        run_ratio=ran_traced / ran_plain,
        megabytes=size / 1e6,
        problem=(unlike[0].last_words or f"exit code {unlike[0].code}") if unlike else "",
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


def total(outcomes: Sequence[Outcome]) -> Outcome:
    """The sums of all rows; the ratios are medians."""

    def median(ratios: Iterable[float | None]) -> float | None:
        return statistics.median(known) if (known := [ratio for ratio in ratios if ratio is not None]) else None

    return Outcome(
        "all",
        tests=sum(one.tests for one in outcomes),
        differing=tuple(test for one in outcomes for test in one.differing),
        functions=sum(one.functions for one in outcomes),
        traced=sum(one.traced for one in outcomes),
        sites=sum(one.sites for one in outcomes),
        skipped=sum(one.skipped for one in outcomes),
        bindings=sum(one.bindings for one in outcomes),
        bindings_skipped=sum(one.bindings_skipped for one in outcomes),
        healed=sum(one.healed for one in outcomes),
        build_ratio=median(one.build_ratio for one in outcomes),
        run_ratio=median(one.run_ratio for one in outcomes),
        megabytes=sum(one.megabytes for one in outcomes),
    )


def row(one: Outcome) -> tuple[str, ...]:
    """The cells of one crate."""
    codes = str(one.exit_codes[0]) if one.exit_codes[0] == one.exit_codes[1] else "/".join(map(str, one.exit_codes))
    ratios = ("-" if ratio is None else f"{ratio:.1f}x" for ratio in (one.build_ratio, one.run_ratio))
    unseen = f"{one.bindings_skipped / max(one.bindings, 1):.1%}"
    numbers = (one.functions, one.traced, one.sites, one.skipped, unseen, one.healed)
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


def guarded() -> int:
    """The same, told in one line where Ctrl-C ends it."""
    try:
        return main()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(guarded())
