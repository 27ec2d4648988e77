"""Events from places where little is allowed: neither deadlock nor recursion, and what came before is not lost."""

from __future__ import annotations

import re
import subprocess

import pytest

from borrowscope.tables.events import BY_NAME
from borrowscope.tables.stream_format import KIND_SHIFT, SITE_MASK
from borrowscope.trace.stream import read_stream
from tests.durability.checked import PRELUDE
from tests.runtime.recorded import FIRST, program, run, runtime_rlib

PLACES = (
    PRELUDE
    + r"""
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU32};

/// Events that were asked for in each place, as the program counts them.
static COUNTS: [AtomicU32; 8] = [const { AtomicU32::new(0) }; 8];
static IN_ALLOCATOR: AtomicBool = AtomicBool::new(false);

fn count(place: u32) {
    COUNTS[place as usize].fetch_add(1, Ordering::Relaxed);
    site::borrowed(256 + place, 1);
}

struct Allocator;
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IN_ALLOCATOR.load(Ordering::Relaxed) { count(1) }
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if IN_ALLOCATOR.load(Ordering::Relaxed) { count(1) }
        System.dealloc(at, layout)
    }
}
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

struct Recording(u32);
impl Drop for Recording { fn drop(&mut self) { for _ in 0..3 { count(self.0) } } }
thread_local! {
    static BEFORE: Recording = const { Recording(2) };
    static LATER: std::cell::RefCell<Option<Recording>> = const { std::cell::RefCell::new(None) };
}

extern "C" fn handler(_: i32) { count(3) }
extern "C" fn at_exit() {
    for _ in 0..3 { count(4) }
    report();
}
extern "C" fn before_main() { for _ in 0..3 { count(5) } }
#[cfg_attr(target_os = "linux", link_section = ".init_array")]
#[used]
static BEFORE_MAIN: extern "C" fn() = before_main;

type Start = extern "C" fn(*mut u8) -> *mut u8;
extern "C" {
    fn pthread_create(at: *mut u64, about: *const u8, start: Start, argument: *mut u8) -> i32;
    fn pthread_join(thread: u64, result: *mut *mut u8) -> i32;
}
extern "C" fn foreign(_: *mut u8) -> *mut u8 {
    LATER.with(|later| *later.borrow_mut() = Some(Recording(2)));
    count(6);
    std::ptr::null_mut()
}

fn report() {
    IN_ALLOCATOR.store(false, Ordering::Relaxed);
    let counts: Vec<u32> = COUNTS.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    println!("{counts:?}");
}

fn main() {
    unsafe { atexit(at_exit) };
    if std::env::args().nth(1).unwrap() == "first in allocator" {
        IN_ALLOCATOR.store(true, Ordering::Relaxed);
    }
    count(0);
    IN_ALLOCATOR.store(true, Ordering::Relaxed);
    let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(|| {
        BEFORE.with(|_| ());
        LATER.with(|later| *later.borrow_mut() = Some(Recording(2)));
        for number in 0..2_000 { drop(std::hint::black_box(vec![number])) }
    })).collect();
    for thread in threads { thread.join().unwrap() }
    let mut thread = 0;
    unsafe {
        assert_eq!(pthread_create(&mut thread, std::ptr::null(), foreign, std::ptr::null_mut()), 0);
        pthread_join(thread, std::ptr::null_mut());
    }
    drop(vec![Recording(7), Recording(7)]);
    let _ = std::panic::catch_unwind(|| {
        let _dying = Recording(7);
        std::panic::resume_unwind(Box::new(()));
    });
    unsafe {
        signal(14, handler);
        setitimer(0, &[0, 100, 0, 100], std::ptr::null_mut());
    }
    for number in 0..200_000 {
        site::borrowed(256, 1);
        if number % 16 == 0 { drop(std::hint::black_box(Box::new(number))) }
        for spin in 0..300 { std::hint::black_box(spin); } // most signals come between two events
    }
    unsafe { setitimer(0, &[0; 4], std::ptr::null_mut()) };
    COUNTS[0].fetch_add(200_000, Ordering::Relaxed);
}
"""
)
NAMES = ["main", "allocator", "thread locals", "signal handler", "atexit", "before main", "foreign thread", "Drop"]
BORROW = BY_NAME["Borrow"].tag


