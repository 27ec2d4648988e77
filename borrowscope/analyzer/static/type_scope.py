"""What names in a type mean at one place of a crate: the reader's `TypeScope` over modules, impls, traits and generics.

In: a module, the impl or trait around, the generics in force. Out: types, for `type_reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

from borrowscope.analyzer.static.definitions import Impl, Trait
from borrowscope.analyzer.static.generic_text import read_clauses, read_parameters, trait_texts
from borrowscope.analyzer.static.item_tree import TYPE, ImplNode, Item, Member, Module
from borrowscope.analyzer.static.resolution import Found, Primitive, Resolver, StdItem, VariantItem
from borrowscope.analyzer.static.type_reader import Segment, read_type
from borrowscope.analyzer.static.types import (
    SELF,
    UNKNOWN,
    Kind,
    TraitRef,
    Ty,
    make,
    make_bounded,
    make_const,
    make_param,
)


class TypeKnowledge(Protocol):
    """What reading types asks of the definitions."""

    @property
    def resolver(self) -> Resolver:
        """What names mean."""

    def applied(self, found: Found, args: tuple[Ty, ...], hole: Callable[[], Ty] | None, fill: str) -> Ty:
        """A type or alias applied to arguments."""

    def own_associated(self, owner: Owner, name: str, own: tuple[Ty, ...] = ()) -> Ty | None:
        """`Self::name` inside an impl or trait."""

    def projected(  # noqa: PLR0917
        self, module: Module, environment: Environment, ty: Ty, param: str, name: str, own: tuple[Ty, ...] = ()
    ) -> Ty:
        """`T::name` for a parameter."""

    def projected_further(self, ty: Ty, name: str, own: tuple[Ty, ...] = ()) -> Ty:
        """`<ty>::name`."""

    def expanded_type(self, module: Module, path: tuple[str, ...], tokens: str) -> str | None:
        """The text of a type that a call of a macro becomes."""

    def constant(self, text: str, module: Module, environment: Environment) -> int | None:
        """The value of a constant expression."""


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

    __slots__ = ("_bounds", "_types", "names", "owner", "texts")

    def __init__(self, owner: Owner | None, *texts: tuple[str, str]) -> None:
        self.owner = owner
        self.texts = (*(((owner.parameters, owner.clauses),) if owner is not None else ()), *texts)
        self.names = frozenset(parameter.name for text, _ in self.texts for parameter in read_parameters(text))
        self._bounds: dict[str, list[str]] | None = None
        self._types: dict[Module, dict[str, Ty]] = {}

    def types_in(self, module: Module) -> dict[str, Ty]:
        """The types that were read already in the module, by text."""
        if self is NO_ENVIRONMENT:
            return module.types  # this one outlives all modules
        return self._types.setdefault(module, {})

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
        lowering: TypeKnowledge,
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

    @property
    def features(self) -> frozenset[str] | None:
        """The features of the crate around."""
        return self._module.crate.features

    def read(self, text: str) -> Ty:
        """The type that a text spells; remembered, unless it has an `impl` that may differ by place."""
        if "impl" in text or self._hole is not None:
            return read_type(text, self)
        remembered = self._environment.types_in(self._module)
        known = remembered.get(text)
        if known is None:
            known = remembered[text] = read_type(text, self)
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
        found = self._lowering.own_associated(owner, *segments[1])
        if found is None:
            return self._of_parameter(ty, segments) if owner.is_trait else self._associated(ty, segments[1:])
        return self._associated(found, segments[2:])

    def _of_parameter(self, ty: Ty, segments: list[Segment]) -> Ty:
        if len(segments) == 1:
            return ty
        found = self._lowering.projected(self._module, self._environment, ty, segments[0][0], *segments[1])
        return self._associated(found, segments[2:])

    def _associated(self, ty: Ty, segments: Sequence[Segment]) -> Ty:
        for name, own in segments:
            if ty is UNKNOWN:
                return UNKNOWN
            ty = self._lowering.projected_further(ty, name, own)
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

    def macro(self, path: tuple[str, ...], tokens: str) -> Ty:
        """The type that a call of a macro becomes."""
        text = self._lowering.expanded_type(self._module, path, tokens)
        return self.read(text) if text is not None else UNKNOWN

    def length(self, text: str) -> Ty:
        """A constant as an array's length or a const argument."""
        inner = text.strip().removeprefix("{").removesuffix("}").strip()
        if inner in self._names:
            return make_param(inner)
        if inner == "_":
            return self.hole()
        if inner in ("true", "false"):
            return make_const(inner)
        value = self._lowering.constant(inner, self._module, self._environment)
        return make_const(str(value)) if value is not None else UNKNOWN
