"""Whether a place belongs to a function itself, or to an item within it.

In: the function's node, a place. Out: a bool.
"""

from __future__ import annotations

from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_ITEMS = frozenset({"function_item", "impl_item", "trait_item", "mod_item", "const_item", "static_item"})


def is_directly_in(function: Node, span: Span) -> bool:
    """Whether a place is in the function, and in no other item within."""
    node: Node | None = function if function.start <= span.start and span.end <= function.end else None
    while node is not None:
        inner = next((child for child in node.named if child.start <= span.start and span.end <= child.end), None)
        if inner is None:
            return True
        if inner.kind in _ITEMS:
            return False
        node = inner
    return False
