from __future__ import annotations

import textwrap

import pytest

from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.static.definitions import Alias, Function, Trait, TypeDef, Value
from borrowscope.analyzer.static.scopes import ModuleRef, PrimitiveRef, VariantRef
from borrowscope.analyzer.static.symbols import World
from borrowscope.analyzer.static.types import Kind, make, make_param
from tests.analyzer.static.small_std import SmallStd

USIZE = make("usize")
OPTION_U8 = make("std::option::Option", (make("u8"),))


@pytest.fixture
def world_of(tmp_path):
    """Build a world of crates: {crate name: {file: text}}; each sees all that stand before it."""

    def build(crates, *, edition=2021, features=frozenset(), workspace=None):
        sources: list[CrateSource] = []
        for name, files in crates.items():
            folder = tmp_path / name
            for file, text in ({"lib.rs": files} if isinstance(files, str) else files).items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_text(textwrap.dedent(text))
            known = {source.name: source.key for source in sources}
            is_own = workspace is None or name in workspace
            sources.append(CrateSource(name, name, edition, folder / "lib.rs", known, is_own, frozenset(features)))
        return World(SmallStd(), sources)

    return build


def scope_of(world, crate="k", path=None):
    wanted = path or f"{crate}::f"
    return next(context for context in world.item_contexts(crate) if context.path == wanted).scope


def target(world, text, namespace="type", **place):
    segments = ["::", *text[2:].split("::")] if text.startswith("::") else text.split("::")
    found, taken = scope_of(world, **place).resolve(segments, namespace)
    name = getattr(found, "path", None) or getattr(found, "name", None)
    if isinstance(found, VariantRef):
        name = f"{found.type_def.path}::{found.variant.name}"
    return name, taken, type(found)


def signature(world, path):
    function = world.find_function(path)
    return [repr(ty) for ty in (*function.params, function.result)]


def test_paths_through_modules_and_files(world_of):
    world = world_of(
        {
            "k": {
                "lib.rs": "mod a; mod b { pub mod c { pub struct In; } } pub struct Top; fn f() {}",
                "a.rs": "pub mod deep; pub struct A; pub fn make() -> A { A }",
                "a/deep.rs": "pub struct Deep; pub use super::A as Up; pub use crate::Top;",
            }
        }
    )
    assert target(world, "a::A") == ("k::a::A", 2, TypeDef)
    assert target(world, "crate::a::deep::Deep") == ("k::a::deep::Deep", 4, TypeDef)
    assert target(world, "self::b::c::In") == ("k::b::c::In", 4, TypeDef)
    assert target(world, "a::deep::Up") == ("k::a::A", 3, TypeDef)
    assert target(world, "a::deep::Top") == ("k::Top", 3, TypeDef)
    assert target(world, "a::make", "value") == ("k::a::make", 2, Function)
    assert target(world, "a::deep") == ("k::a::deep", 2, ModuleRef)
    assert target(world, "super::A", crate="k", path="k::a::make")[1] == 1


def test_rest_of_a_path_is_associated(world_of):
    world = world_of({"k": "struct S; enum E { A, B(u8) } fn f() {}"})
    assert target(world, "S::new", "value") == ("k::S", 1, TypeDef)
    assert target(world, "E::B", "value") == ("k::E::B", 2, VariantRef)
    assert target(world, "E::make", "value") == ("k::E", 1, TypeDef)
    assert target(world, "Vec::new", "value") == ("std::vec::Vec", 1, TypeDef)
    assert target(world, "Default::default", "value") == ("std::default::Default", 1, Trait)
    assert target(world, "u8::from_str_radix", "value") == ("u8", 1, PrimitiveRef)
    assert target(world, "nothing::at::all", "value")[1] == 0


def test_imports_in_all_forms(world_of):
    world = world_of(
        {
            "k": """
            mod m {
                pub struct A; pub struct B; pub struct C; pub mod n { pub struct D; pub fn g() {} }
                pub enum E { X, Y }
                struct Hidden;
            }
            use m::{self as em, A, B as Bee, n::{self, *}};
            use m::C as _;
            use self::m::E::*;
            use m::*;
            fn f() {}
            """
        }
    )
    assert target(world, "A") == ("k::m::A", 1, TypeDef)
    assert target(world, "Bee") == ("k::m::B", 1, TypeDef)
    assert target(world, "em::A") == ("k::m::A", 2, TypeDef)
    assert target(world, "n::D") == ("k::m::n::D", 2, TypeDef)
    assert target(world, "D") == ("k::m::n::D", 1, TypeDef)
    assert target(world, "g", "value") == ("k::m::n::g", 1, Function)
    assert target(world, "X", "value") == ("k::m::E::X", 1, VariantRef)
    assert target(world, "C") == ("k::m::C", 1, TypeDef)
    assert target(world, "Hidden")[1] == 0


