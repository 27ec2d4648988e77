"""The names that a pattern binds, in source order, with how each is written.

In: a pattern's node. Out: `PatternName` values. Whether a bare name is a binding or a constant is not told here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from borrowscope.parse.syntax import Node

_NAMELESS = frozenset({"scoped_identifier", "macro_invocation", "range_pattern", "const_block", "generic_type"})
_NOT_PATTERNS = frozenset({"type", "condition"})


@dataclass(slots=True, frozen=True)
class PatternName:
    """One name. `is_whole`: it is the whole pattern, so the value is bound to it as it is."""

    node: Node
    is_mut: bool
    is_ref: bool
    is_whole: bool


def names_of(pattern: Node) -> list[PatternName]:
    """Every name of the pattern."""
    return list(_names(pattern, pattern, is_mut=False, is_ref=False))


def _names(node: Node, root: Node, *, is_mut: bool, is_ref: bool) -> Iterator[PatternName]:
    if node.kind in ("identifier", "shorthand_field_identifier"):
        yield PatternName(node, is_mut, is_ref, is_whole=_is_whole(node, root))
        return
    own_mut = node.child("mutable_specifier") is not None
    own_ref = node.child("ref") is not None or node.kind == "ref_pattern"
    passes_on = node.kind in ("mut_pattern", "ref_pattern", "field_pattern")
    for child in node.children:
        if child.field_name in _NOT_PATTERNS or child.kind in _NAMELESS:
            continue
        if child.is_named or child.kind == "shorthand_field_identifier":
            mut = (passes_on and is_mut) or (own_mut and node.kind != "reference_pattern")
            yield from _names(child, root, is_mut=mut, is_ref=(passes_on and is_ref) or own_ref)


def _is_whole(node: Node, root: Node) -> bool:
    """Only `mut` and the left side of `@` stand between the name and the pattern's root."""
    while node is not root:
        parent = node.parent
        if parent is None or parent.kind not in ("mut_pattern", "captured_pattern", "match_pattern"):
            return False
        if parent.kind == "captured_pattern" and parent.named[0] is not node:
            return False
        node = parent
    return True
