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
from borrowscope.check.formats.source_line import WIDTH, plain, shown_line
from borrowscope.check.model import Finding
from borrowscope.check.report import Report
from borrowscope.tables.check_rules import Level

_FRAME = len(" | ") + len("......")  # what stands beside a line of source, and where it is cut
_BOLD, _BLUE = "1", "1;34"
_COLOURS = {Level.ERROR: "1;31", Level.WARNING: "1;33", Level.NOTE: "1;36"}


def render(report: Report) -> str:
    """The findings that are not known already, what cannot be seen, and the counts."""
    return "\n".join([*(_finding(report, one) for one in report.findings), *_ends(report)]) + "\n"


def _finding(report: Report, one: Finding) -> str:
    paint = report.paint
    margin = " " * len(str(one.line))
    bar = paint("|", _BLUE)
    lines = [
        f"{paint(f'{one.level.value}[{one.code}]', _COLOURS[one.level])}{paint(f': {plain(one.message)}', _BOLD)}",
        f"{margin}{paint('-->', _BLUE)} {plain(one.file)}:{one.line}:{one.column}",
    ]
    source = report.line(one.file, one.line)
    if source is not None:
        room = WIDTH if report.columns is None else min(WIDTH, report.columns - len(margin) - _FRAME)
        shown = shown_line(source, one.column - 1, report.end_column(one) - 1, room)
        carets = paint("^" * shown.carets, _COLOURS[one.level])
        lines += [f"{margin} {bar}", f"{paint(str(one.line), _BLUE)} {bar} {shown.text}"]
        lines += [f"{margin} {bar} {' ' * shown.before}{carets}"]
    lines += [
        f"{margin} {paint('=', _BLUE)} {paint(word, _BOLD)}: {plain(text)}" for word, text in _remarks(report, one)
    ]
    return "\n".join(lines) + "\n"


def _remarks(report: Report, one: Finding) -> Iterator[tuple[str, str]]:
    """What stands below the source."""
    if one.end_line > one.line:
        yield "note", f"it ends in line {one.end_line}"
    if one.in_macro:
        yield "note", "it stands in a macro"
    covered = report.covered(one)
    if covered is not None:
        yield "note", execution_line(covered)
    yield "help", one.help


def _ends(report: Report) -> Iterator[str]:
    unexecuted = unexecuted_lines(report)
    if unexecuted:
        yield "Never executed:"
        yield from (f"  {plain(line)}" for line in unexecuted)
        yield ""
    spots = report.result.blind_spots
    if spots:
        yield "Not seen:"
        yield from (f"  {plain(spot_line(spot))}" for spot in spots)
        yield ""
    if report.result.suppressed:
        yield f"{counted(len(report.result.suppressed), 'finding')} allowed by comments"
    if report.result.coverage is not None:
        yield coverage_line(report.result.coverage)
    if report.comparison is not None:
        yield baseline_line(report.comparison)
    yield summary_line(report)
