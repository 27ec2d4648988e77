"""The operands of `asm!`, `naked_asm!` and `global_asm!`: what stands in them as code of its own.

In: the macro's tokens. Out: the expressions of `in`, `out`, `inout`, `lateout` and `inlateout`, of `const` and `sym`,
and the blocks of `label`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

from borrowscope.parse.syntax import parse_arguments

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

_DIRECTIONS: Final = frozenset({"in", "out", "inout", "lateout", "inlateout"})
_HEAD: Final = 2  # nodes in `in(reg)`, and in `name =`


class OperandKind(Enum):
    """What the code of an operand is."""

    VALUE = auto()  # an expression of the code around
    CONSTANT = auto()  # a body of its own, in which rustc asks for no `unsafe`
    SYMBOL = auto()  # a path, which nobody evaluates
    LABEL = auto()  # a block that is jumped to: what allows the assembly allows nothing in it


class Operand(NamedTuple):
    """One piece of code."""

    kind: OperandKind
    node: Node


_WORDS: Final = {"const": OperandKind.CONSTANT, "sym": OperandKind.SYMBOL, "label": OperandKind.LABEL}


def assembly_operands(tokens: Node) -> Iterator[Operand]:
    """The operands in source order; `_` is nothing."""
    for operand in _split(tokens.children[1:-1], ","):
        own = operand[_HEAD:] if len(operand) > _HEAD and operand[1].kind == "=" else operand
        word = own[0].text if len(own) > 1 else ""
        if word in _WORDS:
            yield from _parsed(_WORDS[word], own[1:])
        elif word in _DIRECTIONS and own[1].kind == "token_tree":
            for place in _split(own[_HEAD:], "=>"):
                if place and place[0].text != "_":
                    yield from _parsed(OperandKind.VALUE, place)


def _parsed(kind: OperandKind, nodes: Sequence[Node]) -> Iterator[Operand]:
    for node in parse_arguments(nodes[0].source, nodes[0].start, nodes[-1].end) or ():
        yield Operand(kind, node)


def _split(nodes: Sequence[Node], mark: str) -> Iterator[list[Node]]:
    part: list[Node] = []
    for node in nodes:
        if node.kind == mark:
            yield part
            part = []
        else:
            part.append(node)
    yield part
