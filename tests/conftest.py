"""What tests tell beside passing: the counts that they kept with `record_property`, in a table behind the run.

In: the reports of the tests, from all workers. Out: a line for each test function that counted something.
"""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was counted, summed up over the cases of each test."""
    counts: dict[str, Counter[str]] = {}
    for report in terminalreporter.getreports("passed"):
        told = [(name, value) for name, value in report.user_properties if isinstance(value, int)]
        if told:
            function = report.nodeid.partition("[")[0]
            counts.setdefault(function, Counter(cases=0)).update({"cases": 1, **dict(told)})
    if counts:
        terminalreporter.section("counted")
    for function, counted in sorted(counts.items()):
        terminalreporter.line(f"{function}: {', '.join(f'{count:,} {name}' for name, count in counted.items())}")