def test_globs_may_go_in_circles(world_of):
    world = world_of(
        {"k": "mod a { pub use crate::b::*; pub struct A; } mod b { pub use crate::a::*; pub struct B; } fn f() {}"}
    )
    assert target(world, "a::B") == ("k::b::B", 2, TypeDef)
    assert target(world, "b::A") == ("k::a::A", 2, TypeDef)
    assert target(world, "a::C")[0] == "k::a"


def test_own_names_shadow_the_prelude_and_primitives_come_last(world_of):
    world = world_of({"k": "pub struct Option; mod m { pub struct u8; } use m::u8; fn f(a: Option, b: u8, c: u16) {}"})
    assert signature(world, "k::f") == ["k::Option", "k::m::u8", "u16", "()"]


def test_paths_of_std_are_canonical(world_of):
    world = world_of(
        {
            "k": """
            use core::option::Option as O; use std::io; use std::fmt::{self, Write as _}; use std::u8;
            fn f(a: O<u8>, b: io::Result<u8>, c: fmt::Result, d: alloc::vec::Vec<u8>) {}
            """
        }
    )
    assert signature(world, "k::f") == [
        "std::option::Option<u8>",
        "std::result::Result<u8, std::io::Error>",
        "std::result::Result<(), std::fmt::Error>",
        "std::vec::Vec<u8, std::alloc::Global>",
        "()",
    ]
    assert target(world, "Some", "value") == ("std::option::Option::Some", 1, VariantRef)
    assert target(world, "O::None", "value") == ("std::option::Option::None", 2, VariantRef)
    assert target(world, "u8::MAX", "value") == ("std::u8::MAX", 2, Value)
    assert target(world, "u8::from_str_radix", "value") == ("u8", 1, PrimitiveRef)


def test_edition_2015_imports_start_at_the_root(world_of):
    world = world_of(
        {
            "dep": "pub struct D;",
            "k": """
            extern crate dep;
            mod a { pub struct A; } mod b { use a::A;
            use dep::D;
            fn f(x: A, y: ::a::A, z: D, w: ::dep::D) {} }
            """,
        },
        edition=2015,
    )
    assert signature(world, "k::b::f") == ["k::a::A", "k::a::A", "dep::D", "dep::D", "()"]


def test_other_crates(world_of):
    world = world_of(
        {
            "dep": {
                "lib.rs": """
                mod inner; pub use inner::Thing;
                pub mod prelude { pub use crate::Thing as T; } #[macro_use] mod m;
                """,
                "inner.rs": "pub struct Thing<T>(pub T);",
                "m.rs": "",
            },
            "k": """
            extern crate dep as other;
            use dep::prelude::*;
            fn f(a: dep::Thing<u8>, b: T<u8>, c: other::Thing<u8>, d: ::dep::Thing<u8>) {}
            """,
        },
        workspace={"k"},
    )
    assert signature(world, "k::f") == [*["dep::inner::Thing<u8>"] * 4, "()"]
    assert world.seen_from("k", "dep::inner::Thing") == "other::Thing"  # as `extern crate` calls it


def test_a_binary_of_the_same_name_is_another_crate(world_of, tmp_path):
    (tmp_path / "lib.rs").write_text("pub struct S;")
    (tmp_path / "main.rs").write_text("struct S; fn f(a: S, b: k::S) {}")
    world = World(
        SmallStd(),
        [
            CrateSource("lib", "k", 2021, tmp_path / "lib.rs"),
            CrateSource("bin", "k", 2021, tmp_path / "main.rs", {"k": "lib"}),
        ],
    )
    assert world.crates == ["k", "k#2"]
    assert signature(world, "k#2::f") == ["k#2::S", "k::S", "()"]


