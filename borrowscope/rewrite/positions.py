"""Questions about where an expression stands: leftmost in a statement, tail of a body, base of a place.

In: syntax nodes. Out: answers; no edits are made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.parse.syntax import COMMENTS, Node

STATEMENTS = frozenset({"let_declaration", "expression_statement"})
_LEFT_OPEN = frozenset(
    {
        "binary_expression",
        "call_expression",
        "field_expression",
        "try_expression",
        "await_expression",
        "type_cast_expression",
        "index_expression",
        "range_expression",
        "for_expression",
        "generic_function",
    }
)
_BLOCK_LIKE = frozenset(
    {
        "if_expression",
        "match_expression",
        "while_expression",
        "for_expression",
        "loop_expression",
        "block",
        "unsafe_block",
        "async_block",
        "const_block",
    }
)


def statement_of(node: Node) -> Node:
    """The innermost statement (or block tail, or arm) that holds the node; the node itself if there is none."""
    inner = node
    for ancestor in node.ancestors():
        if inner.kind in STATEMENTS or ancestor.kind in ("block", "match_block"):
            return inner
        inner = ancestor
    return node


def end_of_statement(statement: Node) -> int:
    """Where the next statement can stand: `match x {};` has a semicolon, which the grammar takes for an empty one."""
    siblings = statement.parent.named if statement.parent is not None else [statement]
    following = siblings[siblings.index(statement) + 1 :]
    return following[0].end if following and following[0].kind == "empty_statement" else statement.end


def needs_parentheses(node: Node) -> bool:
    """Whether a block in the node's place would be read as a statement or belong to another construct."""
    parent = node.parent
    return (
        parent is not None
        and parent.kind in _LEFT_OPEN
        and (parent.start == node.start or parent.kind == "for_expression")
    )


def starts_statement(node: Node) -> bool:
    """Whether the node is the leftmost part, but not all, of a statement, a tail or an arm's value."""
    outer = statement_of(node)
    if outer.kind == "match_arm":
        value = outer.field("value")
        return value is not None and value.start == node.start and value.end != node.end
    inner = outer.named[0] if outer.kind == "expression_statement" and outer.named else outer
    return outer.start == node.start and inner.end != node.end


def takes_constants(call: Node) -> bool:
    """Whether arguments of the call may have to be constants, as those of the processor's instructions are."""
    function = call.field("function")
    return function is not None and _INSTRUCTION.fullmatch(function.text.rpartition("::")[2].strip()) is not None


_INSTRUCTION = re.compile(r"_mm\w*|_k\w+_mask\d+|_{1,2}tile_\w+|v\w+_(?:n|lane|laneq)_[a-z]\d+|vextq?_[a-z]\d+")


def strip_parentheses(node: Node) -> Node:
    """The expression inside of any parentheses."""
    while node.kind == "parenthesized_expression" and node.named:
        node = node.named[0]
    return node


def place_base(node: Node) -> Node | None:
    """The variable at the base of a place expression (`x`, `x.f`, `x[i].g`, `*x`), or None if it is no such place."""
    node = strip_parentheses(node)
    if node.kind in ("identifier", "self"):
        return node
    if node.kind in ("field_expression", "index_expression"):
        inner = node.field("value") or (node.named[0] if node.named else None)
        return place_base(inner) if inner is not None else None
    if node.kind == "unary_expression" and node.children[0].kind == "*":
        return place_base(node.named[0])
    return None


def is_simple_place(node: Node) -> bool:
    """Whether evaluating the place twice cannot be noticed: a variable, or fields below one."""
    node = strip_parentheses(node)
    if node.kind in ("identifier", "self"):
        return True
    if node.kind == "field_expression":
        value = node.field("value")
        return value is not None and is_simple_place(value)
    return False


def head_of_block(block: Node) -> int:
    """Where the first statement of a block can stand: behind its brace and its inner attributes."""
    inner = [child for child in block.children if child.kind == "inner_attribute_item"]
    return inner[-1].end if inner else next(child for child in block.children if child.kind == "{").end


def tail_of(block: Node) -> Node | None:
    """The expression whose value a block has, or None (`;` at its end, or nothing in it)."""
    inner = [child for child in block.children if child.is_named and child.kind not in COMMENTS]
    if not inner:
        return None
    last = inner[-1]
    if last.kind == "expression_statement":
        return None if last.children[-1].kind == ";" else last.named[0]
    return None if last.kind in _NO_VALUE else last


