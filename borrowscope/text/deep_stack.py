"""A call stack for texts that nest thousands of levels deep, as generated code does.

In: an action. Out: its result. The action runs in a thread of its own, since only a new thread gets a larger stack.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
_STACK = 512 * 1024 * 1024  # of addresses; memory is taken as the stack grows
_CALLS = 250_000  # two kilobytes each


def run_deep(action: Callable[[], Result]) -> Result:
    """Run the action with room for deep recursion; what it raises is raised here."""
    limit = sys.getrecursionlimit()
    if limit >= _CALLS:
        return action()  # we are inside already
    results: list[Result] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(action())
        except BaseException as failure:  # noqa: BLE001 - whoever waits raises it again
            failures.append(failure)

    sys.setrecursionlimit(_CALLS)
    try:
        _start(run).join()
    finally:
        sys.setrecursionlimit(limit)
    if failures:
        raise failures[0]
    return results[0]


def _start(action: Callable[[], None]) -> threading.Thread:
    size = threading.stack_size(_STACK)
    try:
        thread = threading.Thread(target=action, name="deep stack", daemon=True)
        thread.start()
    finally:
        threading.stack_size(size)
    return thread
