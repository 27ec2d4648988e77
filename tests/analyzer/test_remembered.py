"""The cache of results: whatever is kept, lost, damaged or foreign, the answer is the one that is found anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from borrowscope.analyzer import remembered
from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.outline import blanked, read_outline
from borrowscope.analyzer.remembered import analyze_remembered, recall
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.write import render_type_info
from borrowscope.parse.syntax import parse_source

LIB = """
#[macro_use] mod macros;
mod shape; mod user;
pub fn area(s: &shape::Shape) -> u32 { let w = s.width(); w * 2 }
pub fn own() { bind!(made, 3u8); let copy = made; }
"""
MACROS = """
pub fn before() { let first = 1u8; }
macro_rules! bind { ($n:ident, $e:expr) => { let $n = $e; let inner = $e; let f = |x: u16| x; } }
"""
SHAPE = """
pub struct Shape { pub w: u32 }
impl Shape { pub fn width(&self) -> u32 { let w = self.w; w } pub const fn two() -> usize { let n = 2; n } }
pub fn local() { struct Inner; impl Drop for Inner { fn drop(&mut self) {} } let inner = Inner; }
"""
USER = """
use crate::shape::Shape;
pub fn user(s: Shape) { let w = s.width(); let a = [0u8; Shape::two()]; bind!(text, "t"); }
"""
FILES = {"lib.rs": LIB, "macros.rs": MACROS, "shape.rs": SHAPE, "user.rs": USER}
Request = Callable[..., AnalysisRequest]


@pytest.fixture
def request_of(tmp_path: Path) -> Request:
    """Write the files, those that are given changed; what asks about them."""

    def make(**changed: str) -> AnalysisRequest:
        texts = []
        for name, text in FILES.items():
            stem = name.removesuffix(".rs")
            content = changed.get(stem, text)
            (tmp_path / name).write_text(content)
            module = "demo" if stem == "lib" else f"demo::{stem}"
            texts.append(SourceText(str(tmp_path / name), name, "demo", module, content.encode()))
        crates = [CrateSource("demo", "demo", 2021, tmp_path / "lib.rs")]
        return AnalysisRequest(SourceTexts(texts), crates=lambda: crates, cache=tmp_path / "cache")

    return make


def told(request: AnalysisRequest) -> str:
    return render_type_info(analyze(replace(request, cache=None)))


def remembered_text(request: AnalysisRequest) -> str:
    return render_type_info(analyze_remembered(request))


def kept(request: AnalysisRequest) -> list[Path]:
    assert request.cache is not None
    return sorted((request.cache / "files").iterdir())


def test_an_unchanged_tree_is_read_from_the_cache_and_gives_the_same_bytes(request_of: Request):
    request = request_of()
    first = recall(request)
    assert sorted(first.read) == sorted(first.parts)
    again = recall(request)
    assert again.read == []
    assert render_type_info(again.info()) == render_type_info(first.info()) == told(request)


@pytest.mark.parametrize(
    ("file", "old", "new", "read"),
    [
        ("user", "let w = s.width();", "let w = s;", {"user.rs"}),  # a body
        ("shape", "let w = self.w; w", "let long = self.w;\n long", {"shape.rs"}),  # a body that moves all that follows
        ("lib", "bind!(made, 3u8)", "bind!(made, 3i64)", {"lib.rs", "macros.rs"}),  # names in a macro's definition
        ("macros", "let first = 1u8;", "let first = 1u8;\n\n", set(FILES)),  # where a macro's closure stands
        ("shape", "-> u32 {", "-> u64 {", set(FILES)),  # a signature
        ("shape", "let n = 2;", "let n = 3;", set(FILES)),  # what a constant is computed with
        ("user", "pub fn user", "// said\npub fn user", {"user.rs"}),
    ],
)
def test_only_what_a_change_reaches_is_read_again(request_of: Request, file: str, old: str, new: str, read: set[str]):
    recall(request_of())
    assert old in FILES[f"{file}.rs"]
    changed = request_of(**{file: FILES[f"{file}.rs"].replace(old, new)})
    found = recall(changed)
    assert set(found.read) == read
    assert render_type_info(found.info()) == told(changed)
    back = request_of()
    assert remembered_text(back) == told(back)


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda content: content[:-3], lambda content: content[:20] + b"x" + content[21:]],
    ids=["emptied", "cut", "altered"],
)
def test_damaged_files_are_made_anew(request_of: Request, damage: Callable[[bytes], bytes]):
    request = request_of()
    recall(request)
    for path in kept(request):
        whole = path.read_bytes()
        path.write_bytes(damage(whole))
        assert remembered_text(request) == told(request)
        waits = path.name.startswith(("facts-", "items-", "layouts-", "text-"))  # until somebody asks for them
        assert waits or path.read_bytes() == whole


def test_a_file_under_a_foreign_name_is_not_believed(request_of: Request):
    request = request_of()
    recall(request)
    files = [path for path in kept(request) if path.name.startswith("records-")]
    contents = [path.read_bytes() for path in files]
    for path, content in zip(files, [*contents[1:], contents[0]], strict=True):
        path.write_bytes(content)
    assert remembered_text(request) == told(request)


def test_lost_facts_are_found_again(request_of: Request):
    recall(request_of())
    changed = request_of(user=FILES["user.rs"].replace("let w", "let width"))
    for path in kept(changed):
        if path.name.startswith("facts-"):
            path.unlink()
    assert remembered_text(changed) == told(changed)


def test_another_version_reads_everything(request_of: Request, monkeypatch: pytest.MonkeyPatch):
    request = request_of()
    recall(request)
    monkeypatch.setattr(remembered, "tool_stamp", lambda: "another")
    assert set(recall(request).read) == set(FILES)


def test_a_changed_dependency_reads_everything(request_of: Request, tmp_path: Path):
    folder = tmp_path / "dependency"
    folder.mkdir()
    (folder / "lib.rs").write_text("pub fn f() -> u8 { 0 }")
    dependency = CrateSource("d", "d", 2021, folder / "lib.rs", is_workspace=False)

    def request() -> AnalysisRequest:
        made = request_of(user="pub fn user() { let given = d::f(); }")
        own = CrateSource("demo", "demo", 2021, tmp_path / "lib.rs", {"d": "d"})
        return replace(made, crates=lambda: [own, dependency])

    assert '"ty": "u8"' in remembered_text(request())
    assert recall(request()).read == []
    (folder / "lib.rs").write_text("pub fn f() -> i128 { 0 }")
    assert recall(request()).read
    assert remembered_text(request()) == told(request())


def test_two_at_once_do_each_other_no_harm(request_of: Request):
    one = request_of()
    other = replace(one, sources=SourceTexts([replace(text, source=text.source + b"\n") for text in one.sources.files]))
    expected = [told(one), told(other)]
    found: list[bool] = []

    def run() -> None:
        found.extend(remembered_text((one, other)[number % 2]) == expected[number % 2] for number in range(6))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 18


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(request_of: Request, tmp_path: Path):
    (tmp_path / "cache").write_text("a file, not a folder")
    request = request_of()
    assert remembered_text(request) == told(request)


def test_a_blanked_text_has_the_same_outline_and_lines():
    source = b"mod a { fn f() {\n let x = 1; // \xc3\xa4\n } }\nfn g() { struct S; }\nconst fn h() -> u8 { 3 }\n"
    outline = read_outline(parse_source(source))
    text = blanked(source, outline.blanks)
    assert text == b"mod a { fn f() {\n" + b" " * len(" let x = 1; // ..") + b"\n } }\n" + source.split(b"\n", 3)[3]
    assert read_outline(parse_source(text)).digest == outline.digest
