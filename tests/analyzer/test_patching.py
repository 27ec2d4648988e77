"""A change inside one function: that function alone is read again, and what is told is what a new analysis tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from borrowscope.analyzer import remembered
from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.body_change import find_body_change
from borrowscope.analyzer.outline import read_outline
from borrowscope.analyzer.remembered import recall
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.write import render_type_info
from borrowscope.parse.syntax import parse_source

LIB = """//! A crate.
#[macro_use]
mod macros;
mod other;

static LIMIT: Option<u8> = Some(3);
const NAMES: [&str; 2] = ["a", "b"];

pub struct Pair<T> {
    left: T,
}

impl<T: Clone> Pair<T> {
    /// Documented.
    #[inline]
    pub fn first(&self) -> T {
        let copy = self.left.clone();
        copy
    }

    pub fn second(&mut self, given: T) {
        let old = std::mem::replace(&mut self.left, given);
        drop(old);
    }
}

mod inner {
    pub fn plain() {}

    pub fn counted() -> usize {
        let names = super::NAMES;
        let limit = super::LIMIT;
        names.len() + limit.map_or(0, usize::from)
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn tested() {
            let value = super::counted();
            assert_eq!(value, 5);
        }
    }
}

pub fn holds_items() -> u8 {
    let before = 1u8;
    #[derive(Clone)]
    struct Own(u8);
    impl Own {
        fn get(&self) -> u8 {
            let got = self.0;
            got
        }
    }
    let own = Own(before);
    own.get()
}

pub fn closes() -> u32 {
    let add = |x: u32| x + 1;
    let twice = |x: u32| add(add(x));
    twice(3)
}

pub fn binds() {
    bind!(made, 3u8);
    let copy = made;
}

pub fn limited() -> bool {
    LIMIT.is_some()
}

pub union Bits { whole: u32, part: u8 }

pub fn last(bits: Bits) -> u8 {
    let read = unsafe { bits.part };
    read
}
"""
MACROS = """macro_rules! bind {
    ($n:ident, $e:expr) => {
        let $n = $e;
        let inner = $e;
    };
}
"""
OTHER = """use crate::Pair;

pub fn other(pair: Pair<String>) {
    let text = pair.first();
    let moved = move || text.len();
    moved();
}
"""
FILES = {"lib.rs": LIB, "macros.rs": MACROS, "other.rs": OTHER}
Request = Callable[..., AnalysisRequest]


@pytest.fixture
def request_of(tmp_path: Path) -> Request:
    """What asks about the crate with some files changed."""

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


@pytest.fixture
def whole_readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each time that more than functions is read."""
    found: list[str] = []
    original = remembered._Recall._read_changed

    def reading(self: remembered._Recall, changed: list[str]) -> None:
        found.append("read")
        original(self, changed)

    monkeypatch.setattr(remembered._Recall, "_read_changed", reading)
    return found


IN_FUNCTIONS = {
    "a line more": ("let copy = self.left.clone();", "let copy = self.left.clone();\n        let more = [1u8];"),
    "a line less": ("        drop(old);\n", ""),
    "another type": ("let names = super::NAMES;", "let names = [super::NAMES];"),
    "a scope more": ("let value = super::counted();", "let value = { let v = super::counted(); v };"),
    "an empty body": ("pub fn plain() {}", "pub fn plain() { let now = 1; }"),
    "before a closure": ("let names = super::NAMES;", "\n\n        let names = super::NAMES;"),
    "a closure": ("let add = |x: u32| x + 1;", "let add = |x: u32| { let y = x; y + 1 };"),
    "beside items": ("let own = Own(before);", "let own = Own(before);\n    let copy = own.clone();"),
    "an operation": ("let read = unsafe { bits.part };", "let read = unsafe { bits.part + bits.part };"),
    "no word that binds": ("let read = unsafe { bits.part };\n    read", "unsafe { bits.part }"),
    "beside a macro": ("let copy = made;", "let copy = (made, made);"),
}


