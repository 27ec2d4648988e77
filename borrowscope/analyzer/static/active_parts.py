"""The parts of a list that are compiled: elements, arguments, fields of values and patterns may have a `#[cfg(..)]`.

In: the list's node and its parts. Out: those whose cfgs hold; the others are read as code that is not compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from borrowscope.analyzer.static.body import Body
    from borrowscope.parse.syntax import Node


def active_parts(
    body: Body, around: Node, parts: Sequence[Node], read: Callable[[Node], object] | None = None
) -> list[Node]:
    """The parts that are compiled; `read` is called for each other one (`None`: it is an expression)."""
    if around.source.find(b"#[", around.start, around.end) < 0:
        return list(parts)
    kept: list[Node] = []
    before = around.start
    for part in parts:
        if body.scope.is_active(_attributes(around.source[before : part.start])):
            kept.append(part)
        else:
            with body.inactive():
                (read or body.check)(part)
        before = part.end
    return kept


def _attributes(text: bytes) -> str:
    """What stands between a part and the one before it, if attributes are there; the tree may hide them."""
    return text.decode("utf-8", "replace") if b"#[" in text else ""
