"""Recordings of calls made by hand, alone and beside generated events, written by real programs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from borrowscope.cli.app import main
from borrowscope.errors import InputError
from borrowscope.report.summary import summarize
from borrowscope.tables.events import BY_NAME
from borrowscope.tables.published_api import FUNCTIONS
from borrowscope.tables.published_calls import Born, Kind, Known
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.event import Event
from borrowscope.trace.kinds import is_beginning
from borrowscope.trace.recording import Recording, load_recording
from borrowscope.trace.stream import count_events
from tests.runtime.recorded import program, record, run, runtime_rlib
from tests.trace.streams import call, chunk, stream, text

SOURCE = r"""
use borrowscope_runtime::*;
use std::rc::Rc;
fn main() {
    let s = track_new("s", String::from("text"));
    let r = track_borrow("r", &s);
    assert_eq!(r.len(), 4);
    track_drop("r");
    let t = track_move("s", "t", s);
    let rc = track_rc_new("rc", Rc::new(5));
    let rc2 = track_rc_clone("rc2", "rc", Rc::clone(&rc));
    let n = track_new_with_id(7, "n", "Vec<i32>", "src/main.rs:12:9", vec![1]);
    let b = track_borrow_with_id(8, 7, "b", "src/main.rs:13", false, &n);
    assert_eq!(b.len(), 1);
    track_drop_with_id(8, "at the end");
    track_loop_enter(1, "for", "src/main.rs:15:5");
    for i in 0..3 { track_loop_iteration(1, i, "src/main.rs:15:5"); }
    track_loop_exit(1, "src/main.rs:15:5");
    drop((rc, rc2));
    track_drop_batch(&["rc2", "rc"]);
    drop(t);
    track_drop("t");
    let (tx, rx) = std::sync::mpsc::channel::<i32>();
    let (tx, _rx) = track_channel("ch", "src/main.rs:20:1", tx, rx);
    track_channel_send("ch_tx", "src/main.rs:21:1", tx.send(1)).unwrap();
    std::thread::Builder::new().name("worker".into()).spawn(|| {
        track_drop_with_id(7, "src/main.rs:26:1");
        track_drop("s");
    }).unwrap().join().unwrap();
    track_match_arm_with_bindings(3, 1, "Some(x)", "src/main.rs:27:1", &["x"]);
    track_break(4, None, "src/main.rs:28:1");
    track_new("again", 1u8);
    reset();
    track_drop("again");
}
"""
MIXED = r"""
use borrowscope_runtime::{site, track_borrow, track_drop, track_new};
fn main() {
    let _f = site::track_fn_enter_with_id(256);
    let x = track_new("x", String::from("x"));
    let gx = site::track_new_with_id(257, &x);
    let r = track_borrow("r", &x);
    assert_eq!(r.len(), 1);
    track_drop("r");
    drop(gx);
    track_drop("x");
}
"""
MANY = r"""
use borrowscope_runtime::*;
fn main() {
    let threads: Vec<_> = (0..4usize).map(|thread| std::thread::spawn(move || {
        for turn in 0..2000usize {
            let id = thread * 10_000 + turn;
            track_new_with_id(id, "value", "u32", "src/main.rs:5:9", turn as u32);
            track_borrow_with_id(100_000 + id, id, "lent", "src/main.rs:6:9", true, &turn);
            track_drop_with_id(100_000 + id, "src/main.rs:7:9");
            track_new("named", turn);
            track_drop("named");
            if turn % 2 == 0 { track_drop_with_id(id, "src/main.rs:8:9"); }
        }
    })).collect();
    for thread in threads { thread.join().unwrap(); }
}
"""
SITES: list[dict[str, Any]] = [{"event": "FnEnter", "kind": "fn"}, {"name": "x", "ty": "String"}]


@cache
def tracked(source: str) -> Path:
    """A program whose calls record."""
    return program(source, rlib=runtime_rlib("--cfg", 'feature="track"'))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The recording of a program in which all calls are made by hand."""
    folder = tmp_path_factory.mktemp("hand") / "rec"
    folder.mkdir()
    assert run(tracked(SOURCE), folder).returncode == 0
    return load_recording(folder)


def brief(event: Event) -> tuple[Any, ...]:
    """What an event is and whom it concerns."""
    return (event.event, event.name, event.instance, event.owner or event.source or event.to, event.ty)


def test_instances_are_joined_by_name_and_id(by_hand: Recording):
    assert [brief(event) for event in by_hand.events if not event.event.startswith("Loop")] == [
        ("New", "s", 1, None, "String"),
        ("Borrow", "r", 2, None, "&String"),
        ("Drop", "r", 2, None, "&String"),
        ("Move", "s", 1, 3, "String"),
        ("RcNew", "rc", 4, None, "Rc<i32>"),
        ("RcClone", "rc2", 5, 4, None),
        ("New", "n", 6, None, "Vec<i32>"),
        ("Borrow", "b", 7, 6, None),
        ("Drop", "b", 7, None, None),
        ("Drop", "rc2", 5, None, None),
        ("Drop", "rc", 4, None, "Rc<i32>"),
        ("Drop", "t", 3, None, "String"),
        ("ChannelSenderNew", "ch_tx", 9, None, None),
        ("ChannelReceiverNew", "ch_rx", 10, None, None),
        ("ChannelSend", None, None, 9, None),
        ("Drop", "n", 6, None, "Vec<i32>"),
        ("Drop", "s", None, None, None),
        ("MatchArm", None, None, None, None),
        ("Break", None, None, None, None),
        ("New", "again", 11, None, "u8"),
        ("Drop", "again", None, None, None),
    ]
    assert by_hand.notes == []
    (name,) = by_hand.path.glob("*.bsstream")
    with name.open("rb") as file:
        assert count_events(file, name.name)[1] == len(by_hand.events)


