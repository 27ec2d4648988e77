"""Findings for people, as rustc shows errors: code, arrow, source line, carets, help; readable without colour.

In: a report. Out: text.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.formats.counts import (
    baseline_line,
    counted,
    coverage_line,
    execution_line,
    spot_line,
    summary_line,
    unexecuted_lines,
)
from borrowscope.check.model import Finding
from borrowscope.check.report import Report
from borrowscope.tables.check_rules import Level

_BOLD, _BLUE = "1", "1;34"
_COLOURS = {Level.ERROR: "1;31", Level.WARNING: "1;33", Level.NOTE: "1;36"}
_TAB = 4


def render(report: Report) -> str:
    """The findings that are not known already, what cannot be seen, and the counts."""
    return "\n".join([*(_finding(report, one) for one in report.findings), *_ends(report)]) + "\n"


def _finding(report: Report, one: Finding) -> str:
    paint = report.paint
    margin = " " * len(str(one.line))
    bar = paint("|", _BLUE)
    lines = [
        f"{paint(f'{one.level.value}[{one.code}]', _COLOURS[one.level])}{paint(f': {one.message}', _BOLD)}",
        f"{margin}{paint('-->', _BLUE)} {one.file}:{one.line}:{one.column}",
    ]
    source = report.line(one.file, one.line)
    if source is not None:
        before = len(source[: one.column - 1].expandtabs(_TAB))
        width = len(source[: report.end_column(one) - 1].expandtabs(_TAB)) - before
        carets = paint("^" * max(1, width), _COLOURS[one.level])
        lines += [f"{margin} {bar}", f"{paint(str(one.line), _BLUE)} {bar} {source.expandtabs(_TAB)}".rstrip()]
        lines += [f"{margin} {bar} {' ' * before}{carets}"]
    if one.in_macro:
        lines.append(f"{margin} {paint('=', _BLUE)} {paint('note', _BOLD)}: it stands in a macro")
    covered = report.covered(one)
    if covered is not None:
        lines.append(f"{margin} {paint('=', _BLUE)} {paint('note', _BOLD)}: {execution_line(covered)}")
    lines.append(f"{margin} {paint('=', _BLUE)} {paint('help', _BOLD)}: {one.help}")
    return "\n".join(lines) + "\n"


def _ends(report: Report) -> Iterator[str]:
    unexecuted = unexecuted_lines(report)
    if unexecuted:
        yield "Never executed:"
        yield from (f"  {line}" for line in unexecuted)
        yield ""
    spots = report.result.blind_spots
    if spots:
        yield "Not seen:"
        yield from (f"  {spot_line(spot)}" for spot in spots)
        yield ""
    if report.result.suppressed:
        yield f"{counted(len(report.result.suppressed), 'finding')} allowed by comments"
    if report.result.coverage is not None:
        yield coverage_line(report.result.coverage)
    if report.comparison is not None:
        yield baseline_line(report.comparison)
    yield summary_line(report)
