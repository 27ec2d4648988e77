"""Counts what the tests of endings and faults read back; the run's summary tells it.

In: what `check` of `checked.py` has verified during a test. Out: properties of its report.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.durability import checked


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Add the counts before the test's report is made."""
    checked.VERIFIED.clear()
    yield
    item.user_properties.extend(checked.VERIFIED.items())
