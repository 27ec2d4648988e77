"""Types of the static source: interned constructors, type parameters, inference variables.

A type has no lifetimes. Its `head` says what it is: a canonical path (`std::vec::Vec`), a primitive's name, or one of
the marks below; its `args` are types, and constants where a constant stands (`[T; N]`, const generics).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Final

from borrowscope.text.constants import Constant

TUPLE: Final = "()"  # args: the elements; the unit type has none
REF: Final = "&"
REF_MUT: Final = "&mut"
POINTER: Final = "*const"
POINTER_MUT: Final = "*mut"
SLICE: Final = "[]"
ARRAY: Final = "[;]"  # args: element, length
FUNCTION: Final = "fn"  # args: parameters, then the result; `qualifiers` as printed before `fn`
DYN: Final = "dyn"
OPAQUE: Final = "impl"
PROJECTION: Final = "<>"
CONST: Final = "{const}"
CLOSURE: Final = "{closure}"
FN_ITEM: Final = "{fn}"
CORO: Final = "{async}"

INTEGERS: Final = frozenset(["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"])
FLOATS: Final = frozenset(["f16", "f32", "f64", "f128"])
PRIMITIVES: Final = INTEGERS | FLOATS | {"bool", "char", "str", "!"}


class Kind(Constant):
    """What a type object is."""

    __slots__ = ()

    APP: ClassVar[Kind]  # a constructor with arguments: path, primitive, tuple, reference, pointer, slice, array, fn
    VAR: ClassVar[Kind]  # to be inferred
    PARAM: ClassVar[Kind]  # a type or const parameter, `Self` of a trait
    PROJECTION: ClassVar[Kind]  # `<args[0] as trait<args[1:]>>::name`
    DYN: ClassVar[Kind]
    OPAQUE: ClassVar[Kind]  # `impl Trait` of a result
    CLOSURE: ClassVar[Kind]
    FN_ITEM: ClassVar[Kind]
    CONST: ClassVar[Kind]
    UNKNOWN: ClassVar[Kind]
    CORO: ClassVar[Kind]  # an async block


class Ty:
    """A type. Closed ones (without variables) are interned: the same type is the same object."""

    __slots__ = ("args", "head", "is_closed", "is_ground", "kind")

    is_closed: bool  # no inference variable inside
    is_ground: bool  # no type parameter, projection or variable inside: substitution changes nothing

    def __init__(self, kind: Kind, head: str, args: tuple[Ty, ...]) -> None:
        self.kind = kind
        self.head = head
        self.args = args
        closed = ground = True
        for argument in args:
            if not argument.is_closed:
                closed = False
            if not argument.is_ground:
                ground = False
        self.is_closed = closed
        self.is_ground = ground

    def __repr__(self) -> str:
        inner = ", ".join(map(repr, self.args))
        return f"{self.head}<{inner}>" if self.args else self.head


class Var(Ty):
    """An inference variable; `link` is what it was found to be. `family` is "", "int" or "float"."""

    __slots__ = ("family", "is_tainted", "link", "number")

    def __init__(self, number: int, family: str = "") -> None:
        self.kind = Kind.VAR
        self.head = "?"
        self.args = ()
        self.is_closed = self.is_ground = False
        self.number = number
        self.family = family
        self.link: Ty | None = None
        self.is_tainted = False  # it met something that is not known: no default may stand for it

    def __repr__(self) -> str:
        return repr(self.link) if self.link is not None else f"?{self.family}{self.number}"


class Param(Ty):
    """A parameter by name. `impl Trait` in argument position is a parameter with that text as its name."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(Kind.PARAM, name, ())
        self.is_ground = False


class Projection(Ty):
    """An associated type of `args[0]`; `trait` is a canonical path, "" where it is found from the bounds."""

    __slots__ = ("name", "trait")

    def __init__(self, trait: str, name: str, args: tuple[Ty, ...]) -> None:
        super().__init__(Kind.PROJECTION, PROJECTION, args)
        self.is_ground = False
        self.trait = trait
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.args[0]!r} as {self.trait}<{self.args[1:]}>>::{self.name}"


class TraitRef(tuple):  # type: ignore[type-arg]  # noqa: SLOT001
    """`(trait path, its type arguments without Self, ((associated name, type), ...))`."""

    @property
    def trait(self) -> str:
        """The canonical path."""
        return self[0]  # type: ignore[no-any-return]

    @property
    def args(self) -> tuple[Ty, ...]:
        """The arguments after Self."""
        return self[1]  # type: ignore[no-any-return]

    @property
    def assoc(self) -> tuple[tuple[str, Ty], ...]:
        """The bindings `Item = T`."""
        return self[2]  # type: ignore[no-any-return]


