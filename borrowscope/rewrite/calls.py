"""Calls as the compiler resolved them, found by their syntax.

In: the call facts of a file, syntax nodes. Out: the fact of a call, the place that it reads from.
"""

from __future__ import annotations

from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import CallFact
from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_CLONES = ("Clone>::clone", "clone::Clone::clone")
_PLACE_TRAITS = ("Deref", "DerefMut", "Index", "IndexMut")  # of std::ops: what a place may call


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
        self._first_by_callee = {call.callee_span: call for call in reversed(calls)}
        self._by_span = {call.span: call for call in calls}
        self._user_places = {call.span.start for call in calls if _is_user_place(call)}

    def find(self, node: Node) -> CallFact | None:
        """The fact of a call expression, or None."""
        function = node.field("function")
        if function is None:
            return None
        name = callee_name(function)
        found = self._by_callee.get(Span(name.start, name.end)) if name is not None else None
        return found or self._by_span.get(Span(node.start, node.end))

    def at(self, node: Node) -> CallFact | None:
        """The fact of a call that stands for the whole expression: the last one of what a `for` loop calls on it."""
        return self._by_callee.get(Span(node.start, node.end))

    def first_at(self, node: Node) -> CallFact | None:
        """The fact of the first call that stands for the whole expression: a `for` loop's `into_iter`."""
        return self._first_by_callee.get(Span(node.start, node.end))

    def runs_user_code(self, place: Node) -> bool:
        """Whether evaluating the place calls a `Deref` or `Index` that is not std's."""
        return any(start in self._user_places for start in range(place.start, place.end))


def _is_user_place(call: CallFact) -> bool:
    callee = parse_callee(call.callee)
    if callee.trait is None or callee.self_type is None:
        return False
    module, _, name = callee.trait.rpartition("::")
    return module == "std::ops" and name in _PLACE_TRAITS and not callee.self_type.startswith(("std::", "[", "&"))


def callee_name(function: Node) -> Node | None:
    """What names the callee: a method's name, without its generic arguments, or the whole path."""
    method = _without_arguments(function)
    return method.field("field") if method.kind == "field_expression" else function


def _without_arguments(function: Node) -> Node:
    inner = function.field("function") if function.kind == "generic_function" else None
    return inner if inner is not None and inner.kind == "field_expression" else function


def call_source(call: Node) -> Node | None:
    """The place that a call reads its source from: `a.clone()`, `Rc::clone(&a)`."""
    function = call.field("function")
    if function is None:
        return None
    function = _without_arguments(function)
    if function.kind == "field_expression":
        return function.field("value")
    arguments = call.field("arguments")
    first = arguments.named[0] if arguments is not None and arguments.named else None
    if first is not None and first.kind == "reference_expression":
        return first.field("value")
    return first
