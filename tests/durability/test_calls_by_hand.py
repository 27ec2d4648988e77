"""Calls made by hand are as safe as generated ones: what was complete before a kill is read back, texts included."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from borrowscope.trace.recording import Recording, load_recording
from tests.durability.checked import PRELUDE, VERIFIED, new_progress, read_progress, running
from tests.runtime.recorded import program, run, runtime_rlib, write_sites

BY_HAND = (
    PRELUDE
    + r"""
use borrowscope_runtime::{track_deref, track_loop_iteration};

/// Event number `n` is iteration `n` of a loop on line `n % 97 + 1`; every fifth is a generated one instead.
fn by_hand(thread: u32, numbers: std::ops::Range<u64>, done: &AtomicU64) {
    let place = |line| format!("src/{}{thread}.rs:{}:1", "deep/".repeat(line), line + 1);
    let places: Vec<String> = (0..97).map(place).collect();
    for number in numbers {
        if number % 5 == 4 {
            site::borrowed(256 + thread, 1);
        } else {
            track_loop_iteration(thread as usize, number as usize, &places[number as usize % 97]);
        }
        done.store(number + 1, Ordering::Release);
    }
}

fn main() {
    let done = progress();
    let arguments: Vec<String> = std::env::args().collect();
    let number: u64 = arguments[2].parse().unwrap();
    match arguments[1].as_str() {
        "busy" => {
            for thread in 0..3 { std::thread::spawn(move || by_hand(thread, 0..u64::MAX, &done[thread as usize])); }
            loop { std::thread::park() }
        }
        "abort" => { by_hand(0, 0..number, &done[0]); std::process::abort() }
        "exit" => { by_hand(0, 0..number, &done[0]); std::process::exit(3) }
        "fork" => {
            by_hand(0, 0..number, &done[0]);
            let child = unsafe { fork() };
            let me = if child == 0 { 1 } else { 2 };
            for _ in 0..number { track_deref(me, if child == 0 { "child" } else { "parent" }, "src/main.rs:1:1") }
            if child == 0 { std::process::abort() }
            unsafe { waitpid(child, std::ptr::null_mut(), 0) };
        }
        _ => std::process::exit(99),
    }
}
"""
)
SITES = [{"event": "Borrow", "kind": "call"}] * 3
KILLS = 12


def by_hand() -> Path:
    return program(BY_HAND, "-O", rlib=runtime_rlib('--cfg=feature="track"'))


def expect_events(recording: Recording, done: list[int], *, is_exact: bool) -> int:
    """Each thread's events are there, one after the other, with their texts; how many."""
    numbers = dict.fromkeys(range(len(done)), 0)
    own: dict[int, int] = {}
    for event in recording.events:
        if event.event == "LoopIteration":
            thread = own.setdefault(event.thread, int(str(event.file).rpartition("/")[2].removesuffix(".rs")))
            number = numbers[thread]
            assert event.fields["iteration"] == number, f"thread {thread}: number {number}"
            assert event.line == number % 97 + 1
            assert event.file == f"src/{'deep/' * (number % 97)}{thread}.rs"
        else:
            thread = own[event.thread]
            assert (event.event, numbers[thread] % 5) == ("Borrow", 4)
        numbers[thread] += 1
    for thread, completed in enumerate(done):
        assert completed <= numbers[thread] <= completed + (0 if is_exact else 1), f"thread {thread}"
    VERIFIED.update({"recordings": 1, "events": sum(numbers.values())})
    return sum(numbers.values())


@pytest.mark.parametrize(("ending", "status"), [("abort", -6), ("exit", 3)])
@pytest.mark.parametrize("number", [1, 99, 5_000])
def test_known_numbers(number, ending, status, tmp_path):
    environment = new_progress(tmp_path / "progress")
    write_sites(tmp_path / "rec", SITES)
    assert run(by_hand(), tmp_path / "rec", ending, str(number), env=environment).returncode == status
    assert expect_events(load_recording(tmp_path / "rec"), [number], is_exact=True) == number


def test_a_fork(tmp_path):
    environment = new_progress(tmp_path / "progress")
    write_sites(tmp_path / "rec", SITES)
    assert run(by_hand(), tmp_path / "rec", "fork", "2000", env=environment).returncode == 0
    names: dict[str | None, int] = {}
    for event in load_recording(tmp_path / "rec").events:
        if event.event == "Deref":
            names[event.name] = names.get(event.name, 0) + 1
    assert names == {"child": 2_000, "parent": 2_000}


def test_random_kill_points(tmp_path):
    chance = random.Random(7)
    events = 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        write_sites(folder / "rec", SITES)
        environment = os.environ | new_progress(folder / "progress") | {"BORROWSCOPE_OUT": str(folder / "rec")}
        with running([by_hand(), "busy", "0"], environment) as process:
            while not any(read_progress(folder / "progress")):
                assert process.poll() is None
            time.sleep(chance.uniform(0, 0.003))
            process.kill()
        recording = load_recording(folder / "rec")
        events += expect_events(recording, read_progress(folder / "progress")[:3], is_exact=False)
        assert recording.notes == []
    assert events > KILLS * 100
