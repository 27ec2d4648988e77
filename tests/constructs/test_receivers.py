"""Borrows that method calls make: each with its owner, told before the call, and nothing else about the program new."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.constructs.programs import run_both

SOURCE = r"""
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

#[derive(Clone, Default)]
struct Pair { left: Vec<u8>, right: String, id: u8 }
impl Pair {
    fn new() -> Self { Pair { left: vec![1], right: String::from("r"), id: 1 } }
    fn len(&self) -> usize { self.left.len() }
    fn grow(&mut self) -> &mut Self { self.left.push(2); self }
    fn both(&mut self) -> usize { self.grow().grow(); self.len() }
    fn first(&self) -> Option<&u8> { self.left.first() }
    fn into_left(self) -> Vec<u8> { self.left }
    fn wrap<T>(&self, value: T) -> Option<T> { Some(value) }
    fn call<R>(&self, f: impl Fn(&Pair) -> R) -> R { f(self) }
}
fn two_phases() -> usize {
    let mut v = vec![1usize];
    v.push(v.len());
    let n = v.len() + v.iter().count();
    v.extend(vec![n]);
    v[0]
}
fn partial() -> usize {
    let mut pair = Pair::new();
    let right = &mut pair.right;
    pair.left.push(1);
    right.push_str("x");
    pair.left.retain(|n| *n > 0);
    pair.right.len() + pair.left.len()
}
fn chains() -> String {
    let text = String::from("  some words  ");
    text.trim().split(' ').map(|word| word.chars().rev().collect::<String>()).collect::<Vec<_>>().join("-")
}
fn deep() -> usize {
    let shared = Rc::new(Pair::new());
    let boxed = Box::new(Pair::new());
    let many = vec![Pair::new()];
    let array = [Pair::new()];
    shared.len() + boxed.len() + boxed.right.len() + many[0].len() + array[0].len() + array.len()
}
fn lent<'a>(pair: &'a mut Pair) -> std::slice::Iter<'a, u8> {
    pair.grow();
    if pair.len() > 100 { return pair.left.iter(); }
    pair.left.iter()
}
fn expectations() -> usize {
    let pair = Pair::new();
    let boxed: Option<Box<dyn Fn(u8) -> u8>> = pair.wrap(Box::new(|x| x + 1));
    let called: Option<&dyn Fn(u8) -> u8> = if let Some(f) = &boxed { Some(f) } else { None };
    let n = pair.call(|pair| pair.len());
    let sum: u32 = pair.left.iter().map(|n| u32::from(*n)).sum();
    n + sum as usize + called.map_or(0, |f| f(1) as usize)
}
fn loops() -> usize {
    let mut stack = vec![1, 2, 3];
    let mut total = 0;
    while let Some(top) = stack.pop() { if !stack.is_empty() && top > 0 { total += stack.len(); } }
    for n in stack.iter() { total += n; }
    match stack.first() { Some(n) if stack.len() > 1 => total + n, _ => total }
}
fn closures() -> usize {
    let mut inner = Vec::new();
    let mut add = |n: usize| { inner.push(n); let own = String::from("o"); own.len() };
    add(1) + add(2) + inner.len()
}
fn told_elsewhere() -> u8 {
    let cell = Cell::new(1u8);
    let shared = RefCell::new(2u8);
    let pair = Pair::new();
    cell.set(cell.get() + 1);
    let sum = cell.get() + *shared.borrow();
    let copy = pair.clone();
    sum + copy.id
}
fn maps() -> usize {
    let mut map: HashMap<String, Vec<u8>> = HashMap::new();
    map.entry("a".into()).or_default().push(1);
    *map.entry("b".into()).or_insert_with(Vec::new) = vec![2, 3];
    map.get_mut("a").unwrap()[0] = map.len() as u8;
    if let Some(found) = map.get("b") { found.len() + map.len() } else { unreachable!() }
}
fn leaving(text: &str) -> Result<usize, std::num::ParseIntError> {
    let owned = String::from(text);
    let n = owned.trim().parse::<usize>()?;
    println!("{} {}", owned.len(), owned.is_empty());
    assert_eq!(owned.len(), 1, "{}", owned.capacity());
    Ok(n)
}
trait Describe { fn describe(&self) -> String; }
impl<T: std::fmt::Debug> Describe for T { fn describe(&self) -> String { format!("{self:?}") } }
fn generic<T: Describe + Clone>(value: T, by: &T) -> String { value.describe() + &by.describe() }
fn never() -> u8 {
    struct Stop;
    impl Stop { fn stop(&self) -> ! { std::process::exit(9) } }
    let stop = Stop;
    let n: u8 = if std::env::args().count() > 100 { stop.stop() } else { 4 };
    if n > 100 { stop.stop(); }
    n
}
fn configured() -> usize {
    let v = vec![1];
    #[cfg(any())]
    v.missing();
    #[cfg(all())]
    v.len();
    #[cfg(any())]
    let n = v.missing();
    #[cfg(all())]
    let n = v.len();
    n
}
fn main() {
    println!("{} {} {}", two_phases(), partial(), chains());
    let mut pair = Pair::new();
    println!("{} {} {}", deep(), lent(&mut pair).count(), pair.both());
    println!("{} {} {}", expectations(), loops(), closures());
    println!("{} {} {:?} {:?}", told_elsewhere(), maps(), leaving("1"), leaving("x"));
    println!("{} {} {}", generic(1, &2), never(), configured());
    println!("{:?} {:?}", pair.first(), Pair::new().into_left());
}
"""

# the owners of borrows without a name, in order; `!` where it is mutable
EXPECTED = {
    "two_phases": "v! v v v v!",
    "partial": "pair! pair! pair pair",
    "chains": "text",
    "deep": "shared boxed boxed many array array",
    "lent": "pair pair",
    "expectations": "pair pair pair",
    "loops": "stack! stack stack stack! stack stack stack! stack stack! stack stack",
    "closures": "own own inner",
    "told_elsewhere": "",
    "maps": "map! map! map map! map map",
    "generic": "value",
    "never": "",
    "configured": "v v",
    "Pair::grow": "self!",
    "Pair::both": "self",
}


@pytest.fixture(scope="module", params=["2021", "2024"])
def events(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("receivers")
    untouched, traced, events = run_both(SOURCE, folder, edition=request.param)
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout), traced.stderr
    report = json.loads((folder / "program.bstrace" / "instrument-report.json").read_text())
    assert report["healed"] == []
    return events


@pytest.mark.parametrize("function", EXPECTED)
def test_owners_in_order(events: list[dict[str, Any]], function: str):
    names = {event["instance"]: event["name"] for event in events if event["name"] and event["event"] != "Borrow"}
    names |= {event["instance"]: event["name"] for event in events if event["name"]}
    first = next(event for event in events if event["function"] == f"program::{function}")
    inside = [event for event in events if (event["function"] or "").startswith(f"program::{function}")]
    end = next(i for i, event in enumerate(inside) if event["event"] == "FnExit")
    assert first["event"] == "FnEnter"
    found = [
        f"{names[event['owner']]}{'!' if event['mutable'] else ''}"
        for event in inside[:end]
        if event["event"] == "Borrow" and event["name"] is None
    ]
    assert " ".join(found) == EXPECTED[function]