def test_cfgs_choose_the_likelier_item(world_of):
    text = """
    #[cfg(windows)] pub type Handle = u8;
    #[cfg(unix)] pub type Handle = u16;
    #[cfg(feature = "big")] pub type Size = u64;
    #[cfg(not(feature = "big"))] pub type Size = u32;
    #[cfg(any(target_os = "macos", all(windows, not(test))))] pub struct Only;
    fn f(a: Handle, b: Size, c: Only) {}
    """
    for _ in range(50):  # a world knows nothing of those before it, even where their memory is used again
        assert signature(world_of({"k": text}), "k::f") == ["u16", "u32", "k::Only", "()"]
        assert signature(world_of({"k": text}, features={"big"}), "k::f")[1] == "u64"


def test_modules_by_path_attributes(world_of):
    world = world_of(
        {
            "k": {
                "lib.rs": """
                #[cfg(windows)] #[path = "win.rs"] mod sys;
                #[cfg(unix)] #[path = "odd/nix.rs"] mod sys;
                #[cfg_attr(windows, path = "win.rs")] #[cfg_attr(not(windows), path = "odd/nix.rs")] mod other;
                fn f(a: sys::H, b: other::H) {}
                """,
                "win.rs": "pub type H = u8;",
                "odd/nix.rs": "pub type H = u16;",
            }
        }
    )
    assert signature(world, "k::f") == ["u16", "u16", "()"]


def test_a_conditional_path_counts_as_far_as_its_condition_holds(world_of):
    world = world_of(
        {
            "k": {
                "lib.rs": """
                #[cfg_attr(windows, path = "win.rs")] mod sys;
                #[cfg_attr(unix, path = "win.rs")] mod other;
                #[cfg_attr(windows, path = "gone.rs")] mod away;
                #[cfg_attr(a_flag, path = "maybe.rs")] mod perhaps;
                fn f(a: sys::H, b: other::H, c: perhaps::H) {}
                """,
                "sys.rs": "pub type H = u8;",
                "win.rs": "pub type H = u16;",
                "other/mod.rs": "pub type H = u32;",
                "gone.rs": "pub type H = u64;",
                "maybe.rs": "pub type H = u16;",
            }
        }
    )
    assert signature(world, "k::f") == ["u8", "u16", "u16", "()"]
    ranks = {module.name: module.rank for module in world.modules("k")}
    assert (ranks["sys"], ranks["other"], ranks["away"], ranks["perhaps"]) == (1.0, 1.0, 0.0, 1.0)


def test_a_block_names_files_from_where_its_file_lies(world_of):
    world = world_of(
        {
            "k": {
                "lib.rs": "mod far;",
                "far/mod.rs": "mod near;",
                "far/near.rs": """
                fn f() { #[path = "../other/h.rs"] mod h; }
                mod inner { fn f() { #[path = "h.rs"] mod h; } }
                """,
                "other/h.rs": "pub type H = u8;",
                "far/near/inner/h.rs": "pub type H = u16;",
            }
        }
    )
    found = {
        one.path: one.scope.block(one.node.field("body")).resolve(["h", "H"], "type")[0]
        for one in world.item_contexts("k")
    }
    shown = {path: alias.target.head for path, alias in found.items()}
    assert shown == {"k::far::near::f": "u8", "k::far::near::inner::f": "u16"}


def test_impls_in_modules_of_blocks_count(world_of):
    world = world_of({"k": "fn f() { mod m { pub struct S; pub mod n { impl super::S { pub fn g(&self) {} } } } }"})
    (context,) = (one for one in world.item_contexts("k") if one.path == "k::f")
    owner, _ = context.scope.block(context.node.field("body")).resolve(["m", "S"], "type")
    assert [function.name for _, function in world.inherent_functions(owner.path, "g")] == ["g"]


