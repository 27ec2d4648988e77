"""Usages, method calls and captures of bindings: the compiler's own answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from borrowscope.analyzer.type_info import TypeInfo, Variable

InfoOf = Callable[..., TypeInfo]

ITEMS = """
#[derive(Clone)] pub struct P { pub a: String, pub b: u8, pub c: (u8, String) }
impl P {
    pub fn own(self) -> String { self.a } pub fn see(&self) -> usize { 1 } pub fn edit(&mut self) -> &mut u8 { todo!() }
}
pub trait Shown { fn shown(&self) -> String; }
impl Shown for P { fn shown(&self) -> String { String::new() } }
pub fn eat<T>(_: T) {}
"""


def of(info: TypeInfo, name: str) -> Variable:
    return next(found for found in info.files["src/lib.rs"] if found.name == name and found.function_name == "f")


USAGES = {
    "let y = x;": ["move"],
    "eat(x);": ["move"],
    "let y = &x;": ["borrow"],
    "let y = &mut x;": ["borrow_mut"],
    "x.see();": ["borrow"],
    "x.edit();": ["borrow_mut"],
    "x.own();": ["move"],
    "let y = x.b;": ["read"],
    "let y = x.a;": ["move"],
    "x.b = 1;": ["write"],
    "x.b += 1;": ["write"],
    "x.c.1 = String::new();": ["write"],
    "x = P { a: String::new(), ..x };": ["write", "move"],
    "*x.edit() = 3;": ["borrow_mut"],
    "x.a.push('c');": ["borrow_mut"],
    "let y = &x.a;": ["borrow"],
    "let y = || x.see();": ["capture"],
    "let P { a, .. } = x;": ["move"],
    "let P { b, .. } = x;": ["read"],
    "let P { ref a, .. } = x;": ["borrow"],
    "let P { ref mut a, .. } = x;": ["borrow_mut"],
    "match x { P { a, .. } if a.is_empty() => 1, _ => 2 };": ["move"],
    "match x.b { 0 => eat(1), _ => () }": ["read"],
    "let y = vec![x];": ["move"],
    'println!("{}", x.b);': ["borrow"],
    "return eat(x);": ["move"],
    "if x.b > 1 { eat(x) }": ["read", "move"],
}


@pytest.mark.parametrize("statement", USAGES)
def test_usages(info_of: InfoOf, statement: str) -> None:
    info = info_of(f"{ITEMS}pub fn f(mut x: P) {{ {statement} }}", "2021")
    assert [usage.kind for usage in of(info, "x").usages] == USAGES[statement]


def test_a_write_through_a_reference_is_none_of_the_reference(info_of: InfoOf) -> None:
    info = info_of(f"{ITEMS}pub fn f(x: &mut P) {{ x.b = 1; *x = x.clone(); }}", "2021")
    assert "write" not in {usage.kind for usage in of(info, "x").usages}


CALLS = {
    "x.see();": ("see", None, "immutable", "P", "usize", None),
    "let r = &x; r.see();": ("see", None, "immutable", "&P", "usize", None),
    "x.edit();": ("edit", None, "mutable", "P", "&mut u8", None),
    "x.own();": ("own", None, "consuming", "P", "String", None),
    "x.shown();": ("shown", None, "immutable", "P", "String", "Shown"),
    "let y = x.clone();": ("clone", "std::clone::Clone::clone", "immutable", "P", "P", "std::clone::Clone"),
    "let c = || x.see();": ("see", None, "immutable", "P", "usize", None),
    "let mut c = || { x.edit(); };": ("edit", None, "mutable", "P", "&mut u8", None),
    "let c = move || x.own();": ("own", None, "consuming", "P", "String", None),
    "let c = move || x.see();": ("see", None, "immutable", "P", "usize", None),
}


@pytest.mark.parametrize("statement", CALLS)
def test_method_calls(info_of: InfoOf, statement: str) -> None:
    info = info_of(f"{ITEMS}pub fn f(mut x: P) {{ {statement} }}", "2021")
    (call,) = of(info, "r" if "r.see" in statement else "x").method_calls
    method, operation, self_borrow, receiver, result, trait = CALLS[statement]
    assert (call.method, call.self_borrow) == (method, self_borrow)
    assert (call.receiver_type, call.result_type) == (receiver, result)
    assert call.operation == operation
    assert (call.trait_name or "").rpartition("::")[2] == (trait or "").rpartition("::")[2]


def test_a_receiver_that_is_copied_is_taken_by_value(info_of: InfoOf) -> None:
    info = info_of("pub fn f(x: u8, y: *const u8, z: &str) { x.count_ones(); y.is_null(); z.len(); }")
    assert [of(info, name).method_calls[0].self_borrow for name in "xy"] == ["consuming"] * 2
    assert of(info, "z").method_calls[0].self_borrow in {None, "immutable"}


def test_results_of_std(info_of: InfoOf) -> None:
    info = info_of("pub fn f(mut x: Vec<u8>) { x.push(1); x.pop(); x.len(); x.iter().count(); let y = x.into_iter(); }")
    assert [(call.method, call.self_borrow, call.result_type) for call in of(info, "x").method_calls] == [
        ("push", "mutable", "()"),
        ("pop", "mutable", "Option<u8>"),
        ("len", "immutable", "usize"),
        ("iter", "immutable", "Iter<'_, u8>"),
        ("into_iter", "consuming", "IntoIter<u8>"),
    ]
    assert of(info, "x").method_calls[0].operation == "std::vec::Vec::push"


CAPTURES = {
    "let c = || x.see();": [("x", "ref", "P")],
    "let mut c = || { x.edit(); };": [("x", "mut_ref", "P")],
    "let c = || x.own();": [("x", "move", "P")],
    "let c = move || x.see() + n as usize;": [("n", "move", "u8"), ("x", "move", "P")],
    "let c = || n + 1;": [("n", "ref", "u8")],
    "let c = || 1;": [],
    "let c = |n: u8| n;": [],
    "let c = || eat(r);": [("r", "ref", "&u8")],
}


@pytest.mark.parametrize("statement", CAPTURES)
def test_captures(info_of: InfoOf, statement: str) -> None:
    info = info_of(f"{ITEMS}pub fn f(mut x: P, n: u8, r: &u8) {{ {statement} }}", "2021")
    found = [(capture.name, capture.capture_kind, capture.ty) for capture in of(info, "c").closure_captures]
    assert found == CAPTURES[statement]


def test_calls_that_matter_to_ownership_tell_their_result(info_of: InfoOf) -> None:
    info = info_of("pub fn f(mut x: Vec<u8>, y: String) { let t = std::mem::take(&mut x); std::mem::drop(y); }")
    assert [(call.path, call.argument, call.result_type) for call in info.expressions] == [
        ("std::mem::take", "x", "Vec<u8>"),
        ("std::mem::drop", "y", "()"),
    ]
