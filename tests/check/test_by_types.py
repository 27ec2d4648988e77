"""Rules that ask what names and values are, not what they are called: statics, unions, clones."""

from __future__ import annotations

import pytest

from tests.check.checked import findings_of, shown

DEREF = (
    "impl std::ops::Deref for Made { type Target = std::cell::Cell<u8>; fn deref(&self) -> &Self::Target { todo!() } }"
)


def marks(source: str, rule: str) -> list[str]:
    return [shown(source, one) for one in findings_of(source) if one.rule == rule]


def messages(source: str, rule: str) -> list[str]:
    return [one.message for one in findings_of(source) if one.rule == rule]


@pytest.mark.parametrize(
    ("definition", "can_change"),
    [
        ("static X: std::cell::OnceCell<u8> = todo!();", True),
        ("static X: [std::sync::atomic::AtomicU8; 2] = todo!();", True),
        ("static X: Option<&'static std::sync::Mutex<u8>> = None;", True),
        ("static X: Held = todo!(); pub struct Held { inner: Inner } pub struct Inner(std::cell::Cell<u8>);", True),
        ("static X: Kept<std::sync::RwLock<u8>> = todo!(); pub enum Kept<T> { None, Some(T) }", True),
        ("static X: Alias = todo!(); type Alias = std::sync::Mutex<Vec<u8>>;", True),
        ("thread_local! { static X: std::cell::RefCell<u8> = todo!(); }", True),
        ("static X: std::sync::LazyLock<std::sync::Mutex<u8>> = todo!();", True),
        (f"use Lazy as X; struct Made; static Lazy: Made = Made; {DEREF}", True),
        ("static X: std::sync::LazyLock<Vec<u8>> = todo!();", False),
        ("static X: Held = todo!(); pub struct Held { n: u8, more: Vec<&'static str> }", False),
        ("static X: fn(std::cell::Cell<u8>) = todo!();", False),
        ("static X: Mutex = Mutex; pub struct Mutex; pub struct Cell(u8);", False),
        ("static X: Ring = todo!(); pub struct Ring { next: Option<&'static Ring> }", False),
        ("const X: std::cell::Cell<u8> = std::cell::Cell::new(1);", False),
        ("static mut X: std::cell::Cell<u8> = std::cell::Cell::new(1);", False),
    ],
)  # fmt: skip
def test_a_static_is_shared_where_its_type_can_change_inside(definition: str, can_change: bool):
    source = f"{definition}\npub fn f() {{ let _ = &X; }}\npub fn g() {{ let _ = &X; }}\n"
    assert len(marks(source, "shared_interior_mutability")) == can_change


def test_statics_of_one_name_are_told_apart_and_imports_are_followed():
    source = """
pub mod one { pub static LOG: std::sync::Mutex<u8> = std::sync::Mutex::new(0); pub fn a() { drop(LOG.lock()); } }
pub mod two {
    use crate::one::LOG as THEIRS;
    static LOG: std::sync::Mutex<u8> = std::sync::Mutex::new(0);
    pub fn b() { drop(LOG.lock()); println!("{:?}", super::one::LOG); }
    pub fn c() { if true { use crate::one::*; drop(LOG.lock()); } let _ = &THEIRS; }
    pub struct S { LOG: u8 }
    pub fn d(s: S) -> u8 { /* LOG */ let _ = "LOG"; s.LOG }
}
"""
    (first,) = messages(source, "shared_interior_mutability")
    assert "`demo::one::LOG`" in first
    assert "3 functions use it (`a`, `b`, `c`)" in first
    (first, second) = messages(source.replace("/* LOG */", "drop(LOG.lock());"), "shared_interior_mutability")
    assert "`demo::two::LOG`" in second
    assert "2 functions use it (`b`, `d`)" in second


def test_addresses_are_those_of_the_static_that_is_meant():
    source = """
pub mod a { pub static mut N: (u8, u8) = (0, 0); }
pub mod b { pub static N: u8 = 0; pub fn f() { let _ = &raw const N; let _ = &raw const super::a::N; } }
use a::N as M;
pub fn g() { static mut IN: u8 = 0; let _ = &raw mut IN; let _ = (&raw mut (crate::a::N), core::ptr::addr_of!(a::N)); }
pub fn h() { let _ = unsafe { &raw mut a::N.0 }; let _ = unsafe { &*(&raw mut a::N) }; }
"""
    found = marks(source, "static_mut_address")
    assert found == [
        "&raw const super::a::N",
        "&raw mut IN",
        "&raw mut (crate::a::N)",
        "core::ptr::addr_of!(a::N)",
        "&raw mut a::N",
    ]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("pub fn f() -> f32 { let u = U { a: 1 }; unsafe { u.b } }", ["u.b"]),
        ("pub fn f(mut u: U) -> f32 { u.a = 2; unsafe { u.b } }", ["u.b"]),
        ("pub fn f(mut u: U, mut s: S) -> f32 { u.a = 2; s.b = 1.0; unsafe { u.b } }", ["u.b"]),
        ("pub fn f(mut u: U) -> f32 { u.a = 2; u.b = 1.0; unsafe { u.b } }", []),
        ("pub fn f() -> f32 { let u = Named { a: 1 }; unsafe { u.b } }\ntype Named = U;", ["u.b"]),
        ("impl U { pub fn f() -> f32 { let u = Self { a: 1 }; unsafe { u.b } } }", ["u.b"]),
        ("pub fn f(u: U) -> u32 { unsafe { std::mem::transmute(u) } }", ["std::mem::transmute(u)"]),
        ("pub fn f(u: u32) -> U { unsafe { std::mem::transmute::<u32, U>(u) } }", ["std::mem::transmute::<u32, U>(u)"]),
        ("pub fn f(u: C) -> u32 { unsafe { std::mem::transmute(u) } }", []),
        (
            "pub mod m { pub fn f(u: super::U) -> u32 { unsafe { std::mem::transmute(u) } } }",
            ["std::mem::transmute(u)"],
        ),
        ("pub fn f() -> f32 { let u = C { a: 1 }; unsafe { u.b } }", []),
    ],
)
def test_unions_that_are_taken_for_other_bytes(code: str, found: list[str]):
    head = "pub union U { a: u32, b: f32 }\n#[repr(C)] pub union C { a: u32, b: f32 }\npub struct S { b: f32 }\n"
    assert marks(head + code, "union_transmute") == found


