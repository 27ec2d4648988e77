"""A file that is remembered is the file that would be rewritten: whatever decides its text has it rewritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from borrowscope.analyzer.compiler import read_dump
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_files import KeptFiles
from borrowscope.build import kept_rewrites
from borrowscope.build.kept_rewrites import KeptRewrites
from borrowscope.build.rustc_answers import ANSWERS, rustc_answers
from borrowscope.parse.macro_book import MacroBook
from borrowscope.rewrite.choice import TraceOptions
from borrowscope.rewrite.file import rewrite_file
from borrowscope.rewrite.macro_calls import MacroCalls
from borrowscope.rewrite.model import RewriteOptions, RewrittenFile
from borrowscope.tables.events import Group
from tests.analyzer.conftest import compile_source

SOURCE = """#[macro_export]
macro_rules! twice { ($e:expr) => { ($e.clone(), $e) }; }

pub fn first(given: Vec<String>) -> usize {
    let kept = given;
    let both = twice!(kept);
    let adding = |more: &Vec<String>| more.len() + both.0.len();
    adding(&both.1)
}
"""
OTHER_MACRO = b"macro_rules! other { ($e:expr) => { $e }; }"

Change = Callable[[RewriteOptions], RewriteOptions]
OPTIONS: dict[str, Change] = {
    "the number": lambda options: replace(options, file_id=9),
    "globs": lambda options: replace(options, trace_all=False, trace=("*first",)),
    "a preset": lambda options: replace(options, wishes=TraceOptions(skip=frozenset(list(Group)[:3]))),
    "a mark around": lambda options: replace(options, inherited=TraceOptions(is_off=True)),
    "switches": lambda options: replace(options, disabled=frozenset({0})),
    "the module": lambda options: replace(options, module_path="other"),
    "the edition": lambda options: replace(options, edition="2015", crate_root=True),
    "a panic handler": lambda options: replace(options, is_bare=True),
}


def _book(*sources: bytes) -> MacroBook:
    book = MacroBook()
    for source in sources:
        book.add("demo", source, 2021)
    return book


@pytest.fixture
def facts(tmp_path: Path) -> FileFacts:
    """What rustc says of the source."""
    return read_dump(compile_source(tmp_path, SOURCE, "2021"), tmp_path)[str(tmp_path / "src/lib.rs")]


@pytest.fixture
def rewritten(monkeypatch: pytest.MonkeyPatch) -> list[RewrittenFile]:
    """What was rewritten, and not remembered."""
    found: list[RewrittenFile] = []

    def counted(source: bytes, facts: FileFacts | None, options: RewriteOptions) -> RewrittenFile:
        found.append(rewrite_file(source, facts, options))
        return found[-1]

    monkeypatch.setattr(kept_rewrites, "rewrite_file", counted)
    return found


def _options(book: MacroBook) -> RewriteOptions:
    return RewriteOptions(file_id=1, module_path="demo", macros=MacroCalls(book, "demo"))


def _kept(folder: Path, book: MacroBook) -> KeptRewrites:
    return KeptRewrites(KeptFiles(folder / "kept", "stamp"), book)


def test_what_is_kept_is_what_was_rewritten(tmp_path: Path, facts: FileFacts, rewritten: list[RewrittenFile]) -> None:
    """Text, sites and all."""
    for _ in range(3):
        book = _book(SOURCE.encode())
        found = _kept(tmp_path, book).rewrite("a", SOURCE.encode(), facts, _options(book))
        assert found == rewrite_file(SOURCE.encode(), facts, _options(book))
        assert found.sites
    assert len(rewritten) == 1


@pytest.mark.parametrize("change", OPTIONS.values(), ids=OPTIONS)
def test_other_options_are_another_file(
    tmp_path: Path, facts: FileFacts, rewritten: list[RewrittenFile], change: Change
) -> None:
    """Each of them."""
    book = _book(SOURCE.encode())
    kept = _kept(tmp_path, book)
    usual = kept.rewrite("a", SOURCE.encode(), facts, _options(book))
    changed = kept.rewrite("a", SOURCE.encode(), facts, change(_options(book)))
    assert changed == rewrite_file(SOURCE.encode(), facts, change(_options(book))) != usual
    assert len(rewritten) == 2


def test_facts_texts_and_macros_decide(tmp_path: Path, facts: FileFacts, rewritten: list[RewrittenFile]) -> None:
    """A change in any of them has the file rewritten, once."""
    book, more = _book(SOURCE.encode()), _book(SOURCE.encode(), OTHER_MACRO)
    longer = SOURCE.encode() + b"\n"
    cases = [
        (book, SOURCE.encode(), facts),
        (book, SOURCE.encode(), None),
        (book, longer, facts),
        (more, longer, facts),
    ]
    for number, (macros, source, known) in enumerate(cases, 1):
        for _ in range(2):
            found = _kept(tmp_path, macros).rewrite("a", source, known, _options(macros))
            assert found == rewrite_file(source, known, _options(macros))
        assert len(rewritten) == number


def test_damage_means_rewriting(tmp_path: Path, facts: FileFacts) -> None:
    """Whichever byte is another."""
    book = _book(SOURCE.encode())
    expected = _kept(tmp_path, book).rewrite("a", SOURCE.encode(), facts, _options(book))
    (file,) = (tmp_path / "kept").iterdir()
    whole = file.read_bytes()
    for at in range(0, len(whole), len(whole) // 30):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert _kept(tmp_path, book).rewrite("a", SOURCE.encode(), facts, _options(book)) == expected


def test_each_wrapper_has_its_own_answers(tmp_path: Path) -> None:
    """What cargo wrote with one wrapper is there when it comes with it again."""
    wrappers = [tmp_path / name / "wrapper" for name in ("types", "test")]
    for wrapper in wrappers:
        wrapper.parent.mkdir()
        with rustc_answers(wrapper, tmp_path):
            (tmp_path / ANSWERS).write_text(wrapper.parent.name, encoding="utf-8")
    for wrapper in wrappers:
        with rustc_answers(wrapper, tmp_path):
            assert (tmp_path / ANSWERS).read_text(encoding="utf-8") == wrapper.parent.name
