"""Items of extern blocks: whether one is marked `safe`.

In: the item's node. Out: a bool. The grammar does not know the word: it stands in an `ERROR` node.
"""

from __future__ import annotations

from borrowscope.parse.syntax import COMMENTS, Node

_BEFORE = COMMENTS | {"attribute_item"}


def is_marked_safe(item: Node) -> bool:
    """Whether `safe` stands within the item (`pub safe fn`) or right before it (`safe fn`)."""
    if any(map(_is_safe, item.children)):
        return True
    before: Node | None = None
    for child in item.parent.children if item.parent is not None else ():
        if child is item:
            return before is not None and _is_safe(before)
        if child.kind not in _BEFORE:
            before = child
    return False


def _is_safe(node: Node) -> bool:
    return node.kind == "ERROR" and node.text.split()[-1:] == ["safe"]
