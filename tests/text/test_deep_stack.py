"""Deep recursion has room, and leaves no trace."""

from __future__ import annotations

import sys
import threading

import pytest

from borrowscope.text.deep_stack import run_deep


def depth(levels: int) -> int:
    """Recursion through Python and through C."""
    return 0 if levels == 0 else 1 + max(map(depth, [levels - 1]))


def test_deep_recursion_has_room() -> None:
    limit, size = sys.getrecursionlimit(), threading.stack_size()
    assert run_deep(lambda: run_deep(lambda: depth(50_000))) == 50_000
    assert (sys.getrecursionlimit(), threading.stack_size()) == (limit, size)


def test_failures_are_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        run_deep(lambda: 1 // 0)
    with pytest.raises(RecursionError):
        run_deep(lambda: depth(1_000_000))
