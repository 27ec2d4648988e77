"""Unsafe operations and statics: each event with its fields, who it belongs to, in the order of what happens."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.constructs.programs import run_both
from tests.drops.programs import Outcome

GROUP = {
    "RawPtrCreated",
    "RawPtrDeref",
    "UnsafeFnCall",
    "FfiCall",
    "Transmute",
    "UnionFieldAccess",
    "StaticAccess",
    "StaticInit",
}
FIELDS = ("is_write", "fn_name", "from_type", "to_type", "union_name", "field_name", "ptr_type", "is_mutable")


@cache
def traced(name: str, edition: str) -> tuple[Outcome, Outcome, list[dict[str, Any]], dict[str, Any]]:
    """Both outcomes, the events and the report of a program."""
    source = Path(__file__).with_name(f"unsafe_{name}.rs").read_text(encoding="utf-8")
    if edition == "2021":
        source = source.replace('unsafe extern "C" {', 'extern "C" {', 1).replace("safe fn labs", "fn labs")
        source = source.replace(" labs(-3)", " unsafe { labs(-3) }").replace("labs(1) == 2", "unsafe { labs(1) } == 2")
    with TemporaryDirectory() as folder:
        untouched, done, events = run_both(source, Path(folder), edition)
        report = json.loads((Path(folder) / "program.bstrace/instrument-report.json").read_text())
    return untouched, done, events, report


def told(events: list[dict[str, Any]], function: str) -> list[str]:
    """The group's events of a function, with calls into traced functions between them."""
    found = []
    for event in events:
        is_call = event["event"] == "FnEnter" and event["function"] != f"program::{function}"
        is_own = event["function"] is not None and event["function"].startswith(f"program::{function}")
        if event["event"] in GROUP and is_own:
            fields = [str(event[key]) for key in FIELDS if key in event]
            found.append(" ".join([event["event"], *([event["name"]] if event["name"] else []), *fields]))
        elif is_call:
            found.append(event["function"].removeprefix("program::"))
    return found


def between(events: list[dict[str, Any]], function: str) -> list[dict[str, Any]]:
    """What was recorded from a function's entry to its exit."""
    inside = [at for at, event in enumerate(events) if event["function"] == f"program::{function}"]
    return events[inside[0] : inside[-1] + 1]


def told_in(function: str, name: str = "plain") -> list[str]:
    return told(between(traced(name, "2024")[2], function), function)


@pytest.mark.parametrize("edition", ["2021", "2024"])
@pytest.mark.parametrize("name", ["plain", "nasty"])
def test_the_program_stays_what_it_is(name: str, edition: str) -> None:
    untouched, done, events, report = traced(name, edition)
    assert (done.stdout, done.code) == (untouched.stdout, untouched.code)
    assert report["healed"] == []
    assert {event["event"] for event in events} >= GROUP - ({"Transmute"} if name == "nasty" else set())


def test_raw_pointers() -> None:
    assert told_in("pointers") == [
        "RawPtrCreated *const i32",
        "RawPtrCreated *mut i32",
        "RawPtrCreated *const i32",
        "RawPtrCreated *const i32",
        "RawPtrDeref True",
        "RawPtrDeref True",
        "RawPtrDeref False",
        "RawPtrDeref False",
        "RawPtrDeref False",
        "RawPtrCreated *mut Point",
        "RawPtrDeref True",
        "RawPtrDeref True",
        "UnsafeFnCall program::Point::change",
        "Point::change",
        "RawPtrDeref True",
        "RawPtrDeref False",
        "RawPtrDeref False",
        "UnsafeFnCall pointer::add",
        "RawPtrDeref False",
        "RawPtrDeref False",
        "RawPtrDeref False",
    ]


def test_pointers_join_with_their_bindings() -> None:
    events = between(traced("plain", "2024")[2], "pointers")
    names = {event["instance"]: event["name"] for event in events if event["event"] == "New"}
    derefs = [event for event in events if event["event"] == "RawPtrDeref"]
    assert [names.get(event["owner"]) for event in derefs[:5]] == ["q", "q", "p", "r", "a"]
    created = [event["address"] for event in events if event["event"] == "RawPtrCreated"]
    assert created[0] == created[1] == created[2] == created[3] != created[4]


def test_calls_are_told_when_their_arguments_are_there() -> None:
    assert told_in("calls") == [
        "FfiCall program::abs",
        "safe",
        "safe",
        "UnsafeFnCall program::two",
        "two",
        "safe",
        "UnsafeFnCall program::Point::dig",
        "Point::dig",
        "Point::get",
        "UnsafeFnCall program::Point::dig",
        "Point::dig",
        "UnsafeFnCall f",
        "two",
        "Transmute f32 u32",
        "Transmute u32 f32",
        "FfiCall program::abs",
        "FfiCall program::abs",
        "UnsafeFnCall program::two",
        "two",
        "UnsafeFnCall std::string::String::from_utf8_unchecked",
        "safe",
        "UnsafeFnCall program::takes",
        "takes",
        "UnsafeFnCall program::raw",
        "raw",
    ]


