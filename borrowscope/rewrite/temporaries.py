"""Whether a loop or match leaves temporaries behind that live on until the statement around it has ended.

In: the construct, the compiler's types. Out: an answer; where it is not known, there may be some.
"""

from __future__ import annotations

from collections.abc import Callable

from borrowscope.analyzer.facts import CallFact
from borrowscope.analyzer.obvious_types import is_copy
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.contexts import operands
from borrowscope.rewrite.plans import FunctionPlan
from borrowscope.tables.syntax_kinds import LITERALS
from borrowscope.text.span import Span

_LEAVES = LITERALS | {"closure_expression"}
_NAMES = frozenset({"identifier", "self"})
_TAKING = frozenset({"tuple_expression", "range_expression", "arguments"})


def is_free_of_temporaries(plan: FunctionPlan, node: Node) -> bool:
    """Whether nothing is evaluated in the statement's own scope: what a `match` looks at, what a `for` goes through."""
    if node.kind in ("loop_expression", "while_expression"):
        return True  # a condition's temporaries end with the condition
    value = node.field("value")
    return value is not None and _Reader(plan).is_plain(value)


class _Reader:
    """Reads expressions that are places, or values that nothing happens to when they end."""

    def __init__(self, plan: FunctionPlan) -> None:
        self._plan = plan
        self._calls = plan.file.index.calls
        self._handlers: dict[str, Callable[[Node], bool]] = {
            **dict.fromkeys(_LEAVES, lambda _node: True),
            **dict.fromkeys(_NAMES, lambda _node: True),
            **dict.fromkeys(_TAKING, lambda node: all(map(self._is_plain_value, operands(node)))),
            "parenthesized_expression": self._first,
            "type_cast_expression": self._first,
            "field_expression": self._first,
            "index_expression": lambda node: all(map(self.is_plain, operands(node))),
            "reference_expression": self._reference,
            "unary_expression": self._unary,
            "binary_expression": lambda node: self._gives_plain(node) and all(map(self.is_plain, operands(node))),
            "call_expression": self._call,
        }

    def is_plain(self, node: Node) -> bool:
        """Whether the expression is a place without temporaries, or a value without a destructor and a lifetime."""
        handler = self._handlers.get(node.kind)
        return handler is not None and handler(node)

    def _is_plain_value(self, node: Node) -> bool:
        """The same for what is taken out of a place: it must be copied, for what moves would end elsewhere."""
        if node.kind not in _NAMES:
            return node.kind not in ("field_expression", "index_expression") and self.is_plain(node)
        use = self._plan.scopes.uses.get(node.start)
        fact = self._plan.file.facts.bindings.get(use.binding.start) if use is not None and use.binding else None
        return fact is not None and fact.is_copy is True

    def _first(self, node: Node) -> bool:
        return self.is_plain(node.named[0])

    def _reference(self, node: Node) -> bool:
        value = node.field("value")
        return value is not None and value.kind in (*_NAMES, "field_expression") and self.is_plain(value)

    def _unary(self, node: Node) -> bool:
        is_place = node.children[0].kind == "*"
        return (is_place or self._gives_plain(node)) and self._first(node)

    def _gives_plain(self, node: Node) -> bool:
        """Whether no function of a user's runs, or it gives a plain value: what it has borrowed for that is over."""
        call = self._calls.get(Span(node.start, node.end))
        return call is None or _is_plain_result(call)

    def _call(self, node: Node) -> bool:
        call = self._calls.get(Span(node.start, node.end))
        function, arguments = node.field("function"), node.field("arguments")
        if function is not None and function.kind == "generic_function":
            function = function.field("function")
        if call is None or function is None or arguments is None or not _is_plain_result(call):
            return False
        receiver = function.field("value") if function.kind == "field_expression" else None
        return (receiver is None or self.is_plain(receiver)) and all(map(self.is_plain, arguments.named))


def _is_plain_result(call: CallFact) -> bool:
    ty = call.result
    return ty is not None and is_copy(ty) is True and "&" not in ty and "'" not in ty
