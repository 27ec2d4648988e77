"""How many bytes a value takes, as far as the language promises it: `unknown` rather than a guess.

In: a type without variables. Out: `Bytes`, for targets of 32 and of 64 bits. Promised are primitives, arrays,
pointers thin and fat, `repr(C)` and `repr(transparent)` structs, `repr(C)` unions, enums without fields of a
`repr(u8)`, and what std documents (`MaybeUninit`, `NonZero`, `Option` of what is never null ..).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, Protocol

from borrowscope.analyzer.static.definitions import Alias, TypeDef
from borrowscope.analyzer.static.types import (
    ARRAY,
    FUNCTION,
    POINTER,
    POINTER_MUT,
    REF,
    REF_MUT,
    SLICE,
    TUPLE,
    Kind,
    Ty,
    substitute,
)
from borrowscope.analyzer.unsafety.operations import Bytes

POINTERS: Final = frozenset({REF, REF_MUT, POINTER, POINTER_MUT})
_DEPTH: Final = 32
_REPR: Final = re.compile(r"\brepr\s*\(([^)]*(?:\([^)]*\)[^)]*)*)\)")
_FIXED: Final = {"bool": 1, "char": 4, "!": 0} | {
    f"{family}{bits}": bits // 8
    for family, widths in (("i", (8, 16, 32, 64, 128)), ("u", (8, 16, 32, 64, 128)), ("f", (16, 32, 64, 128)))
    for bits in widths
}
_WORDS: Final = frozenset({"usize", "isize"})
_LARGEST_SURE_ALIGNMENT: Final = 4  # of what is larger, it depends on the target and on the compiler's version
_UNSIZED: Final = frozenset(
    {"str", SLICE, "std::path::Path", "std::ffi::OsStr", "std::ffi::CStr", "std::bstr::ByteStr"}
)
_SAME: Final = frozenset(
    f"std::{name}"
    for name in (
        *("mem::MaybeUninit", "mem::ManuallyDrop", "cell::UnsafeCell", "cell::Cell", "num::NonZero"),
        *("num::Wrapping", "num::Saturating", "pin::Pin"),
    )
)
_NEVER_NULL: Final = frozenset({REF, REF_MUT, FUNCTION, "std::boxed::Box", "std::ptr::NonNull"})
_ATOMIC: Final = re.compile(r"std::sync::atomic::Atomic([A-Z]\w*)")


UNKNOWN_SIZE: Final = Bytes(None, None)


class Types(Protocol):
    """What defines the types."""

    def find_type(self, path: str) -> TypeDef | Alias | None:
        """By canonical path."""

    def attributes_of(self, path: str) -> str:
        """The attributes of a type's definition."""


class _Shape(NamedTuple):
    size: int
    alignment: int | None


def size_of(types: Types, ty: Ty) -> Bytes:
    """The size of a type's values."""
    narrow, wide = (_Measure(types, word).shape(ty, 0) for word in (4, 8))
    return Bytes(narrow.size if narrow else None, wide.size if wide else None)


def pointee_of(ty: Ty) -> Ty | None:
    """What a reference or raw pointer leads to: of a slice its elements."""
    if ty.kind is not Kind.APP or ty.head not in POINTERS:
        return None
    inner = ty.args[0]
    return inner.args[0] if inner.head == SLICE and inner.kind is Kind.APP else inner


