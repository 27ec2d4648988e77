"""Loops, branches and matches: every event with its fields, in order, on every way out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from borrowscope.tables.events import EVENTS, Group
from tests.constructs.programs import lines, run_both

SOURCE = r"""
fn labelled(limit: u8) -> u8 {
    'outer: for i in 0..limit {
        for j in 0..3 {
            if j == 1 { continue 'outer; } else if i == 1 { break 'outer; } else { drop(j); }
        }
    }
    limit
}
fn returning() -> u8 {
    for x in [1u8, 2] { if x == 2 { return x; } }
    0
}
fn conditions(mut v: Vec<u8>) -> Option<u8> {
    while v.len() > 2 { v.pop(); }
    while let Some(x) = v.pop() { odd(x)?; }
    None
}
fn odd(x: u8) -> Option<u8> { (x % 2 == 0).then_some(x) }
fn value() -> u8 {
    let n = loop { break 5u8; };
    n
}
fn tail(n: u8) { for _ in 0..n {} }
fn arms(x: Option<u8>) -> u8 {
    let y = match x { Some(n) if n > 5 => n, Some(n) => { n + 1 } None => 0 };
    match y { 0 | 1 => (), _ => println!("big") }
    let Some(z) = x else { return 9 };
    match z { 1 => match y { 2 => 7, _ => 8 }, _ => 1 }
}
fn boxed(x: u8) -> u8 {
    let b: Box<dyn Fn(u8) -> u8> = match x { 0 => Box::new(|y| y), _ => Box::new(move |y| y + x) };
    Ok::<u8, u8>(match b(1) { 2 => 20, other => other }).unwrap()
}
fn panicking() { for i in 0..2 { if i == 1 { panic!("on purpose") } } }
fn recursive(n: u8) { while n > 0 { recursive(n - 1); break; } }

fn main() {
    labelled(3);
    returning();
    conditions(vec![2, 3, 4]);
    value();
    tail(2);
    println!("{} {} {}", arms(Some(7)), arms(Some(1)), arms(None));
    println!("{} {}", boxed(0), boxed(1));
    let _ = std::panic::catch_unwind(panicking);
    recursive(2);
    let inline = |n: u8| { if n > 1 { n } else { match n { 0 => 1, _ => 2 } } };
    println!("{}", inline(0));
    std::process::exit(3);
}
"""

EXPECTED = {
    "labelled": """
New limit
LoopEnter loop_type=for #1
LoopIteration iteration=0 #1
New i
LoopEnter loop_type=for #2
LoopIteration iteration=0 #2
New j
Branch branch_type=else
Drop j cause=scope_end
LoopIteration iteration=1 #2
New j
Branch branch_type=if
Continue loop_label=outer
Drop j cause=continue
LoopExit #2
Drop i cause=continue
LoopIteration iteration=1 #1
New i
LoopEnter loop_type=for #3
LoopIteration iteration=0 #3
New j
Branch branch_type=else if
Break loop_label=outer
Drop j cause=break
LoopExit #3
Drop i cause=break
LoopExit #1
Drop limit cause=scope_end
""",
    "returning": """
LoopEnter loop_type=for #1
LoopIteration iteration=0 #1
New x
Drop x cause=scope_end
LoopIteration iteration=1 #1
New x
Branch branch_type=if
Return has_value=True
Drop x cause=return
LoopExit #1
""",
    "conditions": """
New v
LoopEnter loop_type=while #1
LoopIteration iteration=0 #1
LoopExit #1
LoopEnter loop_type=while let #2
LoopIteration iteration=0 #2
New x
Try
Drop x cause=try
LoopExit #2
Drop v cause=try
""",
    "value": """
LoopEnter loop_type=loop #1
LoopIteration iteration=0 #1
Break loop_label=None
LoopExit #1
New n
Drop n cause=scope_end
""",
    "tail": """
New n
LoopEnter loop_type=for #1
LoopIteration iteration=0 #1
LoopIteration iteration=1 #1
LoopExit #1
Drop n cause=scope_end
""",
    "arms": """
