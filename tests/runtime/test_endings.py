"""What was recorded before a program ends, however it ends, is all read back."""

from __future__ import annotations

import signal

import pytest

from borrowscope.trace.recording import load_recording
from tests.runtime.recorded import count, program, record, run, runtime_rlib, write_sites

SITES = [{"event": "Borrow", "kind": "call"}, {"name": "x"}]
EVENTS = 70_000

SOURCE = r"""
use borrowscope_runtime::site;
use std::os::raw::{c_int, c_uint};
use std::process::{abort, exit, Command};
extern "C" {
    fn fork() -> c_int;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn kill(pid: c_int, signal: c_int) -> c_int;
    fn getpid() -> c_int;
    fn signal(signal: c_int, handler: extern "C" fn(c_int)) -> usize;
    fn ualarm(first: c_uint, then: c_uint) -> c_uint;
}
fn events(number: usize) { for _ in 0..number { site::borrowed(256, 0); } }

struct Last;
impl Drop for Last { fn drop(&mut self) { events(5); } }
thread_local! { static LAST: Last = Last; }
static HANDLED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
extern "C" fn handler(_: c_int) {
    HANDLED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    site::track_new_with_id(257, &0).unguarded();
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number: usize = arguments[2].parse().unwrap();
    match arguments[1].as_str() {
        "return" => events(number),
        "exit" => { events(number); exit(3) }
        "abort" => { events(number); abort() }
        "kill" => { events(number); unsafe { kill(getpid(), 9) }; }
        "panic" => { let _g = site::track_new_with_id(257, &0); events(number); std::panic::panic_any(()) }
        "overflow" => { events(number); unsafe { *std::hint::black_box(8 as *mut u8) = 1 } }
        "threads" => {
            let (sender, receiver) = std::sync::mpsc::channel();
            for _ in 0..8 {
                let sender = sender.clone();
                std::thread::spawn(move || { events(number); sender.send(()).unwrap(); loop { std::thread::park() } });
            }
            for _ in 0..8 { receiver.recv().unwrap(); }
            unsafe { kill(getpid(), 9) };
        }
        "many" => for _ in 0..number { std::thread::spawn(|| events(3)).join().unwrap(); },
        "fork" => {
            events(number);
            let child = unsafe { fork() };
            events(number);
            if child == 0 { unsafe { kill(getpid(), 9) }; }
            unsafe { waitpid(child, std::ptr::null_mut(), 0) };
            events(number);
        }
        "grandchild" => {
            let g = site::track_new_with_id(257, &0);
            if unsafe { fork() } == 0 {
                if unsafe { fork() } == 0 { events(number); drop(g); exit(0) }
                unsafe { waitpid(-1, std::ptr::null_mut(), 0) };
                std::mem::forget(g);
                exit(0)
            }
            unsafe { waitpid(-1, std::ptr::null_mut(), 0) };
        }
        "forking thread" => {
            events(number);
            std::thread::spawn(move || {
                events(number);
                if unsafe { fork() } == 0 { events(number); exit(0) }
                unsafe { waitpid(-1, std::ptr::null_mut(), 0) };
            }).join().unwrap();
        }
        "exec" => {
            events(number);
            Command::new(&arguments[0]).args(["return", &arguments[2]]).status().unwrap();
            events(number);
        }
        "locals" => std::thread::spawn(move || { LAST.with(|_| ()); events(number) }).join().unwrap(),
        "only locals" => std::thread::spawn(move || LAST.with(|_| ())).join().unwrap(),
        "handler" => {
            unsafe { signal(14, handler); ualarm(200, 200); }
            events(number);
            unsafe { ualarm(0, 0); }
            println!("{}", HANDLED.load(std::sync::atomic::Ordering::Relaxed));
        }
        _ => panic!(),
    }
}
"""


@pytest.mark.parametrize(
    ("ending", "status"),
    [("return", 0), ("exit", 3), ("abort", -signal.SIGABRT), ("kill", -signal.SIGKILL), ("overflow", -signal.SIGSEGV)],
)
@pytest.mark.parametrize("events", [1, 251, 252, 253, EVENTS])
def test_endings(ending, status, events, tmp_path):
    write_sites(tmp_path, SITES)
    assert run(program(SOURCE), tmp_path, ending, str(events)).returncode == status
    recording = load_recording(tmp_path)
    assert count(recording, "Borrow") == len(recording.events) == events
    assert recording.notes == []


