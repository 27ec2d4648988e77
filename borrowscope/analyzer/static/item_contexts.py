"""The bodies of items: of functions, consts, statics, of constants within types and of assembly among items.

In: a module or block, the world. Out: an `ItemContext` for each body, with everything that is in force around it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from borrowscope.analyzer.static.assembly import OperandKind, assembly_operands
from borrowscope.analyzer.static.definitions import Bound, Function, Generics, Impl, Trait, Value
from borrowscope.analyzer.static.item_tree import ImplNode, Item, Member, Module
from borrowscope.analyzer.static.scopes import ItemContext, Scope, Surroundings
from borrowscope.analyzer.static.type_constants import TypeConstant, type_constants
from borrowscope.analyzer.static.type_reader import read_type
from borrowscope.analyzer.static.type_scope import NO_ENVIRONMENT, Environment, ItemTypeScope, Owner
from borrowscope.analyzer.static.types import SELF, UNKNOWN, Ty, make_param
from borrowscope.parse.syntax import Node

_BODIES: Final = frozenset({"fn", "const", "static"})
_TYPED: Final = _BODIES | {"struct", "enum", "union", "trait", "alias"}


class ItemContexts:
    """The bodies of modules and blocks."""

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self._impl_paths: dict[int, str] = {}
        self._impls_at: dict[str, Impl] = {}

    def contexts_of(self, module: Module, at: Collection[int] | None = None) -> Iterator[ItemContext]:
        """The items of one module or block; with offsets those that stand there in the module's file."""
        entries = module.collected().ordered
        source = module.node.source if module.node is not None else None
        for entry in entries:
            if at is not None and not _stands_at(entry.node, source, at):
                continue
            rank = min(module.rank, entry.rank)
            for context in self._of_entry(module, entry, rank, at):
                yield context._replace(rank=rank) if rank < context.rank else context
        for call, rank in module.assemblies:
            if at is None or _stands_at(call, source, at):
                yield from self._of_assembly(module, call, min(module.rank, rank))

    def _of_entry(
        self, module: Module, entry: Item | ImplNode, rank: float, at: Collection[int] | None
    ) -> Iterator[ItemContext]:
        if isinstance(entry, Item):
            yield from self._of_item(module, entry, rank, at)
            return
        owner = self._world.lowering.impl_owner(entry)
        for constant in type_constants(entry.node):
            yield self._constant(module, constant, owner.environment, owner.self_type)
        yield from self._member_contexts(module, owner, entry.node, rank, at)

    def _of_item(self, module: Module, entry: Item, rank: float, at: Collection[int] | None) -> Iterator[ItemContext]:
        for constant in type_constants(entry.node, entry.attributes) if entry.kind in _TYPED else ():
            yield self._constant(module, constant)
        if entry.kind == "trait":
            yield from self._member_contexts(module, self._world.lowering.trait_owner(entry), entry.node, rank, at)
        elif entry.kind in _BODIES and not entry.is_foreign:
            context = self._item_context(module, entry)
            if context is not None:
                yield context

    def _constant(
        self,
        module: Module,
        constant: TypeConstant,
        environment: Environment = NO_ENVIRONMENT,
        self_type: Ty | None = None,
    ) -> ItemContext:
        """A constant that has no name."""
        scope = Scope(self._world, module, environment, self_type)
        text = self._world.expander.text_of(constant.node)
        return ItemContext(
            constant.node, scope, text, Generics(), self_type, scope.path, ty=constant.ty, is_expression=True
        )

    def _of_assembly(self, module: Module, call: Node, rank: float) -> Iterator[ItemContext]:
        """The constants in the paths that `global_asm!` names; of its own constants rustc asks for no `unsafe`."""
        scope = Scope(self._world, module)
        tokens, macro = call.child("token_tree"), call.field("macro")
        if tokens is None or macro is None or scope.find_macro(macro.text) is not None:
            return
        for operand in assembly_operands(tokens):
            for constant in type_constants(operand.node) if operand.kind is OperandKind.SYMBOL else ():
                yield self._constant(module, constant)._replace(rank=rank)

    def _item_context(self, module: Module, item: Item) -> ItemContext | None:
        defined = self._world.lowering.lowered(item)
        text = self._world.expander.text_of(item.node)
        if isinstance(defined, Function):
            if item.node.field("body") is None:
                return None
            scope = Scope(self._world, module, self._world.lowering.environment(None, item.node), None, item.path)
            return ItemContext(item.node, scope, text, defined.generics, None, item.path, defined)
        if isinstance(defined, Value):
            ty = defined.ty.args[0] if item.wrapper and defined.ty.args else defined.ty
            scope = Scope(self._world, module, path=item.path)
            return ItemContext(item.node, scope, text, Generics(), None, item.path, ty=ty)
        return None

    def _member_contexts(
        self, module: Module, owner: Owner, node: Node, rank: float, at: Collection[int] | None
    ) -> Iterator[ItemContext]:
        entry = owner.entry
        lowering = self._world.lowering
        lowered = lowering.lowered(entry) if isinstance(entry, Item) else lowering.impl(entry)
        if not isinstance(lowered, (Impl, Trait)):
            return
        around = _around(lowered)
        self_type = SELF if owner.is_trait else owner.self_type
        body = node.field("body")
        for member in self._world.expander.members(module, body) if body is not None else ():
            if at is not None and not _stands_at(member.node, node.source, at):
                continue
            for constant in type_constants(member.node):
                found = self._constant(module, constant, owner.environment, self_type)
                yield found._replace(rank=min(rank, member.rank))
            context = self._member_context(module, owner, lowered, member, around)
            if context is not None:
                own_rank = min(rank, member.rank)
                yield context._replace(rank=own_rank) if own_rank != context.rank else context

    def _member_context(
        self, module: Module, owner: Owner, lowered: Impl | Trait, member: Member, around: Generics
    ) -> ItemContext | None:
        self_type = SELF if owner.is_trait else owner.self_type
        text = self._world.expander.text_of(member.node)
        head = lowered.path if isinstance(lowered, Trait) else owner.self_type.head
        path = f"{head}::{member.name}"
        within = path if isinstance(lowered, Trait) else f"{self._impl_path(module, lowered)}::{member.name}"
        if member.kind == "fn":
            if member.node.field("body") is None:
                return None
            function = self._function(owner, lowered, member)
            implemented = lowered.trait if isinstance(lowered, Impl) else ""
            environment = self._world.lowering.environment(owner, member.node)
            scope = Scope(self._world, module, environment, self_type, within, implemented=implemented)
            own = function.generics
            generics = Generics((*around.params, *own.params), (*around.bounds, *own.bounds))
            return ItemContext(member.node, scope, text, generics, self_type, path, function, owner=lowered)
        if member.kind == "const":
            environment = owner.environment
            scope = Scope(self._world, module, environment, self_type, within)
            node = member.node.field("type")
            types = ItemTypeScope(self._world.lowering, module, environment, self_type)
            ty = read_type(node.text, types) if node is not None else UNKNOWN
            return ItemContext(member.node, scope, text, around, self_type, path, ty=ty, owner=lowered)
        return None

    def _impl_path(self, module: Module, impl: Impl) -> str:
        """The path below which the items inside an impl's functions are: `krate::module::{impl#3}`."""
        path = self._impl_paths.get(id(impl))
        if path is None:
            path = self._impl_paths[id(impl)] = f"{module.path}::{{impl#{len(self._impl_paths)}}}"
            self._impls_at[path] = impl
        return path

    def find_impl(self, path: str) -> Impl | None:
        """The impl that such a path stands for."""
        return self._impls_at.get(path)

    def _function(self, owner: Owner, lowered: Impl | Trait, member: Member) -> Function:
        chosen = owner.members.get(member.name)
        if chosen is not None and chosen.node is member.node:
            return lowered.functions[member.name]
        prefix = lowered.path if isinstance(lowered, Trait) else lowered.trait or owner.self_type.head
        return self._world.lowering.function(member.node, owner.module, f"{prefix}::{member.name}", owner)


def _stands_at(node: Node, source: bytes | None, offsets: Iterable[int]) -> bool:
    return any(node.start <= offset < node.end for offset in offsets) and node.source is source


def _around(lowered: Impl | Trait) -> Generics:
    """The generics of an impl, or of a trait with `Self: Trait<..>` among its bounds."""
    if isinstance(lowered, Impl):
        return lowered.generics
    params = tuple(make_param(param.name) for param in lowered.generics.params)
    itself = Bound(SELF, lowered.path, params)
    return Generics(lowered.generics.params, (itself, *lowered.supers, *lowered.generics.bounds))