@pytest.mark.parametrize("variables", [{}, {"BORROWSCOPE_MAX_EVENTS": "5000000"}], ids=["all", "ring"])
@pytest.mark.parametrize("first", ["first in main", "first in allocator"])
def test_every_place(first, variables, tmp_path, record_property):
    result = run(program(PLACES, "-O"), tmp_path, first, env=variables)
    assert (result.stderr, result.returncode) == ("", 0)
    asked = [int(number) for number in re.findall(r"\d+", result.stdout)]
    (path,) = tmp_path.iterdir()
    with path.open("rb") as file:
        stream = read_stream(file, path.name)
    found = [0] * len(NAMES)
    for thread in stream.threads.values():
        assert (thread.words >> KIND_SHIFT == BORROW).all()
        assert (thread.others == 1).all()
        for place in range(len(NAMES)):
            found[place] += int(((thread.words & SITE_MASK) == FIRST + place).sum())
    lost = stream.header.lost or 0
    for name, count in zip(NAMES, found, strict=True):
        record_property(f"in {name}", count)
    record_property("lost in handlers that interrupted an event", lost)
    in_handler = NAMES.index("signal handler")
    missing = [there - here for there, here in zip(asked, found, strict=True)]
    assert missing.pop(in_handler) == lost
    assert missing == [0] * len(missing)
    assert all(count >= 3 for place, count in enumerate(found) if place not in {0, 6})
    assert lost <= found[in_handler]


def test_a_handler_on_a_stack_of_its_own(tmp_path):
    """The first event of a thread in a handler, on the least stack that a handler may have for it."""
    source = (
        PRELUDE
        + r"""
    #[repr(C)] struct Stack { at: *mut u8, flags: i32, size: usize }
    #[repr(C)] struct Action { handler: usize, mask: [u64; 16], flags: i32, restorer: usize }
    extern "C" { fn sigaltstack(new: *const Stack, old: *mut Stack) -> i32; }
    extern "C" { fn sigaction(signal: i32, new: *const Action, old: *mut Action) -> i32; fn raise(signal: i32) -> i32; }
    extern "C" fn handler(_: i32) { events(1, 0..1_000) }
    fn main() {
        event(0, 0);
        std::thread::spawn(|| unsafe {
            let stack = Box::leak(vec![0u8; 16_384].into_boxed_slice());
            sigaltstack(&Stack { at: stack.as_mut_ptr(), flags: 0, size: stack.len() }, std::ptr::null_mut());
            let action = Action { handler: handler as usize, mask: [0; 16], flags: 0x0800_0000, restorer: 0 };
            assert_eq!(sigaction(10, &action, std::ptr::null_mut()), 0);
            raise(10);
        }).join().unwrap();
    }"""
    )
    assert run(program(source, "-O"), tmp_path).returncode == 0
    (path,) = tmp_path.iterdir()
    with path.open("rb") as file:
        assert read_stream(file, path.name).event_count == 1_001


def test_no_deadlock_between_a_fork_and_threads_that_begin(tmp_path):
    """A child is forked while other threads take their first chunks, again and again."""
    source = (
        PRELUDE
        + r"""
    fn main() {
        event(0, 0);
        let starting = std::thread::spawn(|| for thread in 1..400 {
            std::thread::spawn(move || events(thread, 0..300)).join().unwrap();
        });
        while !starting.is_finished() {
            let child = unsafe { fork() };
            if child == 0 { events(1_000, 0..300); unsafe { _exit(0) } }
            let mut status = 0;
            unsafe { waitpid(child, &mut status, 0) };
            assert_eq!(status, 0);
        }
    }"""
    )
    result: subprocess.CompletedProcess[str] = run(program(source), tmp_path)
    assert (result.stderr, result.returncode) == ("", 0)


def test_events_while_the_recording_starts(tmp_path):
    """Sixteen threads make the process's first event at once."""
    source = (
        PRELUDE
        + r"""
    fn main() {
        let barrier = std::sync::Barrier::new(16);
        std::thread::scope(|scope| for thread in 0..16 {
            let barrier = &barrier;
            scope.spawn(move || { barrier.wait(); events(thread, 0..10) });
        });
    }"""
    )
    executable = program(source, rlib=runtime_rlib())
    for number in range(20):
        folder = tmp_path / str(number)
        assert run(executable, folder).returncode == 0
        (path,) = folder.iterdir()
        with path.open("rb") as file:
            assert read_stream(file, path.name).event_count == 160
