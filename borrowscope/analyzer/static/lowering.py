"""Items to definitions: types, traits, functions, values and impls of crates, each when it is first asked for.

In: `Item` and `ImplNode` values with their syntax. Out: the values of `definitions.py`, remembered at their items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from borrowscope.analyzer.static.constants import Constants
from borrowscope.analyzer.static.definitions import (
    NO_GENERICS,
    Alias,
    AssocType,
    Bound,
    Function,
    Generic,
    Generics,
    Impl,
    Trait,
    TypeDef,
    Value,
)
from borrowscope.analyzer.static.generic_text import Parameter, read_clauses, read_parameters, trait_path
from borrowscope.analyzer.static.item_expansion import Expander
from borrowscope.analyzer.static.item_shape import (
    active_children,
    active_parameters,
    filled,
    generic_texts,
    in_order,
    in_terms_of_self,
    read_fields,
    read_signature,
    unique,
)
from borrowscope.analyzer.static.item_tree import TYPE, CrateItems, ImplNode, Item, Member, Module, active_members
from borrowscope.analyzer.static.lazy_members import LazyMembers
from borrowscope.analyzer.static.resolution import Found, Resolver, StdItem
from borrowscope.analyzer.static.type_reader import read_bounds, read_generics, read_trait, read_type
from borrowscope.analyzer.static.type_scope import NO_ENVIRONMENT, Environment, ItemTypeScope, Owner
from borrowscope.analyzer.static.types import (
    SELF,
    UNIT,
    UNKNOWN,
    Kind,
    TraitRef,
    Ty,
    make,
    make_bounded,
    make_param,
    make_projection,
    substitute,
)
from borrowscope.analyzer.unsafety.features import features_of
from borrowscope.parse.foreign_items import is_marked_safe
from borrowscope.parse.syntax import Node

_SPACE: Final = re.compile(r"\s+")
_PRINTED: Final = (  # how the compiler sets the text of an `impl Trait` that was written over several lines
    (re.compile(r"(?<=[<(\[]) "), ""),
    (re.compile(r",? (?=[>)\]])"), ""),
    (re.compile(r" ?\+ ?"), " + "),
    (re.compile(r" ?-> ?"), " -> "),
    (re.compile(r"(?<=\w) ?= ?(?=[\w(&\[<])"), " = "),
    (re.compile(r" ?, ?(?!\))"), ", "),
)


class Surroundings(Protocol):
    """What lowering asks of all crates together."""

    resolver: Resolver
    expander: Expander

    def find_type(self, path: str) -> TypeDef | Alias | None:
        """By canonical path."""

    def find_trait(self, path: str) -> Trait | None:
        """By canonical path."""

    def expand(self, alias: Alias, args: tuple[Ty, ...], hole: Callable[[], Ty] | None = None, fill: str = "") -> Ty:
        """What an alias stands for."""

    def supers(self, trait: str) -> Sequence[Bound]:
        """The supertraits of a trait."""

    def associated_names(self, trait: str) -> frozenset[str]:
        """The associated types that a trait itself declares."""

    def trait_parameters(self, trait: str) -> Sequence[Generic]:
        """The parameters of a trait."""

    def block_within(self, outer: Module, node: Node, path: str) -> Module:
        """A block that holds items, as a module."""

    def associated_constant(self, crate: CrateItems, head: str, name: str) -> int | None:
        """The value of an associated constant of a type, as a crate sees it."""


def as_printed(text: str) -> str:
    """The text of an `impl Trait` in an argument as the compiler names the parameter that it is."""
    text = _SPACE.sub(" ", text)
    for pattern, instead in _PRINTED:
        text = pattern.sub(instead, text)
    return text


class Lowering:
    """Makes definitions of items, once each."""

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self.resolver = world.resolver
        self._owners: dict[int, Owner] = {}  # by id; an owner keeps its entry alive
        self._environments: dict[int, tuple[Environment, tuple[str, str], Node]] = {}  # by node, which is kept alive
        self._supers: dict[str, tuple[Bound, ...]] = {}
        self.constants = Constants(self)

    # any item
    def note_block(self, item: Item) -> None:
        """The impls in a const's block count everywhere: `const _: () = { impl A for B {} };`."""
        value = item.node.field("value")
        if value is not None and value.kind == "block" and value.source.find(b"impl", value.start, value.end) >= 0:
            self._world.block_within(item.module, value, item.path)

    def lowered(self, item: Item) -> TypeDef | Alias | Trait | Function | Value | None:
        """What an item defines; None for modules and macros."""
        if item.lowered is None:
            handler = _HANDLERS.get(item.kind)
            item.lowered = handler(self, item) if handler is not None else None
        return item.lowered  # type: ignore[return-value]

    def scope(self, item: Item, environment: Environment, **options: object) -> ItemTypeScope:
        """The scope of an item's own types."""
        return ItemTypeScope(self, item.module, environment, **options)  # type: ignore[arg-type]

    # types
    def parameters_of(self, item: Item) -> tuple[Parameter, ...]:
        """The parameters of an item as text."""
        node = item.node.field("type_parameters")
        return read_parameters(active_parameters(node.text, item.module.crate.features)) if node is not None else ()

    def _generics(self, node: Node, scope: ItemTypeScope, texts: tuple[str, str] | None = None) -> Generics:
        parameters, clauses = texts or generic_texts(node)
        if not parameters and not clauses:
            return NO_GENERICS
        return self.completed(read_generics(active_parameters(parameters, scope.features), clauses, scope))

    def completed(self, generics: Generics) -> Generics:
        """With the arguments of bounds that their traits have defaults for (`T: Add` is `T: Add<T>`)."""
        return generics._replace(bounds=tuple(self.completed_bound(bound) for bound in generics.bounds))

    def completed_bound(self, bound: Bound) -> Bound:
        """The bound with defaults for the arguments that are not written."""
        args = self.completed_args(bound.trait, bound.args, bound.subject)
        return bound._replace(args=args) if args is not bound.args else bound

    def completed_args(self, trait: str, args: tuple[Ty, ...], subject: Ty) -> tuple[Ty, ...]:
        """The arguments of a trait with defaults for those that are not written."""
        params = self._world.trait_parameters(trait)
        if len(args) >= len(params):
            return args
        mapping = {"Self": subject} | dict(zip((param.name for param in params), args, strict=False))
        full = list(args)
        for param in params[len(args) :]:
            if param.default is None:
                return args
            full.append(substitute(param.default, mapping))
            mapping[param.name] = full[-1]
        return tuple(full)

    def applied(self, found: Found, args: tuple[Ty, ...], hole: Callable[[], Ty] | None, fill: str) -> Ty:
        """A type, alias or (old style) trait object applied to arguments."""
        if not isinstance(found, (Item, StdItem)):
            return UNKNOWN
        handler = _APPLIED.get(found.kind)
        return handler(self, found, args, hole, fill) if handler is not None else UNKNOWN

    def _apply_type(self, found: Item | StdItem, args: tuple[Ty, ...], hole: Callable[[], Ty] | None, fill: str) -> Ty:
        params = self.type_parameters(found)
        return make(found.path, filled(params, args, hole, fill)) if params else make(found.path)

    def _apply_alias(self, found: Item | StdItem, args: tuple[Ty, ...], hole: Callable[[], Ty] | None, fill: str) -> Ty:
        alias = self._world.find_type(found.path) if isinstance(found, StdItem) else self.lowered(found)
        if isinstance(alias, TypeDef):
            return make(alias.path, filled(alias.generics.params, args, hole, fill))
        return self._world.expand(alias, args, hole, fill) if isinstance(alias, Alias) else UNKNOWN

    def _apply_trait(self, found: Item | StdItem, args: tuple[Ty, ...], _hole: object, _fill: str) -> Ty:
        return make_bounded(Kind.DYN, [TraitRef((found.path, args, ()))])

    def expanded_type(self, module: Module, path: tuple[str, ...], tokens: str) -> str | None:
        """The text of a type that a call of a macro becomes."""
        return self._world.expander.expanded_type(module, path, tokens)

    def type_parameters(self, found: Item | StdItem) -> Sequence[Generic]:
        """The parameters of a type with their defaults, without its bounds."""
        if isinstance(found, StdItem):
            definition = self._world.find_type(found.path)
            return definition.generics.params if definition is not None else ()
        parameters = self.parameters_of(found)
        if not parameters:
            return ()
        if isinstance(found.lowered, TypeDef):
            return found.lowered.generics.params
        return self.read_parameters(found, parameters)

    def read_parameters(self, item: Item, parameters: Sequence[Parameter]) -> list[Generic]:
        """Parameters with their defaults read."""
        scope: ItemTypeScope | None = None
        found = []
        for parameter in parameters:
            default = None
            if parameter.default:
                scope = scope or self.scope(item, Environment(None, generic_texts(item.node)))
                is_const = parameter.is_const
                default = scope.length(parameter.default) if is_const else read_type(parameter.default, scope)
            found.append(Generic(parameter.name, default, parameter.is_const))
        return found

    def _type_def(self, item: Item) -> TypeDef:
        environment = Environment(None, generic_texts(item.node))
        params = [make_param(name.name) for name in self.parameters_of(item)]
        scope = self.scope(item, environment, self_type=make(item.path, tuple(params)))
        definition = TypeDef(item.path, item.kind)
        item.lowered = definition
        definition.generics = self._generics(item.node, scope)
        body = item.node.field("body")
        features = item.module.crate.features
        if item.kind == "enum":
            for variant in active_children(body, "enum_variant", features):
                name = variant.field("name")
                if name is not None:
                    key = name.text.removeprefix("r#")
                    definition.variants[key] = read_fields(key, variant.field("body"), scope, features)
        else:
            definition.own = read_fields(item.name, body, scope, features)
        return definition

    def _foreign_type(self, item: Item) -> TypeDef | Alias:
        if item.is_foreign:
            return TypeDef(item.path, "struct")
        return self._alias(item)

    def _alias(self, item: Item) -> Alias:
        if item.is_foreign:
            return TypeDef(item.path, "struct")  # type: ignore[return-value]
        environment = Environment(None, generic_texts(item.node))
        scope = self.scope(item, environment)
        alias = Alias(item.path, NO_GENERICS, UNKNOWN)
        item.lowered = alias
        target = item.node.field("type")
        scope.anonymous_type = lambda _text, bounds: make_bounded(Kind.OPAQUE, bounds, (), item.path)
        alias.generics = self._generics(item.node, scope)
        alias.target = read_type(target.text, scope) if target is not None else UNKNOWN
        return alias

    # values
    def _value(self, item: Item) -> Value:
        node = item.node.field("type")
        scope = self.scope(item, NO_ENVIRONMENT)
        ty = scope.read(node.text) if node is not None else UNKNOWN
        is_mutable = item.kind == "static" and item.node.child("mutable_specifier") is not None
        if item.wrapper:
            ty = make(item.wrapper, (ty,))
        kind, is_foreign = "static mut" if is_mutable else item.kind, item.is_foreign
        return Value(item.path, ty, kind, is_foreign=is_foreign, is_safe=is_foreign and is_marked_safe(item.node))

    # functions
    def _free_function(self, item: Item) -> Function:
        function = self.function(item.node, item.module, item.path, None)
        if item.is_foreign:
            function.is_foreign = True
            function.is_unsafe = not is_marked_safe(item.node)
        return function

    def function(self, node: Node, module: Module, path: str, owner: Owner | None) -> Function:
        """A function or method from its node."""
        environment, texts = self._surroundings(owner, node)
        self_type = owner.self_type if owner is not None else None
        extra: list[Generic] = []
        bounds: list[Bound] = []
        scope = ItemTypeScope(self, module, environment, self_type)
        generics = self._generics(node, scope, texts)

        def parameter_type(text: str, found: list[TraitRef]) -> Ty:
            name = unique(as_printed(text), {generic.name for generic in extra})
            extra.append(Generic(name))
            param = make_param(name)
            bounds.extend(self.completed_bound(Bound(param, *found_bound)) for found_bound in found)
            return param

        scope.anonymous_type = parameter_type
        params, has_self = read_signature(node.field("parameters"), scope)
        if has_self and self_type is not None:
            params = (in_terms_of_self(params[0], self_type), *params[1:])
        if extra:
            generics = Generics((*generics.params, *extra), (*generics.bounds, *bounds))
        in_force = tuple(make_param(name) for name in in_order(environment, generics))
        count = 0

        def result_type(_text: str, found: list[TraitRef]) -> Ty:
            nonlocal count
            count += 1
            return make_bounded(Kind.OPAQUE, found, in_force, f"{path}#{count - 1}")

        scope.anonymous_type = result_type
        result = node.field("return_type")
        modifiers = node.child("function_modifiers")
        words = modifiers.text.split() if modifiers is not None else []
        return Function(
            path,
            path.rpartition("::")[2],
            generics,
            params,
            scope.read(result.text) if result is not None else UNIT,
            has_self=has_self,
            is_async="async" in words,
            is_unsafe="unsafe" in words,
            is_const="const" in words,
            owner=owner.lowered if owner is not None else None,
            features=features_of(node, module.crate.features),
        )

    def environment(self, owner: Owner | None, node: Node) -> Environment:
        """The generics in force inside of a function."""
        return self._surroundings(owner, node)[0]

    def _surroundings(self, owner: Owner | None, node: Node) -> tuple[Environment, tuple[str, str]]:
        """The generics in force inside of a function, and the texts of its own: one value, for it remembers types."""
        known = self._environments.get(id(node))
        if known is None:
            texts = generic_texts(node)
            if texts[0] or texts[1]:
                environment = Environment(owner, texts)
            else:
                environment = owner.environment if owner is not None else NO_ENVIRONMENT
            known = self._environments[id(node)] = (environment, texts, node)
        return known[:2]

    # traits
    def trait_owner(self, item: Item) -> Owner:
        """A trait as the surroundings of its members."""
        owner = self._owners.get(id(item))
        if owner is None:
            parameters, clauses = generic_texts(item.node)
            owner = self._owners[id(item)] = Owner(item.module, item, parameters, clauses)
            owner.trait = item.path
            owner.trait_args = tuple(make_param(parameter.name) for parameter in read_parameters(parameters))
            body = item.node.field("body")
            if body is not None:
                owner.members = active_members(self._world.expander.members(item.module, body))
        return owner

    def _trait(self, item: Item) -> Trait:
        owner = self.trait_owner(item)
        environment = owner.environment
        scope = self.scope(item, environment)
        trait = Trait(item.path)
        item.lowered = owner.lowered = trait
        trait.generics = self._generics(item.node, scope)
        trait.supers = self.supers_of(item)
        for name, member in owner.members.items():
            if member.kind == "type":
                trait.assoc[name] = self._assoc_type(item, name, member, scope)
            elif member.kind == "const":
                node = member.node.field("type")
                trait.consts[name] = read_type(node.text, scope) if node is not None else UNKNOWN
        names = [name for name, member in owner.members.items() if member.kind == "fn"]
        trait.functions = LazyMembers(
            names, lambda name: self.function(owner.members[name].node, item.module, f"{item.path}::{name}", owner)
        )
        return trait

    def _assoc_type(self, item: Item, name: str, member: Member, scope: ItemTypeScope) -> AssocType:
        owner = self.trait_owner(item)
        own = generic_texts(member.node)
        names = tuple(parameter.name for parameter in read_parameters(own[0]))
        if names:
            scope = self.scope(item, Environment(owner, own))
        subject = make_projection(item.path, name, (SELF, *owner.trait_args, *map(make_param, names)))
        node = member.node.field("bounds")
        bounds = read_bounds(node.text.removeprefix(":"), subject, scope) if node is not None else ()
        default = member.node.field("type")
        return AssocType(
            name,
            tuple(self.completed_bound(bound) for bound in bounds),
            read_type(default.text, scope) if default is not None else None,
            names,
        )

    def supers_of(self, item: Item) -> tuple[Bound, ...]:
        """The supertraits of a trait of a crate: after its colon, and of `where Self: ..`."""
        known = self._supers.get(item.path)
        if known is None:
            self._supers[item.path] = ()
            node = item.node.field("bounds")
            text = node.text.removeprefix(":") if node is not None else ""
            _, clauses = generic_texts(item.node)
            texts = [text, *(bounds for subject, bounds in read_clauses(clauses) if subject == "Self")]
            scope = self.scope(item, self.trait_owner(item).environment)
            found = [bound for part in texts for bound in read_bounds(part, SELF, scope)]
            known = self._supers[item.path] = tuple(self.completed_bound(bound) for bound in found)
        return known

    def all_supers(self, trait: str) -> frozenset[str]:
        """The supertraits of a trait, and theirs."""
        if trait.startswith("std::"):
            return frozenset()
        found: set[str] = set()
        waiting = [trait]
        while waiting:
            new = {bound.trait for bound in self._world.supers(waiting.pop())} - found
            found |= new
            waiting += new
        return frozenset(found)

    # impls
    def impl_owner(self, entry: ImplNode) -> Owner:
        """An impl as the surroundings of its members."""
        key = id(entry)
        owner = self._owners.get(key)
        if owner is None:
            parameters, clauses = generic_texts(entry.node)
            owner = self._owners[key] = Owner(entry.module, entry, parameters, clauses)
            environment = Environment(None, (parameters, clauses))
            scope = ItemTypeScope(self, entry.module, environment, None)
            node = entry.node.field("type")
            owner.self_type = read_type(node.text, scope) if node is not None else UNKNOWN
            body = entry.node.field("body")
            if body is not None:
                owner.members = active_members(self._world.expander.members(entry.module, body))
            trait = entry.node.field("trait")
            if trait is not None:
                self._name_trait(owner, trait.text)
        return owner

    def _name_trait(self, owner: Owner, text: str) -> None:
        found, taken = self.resolver.resolve(owner.module, trait_path(text), TYPE)
        if isinstance(found, (Item, StdItem)) and found.kind == "trait" and taken == len(trait_path(text)):
            owner.trait = found.path
            scope = ItemTypeScope(self, owner.module, owner.environment, owner.self_type)
            reference = read_trait(text, scope)
            if reference is not None:
                owner.trait_args = self.completed_args(owner.trait, reference[1], owner.self_type)

    def impl(self, entry: ImplNode) -> Impl:
        """An impl with its associated types and functions."""
        owner = self.impl_owner(entry)
        if isinstance(owner.lowered, Impl):
            return owner.lowered
        scope = ItemTypeScope(self, entry.module, owner.environment, owner.self_type)
        impl = Impl(owner.self_type, NO_GENERICS, owner.trait, owner.trait_args)
        owner.lowered = impl
        impl.generics = self._generics(entry.node, scope)
        for name, member in owner.members.items():
            if member.kind in ("alias", "type"):
                impl.assoc[name], impl.assoc_generics[name] = self._associated_type(entry.module, owner, member)
            elif member.kind == "const":
                impl.consts[name] = self._member_type(member, scope)
        prefix = owner.trait or owner.self_type.head
        names = [name for name, member in owner.members.items() if member.kind == "fn"]
        impl.functions = LazyMembers(
            names, lambda name: self.function(owner.members[name].node, entry.module, f"{prefix}::{name}", owner)
        )
        return impl

    def _associated_type(self, module: Module, owner: Owner, member: Member) -> tuple[Ty, tuple[str, ...]]:
        """An associated type of an impl, and the names of its own parameters."""
        own = generic_texts(member.node)
        names = tuple(parameter.name for parameter in read_parameters(own[0]))
        environment = Environment(owner, own) if names else owner.environment
        return self._member_type(member, ItemTypeScope(self, module, environment, owner.self_type)), names

    def _member_type(self, member: Member, scope: ItemTypeScope) -> Ty:
        node = member.node.field("type")
        if node is None:
            return UNKNOWN
        scope.anonymous_type = lambda _text, bounds: make_bounded(
            Kind.OPAQUE, bounds, (), f"{member.name}@{node.start}"
        )
        return read_type(node.text, scope)

    # associated types
    def own_associated(self, owner: Owner, name: str, own: tuple[Ty, ...] = ()) -> Ty | None:
        """`Self::name` inside an impl or trait, where the impl or trait has it itself."""
        member = owner.members.get(name)
        if member is not None and member.kind in ("type", "alias") and name not in owner.in_progress:
            if owner.is_trait:
                return make_projection(owner.trait, name, (SELF, *owner.trait_args, *own))
            owner.in_progress.add(name)
            try:
                ty, names = self._associated_type(owner.module, owner, member)
                return substitute(ty, dict(zip(names, own, strict=False))) if names else ty
            finally:
                owner.in_progress.discard(name)
        if owner.trait:
            return self._through_supers(owner.trait, owner.trait_args, owner.self_type, name, set(), own)
        return None

    def projected(  # noqa: PLR0917
        self,
        module: Module,
        environment: Environment,
        ty: Ty,
        param: str,
        name: str,
        own: tuple[Ty, ...] = (),  # the arguments of the associated type itself
    ) -> Ty:
        """`T::name` for a parameter: the trait among its bounds, and their supertraits, that declares the name."""
        texts = environment.bounds_of(param)
        for text in texts:
            found, taken = self.resolver.resolve(module, trait_path(text), TYPE)
            if not isinstance(found, (Item, StdItem)) or found.kind != "trait" or taken < len(trait_path(text)):
                continue
            if not self._declares(found.path, name, set()):
                continue
            args = self._trait_args(module, environment, text, found.path, ty)
            projection = self._through_supers(found.path, args, ty, name, set(), own)
            if projection is not None:
                return projection
        return make_projection("", name, (ty, *own))

    def _trait_args(
        self, module: Module, environment: Environment, text: str, trait: str, subject: Ty
    ) -> tuple[Ty, ...]:
        if "<" not in text and "(" not in text:
            return self.completed_args(trait, (), subject)
        reference = read_trait(text, ItemTypeScope(self, module, environment))
        return self.completed_args(trait, reference[1], subject) if reference is not None else ()

    def _declares(self, trait: str, name: str, seen: set[str]) -> bool:
        if trait in seen:
            return False
        seen.add(trait)
        if name in self._world.associated_names(trait):
            return True
        return any(self._declares(bound.trait, name, seen) for bound in self._world.supers(trait))

    def _through_supers(  # noqa: PLR0917
        self,
        trait: str,
        args: tuple[Ty, ...],
        subject: Ty,
        name: str,
        seen: set[str],
        own: tuple[Ty, ...] = (),
    ) -> Ty | None:
        if trait in seen:
            return None
        seen.add(trait)
        if name in self._world.associated_names(trait):
            return make_projection(trait, name, (subject, *args, *own))
        params = self._world.trait_parameters(trait)
        mapping = {"Self": subject} | dict(zip((param.name for param in params), args, strict=False))
        for bound in self._world.supers(trait):
            inner = tuple(substitute(argument, mapping) for argument in bound.args)
            found = self._through_supers(bound.trait, inner, subject, name, seen, own)
            if found is not None:
                return found
        return None

    def projected_further(self, ty: Ty, name: str, own: tuple[Ty, ...] = ()) -> Ty:
        """`<ty>::name`: for a projection by the bounds of its declaration."""
        trait = getattr(ty, "trait", "") if ty.kind is Kind.PROJECTION else ""
        declared = self._world.find_trait(trait) if trait else None
        assoc = declared.assoc.get(getattr(ty, "name", "")) if declared is not None else None
        for bound in assoc.bounds if assoc is not None else ():
            if self._declares(bound.trait, name, set()):
                found = self._through_supers(bound.trait, bound.args, ty, name, set(), own)
                if found is not None:
                    return found
        return make_projection("", name, (ty, *own))

    # constants
    def constant(self, text: str, module: Module, environment: Environment) -> int | None:
        """The value of a constant expression."""
        return self.constants.evaluate(text, module, environment)

    def associated_constant(self, crate: CrateItems, head: str, name: str) -> int | None:
        """The value of an associated constant of a type, as a crate sees it."""
        return self._world.associated_constant(crate, head, name)


_HANDLERS: Final[dict[str, Callable[[Lowering, Item], object]]] = {
    "struct": Lowering._type_def,  # noqa: SLF001
    "enum": Lowering._type_def,  # noqa: SLF001
    "union": Lowering._type_def,  # noqa: SLF001
    "alias": Lowering._alias,  # noqa: SLF001
    "type": Lowering._foreign_type,  # noqa: SLF001
    "trait": Lowering._trait,  # noqa: SLF001
    "fn": Lowering._free_function,  # noqa: SLF001
    "const": Lowering._value,  # noqa: SLF001
    "static": Lowering._value,  # noqa: SLF001
}
_APPLIED: Final[dict[str, Callable[..., Ty]]] = {
    "struct": Lowering._apply_type,  # noqa: SLF001
    "enum": Lowering._apply_type,  # noqa: SLF001
    "union": Lowering._apply_type,  # noqa: SLF001
    "alias": Lowering._apply_alias,  # noqa: SLF001
    "type": Lowering._apply_alias,  # noqa: SLF001
    "trait": Lowering._apply_trait,  # noqa: SLF001
}
