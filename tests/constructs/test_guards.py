"""Guards of locks and cells: every event with its fields, in order, in every position; rules 6 and 8 of the design."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tests.constructs import guards
from tests.constructs.programs import run_both
from tests.drops.programs import BORROWSCOPE, exported_events, instrument_report, run_command

Run = dict[str, list[str]]
UNTOLD = {"main", "positions", "run", "ready", "eat"}


@pytest.fixture(scope="module", params=["2021", "2024"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Run]:
    folder, edition = tmp_path_factory.mktemp("guards"), str(request.param)
    untouched, traced, events = run_both(guards.FILE.read_text(encoding="utf-8"), folder, edition)
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout)
    assert instrument_report(folder / "program.bstrace")["healed"] == []
    return edition, guards.recorded(events)


def test_every_function_records_its_lines(run: tuple[str, Run]):
    edition, found = run
    expected = guards.expected(edition)
    assert {name: found[name] for name in expected} == expected
    assert {name for name, lines in found.items() if lines} - set(expected) <= UNTOLD


THREADS = r"""
use std::sync::{Arc, Mutex, RwLock};
struct Shared { plain: Mutex<u32>, wide: RwLock<u32> }
fn work(shared: &Shared, n: u32) {
    for i in 0..n {
        *shared.plain.lock().unwrap() += 1;
        let mut g = shared.plain.lock().unwrap();
        *g += 1;
        drop(g);
        if let Ok(mut g) = shared.plain.try_lock() { *g += i; }
        *shared.wide.write().unwrap() += *shared.wide.try_read().map(|g| *g).as_ref().unwrap_or(&0) / u32::MAX;
        let (a, b) = (shared.wide.read().unwrap(), 1);
        let _ = *a + b;
    }
}
fn main() {
    let shared = Arc::new(Shared { plain: Mutex::new(0), wide: RwLock::new(0) });
    let all: Vec<_> = (0..4).map(|_| { let s = shared.clone(); std::thread::spawn(move || work(&s, 50)) }).collect();
    for one in all { one.join().unwrap(); }
}
"""
_ENDS = ("LockGuardDrop", "Move")


def test_what_is_held_by_one_thread_is_held_by_no_other(tmp_path: Path):
    """An acquisition is told when it has happened, a release before it does."""
    _, traced, events = run_both(THREADS, tmp_path)
    assert traced.code == 0, traced.stderr
    held: dict[str, dict[int, str]] = defaultdict(dict)
    acquired = 0
    for event in events:
        if event["event"] == "LockGuardAcquire":
            others = held[event["object"]].values()
            assert not others if event["lock_type"] != "RwLock::read" else "RwLock::write" not in others
            held[event["object"]][event["instance"]] = event["lock_type"]
            acquired += 1
        elif event["event"] in _ENDS and event["object"] in held:
            held[event["object"]].pop(event["instance"] or event["from"], None)
    assert acquired > 4 * 50 * 4
    assert not any(held.values())


DEADLOCK = r"""
use std::sync::Mutex;
fn main() {
    let (first, second) = (Mutex::new(1), Mutex::new(2));
    let held = first.lock().unwrap();
    std::thread::spawn(|| { std::thread::sleep(std::time::Duration::from_millis(300)); std::process::exit(7); });
    println!("{}", *held + *second.lock().unwrap());
    let again = first.lock().unwrap();
    println!("{again}");
}
"""


def test_a_deadlock_leaves_an_attempt_without_an_outcome(tmp_path: Path):
    untouched, traced, events = run_both(DEADLOCK, tmp_path)
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout) == (7, "3\n")
    told = [event for event in events if event["event"] in ("Attempt", "Lock", "LockGuardAcquire")]
    assert [event["event"] for event in told[-4:]] == ["Attempt", "Lock", "LockGuardAcquire", "Attempt"]
    first = next(event for event in events if event["event"] == "LockGuardAcquire" and event["name"] == "held")
    assert (told[-1]["owner"], told[-1]["object"]) == (first["owner"], first["object"])
    assert told[-1]["owner"] is not None


CHOICES = r"""
use std::cell::{RefCell, RefMut};
use std::sync::Mutex;
fn escaping(cell: &RefCell<u8>) -> RefMut<'_, u8> { cell.borrow_mut() }
fn main() {
    let (lock, cell) = (Mutex::new(1), RefCell::new(1));
    *lock.lock().unwrap() += 1;
    let guard = lock.lock().unwrap();
    println!("{} {}", lock.try_lock().is_err(), *guard);
    *escaping(&cell) += 1;
    let shared = cell.borrow();
    println!("{} {}", cell.try_borrow_mut().is_err(), *shared);
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| { escaping(&cell); }));
}
"""
LOCKS = ["Attempt", "LockGuardAcquire", "Lock"]
CELLS = ["Attempt", "RefCellBorrow"]


@pytest.mark.parametrize(
    ("words", "present", "absent"),
    [
        (["--only", "methods"], ["Attempt", "Lock"], ["LockGuardAcquire", "RefCellBorrow"]),
        (["--only", "concurrency"], ["Attempt", "LockGuardAcquire"], ["Lock", "RefCellBorrow"]),
        (["--only", "ownership"], ["New", "Drop"], [*LOCKS, *CELLS]),
        (["--skip", "methods,concurrency"], CELLS, ["Lock", "LockGuardAcquire"]),
        (["--preset", "quiet"], ["New", "Drop"], [*LOCKS, *CELLS]),
        (["--filter", "guard"], ["LockGuardAcquire"], ["New"]),
        (["--sample", "0.5"], [], ["Attempt"]),
        (["--sample", "0"], [], [*LOCKS, *CELLS]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_groups_switch_each_event(words: list[str], present: list[str], absent: list[str], tmp_path: Path):
    (tmp_path / "program.rs").write_text(CHOICES)
    recording = tmp_path / "program.bstrace"
    traced = run_command([*BORROWSCOPE, "run", "program.rs", "-o", str(recording), "--quiet", *words], tmp_path)
    assert traced.stdout == "true 2\ntrue 2\n", traced.stderr
    assert instrument_report(recording)["healed"] == []
    events = exported_events(recording)
    kinds = {event["event"] for event in events}
    assert kinds >= set(present)
    assert not kinds & set(absent)
    assert _open_attempts(events) == (["borrow_mut"] if "RefCellBorrow" in kinds and "0.5" not in words else [])


def _open_attempts(events: list[dict[str, Any]]) -> list[str]:
    """Attempts that no outcome follows."""
    told = [event for event in events if event["event"] in {*LOCKS, *CELLS}]
    return [
        one["operation"]
        for one, after in zip_longest(told, told[1:])
        if one["event"] == "Attempt" and (after is None or after["event"] == "Attempt")
    ]


def test_every_guard_ends_once(run: tuple[str, Run]):
    """Each name's acquisitions are followed by as many releases or moves."""
    _, found = run
    for name, lines in found.items():
        told = [line for line in lines if re.match(r"(acquire|borrow) (?!of)", line)]
        ended = [line for line in lines if line.startswith(("release", "move"))]
        handed_on = [line for line in lines if " to " in line]
        assert len(told) + len(handed_on) == len(ended), name


