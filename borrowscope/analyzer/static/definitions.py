"""What programs define, as the static source sees it: types, traits, impls, functions, values.

Filled from std's catalog (`catalog.py`) and from the sources of crates (`symbols.py`); asked by the inference. Types in
signatures mention parameters as `Param`; nothing has lifetimes. Paths are canonical: `std::vec::Vec` (the public std
path, as rustc prints it, never `core::` or `alloc::` where std has the item), `krate::module::Type` (where the item is
defined).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from borrowscope.analyzer.static.types import Ty


class Generic(NamedTuple):
    """One type or const parameter of an item."""

    name: str
    default: Ty | None = None
    is_const: bool = False
    ty: Ty | None = None  # of a const parameter


class Bound(NamedTuple):
    """`subject: trait<args, name = type>`. `F: FnMut(A, B) -> C` has args `((A, B),)` and assoc `(("Output", C),)`."""

    subject: Ty
    trait: str
    args: tuple[Ty, ...] = ()
    assoc: tuple[tuple[str, Ty], ...] = ()


class Generics(NamedTuple):
    """The parameters that an item declares itself, with its bounds (inline, where, `impl Trait` arguments)."""

    params: tuple[Generic, ...] = ()
    bounds: tuple[Bound, ...] = ()


NO_GENERICS = Generics()


@dataclass(slots=True, eq=False)
class Function:
    """A function or method. `params` holds self first where `has_self` (its type in terms of `Self`)."""

    path: str  # `std::vec::Vec::push`, `std::clone::Clone::clone`, `krate::f`
    name: str
    generics: Generics
    params: tuple[Ty, ...]
    result: Ty
    has_self: bool = False
    is_async: bool = False
    is_unsafe: bool = False
    is_const: bool = False
    is_foreign: bool = False
    owner: Impl | Trait | None = None
    features: frozenset[str] = frozenset()  # of its `#[target_feature]`, with what they imply


@dataclass(slots=True, eq=False)
class Variant:
    """A struct's or variant's constructor. Tuple fields are named "0", "1", ..."""

    name: str
    shape: str  # "unit", "tuple", "named"
    fields: dict[str, Ty] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class TypeDef:
    """A struct, enum or union."""

    path: str
    kind: str  # "struct", "enum", "union"
    generics: Generics = NO_GENERICS
    own: Variant | None = None  # struct and union: the fields
    variants: dict[str, Variant] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Alias:
    """`type Name<generics> = target`."""

    path: str
    generics: Generics
    target: Ty


@dataclass(slots=True, eq=False)
class AssocType:
    """An associated type that a trait declares: its bounds (subject: the projection on Self) and default."""

    name: str
    bounds: tuple[Bound, ...] = ()
    default: Ty | None = None
    generics: tuple[str, ...] = ()  # the names of its own type and const parameters


@dataclass(slots=True, eq=False)
class Trait:
    """A trait. `supers` have the subject `Self`."""

    path: str
    generics: Generics = NO_GENERICS
    supers: tuple[Bound, ...] = ()
    assoc: dict[str, AssocType] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    consts: dict[str, Ty] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Impl:
    """`impl<generics> trait<trait_args> for self_type`; inherent where `trait` is ""."""

    self_type: Ty
    generics: Generics = NO_GENERICS
    trait: str = ""
    trait_args: tuple[Ty, ...] = ()
    assoc: dict[str, Ty] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    consts: dict[str, Ty] = field(default_factory=dict)
    assoc_generics: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the own parameters of generic types


@dataclass(slots=True, eq=False)
class Value:
    """A const or static, free or of an extern block."""

    path: str
    ty: Ty
    kind: str  # "const", "static", "static mut"
    is_foreign: bool = False
    is_safe: bool = False  # `safe static` of an extern block


class Definitions(Protocol):
    """What the inference asks. Std's catalog and each crate answer for themselves; `World` joins them."""

    def find_type(self, path: str) -> TypeDef | Alias | None:
        """By canonical path."""

    def find_trait(self, path: str) -> Trait | None:
        """By canonical path."""

    def find_function(self, path: str) -> Function | None:
        """A free function by canonical path."""

    def find_value(self, path: str) -> Value | None:
        """A free const or static by canonical path."""

    def inherent_functions(self, head: str, name: str) -> Sequence[tuple[Impl, Function]]:
        """Functions and methods of that name in inherent impls whose self type has the head (`[]`, `&`, `u8`, path)."""

    def inherent_consts(self, head: str, name: str) -> Sequence[tuple[Impl, Ty]]:
        """Associated consts of that name in inherent impls."""

    def impls(self, trait: str, head: str) -> Sequence[Impl]:
        """Impls of the trait for self types with that head; head "" gives those for a bare parameter (blanket)."""

    def traits_with(self, name: str) -> Sequence[Trait]:
        """Traits that declare a function of that name."""
