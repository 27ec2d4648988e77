"""Items to definitions: types, traits, functions, values and impls of crates, each when it is first asked for.

In: `Item` and `ImplNode` values with their syntax. Out: the values of `definitions.py`, remembered at their items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.cfg import likelihood
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
    Variant,
)
from borrowscope.analyzer.static.generic_text import Parameter, read_clauses, read_parameters, trait_path, trait_texts
from borrowscope.analyzer.static.item_tree import TYPE, ImplNode, Item, Member, Module, active_members
from borrowscope.analyzer.static.lazy_members import LazyMembers
from borrowscope.analyzer.static.resolution import Found, Primitive, StdItem, VariantItem
from borrowscope.analyzer.static.type_reader import Segment, read_bounds, read_generics, read_trait, read_type
from borrowscope.analyzer.static.types import (
    REF,
    REF_MUT,
    SELF,
    UNIT,
    UNKNOWN,
    Kind,
    TraitRef,
    Ty,
    make,
    make_bounded,
    make_const,
    make_param,
    make_projection,
    substitute,
)
from borrowscope.parse.syntax import Node

if TYPE_CHECKING:
    from borrowscope.analyzer.static.symbols import World

_SPACE: Final = re.compile(r"\s+")
_INTEGER: Final = re.compile(r"(0x[\da-fA-F_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*)(?:[ui](?:8|16|32|64|128|size))?\Z")
_ARITHMETIC: Final = re.compile(r"[^\W\d][\w]*(?:\s*::\s*[^\W\d]\w*)*|\d\w*|<<|>>|[-+*/%()]|\s+|(.)")
_OPERATORS: Final = frozenset({"+", "-", "*", "/", "%", "(", ")", "<<", ">>"})
_WIDTHS: Final = {
    "u8": 8,
    "i8": 8,
    "u16": 16,
    "i16": 16,
    "u32": 32,
    "i32": 32,
    "u64": 64,
    "i64": 64,
    "u128": 128,
    "i128": 128,
    "usize": 64,
    "isize": 64,
}


class Owner:
    """An impl or trait around functions: what `Self` is, which parameters there are, its members by name."""

    __slots__ = (
        "_environment",
        "clauses",
        "entry",
        "in_progress",
        "lowered",
        "members",
        "module",
        "parameters",
        "self_type",
        "trait",
        "trait_args",
    )

    def __init__(self, module: Module, entry: Item | ImplNode, parameters: str, clauses: str) -> None:
        self.module = module
        self.entry = entry
        self.parameters = parameters
        self.clauses = clauses
        self.self_type: Ty = SELF
        self.trait = ""  # its own path, or the path of the trait that the impl is for
        self.trait_args: tuple[Ty, ...] = ()
        self.members: dict[str, Member] = {}
        self.lowered: Impl | Trait | None = None
        self.in_progress: set[str] = set()
        self._environment: Environment | None = None

    @property
    def environment(self) -> Environment:
        """The generics of the impl or trait; one value, for it remembers types."""
        if self._environment is None:
            self._environment = Environment(self)
        return self._environment

    @property
    def is_trait(self) -> bool:
        """Whether `Self` is a parameter."""
        return isinstance(self.entry, Item)


class Environment:
    """The generics in force: names, and where their bounds are written."""

    __slots__ = ("_bounds", "names", "owner", "texts", "types")

    def __init__(self, owner: Owner | None, *texts: tuple[str, str]) -> None:
        self.owner = owner
        self.texts = (*(((owner.parameters, owner.clauses),) if owner is not None else ()), *texts)
        self.names = frozenset(parameter.name for text, _ in self.texts for parameter in read_parameters(text))
        self._bounds: dict[str, list[str]] | None = None
        self.types: dict[tuple[int, str], Ty] = {}  # read already, by module and text

    def bounds_of(self, name: str) -> list[str]:
        """The texts of the traits that a parameter is bound by."""
        if self._bounds is None:
            self._bounds = {}
            for parameters, clauses in self.texts:
                for parameter in read_parameters(parameters):
                    self._bounds.setdefault(parameter.name, []).extend(trait_texts(parameter.bounds))
                for subject, bounds in read_clauses(clauses):
                    self._bounds.setdefault(subject, []).extend(trait_texts(bounds))
        return self._bounds.get(name, [])


NO_ENVIRONMENT: Final = Environment(None)


class ItemTypeScope:
    """What names in a type mean at one place (the `TypeScope` of the reader)."""

    __slots__ = ("_environment", "_fill", "_hole", "_lowering", "_module", "_names", "_self_type", "anonymous_type")

    def __init__(
        self,
        lowering: Lowering,
        module: Module,
        environment: Environment,
        self_type: Ty | None = None,
        *,
        names: Collection[str] | None = None,
        hole: Callable[[], Ty] | None = None,
        fill: str = "default",
        anonymous: Callable[[str, list[TraitRef]], Ty] | None = None,
    ) -> None:
        self._lowering = lowering
        self._module = module
        self._environment = environment
        self._self_type = self_type
        self._names = environment.names if names is None else names
        self._hole = hole
        self._fill = fill
        self.anonymous_type = anonymous

    def read(self, text: str) -> Ty:
        """The type that a text spells; remembered, unless it has an `impl` that may differ by place."""
        if "impl" in text or self._hole is not None:
            return read_type(text, self)
        key = (id(self._module), text)
        known = self._environment.types.get(key)
        if known is None:
            known = self._environment.types[key] = read_type(text, self)
        return known

    def path(self, segments: list[Segment]) -> Ty:
        """The type that a path names."""
        name, args = segments[0]
        if name == "Self":
            return self._of_self(segments)
        if name in self._names:
            return self._of_parameter(make_param(name), segments)
        if len(segments) == 1:
            found, taken = self._lowering.resolver.resolve(self._module, (name,), TYPE)
        else:
            found, taken = self._lowering.resolver.resolve(self._module, [segment[0] for segment in segments], TYPE)
        if found is None:
            return UNKNOWN
        args = segments[taken - 1][1]
        if isinstance(found, VariantItem):
            return UNKNOWN
        ty = self._applied(found, args)
        return self._associated(ty, segments[taken:]) if taken < len(segments) else ty

    def _applied(self, found: Found, args: tuple[Ty, ...]) -> Ty:
        if isinstance(found, Primitive):
            return make(found.name)
        return self._lowering.applied(found, args, self._hole, self._fill)

    def _of_self(self, segments: list[Segment]) -> Ty:
        ty = self._self_type if self._self_type is not None else SELF
        if len(segments) == 1:
            return ty
        owner = self._environment.owner
        if owner is None:
            return self._associated(ty, segments[1:])
        found = self._lowering.own_associated(owner, segments[1][0])
        if found is None:
            return self._of_parameter(ty, segments) if owner.is_trait else self._associated(ty, segments[1:])
        return self._associated(found, segments[2:])

    def _of_parameter(self, ty: Ty, segments: list[Segment]) -> Ty:
        if len(segments) == 1:
            return ty
        found = self._lowering.projected(self._module, self._environment, ty, segments[0][0], segments[1][0])
        return self._associated(found, segments[2:])

    def _associated(self, ty: Ty, segments: Sequence[Segment]) -> Ty:
        for name, _ in segments:
            if ty is UNKNOWN:
                return UNKNOWN
            ty = self._lowering.projected_further(ty, name)
        return ty

    def trait(self, segments: list[Segment]) -> str | None:
        """The canonical path of a trait."""
        names = [segment[0] for segment in segments]
        found, taken = self._lowering.resolver.resolve(self._module, names, TYPE)
        if taken != len(names) or not isinstance(found, (Item, StdItem)) or found.kind != "trait":
            return None
        return found.path

    def hole(self) -> Ty:
        """What `_` stands for."""
        return self._hole() if self._hole is not None else UNKNOWN

    def anonymous(self, text: str, bounds: list[TraitRef]) -> Ty:
        """What `impl A` stands for here."""
        if self.anonymous_type is not None:
            return self.anonymous_type(text, bounds)
        return make_bounded(Kind.OPAQUE, bounds)

    def length(self, text: str) -> Ty:
        """A constant as an array's length or a const argument."""
        inner = text.strip().removeprefix("{").removesuffix("}").strip()
        if inner in self._names:
            return make_param(inner)
        if inner == "_":
            return self.hole()
        if inner in ("true", "false"):
            return make_const(inner)
        value = self._lowering.evaluate(inner, self._module, self._environment)
        return make_const(str(value)) if value is not None else UNKNOWN


