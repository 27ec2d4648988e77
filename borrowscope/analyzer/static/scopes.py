"""What names mean at one place, as the inference asks it.

In: a module or block, and what is around it (impl, trait, generics). Out: targets of paths, traits in scope, the scopes
of blocks, macros, and the reader's view of types.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from borrowscope.analyzer.static.cfg import ACTIVE, is_compiled, likelihood
from borrowscope.analyzer.static.closure_paths import path_within
from borrowscope.analyzer.static.definitions import Alias, Function, Generics, Trait, TypeDef, Value, Variant
from borrowscope.analyzer.static.item_expansion import Expander, MacroPlace
from borrowscope.analyzer.static.item_tree import ITEM_KINDS, MACRO, VALUE, Item, Module
from borrowscope.analyzer.static.lowering import Lowering
from borrowscope.analyzer.static.resolution import (
    NAMESPACES,
    Found,
    Primitive,
    Resolver,
    StdItem,
    StdModule,
    VariantItem,
)
from borrowscope.analyzer.static.type_scope import NO_ENVIRONMENT, Environment, ItemTypeScope
from borrowscope.analyzer.static.types import Ty
from borrowscope.analyzer.static.unbuilt_paths import unbuilt_behind
from borrowscope.analyzer.unbuilt import Unbuilt
from borrowscope.parse.macro_rules import Expansion, MacroDefinition, SourceText
from borrowscope.parse.syntax import Node


class ModuleRef(NamedTuple):
    """A module."""

    path: str


class VariantRef(NamedTuple):
    """A variant of an enum."""

    type_def: TypeDef
    variant: Variant


class PrimitiveRef(NamedTuple):
    """A primitive type."""

    name: str


Target: TypeAlias = ModuleRef | TypeDef | Alias | Trait | Function | Value | VariantRef | PrimitiveRef


class ItemContext(NamedTuple):
    """A function with a body, a const or a static, and everything in force around it."""

    node: Node
    scope: Scope
    text: SourceText | Expansion
    generics: Generics
    self_type: Ty | None
    path: str
    function: Function | None = None
    ty: Ty | None = None
    owner: object = None
    rank: float = ACTIVE  # how likely it is compiled
    is_expression: bool = False  # the node is the value of a constant that has no name


class Surroundings(Protocol):
    """What scopes ask of all crates together."""

    resolver: Resolver
    expander: Expander
    lowering: Lowering

    def target(self, found: Found) -> Target | None:
        """What the inference gets for what resolution found."""

    def find_type(self, path: str) -> TypeDef | Alias | None:
        """By canonical path."""

    def find_trait(self, path: str) -> Trait | None:
        """By canonical path."""

    def find_function(self, path: str) -> Function | None:
        """By canonical path."""

    def find_value(self, path: str) -> Value | None:
        """By canonical path."""

    def traits_in(self, module: Module) -> frozenset[str]:
        """The traits in scope."""

    def block_within(self, outer: Module, node: Node, path: str) -> Module:
        """A block that holds items, as a module."""

    def contexts_of(self, module: Module) -> Iterator[ItemContext]:
        """The items of one module or block."""


class Scope:
    """A place. Scopes of one block or module share what they found."""

    __slots__ = (
        *("_blocks", "_environment", "_module", "_resolved", "_self_type", "_traits", "_world"),
        *("implemented", "path"),
    )

    def __init__(
        self,
        world: Surroundings,
        module: Module,
        environment: Environment = NO_ENVIRONMENT,
        self_type: Ty | None = None,
        path: str = "",
        *,
        implemented: str = "",
    ) -> None:
        self._world = world
        self._module = module
        self._environment = environment
        self._self_type = self_type
        self.implemented = implemented  # the trait whose impl this is within: in scope there without an import
        self.path = path or module.path  # of the function: items in its blocks are below it
        self._blocks: dict[int, tuple[Node, Scope]] = {}
        self._resolved: dict[tuple[tuple[str, ...], str], tuple[Target | None, int]] = {}
        self._traits: frozenset[str] | None = None

    @property
    def crate(self) -> str:
        """The name of the crate."""
        return self._module.crate.name

    @property
    def edition(self) -> int:
        """The crate's edition."""
        return self._module.crate.edition

    @property
    def module(self) -> str:
        """The path of the module."""
        return self._module.nearest.path

    def resolve(self, segments: Sequence[str], namespace: str) -> tuple[Target | None, int]:
        """The longest prefix of a path that names an item, and how many segments it has."""
        key = (tuple(segments), namespace)
        known = self._resolved.get(key)
        if known is None:
            found, taken = self._world.resolver.resolve(self._module, key[0], NAMESPACES[namespace])
            target = self._world.target(found) if found is not None else None
            known = self._resolved[key] = (target, taken if target is not None else 0)
        return known

    def unbuilt(self, segments: Sequence[str]) -> Unbuilt | None:
        """The file that no build has made yet, and that a path of unknown meaning leads into."""
        if not self._world.expander.has_unbuilt:
            return None
        return unbuilt_behind(self._world.resolver, self._module, tuple(segments))

    def traits(self) -> frozenset[str]:
        """The canonical paths of the traits in scope."""
        if self._traits is None:
            found = self._world.traits_in(self._module)
            self._traits = found | {self.implemented} if self.implemented else found
        return self._traits

    def is_active(self, attributes: str) -> bool:
        """Whether what has these attributes is likely to be compiled."""
        return "cfg" not in attributes or is_compiled(likelihood(attributes, self._module.crate.features))

    def has_own(self, name: str) -> bool:
        """Whether the block itself has a value of that name, by an item or an import."""
        return self._world.resolver.lookup(self._module, name.removeprefix("r#"), VALUE) is not None

    def block(self, node: Node) -> Scope:
        """The scope inside of a block: itself where the block holds no items."""
        if not any(map(self._holds_items, node.named)):
            return self
        known = self._blocks.get(id(node))
        if known is None:
            module = self._world.block_within(self._module, node, path_within(node, self.path))
            known = self._blocks[id(node)] = (
                node,
                Scope(self._world, module, self._environment, self._self_type, self.path, implemented=self.implemented),
            )
        return known[1]

    def _holds_items(self, node: Node) -> bool:
        if node.kind in ITEM_KINDS:
            return True
        call = node.named[0] if node.kind == "expression_statement" and node.named else node
        return call.kind == "macro_invocation" and self._world.expander.makes_items(self._module, call)

    def item_contexts(self) -> Iterator[ItemContext]:
        """The items of this very block (or module) that have bodies or values."""
        return self._world.contexts_of(self._module)

    def find_macro(self, path: str, place: MacroPlace | None = None) -> tuple[MacroDefinition, str] | None:
        """The rules of a `macro_rules!` macro that is called in the place, and the crate that it is from."""
        segments = tuple(part.strip().removeprefix("r#") for part in path.split("::"))
        if not segments[0]:
            segments = ("::", *segments[1:])
        item = self._world.expander.find_macro(self._module, segments, place)
        definition = self._world.expander.definition(item) if item is not None else None
        if item is None or definition is None:
            return None
        crate = item.module.crate
        if crate is not self._module.crate:
            self._module.crate.dependencies.setdefault(crate.name, crate.key)
        return definition, crate.name

    def is_std_macro(self, path: str) -> bool:
        """Whether a path such as `ptr::addr_of` leads to a macro of std."""
        segments = tuple(part.strip().removeprefix("r#") for part in path.split("::"))
        if not segments[0]:
            segments = ("::", *segments[1:])
        found, taken = self._world.resolver.resolve(self._module, segments, MACRO)
        return isinstance(found, StdItem) and found.kind == "macro" and taken == len(segments)

    def type_scope(
        self,
        generics: Collection[str],
        self_type: Ty | None = None,
        hole: Callable[[], Ty] | None = None,
        fill: str = "default",
    ) -> ItemTypeScope:
        """What names in a type mean here; `fill` says what stands for arguments that are not written."""
        own = self_type if self_type is not None else self._self_type
        return ItemTypeScope(
            self._world.lowering, self._module, self._environment, own, names=generics, hole=hole, fill=fill
        )


def target_of(world: Surroundings, found: Found) -> Target | None:
    """What the inference gets for what resolution found."""
    if isinstance(found, Item):
        return world.lowering.lowered(found)
    if isinstance(found, (Module, StdModule)):
        return ModuleRef(found.path)
    if isinstance(found, Primitive):
        return PrimitiveRef(found.name)
    if isinstance(found, VariantItem):
        owner = world.lowering.lowered(found.owner) if isinstance(found.owner, Item) else world.find_type(found.owner)
        variant = owner.variants.get(found.name) if isinstance(owner, TypeDef) else None
        return VariantRef(owner, variant) if isinstance(owner, TypeDef) and variant is not None else None
    return _of_std(world, found)


def _of_std(world: Surroundings, found: StdItem) -> Target | None:
    if found.kind == "trait":
        return world.find_trait(found.path)
    if found.kind == "fn":
        return world.find_function(found.path)
    if found.kind in ("const", "static"):
        return world.find_value(found.path)
    return world.find_type(found.path)
