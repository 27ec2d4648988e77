"""What is inserted beside expressions (rule 7 of the design), one small function each."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from borrowscope.rewrite.choice import TraceOptions
from borrowscope.rewrite.model import RewrittenFile
from borrowscope.tables.events import Group
from tests.rewrite.conftest import short

EXPRESSIONS = TraceOptions(only=frozenset({Group.EXPRESSIONS}))
TYPES = "pub struct S { pub a: u8, pub v: Vec<u8> }\npub fn g<T>(_: T) {}\n"

CASES = {
    "a value passes through behind its parts": (
        "pub fn f(x: u8) { g((x, 1)); }",
        "g(after((x, 1), tuple_create()));",
    ),
    "a constant that is borrowed stays a constant": (
        "pub fn f() -> &'static [u8] { &[1, 2] }",
        "before(array_create(2), &[1, 2])",
    ),
    "a constant receiver stays a constant": (
        "pub fn f() -> std::slice::Iter<'static, u8> { [1, 2].iter() }",
        "before(array_create(2), [1, 2].iter())",
    ),
    "what a let keeps alive is told behind it": (
        "pub fn f() { let t = (&String::new(), 1); g(t.1); }",
        "let t = (&String::new(), 1); tuple_create();",
    ),
    "the elements of a slice keep their coercions": (
        "pub fn f(a: &u8, b: &String) { h(&[a, b]); }\nfn h(x: &[&dyn std::fmt::Debug]) -> usize { x.len() }",
        "h(after(&[a, b], array_create(2)))",
    ),
    "a statement that uses a place has a note ahead": (
        "pub fn f(s: &mut S) { s.v.push(s.v.len() as u8); }",
        "field_access(); s.v.push(after(before(field_access(), s.v.len()) as u8, type_cast()));",
    ),
    "an assignment is told behind": ("pub fn f(s: &mut S) { s.a = 1; }", "s.a = 1; field_access();"),
    "a comparison looks at places": (
        "pub fn f(s: &S) -> bool { g(s.v == s.v); true }",
        "g(before(field_access(), after(s.v == s.v, field_access())));",
    ),
    "the index tells the element": (
        "pub fn f(s: &mut S, i: usize) { s.v[i] += 1; }",
        "s.v[after(after(i, field_access()), index_access())] += 1;",
    ),
    "a place of a macro that only looks is borrowed": (
        'pub fn f(s: &S) { println!("{}", s.a); }',
        "*before(field_access(), &s.a)",
    ),
    "a closure stands in a block with a note that has no result": (
        "pub fn f() { g(Some(1).map(|x| x + 1)); }",
        "map({ closure_create().made(); |x| {",
    ),
    "where a later argument tells a closure's types the note stands there": (
        'pub fn f() { h(|s| s.len(), "abc"); }\nfn h<T: ?Sized, F: Fn(&T) -> usize>(f: F, t: &T) -> usize { f(t) }',
        ', before(closure_create(), "abc"));',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_insertions(name: str, rewrite_str: Callable[..., RewrittenFile]):
    source, expected = CASES[name]
    assert expected in shorter(rewrite_str(TYPES + source, wishes=EXPRESSIONS))


def shorter(rewritten: RewrittenFile) -> str:
    """The short text, without the numbers of sites in notes."""
    text = re.sub(r"untold\((\d+)\)", r"\1", short(rewritten))
    return re.sub(r"track_(\w+?)_with_id\(\d+(?:, )?", r"\1(", text)


def test_a_site_can_be_switched_off_alone(rewrite_str: Callable[..., RewrittenFile]):
    source = TYPES + "pub fn f(s: &mut S) { s.a = 1; g((s.a, 2)); }"
    told = rewrite_str(source, wishes=EXPRESSIONS)
    off = next(site.index for site in told.sites if site.event == "TupleCreate")
    without = rewrite_str(source, wishes=EXPRESSIONS, disabled=frozenset({off}))
    assert [site.event for site in without.sites] == [site.event for site in told.sites]
    assert "tuple_create" not in shorter(without)
    assert shorter(without).count("field_access") == shorter(told).count("field_access") == 2