class Lowering:
    """Makes definitions of items, once each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.resolver = world.resolver
        self._owners: dict[int, Owner] = {}
        self._supers: dict[str, tuple[Bound, ...]] = {}
        self._evaluating: set[int] = set()

    # any item
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
        return read_parameters(node.text) if node is not None else ()

    def _generics(self, node: Node, scope: ItemTypeScope) -> Generics:
        parameters, clauses = _generic_texts(node)
        if not parameters and not clauses:
            return NO_GENERICS
        return self.completed(read_generics(parameters, clauses, scope))

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
                scope = scope or self.scope(item, Environment(None, _generic_texts(item.node)))
                is_const = parameter.is_const
                default = scope.length(parameter.default) if is_const else read_type(parameter.default, scope)
            found.append(Generic(parameter.name, default, parameter.is_const))
        return found

    def _type_def(self, item: Item) -> TypeDef:
        environment = Environment(None, _generic_texts(item.node))
        params = [make_param(name.name) for name in self.parameters_of(item)]
        scope = self.scope(item, environment, self_type=make(item.path, tuple(params)))
        definition = TypeDef(item.path, item.kind, visible="")
        item.lowered = definition
        definition.generics = self._generics(item.node, scope)
        body = item.node.field("body")
        features = item.module.crate.features
        if item.kind == "enum":
            for variant in _active_children(body, "enum_variant", features):
                name = variant.field("name")
                if name is not None:
                    key = name.text.removeprefix("r#")
                    definition.variants[key] = _fields(key, variant.field("body"), scope, features)
        else:
            definition.own = _fields(item.name, body, scope, features)
        definition.visible = self._world.visible_path(item)
        return definition

    def _foreign_type(self, item: Item) -> TypeDef | Alias:
        if item.is_foreign:
            return TypeDef(item.path, "struct", visible=item.path)
        return self._alias(item)

    def _alias(self, item: Item) -> Alias:
        if item.is_foreign:
            return TypeDef(item.path, "struct", visible=item.path)  # type: ignore[return-value]
        environment = Environment(None, _generic_texts(item.node))
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
        return Value(item.path, ty, "static mut" if is_mutable else item.kind, is_foreign=item.is_foreign)

    # functions
    def _free_function(self, item: Item) -> Function:
        function = self.function(item.node, item.module, item.path, None)
        if item.is_foreign:
            function.is_foreign = True
            function.is_unsafe = not re.search(r"\bsafe\b", item.node.text.partition("fn")[0])
        return function

    def function(self, node: Node, module: Module, path: str, owner: Owner | None) -> Function:
        """A function or method from its node."""
        texts = _generic_texts(node)
        environment = self._environment(owner, texts)
        self_type = owner.self_type if owner is not None else None
        extra: list[Generic] = []
        bounds: list[Bound] = []
        scope = ItemTypeScope(self, module, environment, self_type)
        generics = self._generics(node, scope)

        def parameter_type(text: str, found: list[TraitRef]) -> Ty:
            name = unique(_SPACE.sub(" ", text), {generic.name for generic in extra})
            extra.append(Generic(name))
            param = make_param(name)
            bounds.extend(self.completed_bound(Bound(param, *found_bound)) for found_bound in found)
            return param

        scope.anonymous_type = parameter_type
        params, has_self = _parameters(node.field("parameters"), scope)
        if extra:
            generics = Generics((*generics.params, *extra), (*generics.bounds, *bounds))
        in_force = tuple(make_param(name) for name in _in_order(environment, generics))
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
        )

    def _environment(self, owner: Owner | None, texts: tuple[str, str]) -> Environment:
        if texts[0] or texts[1]:
            return Environment(owner, texts)
        return owner.environment if owner is not None else NO_ENVIRONMENT

    # traits
    def trait_owner(self, item: Item) -> Owner:
        """A trait as the surroundings of its members."""
        owner = self._owners.get(id(item))
        if owner is None:
            parameters, clauses = _generic_texts(item.node)
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
        trait = Trait(item.path, visible="")
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
        trait.visible = self._world.visible_path(item)
        return trait

    def _assoc_type(self, item: Item, name: str, member: Member, scope: ItemTypeScope) -> AssocType:
        owner = self.trait_owner(item)
        subject = make_projection(item.path, name, (SELF, *owner.trait_args))
        node = member.node.field("bounds")
        bounds = read_bounds(node.text.removeprefix(":"), subject, scope) if node is not None else ()
        default = member.node.field("type")
        return AssocType(
            name,
            tuple(self.completed_bound(bound) for bound in bounds),
            read_type(default.text, scope) if default is not None else None,
        )

    def supers_of(self, item: Item) -> tuple[Bound, ...]:
        """The supertraits of a trait of a crate: after its colon, and of `where Self: ..`."""
        known = self._supers.get(item.path)
        if known is None:
            self._supers[item.path] = ()
            node = item.node.field("bounds")
            text = node.text.removeprefix(":") if node is not None else ""
            _, clauses = _generic_texts(item.node)
            texts = [text, *(bounds for subject, bounds in read_clauses(clauses) if subject == "Self")]
            scope = self.scope(item, self.trait_owner(item).environment)
            found = [bound for part in texts for bound in read_bounds(part, SELF, scope)]
            known = self._supers[item.path] = tuple(self.completed_bound(bound) for bound in found)
        return known

    # impls
    def impl_owner(self, entry: ImplNode) -> Owner:
        """An impl as the surroundings of its members."""
        key = id(entry.node)
        owner = self._owners.get(key)
        if owner is None:
            parameters, clauses = _generic_texts(entry.node)
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
                impl.assoc[name] = self._member_type(member, scope)
            elif member.kind == "const":
                impl.consts[name] = self._member_type(member, scope)
        prefix = owner.trait or owner.self_type.head
        names = [name for name, member in owner.members.items() if member.kind == "fn"]
        impl.functions = LazyMembers(
            names, lambda name: self.function(owner.members[name].node, entry.module, f"{prefix}::{name}", owner)
        )
        return impl

    def _member_type(self, member: Member, scope: ItemTypeScope) -> Ty:
        node = member.node.field("type")
        if node is None:
            return UNKNOWN
        scope.anonymous_type = lambda _text, bounds: make_bounded(
            Kind.OPAQUE, bounds, (), f"{member.name}@{node.start}"
        )
        return read_type(node.text, scope)

    # associated types
    def own_associated(self, owner: Owner, name: str) -> Ty | None:
        """`Self::name` inside an impl or trait, where the impl or trait has it itself."""
        member = owner.members.get(name)
        if member is not None and member.kind in ("type", "alias") and name not in owner.in_progress:
            if owner.is_trait:
                return make_projection(owner.trait, name, (SELF, *owner.trait_args))
            owner.in_progress.add(name)
            try:
                scope = ItemTypeScope(self, owner.module, owner.environment, owner.self_type)
                return self._member_type(member, scope)
            finally:
                owner.in_progress.discard(name)
        if owner.trait:
            return self._through_supers(owner.trait, owner.trait_args, owner.self_type, name, set())
        return None

    def projected(self, module: Module, environment: Environment, ty: Ty, param: str, name: str) -> Ty:
        """`T::name` for a parameter: the trait among its bounds, and their supertraits, that declares the name."""
        texts = environment.bounds_of(param)
        for text in texts:
            found, taken = self.resolver.resolve(module, trait_path(text), TYPE)
            if not isinstance(found, (Item, StdItem)) or found.kind != "trait" or taken < len(trait_path(text)):
                continue
            if not self._declares(found.path, name, set()):
                continue
            args = self._trait_args(module, environment, text, found.path, ty)
            projection = self._through_supers(found.path, args, ty, name, set())
            if projection is not None:
                return projection
        return make_projection("", name, (ty,))

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

    def _through_supers(self, trait: str, args: tuple[Ty, ...], subject: Ty, name: str, seen: set[str]) -> Ty | None:
        if trait in seen:
            return None
        seen.add(trait)
        if name in self._world.associated_names(trait):
            return make_projection(trait, name, (subject, *args))
        params = self._world.trait_parameters(trait)
        mapping = {"Self": subject} | dict(zip((param.name for param in params), args, strict=False))
        for bound in self._world.supers(trait):
            inner = tuple(substitute(argument, mapping) for argument in bound.args)
            found = self._through_supers(bound.trait, inner, subject, name, seen)
            if found is not None:
                return found
        return None

    def projected_further(self, ty: Ty, name: str) -> Ty:
        """`<ty>::name`: for a projection by the bounds of its declaration."""
        trait = getattr(ty, "trait", "") if ty.kind is Kind.PROJECTION else ""
        declared = self._world.find_trait(trait) if trait else None
        assoc = declared.assoc.get(getattr(ty, "name", "")) if declared is not None else None
        for bound in assoc.bounds if assoc is not None else ():
            if self._declares(bound.trait, name, set()):
                found = self._through_supers(bound.trait, bound.args, ty, name, set())
                if found is not None:
                    return found
        return make_projection("", name, (ty,))

    # constants
    def evaluate(self, text: str, module: Module, environment: Environment) -> int | None:
        """The value of a constant expression of literals, consts and arithmetic."""
        match = _INTEGER.match(text)
        if match is not None:
            return int(match[1].replace("_", ""), 0) if not match[1].isdigit() else int(match[1])
        parts: list[str] = []
        for piece in _ARITHMETIC.finditer(text):
            if piece[1]:
                return None
            part = self._operand(piece[0], module, environment)
            if part is None:
                return None
            parts.append(part)
        return _calculated(" ".join(parts))

    def _operand(self, text: str, module: Module, environment: Environment) -> str | None:
        if not text.strip() or text in _OPERATORS:
            return "//" if text == "/" else text
        if text == "as" or text in _WIDTHS:  # `N as usize`: without effect on what lengths are
            return ""
        match = _INTEGER.match(text)
        if match is not None:
            return str(self.evaluate(text, module, environment))
        segments = [segment.strip() for segment in text.split("::")]
        if segments[0] in _WIDTHS and len(segments) == 2:
            return _limits(segments[0], segments[1])
        value = self._constant(segments, module, environment)
        return f"({value})" if value is not None else None

    def _constant(self, segments: list[str], module: Module, environment: Environment) -> int | None:
        owner = environment.owner
        if segments[0] == "Self" and len(segments) == 2 and owner is not None and not owner.is_trait:
            member = owner.members.get(segments[1])
            return self._node_value(member.node, module, environment) if member is not None else None
        found, taken = self._world.resolver.resolve(module, segments, 2)
        if isinstance(found, Item) and found.kind == "const" and taken == len(segments):
            return self._node_value(found.node, found.module, NO_ENVIRONMENT)
        if isinstance(found, Item) and taken == len(segments) - 1:
            return self._world.associated_constant(found, segments[-1])
        return None

    def _node_value(self, node: Node, module: Module, environment: Environment) -> int | None:
        value = node.field("value")
        if value is None or id(node) in self._evaluating:
            return None
        self._evaluating.add(id(node))
        try:
            return self.evaluate(value.text, module, environment)
        finally:
            self._evaluating.discard(id(node))

    def constant_of(self, entry: ImplNode, name: str) -> int | None:
        """The value of an impl's associated constant."""
        owner = self.impl_owner(entry)
        member = owner.members.get(name)
        return self._node_value(member.node, entry.module, owner.environment) if member is not None else None


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


