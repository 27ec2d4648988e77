"""Constants that have no name: lengths of arrays, const arguments and their defaults, discriminants of enums.

In: an item, or a type as it is written. Out: their expressions; each is a body of its own. Functions' bodies, members
and the values of constants are not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from borrowscope.analyzer.static.types import USIZE, Ty, make

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

# Without these such a constant needs no `unsafe` and binds no name.
_TELLING: Final = re.compile(rb"\bunsafe\b(?!\s+(?:fn|extern|impl|trait)\b)|\b(?:let|match)\b|!\s*[({\[]")
_CLOSED: Final = frozenset({"declaration_list", "token_tree", "attribute_item", "macro_invocation", "block"})
_WITH_BODIES: Final = frozenset({"function_item", "impl_item", "trait_item"})
_VALUED: Final = frozenset({"const_item", "static_item"})
_LENGTH: Final = ("array_type", "length")
_DISCRIMINANT: Final = ("enum_variant", "value")
_DEFAULT: Final = ("const_parameter", "value")
_NO_TYPES: Final = frozenset({"block", "unsafe_block", "const_block"})
_REPRESENTED: Final = re.compile(r"\brepr\s*\([^)]*\b([iu](?:8|16|32|64|128|size))\b")
_ISIZE: Final = make("isize")


class TypeConstant(NamedTuple):
    """The expression, and its type where the place says it."""

    node: Node
    ty: Ty | None


def type_constants(node: Node, attributes: str = "") -> Iterator[TypeConstant]:
    """Those of a type, or of an item with the attributes, as far as one of them may hold something."""
    typed = node.field("type") if node.kind in _VALUED else node
    body = node.field("body") if node.kind in _WITH_BODIES else None
    if typed is not None and _TELLING.search(node.source, typed.start, body.start if body is not None else typed.end):
        yield from _within(typed, attributes)


def _within(node: Node, attributes: str) -> Iterator[TypeConstant]:
    for child in node.named:
        place = (node.kind, child.field_name)
        if place == _LENGTH:
            yield TypeConstant(child, USIZE)
        elif place == _DISCRIMINANT:
            represented = _REPRESENTED.search(attributes)
            yield TypeConstant(child, make(represented[1]) if represented is not None else _ISIZE)
        elif place == _DEFAULT or (node.kind == "type_arguments" and child.kind in _NO_TYPES):
            yield TypeConstant(child, None)
        elif child.kind not in _CLOSED:
            yield from _within(child, attributes)
