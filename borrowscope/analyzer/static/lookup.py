"""Answers about single places and bodies, for those who look at a project once its files were analyzed.

In: the world of definitions. Out: `Lookup`: which static a name means, who calls a function with which types, which
fields of unions are written, what calls of `clone` copy. A body is read in full when it is first asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from borrowscope.analyzer.static.cfg import is_compiled
from borrowscope.analyzer.static.definitions import TypeDef, Value
from borrowscope.analyzer.static.instances import arguments_for
from borrowscope.analyzer.static.interior import can_change_inside
from borrowscope.analyzer.static.printer import Printer
from borrowscope.analyzer.static.types import UNKNOWN, Kind, Ty
from borrowscope.analyzer.unsafety.rustc_calls import is_open, settled_calls
from borrowscope.analyzer.unsafety.seen import SeenBody
from borrowscope.parse.macro_rules import Expansion
from borrowscope.text.span import Span

if TYPE_CHECKING:
    from borrowscope.analyzer.facts import CallFact
    from borrowscope.analyzer.static.item_tree import Module
    from borrowscope.analyzer.static.symbols import ItemContext, World
    from borrowscope.analyzer.unbuilt import Unbuilt
    from borrowscope.analyzer.unsafety.operations import Operation
    from borrowscope.parse.syntax import Node

_CLONE: Final = "std::clone::Clone::clone"
_STATIC: Final = "static_item"


class StaticItem(NamedTuple):
    """A static of the project: where its name stands, and whether whoever sees it can change it (None: unknown)."""

    path: str
    name: str
    file: str
    span: Span
    is_mutable: bool
    can_change: bool | None


class CloneCall(NamedTuple):
    """A call of `clone`: its place, and the type that it copies as rustc prints it."""

    file: str
    span: Span
    ty: str


class Lookup:
    """What is asked after the analysis."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._bodies: dict[int, _Read] = {}

    @cached_property
    def _contexts(self) -> dict[str, list[ItemContext]]:
        """The items with bodies or values by file, in source order; of macros' expansions by the file of the call."""
        found: dict[str, list[ItemContext]] = defaultdict(list)
        for crate in self._world.crates:
            for context in self._world.item_contexts(crate):
                text = context.text
                if not isinstance(text, Expansion):
                    found[text.file].append(context)
        for contexts in found.values():
            contexts.sort(key=lambda one: (one.node.start, -one.node.end))
        return found

    def knows_file(self, file: str) -> bool:
        """Whether modules or their items stand in the file."""
        return file in self._modules or file in self._contexts

    @cached_property
    def _modules(self) -> dict[str, list[Module]]:
        """The modules by file."""
        found: dict[str, list[Module]] = defaultdict(list)
        for module in (module for crate in self._world.crates for module in self._world.modules(crate)):
            found[str(module.file)].append(module)
        return found

    def _everywhere(self) -> Iterator[ItemContext]:
        return (context for contexts in self._contexts.values() for context in contexts)

    def _contexts_in(self, files: Collection[str]) -> Iterator[ItemContext]:
        """The items with bodies that modules of these files hold."""
        modules = [module for file in sorted(files) for module in self._modules.get(file, ())]
        contexts = (context for module in modules for context in self._world.contexts_of(module))
        return (context for context in contexts if not isinstance(context.text, Expansion))

    def uncompiled(self, file: str) -> list[Span]:
        """The items with bodies or values in the file that no build compiles, as far as anybody knows."""
        found = (one for one in self._contexts.get(file, ()) if not is_compiled(one.rank))
        return [Span(one.node.start, one.node.end) for one in found]

    @property
    def crates_alone(self) -> list[str]:
        """The root files of crates whose dependencies nobody knows."""
        return [str(root) for root in self._world.crates_alone()]

    @property
    def unrun_scripts(self) -> list[str]:
        """The build scripts that set cfg flags nobody knows, as no build has run them yet."""
        return [str(script) for script in self._world.unrun_scripts()]

    @property
    def unbuilt(self) -> list[Unbuilt]:
        """The files that modules of the project include and that no build has made."""
        return [one for modules in self._modules.values() for module in modules for one in module.unbuilt]

    # 1. statics
    @cached_property
    def statics(self) -> dict[str, StaticItem]:
        """The statics of modules by path, those that macros make included; not those of extern blocks."""
        found: dict[str, StaticItem] = {}
        for crate in self._world.crates:
            for context in self._world.item_contexts(crate):
                one = self._static(context) if context.node.kind == _STATIC else None
                if one is not None:
                    found.setdefault(one.path, one)
        return found

    def _static(self, context: ItemContext) -> StaticItem | None:
        node, name = context.node, context.node.field("name")
        place = _located(context, name) if name is not None else None
        if name is None or place is None:
            return None
        is_mutable = node.child("mutable_specifier") is not None
        can_change = can_change_inside(self._world, context.ty or UNKNOWN)
        return StaticItem(context.path, name.text, *place, is_mutable, can_change)

    def static_at(self, file: str, at: int, names: Sequence[str]) -> Value | StaticItem | None:
        """The static that a path means in a place; None where it means something else."""
        context = self._context_at(file, at)
        if context is None:
            return None
        scope = context.scope
        for block in _blocks_around(context.node, at):
            scope = scope.block(block)
        target, taken = scope.resolve(names, "value")
        if taken != len(names):
            return None
        if isinstance(target, Value):
            return self.statics.get(target.path) or (target if target.kind.startswith("static") else None)
        return self.statics.get(target.path) if isinstance(target, TypeDef) else None  # `lazy_static!` makes both

    def _context_at(self, file: str, at: int) -> ItemContext | None:
        around = [one for one in self._contexts.get(file, ()) if one.node.start <= at < one.node.end]
        return around[-1] if around else None

    # 2. bodies
    def _saying(self, words: Iterable[str], files: Collection[str] | None = None) -> Iterator[_Read]:
        """The bodies that say one of the words (in these files), read in full."""
        pattern = re.compile(rb"\b(?:" + b"|".join(re.escape(word.encode()) for word in words) + rb")\b")
        for context in self._everywhere() if files is None else self._contexts_in(files):
            if pattern.search(context.node.source, context.node.start, context.node.end):
                yield self._read(context)

    def _read(self, context: ItemContext) -> _Read:
        found = self._bodies.get(id(context.node))
        if found is None:
            found = self._bodies[id(context.node)] = _Read(self._world, context)
        return found

    def clones(self, files: Collection[str] | None = None) -> Iterator[CloneCall]:
        """Every call of `clone` (in the modules of these files) whose type is known."""
        for read in self._saying(["clone"], files):
            for body in read.bodies:
                for node, function in body.reached.items():
                    ty = body.receivers.get(node) if function.path == _CLONE else None
                    place = read.located(body, node) if ty is not None else None
                    text = read.text(body, ty) if ty is not None and place is not None else None
                    if place is not None and text is not None:
                        yield CloneCall(*place, text)

    def instances(self, file: str, at: int, parameter: str) -> list[str]:
        """The types that calls put in for a type parameter of the function around a place (or of its impl)."""
        context = self._context_at(file, at)
        wanted = context.function if context is not None else None
        if wanted is None:
            return []
        found: dict[str, None] = {}
        for read in self._saying([wanted.name]):
            for body in read.bodies:
                for ty in arguments_for(body, wanted, parameter):
                    text = read.text(body, ty) if _is_ground(body.solver.deep(ty)) else None
                    if text is not None:
                        found[text] = None
        return list(found)

    def written_fields(self, unions: Iterable[str]) -> set[tuple[str, str]]:
        """Path and field of what expressions `Union { field: .. }` and assignments `x.field = ..` write."""
        found: set[tuple[str, str]] = set()
        names = {path.rpartition("::")[2] for path in unions}
        fields = {name for path in unions for name in self._fields(path)}
        for read in self._saying(names | fields) if names else ():
            for body in read.bodies:
                for node, ty in body.types.items():
                    found.update(_written(body, node, ty))
        return found

    def union_attributes(self, path: str) -> str | None:
        """The attributes of a union of the project; None where the path is none."""
        found = self._world.find_type(path) if path.partition("::")[0] in self._world.crates else None
        is_union = isinstance(found, TypeDef) and found.kind == "union"
        return self._world.attributes_of(path) if is_union else None

    def _fields(self, path: str) -> list[str]:
        definition = self._world.find_type(path)
        return list(definition.own.fields) if isinstance(definition, TypeDef) and definition.own is not None else []

    # 3. calls that the compiler resolves
    def settled(self, file: str, operations: Sequence[Operation], calls: Iterable[CallFact]) -> list[Operation]:
        """The unsafe operations of a file, calls that were open as the compiler resolves them."""
        contexts = self._contexts.get(file)
        if not contexts or not any(map(is_open, operations)):
            return list(operations)
        by_span = {call.span: call for call in calls}
        return list(settled_calls(operations, by_span, self._world, contexts[0].scope))