def filled(params: Sequence[Generic], args: tuple[Ty, ...], hole: Callable[[], Ty] | None, fill: str) -> tuple[Ty, ...]:
    """The arguments, completed by defaults (or holes)."""
    if len(args) >= len(params):
        return args[: len(params)]
    full = list(args)
    for param in params[len(args) :]:
        if param.default is not None and (fill == "default" or hole is None):
            mapping = dict(zip((known.name for known in params), full, strict=False))
            full.append(substitute(param.default, mapping))
        else:
            full.append(hole() if hole is not None else UNKNOWN)
    return tuple(full)


def unique(name: str, taken: Collection[str]) -> str:
    """The name, or the name with a number behind `#` where another parameter has it."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}#{number}"
    return found


def _in_order(environment: Environment, generics: Generics) -> list[str]:
    outer = [parameter.name for text, _ in environment.texts[:-1] for parameter in read_parameters(text)]
    own = [param.name for param in generics.params]
    return [*outer, *(name for name in own if name not in outer)]


def _generic_texts(node: Node) -> tuple[str, str]:
    """The texts of an item's parameters and of its where clause."""
    parameters = clauses = ""
    for child in node.named:
        if child.kind == "type_parameters":
            parameters = child.text
        elif child.kind == "where_clause":
            clauses = child.text
    return parameters, clauses


