"""SARIF 2.1.0, as GitHub's code scanning and other readers take it: one run, one rule for each row of the table.

In: a report. Out: text. Only what is not known already is a result; every region lies in one line; at most 25,000
results, the worst first, and what is left out is told. What cannot be seen is told as notifications.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from borrowscope.check.formats.counts import counted, spot_line
from borrowscope.check.model import Finding
from borrowscope.check.report import Report
from borrowscope.tables.check_rules import RULES, CheckRule, Level
from borrowscope.tables.tool import VERSION

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
MOST_TEXT = 1024  # characters of a rule's descriptions
_SECURITY = {Level.ERROR: "7.0", Level.WARNING: "5.0", Level.NOTE: "3.0", Level.OFF: "2.0"}
_PROBLEMS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation", Level.OFF: "recommendation"}
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note", Level.OFF: "none"}
_INDEX = {rule.code: number for number, rule in enumerate(RULES)}


def render(report: Report) -> str:
    """The whole log."""
    driver = {
        "name": "borrowscope",
        "version": VERSION,
        "semanticVersion": VERSION,
        "rules": [_rule(rule) for rule in RULES],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"borrowscope/{report.package}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": list(_notifications(report))}],
        "results": [_result(report, one) for one in report.worst_first[:MOST_RESULTS]],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: CheckRule) -> dict[str, Any]:
    text = " ".join(part for part in (rule.explanation, rule.sees) if part)
    properties: dict[str, Any] = {
        "tags": ["rust", rule.topic.value.replace(" ", "-"), *(["security"] if rule.is_about_unsafe else [])],
        "precision": "medium" if rule.name.startswith("unresolved") else "high",
        "problem.severity": _PROBLEMS[rule.level],
    }
    if rule.is_about_unsafe:
        properties["security-severity"] = _SECURITY[rule.level]
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary[0].upper() + rule.summary[1:]},
        "fullDescription": {"text": rule.explanation[:MOST_TEXT]},
        "help": {"text": text, "markdown": f"**{rule.summary}**\n\n{text}\n\n`borrowscope explain {rule.code}`"},
        "defaultConfiguration": {"level": _LEVELS[rule.level], "enabled": rule.level is not Level.OFF},
        "properties": properties,
    }


def _result(report: Report, one: Finding) -> dict[str, Any]:
    region = {
        "startLine": one.line,
        "startColumn": one.column,
        "endLine": one.line,
        "endColumn": report.end_column(one),
    }
    place = {"artifactLocation": {"uri": _uri(report.in_repository(one.file))}, "region": region}
    location: dict[str, Any] = {"physicalLocation": place}
    if one.function is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": one.function, "kind": "function"}]
    return {
        "ruleId": one.code,
        "ruleIndex": _INDEX[one.code],
        "level": _LEVELS[one.level],
        "message": {"text": one.sentence},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": f"{one.fingerprint}:1", "borrowscope/v1": one.fingerprint},
        "properties": {"kind": one.kind, "target": one.target, "resolved": one.resolved, "source": one.source},
    }


def _uri(path: str) -> str:
    """A relative reference; of a file outside of the repository, where it lies."""
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    left = len(report.findings) - MOST_RESULTS
    if left > 0:
        yield {"level": "warning", "message": {"text": f"{counted(left, 'finding')} left out: a run holds 25,000"}}
    for spot in report.result.blind_spots:
        yield {"level": "note", "message": {"text": f"not seen: {spot_line(spot)}"}}
