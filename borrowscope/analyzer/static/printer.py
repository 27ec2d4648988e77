"""Types as rustc prints them, without lifetimes: `std::vec::Vec<u8>`, `{closure@src/lib.rs:3:9: 3:12}`.

In: a type without variables, the crate for which it is printed. Out: its text, or None where something is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, Protocol

from borrowscope.analyzer.static.callables import AsyncBlock, Closure, FunctionItem
from borrowscope.analyzer.static.definitions import Definitions, Function, Impl, Trait, TypeDef
from borrowscope.analyzer.static.types import (
    ARRAY,
    INTEGERS,
    POINTER,
    POINTER_MUT,
    PRIMITIVES,
    REF,
    REF_MUT,
    SLICE,
    Bounded,
    FunctionPointer,
    Kind,
    Projection,
    Ty,
    substitute,
)

_REPEATED: Final = re.compile(r"(?:#\d+| )\Z")  # tells two `impl A` parameters of one function apart
# The modules of std in which the impls of primitive types stand: rustc prints them of functions by name.
_PRIMITIVE_MODULES: Final = {
    **dict.fromkeys(INTEGERS, "std::num"),
    "bool": "std::bool",
    "char": "std::char::methods",
    "f32": "std::f32",
    "f64": "std::f64",
    "str": "std::str",
    "[]": "std::slice",
    "[;]": "std::array",
    "*const": "std::ptr::const_ptr",
    "*mut": "std::ptr::mut_ptr",
}
_IMPL_PATH: Final = re.compile(r"((.*)::\{impl#\d+\})(.*)")
_BLANK: Final = re.compile(r"(?<!\w)_#\d+")  # consts that are called `_`
_FN_TRAITS: Final = frozenset(
    f"std::ops::{name}" for name in ("Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce")
)

_AROUND: Final = frozenset({REF, REF_MUT, POINTER, POINTER_MUT, SLICE, ARRAY})


class _UnknownPart(Exception):  # noqa: N818
    """A part of the type is not known."""


class World(Definitions, Protocol):
    """What the printer asks beside definitions."""

    def find_impl(self, path: str) -> Impl | None:
        """The impl of a path such as `krate::module::{impl#3}`, which items in its functions are below."""

    def seen_from(self, crate: str, path: str) -> str:
        """How a crate calls an item of another one."""

    def is_moved(self, path: str) -> bool:
        """Whether a macro may have moved a type from where it is written."""


class Printer:
    """Prints for one crate: its own paths stand without its name, other crates' as they are visible."""

    def __init__(self, world: World, crate: str) -> None:
        self._world = world
        self._crate = crate
        self._prefix = f"{crate}::"
        self._known: dict[Ty, str | None] = {}

    def text(self, ty: Ty) -> str | None:
        """The type's text; None if a part of it is not known."""
        if ty in self._known:
            return self._known[ty]
        try:
            found: str | None = self._print(ty)
        except _UnknownPart:
            found = None
        self._known[ty] = found
        return found

    def path(self, path: str) -> str:
        """An item's path as printed in this crate."""
        if "{impl#" in path:
            try:
                return self._within_impl(path)
            except _UnknownPart:
                return path
        if path.startswith(self._prefix):
            return _BLANK.sub("_", path[len(self._prefix) :]) if "_#" in path else path[len(self._prefix) :]
        return self._world.seen_from(self._crate, path)

    def _within_impl(self, path: str, *, is_value: bool = False) -> str:
        """An item inside a function of an impl: the impl in the place of its number, as rustc's `print_impl_path`."""
        found = _IMPL_PATH.fullmatch(path)
        impl = self._world.find_impl(found.group(1)) if found is not None else None
        if found is None or impl is None:
            raise _UnknownPart
        module, rest = found.group(2), found.group(3)
        trait = self._print_trait(impl.trait, impl.trait_args, impl.self_type) if impl.trait else ""
        own = self._print(impl.self_type)
        if module not in (_parent(_named_item(impl.self_type)), _parent(impl.trait)):
            prefix = "" if f"{module}::" == self._prefix else f"{self.path(module)}::"
            return f"{prefix}<impl {trait}{' for ' if trait else ''}{own}>{rest}"
        if trait:
            return f"<{own} as {trait}>{rest}"
        is_plain = impl.self_type.kind is Kind.APP and impl.self_type.head not in self._SHAPES
        return f"{own.replace('<', '::<', 1) if is_value else own}{rest}" if is_plain else f"<{own}>{rest}"

    def _print_trait(self, trait: str, args: tuple[Ty, ...], subject: Ty) -> str:
        """A trait of a type with its arguments, without those at the end that equal their default."""
        definition = self._world.find_trait(trait) if args else None
        shown = self._shown(definition, args, subject) if definition is not None else list(args)
        return self.path(trait) + (f"<{self._list(shown)}>" if shown else "")

    def _print(self, ty: Ty) -> str:
        if ty.kind is Kind.APP:
            handler = self._SHAPES.get(ty.head)
            return handler(self, ty) if handler is not None else self._named(ty)
        special = self._KINDS.get(ty.kind)
        if special is None:
            raise _UnknownPart
        return special(self, ty)

    def _list(self, types: Sequence[Ty]) -> str:
        return ", ".join(map(self._print, types))

    def _named(self, ty: Ty) -> str:
        if "{impl#" in ty.head:
            return self._within_impl(ty.head) + (f"<{self._list(ty.args)}>" if ty.args else "")
        if not ty.head.startswith("std::") and self._world.is_moved(ty.head):
            raise _UnknownPart
        if not ty.args:
            return self.path(ty.head)
        definition = self._world.find_type(ty.head)
        args = self._shown(definition, ty.args) if isinstance(definition, TypeDef) else list(ty.args)
        return f"{self.path(ty.head)}<{self._list(args)}>" if args else self.path(ty.head)

    @staticmethod
    def _shown(definition: TypeDef | Trait, args: tuple[Ty, ...], subject: Ty | None = None) -> list[Ty]:
        """The arguments without those at the end that equal their default."""
        params = definition.generics.params
        mapping = {parameter.name: argument for parameter, argument in zip(params, args, strict=False)}
        if subject is not None:
            mapping["Self"] = subject
        shown = list(args)
        while shown and len(shown) <= len(params):
            default = params[len(shown) - 1].default
            if default is None or substitute(default, mapping) is not shown[-1]:
                break
            shown.pop()
        return shown

    def _function(self, ty: Ty) -> str:
        qualifiers = ty.qualifiers if isinstance(ty, FunctionPointer) else ""
        return f"{qualifiers}{self._signature(ty.args[:-1], ty.args[-1])}"

    def _signature(self, parameters: Sequence[Ty], result: Ty) -> str:
        text = f"fn({self._list(parameters)})"
        return text if result.head == "()" and not result.args else f"{text} -> {self._print(result)}"

    def _bounded(self, ty: Ty) -> str:
        assert isinstance(ty, Bounded)
        word = "dyn" if ty.kind is Kind.DYN else "impl"
        is_dyn = ty.kind is Kind.DYN
        return f"{word} {' + '.join(self._bound(*bound, is_dyn=is_dyn) for bound in ty.bounds)}"

    def _bound(self, trait: str, args: tuple[Ty, ...], assoc: tuple[tuple[str, Ty], ...], *, is_dyn: bool) -> str:
        """A bound; rustc prints a `Fn` trait of an `impl` without its path, that of a `dyn` with it."""
        if trait in _FN_TRAITS and args and args[0].head == "()":
            text = f"{trait if is_dyn else trait.rpartition('::')[2]}({self._list(args[0].args)})"
            result = dict(assoc).get("Output")
            return (
                text
                if result is None or (result.head == "()" and not result.args)
                else f"{text} -> {self._print(result)}"
            )
        parts = [self._print(argument) for argument in args] + [f"{name} = {self._print(ty)}" for name, ty in assoc]
        return self.path(trait) + (f"<{', '.join(parts)}>" if parts else "")

    def _projection(self, ty: Ty) -> str:
        assert isinstance(ty, Projection)
        if not ty.trait:
            raise _UnknownPart
        trait = self._world.find_trait(ty.trait) if len(ty.args) > 1 else None
        count = 1 + len(trait.generics.params) if trait is not None else len(ty.args)
        own = f"<{self._list(ty.args[count:])}>" if len(ty.args) > count else ""
        reference = self._print_trait(ty.trait, ty.args[1:count], ty.args[0])
        return f"<{self._print(ty.args[0])} as {reference}>::{ty.name}{own}"

    def _item(self, ty: Ty) -> str:
        assert isinstance(ty, FunctionItem)
        unsafe = "unsafe " if ty.is_unsafe else ""
        return f"{unsafe}{self._signature(*_declared(ty))} {{{self.callee(ty)}}}"

    def callee(self, ty: FunctionItem) -> str:
        """The path of a function item with its generic arguments."""
        own = ty.generics
        suffix = f"::<{self._list(own)}>" if own else ""
        if not isinstance(ty.function, Function):
            return self._constructor(ty)
        name = ty.function.name
        if ty.self_type is not None and ty.trait:
            reference = self._print_trait(ty.trait, ty.trait_args, ty.self_type)
            return f"<{self._print(ty.self_type)} as {reference}>::{name}{suffix}"
        if isinstance(ty.function.owner, Impl):
            return f"{self._inherent(ty.function.owner, ty)}::{name}{suffix}"
        if "{impl#" in ty.text:
            return self._within_impl(ty.text, is_value=True) + suffix
        return self.path(ty.text) + suffix

    def _inherent(self, impl: Impl, ty: FunctionItem) -> str:
        """What stands before `::function` of an inherent impl: its type, or where std has the primitive's impl."""
        own = ty.self_type
        if own is None or own.kind is not Kind.APP or own.head not in ty.text:
            raise _UnknownPart
        text = self._print(own)
        if own.head not in PRIMITIVES and own.head not in self._SHAPES:
            return text.replace("<", "::<", 1)
        module = _PRIMITIVE_MODULES.get(own.head)
        if module is None or (impl.self_type.args and impl.self_type.args[0].kind is not Kind.PARAM):
            raise _UnknownPart
        return f"{module}::<impl {text}>"

    def _constructor(self, ty: FunctionItem) -> str:
        """`Pair::<A, B>`, `std::option::Option::<T>::Some`: the type with its arguments, then the variant."""
        own = self._print(ty.result).replace("<", "::<", 1)
        return own if ty.text == ty.result.head else f"{own}::{ty.text.rpartition('::')[2]}"

    _SHAPES: ClassVar[dict[str, Callable[[Printer, Ty], str]]] = {
        "&": lambda self, ty: f"&{self._print(ty.args[0])}",
        "&mut": lambda self, ty: f"&mut {self._print(ty.args[0])}",
        "*const": lambda self, ty: f"*const {self._print(ty.args[0])}",
        "*mut": lambda self, ty: f"*mut {self._print(ty.args[0])}",
        "[]": lambda self, ty: f"[{self._print(ty.args[0])}]",
        "[;]": lambda self, ty: f"[{self._print(ty.args[0])}; {self._print(ty.args[1])}]",
        "()": lambda self, ty: f"({self._list(ty.args)}{',' if len(ty.args) == 1 else ''})",
        "fn": _function,
    }
    _KINDS: ClassVar[dict[Kind, Callable[[Printer, Ty], str]]] = {
        Kind.PARAM: lambda _, ty: _REPEATED.sub("", ty.head),
        Kind.CONST: lambda _, ty: ty.head,
        Kind.DYN: _bounded,
        Kind.OPAQUE: _bounded,
        Kind.PROJECTION: _projection,
        Kind.FN_ITEM: _item,
        Kind.CLOSURE: lambda _, ty: (
            f"{{{'async ' * ty.is_async}closure@{ty.place}}}" if isinstance(ty, Closure) else ""
        ),
        Kind.CORO: lambda _, ty: f"{{async block@{ty.place}}}" if isinstance(ty, AsyncBlock) else "",
    }


