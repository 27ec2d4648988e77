"""Builds, runs and compares generated programs, untouched and traced.

In: seeds, an edition, a folder. Out: the complaints of each program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.drops.drop_order import difference
from tests.drops.programs import BORROWSCOPE, Outcome, run_command
from tests.generated.counts import check_counts
from tests.generated.crates import write_crate
from tests.generated.generator import Program, generate
from tests.generated.instances import check_instances
from tests.generated.order import Context, compare_orders
from tests.generated.probes import check_probes
from tests.generated.recorded import Recorded
from tests.generated.streams import Stream, join, lines_by_thread, rounds_of, without_addresses

TRACED = ("generated::p*", "generated::witness::mark", "generated::witness::bit_*", "generated::rt::locked")
CHECKS = (compare_orders, check_probes, check_counts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the comparison of one crate of programs says: complaints by program name, healed sites, a failed run."""

    complaints: dict[str, list[str]] = field(default_factory=dict)
    healed: tuple[str, ...] = ()
    failure: str | None = None
    events: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def failing(self) -> list[str]:
        """The names of the programs with complaints."""
        return [name for name, texts in self.complaints.items() if texts]


def run_traced(crate: Path, recording: Path) -> Outcome:
    """The crate with everything recorded of the programs, and of what tells the truth no more than its moments."""
    traced = [word for glob in TRACED for word in ("--trace", glob)]
    return run_command(
        [*BORROWSCOPE, "run", str(crate), "-o", str(recording), *traced, "--preset", "verbose", "--quiet"], crate.parent
    )


def compare_seeds(seeds: Sequence[int], edition: str, folder: Path) -> Verdict:
    """Generate, run untouched, run traced, compare. The crate stays in `folder`/crate, the recording beside it."""
    crate = folder / "crate"
    programs = {program.name: program for program in (generate(seed, edition) for seed in seeds)}
    write_crate(list(programs.values()), crate, edition)
    untouched = run_command(["cargo", "run", "--quiet"], crate)
    if untouched.code != 0:
        return Verdict(failure=f"the untouched programs ended with {untouched.code}: {untouched.stderr[-4000:]}")
    recording = folder / "run.bstrace"
    traced = run_traced(crate, recording)
    if traced.code != 0:
        return Verdict(failure=f"the traced run ended with {traced.code}: {traced.stderr[-4000:]}")
    return compare(programs, untouched.stdout, traced.stdout, Recorded(recording))


def compare(programs: dict[str, Program], untouched: str, traced: str, recorded: Recorded) -> Verdict:
    """The verdict about one crate."""
    complaints: dict[str, list[str]] = {name: [] for name in programs}
    compare_outputs(untouched, traced, complaints)
    streams, misfits = join(traced, recorded.events)
    complaints[next(iter(programs))] += misfits
    for stream in streams:
        complaints[stream.program] += check_stream(stream, Context(programs[stream.program], recorded))
    for name, texts in check_instances(recorded).items():
        complaints.setdefault(name, []).extend(texts)
    healed = [f"{site['file']}:{site['line']} {site['code']} {site['message']}" for site in recorded.report["healed"]]
    skipped = Counter(f"{one['construct']}: {one['reason']}" for one in recorded.report["skipped"])
    events = Counter(event["event"] for event in recorded.events)
    return Verdict(complaints, tuple(healed), None, events, skipped)


def check_stream(stream: Stream, context: Context) -> list[str]:
    """Everything that is compared on one thread."""
    return [complaint for check in CHECKS for complaint in check(stream, context)]


def compare_outputs(untouched: str, traced: str, complaints: dict[str, list[str]]) -> None:
    """Every thread of every round must say the same in both runs."""
    before, after = lines_by_thread(untouched), lines_by_thread(traced)
    for thread, lines in before.items():
        there = rounds_of(without_addresses(after.get(thread, [])))
        for name, told in rounds_of(without_addresses(lines)).items():
            if told != there.get(name, []):
                text = difference(f"{name}, thread {thread}: untouched and traced", told, there.get(name, []))
                complaints.setdefault(name.split()[0], []).append(text)
