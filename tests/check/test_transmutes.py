"""What is said of a `transmute`: both types, sizes that are promised, lifetimes, and what its pointers lead to."""

from __future__ import annotations

import pytest

from tests.check.checked import findings_of

HEAD = """use std::mem::{transmute, transmute_copy};
#[repr(C)] pub struct Pair(u8, u16);
pub struct Open(u8, u32);
"""


def said(body: str) -> str:
    (one,) = [one for one in findings_of(f"{HEAD}pub unsafe {body}") if one.code == "BS0502"]
    return one.message


@pytest.mark.parametrize(
    ("body", "types", "danger"),
    [
        ("fn f(x: u32) -> f32 { transmute(x) }", "from `u32` (4 bytes) to `f32` (4 bytes)", "checks the size alone"),
        ("fn f(x: Pair) -> [u8; 4] { transmute(x) }", "from `Pair` (4 bytes) to `[u8; 4]` (4 bytes)", "size alone"),
        ("fn f(x: Open) -> [u8; 8] { transmute(x) }", "from `Open` to `[u8; 8]` (8 bytes)", "size alone"),
        ("fn f(x: usize) -> *const u8 { transmute(x) }", "`usize` (8 bytes on 64-bit targets)", "size alone"),
        ("fn f(x: usize) -> fn() { transmute(x) }", "to `fn()`", "makes a pointer that must not be null"),
        ("fn f<'a>(x: &str) -> &'a str { transmute(x) }", "from `&str`", "differ in lifetimes only"),
        ("fn f<'a>(x: &'a u8) -> &'static u8 { transmute::<&'a u8, &'static u8>(x) }", "`&'a u8`", "lifetimes only"),
        ("fn f(x: &[u8]) -> &[u32] { transmute(x) }", "to `&[u32]`", "the size of an element changes"),
        ("fn f(x: &[i8]) -> &[u8] { transmute(x) }", "to `&[u8]`", "size alone"),
        ("fn f(x: &u8) -> &Pair { transmute(x) }", "to `&Pair`", "taken for something greater"),
        ("fn f(x: &Pair) -> &u8 { transmute(x) }", "to `&u8`", "size alone"),
        ("fn f(x: &u8) -> &mut i8 { transmute(x) }", "to `&mut i8`", "makes a shared reference a mutable one"),
        ("fn f(x: &u8) -> u64 { transmute_copy(x) }", "from `u8` (1 byte) to `u64`", "reads beyond the end"),
        ("fn f(x: &u64) -> u8 { transmute_copy(x) }", "to `u8`", "takes the beginning"),
        ("fn f(x: &u8) -> i8 { transmute_copy(x) }", "to `i8`", "equal today"),
        ("fn f(x: &Open) -> Open { transmute_copy(x) }", "`transmute_copy` from `Open` to `Open`", "is owned twice"),
        ("fn f<T>(x: &u8) -> T { transmute_copy(x) }", "from `u8` (1 byte) to `T`", "nobody checks that their sizes"),
    ],
)
def test_both_types_and_what_makes_it_worse(body: str, types: str, danger: str):
    assert types in said(body)
    assert danger in said(body)


def test_types_that_nobody_knows_are_not_told():
    assert said("fn f() { transmute(outside::made()); }").startswith("`transmute` takes bytes")
