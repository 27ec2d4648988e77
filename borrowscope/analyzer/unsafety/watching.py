"""The inference of a body that holds unsafe code: it reads all of it, and notes every place that may need `unsafe`.

In: what `Body` takes. Out: `WatchingBody.operations()`, once the body was read: only then are all types known. Which
operations there are follows rustc's `check_unsafety`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.body import Places
from borrowscope.analyzer.static.calls import names_method
from borrowscope.analyzer.static.cfg import is_compiled
from borrowscope.analyzer.static.macro_calls import STD_MACROS
from borrowscope.analyzer.static.type_constants import type_constants
from borrowscope.analyzer.static.types import UNKNOWN
from borrowscope.analyzer.unsafety.decisions import DECISIONS, patterns_read
from borrowscope.analyzer.unsafety.macro_places import place_in_expansion
from borrowscope.analyzer.unsafety.operations import Enclosure, Operation, OperationKind
from borrowscope.analyzer.unsafety.places import parenthesized, unparenthesized
from borrowscope.analyzer.unsafety.seen import Decision, Inside, Noted, SeenBody, Verdict
from borrowscope.analyzer.unsafety.settling import settled
from borrowscope.analyzer.unsafety.transmutes import transmute_of
from borrowscope.analyzer.unsafety.unbuilt_uses import UnbuiltUses
from borrowscope.parse.functions import attributes_of
from borrowscope.parse.macro_rules import Expansion
from borrowscope.parse.syntax import arguments_of
from borrowscope.text.span import Span

if TYPE_CHECKING:
    from borrowscope.analyzer.static.scopes import ItemContext
    from borrowscope.analyzer.static.symbols import World
    from borrowscope.analyzer.static.types import TraitRef, Ty
    from borrowscope.parse.macro_rules import MacroText
    from borrowscope.parse.syntax import Node

_ADDRESS_MACROS: Final = frozenset({"addr_of", "addr_of_mut"})


class WatchingBody(SeenBody):
    """A body that is read in full."""

    def __init__(self, world: World, context: ItemContext, places: Places) -> None:
        super().__init__(world, context, places)
        self._noted: list[Noted] = []
        self._read: set[Node] = set()  # patterns that read a union
        self._inside: list[Inside] = []
        self._macros = self._unknown_macros = 0
        self._blocks = 0
        self._is_watching = True
        if context.function is not None and context.function.is_unsafe:
            self._enter(Enclosure.FUNCTION, context.node)

    def check(self, node: Node, expected: Ty | None = None) -> Ty:
        """See `Body.check`."""
        around = _AROUND.get(node.kind)
        if around is None:
            ty = super().check(node, expected)
        else:
            with around(self, node):
                ty = super().check(node, expected)
        self.types[node] = ty
        decide = DECISIONS.get(node.kind)
        if decide is not None and self._may_be(node):
            self._note(node, decide)
        return ty

    def written(self, node: Node) -> Ty:
        """See `Body.written`."""
        self._check_constants(node)
        return super().written(node)

    def written_arguments(self, node: Node) -> tuple[Ty, ...]:
        """See `Body.written_arguments`."""
        self._check_constants(node)
        return super().written_arguments(node)

    def written_trait(self, node: Node) -> TraitRef | None:
        """See `Body.written_trait`."""
        self._check_constants(node)
        return super().written_trait(node)

    def _check_constants(self, node: Node) -> None:
        """The constants in a type."""
        for constant in type_constants(node):
            self.check_constant(constant.node, constant.ty or UNKNOWN)

    @contextmanager
    def safe(self) -> Iterator[None]:
        """See `Body.safe`."""
        inside, self._inside = self._inside, []
        try:
            yield
        finally:
            self._inside = inside

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """See `Body.unwatched`."""
        before, self._is_watching = self._is_watching, False
        try:
            yield
        finally:
            self._is_watching = before

    def _may_be(self, node: Node) -> bool:
        """Whether a name is worth a look: locals are no statics."""
        if node.kind != "identifier":
            return True
        self.scopes[node] = self.scope
        return self.find_name(node.text) is None

    def destructured(self, node: Node, ty: Ty) -> None:
        """A struct pattern: in a union's, whatever looks at the value is a read, and nothing below it another."""
        definition = self.world.find_type(ty.head)
        if getattr(definition, "kind", "") != "union" or not self._read.isdisjoint((node, *node.ancestors())):
            return
        for name, part in patterns_read(node):
            self._read.add(part)
            self._note(part, _read_of(f"{ty.head}::{name.removeprefix('r#')}"))

    # where it stands
    @contextmanager
    def _unsafe_block(self, node: Node) -> Iterator[None]:
        attributes = "".join(attribute.text for attribute in attributes_of(node))
        self._enter(Enclosure.BLOCK, node)
        try:
            with nullcontext() if self.scope.is_active(attributes) else self.inactive():
                yield
        finally:
            self._inside.pop()

    @contextmanager
    def _macro(self, node: Node) -> Iterator[None]:
        path = node.field("macro")
        is_unknown = path is not None and not self._is_known(path.text)
        if path is not None and path.text.rpartition("::")[2] in _ADDRESS_MACROS:
            tokens = node.child("token_tree")
            arguments = arguments_of(tokens) if tokens is not None else None
            self.addressed.update(map(unparenthesized, (arguments or [])[:1]))
        self._macros += 1
        self._unknown_macros += is_unknown
        try:
            yield
        finally:
            self._macros -= 1
            self._unknown_macros -= is_unknown

    def _is_known(self, macro: str) -> bool:
        return (
            ("::" not in macro and macro in STD_MACROS)
            or self.scope.find_macro(macro) is not None
            or (self.scope.is_std_macro(macro))
        )

    def _enter(self, enclosure: Enclosure, node: Node) -> None:
        file, span = self._located(node) or ("", Span(0, 0))
        self._blocks += 1
        self._inside.append(Inside(enclosure, file, span, self._blocks))

    def _located(self, node: Node, text: MacroText | None = None) -> tuple[str, Span] | None:
        """Where a node of the text (that is read now) stands in a file."""
        text = text or self.text
        if not isinstance(text, Expansion):
            return text.file, Span(node.start, node.end)  # type: ignore[attr-defined]
        return place_in_expansion(text, node.start, node.end)

    def _note(self, node: Node, decide: Decision) -> None:
        """Remember what may be an operation; outside of unsafe code and of macros nothing is one."""
        if not (self._is_watching and (self._inside or self._macros)):
            return
        function = node.field("function") if node.kind == "call_expression" else None
        if function is not None and function.kind == "generic_function":
            function = function.field("function")
        name = function.field("field") if function is not None and names_method(function) else None
        told = self._located(name) if name is not None else None
        place = self._located(parenthesized(node)) or self._located(node) or told
        if place is None:
            return
        at = told[1].start if told is not None and told[0] == place[0] else place[1].start
        inside = self._inside[-1] if self._inside else None
        in_macro = self._macros > 0 or not hasattr(self.context.text, "file")
        is_inactive = self.is_inactive or not is_compiled(self.context.rank)
        self.scopes[node] = self.scope
        in_unknown = self._unknown_macros > 0
        self._noted.append(Noted(node, decide, *place, at, inside, in_macro, in_unknown, is_inactive, self.text))

    # what it is
    def operations(self) -> Iterator[tuple[str, Operation]]:
        """Every operation by file; to be asked when the body was read."""
        decided = [(noted, verdict) for noted in self._noted if (verdict := noted.decide(self, noted.node)) is not None]
        unbuilt = UnbuiltUses(self)
        for noted, verdict in settled(decided):
            inside = noted.inside
            yield (
                noted.file,
                Operation(
                    kind=verdict.kind,
                    span=noted.span,
                    at=noted.at,
                    target=self._told(verdict.target),
                    inside=inside.span if inside is not None and inside.file == noted.file else None,
                    enclosure=inside.enclosure if inside is not None else None,
                    in_macro=noted.in_macro,
                    is_resolved=verdict.is_resolved,
                    is_inactive=noted.is_inactive,
                    pointer=verdict.pointer,
                    is_trait=verdict.is_trait,
                    transmute=transmute_of(self, *verdict.transmuted) if verdict.transmuted is not None else None,
                    callbacks=tuple(self._handed_on(noted, verdict)),
                    unbuilt=unbuilt.behind(noted, verdict),
                ),
            )

    def _told(self, target: str | None) -> str | None:
        """A path as those write it who see the item from this crate."""
        return self.world.called_from(self.scope.crate, target) if target is not None else None

    def _handed_on(self, noted: Noted, verdict: Verdict) -> Iterator[Span]:
        """Where callbacks stand, as far as that is in the file of the call."""
        for node in verdict.callbacks:
            place = self._located(node, noted.text)
            if place is not None and place[0] == noted.file:
                yield place[1]


def _read_of(target: str) -> Decision:
    return lambda _body, _node: Verdict(OperationKind.UNION_READ, target)


_AROUND: Final[dict[str, Callable[[WatchingBody, Node], AbstractContextManager[None]]]] = {
    "unsafe_block": WatchingBody._unsafe_block,  # noqa: SLF001
    "macro_invocation": WatchingBody._macro,  # noqa: SLF001
}
