"""Files that break naive readers: nesting, many lines, CRLF, byte order marks, letters beyond ASCII, `include!`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.sources import SourceText, SourceTexts, read_sources
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.type_info import TypeInfo, Variable
from borrowscope.analyzer.write import render_type_info
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.work import work_of

LEVELS = 2_000
Analyzed = Callable[[str | bytes], TypeInfo]


@pytest.fixture
def analyzed(tmp_path: Path) -> Analyzed:
    """Call it with a source: the answer for this one file, without the compiler."""

    def answer(source: str | bytes) -> TypeInfo:
        text = source if isinstance(source, bytes) else source.encode()
        file = tmp_path / "lib.rs"
        file.write_bytes(text)
        crates = [CrateSource("demo", "demo", 2024, file)]
        texts = SourceTexts([SourceText(str(file), "lib.rs", "demo", "demo", text)])
        return analyze(AnalysisRequest(texts, crates=lambda: crates))

    return answer


def variables(info: TypeInfo) -> list[Variable]:
    return [variable for found in info.files.values() for variable in found]


def nested(opening: str, inner: str, closing: str) -> str:
    return opening * LEVELS + inner + closing * LEVELS


@pytest.mark.parametrize(
    "body",
    [
        nested("{", "let inner = 1u8;", "}"),
        nested("if true {", "let inner = 1u8;", "}"),
        nested("match 1 { _ => {", "let inner = 1u8;", "} }"),
        nested("for _ in 0..1 {", "let inner = 1u8;", "}"),
        nested("while let Some(_) = None::<u8> {", "let inner = 1u8;", "}"),
        nested("fn f() {", "let inner = 1u8;", "}"),
        "let inner = " + nested("(", "1u8", ")") + ";",
        "let inner = " + nested("[", "1u8", "]") + ";",
        "let inner = " + nested("&", "1u8", "") + ";",
        "let inner = " + nested("1 + (", "1", ")") + ";",
        "let inner = " + nested("f(", "1u8", ")") + ";",
        "let inner = " + nested("|| ", "1u8", "") + ";",
        "let inner = 1u8" + ".f()" * LEVELS + ";",
        "let inner: " + nested("Box<", "u8", ">") + " = todo!();",
        "let inner: " + nested("&", "u8", "") + " = todo!();",
        "let " + nested("(", "inner", ",)") + " = todo!();",
        "let " + nested("&", "inner", "") + " = todo!();",
        "let inner = 1u8; " + " else ".join(["if true {}"] * LEVELS) + ";",
    ],
    ids=lambda body: body[:24],
)
def test_two_thousand_levels(body: str, analyzed: Analyzed) -> None:
    info = analyzed(f"pub fn outer() {{ {body} }}")
    assert "inner" in [variable.name for variable in variables(info)]
    assert not info.skipped
    assert render_type_info(info)


@pytest.mark.parametrize(
    "items",
    [
        nested("pub mod m {", "pub fn f(inner: u8) {}", "}"),
        nested("pub mod m {", "pub mod missing;", "}") + " pub fn f(inner: u8) {}",
        "pub fn f(inner: " + nested("Vec<", "u8", ">") + ") {}",
        "pub fn f(inner: u8) -> " + nested("Vec<", "u8", ">") + " { todo!() }",
        "pub struct S(" + nested("Option<", "u8", ">") + "); pub fn f(inner: S) {}",
        "use " + nested("a::{", "b", "}") + "; pub fn f(inner: u8) {}",
    ],
    ids=lambda items: items[:24],
)
def test_two_thousand_levels_of_items(items: str, tmp_path: Path, analyzed: Analyzed) -> None:
    assert "inner" in [variable.name for variable in variables(analyzed(items))]
    file = tmp_path / "deep.rs"
    file.write_text(items, encoding="utf-8")
    project = load_project(file, CargoOptions())
    sources = read_sources(tmp_path, [(package, target) for package in project.packages for target in package.targets])
    assert len(sources.files) == 1


def test_macros_in_macros(analyzed: Analyzed) -> None:
    """Each level is parsed again, so fewer of them."""
    levels = 200
    info = analyzed("pub fn f() { let inner = " + "vec![" * levels + "1u8" + "]" * levels + "; }")
    assert [variable.name for variable in variables(info)] == ["inner"]


def test_a_generated_file_of_twenty_thousand_lines(analyzed: Analyzed) -> None:
    found: list[TypeInfo] = []

    def calls(functions: int) -> int:
        source = "".join(f"pub fn f{n}(a: u8) -> u8 {{\n    let b = a;\n    b\n}}\n\n" for n in range(functions))
        return work_of(lambda: found.append(analyzed(source)))

    assert calls(4_000) < 5 * calls(1_000)
    assert [len(variables(info)) for info in found] == [8_000, 2_000]


def test_line_ends_do_not_matter(analyzed: Analyzed) -> None:
    source = 'pub fn f(a: u8) -> u8 {\n    let b = "x";\n    // c\n    a\n}\n'
    unix, windows = (variables(analyzed(text)) for text in (source, source.replace("\n", "\r\n")))
    assert [(one.name, one.line, one.column, one.ty) for one in unix] == [
        (one.name, one.line, one.column, one.ty) for one in windows
    ]


def test_a_byte_order_mark_counts_as_bytes_and_as_no_name(analyzed: Analyzed) -> None:
    source = b"\xef\xbb\xbfpub fn f(a: u8) {}\n"
    (a,) = variables(analyzed(source))
    assert (a.name, a.ty, a.span_start) == ("a", "u8", source.index(b"a:"))


def test_letters_beyond_ascii(analyzed: Analyzed) -> None:
    source = 'pub mod größe { pub fn länge(ñ: &str) -> usize { let 数 = "é→漢"; println!("{}", 数); ñ.len() } }\n'
    first, second = variables(analyzed(source))
    assert (first.name, first.function_path, first.ty) == ("ñ", "demo::größe::länge", "&str")
    assert (second.name, source.encode()[second.span_start : second.span_end].decode()) == ("数", "数")


def test_included_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/in cluded.rs").write_text("pub fn inside(a: u8) {}\n", encoding="utf-8")
    main = tmp_path / "main.rs"
    main.write_text('mod m { include!("parts/in cluded.rs"); }\nfn main() { let b = 1u8; }\n', encoding="utf-8")
    project = load_project(main, CargoOptions())
    sources = read_sources(tmp_path, [(package, target) for package in project.packages for target in package.targets])
    info = analyze(AnalysisRequest(sources))
    assert {variable.name for variable in variables(info)} == {"a", "b"}
