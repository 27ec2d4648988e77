"""Counts in words, as several formats say them.

In: a report. Out: short texts.
"""

from __future__ import annotations

from borrowscope.check.baseline import Comparison
from borrowscope.check.blind_spots import REASONS
from borrowscope.check.model import BlindSpot, Coverage, CoveredOperation
from borrowscope.check.report import ORDER, Report

_SHOWN = 3


def counted(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def summary_line(report: Report) -> str:
    """`2 errors, 3 warnings, 11 notes in 4 files`, of what is not known already."""
    findings = report.findings
    if not findings:
        return "no new findings" if report.comparison is not None else "no findings"
    counts = [(level.value, sum(one.level is level for one in findings)) for level in ORDER]
    told = ", ".join(counted(count, name) for name, count in counts if count)
    return f"{told} in {counted(len({one.file for one in findings}), 'file')}"


def baseline_line(comparison: Comparison) -> str:
    """What a baseline, or the old of two versions, says of the findings."""
    gone, stale = (sum(entry.count for entry in entries) for entries in (comparison.gone, comparison.stale))
    parts = [f"{comparison.new:,} new", f"{comparison.known:,} known", f"{gone:,} gone", f"{stale:,} stale"]
    return f"against {comparison.against}: {', '.join(parts)}"


def spot_line(spot: BlindSpot) -> str:
    """A blind spot with its first places."""
    shown = ", ".join(f"{place.file}:{place.line} {place.what}" for place in spot.places[:_SHOWN])
    more = ", .." if spot.count > _SHOWN else ""
    reason = REASONS[spot.reason]
    return f"{spot.count:,} {reason.one if spot.count == 1 else reason.many}: {shown}{more}"


def coverage_line(coverage: Coverage) -> str:
    """`7 of 31 unsafe operations never executed, 2 out of the recording's sight`."""
    unseen = f", {coverage.unseen:,} out of the recording's sight" if coverage.unseen else ""
    return f"{coverage.never:,} of {counted(coverage.total, 'unsafe operation')} never executed{unseen}"


def execution_line(one: CoveredOperation) -> str:
    """How often an operation was executed, and by which tests."""
    if one.times is None:
        return "the recording cannot tell whether it was executed"
    if not one.times:
        return "never executed"
    tests = [f"`{test.test}` ({test.times:,})" for test in one.tests[:_SHOWN]]
    more = [f"{len(one.tests) - _SHOWN:,} more"] if len(one.tests) > _SHOWN else []
    by = f", by {', '.join([*tests, *more])}" if tests else ""
    return f"executed {counted(one.times, 'time')}{by}"


def unexecuted_lines(report: Report) -> list[str]:
    """The operations that never ran, one a line."""
    coverage = report.result.coverage
    found = [one for one in coverage.operations if one.times == 0] if coverage is not None else []
    return [
        f"{one.file}:{one.line}:{one.column} {one.kind.replace('_', ' ')}{f' {one.target}' if one.target else ''}"
        for one in found
    ]
