"""Builds, runs and compares generated programs, untouched and traced.

In: seeds, an edition, a folder. Out: the complaints of each program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.drops.drop_order import compare_programs
from tests.drops.programs import exported_events, instrument_report, run_command, run_traced
from tests.generated.crates import write_crate
from tests.generated.generator import generate


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the comparison of one crate of programs says: complaints by program name, healed sites, a failed run."""

    complaints: dict[str, list[str]]
    healed: tuple[str, ...]
    failure: str | None = None

    def failing(self) -> list[str]:
        """The names of the programs with complaints."""
        return [name for name, texts in self.complaints.items() if texts]


def compare_seeds(seeds: Sequence[int], edition: str, folder: Path) -> Verdict:
    """Generate, run untouched, run traced, compare. The crate stays in `folder`/crate, the recording beside it."""
    crate = folder / "crate"
    write_crate([generate(seed, edition) for seed in seeds], crate, edition)
    untouched = run_command(["cargo", "run", "--quiet"], crate)
    assert untouched.code == 0, untouched.stderr
    assert "\ndrop p" in untouched.stdout
    recording = folder / "run.bstrace"
    traced = run_traced(crate, recording)
    if traced.code != 0:
        return Verdict({}, (), f"the traced run ended with {traced.code}: {traced.stderr[-4000:]}")
    complaints = compare_programs(untouched.stdout, traced.stdout, exported_events(recording))
    healed = instrument_report(recording)["healed"]
    return Verdict(
        complaints, tuple(f"{site['file']}:{site['line']} {site['code']} {site['message']}" for site in healed)
    )