def _declared(ty: FunctionItem) -> tuple[Sequence[Ty], Ty]:
    """The parameters and the result as declared, with the arguments in their places: rustc normalizes nothing here."""
    function = ty.function
    if not isinstance(function, Function) or function.is_async:
        return ty.parameters, ty.result
    mapping = dict(zip((parameter.name for parameter in function.generics.params), ty.generics, strict=False))
    if ty.self_type is not None:
        mapping["Self"] = ty.self_type
    if isinstance(function.owner, Impl) and ty.self_type is not None:
        _match(function.owner.self_type, ty.self_type, mapping)
    elif isinstance(function.owner, Trait):
        names = (parameter.name for parameter in function.owner.generics.params)
        mapping.update(zip(names, ty.trait_args, strict=False))
    return [substitute(parameter, mapping) for parameter in function.params], substitute(function.result, mapping)


def _match(pattern: Ty, ty: Ty, mapping: dict[str, Ty]) -> None:
    """What stands for the parameters of an impl's self type."""
    if pattern.kind is Kind.PARAM:
        mapping.setdefault(pattern.head, ty)
    for own, found in zip(pattern.args, ty.args, strict=False):
        _match(own, found, mapping)


def _named_item(ty: Ty) -> str:
    """The item that a type is about, through references, pointers, slices and arrays: rustc's characteristic one."""
    while ty.kind is Kind.APP and ty.head in _AROUND:
        ty = ty.args[0]
    if isinstance(ty, Bounded) and ty.kind is Kind.DYN:
        return ty.shape[0][0]
    return ty.head


def _parent(path: str) -> str:
    return path.rpartition("::")[0]