def test_blocks_have_items_of_their_own(world_of):
    world = world_of(
        {
            "k": """
            mod m { pub struct S; }
            struct S;
            fn f() { use m::S; struct Local; impl Clone for Local { fn clone(&self) -> Self { Local } }
                fn inner(l: Local) -> S { S } }
            """
        }
    )
    context = next(iter(world.item_contexts("k")))
    inside = context.scope.block(context.node.field("body"))
    assert inside.resolve(["S"], "type")[0].path == "k::m::S"
    assert context.scope.resolve(["S"], "type")[0].path == "k::S"
    assert inside.resolve(["Local"], "type")[0].path == "k::f::Local"
    assert isinstance(world.find_type("k::f::Local"), TypeDef)
    assert len(world.impls("std::clone::Clone", "k::f::Local")) == 1
    names = [inner.path for inner in inside.item_contexts()]
    assert names == ["k::f::Local::clone", "k::f::inner"]
    inner, _ = inside.resolve(["inner"], "value")
    assert (inner.params[0].head, inner.result.head) == ("k::f::Local", "k::m::S")


def test_signatures(world_of):
    world = world_of(
        {
            "k": """
            struct W<'a, T: ?Sized = u8, const N: usize = 3>(&'a T, [u8; N]);
            const LEN: usize = 2 * 4;
            fn a<'a, T, F>(x: &'a mut T, f: F) -> Option<&'a T> where F: Fn(&T, u8) -> T, T: Clone + 'a {}
            fn b(x: W, y: W<u16, 5>, z: [u8; LEN], (p, q): (u8, i8)) -> ! {}
            fn c(x: impl Into<String>, y: impl Into<String>) -> impl Iterator<Item = u8> + '_ {}
            async unsafe fn d(x: *const u8, f: fn(u8) -> u8, g: &dyn Fn(u8)) {}
            const fn e<const N: usize>(x: [u8; N]) -> [u8; { N + 1 }] {}
            """
        }
    )
    function = world.find_function("k::a")
    assert [param.name for param in function.generics.params] == ["T", "F"]
    assert {(bound.subject.head, bound.trait) for bound in function.generics.bounds} == {
        ("F", "std::ops::Fn"),
        ("T", "std::clone::Clone"),
    }
    assert signature(world, "k::a") == ["&mut<T>", "F", "std::option::Option<&<T>>"]
    assert signature(world, "k::b") == ["k::W<u8, 3>", "k::W<u16, 5>", "[;]<u8, 8>", "()<u8, i8>", "!"]
    c = world.find_function("k::c")
    assert [param.name for param in c.generics.params] == ["impl Into<String>", "impl Into<String>#2"]
    assert c.generics.bounds[0].args == (make("std::string::String"),)
    assert c.result.kind is Kind.OPAQUE
    assert c.result.bounds[0].assoc == (("Item", make("u8")),)
    assert c.result.origin == "k::c#0"
    d = world.find_function("k::d")
    assert (d.is_async, d.is_unsafe, d.is_const) == (True, True, False)
    assert signature(world, "k::e")[0] == "[;]<u8, N>"


def test_impls_and_associated_types(world_of):
    world = world_of(
        {
            "k": """
            pub struct S<T>(T);
            impl<T: Clone> S<T> {
                pub const ZERO: Self = S(0);
                pub fn new(t: T) -> Self {}
                pub fn get(&self) -> &T {}
                fn boxed(self: Box<Self>, other: &Self) {}
            }
            impl<T> Iterator for S<T> { type Item = Option<T>; fn next(&mut self) -> Option<Self::Item> {} }
            impl<T> DoubleEndedIterator for S<T> { fn next_back(&mut self) -> Option<Self::Item> {} }
            impl<T> std::ops::Add for S<T> { type Output = u8; fn add(self, rhs: Self) -> Self::Output {} }
            impl<T> From<T> for S<T> { fn from(t: T) -> Self {} }
            impl<'a, T> IntoIterator for &'a S<T> { type Item = &'a T; type IntoIter = S<&'a T>; }
            trait Blanket { fn go(&self) {} }
            impl<X: Clone> Blanket for X {}
            fn f<I: IntoIterator, J>(i: I, j: I::Item, k: <I::IntoIter as Iterator>::Item, l: J::Output)
            where J: std::ops::Add<u8> {}
            """
        }
    )
    ((impl, new),) = world.inherent_functions("k::S", "new")
    assert repr(new.params[0]) == "T"
    assert repr(new.result) == "k::S<T>"
    assert impl.generics.bounds[0].trait == "std::clone::Clone"
    ((_, boxed),) = world.inherent_functions("k::S", "boxed")
    assert boxed.has_self
    assert boxed.path == "k::S::boxed"
    assert repr(world.inherent_functions("k::S", "get")[0][1].params[0]) == "&<Self>"
    assert repr(world.inherent_consts("k::S", "ZERO")[0][1]) == "k::S<T>"
    (iterator,) = world.impls("std::iter::Iterator", "k::S")
    assert repr(iterator.assoc["Item"]) == "std::option::Option<T>"
    assert repr(iterator.functions["next"].result) == "std::option::Option<std::option::Option<T>>"
    (back,) = world.impls("std::iter::DoubleEndedIterator", "k::S")
    assert "std::iter::Iterator" in repr(back.functions["next_back"].result)
    (add,) = world.impls("std::ops::Add", "k::S")
    assert repr(add.trait_args) == "(k::S<T>,)"
    assert add.functions["add"].result is make("u8")
    assert world.impls("std::iter::IntoIterator", "&")[0].self_type.head == "&"
    assert world.impls("k::Blanket", "")[0].generics.params[0].name == "X"
    assert [trait.path for trait in world.traits_with("go")] == ["k::Blanket"]
    types = signature(world, "k::f")
    assert types[1].startswith("<I as std::iter::IntoIterator")
    assert types[2].startswith("<<I as std::iter::IntoIterator<()>>::IntoIter as std::iter::Iterator")
    assert types[3] == "<J as std::ops::Add<(u8,)>>::Output"


