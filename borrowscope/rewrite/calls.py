"""Calls as the compiler resolved them, found by their syntax.

In: the call facts of a file, syntax nodes. Out: the fact of a call, the place that it reads from.
"""

from __future__ import annotations

from borrowscope.analyzer.facts import CallFact
from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_CLONES = ("Clone>::clone", "clone::Clone::clone")


def is_clone(call: CallFact | None) -> bool:
    """Whether the compiler resolved the call to `Clone::clone`."""
    return call is not None and call.callee.endswith(_CLONES)


def cloned_type(call: CallFact) -> str:
    """The type, with full paths, that a resolved call of `Clone::clone` yields; "" if the callee does not tell."""
    inner, separator, _ = call.callee.removeprefix("<").rpartition(" as std::clone::Clone>::clone")
    return inner if separator else ""


class Calls:
    """The compiler's calls of one file, found by the span of the callee's name or of the whole call."""

    def __init__(self, calls: list[CallFact]) -> None:
        self._by_callee = {call.callee_span: call for call in calls}
        self._by_span = {call.span: call for call in calls}

    def find(self, node: Node) -> CallFact | None:
        """The fact of a call expression, or None."""
        function = node.field("function")
        if function is None:
            return None
        name = function.field("field") if function.kind == "field_expression" else function
        found = self._by_callee.get(Span(name.start, name.end)) if name is not None else None
        return found or self._by_span.get(Span(node.start, node.end))


def call_source(call: Node) -> Node | None:
    """The place that a call reads its source from: `a.clone()`, `Rc::clone(&a)`."""
    function = call.field("function")
    if function is None:
        return None
    if function.kind == "field_expression":
        return function.field("value")
    arguments = call.field("arguments")
    first = arguments.named[0] if arguments is not None and arguments.named else None
    if first is not None and first.kind == "reference_expression":
        return first.field("value")
    return first
