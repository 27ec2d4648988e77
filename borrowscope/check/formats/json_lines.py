"""JSON for programs: the whole answer (reference: files.md), or one finding a line.

In: a report. Out: text.
"""

from __future__ import annotations

from borrowscope.check.report import Report


def render_json(report: Report) -> str:
    """The whole answer."""
    return report.result.model_dump_json(indent=2) + "\n"


def render_jsonl(report: Report) -> str:
    """One finding a line."""
    return "".join(f"{one.model_dump_json()}\n" for one in report.result.findings)
