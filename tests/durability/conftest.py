"""Counts what the tests of endings and faults read back; the run's summary tells it.

In: what `check` of `checked.py` has verified during a test. Out: properties of its report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.durability import checked


@pytest.fixture(autouse=True)
def _counted(record_property: Callable[[str, object], None]) -> Iterator[None]:
    checked.VERIFIED.clear()
    yield
    for name, count in checked.VERIFIED.items():
        record_property(name, count)
