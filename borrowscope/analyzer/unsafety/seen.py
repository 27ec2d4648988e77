"""What is kept of a body that is read for unsafe operations: types, reached functions, and what is noted.

In: nothing, these are values. Out: `SeenBody`, asked by the decisions; `Noted` and `Verdict`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from borrowscope.analyzer.static.body import Body, Places
from borrowscope.analyzer.unsafety.operations import Enclosure, OperationKind
from borrowscope.text.span import Span

if TYPE_CHECKING:
    from borrowscope.analyzer.static.definitions import Function
    from borrowscope.analyzer.static.scopes import ItemContext, Scope
    from borrowscope.analyzer.static.symbols import World
    from borrowscope.analyzer.static.types import Ty
    from borrowscope.parse.macro_rules import MacroText
    from borrowscope.parse.syntax import Node


class SeenBody(Body):
    """A body with the types of all its expressions."""

    reads_all = True
    reached: dict[Node, Function]

    def __init__(self, world: World, context: ItemContext, places: Places) -> None:
        super().__init__(world, context, places)
        self.context = context
        self.reached = {}
        self.receivers = {}
        self.generics_at = {}
        self.types: dict[Node, Ty] = {}
        self.scopes: dict[Node, Scope] = {}
        self.addressed: set[Node] = set()  # what `addr_of!` takes the address of

    def has_open_types(self) -> bool:
        """Nothing is passed by."""
        return True


class Verdict(NamedTuple):
    """What an expression is; not resolved: what it may be."""

    kind: OperationKind
    target: str | None = None
    is_resolved: bool = True
    pointer: str | None = None  # of a call through a function pointer: what stands before its `fn`
    is_trait: bool = False  # a call of a trait's function
    transmuted: tuple[Ty, Ty] | None = None  # of a call of `transmute`: both types
    callbacks: tuple[Node, ...] = ()  # of a call of foreign code: the arguments that it may call


Decision = Callable[[SeenBody, "Node"], Verdict | None]


class Inside(NamedTuple):
    """The unsafe block or function around an operation, and where it stands in a file; `number` tells it apart."""

    enclosure: Enclosure
    file: str
    span: Span
    number: int


class Noted(NamedTuple):
    """An expression that may be an operation, and how this is decided."""

    node: Node
    decide: Decision
    file: str
    span: Span
    at: int
    inside: Inside | None
    in_macro: bool
    in_unknown_macro: bool  # which may put an unsafe block around it
    is_inactive: bool
    text: MacroText  # that the node stands in
