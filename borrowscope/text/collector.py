"""Python's garbage collector, paused: where millions of small objects are made that all stay alive.

In: nothing. Out: `collector_paused()`, a context manager that leaves the collector as it found it; `collect()`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Look for no garbage inside: among objects that stay alive the search would double the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            _pass_over()
            gc.enable()


def collect() -> None:
    """Look for garbage now: between two pauses that each make much of it."""
    gc.collect()


def _pass_over() -> None:
    """Count all objects as old: else the first search after the pause would go through all that were made in it."""
    if gc.get_freeze_count() == 0:
        gc.freeze()
        gc.unfreeze()
