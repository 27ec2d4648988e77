"""Insertions on existing lines, and the one applier that makes the new text.

In: texts to put before or behind byte ranges of the original. Out: the new bytes; nothing is ever removed, and blanked
text keeps its length and its newlines, so lines never move (rule 9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from borrowscope.parse.syntax import Node
from borrowscope.rewrite.contexts import outside_parentheses
from borrowscope.rewrite.model import Insertion
from borrowscope.rewrite.positions import ends_in_untyped_closure


@dataclass(slots=True, frozen=True)
class _Placed:
    order: tuple[int, int, int]
    insertion: Insertion


class Editor:
    """Collects insertions. Nested ranges nest: what closes a smaller range stands before what closes a larger one."""

    def __init__(self) -> None:
        self._placed: list[_Placed] = []
        self._blanked: list[tuple[int, int]] = []

    def open(self, at: int, end: int, text: str, site: int | None) -> None:
        """Put text at the start of the construct `at..end`."""
        self._place(at, (1, -end, len(self._placed)), text, site)

    def close(self, start: int, at: int, text: str, site: int | None) -> None:
        """Put text at the end of the construct `start..at`, inside of what closes outside of it."""
        self._place(at, (0, -start, -len(self._placed)), text, site)

    def after(self, start: int, at: int, text: str, site: int | None) -> None:
        """Put text behind the statement `start..at`; several texts keep their order."""
        self._place(at, (0, -start, len(self._placed)), text, site)

    def wrap(self, node: Node, before: str, behind: str, site: int | None) -> None:
        """Put an expression between two texts."""
        if _is_negated(node) or (before.startswith("::") and behind.endswith(")") and _is_lent(node)):
            before, behind = f"({before}", f"{behind},).0"
        self.open(node.start, node.end, before, site)
        self.close(node.start, node.end, behind, site)

    def blank(self, start: int, end: int) -> None:
        """Replace a range by spaces; newlines stay."""
        self._blanked.append((start, end))

    def _place(self, at: int, order: tuple[int, int, int], text: str, site: int | None) -> None:
        self._placed.append(_Placed(order, Insertion(at, text, site)))

    def apply(self, source: bytes) -> tuple[bytes, list[Insertion]]:
        """The new text, and the insertions in the order in which they stand in it."""
        text = bytearray(source)
        for start, end in self._blanked:
            text[start:end] = bytes(byte if byte in b"\r\n" else 0x20 for byte in text[start:end])
        placed = sorted(self._placed, key=lambda one: (one.insertion.at, one.order))
        insertions = [_apart(source, one.insertion) for one in placed]
        pieces: list[bytes] = []
        done = 0
        for one in insertions:
            pieces.append(bytes(text[done : one.at]))
            pieces.append(one.text.encode())
            done = one.at
        pieces.append(bytes(text[done:]))
        return b"".join(pieces), insertions


def _is_lent(node: Node) -> bool:
    """Whether the value is lent right away: `f(&x.lock())` may lend what the value leads to.

    What is expected of the reference would reach the value through a generic function, but not through a tuple.
    """
    outer = outside_parentheses(node)
    is_operand = outer.parent is not None and outer.parent.kind == "reference_expression"
    return is_operand and not ends_in_untyped_closure(node)


def _is_negated(node: Node) -> bool:
    """Whether `-` or `!` stands in front: of a type whose negation is another type.

    What is expected of the result would reach the operand through a block or a generic function.
    """
    parent = outside_parentheses(node).parent
    return parent is not None and parent.kind == "unary_expression" and parent.children[0].kind in ("-", "!")


def _apart(source: bytes, one: Insertion) -> Insertion:
    """`S{a:x}`: a path behind a colon would be read as `::` and `:`."""
    is_glued = one.text.startswith(":") and source[: one.at].endswith(b":")
    return replace(one, text=" " + one.text) if is_glued else one
