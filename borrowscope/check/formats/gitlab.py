"""GitLab's code quality report: an array of issues.

In: a report. Out: text. Fingerprints are unique, or GitLab would hide findings.
"""

from __future__ import annotations

import json

from borrowscope.check.report import Report
from borrowscope.tables.check_rules import Level

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "info"}


def render(report: Report) -> str:
    """The whole array; empty where there is nothing to say."""
    issues = [
        {
            "description": one.sentence,
            "check_name": f"{one.code} {one.rule}",
            "fingerprint": one.fingerprint,
            "severity": _SEVERITIES[one.level],
            "location": {"path": report.in_repository(one.file), "lines": {"begin": one.line, "end": one.end_line}},
        }
        for one in report.worst_first
    ]
    return json.dumps(issues, indent=2) + "\n"