def test_derives(world_of):
    world = world_of(
        {"k": "mod m { pub trait Ser {} } use m::Ser; #[derive(Clone, PartialEq, Ser)] struct S<T>(T); fn f() {}"}
    )
    (clone,) = world.impls("std::clone::Clone", "k::S")
    assert repr(clone.self_type) == "k::S<T>"
    assert [(bound.subject.head, bound.trait) for bound in clone.generics.bounds] == [("T", "std::clone::Clone")]
    assert world.impls("std::cmp::PartialEq", "k::S")[0].trait_args == (clone.self_type,)
    assert len(world.impls("k::m::Ser", "k::S")) == 1
    assert not world.impls("std::marker::Copy", "k::S")


def test_traits(world_of):
    world = world_of(
        {
            "k": """
            pub trait Base { type Out: Clone; }
            pub trait Tr<A = Self>: Base + Iterator where A: Clone {
                type Own: Iterator<Item = u8>;
                const N: usize = 3;
                fn give(&self, x: Self::Own, y: Self::Out, z: Self::Item, w: <Self::Own as Iterator>::Item) -> A;
                fn with<F: Fn(Self::Item)>(self, f: F) where Self: Sized {}
            }
            fn f<T: Tr>(x: T::Out, y: T::Own, z: <T::Own as Iterator>::Item) {}
            """
        }
    )
    trait = world.find_trait("k::Tr")
    assert [bound.trait for bound in trait.supers] == ["k::Base", "std::iter::Iterator"]
    assert trait.assoc["Own"].bounds[0].assoc == (("Item", make("u8")),)
    assert trait.consts == {"N": USIZE}
    give = trait.functions["give"]
    assert [repr(ty) for ty in give.params[1:]] == [
        "<Self as k::Tr<(A,)>>::Own",
        "<Self as k::Base<()>>::Out",
        "<Self as std::iter::Iterator<()>>::Item",
        "<<Self as k::Tr<(A,)>>::Own as std::iter::Iterator<()>>::Item",
    ]
    assert give.result is make_param("A")
    assert trait.functions["with"].generics.params[0].name == "F"
    assert signature(world, "k::f")[:2] == ["<T as k::Base<()>>::Out", "<T as k::Tr<(T,)>>::Own"]


def test_traits_in_scope(world_of):
    world = world_of(
        {
            "dep": "pub mod prelude { pub use crate::One; pub use crate::Two as _; } pub trait One {} pub trait Two {}",
            "k": """
            use dep::prelude::*;
            use std::io::Read as _;
            trait Own {}
            mod m { pub trait Far {} } fn f() { use m::Far; }
            """,
        }
    )
    context = next(context for context in world.item_contexts("k") if context.path == "k::f")
    traits = context.scope.traits()
    assert {"dep::One", "dep::Two", "std::io::Read", "k::Own", "std::clone::Clone"} <= traits
    assert "k::m::Far" not in traits
    assert "std::fmt::Write" not in traits
    assert "k::m::Far" in context.scope.block(context.node.field("body")).traits()


