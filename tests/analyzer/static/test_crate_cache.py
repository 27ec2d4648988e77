from __future__ import annotations

import pytest

from borrowscope.analyzer.static.crate_cache import CrateCache
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.static.symbols import World
from borrowscope.analyzer.static.types import make
from tests.analyzer.static.small_std import SmallStd

DEPENDENCY = """
mod inner; pub use inner::{Thing as Renamed, Kind}; pub use inner::*;
pub mod prelude { pub use crate::Ext as _; }
macro_rules! many { ($($n:ident)*) => { $(pub struct $n(pub u8); impl $n { pub fn go(&self) -> Kind { loop {} } })* } }
many!(One Two);
#[macro_export] macro_rules! exported { ($n:ident) => { pub struct $n(pub $crate::One); } }
pub trait Ext: Clone { type Out: Iterator<Item = u8>; fn extend(&self) -> Self::Out { unimplemented!() } }
impl<T: Clone> Ext for Vec<T> { type Out = std::vec::Vec<T>; }
pub const LEN: usize = 4;
pub fn array(x: impl Into<String>) -> [u8; LEN] { [0; LEN] }
#[cfg(test)] mod tests { fn nothing() {} }
"""
INNER = """
#[derive(Clone, Debug)] pub struct Thing<T = u16> { pub a: Option<T> }
pub enum Kind { A(u8), #[cfg(windows)] B }
impl<T> Thing<T> { pub const SIZE: usize = 3; pub fn get(self) -> T { let a = 1; loop {} } }
"""
OWN = """
use dep::prelude::*;
dep::exported!(Made);
fn f(a: dep::Renamed, b: dep::One, c: [u8; dep::Renamed::SIZE], d: dep::Kind) {}
"""


@pytest.fixture
def worlds(tmp_path):
    folder = tmp_path / "registry" / "src" / "dep-1.0.0"
    folder.mkdir(parents=True)
    (folder / "lib.rs").write_text(DEPENDENCY)
    (folder / "inner.rs").write_text(INNER)
    (tmp_path / "own.rs").write_text(OWN)
    sources = [
        CrateSource("k", "k", 2021, tmp_path / "own.rs", {"dep": "d"}),
        CrateSource("d", "dep", 2021, folder / "lib.rs", is_workspace=False, features=frozenset()),
    ]
    return lambda: World(SmallStd(), sources, cache=CrateCache(tmp_path / "cache", "std 1"))


def described(world):
    contexts = list(world.item_contexts("k"))
    scope = contexts[-1].scope
    thing, _ = scope.resolve(["dep", "Renamed"], "type")
    kind, _ = scope.resolve(["dep", "Kind"], "type")
    array, _ = scope.resolve(["dep", "array"], "value")
    assert world.expander is not None
    return {
        "signature": [repr(ty) for ty in world.find_function("k::f").params],
        "made": repr(world.find_type("k::Made").own.fields),
        "thing": (thing.path, world.seen_from("k", thing.path), repr(thing.own.fields), repr(thing.generics)),
        "kind": list(kind.variants),
        "array": (repr(array.params), repr(array.result), repr(array.generics)),
        "traits": "dep::Ext" in scope.traits(),
        "methods": [trait.path for trait in world.traits_with("extend")],
        "out": repr(world.find_trait("dep::Ext").functions["extend"].result),
        "get": [repr(function.result) for _, function in world.inherent_functions("dep::inner::Thing", "get")],
        "go": [repr(function.result) for _, function in world.inherent_functions("dep::Two", "go")],
        "clone": [repr(impl.self_type) for impl in world.impls("std::clone::Clone", "dep::inner::Thing")],
        "ext": [repr(impl.assoc) for impl in world.impls("dep::Ext", "std::vec::Vec")],
        "size": repr(world.inherent_consts("dep::inner::Thing", "SIZE")[0][1]),
        "missing": scope.resolve(["dep", "tests"], "type")[1],
    }


def test_a_remembered_crate_says_the_same(worlds, tmp_path):
    first = worlds()
    told = described(first)
    assert told["signature"] == ["dep::inner::Thing<u16>", "dep::One", "[;]<u8, 3>", "dep::inner::Kind"]
    assert told["go"] == ["dep::inner::Kind"]
    first.remember()
    (tmp_path / "registry" / "src" / "dep-1.0.0" / "inner.rs").unlink()  # the facts suffice
    second = worlds()
    assert described(second) == told
    assert [path.name for path in second._trees._trees] == ["own.rs"]
    assert not second.expander._files.keys() - {id(second._trees.read(tmp_path / "own.rs").source)}


@pytest.mark.parametrize("damage", [lambda content: content[:-5], lambda content: b"", lambda content: content[1:]])
def test_damaged_files_are_not_used(worlds, tmp_path, damage):
    first = worlds()
    told = described(first)
    first.remember()
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert described(worlds()) == told


def test_crates_that_may_change_are_not_remembered(tmp_path):
    (tmp_path / "lib.rs").write_text("pub struct S;")
    cache = CrateCache(tmp_path / "cache", "std 1")
    assert cache.path_of(CrateSource("d", "d", 2021, tmp_path / "lib.rs", is_workspace=False)) is None
    registry = tmp_path / "registry" / "src"
    registry.mkdir(parents=True)
    (registry / "lib.rs").write_text("pub struct S;")
    one = CrateSource("d", "d", 2021, registry / "lib.rs", is_workspace=False, features=frozenset({"a"}))
    two = CrateSource("d", "d", 2021, registry / "lib.rs", is_workspace=False, features=frozenset())
    assert cache.path_of(one) != cache.path_of(two)
    assert cache.path_of(one) != CrateCache(tmp_path / "cache", "std 2").path_of(one)
    assert make("u8") is make("u8")
