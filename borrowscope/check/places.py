"""Where a byte range stands in a file's syntax: the node that covers it, and how the place there is used.

In: a tree, offsets. Out: nodes; `Access`.
"""

from __future__ import annotations

from enum import Enum, auto

from borrowscope.parse.syntax import COMMENTS, Node, arguments_of, items_of
from borrowscope.parse.token_trees import tokenize
from borrowscope.text.span import Span

_PLACES = {"field_expression": "value", "index_expression": None, "parenthesized_expression": None}
_ASSIGNMENTS = frozenset({"assignment_expression", "compound_assignment_expr"})


class Access(Enum):
    """What is done to a place."""

    READ = auto()
    WRITE = auto()
    REFERENCE = auto()
    ADDRESS = auto()


def node_at(root: Node, span: Span) -> Node:
    """The smallest node that covers the span; arguments of macros are looked into."""
    node = root
    while True:
        inner = next((child for child in _parts(node) if child.start <= span.start and span.end <= child.end), None)
        if inner is None:
            return node
        node = inner


def _parts(node: Node) -> list[Node]:
    if node.kind != "token_tree":
        return node.named
    arguments = arguments_of(node)
    if arguments is not None:
        return arguments
    items = items_of(node)
    return [items] if items is not None else node.named


def is_comment(root: Node, at: int) -> bool:
    """Whether a comment covers the offset."""
    return comment_at(root, at) is not None


def comment_at(root: Node, at: int) -> Node | None:
    """The comment that covers the offset."""
    node = node_at(root, Span(at, at + 1))
    if node.kind in COMMENTS:
        return node
    return next((child for child in node.children if child.start <= at < child.end and child.kind in COMMENTS), None)


def is_code(root: Node, at: int) -> bool:
    """Whether neither a comment nor a literal covers the offset."""
    return not node_at(root, Span(at, at + 1)).kind.startswith(("string", "raw_string")) and not is_comment(root, at)


def code_of(source: bytes, span: Span) -> str:
    """The tokens of a place on one line: spaces where some stand between them, no comments."""
    tokens = tokenize(source, span.start, span.end)
    if tokens is None:
        return " ".join(source[span.start : span.end].decode("utf-8", "replace").split())
    behind = [*tokens.starts[1:], span.end]
    ends = zip(tokens.texts, tokens.ends, behind, strict=False)
    code = b"".join(text + b" " * (start > end) for text, end, start in ends)
    return " ".join(code.decode("utf-8", "replace").split())


def access_of(node: Node) -> Access:
    """What the expression around a place does with it."""
    place = node
    while place.parent is not None and _is_part(place, place.parent):
        place = place.parent
    parent = place.parent
    if parent is None:
        return Access.READ
    if parent.kind in _ASSIGNMENTS and place.field_name == "left":
        return Access.WRITE
    if parent.kind == "reference_expression":
        return Access.ADDRESS if parent.child("raw") is not None else Access.REFERENCE
    is_receiver = parent.kind == "call_expression" and place.field_name == "function"
    return Access.REFERENCE if is_receiver and place.kind == "field_expression" else Access.READ


def _is_part(place: Node, parent: Node) -> bool:
    """Whether the parent is a place within the same value: a field, an element, the same in parentheses."""
    if parent.kind not in _PLACES:
        return False
    field = _PLACES[parent.kind]
    return place.field_name == field if field is not None else parent.named[0] is place


def is_in_pattern(node: Node, span: Span) -> bool:
    """Whether the span is a part of a struct pattern, and no expression."""
    inner: Node | None = node
    while inner is not None:
        if inner.kind in ("struct_pattern", "field_pattern"):
            return True
        if inner.kind == "macro_invocation":
            return _is_pattern_argument(inner, span)
        if inner.kind in _ENDS_OF_PATTERNS:
            return False
        inner = inner.parent
    return False


_ENDS_OF_PATTERNS = frozenset({"field_expression", "block", "source_file", "match_arm", "let_declaration"})


def _is_pattern_argument(call: Node, span: Span) -> bool:
    """Whether the span is what `matches!` matches against: it is parsed as an expression."""
    macro, tokens = call.field("macro"), call.child("token_tree")
    if macro is None or tokens is None or macro.text.rpartition("::")[2] not in _MATCHING:
        return False
    arguments = arguments_of(tokens)
    comma = arguments[0].end if arguments else call.source.find(b",", tokens.start)
    return span.start > comma


_MATCHING = frozenset({"matches", "assert_matches", "debug_assert_matches"})