def test_items_from_macros(world_of):
    world = world_of(
        {
            "dep": """
            #[macro_export] macro_rules! made { ($n:ident) => { pub struct $n(pub $crate::Inner); } }
            pub struct Inner;
            """,
            "k": """
            macro_rules! impls { ($($t:ty)*) => { $(impl Tr for $t { type O = $t; fn go(self) -> $t { self } })* } }
            trait Tr { type O; fn go(self) -> Self; }
            impls!(u8 u16);
            dep::made!(Made);
            cfg_if::cfg_if! { if #[cfg(windows)] { type H = u8; } else { type H = u16; } }
            thread_local!(pub static CELL: Cell<u8> = Cell::new(1));
            use std::cell::Cell;
            macro_rules! methods { ($($n:ident)*) => { $(fn $n(&self) -> u8 { 0 })* } }
            struct S;
            impl S { methods!(one two); }
            bitflags::bitflags! { #[derive(Clone)] pub struct Flags: u32 { const A = 1; const B = 2; } }
            fn f(h: H) {}
            """,
        }
    )
    assert [repr(impl.assoc["O"]) for impl in world.impls("k::Tr", "u16")] == ["u16"]
    assert repr(world.find_type("k::Made").own.fields["0"]) == "dep::Inner"
    assert signature(world, "k::f") == ["u16", "()"]
    assert repr(world.find_value("k::CELL").ty) == "std::thread::LocalKey<std::cell::Cell<u8>>"
    assert len(world.inherent_functions("k::S", "two")) == 1
    assert repr(world.inherent_consts("k::Flags", "A")[0][1]) == "k::Flags"
    assert world.inherent_functions("k::Flags", "bits")[0][1].result is make("u32")
    assert len(world.impls("std::clone::Clone", "k::Flags")) == 1
    paths = [context.path for context in world.item_contexts("k")]
    assert "u16::go" in paths
    assert "k::S::two" in paths


def test_foreign_items_and_values(world_of):
    world = world_of(
        {
            "k": """
            unsafe extern "C" { fn ext(x: u8) -> u16; static mut COUNT: u8; type Opaque; }
            static GREETING: &str = ""; const N: usize = 1; union U { a: u8, b: [u8; N] }
            type Pair<T> = (T, T); enum E { A { x: Pair<u8> }, B }
            fn f(p: Pair<u8>, o: *mut Opaque) {}
            """
        }
    )
    ext = world.find_function("k::ext")
    assert (ext.is_foreign, ext.is_unsafe, ext.result) == (True, True, make("u16"))
    assert world.find_value("k::COUNT").kind == "static mut"
    assert repr(world.find_value("k::GREETING").ty) == "&<str>"
    assert repr(world.find_type("k::U").own.fields["b"]) == "[;]<u8, 1>"
    assert world.find_type("k::E").variants["A"].fields["x"].args == (make("u8"), make("u8"))
    assert isinstance(world.find_type("k::Pair"), Alias)
    assert signature(world, "k::f")[0] == "()<u8, u8>"


def test_contexts_say_what_is_in_force(world_of):
    world = world_of(
        {
            "k": """
            struct S<T>(T);
            impl<T: Clone> S<T> { const C: u8 = 1; fn go<U>(&self, u: U) { } }
            trait Tr<X>: Clone { fn dflt(&self) -> Self {} fn none(&self); }
            static Z: u8 = 1;
            """
        }
    )
    contexts = {context.path: context for context in world.item_contexts("k")}
    assert list(contexts) == ["k::S::C", "k::S::go", "k::Tr::dflt", "k::Z"]
    go = contexts["k::S::go"]
    assert [param.name for param in go.generics.params] == ["T", "U"]
    assert repr(go.self_type) == "k::S<T>"
    assert go.function.name == "go"
    dflt = contexts["k::Tr::dflt"]
    assert {bound.trait for bound in dflt.generics.bounds} == {"k::Tr", "std::clone::Clone"}
    assert contexts["k::S::C"].ty is make("u8")
    assert OPTION_U8.head == "std::option::Option"


