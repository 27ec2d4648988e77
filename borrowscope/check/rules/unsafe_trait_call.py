"""Calls of unsafe functions of traits.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.unsafe_calls import Callee, unsafe_calls
from borrowscope.check.view import FileView, ProjectView


@rule("unsafe_trait_call")
def unsafe_trait_call(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each call."""
    for one in unsafe_calls(file, Callee.TRAIT):
        yield of_operation(file, one)
