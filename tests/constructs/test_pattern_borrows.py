"""Names that patterns bind by reference are born as borrows of what is matched, where that is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.constructs.programs import run_both

SOURCE = r"""
#[derive(Debug)] struct D(u8);
#[derive(Debug)] enum E { A(D, D), B { f: D, g: D } }
struct S { e: E, o: Option<D>, pair: (D, D) }
impl S {
    fn shared(&self) -> u8 { match &self.e { E::A(x, _) => x.0, E::B { f, g: k } => f.0 + k.0 } }
    fn unique(&mut self) {
        if let Some(d) = &mut self.o { d.0 += 1; }
        let S { e: _, pair: (l, r), .. } = self;
        l.0 += r.0;
    }
}
impl E {
    fn whole(&self) -> u8 { match self { E::A(a, b) => a.0 + b.0, E::B { f, .. } => f.0 } }
    fn part(&self) -> u8 { match *self { E::A(ref a, _) => a.0, E::B { ref g, .. } => g.0 } }
}
fn plain() {
    let v = Some(D(1));
    if let Some(r) = &v { println!("{r:?}"); }
    match &v { Some(r) if r.0 > 7 => println!("{}", r.0), Some(x) => println!("{x:?}"), None => () }
    match v { Some(ref q) => println!("{q:?}"), None => () }
    let ref w = v;
    let pair = (D(2), 5u8);
    let (a, b) = &pair;
    let &(ref c, d) = &pair;
    let (Some(x), y) = (&v, &pair) else { panic!() };
    let arr = [D(1), D(2), D(3)];
    if let [first, rest @ ..] = &arr { println!("{first:?}{rest:?}"); }
    let all = match &v { all @ Some(_) => all, None => panic!() };
    println!("{w:?}{a:?}{b}{c:?}{d}{x:?}{y:?}{all:?}");
}
fn taken(v: Option<&D>, o: &Option<D>) {
    if let Some(r) = v { println!("{r:?}"); }
    if let Some(m) = o.as_ref() { println!("{m:?}"); }
    if let Some(k) = o { println!("{k:?}"); }
    let c = || if let Some(n) = &v { n.0 } else { 0 };
    println!("{}", c());
}
fn main() {
    let mut s = S { e: E::A(D(1), D(2)), o: Some(D(3)), pair: (D(1), D(2)) };
    println!("{}", s.shared());
    s.unique();
    println!("{} {} {}", s.e.whole(), s.e.part(), E::B { f: D(1), g: D(2) }.whole());
    plain();
    taken(Some(&D(1)), &Some(D(2)));
}
"""
EXPECTED = {
    "shared": "x<-self",
    "unique": "d<-mut self, l<-mut self, r<-mut self",
    "whole": "a<-self, b<-self, f<-self",
    "part": "a<-self",
    "plain": "r<-v, x<-v, q<-v, w<-v, a<-pair, b<-pair, c<-pair, x<-v, y<-pair, first<-arr, rest<-arr, all<-v",
    "taken": "k<-o",
}


@pytest.mark.parametrize("edition", ["2021", "2024"])
def test_who_borrows_from_whom(edition: str, tmp_path: Path):
    untouched, traced, events = run_both(SOURCE, tmp_path, edition)
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout)
    names = {event["instance"]: event["name"] for event in events}
    for function, expected in EXPECTED.items():
        found = [
            f"{event['name']}<-{'mut ' if event['mutable'] else ''}{names[event['owner']]}"
            for event in events
            if event["event"] == "Borrow" and event["name"] and event["function"].endswith(f"::{function}")
        ]
        assert ", ".join(found) == expected
