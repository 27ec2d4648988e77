"""The catalog of the standard library: facts of each family, names by module, and that the committed file is fresh."""

from __future__ import annotations

import json

import pytest

from borrowscope.analyzer.static.catalog import StdCatalog, load_catalog
from borrowscope.analyzer.static.definitions import Alias, Trait, TypeDef
from borrowscope.analyzer.static.types import SELF, UNKNOWN, Bounded, Projection, Ty, make, make_const, make_param
from borrowscope.tables.std_catalog import ARCH, FACTS, short_names
from scripts.std_catalog.arch import build_arch
from scripts.std_catalog.build import build
from scripts.std_catalog.toolchain import TOOLCHAIN, find_documentation

T = make_param("T")
GLOBAL = make("std::alloc::Global")


@pytest.fixture(scope="module")
def std() -> StdCatalog:
    return load_catalog()


def method(std: StdCatalog, head: str, name: str):
    [(impl, function)] = std.inherent_functions(head, name)
    return impl, function


def trait_of(std: StdCatalog, path: str) -> Trait:
    found = std.find_trait(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("head", "name", "params", "result"),
    [
        ("std::vec::Vec", "push", "(&mut<Self>, T)", "()"),
        ("std::vec::Vec", "with_capacity", "(usize,)", "std::vec::Vec<T, std::alloc::Global>"),
        ("std::string::String", "as_str", "(&<Self>,)", "&<str>"),
        ("std::option::Option", "unwrap_or", "(Self, T)", "T"),
        ("std::option::Option", "take", "(&mut<Self>,)", "std::option::Option<T>"),
        ("std::result::Result", "ok", "(Self,)", "std::option::Option<T>"),
        ("[]", "iter", "(&<Self>,)", "std::slice::Iter<T>"),
        ("[]", "windows", "(&<Self>, usize)", "std::slice::Windows<T>"),
        ("[]", "len", "(&<Self>,)", "usize"),
        ("str", "chars", "(&<Self>,)", "std::str::Chars"),
        ("str", "split", "(&<Self>, P)", "std::str::Split<P>"),
        ("u8", "checked_add", "(Self, u8)", "std::option::Option<u8>"),
        ("i64", "rem_euclid", "(Self, i64)", "i64"),
        ("f64", "sqrt", "(Self,)", "f64"),
        ("char", "to_digit", "(Self, u32)", "std::option::Option<u32>"),
        ("*const", "add", "(Self, usize)", "*const<T>"),
        ("std::cell::RefCell", "borrow_mut", "(&<Self>,)", "std::cell::RefMut<T>"),
        ("std::collections::HashMap", "entry", "(&mut<Self>, K)", "std::collections::hash_map::Entry<K, V, A>"),
        (
            "std::thread::JoinHandle",
            "join",
            "(Self,)",
            "std::result::Result<T, std::boxed::Box<dyn, std::alloc::Global>>",
        ),
        ("std::sync::atomic::AtomicUsize", "load", "(&<Self>, std::sync::atomic::Ordering)", "usize"),
    ],
)
def test_inherent_methods(std, head, name, params, result):
    found = std.inherent_functions(head, name)
    assert found
    _, function = found[0]
    assert repr(function.params) == params
    assert repr(function.result).replace("dyn<>", "dyn") == result


def test_generics_of_an_impl_come_with_their_bounds(std):
    impl, function = method(std, "std::collections::HashMap", "insert")
    assert [generic.name for generic in impl.generics.params] == ["K", "V", "S", "A"]
    bounds = {(repr(bound.subject), bound.trait) for bound in impl.generics.bounds}
    assert {("K", "std::cmp::Eq"), ("K", "std::hash::Hash"), ("S", "std::hash::BuildHasher")} <= bounds
    assert function.has_self
    assert function.owner is impl


def test_missing_arguments_are_defaults(std):
    impl, _ = method(std, "std::vec::Vec", "new")
    assert impl.self_type is make("std::vec::Vec", (T, GLOBAL))
    assert std.apply("std::vec::Vec", (make("u8"),)) is make("std::vec::Vec", (make("u8"), GLOBAL))


