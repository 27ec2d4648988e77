from __future__ import annotations

from collections.abc import Callable

import pytest

from borrowscope.analyzer.compare import Verdict, comparable, compare, join_families
from borrowscope.analyzer.type_info import TypeInfo
from borrowscope.analyzer.written_types import is_type_written
from borrowscope.cli.type_comparison import render_comparison
from borrowscope.text.span import Span

SOURCE = """\
pub fn f(given: &str) -> usize {
    let n: usize = given.len();
    let held = Some(n);
    let odd = n.wrapping_add(1);
    n + held.map_or(odd, |inner| inner + 1)
}
"""


@pytest.mark.parametrize(
    ("ty", "plain"),
    [
        ("&'a str", "&str"),
        ("core::slice::Iter<'_, alloc::string::String>", "std::slice::Iter<std::string::String>"),
        ("std::str::Chars<'a>", "std::str::Chars"),
        ("Both<'a, 'b>", "Both"),
        ("&'static mut (dyn std::ops::Fn(&'a u8) -> u8 + 'a)", "&mut dyn std::ops::Fn(&u8) -> u8"),
        ("&(dyn std::any::Any + std::marker::Send + '_)", "&dyn std::any::Any + std::marker::Send"),
        ("for<'a> fn(&'a u8) -> &'a u8", "fn(&u8) -> &u8"),
        ("krate::core::Thing", "krate::core::Thing"),
        ("Letter<'a'>", "Letter<'a'>"),
    ],
)
def test_types_are_compared_without_lifetimes_and_by_one_name(ty: str, plain: str):
    assert comparable(ty) == plain


@pytest.mark.parametrize(
    ("source", "is_written"),
    [
        ("let x: u8 = 1;", True),
        ("let x = 1u8;", False),
        ("let x: Vec<_> = it.collect();", False),
        ("let x: Vec<a_b, fn(u8) -> u8> = y;", True),
        ("fn f(x: [u8; 3], _: u8)", True),
        ("it.map(|x: &str| _)", True),
        ("it.map(|x| a::b)", False),
        ("S { field: x, _y }", False),
        ("x::y", False),
        ("static x: fn(&u8) -> u8 = f;", True),
    ],
)
def test_whether_a_type_stands_beside_the_name(source: str, is_written: bool):
    start = source.index("x")
    assert is_type_written(source.encode(), Span(start, start + 1)) is is_written


def test_two_answers_about_one_source(info_of: Callable[..., TypeInfo]):
    rustc, static = info_of(SOURCE), info_of(SOURCE, compiled=False)
    told = {"given": "&str", "n": "usize", "held": "std::option::Option<u8>", "odd": "unknown", "inner": "usize"}
    for variable in static.files["src/lib.rs"]:
        variable.ty = variable.ty_path = told[variable.name]
        variable.type_source = "unknown" if variable.ty == "unknown" else "static"
    comparison = compare(rustc, static, {"src/lib.rs": SOURCE.encode()})
    every, unwritten = comparison.all, comparison.not_written
    assert (every.bindings, every.agree, every.wrong, every.unknown) == (5, 3, 1, 1)
    assert (unwritten.bindings, unwritten.agree, unwritten.wrong, unwritten.unknown) == (3, 1, 1, 1)
    wrong, unknown = comparison.families
    assert (wrong.verdict, wrong.rustc, wrong.static) == (Verdict.WRONG, "Option", "Option")
    assert (unknown.binding, unknown.syntax, unknown.callee) == ("let", "method_call", "wrapping_add")
    assert wrong.examples[0].line == 3
    assert [family.count for family in join_families([comparison, comparison])] == [2, 2]
    text = render_comparison(comparison)
    assert "src/lib.rs:3:9 held" in text
    assert "rustc=std::option::Option<usize>" in text
    assert type(comparison).model_validate_json(comparison.model_dump_json()) == comparison
