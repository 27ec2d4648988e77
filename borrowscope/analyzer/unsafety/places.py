"""Where a place expression stands: below a raw borrow, or on the left of an assignment.

In: the place's node. Out: whether rustc takes it for no access.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

# Of `(a, [b, ..]) = ..`, `S { a: b, .. } = ..`, `T(a) = ..`.
_PARTS_OF_PATTERNS = frozenset({
    "tuple_expression", "array_expression", "parenthesized_expression", "struct_expression", "field_initializer_list",
    "field_initializer", "call_expression", "arguments",
})  # fmt: skip


def unparenthesized(node: Node) -> Node:
    """The expression in parentheses."""
    while node.kind == "parenthesized_expression" and len(node.named) == 1:
        node = node.named[0]
    return node


def parenthesized(node: Node) -> Node:
    """The expression with the parentheses around it: they belong to its place."""
    while node.parent is not None and node.parent.kind == "parenthesized_expression":
        node = node.parent
    return node


def is_raw_borrowed(
    node: Node, addressed: Collection[Node], is_union_field: Callable[[Node], bool] | None = None
) -> bool:
    """Whether the place is just what `&raw const` (or `addr_of!`) takes the address of.

    A union's field may have further fields of unions around it.
    """
    outer = node
    while True:
        parent = parenthesized(outer).parent
        if outer in addressed or (parent is not None and _is_raw_borrow(parent)):
            return True
        if is_union_field is None or parent is None or parent.kind != "field_expression" or not is_union_field(parent):
            return False
        outer = parent


def _is_raw_borrow(node: Node) -> bool:
    return node.kind == "reference_expression" and node.child("raw") is not None


def is_assigned(node: Node, is_direct: Callable[[Node], bool]) -> bool:
    """Whether the field is what an assignment writes, or what it writes is a field right in it.

    What is dereferenced to reach the field itself counts for nothing.
    """
    outer = parenthesized(node)
    while outer.parent is not None and outer.parent.kind == "field_expression":
        if not is_direct(outer.parent):
            return False
        outer = parenthesized(outer.parent)
    return _is_left(outer)


def _is_left(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.kind in _PARTS_OF_PATTERNS:
        node, parent = parent, parent.parent
    return parent is not None and parent.kind == "assignment_expression" and node.field_name == "left"
