"""The finder of unsafe operations agrees with rustc on the hard cases, and tells what each operation reaches."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from borrowscope.analyzer.analyze import AnalysisRequest, analyze, examine
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.type_info import UnsafeOperation
from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.text.span import LineIndex

HARD_CASES = Path(__file__).with_name("hard_cases.rs")
BLOCK = re.compile(rb"\bunsafe(?=\s*\{)")


def request_for(file: Path) -> AnalysisRequest:
    text = SourceText(str(file), "lib.rs", "demo", "demo", file.read_bytes())
    return AnalysisRequest(SourceTexts([text]), {}, lambda: [CrateSource("demo", "demo", 2024, file)])


def operations_of(source: str, folder: Path) -> list[Operation]:
    """What the finder says of a source, in source order."""
    file = folder / "lib.rs"
    file.write_text(source, encoding="utf-8")
    (analysis,) = examine(request_for(file)).files
    return sorted(analysis.operations, key=lambda one: (one.at, one.kind))


def records_of(source: str, folder: Path) -> list[UnsafeOperation]:
    file = folder / "lib.rs"
    file.write_text(source, encoding="utf-8")
    return analyze(request_for(file)).unsafe_operations


def spans_by_rustc(source: bytes, folder: Path) -> set[tuple[int, int]]:
    """The places that rustc names, once the word `unsafe` is blanked before each block."""
    (folder / "blanked.rs").write_bytes(BLOCK.sub(b"      ", source))
    command = ["rustc", "blanked.rs", "--edition=2024", "--crate-type=lib", "--emit=metadata", "--error-format=json"]
    answer = subprocess.run(
        [*command, "--force-warn=unsafe_op_in_unsafe_fn"], cwd=folder, capture_output=True, check=False
    )
    messages = [json.loads(line) for line in answer.stderr.splitlines()]
    codes = {(message["code"] or {}).get("code") for message in messages if message["level"] == "error"}
    assert codes <= {"E0133", None}
    return {
        (span["byte_start"], span["byte_end"])
        for message in messages
        if (message["code"] or {}).get("code") in ("E0133", "unsafe_op_in_unsafe_fn")
        for span in message["spans"]
        if span["is_primary"]
    }


def test_hard_cases_are_what_rustc_says(tmp_path: Path) -> None:
    source = HARD_CASES.read_bytes()
    (file,) = examine(request_for(HARD_CASES)).files
    ours = {(one.span.start, one.span.end) for one in file.operations if one.is_resolved}

    def lines(spans: set[tuple[int, int]]) -> list[str]:
        index = LineIndex(source)
        return [f"{index.line_of(start)}: {source[start:end].decode()}" for start, end in sorted(spans)]

    theirs = spans_by_rustc(source, tmp_path)
    assert len(theirs) > 80
    assert lines(ours) == lines(theirs)
    assert all(one.is_resolved for one in file.operations)


@pytest.mark.parametrize(
    ("code", "kind", "target"),
    [
        ("abs(-3)", "ffi_call", "demo::abs"),
        ("raw(p)", "unsafe_call", "demo::raw"),
        ("p.read()", "unsafe_call", "pointer::read"),
        ("3u32.risk()", "unsafe_call", "demo::Risky::risk"),
        ("f(3)", "unsafe_call", None),
        ("*p", "raw_deref", None),
        ("u.a", "union_read", "demo::U::a"),
        ("COUNTER", "static_mut", "demo::COUNTER"),
        ("optind", "static_mut", "demo::optind"),
        ("environ", "extern_static", "demo::environ"),
        ('std::arch::asm!("nop")', "inline_asm", None),
        ("wide()", "target_feature_call", "demo::wide"),
        ("std::mem::transmute::<u32, f32>(1)", "unsafe_call", "std::mem::transmute"),
    ],
)
def test_kind_and_target(code: str, kind: str, target: str | None, tmp_path: Path) -> None:
    source = f"""