def test_closure_bounds(std):
    _, function = method(std, "std::option::Option", "map")
    [bound] = function.generics.bounds
    assert (bound.trait, bound.assoc[0][0], repr(bound.assoc[0][1])) == ("std::ops::FnOnce", "Output", "U")
    assert bound.args == (make("()", (T,)),)


def test_unsafe_and_const_are_told(std):
    _, function = method(std, "[]", "get_unchecked")
    assert function.is_unsafe
    _, function = method(std, "std::vec::Vec", "new")
    assert function.is_const


def test_argument_impl_is_a_parameter(std):
    _, function = method(std, "std::vec::Vec", "retain")
    assert function.generics.params[0].name == "F"
    _, function = method(std, "[]", "is_sorted_by")
    assert UNKNOWN not in function.params


def test_iterator(std):
    iterator = trait_of(std, "std::iter::Iterator")
    assert list(iterator.assoc) == ["Item"]
    item = iterator.functions["next"].result.args[0]
    assert isinstance(item, Projection)
    assert (item.trait, item.name, item.args) == ("std::iter::Iterator", "Item", (SELF,))
    mapped = iterator.functions["map"]
    assert repr(mapped.result) == "std::iter::Map<Self, F>"
    assert iterator.functions["next"].owner is iterator


def test_associated_types_of_supertraits(std):
    back = trait_of(std, "std::iter::DoubleEndedIterator").functions["next_back"].result.args[0]
    assert isinstance(back, Projection)
    assert (back.trait, back.name) == ("std::iter::Iterator", "Item")
    output = trait_of(std, "std::ops::Fn").functions["call"].result
    assert isinstance(output, Projection)
    assert (output.trait, output.args) == ("std::ops::FnOnce", (SELF, make_param("Args")))


def test_traits(std):
    assert trait_of(std, "std::ops::FnMut").supers[0].trait == "std::ops::FnOnce"
    into = trait_of(std, "std::iter::IntoIterator").assoc["IntoIter"].bounds[0]
    assert (into.trait, into.assoc[0][0]) == ("std::iter::Iterator", "Item")
    [rhs] = trait_of(std, "std::ops::Add").generics.params
    assert rhs.default is SELF
    assert {trait.path for trait in std.traits_with("clone")} == {"std::clone::Clone"}
    assert "std::fmt::Display" in {trait.path for trait in std.traits_with("fmt")}


@pytest.mark.parametrize(
    ("trait", "head", "name", "expected"),
    [
        ("std::iter::IntoIterator", "std::vec::Vec", "IntoIter", "std::vec::IntoIter<T, A>"),
        ("std::iter::IntoIterator", "", "IntoIter", "I"),
        ("std::iter::Iterator", "std::slice::Iter", "Item", "&<T>"),
        ("std::iter::Iterator", "std::iter::Map", "Item", "B"),
        ("std::ops::Deref", "std::string::String", "Target", "str"),
        ("std::ops::Neg", "i8", "Output", "i8"),
        ("std::str::FromStr", "f64", "Err", "std::num::ParseFloatError"),
        ("std::borrow::ToOwned", "str", "Owned", "std::string::String"),
        ("std::convert::TryFrom", "", "Error", "std::convert::Infallible"),
        ("std::ops::Try", "std::option::Option", "Residual", "std::option::Option<std::convert::Infallible>"),
    ],
)
def test_associated_types(std, trait, head, name, expected):
    assert expected in {repr(impl.assoc[name]) for impl in std.impls(trait, head)}


def test_trait_arguments_default_to_the_self_type(std):
    args = {impl.trait_args for impl in std.impls("std::ops::Add", "u8")}
    assert args == {(make("u8"),), (make("&", (make("u8"),)),)}


def test_tuples_are_told_for_each_length(std):
    lengths = sorted(len(impl.self_type.args) for impl in std.impls("std::default::Default", "()"))
    assert lengths == list(range(13))


def test_impls_that_are_only_reserved_are_left_out(std):
    assert all(impl.trait_args != (make("!"),) for impl in std.impls("std::convert::From", ""))