def test_lengths_are_evaluated(world_of):
    world = world_of(
        {
            "k": """
            const A: usize = 1 << 3; const B: usize = { A + 0x1_0usize } / 5 % 3;
            struct S; impl S { const N: usize = Self::M - 1; const M: usize = u8::MAX as usize; }
            trait Len { const LEN: usize; } impl Len for u16 { const LEN: usize = u16::MAX.ilog10() as usize + 1; }
            fn f<const N: usize>(a: [u8; A], b: [u8; B], c: [u8; S::N], d: [u8; u16::LEN], e: [u8; N],
                g: [u8; <u16 as Len>::LEN], h: [u8; unknown()], i: [u8; N + 1]) {}
            """
        }
    )
    lengths = [ty.args[1] for ty in world.find_function("k::f").params]
    assert [repr(length) for length in lengths] == ["8", "1", "254", "5", "N", "5", "unknown", "unknown"]


def test_dependencies_are_read_as_far_as_names_lead(world_of, tmp_path):
    world = world_of(
        {
            "dep": {
                "lib.rs": """
                pub mod used; pub mod unused; #[cfg(test)] mod tests; #[cfg(windows)] pub mod win;
                macro_rules! named { ($n:ident) => { pub struct $n; } }
                macro_rules! fixed { () => { pub struct Fixed; impl Fixed { pub fn go(&self) -> u8 { 0 } } } }
                named!(Named); fixed!();
                pub trait Ext { fn extended(&self) {} }
                """,
                "used.rs": "pub struct U;",
                "unused.rs": "pub struct N;",
                "tests.rs": "struct T;",
                "win.rs": "pub struct W;",
            },
            "k": "use dep::Ext as _; fn f(a: dep::Named, b: dep::Fixed, c: dep::used::U, d: dep::Missing) {}",
        },
        workspace={"k"},
    )
    assert signature(world, "k::f") == ["dep::Named", "dep::Fixed", "dep::used::U", "unknown", "()"]
    read = {path.name for path in world._trees._trees if path.parent.name == "dep"}
    assert read == {"lib.rs", "used.rs"}
    assert "dep::Ext" in scope_of(world).traits()
    assert [trait.path for trait in world.traits_with("extended")] == ["dep::Ext"]
    assert world.inherent_functions("dep::Fixed", "go")[0][1].result is make("u8")
    assert "tests.rs" not in {path.name for path in world._trees._trees}


def test_an_item_of_std_has_the_shorter_path_of_a_crate_that_hands_it_on(world_of):
    dep = "pub use std::vec::Vec; pub mod inner { pub use std::option::Option; }"
    world = world_of({"dep": dep, "k": "fn f(a: dep::Vec<u8>) {}"}, workspace={"k"})
    assert world.seen_from("k", "std::vec::Vec") == "dep::Vec"
    assert world.seen_from("k", "std::option::Option") == "std::option::Option"


def test_an_exported_macro_of_any_module_is_imported_from_the_root(world_of):
    dep = {"lib.rs": "mod inner;", "inner.rs": "#[macro_export] macro_rules! made { ($n:ident) => { pub struct $n; } }"}
    world = world_of({"dep": dep, "k": "use dep::made; made!(Thing); fn f(a: Thing) {}"}, workspace={"k"})
    assert signature(world, "k::f") == ["k::Thing", "()"]


def test_extern_crate_renames_a_crate_for_all_modules(world_of):
    world = world_of(
        {
            "dep": {"lib.rs": "pub struct Thing; pub mod inner { pub struct Deep; }"},
            "k": "extern crate dep as other; mod m { use other::inner::Deep; fn f(a: other::Thing, b: Deep) {} }",
        },
        workspace={"k"},
    )
    assert signature(world, "k::m::f") == ["dep::Thing", "dep::inner::Deep", "()"]
    assert world.seen_from("k", "dep::inner::Deep") == "other::inner::Deep"


def test_paths_lead_through_what_a_crate_names_itself(world_of):
    world = world_of(
        {
            "deep": {
                "lib.rs": "pub struct Thing; mod hidden { pub struct Secret; } pub fn secret() -> hidden::Secret {}"
            },
            "dep": {"lib.rs": "pub use deep::*;"},
            "k": "fn f(a: dep::Thing) {}",
        },
        workspace={"k"},
    )
    assert signature(world, "k::f") == ["deep::Thing", "()"]
    assert world.seen_from("k", "deep::hidden::Secret") == "deep::hidden::Secret"
