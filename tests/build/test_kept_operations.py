"""Remembered unsafe operations are those that reading everything finds; whatever may change them has it read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.kept_files import KeptFiles
from borrowscope.analyzer.sources import read_sources
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.analyzer.unsafety.contexts import KNOWN_MACROS
from borrowscope.analyzer.unsafety.finding import find_operations
from borrowscope.build.kept_operations import Found, KeptOperations
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions

MANIFEST = '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n'
LIBRARY = """mod raw;

macro_rules! peek { ($p:expr) => { unsafe { *$p } }; }

pub fn first(given: &[u8]) -> usize {
    let mut sum = 0;
    for one in given {
        sum += usize::from(*one);
    }
    assert!(sum < 10_000, "{sum}");
    sum
}

pub fn second(given: &u8) -> u8 {
    let pointer: *const u8 = given;
    let seen = unsafe { *pointer };
    seen + peek!(pointer)
}

pub fn third(given: &[u8]) -> u8 { raw::read(given.as_ptr()) }

pub fn fourth() -> u32 { unsafe { std::mem::transmute::<[u8; 4], u32>([1; 4]) } }
"""
RAW = """pub fn read(pointer: *const u8) -> u8 {
    unsafe { pointer.read() }
}

pub fn plain(number: u32) -> u32 { number + 1 }
"""

Change = Callable[[str], str]
QUIET: dict[str, Change] = {
    "a value": lambda text: text.replace("10_000", "9"),
    "a line more": lambda text: text.replace("    sum\n", "    let twice = sum * 2;\n    twice / 2\n"),
    "lines less": lambda text: text.replace('    assert!(sum < 10_000, "{sum}");\n', ""),
    "a macro of std": lambda text: text.replace("    sum\n", '    println!("{:?}", vec![sum]);\n    sum\n'),
    "behind all": lambda text: text.replace("raw::read(given.as_ptr())", "raw::read(given.as_ptr()) / 1"),
}
LOUD: dict[str, Change] = {
    "a block": lambda text: text.replace("    sum\n", "    unsafe { *(&sum as *const usize) }\n"),
    "a macro that writes one": lambda text: text.replace("    sum\n", "    peek!(&sum as *const usize)\n"),
    "what the macro writes": lambda text: text.replace("{ *$p }", "{ *$p + *$p }"),
    "what is dereferenced": lambda text: text.replace("unsafe { *pointer }", "unsafe { *pointer + *pointer }"),
    "an item": lambda text: text + "pub static mut COUNT: u8 = 0;\n",
    "an impl in a body": lambda text: text.replace("    sum\n", "    impl crate::raw::T for u8 {}\n    sum\n"),
    "a module's own name": lambda text: text.replace(
        "mod raw;", "mod raw { pub unsafe fn read(_: *const u8) -> u8 { 0 } }"
    ),
}


class _Crate:
    """A crate whose library may change."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "crate/src/lib.rs"
        self.library.parent.mkdir(parents=True)
        self.library.write_text(LIBRARY)
        (folder / "crate/src/raw.rs").write_text(RAW)
        (folder / "crate/Cargo.toml").write_text(MANIFEST)
        self._files = KeptFiles(folder / "kept", "stamp")

    def operations(self) -> tuple[Found | None, Found]:
        """What is remembered, and what reading everything finds; that is remembered from then on."""
        project = load_project(self.library.parent.parent, CargoOptions())
        targets = [(package, target) for package in project.packages for target in package.traceable_targets]
        texts, crates = read_sources(project.root, targets), crate_sources(project, None, targets)
        kept = KeptOperations(self._files, texts, crates)
        remembered, found = kept.find(), find_operations(texts, crates)
        kept.keep(found, KNOWN_MACROS)
        return remembered, found


@pytest.fixture
def crate(tmp_path: Path) -> _Crate:
    """One that was read."""
    found = _Crate(tmp_path)
    assert found.operations()[0] is None
    return found


def test_nothing_changed(crate: _Crate) -> None:
    remembered, found = crate.operations()
    assert remembered == found
    assert sum(map(len, found.values())) > 3


@pytest.mark.parametrize("name", QUIET)
def test_what_no_operation_hangs_on_may_change(crate: _Crate, name: str) -> None:
    crate.library.write_text(QUIET[name](LIBRARY))
    assert crate.library.read_text() != LIBRARY
    remembered, found = crate.operations()
    assert remembered == found


@pytest.mark.parametrize("name", LOUD)
def test_what_operations_may_hang_on_is_read_again(crate: _Crate, name: str) -> None:
    crate.library.write_text(LOUD[name](LIBRARY))
    assert crate.library.read_text() != LIBRARY
    assert crate.operations()[0] is None


def test_one_change_after_the_other(crate: _Crate) -> None:
    for change in (*QUIET.values(), *LOUD.values(), *QUIET.values()):
        crate.library.write_text(change(LIBRARY))
        remembered, found = crate.operations()
        assert remembered is None or remembered == found


def test_other_files_or_crates_are_no_answer(crate: _Crate, tmp_path: Path) -> None:
    (tmp_path / "crate/src/main.rs").write_text('fn main() { let seen = 1; println!("{seen}"); }\n')
    assert crate.operations()[0] is None