class _TypedBody(SeenBody):
    """A body that keeps the type of each expression."""

    def check(self, node: Node, expected: Ty | None = None) -> Ty:
        """See `Body.check`."""
        ty = self.types[node] = super().check(node, expected)
        return ty


class _Read:
    """An item that was read in full, with the items in its blocks."""

    def __init__(self, world: World, context: ItemContext) -> None:
        from borrowscope.analyzer.static.infer import check_item, fall_back  # noqa: PLC0415 - it imports the source

        self._printer = Printer(world, context.scope.crate)
        self._context = context
        self.bodies: list[SeenBody] = []
        waiting = [context]
        while waiting:
            one = waiting.pop()
            body = _TypedBody(world, one, lambda _file, _start, _end: "")
            try:
                check_item(body, one)
                fall_back(body)
            except RecursionError:
                continue
            self.bodies.append(body)
            for scope, text in body.inner_scopes:
                waiting += [inner._replace(text=text) for inner in scope.item_contexts()]  # type: ignore[arg-type]

    def located(self, body: SeenBody, node: Node) -> tuple[str, Span] | None:
        """Where a node stands, if that is in a file."""
        return _located(body.context, node)

    def text(self, body: SeenBody, ty: Ty) -> str | None:
        """A type as rustc prints it; None where it is open."""
        found = body.solver.normalize(body.solver.deep(ty))
        return self._printer.text(found) if found.is_closed else None


