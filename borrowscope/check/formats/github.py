"""Workflow commands of GitHub Actions: annotations at lines of a pull request.

In: a report. Out: text. A step shows ten of each level: the worst come first, and what is left out is told.
"""

from __future__ import annotations

from collections import Counter

from borrowscope.check.formats.counts import counted
from borrowscope.check.model import Finding
from borrowscope.check.report import Report
from borrowscope.tables.check_rules import Level

MOST = 10
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(report: Report) -> str:
    """One command a line."""
    shown: Counter[Level] = Counter()
    lines = []
    for one in report.worst_first:
        shown[one.level] += 1
        if shown[one.level] <= MOST:
            lines.append(_command(report, one))
    left = sum(max(0, count - MOST) for count in shown.values())
    if left:
        lines.append(f"{counted(left, 'finding')} without an annotation: a step shows {MOST} of each level")
    return "".join(f"{line}\n" for line in lines)


def _command(report: Report, one: Finding) -> str:
    properties = {
        "file": report.in_repository(one.file),
        "line": one.line,
        "endLine": one.line,
        "col": one.column,
        "endColumn": report.end_column(one),
        "title": f"{one.code} {one.rule}",
    }
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[one.level]} {told}::{_data(one.sentence)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
