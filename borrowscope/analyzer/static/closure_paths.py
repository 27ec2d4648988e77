"""Where items stand that closures and async bodies hold: `krate::f::{closure#0}::Item`, as rustc counts closures.

In: the block that holds the items, the path of the function around. Out: the path that the items are below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.item_tree import ITEM_KINDS

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

_CLOSURES: Final = frozenset({"closure_expression", "async_block", "gen_block"})
_UNSEEN: Final = ITEM_KINDS | {"token_tree"}


def path_within(block: Node, path: str) -> str:
    """The path of a block inside of a function: below each closure and async body around it."""
    around: list[Node] = []
    at = block.parent
    while at is not None and at.kind not in ITEM_KINDS:
        if at.kind in _CLOSURES:
            around.append(at)
        at = at.parent
    if at is not None and _is_async(at.child("function_modifiers")):
        path = f"{path}::{{closure#0}}"
    region = at
    for closure in reversed(around):
        if region is None:
            break
        path = f"{path}::{{closure#{_number(region, closure)}}}"
        if closure.child("async") is not None and closure.kind == "closure_expression":
            path = f"{path}::{{closure#0}}"
        region = closure
    return path


def _is_async(modifiers: Node | None) -> bool:
    return modifiers is not None and "async" in modifiers.text.split()


def _number(region: Node, closure: Node) -> int:
    """How many closures of the same body stand before this one; those inside of others are not counted."""
    return next((at for at, found in enumerate(_closures(region)) if found is closure), 0)


def _closures(region: Node) -> Iterator[Node]:
    for child in region.named:
        if child.kind in _CLOSURES:
            yield child
        elif child.kind not in _UNSEEN:
            yield from _closures(child)