STRICT = r"""
#![deny(warnings)]
#![forbid(unsafe_code, unused_imports, unused_variables)]
#![deny(unused_parens, unused_braces, unreachable_code)] // the lints by name, too
use std::cell::RefCell;
use std::sync::Mutex;
pub struct Counter { count: Mutex<u32>, names: RefCell<Vec<String>> }
impl Counter {
    pub fn new() -> Counter { Counter { count: Mutex::new(0), names: RefCell::new(Vec::new()) } }
    pub fn add(&self, name: &str) -> u32 {
        #[cfg(test)]
        self.names.borrow_mut().push("test".to_string());
        if name.is_empty() { return 0; }
        let mut count = self.count.lock().unwrap();
        *count += 1;
        *count
    }
    pub fn clear(&self) -> usize {
        #[cfg(test)]
        { self.names.borrow_mut().clear(); }
        1
    }
    pub fn letters(&self) -> usize {
        let names = self.names.borrow().clone().into_iter();
        let mut sum = 0;
        for name in names { sum += name.len(); }
        sum
    }
    pub fn all(&self) -> usize { self.names.borrow().len() + self.count.try_lock().is_ok() as usize }
}
#[test]
fn counts() { let c = Counter::new(); assert_eq!(c.add("a"), 1); assert_eq!(c.all() + c.clear(), 3); }
"""


@pytest.mark.parametrize("edition", ["2015", "2024"])
def test_a_copy_builds_where_lints_are_denied(edition: str, tmp_path: Path):
    """The import of the attempts' trait is there only where a use of it is compiled."""
    crate, copy = tmp_path / "crate", tmp_path / "copy"
    (crate / "src").mkdir(parents=True)
    (crate / "Cargo.toml").write_text(
        f'[package]\nname = "strict"\nversion = "0.1.0"\nedition = "{edition}"\n[workspace]\n'
    )
    (crate / "src/lib.rs").write_text(STRICT)
    made = run_command([*BORROWSCOPE, "instrument", str(crate), "--all", "--out", str(copy)], tmp_path)
    assert made.code == 0, made.stderr
    assert json.loads((copy / "instrument-report.json").read_text())["healed"] == []
    for command in (["build"], ["test", "--lib"]):
        done = run_command(["cargo", *command, "--offline", "--quiet"], copy)
        assert done.code == 0, done.stderr
