"""What made a value: the initializer's expression, seen through parentheses, blocks, `unwrap`, `?` and `.await`.

In: the expression's node. Out: the producing node, and the words that type-info.json has for its syntax.
"""

from __future__ import annotations

from borrowscope.parse.syntax import Node

_UNWRAPS = frozenset({"unwrap", "expect", "unwrap_or", "unwrap_or_else", "unwrap_or_default", "unwrap_unchecked"})
_SYNTAX = {
    "macro_invocation": "macro",
    "identifier": "path",
    "scoped_identifier": "path",
    "self": "path",
    "generic_function": "path",
    "reference_expression": "ref",
    "unsafe_block": "unsafe",
    "async_block": "async",
    "const_block": "const",
    "range_expression": "range",
}


def syntax_of(node: Node) -> str:
    """The expression's form: literal, call, method_call, macro, path, ref, block, if, match, ..."""
    if node.kind.endswith("_literal"):
        return "literal"
    if node.kind == "call_expression":
        return "method_call" if method_name(node) is not None else "call"
    return _SYNTAX.get(node.kind, node.kind.removesuffix("_expression"))


def method_name(call: Node) -> str | None:
    """`push` of `v.push(1)`, also with a turbofish; None for calls of paths."""
    function = call.field("function") if call.kind == "call_expression" else None
    if function is not None and function.kind == "generic_function":
        function = function.field("function")
    field = function.field("field") if function is not None and function.kind == "field_expression" else None
    return field.text if field is not None else None


def written_form(node: Node) -> Node:
    """The expression without parentheses and without blocks that only hold it."""
    while (inner := _inside_brackets(node)) is not None:
        node = inner
    return node


def producing_call(node: Node) -> Node:
    """The expression that made the value: also through casts, `unwrap`, `expect`, `?` and `.await`."""
    while (inner := _inside_brackets(node) or _inside_unwrap(node)) is not None:
        node = inner
    return node


def _inside_brackets(node: Node) -> Node | None:
    if node.kind == "parenthesized_expression":
        return next(iter(node.named), None)
    if node.kind == "unsafe_block":
        return next((child for child in node.named if child.kind == "block"), None)
    if node.kind == "block":
        tail = node.named[-1] if node.named else None
        is_expression = tail is not None and not tail.kind.endswith(("_statement", "_declaration", "_item"))
        return tail if is_expression else None
    return None


def _inside_unwrap(node: Node) -> Node | None:
    if node.kind in ("try_expression", "await_expression"):
        return next(iter(node.named), None)
    if node.kind == "type_cast_expression":
        return node.field("value")
    if method_name(node) in _UNWRAPS:
        function = node.field("function")
        return function.field("value") if function is not None else None
    return None