def test_moved_receivers_and_assignments_to_several_places() -> None:
    assert told_in("moved_receivers", "nasty") == [
        "RawPtrCreated *mut u32",
        "RawPtrCreated *mut u32",
        "RawPtrDeref False",
        "RawPtrDeref False",
        "UnsafeFnCall std::mem::MaybeUninit::assume_init",
        "RawPtrDeref False",
        "UnsafeFnCall program::Owner::consume",
        "Owner::consume",
    ]


def test_moved_arguments_come_first() -> None:
    events = between(traced("nasty", "2024")[2], "order")
    own = [event["event"] for event in events if event["line"] == next(_lines_with("own(text, more)"))]
    assert own[:4] == ["UnsafeBlockEnter", "Move", "Move", "UnsafeFnCall"]


def _lines_with(text: str) -> Any:
    source = Path(__file__).with_name("unsafe_nasty.rs").read_text(encoding="utf-8")
    return (number for number, line in enumerate(source.splitlines(), 1) if text in line)


def test_unions() -> None:
    assert told_in("unions") == [
        "UnionFieldAccess Bits float",
        "UnionFieldAccess Bits whole",
        "UnionFieldAccess Bits pair",
        "UnionFieldAccess Bits pair",
        "UnionFieldAccess Bits float",
    ]


def test_statics_are_initialised_once() -> None:
    assert told_in("statics") == [
        "StaticInit HITS False",
        "StaticAccess HITS False",
        "StaticAccess HITS False",
        "StaticInit NAMES False",
        "StaticAccess NAMES False",
        "StaticAccess NAMES False",
        "made",
        "StaticInit LAZY False",
        "StaticAccess LAZY False",
        "StaticAccess LAZY False",
        "StaticInit LOCK False",
        "StaticAccess LOCK False",
        "StaticInit COUNTER True",
        "StaticAccess COUNTER True",
        "StaticAccess COUNTER True",
        "StaticAccess COUNTER False",
    ]


def test_statics_in_nasty_positions() -> None:
    found = told_in("statics", "nasty")
    assert [line for line in found if line.startswith("StaticInit")] == [
        "StaticInit TOTAL False",
        "StaticInit CONFIG False",
        "StaticInit LIST True",
        "StaticInit TABLE True",
    ]
    accesses = [line.removeprefix("StaticAccess ") for line in found if line.startswith("StaticAccess")]
    assert accesses == [
        "TOTAL False",
        "CONFIG False",
        "CONFIG False",
        "CONFIG False",
        "CONFIG False",
        "LIST True",
        "LIST True",
        "TABLE True",
        "LIST False",
        "TABLE True",
        "LIST True",
        "TABLE False",
        "TABLE False",
        "TABLE False",
        "LIST False",
        "TABLE False",
        "TOTAL False",
    ]


def test_a_call_that_never_returns() -> None:
    events = traced("plain", "2024")[2]
    assert [event["fn_name"] for event in events if event["event"] == "FfiCall"][-1] == "program::exit"


def test_what_cannot_be_told_is_listed() -> None:
    skipped = traced("nasty", "2024")[3]["skipped"]
    kinds = {(one["construct"], one["reason"]) for one in skipped}
    assert ("raw_deref", "macro_unknown") in kinds  # debug_assert! prints its text
    assert ("union_read", "inference") in kinds  # a pattern reads it


IN_TYPES = """
const unsafe fn count() -> usize { 2 }
struct Held<const N: usize>;
fn sized(given: [u8; unsafe { count() }]) -> usize {
    let held: Held<{ unsafe { count() } }> = Held::<{ unsafe { count() } }>;
    let again: [u8; unsafe { count() }] = [given[0]; unsafe { count() }];
    drop(held);
    again.len() + std::mem::size_of::<[u16; unsafe { count() }]>() + unsafe { count() }
}
fn main() { println!("{}", sized([1, 2])); }
"""


def test_what_types_compute_is_told_as_constant(tmp_path: Path) -> None:
    untouched, done, events = run_both(IN_TYPES, tmp_path, "2021")
    assert (done.code, done.stdout) == (untouched.code, untouched.stdout)
    assert [event["fn_name"] for event in events if event["event"] == "UnsafeFnCall"] == ["program::count"]
    report = json.loads((tmp_path / "program.bstrace/instrument-report.json").read_text())
    skipped = [(one["line"], one["reason"]) for one in report["skipped"] if one["construct"] == "unsafe_call"]
    assert skipped == [(line, "const_context") for line in (4, 5, 5, 6, 6, 8)]