class _Measure:
    """The sizes on targets of one width."""

    def __init__(self, types: Types, word: int) -> None:
        self._types = types
        self._word = word

    def shape(self, ty: Ty, depth: int) -> _Shape | None:
        if depth > _DEPTH or ty.kind is not Kind.APP:
            return None
        head = ty.head
        if head in _FIXED:
            return self._number(_FIXED[head])
        if head in _WORDS or head == FUNCTION:
            return self._number(self._word)
        handler = _SHAPES.get(head)
        if handler is not None:
            return handler(self, ty, depth)
        if head in POINTERS or head in {"std::ptr::NonNull", "std::boxed::Box"}:
            return self._pointer(ty, depth)
        return self._named(ty, depth)

    def _number(self, size: int) -> _Shape:
        is_sure = size <= _LARGEST_SURE_ALIGNMENT or size == self._word
        return _Shape(size, max(size, 1) if is_sure else None)

    def _pointer(self, ty: Ty, depth: int) -> _Shape | None:
        if not ty.args or (ty.head == "std::boxed::Box" and ty.args[1:] and ty.args[1].head != "std::alloc::Global"):
            return None
        is_thin = self._is_sized(ty.args[0], depth + 1)
        if is_thin is None:
            return None
        return _Shape(self._word if is_thin else 2 * self._word, self._word)

    def _is_sized(self, ty: Ty, depth: int) -> bool | None:
        """Whether values of the type all have one size."""
        if ty.kind is Kind.DYN or (ty.kind is Kind.APP and ty.head in _UNSIZED):
            return False
        if ty.kind is not Kind.APP or depth > _DEPTH:
            return None
        definition = self._types.find_type(ty.head)
        if not isinstance(definition, TypeDef):  # a primitive, a tuple, a pointer
            return True if ty.head in POINTERS or not ty.args else self._is_sized(ty.args[-1], depth + 1)
        fields = self._fields(definition, ty)
        if fields and not ty.head.startswith("std::"):  # of std's types only public fields are known
            return self._is_sized(fields[-1], depth + 1)
        return True if all(self._is_sized(one, depth + 1) for one in ty.args) else None

    def array(self, ty: Ty, depth: int) -> _Shape | None:
        element, length = ty.args
        shape = self.shape(element, depth + 1)
        if shape is None or not length.head.isdigit():
            return None
        return _Shape(shape.size * int(length.head), shape.alignment)

    def tuple(self, ty: Ty, _depth: int) -> _Shape | None:
        return None if ty.args else _Shape(0, 1)

    def option(self, ty: Ty, depth: int) -> _Shape | None:
        inner = ty.args[0]
        is_never_null = inner.kind is Kind.APP and (inner.head in _NEVER_NULL or inner.head == "std::num::NonZero")
        return self.shape(inner, depth + 1) if is_never_null else None

    def _named(self, ty: Ty, depth: int) -> _Shape | None:
        atomic = _ATOMIC.fullmatch(ty.head)
        if atomic is not None:
            size = self._word if atomic[1] == "Ptr" else _FIXED.get(atomic[1].lower())
            size = self._word if atomic[1] in {"Usize", "Isize"} else size
            return _Shape(size, size) if size is not None else None
        definition = self._types.find_type(ty.head)
        if not isinstance(definition, TypeDef):
            return None
        attributes = self._types.attributes_of(ty.head)
        if "cfg_attr" in attributes:  # who knows which of them hold
            return None
        words = {word.strip() for found in _REPR.findall(attributes) for word in found.split(",")}
        return self._represented(definition, ty, words, depth)

    def _represented(self, definition: TypeDef, ty: Ty, words: set[str], depth: int) -> _Shape | None:
        if definition.kind == "enum":
            is_plain = all(not variant.fields for variant in definition.variants.values())
            number = next(iter(words), "") if len(words) == 1 else ""
            size = self._word if number in _WORDS else _FIXED.get(number)
            return self._number(size) if is_plain and size is not None else None
        if definition.own is None or words not in ({"C"}, {"transparent"}):
            return None
        shapes = [self.shape(one, depth + 1) for one in self._fields(definition, ty)]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes):
            return None
        if words == {"transparent"}:
            return next((shape for shape in known if shape.size), _Shape(0, 1))
        return _union(known) if definition.kind == "union" else _struct(known)

    def _fields(self, definition: TypeDef, ty: Ty) -> list[Ty]:
        names = (parameter.name for parameter in definition.generics.params)
        mapping = dict(zip(names, ty.args, strict=False))
        own = definition.own
        return [substitute(one, mapping) for one in own.fields.values()] if own is not None else []

    def same(self, ty: Ty, depth: int) -> _Shape | None:
        return self.shape(ty.args[0], depth + 1) if ty.args else None

    def nothing(self, _ty: Ty, _depth: int) -> _Shape:
        return _Shape(0, 1)


def _struct(fields: Iterable[_Shape]) -> _Shape | None:
    size, largest = 0, 1
    for shape in fields:
        if shape.alignment is None:
            return None
        size = _rounded(size, shape.alignment) + shape.size
        largest = max(largest, shape.alignment)
    return _Shape(_rounded(size, largest), largest)


def _union(fields: Iterable[_Shape]) -> _Shape | None:
    size, largest = 0, 1
    for shape in fields:
        if shape.alignment is None:
            return None
        size, largest = max(size, shape.size), max(largest, shape.alignment)
    return _Shape(_rounded(size, largest), largest)


def _rounded(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment


_SHAPES: Final[Mapping[str, Callable[[_Measure, Ty, int], _Shape | None]]] = {
    ARRAY: _Measure.array,
    TUPLE: _Measure.tuple,
    "std::option::Option": _Measure.option,
    "std::marker::PhantomData": _Measure.nothing,
    "std::marker::PhantomPinned": _Measure.nothing,
    **dict.fromkeys(_SAME, _Measure.same),
}
