"""Bodies that are remembered say what bodies say that are read: also after changes, and where the file is damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer import kept_bodies
from borrowscope.analyzer.compiler import read_dump, read_unit
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_bodies import KeptBodies
from borrowscope.analyzer.kept_files import KeptFiles
from borrowscope.analyzer.kept_values import find_read, written
from borrowscope.analyzer.mir import Body, parse_body
from tests.analyzer.conftest import compile_source

SOURCE = """// the head
static LIMIT: usize = 3;

async fn later(mut text: String) -> usize {
    text.push('x');
    text.len()
}

pub fn first(given: Vec<String>) -> usize {
    let kept = given; /* a note */ let other = kept.len();
    let adding = move |more: usize| other + more + kept.len();
    adding(LIMIT)
}

pub fn second<T: Clone>(value: &T) -> (T, T) {
    let copy = value.clone();
    (copy.clone(), copy)
}

pub fn third(text: String) -> impl std::future::Future<Output = usize> {
    later(text)
}
"""

CHANGES = {
    "nothing": lambda text: text,
    "a line at the end": lambda text: text + "// the end\n",
    "a longer comment on a line of its own": lambda text: text.replace("// the head", "// the whole head"),
    "a longer comment within a line": lambda text: text.replace("/* a note */", "/* a longer note */"),
    "a name": lambda text: text.replace("copy", "twin"),
    "lines that are gone": lambda text: text[: text.index("pub fn second")],
}


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """The dumps of the source, which stands in `src/lib.rs`."""
    return compile_source(tmp_path, SOURCE, "2021")


def _read(dump: Path, root: Path) -> dict[str, FileFacts]:
    bodies = KeptBodies(root, KeptFiles(root / "kept", "stamp"))
    facts = read_unit(dump, bodies)
    bodies.keep()
    return facts


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_kept_says_what_is_read(tmp_path: Path, dump: Path, change: Callable[[str], str]) -> None:
    """The dumps stay as they are: only what the sources say of them can be another."""
    first = _read(dump, tmp_path)
    assert first == read_dump(dump, tmp_path) != {}
    (tmp_path / "src/lib.rs").write_text(change(SOURCE), encoding="utf-8")
    expected = read_dump(dump, tmp_path)
    assert [_read(dump, tmp_path), _read(dump, tmp_path)] == [expected, expected]
    assert (expected == first) == (change(SOURCE).startswith(SOURCE))


def test_kept_bodies_are_not_read_again(tmp_path: Path, dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not those of another unit with the same text."""
    read: list[str] = []

    def parse(text: str) -> Body | None:
        read.append(text)
        return parse_body(text)

    monkeypatch.setattr(kept_bodies, "parse_body", parse)
    expected = _read(dump, tmp_path)
    bodies = KeptBodies(tmp_path, KeptFiles(tmp_path / "kept", "stamp"))
    assert len(read) > 3
    assert [read_unit(dump, bodies), read_unit(dump, bodies)] == [expected, expected]
    assert len(read) == len(set(read))


def test_damage_means_reading_again(tmp_path: Path, dump: Path) -> None:
    """Whichever byte is another."""
    expected = _read(dump, tmp_path)
    (kept,) = (tmp_path / "kept").iterdir()
    whole = kept.read_bytes()
    for at in range(0, len(whole), len(whole) // 40):
        kept.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert _read(dump, tmp_path) == expected
    kept.write_bytes(b"")
    assert _read(dump, tmp_path) == expected


def test_bytes_name_our_own_classes_alone() -> None:
    """Nobody's file makes us call anything."""
    assert find_read(written(FileFacts("a.rs"))) == FileFacts("a.rs")
    assert find_read(written(Path("a"))) is None
    assert find_read(written(read_dump)) is None
    assert find_read(b"cos\nsystem\n(S'true'\ntR.") is None
