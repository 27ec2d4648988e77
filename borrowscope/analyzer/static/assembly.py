"""The operands of `asm!`: what stands in it as expressions of the code around.

In: the macro's tokens. Out: the expressions of its `in`, `out`, `inout`, `lateout` and `inlateout` operands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from borrowscope.parse.syntax import parse_arguments

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

_DIRECTIONS: Final = frozenset({"in", "out", "inout", "lateout", "inlateout"})
_HEAD: Final = 2  # nodes in `in(reg)`, and in `name =`


def assembly_operands(tokens: Node) -> Iterator[Node]:
    """The expressions; constants, symbols and labels are bodies of their own, and `_` is nothing."""
    for operand in _split(tokens.children[1:-1], ","):
        own = operand[_HEAD:] if len(operand) > _HEAD and operand[1].kind == "=" else operand
        if len(own) <= _HEAD or own[0].text not in _DIRECTIONS or own[1].kind != "token_tree":
            continue
        for place in _split(own[_HEAD:], "=>"):
            if place and place[0].text != "_":
                yield from parse_arguments(tokens.source, place[0].start, place[-1].end) or ()


def _split(nodes: Sequence[Node], mark: str) -> Iterator[list[Node]]:
    part: list[Node] = []
    for node in nodes:
        if node.kind == mark:
            yield part
            part = []
        else:
            part.append(node)
    yield part