@pytest.mark.parametrize(("strategy", "drops"), [("unwind", 1), ("abort", 0)])
def test_panic(strategy, drops, tmp_path):
    recording = record(program(SOURCE, f"-Cpanic={strategy}"), tmp_path, "panic", "100", sites=SITES)
    assert count(recording, "Borrow") == 100
    assert [event.fields["cause"] for event in recording.events if event.event == "Drop"] == ["panic"] * drops


def test_threads_that_never_end(tmp_path):
    recording = record(program(SOURCE), tmp_path, "threads", "5000", sites=SITES)
    by_thread = dict.fromkeys(range(8), 0)
    for event in recording.events:
        by_thread[event.thread] += 1
    assert by_thread == dict.fromkeys(range(8), 5000)


def test_many_short_threads(tmp_path):
    recording = record(program(SOURCE), tmp_path, "many", "500", sites=SITES)
    assert len({event.thread for event in recording.events}) == 500
    assert len(recording.events) == 1500


def test_fork_with_both_going_on(tmp_path):
    recording = record(program(SOURCE), tmp_path, "fork", "1000", sites=SITES)
    by_process: dict[int, int] = {}
    for event in recording.events:
        by_process[event.process] = by_process.get(event.process, 0) + 1
    assert sorted(by_process.values()) == [1000, 3000]
    assert {event.thread_name for event in recording.events} == {"main"}


def test_a_forked_child_of_the_portable_recorder_leaves_the_stream_alone(tmp_path):
    executable = program(SOURCE, rlib=runtime_rlib("--cfg=borrowscope_portable"))
    recording = record(executable, tmp_path, "fork", "1000", sites=SITES)
    assert len(recording.events) == 3000
    assert {event.process for event in recording.events} == {recording.events[0].process}
    assert recording.notes == []


@pytest.mark.parametrize("ending", ["kill", "threads"])
def test_endings_with_the_portable_recorder(ending, tmp_path):
    executable = program(SOURCE, rlib=runtime_rlib("--cfg=borrowscope_portable"))
    events = record(executable, tmp_path, ending, "3000", sites=SITES).events
    assert len(events) == 3000 * (8 if ending == "threads" else 1)


def test_a_forked_childs_child(tmp_path):
    recording = record(program(SOURCE), tmp_path, "grandchild", "10", sites=SITES)
    processes = [event.process for event in recording.events]
    assert len(set(processes)) == 2
    assert sorted(processes.count(process) for process in set(processes)) == [2, 11]
    assert [event.name for event in recording.events if event.event == "Drop"] == ["x", "x"]


def test_fork_in_a_thread(tmp_path):
    recording = record(program(SOURCE), tmp_path, "forking thread", "10", sites=SITES)
    assert len(recording.events) == 30
    assert len({(event.process, event.thread) for event in recording.events}) == 3


def test_started_child_writes_its_own_stream(tmp_path):
    recording = record(program(SOURCE), tmp_path, "exec", "10", sites=SITES)
    assert [event.process for event in recording.events].count(recording.events[0].process) == 20
    assert len(recording.events) == 30
    inner = {event.process for event in recording.events[10:20]}
    assert len(inner) == 1


@pytest.mark.parametrize(("ending", "events"), [("locals", 15), ("only locals", 5)])
def test_while_thread_locals_are_destroyed(ending, events, tmp_path):
    assert len(record(program(SOURCE), tmp_path, ending, "10", sites=SITES).events) == events


def test_signal_handler_in_the_middle_of_an_event(tmp_path):
    write_sites(tmp_path, SITES)
    handled = int(run(program(SOURCE), tmp_path, "handler", "400000").stdout)
    recording = load_recording(tmp_path)
    lost = sum(int(note.split(": ")[1].split()[0]) for note in recording.notes)
    assert count(recording, "Borrow") == 400_000
    assert count(recording, "New") + lost == handled > 0
