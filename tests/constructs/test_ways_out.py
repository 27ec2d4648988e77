"""Loops and matches as operands, and ways out with values from everywhere: each told, with the cause that it gives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.constructs.programs import lines, run_both

SOURCE = r"""
use std::future::Future;
use std::pin::Pin;

#[derive(Debug, Clone, PartialEq)]
struct D(&'static str);
impl Drop for D { fn drop(&mut self) { println!("drop {}", self.0); } }
fn take(f: impl Fn(&str) -> usize) -> usize { f("abc") }
fn boxed(f: Box<dyn Fn(&str) -> usize>) -> usize { f("abc") }
fn shown(x: &dyn std::fmt::Debug) -> String { format!("{x:?}") }

// 1. loops and matches as operands
fn summed(x: Option<u8>) -> u8 { 1 + match x { Some(n) if n > 3 => n, Some(n) => { n + 1 } None => 0 } }
fn called(k: u8) -> usize {
    boxed(match k { 0 => Box::new(|s| s.len()), _ => Box::new(|_| 1) })
        + take(match k { 0 => |s: &str| s.len(), _ => |_: &str| 7 })
}
fn received(k: u8) -> usize {
    match k { 0 => String::from("zero"), _ => String::new() }.len() + loop { break 5usize }.min(3)
}
fn first_of(v: &[u8]) -> u8 { v[match v.len() { 0 => 0, n => n - 1 }] }
fn tested(k: u8) -> u8 {
    if match k { 0 => true, _ => false } { return 1; }
    if (loop { break k > 5 }) || match k { 3 => true, _ => false } { 2 } else { 3 }
}
fn question(k: u8) -> Option<u8> {
    let n = match k { 0 => None, n => Some(n) }?;
    match k { 1 => None, n => Some(n) }?;
    Some(n)
}
fn lent(k: &mut Option<u8>) -> &mut u8 { let r = &mut *match k { Some(n) => n, None => panic!() }; r }
fn moved_out(pair: (u8, D)) -> D { Some(match pair { (0, d) => d, (_, d) => { drop(d); D("other") } }).unwrap() }
fn temporary(d: D) -> String { shown(match &D("scrutinee").clone() { s if s == &d => &1, _ => &"x" }) }
fn printed(k: u8) { println!("{} {:?}", match k { 1 => "one", _ => "many" }, [loop { break k }]); }
fn nested_operands(k: u8) -> u8 {
    20 + match k { 0 => match k { 0 => 1, n => n }, _ => 20 }
        - loop { break match k { 0 => 1, _ => 2 } }
}
fn never(k: u8) -> u8 { if k > 100 { let n: (u8, u8) = (1, loop { return 3 }); n.0 } else { k } }

// 2. ways out with values
fn tail() -> D { let _left = D("left"); loop { let _in = D("in"); break D("out"); } }
fn tail_of_arm(k: u8) -> u8 {
    let kept = D("kept");
    match k { 0 => loop { let _a = D("a"); if kept.0 == "kept" { break 1 } },
        _ => { for _ in 0..2 { let _b = D("b"); break } 2 } }
}
fn as_argument() -> usize {
    let _held = D("held");
    [1usize, 'a: { let _c = D("c"); if _held.0.len() == 4 { break 'a 2; } 3 },
        loop { let _d = D("d"); break 4 }].iter().sum()
}
fn referring(s: &[u8]) -> &[u8] {
    let _e = D("e");
    let v = 'a: loop { let _f = D("f"); break 'a &s[1..]; };
    'b: loop { break 'b &v[1..] }
}
fn unsized_value(k: u8) -> Box<dyn std::fmt::Debug> {
    loop { let _g = D("g"); if k > 0 { break Box::new(1) } else { break Box::new("x") } }
}
fn closure_value() -> impl Fn(&str) -> usize { let _h = D("h"); return |s| s.len(); }
fn closure_argument(v: Vec<&str>) -> usize { let _i = D("i"); return v.iter().map(|s| s.len()).sum(); }
fn boxed_closure() -> Box<dyn Fn(&str) -> usize> { let _j = D("j"); return Box::new(|s| s.len()); }
fn future_value() -> Pin<Box<dyn Future<Output = Result<u8, String>>>> {
    let _k = D("k");
    return Box::pin(async { let n: u8 = "1".parse().map_err(|_| String::new())?; Ok(n) });
}
fn closure_of_a_loop() -> Box<dyn Fn(&str) -> usize> { let _l = D("l"); Box::new(loop { break (|s: &str| s.len()) }) }
fn continued() -> usize {
    let _m = D("m");
    let n = 1 + { let mut n = 0; while n < 2 { let _n = D("n"); n += 1; continue; } n };
    n
}
fn else_value(k: Option<u8>) -> u8 {
    let _o = D("o");
    let Some(n) = (loop { let _p = D("p"); break k }) else { return loop { let _q = D("q"); break 9 } };
    n
}
fn in_closure() -> u8 { let f = |k: u8| loop { let _r = D("r"); break k }; f(1) + (|| { let _s = D("s"); return 2 })() }
fn panics() -> u8 { let _t = D("t"); 'x: loop { let _u = D("u"); break 'x failing() } }
fn failing() -> u8 { panic!("on purpose") }
fn assigned(k: u8) -> u8 {
    let mut x = 0;
    x += loop { let _v = D("v"); break k };
    x = match x { 1 => loop { break 5 }, y => y };
    x
}