@pytest.mark.parametrize(("old", "new"), IN_FUNCTIONS.values(), ids=IN_FUNCTIONS.keys())
def test_a_change_in_a_function_gives_what_a_new_analysis_gives(
    request_of: Request, whole_readings: list[str], old: str, new: str
):
    recall(request_of())
    assert LIB.count(old) == 1
    changed = request_of(lib=LIB.replace(old, new))
    whole_readings.clear()
    found = recall(changed)
    assert found.read == ["lib.rs"]
    assert render_type_info(found.info()) == told(changed)
    assert whole_readings == []
    again = recall(changed)
    assert again.read == []
    assert render_type_info(again.info()) == told(changed)


BETWEEN_FUNCTIONS = {
    "a function at the end": (LIB[-40:], LIB[-40:] + "\npub fn added(x: u8) -> u8 {\n    let y = x;\n    y\n}\n"),
    "a method": (
        "    pub fn second",
        "    fn added(&self) -> usize {\n        let s = self;\n        1\n    }\n\n    pub fn second",
    ),
    "a test": (
        "        #[test]\n",
        "        #[test]\n        fn added() {\n            let one = 1;\n        }\n\n        #[test]\n",
    ),
    "a function less": ("    pub fn plain() {}\n\n", ""),
    "another function": ("pub fn plain() {}\n", "pub fn added() {\n        let one = [1u8];\n    }\n"),
    "a comment": ("pub fn binds() {", "/// Said\n/// twice.\npub fn binds() {"),
    "a comment at the end": (LIB[-40:], LIB[-40:] + "// end\n"),
    "an empty line": ("pub fn closes()", "\npub fn closes()"),
}


@pytest.mark.parametrize(("old", "new"), BETWEEN_FUNCTIONS.values(), ids=BETWEEN_FUNCTIONS.keys())
def test_functions_and_comments_that_nobody_names_come_and_go(
    request_of: Request, whole_readings: list[str], old: str, new: str
):
    assert LIB.count(old) == 1
    recall(request_of())
    whole_readings.clear()
    changed = request_of(lib=LIB.replace(old, new))
    found = recall(changed)
    assert whole_readings == []
    assert found.read == ["lib.rs"]
    assert render_type_info(found.info()) == told(changed)
    back = request_of(other=OTHER.replace("let text", "let now = 1u8;\n    let text"))
    assert render_type_info(recall(back).info()) == told(back)
    assert whole_readings == []
    other = request_of(other=OTHER.replace("pair: Pair<String>", "pair: Pair<u8>"))
    assert render_type_info(recall(other).info()) == told(other)


ELSEWHERE = {
    "a function that others name": ("pub fn last(", "fn first() -> u8 {\n    1\n}\n\npub fn last("),
    "a function of a trait": ("pub fn last(", "trait Added {\n    fn added(&self) {}\n}\n\npub fn last("),
    "what a shared name is called with": ("LIMIT.is_some()", "LIMIT.is_none()"),
    "what a macro binds": ("bind!(made, 3u8);", "bind!(made, 3u16);"),
    "inside an item": ("let got = self.0;", "let got = (self.0, 1);\n            let got = got.0;"),
    "a new item": ("let before = 1u8;", "let before = 1u8;\n    struct Another;"),
    "a head": ("pub fn closes() -> u32 {", "pub fn closes() -> u32\n{"),
    "two functions": (
        "let twice = |x: u32| add(add(x));\n    twice(3)\n}\n\npub fn binds() {\n",
        "add(1)\n}\n\npub fn binds() {\n\n",
    ),
    "a broken body": ("let twice = |x: u32| add(add(x));", "let twice = |x: u32| add(add(x);"),
}