def test_places_come_from_the_locations(by_hand: Recording):
    wanted = [event for event in by_hand.events if event.name in {"n", "b"}]
    places = {event.name: (event.file, event.line, event.column) for event in wanted}
    assert places == {"n": ("src/main.rs", 26, 1), "b": ("at the end", None, None)}
    assert {event.function for event in by_hand.events} == {None}
    assert [event.line for event in by_hand.events if event.event == "New" and event.name == "n"] == [12]
    assert [event.line for event in by_hand.events if event.event == "Borrow" and event.name == "b"] == [13]


def test_own_fields_and_objects(by_hand: Recording):
    fields = {event.event: event.fields for event in by_hand.events}
    assert fields["RcClone"] == {"strong_count": 2, "weak_count": 0}
    assert fields["MatchArm"] == {"arm_index": 1, "pattern": "Some(x)", "bindings": ["x"]}
    assert fields["Break"] == {"loop_label": None}
    assert fields["Drop"] == {"cause": None}, "why a value ended is not told by hand"
    turns = [event for event in by_hand.events if event.event == "LoopIteration"]
    assert [event.fields["iteration"] for event in turns] == [0, 1, 2]
    assert len({event.instance for event in by_hand.events if event.event.startswith("Loop")}) == 1
    assert len({event.site for event in turns}) == 1, "a turn's number makes no site"
    owners = [event.object for event in by_hand.events if event.event in {"RcNew", "RcClone"}]
    assert owners[0] is not None
    assert owners == [owners[0]] * 2


def test_every_command_reads_it(by_hand: Recording, capfd: pytest.CaptureFixture[str]):
    for command, said in (("report", "26 events, 10 values"), ("export", '"event":"New"')):
        assert main([command, str(by_hand.path)]) == 0
        assert said in capfd.readouterr().out
    assert main(["show", str(by_hand.path), "main"]) == 2
    assert "calls made by hand tell no functions" in capfd.readouterr().err


def test_both_kinds_in_one_recording(tmp_path: Path):
    recording = record(tracked(MIXED), tmp_path, sites=SITES)
    told = [(event.event, event.name, event.instance, event.function) for event in recording.events]
    assert told == [
        ("FnEnter", None, 1, "demo::main"),
        ("New", "x", 2, None),
        ("New", "x", 3, "demo::main"),
        ("Borrow", "r", 4, None),
        ("Drop", "r", 4, None),
        ("Drop", "x", 3, "demo::main"),
        ("Drop", "x", 2, None),
        ("FnExit", None, 1, "demo::main"),
    ]
    (tmp_path / "sites.json").unlink()
    with pytest.raises(InputError, match=r"no sites\.json"):
        load_recording(tmp_path)


def test_many_threads_and_what_stays_alive(tmp_path: Path):
    folder = tmp_path / "rec"
    folder.mkdir()
    run(tracked(MANY), folder)
    recording = load_recording(folder)
    assert len(recording.events) == 4 * (2000 * 5 + 1000)
    alive = {one.name: one.count for one in summarize(recording).alive}
    assert alive == {"value": 4000}
    owners = {event.name: set[str | None]() for event in recording.events if event.event == "Borrow"}
    born = {event.instance: event for event in recording.events if event.event == "New"}
    for event in recording.events:
        if event.event == "Borrow":
            assert event.owner is not None
            owners[event.name].add(born[event.owner].name)
            assert born[event.owner].thread == event.thread
    assert owners == {"lent": {"value"}}
    assert len({event.site for event in recording.events}) == 6


def test_what_is_not_known_is_told(tmp_path: Path):
    slots = [*text(Mark.STRING, 1, "x"), *call(1023, 1), *call(2, 1), *call(11, 9), *call(11, 1)]
    (tmp_path / "1-1.bsstream").write_bytes(stream(chunk(slots)))
    recording = load_recording(tmp_path)
    assert recording.notes == ["1-1.bsstream: 1 calls of functions that this BorrowScope does not know"]
    assert [brief(event) for event in recording.events] == [
        ("New", "x", 1, None, None),
        ("Drop", None, None, None, None),
        ("Drop", "x", 1, None, None),
    ]


@pytest.mark.parametrize("row", [row for row in FUNCTIONS if row.number], ids=lambda row: row.name)
def test_the_rows_fit_the_columns(row: Any):
    """What is born begins a life or an execution in the table of events, ids are numbers, a list is the last word."""
    kinds = {word.name: word.kind for word in row.words}
    assert all(kind is not Kind.TEXTS for kind in list(kinds.values())[:-1])
    for event in row.events:
        if isinstance(event.instance, Born):
            assert is_beginning(BY_NAME[event.variant])
        if isinstance(event.other, Born):
            assert event.variant == "Move"
        parties = [party for party in (event.instance, event.other) if isinstance(party, Born | Known)]
        assert all(kinds[party.id] is Kind.NUMBER for party in parties if party.id)


def test_a_ring_tells_what_it_kept(tmp_path: Path):
    """More than a ring's space: the newest calls of all threads, joined as far as they go."""
    folder = tmp_path / "rec"
    folder.mkdir()
    run(tracked(MANY.replace("..2000usize", "..60000usize")), folder, env={"BORROWSCOPE_MAX_EVENTS": "5000"})
    recording = load_recording(folder)
    assert 0 < len(recording.events) <= 5000
    (note,) = recording.notes
    assert f"the newest {len(recording.events):,} events were kept (BORROWSCOPE_MAX_EVENTS=5000)" in note
    whole = 4 * (60000 * 5 + 30000)
    assert f"{whole - len(recording.events):,} older ones were given up" in note
    assert summarize(recording).events == len(recording.events)
