"""The names that a pattern binds, in source order, with how each is written.

In: a pattern's node. Out: `PatternName` values. Whether a bare name is a binding or a constant is not told here.
"""

from __future__ import annotations

from typing import NamedTuple

from borrowscope.parse.syntax import Node

_NAMES = frozenset({"identifier", "shorthand_field_identifier"})
_NAMELESS = frozenset({"scoped_identifier", "macro_invocation", "range_pattern", "const_block", "generic_type"})
_NOT_PATTERNS = frozenset({"type", "condition"})
_PASS_ON = frozenset({"mut_pattern", "ref_pattern", "field_pattern"})


class PatternName(NamedTuple):
    """One name. `is_whole`: it is the whole pattern, so the value is bound to it as it is."""

    node: Node
    is_mut: bool
    is_ref: bool
    is_whole: bool


def names_of(pattern: Node) -> list[PatternName]:
    """Every name of the pattern."""
    found: list[PatternName] = []
    stack = [(pattern, False, False)]
    while stack:
        node, is_mut, is_ref = stack.pop()
        if node.kind in _NAMES:
            found.append(PatternName(node, is_mut, is_ref, _is_whole(node, pattern)))
            continue
        passes_on = node.kind in _PASS_ON
        mut = (passes_on and is_mut) or (node.kind != "reference_pattern" and _has_mut(node))
        ref = (passes_on and is_ref) or _has_ref(node)
        stack.extend(
            (child, mut, ref)
            for child in reversed(node.named)
            if child.field_name not in _NOT_PATTERNS and child.kind not in _NAMELESS
        )
    return found


def _has_mut(node: Node) -> bool:
    return node.child("mutable_specifier") is not None


def _has_ref(node: Node) -> bool:
    """`ref x`, and the short form `S { ref x }`."""
    return node.kind == "ref_pattern" or (node.kind == "field_pattern" and node.child("ref") is not None)


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