def _parameters(node: Node | None, scope: ItemTypeScope) -> tuple[tuple[Ty, ...], bool]:
    found: list[Ty] = []
    has_self = False
    for child in node.named if node is not None else ():
        if child.kind == "self_parameter":
            has_self = True
            found.append(_receiver(child.text))
        elif child.kind == "parameter":
            ty, pattern = child.field("type"), child.field("pattern")
            if pattern is not None and pattern.text in ("self", "mut self"):
                has_self = True
            found.append(scope.read(ty.text) if ty is not None else UNKNOWN)
    return tuple(found), has_self


def _receiver(text: str) -> Ty:
    if not text.startswith("&"):
        return SELF
    return make(REF_MUT if re.search(r"\bmut\b", text) else REF, (SELF,))


def _active_children(body: Node | None, kind: str, features: frozenset[str] | None) -> list[Node]:
    """The children of a kind, without those whose cfg cannot hold."""
    found: list[Node] = []
    attributes_at = -1
    for child in body.named if body is not None else ():
        if child.kind == "attribute_item":
            attributes_at = child.start if attributes_at < 0 else attributes_at
            continue
        if child.kind == kind:
            own = child.source[attributes_at : child.start] if attributes_at >= 0 else b""
            if b"cfg" not in own or likelihood(own.decode("utf-8", "replace"), features) > 0:
                found.append(child)
        if child.kind != "visibility_modifier":
            attributes_at = -1
    return found


