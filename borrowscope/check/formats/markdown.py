"""Markdown, for summaries of CI steps and comments: counts, a table with the worst first, what cannot be seen.

In: a report. Out: text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.check.formats.counts import (
    baseline_line,
    counted,
    coverage_line,
    spot_line,
    summary_line,
    unexecuted_lines,
)
from borrowscope.check.model import Finding
from borrowscope.check.report import Report

MOST_ROWS = 100
_SPECIAL = re.compile(r"([\\|<>*_\[\]])")
_CODE = re.compile(r"(`[^`]*`)")


def render(report: Report) -> str:
    """A heading, a table, lists."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"### borrowscope check: {summary_line(report)}"
    if report.comparison is not None:
        yield from ("", baseline_line(report.comparison))
    if report.result.coverage is not None:
        yield from ("", coverage_line(report.result.coverage))
    found = report.worst_first
    if found:
        yield from ("", "| level | rule | place | finding |", "|---|---|---|---|")
        yield from (_row(report, one) for one in found[:MOST_ROWS])
    if len(found) > MOST_ROWS:
        yield from ("", f"and {counted(len(found) - MOST_ROWS, 'finding')} more")
    unexecuted = unexecuted_lines(report)
    if unexecuted:
        yield from ("", "Never executed:", "")
        yield from (f"* {_escaped(line)}" for line in unexecuted[:MOST_ROWS])
    if report.result.blind_spots:
        yield from ("", "Not seen:", "")
        yield from (f"* {_escaped(spot_line(spot))}" for spot in report.result.blind_spots)


def _row(report: Report, one: Finding) -> str:
    place = f"`{report.in_repository(one.file)}:{one.line}:{one.column}`"
    return f"| {one.level.value} | {one.code} {_escaped(one.rule)} | {place} | {_escaped(one.sentence)} |"


def _escaped(text: str) -> str:
    """Special characters as themselves; of code in backticks only what would end a table's cell."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part.replace("|", "\\|") if part.startswith("`") else _SPECIAL.sub(r"\\\1", part) for part in parts)
