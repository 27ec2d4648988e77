"""Macros that a file defines itself: what is observed in their calls, and what is left alone and listed."""

from __future__ import annotations

from borrowscope.rewrite.model import SkipReason
from tests.rewrite.conftest import short

BOTH = """
pub enum Either<L, R> { Left(L), Right(R) }
macro_rules! for_both {
    ($value:expr, $pattern:pat => $result:expr) => {
        match $value { Either::Left($pattern) => $result, Either::Right($pattern) => $result }
    };
}
pub fn f(either: Either<String, Vec<u8>>) -> usize { for_both!(either, inner => inner.len()) }
"""
WRAPPERS = """
macro_rules! wrap { ($($item:item)*) => { $(#[allow(dead_code)] $item)* }; }
macro_rules! without { ($($item:item)*) => { $(#[cfg(any())] $item)* }; }
macro_rules! define { (fn $name:ident $body:block) => { fn $name() $body }; }
wrap! { fn first() {} mod inner { pub fn second() {} } }
without! { fn third() {} }
define! { fn fourth {} }
"""
LAZY = """
macro_rules! name { ($e:expr) => { concat!(stringify!($e), "!") }; }
macro_rules! bound { ($p:pat => $e:expr) => {{ let $p = 1; $e }}; }
pub fn f(s: String) -> usize { let size = bound!(x => x + 1); name!(s).len() + size }
"""


def test_a_name_that_is_bound_in_both_arms_is_one_binding(rewrite_str):
    rewritten = rewrite_str(BOTH)
    assert next((site.kind, site.event) for site in rewritten.sites if site.name == "inner") == ("pattern", "New")
    assert "for_both!(either, inner => { " in short(rewritten)
    assert rewritten.text.count(b"&inner)") == 1
    assert (rewritten.skipped, rewritten.macros) == ([], {})


def test_items_that_a_macro_hands_on_are_traced(rewrite_str):
    paths = [(one.path, one.traced) for one in rewrite_str(WRAPPERS).functions]
    assert paths == [("k::first", True), ("k::inner::second", True), ("k::third", True)]


def test_what_a_macro_reads_as_a_text_is_left_alone_and_its_own_let_is_listed(rewrite_str):
    rewritten = rewrite_str(LAZY)
    assert "name!(s).len()" in short(rewritten)
    assert rewritten.macros == {"name": 1}
    assert [(one.reason, one.name) for one in rewritten.skipped] == [(SkipReason.MACRO_UNKNOWN, "x")]
