"""A very small std for tests of names and signatures: enough paths, generics and traits to tell what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from borrowscope.analyzer.static.definitions import (
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
from borrowscope.analyzer.static.types import SELF, UNIT, Ty, make, make_param, make_projection


class Entry(NamedTuple):
    kind: str
    path: str


_T, _E = make_param("T"), make_param("E")


def _generics(*names: str) -> Generics:
    return Generics(tuple(Generic(name) for name in names))


_GLOBAL = make("std::alloc::Global")
_OPTION = TypeDef(
    "std::option::Option",
    "enum",
    _generics("T"),
    variants={"None": Variant("None", "unit"), "Some": Variant("Some", "tuple", {"0": _T})},
)
_RESULT = TypeDef(
    "std::result::Result",
    "enum",
    _generics("T", "E"),
    variants={"Ok": Variant("Ok", "tuple", {"0": _T}), "Err": Variant("Err", "tuple", {"0": _E})},
)
_VEC = TypeDef("std::vec::Vec", "struct", Generics((Generic("T"), Generic("A", _GLOBAL))))
_TYPES: dict[str, TypeDef | Alias] = {
    found.path: found
    for found in (
        _OPTION,
        _RESULT,
        _VEC,
        TypeDef("std::boxed::Box", "struct", Generics((Generic("T"), Generic("A", _GLOBAL)))),
        TypeDef("std::string::String", "struct"),
        TypeDef("std::collections::HashMap", "struct", Generics((Generic("K"), Generic("V"), Generic("S")))),
        TypeDef("std::marker::PhantomData", "struct", _generics("T"), own=Variant("PhantomData", "unit")),
        TypeDef("std::thread::LocalKey", "struct", _generics("T")),
        TypeDef("std::cell::Cell", "struct", _generics("T")),
        TypeDef("std::fmt::Formatter", "struct"),
        TypeDef("std::fmt::Error", "struct", own=Variant("Error", "unit")),
        TypeDef("std::io::Error", "struct"),
        Alias("std::io::Result", _generics("T"), make("std::result::Result", (_T, make("std::io::Error")))),
        Alias("std::fmt::Result", Generics(), make("std::result::Result", (UNIT, make("std::fmt::Error")))),
    )
}


def _trait(path: str, *functions: str, assoc: tuple[str, ...] = (), params: tuple[Generic, ...] = ()) -> Trait:
    return Trait(
        path,
        Generics(params),
        assoc={name: AssocType(name) for name in assoc},
        functions={name: Function(f"{path}::{name}", name, Generics(), (), UNIT) for name in functions},
    )


_ITERATOR = _trait("std::iter::Iterator", "next", assoc=("Item",))
_TRAITS = {
    found.path: found
    for found in (
        _ITERATOR,
        _trait("std::iter::IntoIterator", "into_iter", assoc=("Item", "IntoIter")),
        _trait("std::clone::Clone", "clone"),
        _trait("std::marker::Copy"),
        _trait("std::fmt::Debug"),
        _trait("std::fmt::Display"),
        _trait("std::fmt::Write", "write_str"),
        _trait("std::error::Error", "source"),
        _trait("std::default::Default", "default"),
        _trait("std::convert::From", "from", params=(Generic("T"),)),
        _trait("std::convert::Into", "into", params=(Generic("T"),)),
        _trait("std::ops::Add", "add", assoc=("Output",), params=(Generic("Rhs", SELF),)),
        _trait("std::ops::Fn", assoc=("Output",), params=(Generic("Args"),)),
        _trait("std::ops::Deref", "deref", assoc=("Target",)),
        _trait("std::cmp::PartialEq", "eq", params=(Generic("Rhs", SELF),)),
        _trait("std::hash::Hash", "hash"),
        _trait("std::io::Read", "read"),
    )
}
_TRAITS["std::iter::DoubleEndedIterator"] = Trait(
    "std::iter::DoubleEndedIterator",
    supers=(Bound(SELF, _ITERATOR.path),),
    functions={"next_back": Function("std::iter::DoubleEndedIterator::next_back", "next_back", Generics(), (), UNIT)},
)
_TRAITS["std::iter::IntoIterator"].assoc["IntoIter"] = AssocType(
    "IntoIter",
    (Bound(make_projection("std::iter::IntoIterator", "IntoIter", (SELF,)), _ITERATOR.path),),
)
_FUNCTIONS = {"std::mem::swap": Function("std::mem::swap", "swap", _generics("T"), (), UNIT)}
_CONSTS = {"std::u8::MAX": Value("std::u8::MAX", make("u8"), "const")}
_PRELUDE = {
    "Option": Entry("enum", "std::option::Option"),
    "Some": Entry("variant", "std::option::Option::Some"),
    "None": Entry("variant", "std::option::Option::None"),
    "Result": Entry("enum", "std::result::Result"),
    "Ok": Entry("variant", "std::result::Result::Ok"),
    "Err": Entry("variant", "std::result::Result::Err"),
    "Vec": Entry("struct", "std::vec::Vec"),
    "Box": Entry("struct", "std::boxed::Box"),
    "String": Entry("struct", "std::string::String"),
} | {
    path.rpartition("::")[2]: Entry("trait", path)
    for path in _TRAITS
    if path.split("::")[1] in ("clone", "marker", "iter", "default", "convert", "cmp") or path == "std::ops::Fn"
}


class SmallStd:
    """The catalog's interface over the few facts above."""

    def __init__(self) -> None:
        self._children: dict[str, dict[str, tuple[Entry, ...]]] = {}
        for path, found in _TYPES.items():
            self._add(found.kind if isinstance(found, TypeDef) else "type", path)
        for path in _TRAITS:
            self._add("trait", path)
        for path in _FUNCTIONS:
            self._add("fn", path)
        for path in _CONSTS:
            self._add("const", path)

    def _add(self, kind: str, path: str) -> None:
        parent, _, name = path.rpartition("::")
        known = self._children.setdefault(parent, {})
        if Entry(kind, path) not in known.get(name, ()):
            known[name] = (*known.get(name, ()), Entry(kind, path))
        if parent and "::" in parent:
            self._add("mod", parent)

    def children(self, module: str) -> Mapping[str, tuple[Entry, ...]]:
        first, separator, rest = module.partition("::")
        return self._children.get(f"std{separator}{rest}" if first in ("core", "alloc") else module, {})

    def prelude(self, edition: int) -> Mapping[str, Entry]:
        return _PRELUDE

    def macros(self) -> frozenset[str]:
        return frozenset()

    def find_type(self, path: str) -> TypeDef | Alias | None:
        return _TYPES.get(path)

    def find_trait(self, path: str) -> Trait | None:
        return _TRAITS.get(path)

    def find_function(self, path: str) -> Function | None:
        return _FUNCTIONS.get(path)

    def find_value(self, path: str) -> Value | None:
        return _CONSTS.get(path)

    def inherent_functions(self, head: str, name: str) -> Sequence[tuple[Impl, Function]]:
        return ()

    def inherent_consts(self, head: str, name: str) -> Sequence[tuple[Impl, Ty]]:
        return ()

    def impls(self, trait: str, head: str) -> Sequence[Impl]:
        return ()

    def traits_with(self, name: str) -> Sequence[Trait]:
        return [trait for trait in _TRAITS.values() if name in trait.functions]
