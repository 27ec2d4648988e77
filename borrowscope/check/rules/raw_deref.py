"""Dereferences of raw pointers.

In: a file. Out: one draft for each; `**pp` is two.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, of_operation, rule, shown_code
from borrowscope.check.view import FileView, ProjectView


@rule("raw_deref")
def raw_deref(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each dereference, named by what is followed."""
    for one in file.operations[OperationKind.RAW_DEREF]:
        if one.is_resolved:
            yield of_operation(file, one, text=_followed(shown_code(file, one.span)))


def _followed(text: str) -> str:
    """The pointer: without the sign, and without the parentheses around all of it."""
    while text.startswith("(") and text.endswith(")") and text[1:].lstrip("( ").startswith("*"):
        text = text[1:-1].strip()
    return text.removeprefix("*").strip()