// 3. names of match guards
fn guarded(x: Option<D>, list: Vec<u8>, limit: Result<u8, u8>) -> usize {
    match x {
        Some(d) if d.0.is_empty() || list.iter().any(|n| *n as usize == d.0.len()) => d.0.len(),
        Some(ref d) if shown(d).len() > 3 && d.clone().0.len() > 1 => match limit {
            Ok(n) if let Some(m) = n.checked_sub(3) && m > 1 => m as usize,
            Ok(n) | Err(n) if n > 0 => n as usize, _ => 0,
        },
        Some(_) | None => list.len(),
    }
}

fn main() {
    println!("{} {} {}", summed(Some(7)), summed(Some(1)), summed(None));
    println!("{} {} {}", called(0), called(1), received(0));
    println!("{} {} {} {}", first_of(&[1, 2]), tested(0), tested(3), tested(9));
    println!("{:?} {:?} {:?}", question(0), question(1), question(2));
    println!("{} {:?} {}", lent(&mut Some(1)), moved_out((0, D("given"))), temporary(D("scrutinee")));
    printed(1);
    println!("{} {}", nested_operands(0), never(101));
    println!("{:?} {} {}", tail(), tail_of_arm(0), tail_of_arm(1));
    println!("{} {:?} {:?} {:?}", as_argument(), referring(&[1, 2, 3]), unsized_value(0), unsized_value(1));
    println!("{} {} {}", closure_value()("a"), closure_argument(vec!["a"]), boxed_closure()("abc"));
    drop(future_value());
    println!("{} {} {} {}", closure_of_a_loop()("ab"), continued(), else_value(None), else_value(Some(1)));
    println!("{} {:?} {}", in_closure(), std::panic::catch_unwind(panics).is_err(), assigned(1));
    println!("{} {}", guarded(Some(D("name")), vec![1], Ok(7)), guarded(Some(D("n")), vec![1], Ok(1)));
    println!("{} {}", guarded(Some(D("other")), vec![1], Err(4)), guarded(None, vec![], Ok(1)));
}
"""

CAUSES = {
    "tail": "_in:break _left:scope_end",
    "tail_of_arm": "_a:break kept:scope_end k:scope_end _b:break _:?",
    "as_argument": "_c:break _d:break _held:scope_end",
    "referring": "_f:break v:scope_end _e:scope_end s:scope_end",
    "unsized_value": "_g:break k:scope_end",
    "closure_value": "_h:return",
    "closure_argument": "s:scope_end _i:return",
    "boxed_closure": "_j:return",
    "future_value": "_k:return",
    "closure_of_a_loop": "_l:scope_end",
    "continued": "_n:continue _n:continue",
    "else_value": "_p:break _q:break _o:return k:return",
    "in_closure": "_r:break k:scope_end _s:return f:scope_end",
    "panics": "_u:panic _t:panic",
    "assigned": "_v:break",
}


@pytest.fixture(scope="module", params=["2021", "2024"])
def events(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("ways")
    source = (
        SOURCE
        if request.param == "2024"
        else SOURCE.replace("if let Some(m) = n.checked_sub(3) && m > 1 => m", "if n > 4 => (n - 3)")
    )
    untouched, traced, events = run_both(source, folder, edition=request.param)
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout), traced.stderr
    assert healed(folder) == []
    return events


def healed(folder: Any) -> list[Any]:
    report = json.loads((folder / "program.bstrace" / "instrument-report.json").read_text())
    return list(report["healed"])


@pytest.mark.parametrize("function", CAUSES)
def test_causes(events: list[dict[str, Any]], function: str):
    found = [event for event in events if (event["function"] or "").partition("::")[2].partition("::{")[0] == function]
    ends = [f"{event['name']}:{event['cause']}" for event in found if event["event"] == "Drop"]
    expected = CAUSES[function].replace(" _:?", "").split()
    assert ends[: len(expected)] == expected


def flow(events: list[dict[str, Any]], function: str) -> list[str]:
    wanted = ("Loop", "Match", "Break", "Return", "Branch", "Try")
    return [line.split(" pattern=")[0] for line in lines(events, function) if line.startswith(wanted)]


def test_a_match_in_a_sum(events: list[dict[str, Any]]):
    assert flow(events, "summed")[:6] == [
        "MatchEnter #1",
        "MatchArm arm_index=0",
        "MatchExit #1",
        "MatchEnter #2",
        "MatchArm arm_index=1",
        "MatchExit #2",
    ]


def test_operands_are_seen_in_their_order(events: list[dict[str, Any]]):
    assert flow(events, "nested_operands") == [
        "MatchEnter #1",
        "MatchArm arm_index=0",
        "MatchEnter #2",
        "MatchArm arm_index=0",
        "MatchExit #2",
        "MatchExit #1",
        "LoopEnter loop_type=loop #3",
        "LoopIteration iteration=0 #3",
        "MatchEnter #4",
        "MatchArm arm_index=0",
        "MatchExit #4",
        "Break loop_label=None",
        "LoopExit #3",
    ]


@pytest.mark.parametrize(
    "function", ["called", "received", "first_of", "tested", "question", "lent", "moved_out", "printed", "never"]
)
def test_constructs_begin_and_end(events: list[dict[str, Any]], function: str):
    found = flow(events, function)
    for construct in ("Loop", "Match"):
        assert sum(line.startswith(f"{construct}Enter") for line in found) == sum(
            line.startswith(f"{construct}Exit") for line in found
        )
    assert any(line.startswith(("LoopEnter", "MatchEnter")) for line in found), found


def test_a_scrutinee_with_temporaries_is_left_alone(events: list[dict[str, Any]]):
    assert not [line for line in flow(events, "temporary") if line.startswith("MatchEnter")]


def test_names_in_match_guards_are_born_with_their_arm(events: list[dict[str, Any]]):
    found = [event for event in events if event["function"] == "program::guarded"]
    arms = [index for index, event in enumerate(found) if event["event"] == "MatchArm"]
    for index, event in enumerate(found):
        if (
            event["event"] in ("New", "Borrow")
            and event["name"] in ("d", "n")
            and event["function"].endswith("guarded")
        ):
            assert any(arm < index for arm in arms)
    owners = {event["owner"] for event in found if event["event"] == "Borrow" and event["name"] is None}
    born = {event["instance"] for event in found if event["name"] in ("d", "n", "m")}
    lists = {event["instance"] for event in found if event["name"] == "list"}
    assert owners & lists
    assert not {event["owner"] for event in found if event["event"] == "Borrow" and event["line"] < 84} & born
    assert all(event["source"] is None for event in found if event["event"] == "Clone" and event["name"] is None)