def values_of(node: Node) -> Iterator[Node]:
    """The expressions that a branch or a match may have as its value, without those that lead away."""
    inner = strip_parentheses(node)
    if inner.kind in ("block", "unsafe_block"):
        block = inner if inner.kind == "block" else inner.child("block")
        parts = [tail_of(block) if block is not None else None]
    elif inner.kind == "if_expression":
        parts = [inner.field("consequence"), inner.field("alternative")]
    elif inner.kind == "else_clause":
        parts = [inner.named[-1]]
    elif inner.kind == "match_expression":
        body = inner.field("body")
        parts = [arm.field("value") for arm in (body.named if body is not None else [])]
    else:
        parts = []
        if not _leads_away(inner):
            yield inner
    for part in parts:
        if part is not None:
            yield from values_of(part)


def _leads_away(node: Node) -> bool:
    macro = node.field("macro") if node.kind == "macro_invocation" else None
    return node.kind in _WAYS_OUT or (macro is not None and macro.text.rpartition("::")[2] in _PANICS)


_WAYS_OUT = frozenset({"return_expression", "break_expression", "continue_expression"})
_PANICS = frozenset({"panic", "unreachable", "todo", "unimplemented"})
_NO_VALUE = frozenset(
    {
        "let_declaration",
        "empty_statement",
        "function_item",
        "struct_item",
        "enum_item",
        "impl_item",
        "use_declaration",
        "const_item",
        "static_item",
        "macro_definition",
        "mod_item",
        "trait_item",
        "type_item",
        "union_item",
        "inner_attribute_item",
        "label",
        "attribute_item",
    }
)


def has_untyped_parameters(closure: Node) -> bool:
    """Whether a closure literal leaves the type of a parameter to inference."""
    parameters = closure.field("parameters")
    return parameters is not None and any(child.kind not in ("parameter", "|", ",") for child in parameters.children)


def has_inferred_names(closure: Node) -> bool:
    """Whether the body may ask for a parameter's type that is left to inference: not where each is `_`, or typed."""
    parameters = closure.field("parameters")
    kinds = {child.kind for child in parameters.children} if parameters is not None else set()
    return not kinds <= {"parameter", "_", "|", ","}


_TOLD_BY_RECEIVER = frozenset({"map_or_else"})  # std's method with two closures: neither's result is given to the other


def follows_open_closure(argument: Node) -> bool:
    """Whether a closure before it in the call may tell the types of its own parameters by its result.

    rustc looks at bare closures after all other arguments and in their order, at one in a block at once.
    """
    arguments = argument.parent
    if arguments is None or arguments.kind != "arguments" or _called_name(arguments.parent) in _TOLD_BY_RECEIVER:
        return False
    before = map(strip_parentheses, arguments.named[: arguments.named.index(argument)])
    return any(one.kind == "closure_expression" and has_inferred_names(one) for one in before)


def _called_name(call: Node | None) -> str | None:
    """The name of a method in a call of it."""
    function = call.field("function") if call is not None else None
    name = function.field("field") if function is not None else None
    return name.text if name is not None else None


def ends_in_untyped_closure(body: Node) -> bool:
    """Whether the value of a body is (or holds, as an argument) a closure with untyped parameters."""
    tail = tail_of(body) if body.kind == "block" else body
    if tail is None:
        return False
    tail = strip_parentheses(tail)
    if tail.kind == "closure_expression":
        return has_untyped_parameters(tail)
    if tail.kind == "unsafe_block" and (inner := tail.child("block")) is not None:
        return ends_in_untyped_closure(inner)
    if tail.kind == "block":
        return ends_in_untyped_closure(tail)
    if tail.kind == "call_expression":
        arguments = tail.field("arguments")
        return arguments is not None and any(ends_in_untyped_closure(argument) for argument in arguments.named)
    return False


def starts_with_block(node: Node) -> bool:
    """Whether the expression begins with a block that is not all of it: `{ f }(x)`, two parts in a statement."""
    first = node
    while first.children:
        first = first.children[0]
        if first.kind in _BLOCK_LIKE:
            return True
    return False