class Bounded(Ty):
    """`dyn A + B` or the opaque `impl A + B` that a function returns.

    All types of the bounds stand flat in `args` (trait arguments and bindings in order, for an opaque type the generic
    arguments of its function first), so that substitution treats them like any other.
    """

    __slots__ = ("origin", "shape")

    def __init__(
        self, kind: Kind, shape: tuple[tuple[str, int, tuple[str, ...]], ...], args: tuple[Ty, ...], origin: str = ""
    ) -> None:
        super().__init__(kind, DYN if kind is Kind.DYN else OPAQUE, args)
        self.shape = shape  # per bound: trait path, number of its arguments, names of its bindings
        self.origin = origin  # opaque: the function's path and which `impl` of it, so that two are not one

    @property
    def bounds(self) -> list[TraitRef]:
        """The bounds, put together again."""
        found = []
        at = len(self.args) - sum(count + len(names) for _, count, names in self.shape)
        for trait, count, names in self.shape:
            own, at = self.args[at : at + count], at + count
            bindings = tuple(zip(names, self.args[at : at + len(names)], strict=True))
            at += len(names)
            found.append(TraitRef((trait, own, bindings)))
        return found


class FunctionPointer(Ty):
    """`qualifiers fn(args[:-1]) -> args[-1]`; `qualifiers` is "", "unsafe ", `extern "C" `, ..."""

    __slots__ = ("qualifiers",)

    def __init__(self, qualifiers: str, args: tuple[Ty, ...]) -> None:
        super().__init__(Kind.APP, FUNCTION, args)
        self.qualifiers = qualifiers


_interned: dict[tuple[object, ...], Ty] = {}


def make(head: str, args: tuple[Ty, ...] = ()) -> Ty:
    """A constructor applied to arguments."""
    key = (head, args)
    found = _interned.get(key)
    if found is None:
        found = Ty(Kind.APP, head, args)
        if found.is_closed:
            _interned[key] = found
    return found


def make_param(name: str) -> Ty:
    """The parameter of that name."""
    key = (Kind.PARAM, name)
    if key not in _interned:
        _interned[key] = Param(name)
    return _interned[key]


def make_const(text: str) -> Ty:
    """A constant as written or printed: `16`, `true`, `N * 2`."""
    key = (Kind.CONST, text)
    if key not in _interned:
        _interned[key] = Ty(Kind.CONST, text, ())
    return _interned[key]


def make_projection(trait: str, name: str, args: tuple[Ty, ...]) -> Ty:
    """`<args[0] as trait<args[1:]>>::name`."""
    return _intern((Kind.PROJECTION, trait, name, args), lambda: Projection(trait, name, args))


def make_bounded(kind: Kind, bounds: Iterable[TraitRef], generic_args: tuple[Ty, ...] = (), origin: str = "") -> Ty:
    """`dyn ..` or an opaque `impl ..`."""
    bounds = tuple(bounds)
    shape = tuple((bound[0], len(bound[1]), tuple(name for name, _ in bound[2])) for bound in bounds)
    flat = list(generic_args)
    for bound in bounds:
        flat += bound[1]
        flat += [ty for _, ty in bound[2]]
    args = tuple(flat)
    return _intern((kind, shape, args, origin), lambda: Bounded(kind, shape, args, origin))


def make_function(qualifiers: str, args: tuple[Ty, ...]) -> Ty:
    """A fn pointer; `args` are the parameters, then the result."""
    return _intern((FUNCTION, qualifiers, args), lambda: FunctionPointer(qualifiers, args))


def _intern(key: tuple[object, ...], build: Callable[[], Ty]) -> Ty:
    found = _interned.get(key)
    if found is None:
        found = build()
        if found.is_closed:
            _interned[key] = found
    return found


def rebuild(ty: Ty, args: tuple[Ty, ...]) -> Ty:
    """The same constructor with other arguments."""
    if type(ty) is Ty and ty.kind is Kind.APP:
        return make(ty.head, args)
    if isinstance(ty, Projection):
        return make_projection(ty.trait, ty.name, args)
    if isinstance(ty, Bounded):
        shape, kind, origin = ty.shape, ty.kind, ty.origin
        return _intern((kind, shape, args, origin), lambda: Bounded(kind, shape, args, origin))
    if isinstance(ty, FunctionPointer):
        return make_function(ty.qualifiers, args)
    return ty.with_args(args)  # type: ignore[attr-defined,no-any-return]


UNKNOWN: Final = Ty(Kind.UNKNOWN, "unknown", ())
UNIT: Final = make(TUPLE)
NEVER: Final = make("!")
BOOL: Final = make("bool")
CHAR: Final = make("char")
STR: Final = make("str")
USIZE: Final = make("usize")
U8: Final = make("u8")
I32: Final = make("i32")
F64: Final = make("f64")
SELF: Final = make_param("Self")
REF_STR: Final = make(REF, (STR,))


def substitute(ty: Ty, mapping: Mapping[str, Ty]) -> Ty:
    """The type with its parameters replaced; those that the mapping lacks stay."""
    if ty.is_ground:
        return ty
    if ty.kind is Kind.PARAM:
        return mapping.get(ty.head, ty)
    if ty.kind is Kind.VAR or not ty.args:
        return ty
    args = tuple([argument if argument.is_ground else substitute(argument, mapping) for argument in ty.args])
    return ty if args == ty.args else rebuild(ty, args)  # types are equal if they are the same object
