"""`#[trace_borrow]`: where it stands, and taking it out without moving a line.

In: the syntax tree of a file. Out: marks by the start of the item that carries them (-1: the file itself).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from borrowscope.parse.functions import attributes_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.edits import Editor


class Mark(Enum):
    """Whether a mark asks for tracing or forbids it."""

    ON = auto()
    OFF = auto()


_ITEMS = frozenset({"function_item", "function_signature_item", "impl_item", "trait_item", "mod_item"})
_NAME = re.compile(r"#!?\[\s*(?:cfg_attr\s*\(.*?,\s*)?(?:[\w:]+::)?trace_borrow\b\s*(\(.*\))?", re.DOTALL)


def find_marks(root: Node) -> dict[int, Mark]:
    """Every mark of the file."""
    if b"trace_borrow" not in root.source:
        return {}
    marks: dict[int, Mark] = {}
    for child in root.children:
        if child.kind == "inner_attribute_item" and (mark := _read(child)) is not None:
            marks[-1] = mark
    for node in root.walk():
        if node.kind in _ITEMS:
            for attribute in attributes_of(node):
                if (mark := _read(attribute)) is not None:
                    marks[node.start] = mark
    return marks


def _read(attribute: Node) -> Mark | None:
    found = _NAME.match(attribute.text)
    if found is None:
        return None
    return Mark.OFF if re.search(r"\boff\b", found.group(1) or "") else Mark.ON


def blank_marks(root: Node, editor: Editor) -> None:
    """Blank every mark and every import of the attribute: neither is known to plain rustc."""
    if b"trace_borrow" not in root.source:
        return
    for node in root.walk():
        is_attribute = node.kind in ("attribute_item", "inner_attribute_item")
        if (is_attribute and _read(node) is not None) or _is_import(node):
            editor.blank(node.start, node.end)


def _is_import(node: Node) -> bool:
    """`use borrowscope::trace_borrow;`, also renamed; a group with other names is left alone."""
    return node.kind == "use_declaration" and re.search(r"::trace_borrow(\s+as\s+\w+)?\s*;$", node.text) is not None