def _fields(name: str, body: Node | None, scope: ItemTypeScope, features: frozenset[str] | None) -> Variant:
    if body is None:
        return Variant(name, "unit")
    if body.kind == "field_declaration_list":
        fields: dict[str, Ty] = {}
        for child in _active_children(body, "field_declaration", features):
            key, ty = child.field("name"), child.field("type")
            if key is not None and ty is not None:
                fields[key.text.removeprefix("r#")] = scope.read(ty.text)
        return Variant(name, "named", fields)
    types = _tuple_types(body, features)
    return Variant(name, "tuple", {str(at): scope.read(child.text) for at, child in enumerate(types)})


def _tuple_types(body: Node, features: frozenset[str] | None) -> list[Node]:
    found: list[Node] = []
    is_active = True
    for child in body.named:
        if child.kind == "attribute_item":
            text = child.text
            is_active = is_active and ("cfg" not in text or likelihood(text, features) > 0)
        elif child.field_name == "type":
            if is_active:
                found.append(child)
            is_active = True
    return found


def _limits(name: str, which: str) -> str | None:
    bits = _WIDTHS[name]
    is_signed = name.startswith("i")
    values = {
        "BITS": bits,
        "MAX": (1 << bits - is_signed) - 1,
        "MIN": -(1 << bits - 1) if is_signed else 0,
    }
    value = values.get(which)
    return f"({value})" if value is not None else None