def test_clones_are_found_by_type_and_tell_what_is_put_in():
    source = """
use std::rc::Rc;
pub struct S<K, V> { k: K, v: V }
impl<K: Clone, V: Clone> S<K, V> {
    pub fn value(&self) -> V { let inner = &self.v; inner.clone() }
    pub fn pair(&self) -> (K, V) { (Clone::clone(&self.k), <V as Clone>::clone(&self.v)) }
}
pub fn twice<T: Clone>(items: &[T]) -> Vec<T> { items.iter().map(|one| one.clone()).collect() }
pub fn held<T>(x: &Rc<T>) -> Rc<T> { x.clone() }
pub fn boxed(x: &Box<dyn Speak>) -> Box<dyn Speak> { x.clone() }
pub trait Speak {}
impl Clone for Box<dyn Speak> { fn clone(&self) -> Self { todo!() } }
pub trait Again: Sized + Clone { fn again(&self) -> Self { self.clone() } }
impl Again for Rc<str> {}
pub fn uses(s: S<u8, Rc<u8>>, t: S<u8, u16>) {
    s.value(); t.value(); twice(&[Rc::new(1u8)]); twice::<u8>(&[]); let a: Rc<str> = "".into(); a.again();
}
pub fn passes_on<T: Clone>(x: &[T]) { twice(x); }
"""
    told = messages(source, "generic_clone")
    assert told == [
        "`inner.clone()` clones a `V`, behind which an `Rc` or `Arc` may hide (here `std::rc::Rc<u8>`, `u16`)",
        "`Clone::clone(&self.k)` clones a `K`, behind which an `Rc` or `Arc` may hide",
        "`<V as Clone>::clone(&self.v)` clones a `V`, behind which an `Rc` or `Arc` may hide",
        "`one.clone()` clones a `T`, behind which an `Rc` or `Arc` may hide (here `std::rc::Rc<u8>`, `u8`)",
        "`x.clone()` clones a `std::boxed::Box<dyn Speak>`, behind which an `Rc` or `Arc` may hide",
        "`self.clone()` clones a `Self`, behind which an `Rc` or `Arc` may hide (here `std::rc::Rc<str>`)",
    ]  # fmt: skip


GENERIC_METHODS = """
use std::{rc::Rc, sync::Arc};
pub struct S<K>(K);
impl<K: Clone> S<K> {
    pub fn put<T: Clone>(&self, x: &T) -> T { x.clone() }
    pub fn key<T: Clone>(&self, x: T) -> (K, T) { (self.0.clone(), x) }
    pub fn any(&self, x: &impl Clone) { let _ = x.clone(); }
    pub fn pair<A: Clone, B: Clone>(&self, a: &A, b: &B) -> (A, B) { (a.clone(), b.clone()) }
}
pub trait Tr {
    fn gen_one<U: Clone>(&self, u: &U) -> U;
    fn given<U: Clone>(&self, u: &U) -> U { u.clone() }
    fn own(&self) -> Self where Self: Clone { self.clone() }
}
impl<K> Tr for S<K> { fn gen_one<V: Clone>(&self, v: &V) -> V { v.clone() } }
impl Tr for u8 { fn gen_one<W: Clone>(&self, w: &W) -> W { w.clone() } fn own(&self) -> u8 { *self } }
impl Tr for Rc<str> { fn gen_one<X>(&self, _: &X) -> X { todo!() } }
pub fn free<Z: Clone>(z: &Z) -> Z { z.clone() }
pub fn uses(s: S<Rc<u8>>, t: S<Arc<str>>, r: Rc<str>) {
    s.put(&Rc::new(1u8)); S::put(&s, &'c'); t.key(2u8); s.any(&Rc::new(3u32)); s.pair(&1u8, &Rc::new("a"));
    s.gen_one(&1.5f32); Tr::gen_one(&s, &"a"); 3u8.gen_one(&Arc::new(2u8)); <u8 as Tr>::gen_one(&1, &2i8);
    3u8.given(&true); s.given(&Rc::new(())); 3u8.own(); r.own();
    let v: Vec<Rc<i8>> = Vec::new(); let _: Vec<_> = v.iter().map(free).collect(); let _: fn(&i16) -> i16 = free;
    let _: Vec<_> = v.iter().map(|one| t.put(one)).collect();
}
"""


def test_methods_tell_what_is_put_in_for_their_own_parameters():
    told = [message.partition("may hide")[2].strip(" ()") for message in messages(GENERIC_METHODS, "generic_clone")]
    assert told == [
        "here `std::rc::Rc<u8>`, `char`, `std::rc::Rc<i8>`",
        "here `std::sync::Arc<str>`",
        "here `std::rc::Rc<u32>`",
        "here `u8`",
        "here `std::rc::Rc<&str>`",
        "here `bool`, `std::rc::Rc<()>`",
        "here `std::rc::Rc<str>`",
        "here `f32`, `&str`",
        "here `std::sync::Arc<u8>`, `i8`",
        "here `std::rc::Rc<i8>`, `i16`",
    ]