def test_types(std):
    option = std.find_type("std::option::Option")
    assert isinstance(option, TypeDef)
    assert {name: variant.shape for name, variant in option.variants.items()} == {"None": "unit", "Some": "tuple"}
    assert option.variants["Some"].fields == {"0": T}
    fields = std.find_type("std::ops::Range").own.fields
    assert list(fields) == ["start", "end"]
    alias = std.find_type("std::io::Result")
    assert isinstance(alias, Alias)
    assert alias.target is make("std::result::Result", (T, make("std::io::Error")))
    assert std.find_type("std::num::NonZeroU8").target is make("std::num::NonZero", (make("u8"),))
    assert std.find_type("std::nothing::Here") is None


def test_functions_and_values(std):
    swap = std.find_function("std::mem::replace")
    assert (repr(swap.params), repr(swap.result)) == ("(&mut<T>, T)", "T")
    assert std.find_value("std::f64::consts::PI").ty is make("f64")
    assert std.inherent_consts("u32", "MAX")[0][1] is make("u32")
    zero = std.impls("std::default::Default", "[;]")
    assert make_const("32") in {impl.self_type.args[1] for impl in zero}


@pytest.mark.parametrize(
    ("module", "name", "kind", "path"),
    [
        ("std::collections", "HashMap", "struct", "std::collections::HashMap"),
        ("std::collections::hash_map", "HashMap", "struct", "std::collections::HashMap"),
        ("std::collections::hash_map", "RandomState", "struct", "std::hash::RandomState"),
        ("std::ops", "Bound", "enum", "std::collections::Bound"),
        ("core::option", "Option", "enum", "std::option::Option"),
        ("core::fmt", "Display", "trait", "std::fmt::Display"),
        ("alloc::vec", "Vec", "struct", "std::vec::Vec"),
        ("std", "mem", "mod", "std::mem"),
        ("std::mem", "swap", "fn", "std::mem::swap"),
        ("std::f32", "consts", "mod", "std::f32::consts"),
        ("std::fmt", "Result", "type", "std::fmt::Result"),
    ],
)
def test_names(std, module, name, kind, path):
    assert (kind, path) in std.children(module)[name]


def test_preludes(std):
    assert std.prelude(2018)["Vec"].path == "std::vec::Vec"
    assert std.prelude(2018)["Some"] == ("variant", "std::option::Option::Some")
    assert "TryFrom" not in std.prelude(2018)
    assert "TryFrom" in std.prelude(2021)
    assert "Future" not in std.prelude(2021)
    assert "Future" in std.prelude(2024)
    assert {"vec", "println", "assert_eq"} <= std.macros()


def test_answers_are_kept(std):
    assert std.find_type("std::vec::Vec") is std.find_type("std::vec::Vec")
    assert std.impls("std::clone::Clone", "[;]")[0] is std.impls("std::clone::Clone", "[;]")[0]


def test_short_names():
    assert short_names(["std::a::X", "std::b::X", "std::Y"]) == {
        "a::X": "std::a::X",
        "b::X": "std::b::X",
        "Y": "std::Y",
    }


def has_unknown(ty: Ty) -> bool:
    return ty is UNKNOWN or any(map(has_unknown, ty.args))


def test_every_method_can_be_read(std):
    heads = json.loads(FACTS.read_bytes())["inherent"]
    for head, impls in heads.items():
        for row in (row for _, functions, *_ in impls for row in functions):
            for impl, function in std.inherent_functions(head, row.partition("|")[0]):
                types = (impl.self_type, *function.params, function.result)
                assert not any(map(has_unknown, types)), (head, row)


def test_opaque_results_know_their_function(std):
    opaque = [
        function.result
        for _, function in std.inherent_functions("[]", "escape_ascii")
        if isinstance(function.result, Bounded)
    ]
    assert all(ty.origin for ty in opaque)


@pytest.mark.slow
def test_the_committed_catalog_is_fresh():
    root = find_documentation()
    if root is None:
        pytest.skip(f"component rust-docs of {TOOLCHAIN} is not installed")
    assert FACTS.read_text(encoding="utf-8") == build(root, TOOLCHAIN), "run scripts/catalog"
    assert ARCH.read_text(encoding="utf-8") == build_arch(root), "run scripts/catalog"
