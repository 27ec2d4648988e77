"""What is inserted where: rules 1 to 5 of the design, one small function each."""

from __future__ import annotations

import pytest

from borrowscope.rewrite.choice import TraceOptions
from borrowscope.rewrite.model import SkipReason
from borrowscope.tables.events import Group
from tests.rewrite.conftest import short

WITHOUT_EXPRESSIONS = TraceOptions(skip=frozenset({Group.EXPRESSIONS}))
EAT = "fn eat<T>(_: T) {}\n"

CASES = {
    "a let is observed behind its semicolon": (
        "pub fn f() { let x = 5; }",
        "pub fn f() { let x = 5; let __bs_1 = track_new_with_id(1, &x); }",
    ),
    "a move hands the guard on": (
        "pub fn f(a: String) { let b = a; }",
        "pub fn f(a: String) { let __bs_1 = track_new_with_id(1, &a); let b = a; let __bs_2 = __bs_1.moved_to(2); }",
    ),
    "a path is kept apart from a colon": (
        "pub struct S{a:String}\npub fn f(x:&String)->S{S{a:x.clone()}}",
        "S{a: cloned(2, __bs_1.id(), x.clone())}",
    ),
    "a cell's guard from another method names no cell": (
        (
            "use std::cell::Ref;\npub struct S(std::cell::RefCell<u8>);\n"
            "impl S { fn g(&self) -> Ref<'_, u8> { self.0.borrow() } pub fn f(&self) { let g = self.g(); } }"
        ),
        "let g = self.g(); let __bs_6 = track_refcell_borrow_with_id(6, 0, &g);",
    ),
    "a mapped guard does not name the moved one": (
        "use std::cell::Ref;\npub fn f(g: Ref<'_, [u8]>) { let h = Ref::map(g, |v| &v[0]); }",
        "track_refcell_borrow_with_id(2, 0, &h);",
    ),
    "a closure in parentheses that is called at once takes its captures": (
        "pub fn f(x: String) -> usize { (|| { let y = x; y.len() })() }",
        "({ __bs_1.moved(3); || { let y = x;",
    ),
    "a copy does not": (
        "pub fn f(a: u8) { let b = a; }",
        "pub fn f(a: u8) { let __bs_1 = track_new_with_id(1, &a); let b = a; let __bs_2 = track_new_with_id(2, &b); }",
    ),
    "a borrow names its owner": (
        "pub fn f() { let x = 5; let r = &x; }",
        (
            "pub fn f() { let x = 5; let __bs_1 = track_new_with_id(1, &x); "
            "let r = &x; let __bs_2 = track_borrow_with_id(2, __bs_1.id()); }"
        ),
    ),
    "a reassigned variable has a new instance": (
        "pub fn f() { let mut x = 5; x = 6; }",
        (
            "pub fn f() { let mut x = 5; let mut __bs_1 = track_new_with_id(1, &x); "
            "x = 6; __bs_1 = assigning(); __bs_1 = track_new_with_id(2, &x); }"
        ),
    ),
    "self is reassigned like any other": (
        "pub struct S(String);\nimpl S { pub fn f(mut self) { self = S(String::new()); } }",
        "(self = S(String::new()), { __bs_1 = assigning(); __bs_1 = track_new_with_id(2, &self); }).0; }",
    ),
    "a closure that ignores its parameter is not enclosed": (
        "pub fn f() -> impl Fn(&u8) -> bool { move |_| true }",
        "pub fn f() -> impl Fn(&u8) -> bool { move |_| true }",
    ),
    "a break with a value that is parsed as an operator": (
        "pub fn f(s: &[u8]) -> usize { let v = 'a: loop { break 'a &s[..]; }; v.len() }",
        "'a: loop { __bs_4.iteration(); break 'a breaking(3, &s",
    ),
    "a body that begins with a block stays one expression": (
        "pub fn f() -> impl Fn(u8) -> u8 { move |x: u8| { g }(x) }\nfn g(x: u8) -> u8 { x }",
        "move |x: u8| { let __bs_1 = track_new_with_id(1, &x); ({ g }(x)) } }",
    ),
    "late initialization declares a silent guard": (
        "pub fn f() { let x; x = 6; }",
        "pub fn f() { let x; let mut __bs_1 = vacant(); x = 6; __bs_1 = assigning(); __bs_1 = track_new_with_id(2, &x); }",  # noqa: E501 - the line that is made
    ),
    "a moved operand consumes the guard in its place": (
        EAT + "pub fn f(x: String) { eat(x); }",
        "pub fn f(x: String) { let __bs_2 = track_new_with_id(2, &x); eat({ __bs_2.moved(3); x }); }",
    ),
    "a receiver by value stands in parentheses": (
        "pub fn f(x: String) -> usize { x.into_bytes().len() }",
        "{ let __bs_1 = track_new_with_id(1, &x); ({ __bs_1.moved(2); x }).into_bytes().len() }",
    ),
    "a shorthand field is spelled out": (
        "pub struct S { x: String }\npub fn f(x: String) -> S { S { x } }",
        "{ let __bs_1 = track_new_with_id(1, &x); S { x: { __bs_1.moved(2); x } } }",
    ),
    "a captured variable is told around the closure": (
        "pub fn f(x: String) { let c = move || x.len(); }",
        "let c = { __bs_1.moved(3); move || x.len() }; let __bs_2 = track_new_with_id(2, &c);",
    ),
    "an Rc's clone names its source": (
        "pub fn f(a: std::rc::Rc<u8>) { let b = a.clone(); }",
        "let b = a.clone(); let __bs_2 = track_rc_clone_with_id(2, __bs_1.id(), &b);",
    ),
    "an Rc's clone without a binding passes through": (
        "pub fn f(a: std::rc::Rc<u8>) -> Vec<std::rc::Rc<u8>> { vec![a.clone()] }",
        "vec![rc_cloned(2, __bs_1.id(), a.clone())]",
    ),
    "a cell's guard is attempted first": (
        "pub fn f(c: std::cell::RefCell<u8>) { let g = c.borrow_mut(); }",
        (
            "use Attempt as _; let g = c.__bs_attempt(3, __bs_1.id()).borrow_mut(); "
            "let __bs_2 = track_refcell_borrow_mut_with_id(2, 259, &g);"
        ),
    ),
    "a pattern's names are observed at the arm's head": (
        "pub fn f(o: Option<u8>) -> u8 { match o { Some(v) => v, None => 0 } }",
        "Some(v) => { __bs_3.arm(4); { let __bs_2 = track_new_with_id(2, &v); v } }, None => { __bs_3.arm(5); 0 }",
    ),
    "a match guard sees names before they are observed": (
        "pub fn f(o: Option<u8>) -> u8 { match o { Some(v) if g(&v) => v, _ => 0 } }\nfn g(_: &u8) -> bool { true }",
        "Some(v) if g(&v) => { __bs_3.arm(4); { let __bs_2 =",
    ),
    "a loop's guard stands before its statement and gives way behind it": (
        "pub fn f() { #[cfg(all())] for _ in 0..2 {} f(); loop {} }",
        (
            "#[cfg(all())] let mut __bs_1 = track_loop_enter_with_id(1); #[cfg(all())] for _ in 0..2 { "
            "__bs_1.iteration();} #[cfg(all())] __bs_1.exit(); f(); "
            "let mut __bs_2 = track_loop_enter_with_id(2); loop { __bs_2.iteration();} }"
        ),
    ),
    "a match that is an arm's value has its guard in a block": (
        "pub fn f(a: bool) -> u8 { match a { true => match a { x => 1 }, _ => 2 } }",
        "true => { __bs_3.arm(4); { let __bs_6 = track_match_enter_with_id(6); match a { x =>",
    ),
    "a match that is an operand binds its guard by a match": (
        "pub fn f(a: u8) -> u8 { 1 + match a { 0 => 1, _ => 2 } }",
        "1 + match track_match_enter_with_id(2) { __bs_2 => match a { 0 => { __bs_2.arm(3); 1 }, _ => { __bs_2.arm(4); 2 } } } }",  # noqa: E501 - the line that is made
    ),
    "a match that may hold temporaries stays as it is": (
        'pub fn f(a: &str) -> u8 { 1 + match a.to_string().as_str() { "" => 1, _ => 2 } }',
        '1 + match a.to_string().as_str() { "" => 1, _ => 2 } }',
    ),
    "a macro that is an arm's value stays an expression": (
        "pub fn f(a: u8) -> Vec<u8> { match a { 0 => vec![], _ => panic!() } }",
        "0 => { __bs_2.arm(3); (vec![]) }, _ => { __bs_2.arm(4); (panic!()) } } }",
    ),
    "branches are told at their heads": (
        "pub fn f(a: bool) -> u8 { if a { 1 } else if !a { 2 } else { 3 } }",
        (
            "if a { track_branch_with_id(2); 1 } else if !a { track_branch_with_id(3); 2 } "
            "else { track_branch_with_id(4); 3 }"
        ),
    ),
    "names of a chain are observed within the chain": (
        "pub fn f(o: Option<u8>) { if let Some(v) = o && v > 1 { } }",
        "if let Some(v) = o && let __bs_2 = track_new_with_id(2, &v) && v > 1 { track_branch_with_id(3); }",
    ),
    "the cfgs of a statement are copied": (
        "pub fn f() { #[cfg(not(windows))] let x = 5; #[cfg(windows)] let x = 6; }",
        (
            "#[cfg(not(windows))] let x = 5; #[cfg(not(windows))] let __bs_1 = track_new_with_id(1, &x); "
            "#[cfg(windows)] let x = 6;"
        ),
    ),
    "a comment within a cfg is not copied": (
        "pub fn f() { #[cfg(not(any( // none of them\n windows, test)))] let x = 5; }",
        "let x = 5; #[cfg(not(any( windows, test)))] let __bs_1 = track_new_with_id(1, &x); }",
    ),
    "a way out keeps its own cfg": (
        "pub fn f() -> u8 { #[cfg(windows)] return 1; 2 }",
        "#[cfg(windows)] track_return_with_id(1); #[cfg(windows)] return 1; 2 }",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_insertions(name, rewrite_str):
    source, expected = CASES[name]
    assert expected in short(rewrite_str(source, wishes=WITHOUT_EXPRESSIONS))


def test_a_tail_is_enclosed_before_2024(rewrite_str):
    source = "pub fn f(a: String) -> usize { a.len() }"
    assert "match () { () => { borrowed(2, __bs_1.id()); a.len() } } }" in short(rewrite_str(source, "2021"))
    assert "match" not in short(rewrite_str(source, "2024"))


def test_a_move_inside_an_unknown_macro_costs_the_guard(rewrite_str):
    source = "macro_rules! eat { ($e:expr) => {{ stringify!($e); drop($e) }} }\npub fn f(x: String) { eat!(x); }"
    rewritten = rewrite_str(source)
    assert ".unguarded();" in short(rewritten)
    assert [(one.reason, one.name) for one in rewritten.skipped] == [(SkipReason.UNMARKED_MOVE, "x")]
    assert rewritten.macros == {"eat": 1}


def test_a_move_in_a_macros_own_text_costs_the_guard(rewrite_str):
    source = "macro_rules! eat { ($x:ident) => { drop($x) } }\npub fn f(x: String) { eat!(x); }"
    rewritten = rewrite_str(source)
    assert ".unguarded();" in short(rewritten)
    (skipped,) = rewritten.skipped
    assert (skipped.reason, skipped.name, skipped.span.start) == (SkipReason.UNMARKED_MOVE, "x", source.index("x: S"))


def test_a_switched_off_move_costs_the_guard_and_renumbers_nothing(rewrite_str):
    source = EAT + "pub fn f(x: String) { eat(x); }"
    whole, healed = rewrite_str(source), rewrite_str(source, disabled=frozenset({3}))
    assert [site.index for site in whole.sites] == [site.index for site in healed.sites]
    assert "eat(x)" in short(healed)
    assert "track_new_with_id(2, &x).unguarded()" in short(healed)


def test_naming_is_capturing(rewrite_str):
    source = "pub fn f(x: String) { let c = || { let y = &x; y.len() }; c(); }"
    assert "let y = &x; let __bs_3 = track_borrow_with_id(3, NONE);" in short(rewrite_str(source))


def test_functions_that_cannot_be_traced_say_why(rewrite_str):
    source = 'pub const fn c() {}\npub extern "C" fn e() {}\npub trait T { fn n(); }\npub fn ok() {}'
    reasons = {record.path: record.reason for record in rewrite_str(source).functions}
    assert reasons == {"k::c": SkipReason.CONST_CONTEXT, "k::e": SkipReason.FOREIGN_ABI, "k::ok": None}


def test_marks_choose_and_disappear(rewrite_str):
    source = "#[cfg_attr(any(), trace_borrow)]\npub fn a() { let x = 1; }\npub fn b() { let y = 1; }\n"
    rewritten = rewrite_str(source, trace_all=False)
    assert [record.path for record in rewritten.functions if record.traced] == ["k::a"]
    assert b"trace_borrow" not in rewritten.text


def test_edition_2015_names_the_runtime(rewrite_str):
    assert (
        short(rewrite_str("//! Docs.\n#![allow(unused)]\n\npub fn f() {}\n", "2015"))
        .splitlines()[3]
        .startswith("extern crate borrowscope_runtime; pub fn f()")
    )
    licensed = "// A license.\n\n#![deny(missing_docs)]\n//! Docs.\n\n// Plain.\n/// Of f.\npub fn f() {}\n"
    lines = rewrite_str(licensed, "2015").text.decode().splitlines()
    assert lines[0] == "// A license."
    assert lines[5] == "extern crate borrowscope_runtime; // Plain."
    named = "extern crate std as borrowscope_runtime; pub fn f()"  # as if people named it, to call it by hand
    assert rewrite_str(f"{named} {{}}", "2015").text.decode().startswith(named)


@pytest.mark.parametrize(
    ("attribute", "is_traced"),
    [
        ("#[cfg_attr(any(), rustversion::attr(since(1.83), const))]", False),
        ('#[cfg_attr(any(), const_fn("1.46"))]', False),
        ('#[cfg_attr(feature = "x", konst::const_fn)]', False),
        ('#[doc = "is (const) as long as const_fn(..) holds"]', True),
        ('#[cfg(feature = "const_fn")]', True),
        ("#[cfg_attr(any(), bench(consts = [1, 2]))]", True),
    ],
)
def test_functions_that_an_attribute_makes_const_are_not_traced(rewrite_str, attribute, is_traced):
    source = f"{attribute}\npub fn f(x: u8) -> u8 {{ let y = x; y }}\n"
    assert [record.traced for record in rewrite_str(source).functions] == [is_traced]


def test_a_reference_ends_at_its_last_use_unless_a_loop_brings_it_back(rewrite_str):
    source = """pub fn f(x: &u8, y: &u8) {
    println!("{x}");
    for i in 0..*x { let z = &i; println!("{z} {y}"); }
}"""
    last = {site.name: site.last_use for site in rewrite_str(source).sites if site.name in ("x", "y", "z")}
    assert last["x"].start == source.index("*x") + 1
    assert last["y"] is None
    assert last["z"].start == source.index("{z}") + 1


def test_items_inside_of_macros_that_hand_them_on_are_traced(rewrite_str):
    source = """macro_rules! cfg_rt { ($($item:item)*) => { $($item)* } }
macro_rules! other { ($($item:item)*) => { $($item)* } }
cfg_rt! { pub mod inner { pub fn f(a: String) { let b = a; } } }
other! { pub fn g(a: String) { let b = a; } }"""
    rewritten = rewrite_str(source)
    assert [record.path for record in rewritten.functions if record.traced] == ["k::inner::f", "k::g"]
    assert "let b = a; let __bs_2 = __bs_1.moved_to(2);" in short(rewritten)
