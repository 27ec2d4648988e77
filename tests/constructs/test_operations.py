"""Cells, raw boxes, weak pointers, options, threads and channels: each event with its owner, its object, its fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from borrowscope.tables.events import BY_NAME
from borrowscope.tables.operations import OPERATIONS
from tests.constructs.programs import run_both

SOURCE = r"""
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::mem::MaybeUninit;
use std::pin::{pin, Pin};
use std::rc::{Rc, Weak};
use std::sync::mpsc::{channel, sync_channel, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

static CONFIG: OnceLock<u8> = OnceLock::new();
thread_local! { static COUNT: Cell<u32> = const { Cell::new(0) }; }
struct Holder { cell: Cell<u8> }
impl Holder { fn cell(&self) -> &Cell<u8> { &self.cell } fn add(&self) { self.cell.set(self.cell.get() + 1) } }

fn cells() {
    let c = Cell::new(1u8);
    c.set(2);
    let old = c.replace(c.get() + 1);
    c.take();
    let d = Cell::new(old);
    c.swap(&d);
    c.update(|x| x + d.get());
    Cell::set(&c, 5);
    <Cell<_>>::get(&c);
    (&c).get();
}
fn places() {
    let rc = Rc::new(Cell::new(1u8));
    rc.set(2);
    Rc::clone(&rc).set(3);
    let holder = Holder { cell: Cell::new(1) };
    holder.add();
    holder.cell().set(4);
    let array = [Cell::new(1u8)];
    array[0].set(2);
    COUNT.with(|n| n.set(n.get() + 1));
    let reference = &&*rc;
    (**reference).set(4);
    let inside = || rc.set(5);
    inside();
    COUNT.set(COUNT.get() + 1);
}
fn once() {
    let o = OnceCell::new();
    o.get();
    o.set(5u8).ok();
    o.set(6u8).ok();
    o.get_or_init(|| 7);
    let lock = OnceLock::<u8>::default();
    lock.get_or_init(|| 8);
    CONFIG.get_or_init(|| 9);
    CONFIG.get_or_init(|| 10);
}
fn uninit() {
    let mut m = MaybeUninit::<String>::uninit();
    m.write(String::from("a")).push('b');
    unsafe { drop(m.assume_init_read()); }
    m.write(String::new());
    unsafe { m.assume_init_drop(); }
    let n = MaybeUninit::new(5u8);
    println!("{}", unsafe { n.assume_init() });
    let z: MaybeUninit<u8> = unsafe { MaybeUninit::zeroed() };
    let from = make_uninit();
    let _ = (z, from);
}
fn make_uninit() -> MaybeUninit<u8> { MaybeUninit::new(1) }
fn cows(s: &str) {
    let a: Cow<str> = Cow::Borrowed(s);
    let b: Cow<str> = Cow::Owned(s.to_owned());
    let mut c = Cow::from(s);
    let d: Cow<str> = String::from(s).into();
    c.to_mut().push('!');
    c.to_mut().push('?');
    let e = c.clone();
    let _ = (a, b, d, e);
}
fn boxes() {
    let b = Box::new(5u8);
    let p = Box::into_raw(b);
    let back = unsafe { Box::from_raw(p) };
    let leaked: &'static mut u8 = Box::leak(back);
    *leaked += 1;
    let made: Box<dyn Fn() -> u8> = boxed().unwrap();
    made();
}
fn chosen(n: u8, given: Box<u8>) {
    let either: Box<dyn Fn() -> u8> =
        if n > 5 { Box::new(|| 1) } else if n == 0 { return } else { Box::new(move || n) };
    let cow: Cow<str> = match n { 0 => Cow::Borrowed("a"), 9 => unreachable!(), _ => { Cow::Owned("b".into()) } };
    let mixed = if n == 1 { Box::new(n) } else { given };
    println!("{}{cow}{mixed}", either());
}
fn boxed() -> Option<Box<dyn Fn() -> u8>> { Some(Box::new(|| 1)) }
fn pins() {
    let mut v = 5u8;
    let p = Pin::new(&mut v);
    let r = Pin::into_inner(p);
    *r += 1;
    let boxed = Box::pin(6u8);
    let local = pin!(7u8);
    println!("{boxed}{local}");
}
fn counted() {
    let a: Rc<str> = Rc::from("abc");
    let b: Rc<u8> = Default::default();
    let c = Rc::new_cyclic(|_: &Weak<u8>| 5);
    let w = Rc::downgrade(&c);
    let up = w.upgrade().unwrap();
    drop((c, up));
    w.upgrade();
    let empty: Weak<u8> = Weak::new();
    let arc = Arc::new(1u8);
    let sync = Arc::downgrade(&arc);
    sync.upgrade().unwrap_or_default();
    let _ = (a, b, empty);
}
fn handed_out(mut kept: Vec<Rc<u8>>) {
    let popped = kept.pop().unwrap();
    let mut some = Some(Box::new(1u8));
    let taken = some.take().unwrap();
    let made = kept.first().map(|one| Rc::new(**one)).unwrap();
    let shared = { let inner = &popped; Rc::clone(inner) };
    let _ = (taken, made, shared);
}
fn unwraps<T: Default>(o: Option<T>, r: Result<u8, String>) -> T {
    let copy = Some(1u8);
    let n = copy.unwrap() + copy.expect("there") + copy.unwrap_or(2) + copy.as_ref().copied().unwrap_or_else(|| 1);
    println!("{}", r.unwrap_or(n));
    println!("{}", "x".parse::<u8>().unwrap_err());
    o.unwrap_or_default()
}
fn threads() {
    let text = String::from("a");
    let h = thread::spawn(move || text.len());
    h.join().unwrap();
    let named = thread::Builder::new().name("named".into()).spawn(|| 5).unwrap();
    thread::spawn(|| 6).join().unwrap();
    let many: Vec<_> = (0..2).map(|i| thread::spawn(move || i)).collect();
    for handle in many { handle.join().unwrap(); }
    let chosen = if named.join().unwrap() == 5 { thread::spawn(|| 1) } else { thread::spawn(|| 2) };
    chosen.join().unwrap();
}
fn scoped() {
    let text = String::from("a");
    thread::scope(|scope| {
        let handle = scope.spawn(|| text.len());
        handle.join().unwrap();
        scope.spawn(|| ());
    });
}
fn channels() {
    let (tx, rx) = channel();
    let message = String::from("a");
    tx.send(message).unwrap();
    rx.recv().unwrap();
    rx.try_recv().ok();
    rx.recv_timeout(Duration::from_millis(1)).ok();
    tx.send(String::new()).unwrap();
    for text in rx.try_iter() { drop(text); }
    drop(tx);
    rx.recv().ok();
    let (stx, srx) = sync_channel::<u8>(1);
    drop(srx);
    stx.send(1).ok();
    stx.try_send(1).ok();
    drop(stx);
}
fn iterated() {
    let (tx, rx) = channel();
    for i in 0..2 { tx.send(i).unwrap(); }
    drop(tx);
    for i in &rx { println!("{i}"); break; }
    for i in rx { println!("{i}"); }
    let (tx, rx) = channel();
    for i in 0..3 { tx.send(i).unwrap(); }
    println!("{}", rx.iter().take(2).sum::<u8>());
    println!("{:?}", rx.try_iter().map(|x| x + 1).collect::<Vec<u8>>());
    drop(tx);
    println!("{}", rx.into_iter().count());
}
fn iterators() {
    let (tx, rx) = channel();
    for i in 0..4u8 { tx.send(i).unwrap(); }
    drop(tx);
    let mut kept = rx.iter();
    println!("{:?}", kept.next());
    for x in kept { println!("{x}"); break; }
    for x in (&rx).into_iter().take(1) { println!("{x}"); }
    for x in Some(rx).unwrap() { println!("{x}"); }
}
struct Bus { tx: Sender<u8>, rx: Receiver<u8> }
impl Bus { fn talk(&self) { self.tx.send(1).unwrap(); self.rx.recv().unwrap(); } }
fn moved() {
    let (tx, rx) = channel();
    let h = thread::spawn(move || tx.send(5u8).unwrap());
    h.join().unwrap();
    rx.recv().unwrap();
}
fn bus() {
    let (tx, rx) = channel();
    Bus { tx, rx }.talk();
}
fn main() {
    cells();
    places();
    once();
    uninit();
    cows("a");
    boxes();
    pins();
    chosen(1, Box::new(2));
    chosen(7, Box::new(2));
    counted();
    handed_out(vec![Rc::new(1), Rc::new(2)]);
    unwraps(Some(1), Ok(2));
    threads();
    scoped();
    channels();
    iterated();
    iterators();
    moved();
    bus();
}
"""

EXPECTED = {
    "cells": """
CellNew c @1
CellSet owner=c @1
CellGet owner=c @1
CellGet owner=c @1
CellSet owner=c @1
CellGet owner=c @1
CellSet owner=c @1
CellNew d @2
CellGet owner=c @1
CellSet owner=c @1
CellGet owner=c @1
CellGet @2
CellSet owner=c @1
CellSet owner=c @1
CellGet owner=c @1
CellGet
""",
    "places": """
RcNew rc strong_count=1 weak_count=0 @1
CellSet owner=rc @1
RcClone source=rc strong_count=2 weak_count=0 @1
CellSet
CellSet
CellSet
CellGet owner=n @2
CellSet owner=n @2
CellSet owner=reference @1
CellSet @1
CellGet
CellSet
""",
    "Holder::add": """
CellGet @1
CellSet @1
""",
    "once": """
OnceCellNew o cell_type=OnceCell @1
OnceCellGet owner=o was_initialized=False @1
OnceCellSet owner=o success=True @1
OnceCellSet owner=o success=False @1
OnceCellGetOrInit owner=o was_initialized=True @1
OnceCellNew lock cell_type=OnceLock @2
OnceCellGetOrInit owner=lock was_initialized=False @2
OnceCellGetOrInit was_initialized=False @3
OnceCellGetOrInit was_initialized=True @3
""",
    "uninit": """
MaybeUninitNew m initialized=False
MaybeUninitWrite owner=m
MaybeUninitAssumeInitRead owner=m
MaybeUninitWrite owner=m
MaybeUninitAssumeInitDrop owner=m
MaybeUninitNew n initialized=True
MaybeUninitAssumeInit owner=n
MaybeUninitNew z initialized=True
MaybeUninitNew from initialized=None
""",
    "cows": """
CowBorrowed a
CowOwned b
CowBorrowed c
CowOwned d
CowToMut owner=c cloned=True
CowToMut owner=c cloned=False
""",
    "boxes": """
BoxNew b @1
BoxIntoRaw owner=b @1
BoxFromRaw back @1
BoxIntoRaw owner=back @1
BoxNew made
""",
    "chosen": """
BoxNew either @1
CowOwned cow
BoxNew either
CowOwned cow
""",
    "pins": """
PinNew p
PinIntoInner owner=p
PinNew boxed
PinNew local
""",
    "counted": """
RcNew a strong_count=1 weak_count=0 @1
RcNew b strong_count=1 weak_count=0 @2
RcNew c strong_count=1 weak_count=0 @3
WeakNew w source=c weak_count=1 @3
WeakUpgrade owner=w success=True @3
WeakUpgrade owner=w success=False
WeakNew empty weak_count=0
ArcNew arc strong_count=1 weak_count=0 @4
WeakNew sync source=arc weak_count=1 @4
WeakUpgrade owner=sync success=True @4
""",
    "handed_out": """
RcNew made strong_count=1 weak_count=0 @1
RcClone shared strong_count=2 weak_count=0 @2
""",
    "threads": """
ThreadSpawn h
Attempt owner=h operation=join
ThreadJoin owner=h
ThreadSpawn named
ThreadSpawn
Attempt operation=join
ThreadJoin
ThreadSpawn
ThreadSpawn
Attempt owner=handle operation=join
ThreadJoin owner=handle
Attempt owner=handle operation=join
ThreadJoin owner=handle
Attempt owner=named operation=join
ThreadJoin owner=named
ThreadSpawn
Attempt owner=chosen operation=join
ThreadJoin owner=chosen
""",
    "scoped": """
ThreadSpawn handle
Attempt owner=handle operation=join
ThreadJoin owner=handle
ThreadSpawn
""",
    "channels": """
ChannelSenderNew tx @1
ChannelReceiverNew rx @1
ChannelSend owner=tx @1
Attempt owner=rx operation=recv @1
ChannelRecv owner=rx success=True @1
ChannelRecv owner=rx success=False @1
Attempt owner=rx operation=recv_timeout @1
ChannelRecv owner=rx success=False @1
ChannelSend owner=tx @1
ChannelRecv owner=rx success=True @1
ChannelRecv owner=rx success=False @1
Attempt owner=rx operation=recv @1
ChannelRecv owner=rx success=False @1
ChannelSenderNew stx @2
ChannelReceiverNew srx @2
""",
    "iterated": """
ChannelSenderNew tx @1
ChannelReceiverNew rx @1
ChannelSend owner=tx @1
ChannelSend owner=tx @1
Attempt owner=rx operation=recv @1
ChannelRecv owner=rx success=True @1
Attempt owner=rx operation=recv @1
ChannelRecv owner=rx success=True @1
Attempt owner=rx operation=recv @1
ChannelRecv owner=rx success=False @1
ChannelSenderNew tx @2
ChannelReceiverNew rx @2
ChannelSend owner=tx @2
ChannelSend owner=tx @2
ChannelSend owner=tx @2
Attempt owner=rx operation=recv @2
ChannelRecv owner=rx success=True @2
Attempt owner=rx operation=recv @2
ChannelRecv owner=rx success=True @2
ChannelRecv owner=rx success=True @2
ChannelRecv owner=rx success=False @2
Attempt owner=rx operation=recv @2
ChannelRecv owner=rx success=False @2
""",
    "iterators": """
ChannelSenderNew tx @1
ChannelReceiverNew rx @1
ChannelSend owner=tx @1
ChannelSend owner=tx @1
ChannelSend owner=tx @1
ChannelSend owner=tx @1
Attempt operation=recv
ChannelRecv success=True
Attempt owner=rx operation=recv @1
ChannelRecv owner=rx success=True @1
Attempt operation=recv
ChannelRecv success=True
Attempt operation=recv
ChannelRecv success=False
""",
    "moved": """
ChannelSenderNew tx @1
ChannelReceiverNew rx @1
ThreadSpawn h
Attempt owner=h operation=join
ThreadJoin owner=h
Attempt owner=rx operation=recv @1
ChannelRecv owner=rx success=True @1
ChannelSend @1
""",
    "Bus::talk": """
ChannelSend @1
Attempt operation=recv @1
ChannelRecv success=True @1
""",
}
UNWRAPS = """
Unwrap owner=copy method=unwrap
Unwrap owner=copy method=expect
Unwrap owner=copy method=unwrap_or
Unwrap method=unwrap_or_else
Unwrap owner=r method=unwrap_or
Unwrap method=unwrap_err
Unwrap owner=o method=unwrap_or_default
"""

_POINTERS = frozenset({"BoxNew", "BoxFromRaw", "PinNew", "RcNew", "ArcNew", "WeakNew", "CowBorrowed", "CowOwned"})
_BIRTHS = _POINTERS | {"RcClone", "CellNew", "OnceCellNew", "MaybeUninitNew", "ChannelSenderNew", "ChannelReceiverNew"}
FAMILY = _BIRTHS | {row.event for row in OPERATIONS} - {"Unwrap"} | {"CellSet", "Attempt"}


def told(events: list[dict[str, Any]], function: str, family: frozenset[str] = FAMILY) -> list[str]:
    """The family's events in one function, thread by thread: name, parties by name, own fields, objects by order."""
    names = {event["instance"]: event["name"] for event in events}
    objects: dict[str, str] = {}
    found = []
    for event in sorted(events, key=lambda event: int(event["thread"])):
        if not f"{event['function']}::".startswith(f"program::{function}::") or event["event"] not in family:
            continue
        parties = [f"{key}={names[event[key]]}" for key in ("owner", "source") if event[key] is not None]
        own = [f"{one.name}={event[one.name]}" for one in BY_NAME[event["event"]].fields]
        at = [objects.setdefault(event["object"], f"@{len(objects) + 1}")] if event["object"] else []
        found.append(" ".join([event["event"], *([event["name"]] if event["name"] else []), *parties, *own, *at]))
    return found


@pytest.fixture(scope="module", params=["2021", "2024"])
def events(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    untouched, traced, events = run_both(SOURCE, tmp_path_factory.mktemp("operations"), request.param)
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout)
    assert traced.code == 0
    return events


@pytest.mark.parametrize("function", EXPECTED)
def test_events_in_order(events: list[dict[str, Any]], function: str):
    assert told(events, function) == EXPECTED[function].strip().splitlines()


def test_unwraps(events: list[dict[str, Any]]):
    assert told(events, "unwraps", frozenset({"Unwrap"})) == UNWRAPS.strip().splitlines()


def test_places_are_those_of_the_methods_names(events: list[dict[str, Any]]):
    text = SOURCE.splitlines()
    for event in events:
        name = _TOLD_AT.get(event["event"])
        if name is not None:
            assert text[event["line"] - 1][event["column"] - 1 :].startswith(name), event


_TOLD_AT: dict[str, str | tuple[str, ...]] = {
    "CellSet": ("set", "replace", "take", "swap", "update", "Cell::set"),
    "ThreadJoin": "join",
    "ChannelSend": ("send", "try_send"),
    "ChannelRecv": ("recv", "try_recv", "rx", "&rx", "(&rx)", "kept", "Some(rx)"),
    "Unwrap": ("unwrap", "expect"),
    "WeakUpgrade": "upgrade",
}


def test_moves_come_before_what_takes_the_value(events: list[dict[str, Any]]):
    """Captures move before the thread is started, messages before they are sent, handles after the attempt to join."""
    names = ("text", "h", "message")
    of_main = [event for event in events if event["function"] in ("program::threads", "program::channels")]
    found = [
        (event["event"], event["name"])
        for event in of_main
        if event["name"] in names or event["event"] in ("ThreadJoin", "ChannelSend", "Attempt")
    ]
    order = [event for event in found if event[0] not in ("Drop", "ClosureCapture")]
    assert order[:6] == [
        ("New", "text"),
        ("Move", "text"),
        ("ThreadSpawn", "h"),
        ("Attempt", None),
        ("Move", "h"),
        ("ThreadJoin", None),
    ]
    assert order.index(("Move", "message")) < order.index(("ChannelSend", None))


def test_a_thread_has_its_own_number_and_no_instance_is_born_twice(events: list[dict[str, Any]]):
    sent = {event["thread"] for event in events if event["function"] == "program::moved::{closure#0}"}
    joined = {event["thread"] for event in events if event["function"] == "program::moved"}
    assert len(sent) == len(joined) == 1
    assert sent != joined
    born = [event["instance"] for event in events if event["event"] in _BIRTHS | {"New", "ThreadSpawn"}]
    born = [instance for instance in born if instance is not None]
    assert len(born) == len(set(born))


NASTY = Path(__file__).with_name("operations.rs")


@pytest.mark.parametrize("edition", ["2021", "2024"])
def test_nothing_changes_in_positions_that_break_naive_ways(edition: str, tmp_path: Path):
    untouched, traced, events = run_both(NASTY.read_text(encoding="utf-8"), tmp_path, edition)
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout)
    seen = {event["event"] for event in events}
    assert seen >= {
        "CellGet",
        "CellSet",
        "OnceCellGet",
        "Unwrap",
        "CowToMut",
        "WeakUpgrade",
        "ChannelSend",
        "ThreadJoin",
    }
    report = (tmp_path / "program.bstrace" / "instrument-report.json").read_text(encoding="utf-8")
    assert '"healed": []' in report
    shadowed = [event["event"] for event in events if event["function"] == "program::shadowed"]
    assert shadowed.count("CellSet") == 1  # of std's, behind a pointer of the user's: no place is looked at for it
    assert "Unwrap" not in shadowed
