"""JUnit XML in Jenkins' dialect: a suite for each file, a case for each finding; a clean check is one case that passes.

In: a report. Out: text. A finding that makes the check fail is a failure; others are cases that pass and say so. What
the check could not see are properties of the first suite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from borrowscope.check.formats.counts import spot_line
from borrowscope.check.model import Finding
from borrowscope.check.report import Report

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """The whole document."""
    files: dict[str, list[Finding]] = {}
    for one in report.findings:
        files.setdefault(report.in_repository(one.file), []).append(one)
    suites = [_suite(report, file, found) for file, found in sorted(files.items())]
    if not suites:
        case = f'<testcase name="no findings" classname={_attribute(report.package)} time="0"/>'
        suites = [_suite_of(report.package, [case], 0)]
    suites[0] = _with_properties(suites[0], report)
    failures = sum(report.fails(one) for one in report.findings)
    tests = max(1, len(report.findings))
    head = f'<testsuites name="borrowscope check" tests="{tests}" failures="{failures}" errors="0" time="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"]) + "\n"


def _with_properties(suite: str, report: Report) -> str:
    """The suite with a property for each reason why something was not seen."""
    told = [
        f"<property name={_attribute(f'not seen: {spot.reason}')} value={_attribute(spot_line(spot))}/>"
        for spot in report.result.blind_spots
    ]
    if not told:
        return suite
    head, _, rest = suite.partition("\n")
    return "\n".join([head, "<properties>", *told, "</properties>", rest])


def _suite(report: Report, file: str, found: Sequence[Finding]) -> str:
    return _suite_of(file, [_case(report, file, one) for one in found], sum(report.fails(one) for one in found))


def _suite_of(name: str, cases: Sequence[str], failures: int) -> str:
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0" time="0"'
    return "\n".join([f"<testsuite name={_attribute(name)} {counts}>", *cases, "</testsuite>"])


def _case(report: Report, file: str, one: Finding) -> str:
    name = f"{one.code} {one.rule} at {one.line}:{one.column}"
    head = f"<testcase name={_attribute(name)} classname={_attribute(one.function or file)}"
    text = f"{file}:{one.line}:{one.column}: {one.level.value}[{one.code}]: {one.sentence}"
    if not report.fails(one):
        return f'{head} time="0"><system-out>{_text(text)}</system-out></testcase>'
    failure = f"<failure message={_attribute(one.message)} type={_attribute(one.code)}>{_text(text)}</failure>"
    return f'{head} time="0">{failure}</testcase>'


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("", text))