New x
MatchEnter #1
MatchArm arm_index=0 pattern=Some(n) bindings=['n'] #1
New n
Drop n cause=scope_end
MatchExit #1
New y
MatchEnter #2
MatchArm arm_index=1 pattern=_ #2
MatchExit #2
New z
MatchEnter #3
MatchArm arm_index=1 pattern=_ #3
MatchExit #3
Drop z cause=scope_end
Drop y cause=scope_end
Drop x cause=scope_end
New x
MatchEnter #4
MatchArm arm_index=1 pattern=Some(n) bindings=['n'] #4
New n
Drop n cause=scope_end
MatchExit #4
New y
MatchEnter #5
MatchArm arm_index=1 pattern=_ #5
MatchExit #5
New z
MatchEnter #6
MatchArm arm_index=0 pattern=1 #6
MatchEnter #7
MatchArm arm_index=0 pattern=2 #7
MatchExit #7
MatchExit #6
Drop z cause=scope_end
Drop y cause=scope_end
Drop x cause=scope_end
New x
MatchEnter #8
MatchArm arm_index=2 pattern=None #8
MatchExit #8
New y
MatchEnter #9
MatchArm arm_index=0 pattern=0 | 1 #9
MatchExit #9
LetElse pattern=Some(z)
Return has_value=True
Drop y cause=return
Drop x cause=return
""",
    "panicking": """
LoopEnter loop_type=for #1
LoopIteration iteration=0 #1
New i
Drop i cause=scope_end
LoopIteration iteration=1 #1
New i
Branch branch_type=if
Drop i cause=panic
LoopExit #1
""",
    "recursive": """
New n
LoopEnter loop_type=while #1
LoopIteration iteration=0 #1
New n
LoopEnter loop_type=while #2
LoopIteration iteration=0 #2
New n
LoopEnter loop_type=while #3
LoopExit #3
Drop n cause=scope_end
Break loop_label=None
LoopExit #2
Drop n cause=scope_end
Break loop_label=None
LoopExit #1
Drop n cause=scope_end
""",
    "main::{closure#0}": """
New n
Branch branch_type=else
MatchEnter #1
MatchArm arm_index=0 pattern=0 #1
MatchExit #1
Drop n cause=scope_end
""",
}


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    untouched, traced, events = run_both(SOURCE, tmp_path_factory.mktemp("flow"))
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout)
    assert traced.code == 3
    return events


@pytest.mark.parametrize("function", EXPECTED)
def test_events_in_order(events: list[dict[str, Any]], function: str):
    found = [line for line in lines(events, function) if line.split()[0] not in _OTHERS and "Borrow mut" not in line]
    assert found == EXPECTED[function].strip().splitlines()


_OTHERS = {row.name for row in EVENTS if row.group in (Group.EXPRESSIONS, Group.METHODS)}  # families of their own


def test_a_match_inside_of_a_call_of_ok_is_seen(events: list[dict[str, Any]]):
    seen = [line for line in lines(events, "boxed") if line.startswith("Match")]
    assert seen[:3] == ["MatchEnter #1", "MatchArm arm_index=0 pattern=0 #1", "MatchExit #1"]


def test_each_execution_has_one_instance_that_begins_and_ends_once(events: list[dict[str, Any]]):
    for construct in ("Loop", "Match"):
        entered = Counter(event["instance"] for event in events if event["event"] == f"{construct}Enter")
        left = Counter(event["instance"] for event in events if event["event"] == f"{construct}Exit")
        assert entered == left
        assert set(entered.values()) == {1}


def test_places(events: list[dict[str, Any]]):
    lines_of = SOURCE.splitlines()
    for event in events:
        begins = _BEGINNINGS.get(event["event"])
        if begins is not None:
            assert lines_of[event["line"] - 1][event["column"] - 1 :].startswith(begins), event


_BEGINNINGS: dict[str, str | tuple[str, ...]] = {
    "LoopEnter": ("for", "while", "loop", "'outer: for"),
    "LoopExit": ("for", "while", "loop", "'outer: for"),
    "MatchEnter": "match",
    "MatchExit": "match",
    "Branch": ("if", "{"),
    "LetElse": "let Some",
}


def test_a_loop_without_iterations(tmp_path: Path):
    _, _, events = run_both("fn main() { for _ in 0..0 {} }", tmp_path)
    assert [event["event"] for event in events if event["event"] != "Range"] == [
        "FnEnter",
        "LoopEnter",
        "LoopExit",
        "FnExit",
    ]
