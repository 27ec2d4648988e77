"""What macros make of their arguments: which are evaluated, in which scopes, and which had better not be touched."""

from __future__ import annotations

import pytest

from borrowscope.parse.macro_arguments import Step, StepKind, read_call
from borrowscope.parse.macro_book import MacroBook, definitions_of
from borrowscope.tables.macro_shapes import SHAPES

BOTH = "($v:expr, $p:pat => $r:expr) => { match $v { Left($p) => $r, Right($p) => Some($r) } };"
DEEP = "($($t:tt)*) => { inner!($($t)*) };"

LET = (
    "macro_rules! let_it { ($x:ident) => { let $x = 1; }; } "
    "macro_rules! through { ($($x:ident = $e:expr),*) => { $(let $x = $e;)* }; }"
)

# rules of `m!`, tokens of a call, the steps in words: an argument's text, `pattern<-argument that its names are for`,
# `pattern<=` where they live on behind the call, `?` where the macro reads them itself
CASES = {
    "an expression": ("($e:expr) => { f($e) };", "a.b()", "a.b()"),
    "several, with separators": ("($($e:expr),* $(,)?) => { [$($e),*] };", "a, b(), c", "a b() c"),
    "a scrutinee and what is returned": (
        "($e:expr) => { match $e { Ok(v) => v, Err(e) => return Err(e) } };",
        "parse(text)",
        "parse(text)",
    ),
    "names that are bound for an argument": (
        BOTH,
        "either, inner => inner.next()",
        "either inner<-inner.next() inner.next() inner<-inner.next() inner.next()",
    ),
    "statements": ("($($t:tt)*) => {{ $($t)* }};", "let a = 1; a + 1", "let a = 1; a + 1"),
    "a block": ("($b:block) => { loop $b };", "{ work(); }", "{ work(); }"),
    "through another macro": (DEEP, "x + 1", "x + 1"),
    "through a macro of std's": ("($($t:tt)*) => { println!($($t)*) };", '"{}", x.len()', "x.len()"),
    "a place": ("($e:expr) => { &mut $e };", "x.y", "x.y"),
    "in the macro's loop, with a loop of its own": (
        "($e:expr) => { loop { $e } };",
        "loop { break }",
        "loop { break }",
    ),
    "a text, too": ("($e:expr) => { (stringify!($e), $e) };", "x", ""),
    "what assert! prints": ("($e:expr) => { assert!($e) };", "x.is_some()", ""),
    "with a message it does not": ('($e:expr) => { assert!($e, "no") };', "x.is_some()", "x.is_some()"),
    "a pattern, too": ("($x:ident) => { let $x = $x; };", "x", "x<=?"),
    "the body of the macro's loop": (
        "($p:pat in $e:expr => $r:expr) => { for $p in $e { $r } };",
        "a in b() => a.c()",
        "b() a<-a.c() a.c()",
    ),
    "a block as the body of the macro's loop": (
        "($p:pat in $e:expr => $r:expr) => { for $p in $e { $r } };",
        "a in b() => { if a { c } }",
        "b() a<-{ if a { c } } { if a { c } }",
    ),
    "a let behind which its names live on": ("($x:pat, $e:expr) => { let $x = f($e); };", "mut x, y()", "y() x<="),
    "lets through another macro": ("($($x:ident)*) => { $(let_it!($x);)* };", "a b", "a<= b<="),
    "a let that the macro shadows": ("($x:ident) => { let $x = 1; let $x = g(&$x); };", "x", "x<=? x<=?"),
    "a let that a text tells of": ("($x:ident) => { let $x = vec![stringify!($x)]; };", "x", "x<=?"),
    "a let through macros": ("($x:ident) => { through!($x = vec![stringify!($x)]); };", "x", "x<=?"),
    "a let in a block of the macro": ("($x:ident) => {{ let $x = 1; }};", "x", ""),
    "a let in the macro's loop": ("($x:ident) => { loop { let $x = 1; break; } };", "x", ""),
    "a type": ("($t:ty, $e:expr) => { <$t>::from($e) };", "u8, x", "x"),
    "a name cannot become an expression": ("($x:ident) => { $x.len() };", "x", ""),
    "a text that decides": ("(x) => { 1 }; ({ $($t:tt)* }) => { 2 }; ($e:expr) => { $e };", "y", ""),
    "one that decides beside one that does not": (
        "(y, $b:expr) => { $b }; ($a:expr, $b:expr) => { $a + $b };",
        "x, z",
        "x z",
    ),
    "a macro that nobody knows": ("($e:expr) => { unknown!($e) };", "x", ""),
    "the macro's closure captures": ("($e:expr) => { move || $e };", "x", ""),
    "a way out of the macro's loop": ("($e:expr) => { loop { $e } };", "if a { break }", ""),
    "an item": ("($e:expr) => { { const C: u8 = $e; C } };", "1 + 1", ""),
    "no rule fits": ("($e:expr) => { $e };", "a, b", ""),
    "names that a let of the macro binds": (
        "($p:pat, $e:expr, $r:expr) => {{ let $p = $e; $r }};",
        "a, b(), a + 1",
        "b() a<- a + 1",
    ),
    "a guard sees names that nothing stands beside": (
        "($e:expr, $p:pat if $g:expr) => { match $e { $p if $g => true, _ => false } };",
        "v, Some(t) if t > 1",
        "v Some(t)<- t > 1 Some(t)<-",
    ),
}


def told(call: str, rules: str, *others: str) -> str:
    """The steps of a call of `m!`, in words. The macros of the book see those that stand beside them."""
    book = MacroBook()
    book.add("", f"macro_rules! m {{ {rules} }} macro_rules! inner {{ ($e:expr) => {{ $e }}; }} {LET}".encode(), 2021)
    definitions = [*book.of("")["m"], *(one for text in others for one in definitions_of(text.encode()))]
    steps = read_call(call.encode(), 0, len(call), definitions, book.of("").get)
    return " ".join(words(call, step) for step in steps if step.kind not in (StepKind.OPEN, StepKind.CLOSE))


def words(call: str, step: Step) -> str:
    """One step."""
    text = call[step.span.start : step.span.end]
    body = call[step.body.start : step.body.end] if step.body is not None else ""
    return {StepKind.BIND: f"{text}<-{body}", StepKind.LET: f"{text}<=", StepKind.HIDE: f"{text}<=?"}.get(
        step.kind, text
    )


@pytest.mark.parametrize("name", CASES)
def test_what_a_macro_evaluates(name: str) -> None:
    rules, call, expected = CASES[name]
    assert told(call, rules) == expected


def test_definitions_under_opposite_conditions_agree() -> None:
    rules = "($($t:tt)*) => { println!($($t)*) };"
    assert told('"{}", x', rules, "macro_rules! m { ($($t:tt)*) => {}; }") == "x"
    assert told('"{}", x', rules, "macro_rules! m { ($($t:tt)*) => { stringify!($($t)*) }; }") == ""


def test_well_known_shapes_can_be_read() -> None:
    for rules in SHAPES.values():
        text = b"macro_rules! m { %b }" % rules
        assert [one.arms is not None for one in definitions_of(text)] == [True]


def test_definitions_are_found_where_they_stand() -> None:
    source = b"""
    // macro_rules! not_one
    macro_rules! a { ($x:expr) => { "}" } }
    fn f() { macro_rules! b ( ($x:expr) => { '}' /* } */ } ); }
    macro_rules! $c { () => {} }
    """
    assert [one.name for one in definitions_of(source)] == ["a", "b"]
