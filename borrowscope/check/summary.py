"""Counts of findings, and whether they make the check fail.

In: findings. Out: `Summary`; a bool.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from borrowscope.check.model import CheckResult, Finding, Summary
from borrowscope.tables.check_rules import Level


def summary_of(findings: Sequence[Finding], stale: int = 0) -> Summary:
    """The counts; `stale` is how many of a baseline's findings are there no more."""
    states = Counter(one.baseline for one in findings)
    levels = Counter(one.level for one in findings)
    return Summary(
        by_code=dict(sorted(Counter(one.code for one in findings).items())),
        by_level={level.value: levels[level] for level in Level if levels[level]},
        new=states["new"],
        known=states["known"],
        stale=stale,
    )


def is_failing(result: CheckResult, fail_on: Level | None) -> bool:
    """Whether a finding that is not known already is at or above the level; None never fails."""
    if fail_on is None:
        return False
    return any(one.baseline != "known" and one.level.rank >= fail_on.rank for one in result.findings)
