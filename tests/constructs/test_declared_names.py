"""The mark's `warn`, and the names that it declares: `ffi`, `unions`, `statics`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.drops.programs import BORROWSCOPE, Outcome, exported_events, run_command

SOURCE = r"""
extern "C" fn twice(v: i32) -> i32 { v * 2 }
fn wrapped(v: i32) -> i32 { v }
const LIMIT: i32 = 3;
thread_local! { static KEY: std::cell::Cell<i32> = std::cell::Cell::new(4); }
struct Packed { a: i32 }

#[trace_borrow(verbose, warn)]
fn open() -> i32 {
    let f: unsafe extern "C" fn(i32) -> i32 = twice;
    unsafe { f(1) }
}

#[trace_borrow(verbose, warn, ffi = ["f", "wrapped"], unions = ["Packed"], statics = ["LIMIT", "KEY"])]
fn declared() -> i32 {
    let f: unsafe extern "C" fn(i32) -> i32 = twice;
    let p = Packed { a: 1 };
    let n = unsafe { f(1) } + wrapped(2) + p.a + LIMIT;
    KEY.with(|k| k.get()) + n
}

#[trace_borrow(verbose)]
fn silent() -> i32 {
    let f: unsafe extern "C" fn(i32) -> i32 = twice;
    unsafe { f(1) }
}

fn main() { println!("{} {} {}", open(), declared(), silent()); }
"""
GROUP = {"FfiCall", "UnsafeFnCall", "UnionFieldAccess", "StaticAccess", "StaticInit"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, list[dict[str, Any]]]:
    """The traced run and its events."""
    folder: Path = tmp_path_factory.mktemp("declared")
    (folder / "program.rs").write_text(SOURCE, encoding="utf-8")
    recording = folder / "program.bstrace"
    done = run_command([*BORROWSCOPE, "run", str(folder / "program.rs"), "-o", str(recording), "--quiet"], folder)
    return done, exported_events(recording)


def told(events: list[dict[str, Any]], function: str) -> list[str]:
    """The events of a function, with what they name."""
    keys = ("name", "fn_name", "union_name", "field_name")
    return [
        " ".join([event["event"], *(event[key] for key in keys if event.get(key))])
        for event in events
        if event["event"] in GROUP and event["function"].endswith(f"::{function}")
    ]


def test_declared_names_are_recorded_as_such(run: tuple[Outcome, list[dict[str, Any]]]) -> None:
    done, events = run
    assert (done.code, done.stdout) == (0, "2 12 2\n"), done.stderr
    assert told(events, "declared") == [
        "FfiCall f",
        "FfiCall wrapped",
        "UnionFieldAccess Packed a",
        "StaticAccess LIMIT",
        "StaticAccess KEY",
    ]
    assert told(events, "open") == told(events, "silent") == ["UnsafeFnCall f"]


def test_one_warning_for_each_place_that_is_not_declared(run: tuple[Outcome, list[dict[str, Any]]]) -> None:
    done, _ = run
    line = SOURCE[: SOURCE.index("unsafe { f(1) }")].count("\n") + 1
    words = 'warning: call through a pointer of type `unsafe extern "C" fn`, so nobody can say which foreign code '
    words += "runs (BS0102)"
    assert done.stderr.count(words) == done.stderr.count("warning: ") == 1
    assert f"--> program.rs:{line}:14\n" in done.stderr
    assert 'declare it if it is foreign: `ffi = ["f"]`' in done.stderr
