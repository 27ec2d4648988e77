"""The reader of rustc's dumps, against the installed rustc."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.compiler import read_dump
from borrowscope.analyzer.facts import BindingFact, FileFacts, MoveShape, TypeSource
from borrowscope.analyzer.mir import parse_body, parse_span

from .conftest import compile_source

FactsOf = Callable[..., FileFacts]

DROPPER = "pub struct D(pub &'static str); impl Drop for D { fn drop(&mut self) {} } pub fn eat<T>(_t: T) {}\n"


def binding(facts: FileFacts, name: str, nth: int = 0) -> BindingFact:
    return [fact for fact in facts.bindings.values() if fact.name == name][nth]


def moves(facts: FileFacts, source: str, name: str) -> list[tuple[str, MoveShape]]:
    starts = {fact.span.start for fact in facts.bindings.values() if fact.name == name}
    text = source.encode()
    return [
        (text[move.span.start : move.span.end].decode(), move.shape) for move in facts.moves if move.binding in starts
    ]


def test_every_pattern_form_is_narrowed_to_its_name(facts_of: FactsOf) -> None:
    source = """
pub struct S { pub a: String, pub r#type: u8 }
impl S {
    pub fn by_ref<'a>(&'a mut self) -> &'a mut String { &mut self.a }
    pub fn boxed(mut self: Box<Self>) -> u8 { let S { a: ref mut inner, r#type } = *self; inner.push('ü'); r#type }
    pub fn mutable(mut self) -> Self { self.a.clear(); self }
}
pub fn f(é: u8, (mut p, q): (u8, u8)) -> u8 { match é { whole @ 1..=3 => whole, _ => { p += q; p } } }
"""
    facts = facts_of(source)
    text = source.encode()
    for start, fact in facts.bindings.items():
        assert fact.span.start == start
        assert text[fact.span.start : fact.span.end].decode() == fact.name
    named = [fact.name for fact in facts.bindings.values()]
    assert named == ["self", "self", "inner", "r#type", "self", "é", "p", "q", "whole"]
    assert binding(facts, "self", 1).ty == "std::boxed::Box<S>"
    assert binding(facts, "inner").is_mutable_reference


def test_desugared_names_are_no_bindings(facts_of: FactsOf) -> None:
    source = """
pub fn f(iter: std::vec::IntoIter<String>) -> Result<u8, std::num::ParseIntError> {
    for x in iter { drop(x) }
    for iter in [1, 2] { let _ = iter; }
    let n = "4".parse::<u8>()?;
    Ok(n)
}
pub async fn g() { std::future::ready(1).await; }
"""
    facts = facts_of(source)
    assert [(fact.name, fact.ty) for fact in facts.bindings.values()] == [
        ("iter", "std::vec::IntoIter<std::string::String>"),
        ("x", "std::string::String"),
        ("iter", "i32"),
        ("n", "u8"),
    ]


def test_a_match_guard_keeps_the_binding_by_value(facts_of: FactsOf) -> None:
    source = DROPPER + "pub fn f(o: Option<D>) { match o { Some(x) if x.0.len() > 1 => eat(x), _ => {} } }"
    facts = facts_of(source)
    assert binding(facts, "x").ty == "D"
    assert moves(facts, source, "x") == [("x", MoveShape.OPERAND)]
    assert moves(facts, source, "o") == [("x", MoveShape.PARTIAL)]
    assert [move.target for move in facts.moves if move.field] == [binding(facts, "x").span.start]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("let b = a; eat(b);", [("a", MoveShape.OPERAND)]),
        ("eat(vec![(a)]);", [("a", MoveShape.OPERAND)]),
        ("let c = move || eat(&a); c();", [("move || eat(&a)", MoveShape.CAPTURE)]),
        ("let c = async move { eat(a) }; eat(c);", [("async move { eat(a) }", MoveShape.CAPTURE)]),
        ("loop { if a.0.is_empty() { eat(a); break } }", [("a", MoveShape.OPERAND)]),
        ("let s = &a; eat(s.0);", []),
    ],
)
def test_moves_carry_the_operands_span(facts_of: FactsOf, body: str, expected: list[tuple[str, MoveShape]]) -> None:
    source = DROPPER + f"pub fn f(a: D) {{ {body} }}"
    assert moves(facts_of(source), source, "a") == expected


def test_a_pattern_that_takes_the_whole_value_is_its_place(facts_of: FactsOf) -> None:
    source = "pub fn f(a: Option<String>) { match a { whole @ Some(_) => drop(whole), rest => drop(rest) } }"
    found = [move for move in facts_of(source).moves if move.target is not None]
    assert [source[move.span.start : move.span.end] for move in found] == ["whole", "rest"]
    assert not any(move.in_macro for move in found)


@pytest.mark.parametrize("call", ["dbg!(s)", "eat!(s)"])
def test_moves_that_cannot_be_marked_are_told(facts_of: FactsOf, call: str) -> None:
    source = f"macro_rules! eat {{ ($i:ident) => {{ drop($i) }} }} pub fn f(s: String) {{ let _ = {call}; }}"
    moves = [move for move in facts_of(source).moves if move.shape is MoveShape.OPERAND]
    assert [move.in_macro for move in moves] == [True]


def test_parts_of_values_move(facts_of: FactsOf) -> None:
    source = "pub fn f(p: (String, String), b: Box<String>) -> Vec<u8> { let k = p.0; let u = b.into_bytes(); u }"
    facts = facts_of(source)
    assert moves(facts, source, "p") == [("p.0", MoveShape.PARTIAL)]
    assert moves(facts, source, "b") == [("b", MoveShape.DEREF)]
    assert (
        next(move for move in facts.moves if move.shape is MoveShape.PARTIAL).target == binding(facts, "k").span.start
    )


def test_parameters_of_an_async_fn_belong_to_the_coroutine(facts_of: FactsOf) -> None:
    source = DROPPER + 'pub async fn f(d: D) -> usize { let e = D("e"); eat(d); e.0.len() }'
    facts = facts_of(source)
    assert binding(facts, "d").body == "f::{closure#0}"
    assert binding(facts, "d").needs_drop
    assert moves(facts, source, "d") == [("d", MoveShape.OPERAND)]


def test_drops_and_copies(facts_of: FactsOf) -> None:
    source = DROPPER + (
        "pub fn f(d: D, n: u8) -> u8 { let e = d; let r = &e; let mut s = String::new(); s = r.0.into(); "
        "let m = n; let k = std::mem::ManuallyDrop::new(s); m }\n"
        "pub fn g() -> ! { let never = String::new(); loop {} }"
    )
    facts = facts_of(source)
    needs = {fact.name: fact.needs_drop for fact in facts.bindings.values() if fact.name not in {"self", "_t"}}
    assert needs == {"d": True, "n": False, "e": True, "r": False, "s": True, "m": False, "k": False, "never": True}
    assert {fact.name: fact.is_copy for fact in facts.bindings.values() if fact.name in "dnr"} == {
        "d": False,
        "n": True,
        "r": True,
    }
    assert [drop.cause for drop in binding(facts, "s").drops] == ["assign"]  # then it moves into `ManuallyDrop`


def test_borrows_and_calls_know_their_receivers(facts_of: FactsOf) -> None:
    source = (
        "use std::rc::Rc; pub fn f() { let a = Rc::new(1); let r = &a; let b = Rc::clone(r); "
        "let mut v = vec![b]; v.push(a.clone()); }"
    )
    facts = facts_of(source)
    text = source.encode()
    (kept,) = [borrow for borrow in facts.borrows if borrow.target is not None]
    assert kept.binding == binding(facts, "a").span.start
    assert kept.target == binding(facts, "r").span.start
    mutable = [borrow for borrow in facts.borrows if borrow.is_mutable]
    assert [text[borrow.span.start : borrow.span.end] for borrow in mutable] == [b"v"]
    calls = {text[call.callee_span.start : call.callee_span.end].decode(): call for call in facts.calls}
    assert calls["Rc::clone"].callee == "<std::rc::Rc<i32> as std::clone::Clone>::clone"
    assert calls["Rc::clone"].target == binding(facts, "b").span.start
    assert calls["clone"].callee == calls["Rc::clone"].callee


def test_constants_and_statics_are_bindings(facts_of: FactsOf) -> None:
    facts = facts_of(
        "pub const K: Option<u8> = None; pub static ST: std::sync::Mutex<Vec<u8>> = std::sync::Mutex::new(vec![]);"
    )
    assert binding(facts, "K").ty == "std::option::Option<u8>"
    assert binding(facts, "ST").ty == "std::sync::Mutex<std::vec::Vec<u8>>"


def test_a_place_with_several_types_has_none(facts_of: FactsOf) -> None:
    source = (
        "macro_rules! m { ($e:expr) => { let inner = $e; eat(inner); } } pub fn eat<T>(_: T) {} "
        'pub fn f() { m!(1u8); } pub fn g() { m!(""); }'
    )
    fact = binding(facts_of(source), "inner")
    assert fact.ty is None
    assert fact.source is TypeSource.UNKNOWN
    assert fact.is_copy is None
    assert [other.ty for other in fact.alternatives] == ["u8", "&str"]


def test_strings_do_not_look_like_operands(facts_of: FactsOf) -> None:
    source = 'pub fn f(a: String) -> (String, &\'static str) { (a, "; // scope 0 at move _1 &_1") }'
    facts = facts_of(source)
    assert len(facts.moves) == 1
    assert not facts.borrows


def test_entries_of_a_changed_file_are_thrown_out(tmp_path: Path) -> None:
    dump = compile_source(tmp_path, "pub fn f(one: u8) -> u8 { let two = one; two }", "2021")
    (tmp_path / "src/lib.rs").write_text("pub fn f(one: u8) -> u8 { let tvo = one; tvo }")
    (facts,) = read_dump(dump, tmp_path).values()
    assert [fact.name for fact in facts.bindings.values()] == ["one"]


def test_a_renamed_function_leaves_nothing_behind(tmp_path: Path) -> None:
    source = "pub fn one(x: String) { let y = x; drop(y); let c = || other(); c() } fn other() {}"
    for old in compile_source(tmp_path, source, "2021").iterdir():
        os.utime(old, (1_000_000_000, 1_000_000_000))
    source = "pub fn two(x: Vec<u8>) { let y = x; let z = || other(); z(); let y = y; } fn other() {}"
    dump = compile_source(tmp_path, source, "2021")
    assert len(list(dump.glob("one*.mir")) + list(dump.glob("lib.one*.mir"))) == len(["one", "its closure"])
    (facts,) = read_dump(dump, tmp_path).values()
    assert {fact.body for fact in facts.bindings.values()} == {"two"}
    assert binding(facts, "x").ty == "std::vec::Vec<u8>"
    assert {move.body for move in facts.moves} == {"two"}


def test_a_missing_folder_says_nothing(tmp_path: Path) -> None:
    assert read_dump(tmp_path / "none", tmp_path) == {}


@pytest.mark.parametrize(
    "text", ["", "nonsense", "// MIR for `f` after built\n", "// MIR for `f` after built\n    bb0: {"]
)
def test_foreign_texts_are_tolerated(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.built.after.mir").write_text(text)
    assert read_dump(tmp_path, tmp_path) == {}
    body = parse_body(text)
    assert body is None or not list(body.statements())


def test_a_span_is_read_from_its_end() -> None:
    span = parse_span("odd: name 1:2: 3.rs:10:5: 11:7 (#0)")
    assert span is not None
    assert span.file == "odd: name 1:2: 3.rs"
    assert (span.start_line, span.start_column, span.end_line, span.end_column) == (10, 5, 11, 7)
    assert parse_span("no span") is None
