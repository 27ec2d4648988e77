"""Drops with their causes: what the compiler schedules, less what the moves before leave nothing of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from borrowscope.analyzer.type_info import TypeInfo

InfoOf = Callable[..., TypeInfo]

DROPPER = """pub struct D(pub u8);
impl Drop for D { fn drop(&mut self) {} }
pub fn eat<T>(_: T) {}
macro_rules! leave { ($e:expr) => { return $e } }
"""


def drops_of(info: TypeInfo, source: str) -> dict[str, list[tuple[str, str | None]]]:
    """For each binding the text at which it can die, and the cause."""
    lines = source.split("\n")
    return {
        found.name: [(lines[drop.line - 1][drop.column :].split(";")[0], drop.cause) for drop in found.drops]
        for found in info.files["src/lib.rs"]
        if found.function_name not in {"drop", "eat"}
    }


CASES: dict[str, tuple[str, dict[str, list[tuple[str, str | None]]]]] = {
    "moved away": ("pub fn f() { let x = D(1); let y = x; }", {"x": [], "y": [("}", "scope_end")]}),
    "given away": ("pub fn f(x: D) { eat(x); }", {"x": []}),
    "returned": ("pub fn f() -> D { let x = D(1); x }", {"x": []}),
    "maybe moved": ("pub fn f(c: bool) { let x = D(1); if c { eat(x); } }", {"x": [("}", "maybe_moved")]}),
    "maybe given": (
        "pub fn f(c: bool) { let x; if c { x = D(1); } }",
        {"x": [("}", "maybe_moved")]},
    ),
    "moved on both ways": ("pub fn f(c: bool) { let x = D(1); if c { eat(x); } else { drop(x); } }", {"x": []}),
    "assigned": (
        "pub fn f() { let mut x = D(1); x = D(2); }",
        {"x": [("x = D(2)", "assign"), ("}", "scope_end")]},
    ),
    "assigned after a move": (
        "pub fn f() { let mut x = D(1); eat(x); x = D(2); }",
        {"x": [("}", "scope_end")]},
    ),
    "return": (
        "pub fn f(c: bool) {\nlet x = D(1);\nif c {\nreturn;\n}\nlet y = D(2);\n}",
        {"x": [("return", "return"), ("}", "scope_end")], "y": [("}", "scope_end")]},
    ),
    "return in a loop": (
        "pub fn f(c: bool) {\nlet x = D(1);\nloop {\nlet y = D(2);\nif c {\nreturn;\n}\n}\n}",
        {"x": [("return", "return")], "y": [("return", "return"), ("}", "scope_end")]},
    ),
    "question mark": (
        "pub fn f(r: Result<u8, u8>) -> Result<u8, u8> {\nlet x = D(1);\nlet n = r\n?;\nlet y = D(n);\nOk(1)\n}",
        {"x": [("?", "try"), ("}", "scope_end")], "y": [("}", "scope_end")]},
    ),
    "question mark in the tail": (
        "pub fn f(r: Result<u8, u8>) -> Result<u8, u8> {\nlet x = D(1);\nOk(r\n?)\n}",
        {"x": [("?)", "try"), ("}", "scope_end")]},
    ),
    "question mark as tail of a block": (
        "pub fn f(r: Option<u8>) -> Option<u8> {\nlet n = {\nlet x = D(1);\nr\n?\n};\nSome(n)\n}",
        {"x": [("?", "try"), ("}", "scope_end")]},
    ),
    "break and continue": (
        "pub fn f(a: bool, b: bool) {\nloop {\nlet x = D(1);\nif a { break; }\nif b { continue; }\neat(1);\n}\n}",
        {"x": [("break", "break"), ("continue", "continue"), ("}", "scope_end")]},
    ),
    "break of an outer loop": (
        "pub fn f(a: bool) {\n'o: loop {\nlet x = D(1);\nwhile a {\nlet y = D(2);\nbreak 'o;\n}\n}\n}",
        {"x": [("break 'o", "break"), ("}", "scope_end")], "y": [("break 'o", "break")]},
    ),
    "conditional at a way out": (
        "pub fn f(a: bool, b: bool) {\nlet x = D(1);\nif a { eat(x); }\nif b {\nreturn;\n}\n}",
        {"x": [("return", "maybe_moved"), ("}", "maybe_moved")]},
    ),
    "parts": (
        "pub fn f(c: bool) { let x = (D(1), D(2)); let y = x.0; }",
        {"x": [("}", None)], "y": [("}", "scope_end")]},
    ),
    "payload": (
        "pub fn f(r: Result<D, D>) { match r { Ok(x) => eat(x), Err(y) => {} } }",
        {"r": [], "x": [], "y": [("} } }", "scope_end")]},
    ),
    "payload of one variant": (
        "pub fn f(o: Option<(D, D)>) { if let Some((x, _)) = o { eat(x) } }",
        {"o": [("}", None)], "x": []},
    ),
    "out of a box": ("pub fn f(x: Box<D>) { let y = *x; }", {"x": [("}", "scope_end")], "y": [("}", "scope_end")]}),
    "for": ("pub fn f(v: Vec<D>) { for x in v { if x.0 > 1 { eat(x); } } }", {"x": [("} }", "maybe_moved")], "v": []}),
    "match": (
        "pub fn f(o: Option<D>) { match o { Some(x) if x.0 > 1 => eat(x), Some(y) => {}, None => {} } }",
        {"x": [], "y": [("}, None => {} } }", "scope_end")]},
    ),
    "let else": (
        "pub fn f(o: Option<u8>) {\nlet x = D(1);\nlet Some(n) = o else {\nreturn\n};\neat(n);\n}",
        {"x": [("return", "return"), ("}", "scope_end")]},
    ),
    "never": ("pub fn f() -> ! { let x = D(1); loop {} }", {"x": []}),
    "panic": ("pub fn f() -> u8 { let x = D(1); panic!() }", {"x": []}),
    "nothing to drop": ("pub fn f(n: u8) { let x = 1; let r = &n; }", {"n": [], "x": [], "r": []}),
    "async": (
        "pub async fn f(x: D) {\nlet y = D(2);\nasync {}.await;\neat(y);\n}",
        {"x": [("}", "scope_end")], "y": []},
    ),
    "closure": (
        "pub fn f() -> impl Fn(D) {\n|x: D| {\nif x.0 > 1 {\nreturn;\n}\n}\n}",
        {"x": [("return", "return"), ("}", "scope_end")]},
    ),
    "labelled block": (
        "pub fn f(c: bool) -> u8 {\nlet z = 'a: {\nlet x = D(1);\nif c {\nbreak 'a 1;\n}\n2\n};\nz\n}",
        {"x": [("break 'a 1", "break"), ("}", "scope_end")]},
    ),
    "return in a macro": (
        "pub fn f(c: bool) -> u8 {\nlet x = D(1);\nif c {\nleave!(1);\n}\n2\n}",
        {"x": [("return $e } }", "return"), ("}", "scope_end")]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_places_and_causes(info_of: InfoOf, case: str) -> None:
    body, expected = CASES[case]
    source = DROPPER + body
    found = drops_of(info_of(source), source)
    assert {name: sorted(found[name], key=str) for name in expected} == {
        name: sorted(drops, key=str) for name, drops in expected.items()
    }
