"""How much of a program can be seen in a recording: functions, sites, and what was skipped for which reason.

In: `instrument-report.json`. Out: `Coverage`, and its lines. A recording that plain cargo made may hold no such file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from borrowscope.report.wording import counted
from borrowscope.tables.recording_files import InstrumentReport

FILE = "instrument-report.json"
LISTED = 4  # reasons that are told by name


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts. `untraced` are functions by reason, `skipped` what was not observed in traced ones, by reason."""

    functions: int
    traced: int
    planned: int
    kept: int
    healed: int
    rounds: int
    untraced: Mapping[str, int]
    skipped: Mapping[str, int]


def coverage_of(report: InstrumentReport) -> Coverage:
    """The counts of a report; the most frequent reasons come first."""
    return Coverage(
        functions=report.functions.total,
        traced=report.functions.traced,
        planned=report.sites.get("planned", 0),
        kept=report.sites.get("kept", 0),
        healed=report.sites.get("healed", 0),
        rounds=report.rounds,
        untraced=_by_reason(str(each.get("reason")) for each in report.functions.skipped),
        skipped=_by_reason(str(each.get("reason")) for each in report.skipped),
    )


def find_coverage(recording: Path) -> Coverage | None:
    """What the recording's own report says; None where it has none, or a damaged one."""
    try:
        return coverage_of(InstrumentReport.model_validate_json((recording / FILE).read_bytes()))
    except (OSError, ValidationError):
        return None


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """The counts for people: three lines, a fourth where something was healed."""
    not_traced = f"; not: {_listed(coverage.untraced)}" if coverage.untraced else ""
    yield f"  functions  {coverage.traced:,} of {coverage.functions:,} traced{not_traced}"
    yield f"  sites      {coverage.kept:,} of {coverage.planned:,} kept"
    total = sum(coverage.skipped.values())
    yield f"  skipped    {total:,}: {_listed(coverage.skipped)}" if total else "  skipped    none"
    if coverage.healed or coverage.rounds:
        rounds = counted(coverage.rounds, "round")
        yield f"  healed     {counted(coverage.healed, 'site')} in {rounds} of building"


def _by_reason(reasons: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(reasons).items(), key=lambda each: (-each[1], each[0])))


def _listed(counts: Mapping[str, int]) -> str:
    told = [f"{count:,} {reason}" for reason, count in list(counts.items())[:LISTED]]
    others = sum(list(counts.values())[LISTED:])
    return ", ".join([*told, *([f"{others:,} others"] if others else [])])
