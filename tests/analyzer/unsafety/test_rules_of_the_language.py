"""The rules of the language that tools get wrong, one by one: what is an unsafe operation, and what looks like one."""

from __future__ import annotations

import pytest

from tests.check.checked import analysis_of

ITEMS = """
#[derive(Clone, Copy)] pub struct Point { x: u32, y: u32 }
#[derive(Clone, Copy)] pub union Small { a: u8, b: i8 }
pub union U { a: u32, point: Point, arr: [u32; 2], small: Small }
static mut COUNT: u32 = 0;
static mut TABLE: [u32; 4] = [0; 4];
unsafe extern "C" {
    static plain: u32; static mut changing: u32; safe static calm: u32;
    fn open(x: i32) -> i32; safe fn quiet(x: i32) -> i32;
}
pub unsafe trait Marker {}
#[target_feature(enable = "avx2")] pub fn wide() {}
macro_rules! given { ($e:expr) => { unsafe { $e } }; }
macro_rules! named { ($s:ident) => { unsafe { $s += 1 } }; }
"""
UNION, CALL, DEREF = "union_read", "unsafe_call", "raw_deref"
ASSEMBLY = """use std::arch::asm; fn f(p: *const u64, u: &mut U) { unsafe {
asm!("{a}", "{}", in(reg) *p, a = inout(reg) u.a => u.arr[0], out("rcx") _, const 1 + 2, options(nostack)) } }"""
RULES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "writing a field is safe": ("fn f(mut u: U) { unsafe { u.a = 1; u.point.x = 3; u.small.a = 2 } }", []),
    "also through references and smart pointers": (
        "fn f(r: &mut U, b: &mut &mut Box<U>) { unsafe { r.point.x = 1; b.small.a = 2; (b.point.y, b.a) = (1, 2) } }",
        [],
    ),
    "also by patterns of structs": (
        "struct T(u32); fn f(r: &mut U, p: Point) { unsafe { Point { x: r.point.x, y: _ } = p; T(r.a) = T(1) } }",
        [],
    ),
    "what a field in a union leads to is written, and the field is read": (
        "union P { to: *mut Point, at: &'static u8 } fn f(r: &mut P) { unsafe { (*r.to).x = 1 } }",
        [("(*r.to)", DEREF), ("r.to", UNION)],
    ),
    "so is taking an address": ("fn f(u: U) { unsafe { let _ = &raw const u.a; } }", []),
    "reading is not": ("fn f(u: U) -> u32 { unsafe { u.a } }", [("u.a", UNION)]),
    "an element that is written reads": ("fn f(mut u: U) { unsafe { u.arr[0] = 1 } }", [("u.arr", UNION)]),
    "nested unions are two reads": (
        "fn f(u: U) -> u8 { unsafe { u.small.a } }",
        [("u.small", UNION), ("u.small.a", UNION)],
    ),
    "a pattern that binds reads": ("fn f(u: U) { unsafe { let U { a: n } = u; } }", [("n", UNION)]),
    "_ reads nothing": ("fn f(u: U) { unsafe { let U { a: _ } = u; } }", []),
    "a raw borrow of what a pointer leads to": ("fn f(p: *const Point) { unsafe { let _ = &raw const *p; } }", []),
    "the address of a static": ("fn f() { unsafe { let _ = std::ptr::addr_of!(COUNT); } }", []),
    "the address of a part dereferences": (
        "fn f(p: *const Point) { unsafe { let _ = std::ptr::addr_of!((*p).x); } }",
        [("(*p)", DEREF)],
    ),
    "the address of an element is an access": (
        "fn f() { unsafe { let _ = &raw const TABLE[1]; } }",
        [("TABLE", "static_mut")],
    ),
    "two levels are two operations": (
        "fn f(p: *const *const u8) -> u8 { unsafe { **p } }",
        [("**p", DEREF), ("*p", DEREF)],
    ),
    "features need unsafe where they are missing": (
        "fn f() { unsafe { wide() } }",
        [("wide()", "target_feature_call")],
    ),
    "and not where they are there": ('#[target_feature(enable = "avx2")] fn f() { wide(); unsafe {} }', []),
    "those of the whole build count for nothing": (
        '#[target_feature(enable = "sse2")] fn g() {}\nfn f() { unsafe { g() } }',
        [("g()", "target_feature_call")],
    ),
    "an unsafe intrinsic is an ordinary call": (
        "fn f(p: *const i8) { unsafe { core::arch::x86_64::_mm_loadu_si128(p.cast()) } }",
        [("core::arch::x86_64::_mm_loadu_si128(p.cast())", CALL)],
    ),
    "a foreign static": ("fn f() -> u32 { unsafe { plain } }", [("plain", "extern_static")]),
    "a foreign static mut is a static mut": ("fn f() { unsafe { changing = 1 } }", [("changing", "static_mut")]),
    "safe foreign items are safe": ("fn f() -> u32 { unsafe { calm + quiet(1) as u32 } }", []),
    "a foreign call": ("fn f() -> i32 { unsafe { open(1) } }", [("open(1)", "ffi_call")]),
    "a foreign function by pointer has no target": (
        'fn f(call: unsafe extern "C" fn(i32)) { unsafe { call(1) } }',
        [("call(1)", CALL)],
    ),
    "operands of assembly are read": (
        ASSEMBLY,
        [(ASSEMBLY[ASSEMBLY.index("asm!") : -4], "inline_asm"), ("*p", DEREF), ("u.a", UNION), ("u.arr", UNION)],
    ),
    "promises are no operations": ('unsafe impl Marker for U {}\n#[unsafe(no_mangle)] pub extern "C" fn f() {}', []),
    "an operand belongs to the caller": ("fn f(p: *const u8) -> u8 { given!(*p) }", [("*p", DEREF)]),
    "a name belongs to the macro": ("fn f() { named!(COUNT) }", [("$s", "static_mut")]),
    "a bare body": ("unsafe fn f(p: *const u8) -> u8 { *p }", [("*p", DEREF)]),
    "autoderef": ("fn f(s: &Box<[u8]>) -> u8 { unsafe { *s.get_unchecked(0) } }", [("s.get_unchecked(0)", CALL)]),
}  # fmt: skip


def told(source: str, edition: int = 2024) -> list[tuple[str, str]]:
    (file,) = analysis_of(source, edition).files
    text = file.tree.text.source
    found = sorted(
        file.operations, key=lambda one: (one.span.start, -one.span.end if one.kind == DEREF else one.span.end)
    )
    return [(text[one.span.start : one.span.end].decode(), one.kind.value) for one in found]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule(rule: str):
    code, operations = RULES[rule]
    assert told(ITEMS + code) == operations


@pytest.mark.parametrize(("edition", "count"), [(2015, 0), (2018, 0), (2021, 0), (2024, 1)])
def test_what_one_edition_alone_takes_for_unsafe(edition: int, count: int):
    source = 'pub fn f(p: *const u8) { unsafe { ::std::env::set_var("A", "B"); *p; } }'
    assert told(source, edition)[count:] == [("*p", DEREF)]
