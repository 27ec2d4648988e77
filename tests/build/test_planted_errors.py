"""Healing of the real rewriting, with wrong edits planted at chosen sites: it ends, names them, tests are as before."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from borrowscope.analyzer.facts import FileFacts
from borrowscope.build.healing import MAXIMUM_ROUNDS
from borrowscope.build.run import RunRequest, run_project
from borrowscope.build.text_includes import with_insertions
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.rewrite.file import rewrite_file
from borrowscope.rewrite.model import Insertion, RewriteOptions, RewrittenFile, Site
from tests.build.crates import manifest, write_files

Plant = Callable[[bytes, Site], Iterator[tuple[int, str]]]

BASE = """//! What the other crate uses.
pub fn made() -> impl Clone + AsRef<[u8]> {
    let kept = vec![1u8, 2];
    kept
}

pub fn many(list: &[u8]) -> usize {
    let a1 = list.len();
    let a2 = a1 + 1;
    let a3 = a2 + 1;
    let a4 = a3 + 1;
    let a5 = a4 + 1;
    let a6 = a5 + 1;
    let a7 = a6 + 1;
    let a8 = a7 + 1;
    let a9 = a8 + 1;
    let a10 = a9 + 1;
    a10
}

pub fn shown(list: &[u8]) -> String {
    let before = list.len();
    let text = format!("{} {}", before, { let inside = list.len() + 1; inside });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_more() {
        let list = [1, 2];
        assert_eq!(many(&list), 11);
    }

    #[test]
    fn text() {
        let list = vec![7];
        assert_eq!(shown(&list), "1 2");
    }
}
"""
USER = """//! Depends on what the other crate's hidden types can do.
fn sent<T: Send + Clone + AsRef<[u8]>>(value: T) -> usize {
    let again = value.clone();
    again.as_ref().len()
}

#[test]
fn it_is_sent() {
    let made = base::made();
    let size = sent(made);
    assert_eq!(size, 2);
}

#[test]
#[should_panic(expected = "on purpose")]
fn it_panics() {
    let kept = base::shown(&[1]);
    panic!("on purpose {kept}");
}
"""


def behind_let(*names: str, text: str) -> Plant:
    """Wrong text behind the `let` of each name."""

    def plant(_source: bytes, site: Site) -> Iterator[tuple[int, str]]:
        if site.kind == "let" and site.name in names:
            yield site.statement.end, text.format(name=site.name)

    return plant


def in_front_of(text: str, wrong: str) -> Plant:
    """Wrong text in front of the sites that begin with this text."""

    def plant(source: bytes, site: Site) -> Iterator[tuple[int, str]]:
        if source.startswith(text.encode(), site.span.start):
            yield site.span.start, wrong

    return plant


@dataclass(frozen=True)
class Case:
    """Where what is planted, which sites must be off in the end, and how many rounds that takes at most."""

    plant: Plant
    healed: tuple[str, ...]
    rounds: int
    keeps: tuple[str, ...]


TEN = tuple(f"a{number}" for number in range(1, 11))
WRONG_TYPE = " let __bs_wrong: u8 = String::new();"
CASES = {
    "one": Case(behind_let("again", text=WRONG_TYPE), ("again",), 1, ("kept", "made", "size", "a1", "before")),
    "ten": Case(behind_let(*TEN, text=WRONG_TYPE), TEN, 1, ("kept", "again", "before", "text")),
    "in a macro": Case(behind_let("inside", text=WRONG_TYPE), ("inside",), 1, ("before", "a1", "again")),
    "of the borrow checker": Case(
        behind_let("again", text=" drop(again); drop(value);"), ("again",), 3, ("kept", "made", "a1")
    ),
    "in front of an operand": Case(in_front_of("made);", "5u8 + "), ("size",), 3, ("a1", "again")),
    "seen in the signature": Case(
        behind_let("kept", text=" if kept.is_empty() {{ return 5u8; }}"), ("kept",), 2, ("a1", "again", "made")
    ),
    "seen in the crate that uses it": Case(
        behind_let("kept", text=" #[derive(Clone)] struct W(std::rc::Rc<Vec<u8>>); impl AsRef<[u8]> for W {{ "
                   "fn as_ref(&self) -> &[u8] {{ &self.0 }} }} let kept = W(std::rc::Rc::new(kept));"),
        ("kept",),
        MAXIMUM_ROUNDS,
        ("a1",),
    ),
    "a text that does not parse": Case(behind_let("before", text=" let = ;"), ("before",), 2, ("again", "made")),
}  # fmt: skip


def planting(plant: Plant) -> Callable[[bytes, FileFacts | None, RewriteOptions], RewrittenFile]:
    def rewrite(source: bytes, facts: FileFacts | None, options: RewriteOptions) -> RewrittenFile:
        done = rewrite_file(source, facts, options)
        on = [site for site in done.sites if site.index not in options.disabled]
        return with_insertions(
            done, [Insertion(at, text, site.index) for site in on for at, text in plant(source, site)]
        )

    return rewrite


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_files(
        tmp_path / "workspace",
        {
            "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["base", "user"]\n',
            "base/Cargo.toml": manifest("base"),
            "base/src/lib.rs": BASE,
            "user/Cargo.toml": manifest("user", more='[dependencies]\nbase = { path = "../base" }'),
            "user/src/lib.rs": USER,
        },
    )


def results(stdout: str) -> list[str]:
    return sorted(re.findall(r"^test .* \.\.\. \w+", stdout, re.MULTILINE))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_planted_errors_are_healed(name: str, workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    case = CASES[name]
    plain = subprocess.run(
        ["cargo", "test", "--workspace", "--offline"], cwd=workspace, capture_output=True, text=True, check=True
    )
    capfd.readouterr()
    notes: list[str] = []
    options = CargoOptions(offline=True, workspace=True)
    outcome = run_project(
        load_project(workspace, options),
        options,
        RunRequest("test", trace_all=True),
        note=notes.append,
        rewrite=planting(case.plant),
    )
    told = capfd.readouterr()
    assert outcome.report is not None, told.err
    assert results(told.out) == results(plain.stdout) != []
    assert outcome.exit_code == 0
    assert 1 <= outcome.report.rounds <= case.rounds
    healed = {(entry["file"], entry["line"]) for entry in outcome.report.healed}
    for missing in case.healed:
        assert place_of(missing) in healed
    for kept in case.keeps:
        assert place_of(kept) not in healed
    assert all(entry["message"] for entry in outcome.report.healed)
    assert outcome.report.sites["healed"] == len(outcome.report.healed) > 0


def place_of(name: str) -> tuple[str, int]:
    """Where the `let` of a name stands."""
    for file, text in (("base/src/lib.rs", BASE), ("user/src/lib.rs", USER)):
        for number, line in enumerate(text.splitlines(), 1):
            if f"let {name} = " in line:
                return file, number
    raise AssertionError(name)