unsafe extern "C" {{ fn abs(value: i32) -> i32; static environ: *const u8; static mut optind: i32; }}
static mut COUNTER: u32 = 0;
union U {{ a: u32, b: f32 }}
trait Risky {{ unsafe fn risk(&self); }}
impl Risky for u32 {{ unsafe fn risk(&self) {{}} }}
unsafe fn raw(pointer: *const u32) {{}}
#[target_feature(enable = "avx2")] fn wide() {{}}
fn run(p: *const u32, u: U, f: unsafe fn(u32)) {{
    unsafe {{ {code}; }}
}}"""
    (found,) = records_of(source, tmp_path)
    line = source.splitlines()[9]
    assert (found.kind, found.target, found.line, found.in_macro) == (kind, target, 10, False)
    assert found.inside == (source.index("unsafe { "), source.index("; }", source.index("unsafe { ")) + 3)
    assert line.encode()[found.column :].startswith(code.rpartition(".")[2].encode() if ".r" in code else code.encode())


def test_each_level_of_a_dereference_is_an_operation(tmp_path: Path) -> None:
    found = records_of("unsafe fn f(pp: *const *const u8) -> u8 { **pp }", tmp_path)
    assert [(one.kind, one.column, one.inside) for one in found] == [
        ("raw_deref", 42, (0, 48)),
        ("raw_deref", 43, (0, 48)),
    ]


def test_what_nobody_can_resolve_is_open(tmp_path: Path) -> None:
    source = "fn f(p: *const u8) { unsafe { missing::thing(1).call(); *p; } }"
    assert [(one.kind.value, one.is_resolved) for one in operations_of(source, tmp_path)] == [
        ("unsafe_call", False),
        ("unsafe_call", False),
        ("raw_deref", True),
    ]


def test_the_only_candidate_of_a_block_is_its_operation(tmp_path: Path) -> None:
    source = "fn f() { unsafe { missing::thing(1) } }"
    assert [(one.kind.value, one.target) for one in operations_of(source, tmp_path) if one.is_resolved] == [
        ("unsafe_call", None)
    ]


def test_a_block_of_a_macro_stands_elsewhere(tmp_path: Path) -> None:
    source = "macro_rules! m { ($e:expr) => { unsafe { $e } } }\nfn f(p: *const u8) -> u8 { m!(*p) }"
    (found,) = operations_of(source, tmp_path)
    assert source[found.span.start : found.span.end] == "*p"
    assert found.in_macro
    assert found.inside is not None
    assert source[found.inside.start :].startswith("unsafe { $e }")


def test_code_of_other_platforms_is_told_as_such(tmp_path: Path) -> None:
    source = "#[cfg(windows)]\nfn f(p: *const u8) -> u8 { unsafe { *p } }"
    assert [one.is_inactive for one in operations_of(source, tmp_path)] == [True]


def test_a_pointer_tells_its_qualifiers_and_a_traits_function_that_it_is_one(tmp_path: Path) -> None:
    source = """
pub trait Risky { unsafe fn risk(&self); }
impl Risky for u8 { unsafe fn risk(&self) {} }
pub fn run<T: Risky>(value: &T, plain: unsafe fn(), foreign: unsafe extern "C" fn(i32)) {
    unsafe { value.risk(); 3u8.risk(); plain(); foreign(1); "".get_unchecked(1..); }
}"""
    found = [(one.pointer, one.is_trait) for one in operations_of(source, tmp_path)]
    assert found == [(None, True), (None, True), ("unsafe", False), ('unsafe extern "C"', False), (None, False)]


def test_a_name_that_nobody_knows_stays_open_where_it_looks_like_a_static(tmp_path: Path) -> None:
    source = """
use outside::*;
pub trait Wide { const WIDTH: usize; }
pub unsafe fn run<W: Wide, const COUNT: usize>(p: *const usize) -> usize {
    *p + COUNT + W::WIDTH + usize::MAX + MISSING
}"""
    open_ones = [one for one in operations_of(source, tmp_path) if not one.is_resolved]
    assert [(one.kind, source[one.span.start : one.span.end]) for one in open_ones] == [("static_mut", "MISSING")]


def test_a_module_of_two_visibilities_is_one_where_nobody_knows_the_features(tmp_path: Path):
    """The twins tie neither in the file's bodies nor in what is looked up in them."""
    item = "pub struct S { f: u8 }\nimpl S { pub unsafe fn made(f: u8) -> S { S { f } } pub fn calm(&self) {} }\n"
    (tmp_path / "inner.rs").write_text(item, encoding="utf-8")
    twins = '#[cfg(feature = "x")] pub mod inner;\n#[cfg(not(feature = "x"))] pub(crate) mod inner;\n'
    body = "pub fn f() -> u8 { unsafe { let s = inner::S::made(1); s.calm(); s.f } }\n"
    found = [(one.kind.value, one.target, one.is_resolved) for one in operations_of(twins + body, tmp_path)]
    assert found == [("unsafe_call", "demo::inner::S::made", True)]
