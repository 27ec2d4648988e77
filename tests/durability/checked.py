"""Programs whose events carry check values, and the reading that verifies them.

Event number `n` of a program's thread `t` is a Borrow at site `t`, or at every eighth place an ArcClone with an object,
whose other party is `value(t, n)`: an event that is lost, doubled, garbled or out of order in its thread is seen.
"""

from __future__ import annotations

import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_NAME
from borrowscope.trace.stream import Stream, Thread, read_stream
from tests.runtime.recorded import FIRST

PRELUDE = r"""
#![allow(dead_code)]
use borrowscope_runtime::site;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// The check value of an event.
fn value(thread: u32, number: u64) -> u32 {
    (number as u32).wrapping_mul(0x9E37_79B1) ^ (thread + 1).wrapping_mul(0x85EB_CA6B)
}

/// Records one event.
#[inline(always)]
fn event(thread: u32, number: u64) {
    if number % 8 == 7 {
        thread_local!(static SHARED: Arc<u8> = Arc::new(0));
        let guard = SHARED.with(|arc| site::track_arc_clone_with_id(256 + thread, value(thread, number), arc));
        guard.unguarded();
    } else {
        site::borrowed(256 + thread, value(thread, number));
    }
}

fn events(thread: u32, numbers: std::ops::Range<u64>) {
    for number in numbers { event(thread, number) }
}

extern "C" {
    fn mmap(at: *mut u8, size: usize, protection: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
    fn fork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn kill(pid: i32, signal: i32) -> i32;
    fn getpid() -> i32;
    fn _exit(status: i32) -> !;
    fn atexit(f: extern "C" fn()) -> i32;
    fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
    fn setitimer(which: i32, new: *const [i64; 4], old: *mut [i64; 4]) -> i32;
}

/// Counters in a file that outlives the program: how many events each thread has completed.
fn progress() -> &'static [AtomicU64; 64] {
    use std::os::fd::AsRawFd;
    let path = std::env::var("PROGRESS").unwrap();
    let file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let at = unsafe { mmap(std::ptr::null_mut(), 4096, 3, 1, file.as_raw_fd(), 0) };
    assert!(at as isize != -1);
    unsafe { &*(at as *const [AtomicU64; 64]) }
}

/// Records without end and tells how far it is.
fn events_for_ever(thread: u32, done: &AtomicU64) -> ! {
    for number in 0.. {
        event(thread, number);
        done.store(number + 1, Ordering::Release);
    }
    unreachable!()
}
"""
_BORROW, _ARC_CLONE = BY_NAME["Borrow"].tag, BY_NAME["ArcClone"].tag
_EVERY = 8
PROGRESS_SIZE = 4096


VERIFIED: Counter[str] = Counter()
"""What was read back and verified since somebody cleared it."""


@dataclass(slots=True)
class Checked:
    """What was read back: for each process the numbers of the events of each of the program's threads."""

    processes: list[dict[int, range]]
    stopped: list[int]
    limits: list[int]
    given_up: list[int]
    lost: int
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> list[int]:
        """Events of each process, fewest first."""
        return sorted(sum(map(len, process.values())) for process in self.processes)


def check(folder: Path) -> Checked:
    """Read all streams of a recording and verify every event's value and place; what is missing shows as a range."""
    found = Checked([], [], [], [], 0)
    for stream in _streams(folder):
        process: dict[int, range] = {}
        for thread in stream.threads.values():
            for number, numbers in _verified(thread):
                assert number not in process, f"two threads of the stream tell of thread {number}"
                process[number] = numbers
        found.processes.append(process)
        found.stopped.append(stream.header.stopped or 0)
        found.limits.append(stream.header.limit or 0)
        found.given_up.append(stream.header.given_up or 0)
        found.lost += stream.header.lost or 0
        found.notes += stream.notes
    VERIFIED.update({"recordings": 1, "processes": len(found.processes), "events": sum(found.counts)})
    return found


def _streams(folder: Path) -> Iterator[Stream]:
    for path in sorted(folder.glob(f"*{spec.SUFFIX}")):
        with path.open("rb", buffering=0) as file:
            yield read_stream(file, path.name)


def _verified(thread: Thread) -> Iterator[tuple[int, range]]:
    """The program's thread and the numbers of its events, one after the other without a gap."""
    sites = np.unique(thread.words & spec.SITE_MASK)
    assert len(sites) <= 1, f"one thread recorded at several sites: {sites}"
    if not len(thread.words):
        return
    number = int(sites[0]) - FIRST
    first = _number(number, int(thread.others[0]))
    numbers = np.arange(first, first + len(thread.words), dtype=np.uint64)
    expected = _values(number, numbers)
    wrong = np.flatnonzero(expected != thread.others)
    assert not len(wrong), f"thread {number}: event {wrong[0]} is not number {numbers[wrong[0]]}"
    has_object = numbers % _EVERY == _EVERY - 1
    kinds = np.where(has_object, _ARC_CLONE, _BORROW)
    assert (thread.words >> spec.KIND_SHIFT == kinds).all(), f"thread {number}: a wrong kind"
    assert (thread.object_rows == np.flatnonzero(has_object)).all(), f"thread {number}: an object is missing"
    if len(thread.objects):
        assert (thread.objects == thread.objects[0]).all(), f"thread {number}: an object is garbled"
        assert thread.objects[0][1] == 1, f"thread {number}: a count is garbled"
    yield number, range(first, first + len(thread.words))


def _values(thread: int, numbers: np.ndarray) -> np.ndarray:
    salt = (thread + 1) * 0x85EBCA6B % 2**32
    return (numbers * np.uint64(0x9E3779B1) % np.uint64(2**32)).astype(np.uint32) ^ np.uint32(salt)


def _number(thread: int, value: int) -> int:
    """The number whose check value this is."""
    salt = (thread + 1) * 0x85EBCA6B % 2**32
    return (value ^ salt) * pow(0x9E3779B1, -1, 2**32) % 2**32


@contextmanager
def running(command: list[Path | str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program that does not end by itself: it is killed where the block ends, also by a failing check."""
    with subprocess.Popen(command, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def new_progress(path: Path) -> dict[str, str]:
    """A file of counters, and the variable that names it."""
    path.write_bytes(bytes(PROGRESS_SIZE))
    return {"PROGRESS": str(path)}


def read_progress(path: Path) -> list[int]:
    """How many events each thread had completed."""
    return [number for (number,) in struct.iter_unpack("<Q", path.read_bytes()[:512])]
