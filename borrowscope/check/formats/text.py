"""Findings for people, as rustc shows errors: code, arrow, source line, carets, help; readable without colour.

In: a report. Out: text.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.baseline import Comparison
from borrowscope.check.blind_spots import REASONS
from borrowscope.check.model import BlindSpot, Finding
from borrowscope.check.report import ORDER, Report
from borrowscope.tables.check_rules import Level

_BOLD, _BLUE = "1", "1;34"
_COLOURS = {Level.ERROR: "1;31", Level.WARNING: "1;33", Level.NOTE: "1;36"}
_SHOWN = 3


def render(report: Report) -> str:
    """The findings that are not known already, what cannot be seen, and the counts."""
    blocks = [_finding(report, one) for one in report.result.findings if one.baseline != "known"]
    return "\n".join([*blocks, *_ends(report)]) + "\n"


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
        shown, before, width = _marked(one, source)
        carets = paint("^" * width, _COLOURS[one.level])
        lines += [f"{margin} {bar}", f"{paint(str(one.line), _BLUE)} {bar} {shown}".rstrip()]
        lines += [f"{margin} {bar} {' ' * before}{carets}"]
    if one.in_macro:
        lines.append(f"{margin} {paint('=', _BLUE)} {paint('note', _BOLD)}: it stands in a macro")
    lines.append(f"{margin} {paint('=', _BLUE)} {paint('help', _BOLD)}: {one.help}")
    return "\n".join(lines) + "\n"


def _marked(one: Finding, source: str) -> tuple[str, int, int]:
    """The line with tabs as spaces, where the carets begin, and how many there are: at least one, all on this line."""
    end = one.end_column if one.end_line == one.line else len(source.rstrip()) + 1
    before = len(source[: one.column - 1].expandtabs(4))
    width = len(source[: end - 1].expandtabs(4)) - before
    return source.expandtabs(4), before, max(1, width)


def _ends(report: Report) -> Iterator[str]:
    spots = report.result.blind_spots
    if spots:
        yield "Not seen:"
        yield from (f"  {_spot(spot)}" for spot in spots)
        yield ""
    if report.result.suppressed:
        yield f"{_counted(len(report.result.suppressed), 'finding')} allowed by comments"
    if report.comparison is not None:
        yield _against_baseline(report.comparison)
    yield summary_line(report)


def _spot(spot: BlindSpot) -> str:
    shown = ", ".join(f"{place.file}:{place.line} {place.what}" for place in spot.places[:_SHOWN])
    more = ", .." if spot.count > _SHOWN else ""
    return f"{spot.count:,} {REASONS[spot.reason]}: {shown}{more}"


def _against_baseline(comparison: Comparison) -> str:
    gone, stale = (sum(entry.count for entry in entries) for entries in (comparison.gone, comparison.stale))
    parts = [f"{comparison.new:,} new", f"{comparison.known:,} known", f"{gone:,} gone", f"{stale:,} stale"]
    hint = "; --write-baseline takes them out" if gone or stale else ""
    return f"against the baseline: {', '.join(parts)}{hint}"


def summary_line(report: Report) -> str:
    """`2 errors, 3 warnings, 11 notes in 4 files`, of what is not known already."""
    findings = [one for one in report.result.findings if one.baseline != "known"]
    if not findings:
        return "no new findings" if report.comparison is not None else "no findings"
    counts = [(level.value, sum(one.level is level for one in findings)) for level in ORDER]
    told = ", ".join(_counted(count, name) for name, count in counts if count)
    return f"{told} in {_counted(len({one.file for one in findings}), 'file')}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
