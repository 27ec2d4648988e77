"""Functions and closures that are handed to foreign functions.

In: a file. Out: one draft for each argument that foreign code may call.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView
from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_NAMES = frozenset({"identifier", "scoped_identifier"})


@rule("foreign_callback")
def foreign_callback(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each argument."""
    for one in file.operations[OperationKind.FFI_CALL]:
        call = file.node_at(one.span)
        arguments = call.field("arguments") if call.kind == "call_expression" else None
        for argument in arguments.named if arguments is not None else []:
            value = _value(argument)
            if _is_callback(project, value):
                span = Span(argument.start, argument.end)
                yield at_place(span, one.target, callback=file.text_of(Span(value.start, value.end)))


def _value(argument: Node) -> Node:
    """What stands below casts, parentheses and `Some(..)`."""
    while True:
        inner = None
        if argument.kind in ("type_cast_expression", "parenthesized_expression", "generic_function"):
            inner = argument.named[0] if argument.named else None
        elif argument.kind == "call_expression" and (function := argument.field("function")) is not None:
            arguments = argument.field("arguments")
            is_some = function.text.rpartition("::")[2] == "Some" and arguments is not None
            inner = arguments.named[0] if is_some and arguments is not None and arguments.named else None
        if inner is None:
            return argument
        argument = inner


def _is_callback(project: ProjectView, value: Node) -> bool:
    if value.kind == "closure_expression":
        return True
    return value.kind in _NAMES and value.text.rpartition("::")[2].strip() in project.foreign_abi_functions
