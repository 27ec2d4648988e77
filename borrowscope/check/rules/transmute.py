"""Calls of `transmute` and `transmute_copy`, with both types where somebody knows them.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.analyzer.type_text import split_arguments
from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.unsafe_calls import Callee, unsafe_calls
from borrowscope.check.view import FileView, ProjectView

_TURBOFISH = re.compile(r"transmute(?:_copy)?\s*::\s*<(.*?)>\s*(?:\(|\Z)", re.DOTALL)


@rule("transmute")
def transmute(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each call."""
    for one in unsafe_calls(file, Callee.TRANSMUTE):
        types = _types(file, one)
        told = f" from `{types[0]}` to `{types[1]}`" if types is not None else ""
        yield of_operation(file, one, types=told, danger=_danger(one, types))


def _types(file: FileView, operation: Operation) -> tuple[str, str] | None:
    """Both types: the compiler knows them, or the call writes them."""
    callee = next((call.callee for call in file.analysis.facts.calls if call.span == operation.span), "")
    text = file.full_text_of(operation.span).partition("(")[0]
    for found in (_TURBOFISH.search(callee), _TURBOFISH.search(text)):
        parts = split_arguments(found.group(1)) if found is not None else []
        parts = [part for part in parts if not part.startswith("'")]
        if len(parts) == 2 and "_" not in parts:
            return parts[0], parts[1]
    return None


def _danger(operation: Operation, types: tuple[str, str] | None) -> str:
    if (operation.target or "").endswith("transmute_copy"):
        return "and nobody checks that their sizes are equal"
    if types is not None and _without_lifetimes(types[0]) == _without_lifetimes(types[1]):
        return "and the two differ in lifetimes only, so that a borrow can outlive what it borrows"
    return "of which the compiler checks the size alone"


def _without_lifetimes(ty: str) -> str:
    return re.sub(r"'\w+\s*,?\s*", "", ty).replace("<>", "")