def _located(context: ItemContext, node: Node) -> tuple[str, Span] | None:
    text = context.text
    if isinstance(text, Expansion):
        first, last = text.origin_of(node.start), text.origin_of(node.end - 1)
        if node.source is not text.text or first is None or last is None or first.file != last.file:
            return None
        return first.file, Span(first.offset, last.offset + 1)
    return (text.file, Span(node.start, node.end)) if node.source is text.text else None


def _blocks_around(node: Node, at: int) -> Iterator[Node]:
    """The blocks that hold an offset, the outermost first."""
    while True:
        inner = next((child for child in node.named if child.start <= at < child.end), None)
        if inner is None:
            return
        if inner.kind == "block":
            yield inner
        node = inner


def _is_ground(ty: Ty) -> bool:
    return ty.is_ground and ty.kind not in (Kind.UNKNOWN, Kind.VAR)


def _written(body: SeenBody, node: Node, ty: Ty) -> Iterator[tuple[str, str]]:
    """The fields that an expression writes."""
    if node.kind == "struct_expression":
        parts = node.field("body")
        head = body.structure(ty).head
        for part in parts.named if parts is not None else ():
            label = part.field("field") or part.field("name") or part
            yield head, label.text.removeprefix("r#")
    value, name = node.field("value"), node.field("field")
    parent = node.parent
    is_left = parent is not None and parent.kind == "assignment_expression" and node.field_name == "left"
    if node.kind == "field_expression" and is_left and value in body.types and name is not None:
        yield body.structure(body.types[value]).head, name.text.removeprefix("r#")