_CALCULATION: Final = re.compile(r"[\d\s()+\-*/%<>]+\Z")


def _calculated(text: str) -> int | None:
    """The value of integers and operators; None for anything else, and for what would be large."""
    if not _CALCULATION.match(text) or len(text) > 200:
        return None
    try:
        return _Calculator(text).value()
    except (ArithmeticError, ValueError, IndexError):
        return None


class _Calculator:
    """Arithmetic with Rust's precedence: `* / %`, `+ -`, `<< >>`."""

    _LEVELS: Final = (("<<", ">>"), ("+", "-"), ("*", "//", "%"))

    def __init__(self, text: str) -> None:
        self._tokens = re.findall(r"\d+|<<|>>|//|[-+*%()]", text)
        self._at = 0

    def value(self) -> int:
        """The value of the whole text."""
        found = self._level(0)
        if self._at < len(self._tokens):
            raise ValueError
        return found

    def _level(self, level: int) -> int:
        if level == len(self._LEVELS):
            return self._atom()
        left = self._level(level + 1)
        while self._at < len(self._tokens) and self._tokens[self._at] in self._LEVELS[level]:
            operator = self._tokens[self._at]
            self._at += 1
            left = _OPERATIONS[operator](left, self._level(level + 1))
        return left

    def _atom(self) -> int:
        token = self._tokens[self._at]
        self._at += 1
        if token == "(":
            found = self._level(0)
            if self._tokens[self._at] != ")":
                raise ValueError
            self._at += 1
            return found
        return -self._atom() if token == "-" else int(token)


def _shifted(left: int, right: int) -> int:
    if not 0 <= right < 128:
        raise ValueError
    return left << right


_OPERATIONS: Final[dict[str, Callable[[int, int], int]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "<<": _shifted,
    ">>": lambda left, right: left >> right,
}
