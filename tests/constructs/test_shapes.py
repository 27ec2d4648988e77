"""Shapes of code that published crates are full of: programs say the same, all is traced, nothing is healed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.constructs.programs import run_both
from tests.drops.programs import instrument_report

PROGRAMS = sorted((Path(__file__).parent / "shapes").glob("*.rs"))


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["2021", "2024"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_behaves_as_before_and_needs_no_healing(program: Path, edition: str, tmp_path: Path) -> None:
    untouched, traced, events = run_both(program.read_text(encoding="utf-8"), tmp_path, edition)
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout), traced.stderr
    report = instrument_report(tmp_path / "program.bstrace")
    assert report["healed"] == []
    assert report["functions"]["traced"] == report["functions"]["total"] > 0
    assert {event["event"] for event in events} >= {"New", "Borrow", "Drop"}


TOLD = """
use std::sync::atomic::{AtomicU8, Ordering};
static NAMES: [&str; 2] = ["a", "b"];
static COUNT: AtomicU8 = AtomicU8::new(1);
fn main() {
    println!("{NAMES:?} {}", COUNT.fetch_add(1, Ordering::SeqCst));
    let size = format!("{COUNT:?}{NAMES:?}").len();
    assert!(size > 3, "{COUNT:?}");
    println!("{size}");
}
"""


@pytest.mark.slow
def test_statics_that_only_a_format_text_names_are_told(tmp_path: Path) -> None:
    untouched, traced, events = run_both(TOLD, tmp_path)
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout), traced.stderr
    told = [(event["line"], event["name"]) for event in events if event["event"] == "StaticAccess"]
    assert told == [(6, "NAMES"), (6, "COUNT"), (7, "COUNT"), (7, "NAMES")]
    skipped = instrument_report(tmp_path / "program.bstrace")["skipped"]
    assert [(one["line"], one["construct"], one["reason"]) for one in skipped] == [(8, "static", "inference")]


@pytest.mark.slow
def test_references_that_calls_give_are_followed_in_unsafe_code(tmp_path: Path) -> None:
    program = Path(__file__).parent / "shapes" / "unchecked_elements.rs"
    _, _, events = run_both(program.read_text(encoding="utf-8"), tmp_path)
    assert instrument_report(tmp_path / "program.bstrace")["skipped"] == []
    told = {event["line"] for event in events if event["event"] in ("Deref", "RawPtrDeref")}
    assert told == {10, 14, 22, 27, 43, 44}


LINKS = 400
BUILDER = f"""
#[derive(Default)]
struct Builder(Vec<String>);
impl Builder {{
    fn arg(mut self, name: &str) -> Self {{
        let owned = name.to_string();
        self.0.push(owned);
        self
    }}
}}
fn main() {{
    let made = Builder::default(){"".join(f'.arg(&String::from("{link}"))' for link in range(LINKS))};
    println!("{{}}", made.0.concat());
}}
"""


@pytest.mark.slow
def test_chains_of_hundreds_of_calls_are_followed_to_their_end(tmp_path: Path) -> None:
    untouched, traced, events = run_both(BUILDER, tmp_path)
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout), traced.stderr
    assert len([event for event in events if event["event"] == "New" and event["name"] == "owned"]) == LINKS
    report = instrument_report(tmp_path / "program.bstrace")
    assert (report["healed"], report["skipped"]) == ([], [])


@pytest.mark.slow
def test_what_a_macros_own_text_moves_or_overwrites_has_no_end(tmp_path: Path) -> None:
    program = Path(__file__).parent / "shapes" / "moves_in_macros.rs"
    _, _, events = run_both(program.read_text(encoding="utf-8"), tmp_path)
    skipped = {one["name"]: one["reason"] for one in instrument_report(tmp_path / "program.bstrace")["skipped"]}
    moved = ["eaten", "captured", "given", "left", "right"]
    assert skipped == dict.fromkeys(moved, "unmarked_move") | dict.fromkeys(["first", "place", "last"], "macro_unknown")
    ended = {event["name"] for event in events if event["event"] == "Drop"}
    assert ended >= {"two", "seen", "step"}
    assert not ended & skipped.keys()
