"""Facts of files that are remembered are those that reading everything tells; what did not change is not joined."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer import kept_facts
from borrowscope.analyzer.compiler import merge_facts, read_dump
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_facts import KeptFacts
from borrowscope.analyzer.kept_files import KeptFiles
from tests.analyzer.conftest import compile_source

SOURCES = {
    "lib": """#[macro_use]
mod tools;
mod other;

pub fn first(given: Vec<String>) -> usize {
    let kept = given;
    let pair = twice!(kept);
    pair.0.len() + other::size(&pair.1)
}
""",
    "tools": """macro_rules! twice { ($e:expr) => {{ let seen = $e.clone(); (seen, $e) }}; }

pub fn unused(text: String) -> usize {
    let short = text;
    short.len()
}
""",
    "other": """pub fn size(given: &[String]) -> usize {
    let counted: usize = given.iter().map(|one| one.len()).sum();
    counted
}

pub fn again(given: &[String]) -> Vec<usize> { let all = twice!(given); all.0.iter().map(String::len).collect() }
""",
}

Edit = Callable[[str], str]
CHANGES: dict[str, tuple[str, Edit]] = {
    "nothing": ("lib", lambda text: text),
    "a statement": ("other", lambda text: text.replace("    counted\n", "    let more = counted;\n    more\n")),
    "what a macro writes": (
        "tools",
        lambda text: text.replace("let seen = $e.clone()", "let it = $e.clone()").replace("(seen,", "(it,"),
    ),
    "a function's name": ("tools", lambda text: text.replace("fn unused", "fn nobody")),
    "a function less": ("other", lambda text: text[: text.index("pub fn again")]),
    "a call less": ("lib", lambda text: text.replace("twice!(kept)", "(kept.clone(), kept)")),
}


def _write(root: Path, name: str, text: str) -> None:
    (root / "src").mkdir(exist_ok=True)
    (root / f"src/{name}.rs").write_text(text, encoding="utf-8")


def _compiled(root: Path) -> Path:
    """The dumps of what stands in `src`, beside those of before, as the compiler leaves them."""
    return compile_source(root, (root / "src/lib.rs").read_text(encoding="utf-8"), "2021")


def _read_plainly(root: Path, units: list[Path]) -> dict[str, FileFacts]:
    """Unit by unit, and nothing is remembered."""
    facts: dict[str, FileFacts] = {}
    for unit in units:
        for path, found in read_dump(unit, root).items():
            merge_facts(facts.setdefault(path, FileFacts(path)), found)
    return facts


def _kept(root: Path) -> KeptFacts:
    return KeptFacts(root, KeptFiles(root / "kept", "stamp"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A crate of three files."""
    for name, text in SOURCES.items():
        _write(tmp_path, name, text)
    return tmp_path


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change(root: Path, name: str) -> None:
    """Two units with the same crate, as the library and its tests are; and the change taken back."""
    dump = _compiled(root)
    first = _kept(root).read([dump, dump])
    assert first == _read_plainly(root, [dump, dump])
    assert {Path(path).stem for path in first} == {*SOURCES}
    file, change = CHANGES[name]
    for text in (change(SOURCES[file]), SOURCES[file]):
        _write(root, file, text)
        dump = _compiled(root)
        expected = _read_plainly(root, [dump, dump])
        assert [_kept(root).read([dump, dump]) for _ in range(2)] == [expected, expected]
    assert name == "a function's name" or expected == first


def test_only_what_changed_is_joined(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = _compiled(root)
    first = _kept(root).read([dump])
    wanted: list[list[str]] = []
    read = KeptFacts._joined

    def joined(self: KeptFacts, units: kept_facts.Units, paths: set[str]) -> dict[str, FileFacts]:
        wanted.append(sorted(Path(path).stem for path in paths))
        return read(self, units, paths)

    monkeypatch.setattr(KeptFacts, "_joined", joined)
    assert _kept(root).read([dump]) == first
    _write(root, "other", SOURCES["other"].replace("    counted\n", "    let more = counted;\n    more\n"))
    again = _kept(root).read([_compiled(root)])
    assert wanted == [[], ["other", "tools"]]  # a body of the one file speaks of the macro in the other
    assert [path for path, facts in again.items() if facts.origin == first[path].origin] == [str(root / "src/lib.rs")]


def test_damage_means_reading_again(root: Path) -> None:
    dump = _compiled(root)
    expected = _kept(root).read([dump])
    for file in (root / "kept").iterdir():
        whole = file.read_bytes()
        for at in range(0, len(whole), len(whole) // 10):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert _kept(root).read([dump]) == expected
    shutil.rmtree(root / "kept")
    assert _kept(root).read([dump]) == expected