@pytest.mark.parametrize(("old", "new"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_reaches_further_is_read_as_a_whole(request_of: Request, whole_readings: list[str], old: str, new: str):
    recall(request_of())
    assert LIB.count(old) == 1
    changed = request_of(lib=LIB.replace(old, new))
    whole_readings.clear()
    assert render_type_info(recall(changed).info()) == told(changed)
    assert whole_readings == ["read"]


def test_changes_follow_each_other(request_of: Request, whole_readings: list[str]):
    recall(request_of())
    whole_readings.clear()
    lib, other = LIB, OTHER
    places = ("let copy = self.left.clone();", "let add = |x: u32| x + 1;", "let limit = super::LIMIT;")
    for number in range(20):
        place = places[number % len(places)]
        lib = lib.replace(place, f"let n{number} = Some({number}u8);\n        {place}")
        if number % 3 == 0:
            other = other.replace("let text", f"let m{number} = 'c';\n    let text")
        changed = request_of(other=other)
        assert render_type_info(recall(changed).info()) == told(changed)
    assert whole_readings == []
    more = request_of(lib=lib.replace("pub fn closes() -> u32", "pub fn closes() -> u64"), other=other)
    assert render_type_info(recall(more).info()) == told(more)


def test_a_file_that_another_includes_is_read_with_it(request_of: Request, whole_readings: list[str]):
    including = LIB + 'include!("macros.rs");\n'
    macros = MACROS + "fn included() {\n    let one = 1u8;\n}\n"
    recall(request_of(lib=including, macros=macros))
    whole_readings.clear()
    changed = request_of(lib=including, macros=macros.replace("1u8", "1u16"))
    assert render_type_info(recall(changed).info()) == told(changed)
    assert whole_readings == ["read"]


def test_lost_files_do_no_harm(request_of: Request):
    recall(request_of())
    for what in ("layouts", "items", "text", "patches", "records", "facts"):
        changed = request_of(other=OTHER.replace("let text", f"let {what} = 1u8;\n    let text"))
        assert changed.cache is not None
        for path in (changed.cache / "files").glob(f"{what}-*"):
            path.unlink()
        assert render_type_info(recall(changed).info()) == told(changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fn a() { let x = 1; } fn b() {}\n", "fn a() { let x = 2; } fn b() {}\n"),  # lines are shared
        ("const fn a() -> u8 {\n 1\n}\n", "const fn a() -> u8 {\n 2\n}\n"),  # others compute with it
        ('fn a() {\n f("{");\n}\n', 'fn a() {\n f("}");\n} fn b() {\n}\n'),
        ("fn a() {\n 1\n}\n", "fn a() {\n 1 } fn b() { 2\n}\n"),
        ("fn a() {\n 1\n}\n", "fn a() {\n use x::y; 1\n}\n"),
        ("fn a() {\n 1\n}\n", "fn a() {\n /* 1\n}\n"),
        (
            "fn a() {\n 1\n}\nmacro_rules! m { () => { |x| x } }\n",
            "fn a() {\n\n 1\n}\nmacro_rules! m { () => { |x| x } }\n",
        ),
        ("struct S;\n", "struct T;\n"),
    ],
)
def test_what_is_no_change_of_one_body_is_none(old: str, new: str):
    assert find_body_change(old.encode(), new.encode(), read_outline(parse_source(old.encode()))) is None


def test_a_change_tells_the_function_its_lines_and_the_new_outline():
    old = "// ä\nimpl A {\n    #[a]\n    fn f() {\n        let x = 1;\n    }\n\n    fn g() {}\n}\n".encode()
    new = old.replace(b"let x = 1;", b"let x = 1;\n        x;")
    change = find_body_change(old, new, read_outline(parse_source(old)))
    assert change is not None
    assert (change.first, change.last, change.lines, change.shift) == (3, 6, 1, 11)
    assert new[change.start : change.new_end].startswith(b"#[a]\n    fn f()")
    assert new[change.start : change.new_end].endswith(b"x;\n    }")
    assert change.outline == read_outline(parse_source(new))
    assert b" ".join(change.alone.split()) == b"impl A { #[a] fn f() { let x = 1; x; } }"
