"""A program that ends after a known number of events, in whatever way: every event is read back."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from functools import cache
from pathlib import Path

import pytest

from tests.durability.checked import PRELUDE, Checked, check, new_progress, read_progress, running
from tests.runtime.recorded import program, run, runtime_rlib, work_folder

ENDINGS = (
    PRELUDE
    + r"""
extern "C" { fn crash(at: *mut u8); fn leave_now(); fn end_in_callback(f: extern "C" fn()); }

#[inline(never)]
fn overflow(depth: u64) -> u64 {
    let space = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { overflow(depth + 1) + space[7] }
}
extern "C" fn panics() { std::panic::panic_any(()) }
struct Panics;
impl Drop for Panics { fn drop(&mut self) { std::panic::panic_any(()) } }

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number: u64 = arguments[2].parse().unwrap();
    let thread: u32 = arguments.get(3).map_or(0, |text| text.parse().unwrap());
    events(thread, 0..number);
    match arguments[1].as_str() {
        "return" => {}
        "exit" => std::process::exit(3),
        "exit of a thread" => { std::thread::spawn(|| std::process::exit(3)); loop { std::thread::park() } }
        "_exit" => unsafe { _exit(4) },
        "_exit in C" => unsafe { leave_now() },
        "abort" => std::process::abort(),
        "kill" => unsafe { kill(getpid(), 9); },
        "terminate" => unsafe { kill(getpid(), 15); loop { std::thread::park() } },
        "panic" => std::panic::panic_any(()),
        "panic while panicking" => { let _p = Panics; std::panic::panic_any(()) }
        "panic through C" => unsafe { end_in_callback(panics) },
        "stack overflow" => { std::hint::black_box(overflow(0)); }
        "stack overflow of a thread" => {
            std::thread::spawn(|| std::hint::black_box(overflow(0))).join().unwrap();
        }
        "segfault in C" => unsafe { crash(8 as *mut u8) },
        "trap" => unsafe { std::arch::asm!("ud2", options(noreturn)) },
        "exec" => {
            use std::os::unix::process::CommandExt;
            panic!("{}", std::process::Command::new(&arguments[0]).args(["return", &arguments[2], "1"]).exec());
        }
        "exec that fails" => {
            use std::os::unix::process::CommandExt;
            std::process::Command::new("/nowhere/at/all").exec();
            events(thread, number..2 * number);
        }
        "fork" => {
            let child = unsafe { fork() };
            if child == 0 { events(1, 0..number); unsafe { kill(getpid(), 9); } }
            events(thread, number..2 * number);
            unsafe { waitpid(child, std::ptr::null_mut(), 0) };
            events(thread, 2 * number..3 * number);
        }
        "fork while threads write" => {
            let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let writers: Vec<_> = (2..4).map(|writer| {
                let stop = stop.clone();
                std::thread::spawn(move || {
                    let mut at = 0;
                    while !stop.load(Ordering::Relaxed) || at < number { event(writer, at); at += 1 }
                })
            }).collect();
            for _ in 0..20 {
                let child = unsafe { fork() };
                if child == 0 { events(1, 0..number); unsafe { _exit(0) } }
                let mut status = 0;
                unsafe { waitpid(child, &mut status, 0) };
                assert_eq!(status, 0);
            }
            stop.store(true, Ordering::Relaxed);
            for writer in writers { writer.join().unwrap() }
        }
        "thread that never ends" => {
            let (sender, receiver) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                events(1, 0..number);
                sender.send(()).unwrap();
                loop { std::thread::park() }
            });
            receiver.recv().unwrap();
        }
        _ => std::process::exit(99),
    }
}
"""
)
C_SOURCE = """
#include <unistd.h>
void crash(unsigned char *at) { *at = 1; }
void leave_now(void) { _exit(4); }
void end_in_callback(void (*f)(void)) { f(); }
"""
BUSY = (
    PRELUDE
    + r"""
fn main() {
    let done = progress();
    let threads: u32 = std::env::args().nth(1).unwrap().parse().unwrap();
    for thread in 0..threads { std::thread::spawn(move || events_for_ever(thread, &done[thread as usize])); }
    if std::env::args().nth(2).is_some() {
        while (0..threads).any(|thread| done[thread as usize].load(Ordering::Acquire) < 20_000) {}
        return;
    }
    loop { std::thread::park() }
}
"""
)
THREADS = 4
KILLS = 50
COUNTS = [1, 251, 253, 40_000]


@cache
def c_library() -> Path:
    """The C functions that the program ends in."""
    source, library = work_folder() / "ends.c", work_folder() / "libends.a"
    source.write_text(C_SOURCE)
    subprocess.run(["cc", "-O1", "-c", source, "-o", source.with_suffix(".o")], check=True)
    subprocess.run(["ar", "rcs", library, source.with_suffix(".o")], check=True)
    return library


def endings(*flags: str) -> Path:
    return program(ENDINGS, f"-L{c_library().parent}", "-lstatic=ends", *flags)


def ended(ending: str, number: int, folder: Path, *flags: str) -> tuple[int, Checked]:
    result = run(endings(*flags), folder, ending, str(number))
    return result.returncode, check(folder)


@pytest.mark.parametrize("number", COUNTS)
@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("return", 0),
        ("exit", 3),
        ("exit of a thread", 3),
        ("_exit", 4),
        ("_exit in C", 4),
        ("abort", -signal.SIGABRT),
        ("kill", -signal.SIGKILL),
        ("terminate", -signal.SIGTERM),
        ("panic", 101),
        ("panic while panicking", -signal.SIGABRT),
        ("panic through C", -signal.SIGABRT),
        ("stack overflow", -signal.SIGABRT),
        ("stack overflow of a thread", -signal.SIGABRT),
        ("segfault in C", -signal.SIGSEGV),
        ("trap", -signal.SIGILL),
    ],
)
def test_every_event_before_the_end(ending, status, number, tmp_path):
    returned, found = ended(ending, number, tmp_path)
    assert returned == status
    assert found.processes == [{0: range(number)}], f"{ending}: {found.counts} of {number} events"
    assert found.notes == []


@pytest.mark.parametrize("ending", ["panic", "panic while panicking", "panic through C"])
def test_panics_that_abort(ending, tmp_path):
    returned, found = ended(ending, 10_000, tmp_path, "-Cpanic=abort")
    assert returned == -signal.SIGABRT
    assert found.processes == [{0: range(10_000)}]


def test_exec(tmp_path):
    returned, found = ended("exec", 3_000, tmp_path)
    assert returned == 0
    assert sorted(map(repr, found.processes)) == [repr({0: range(3_000)}), repr({1: range(3_000)})]


def test_exec_that_fails(tmp_path):
    assert ended("exec that fails", 3_000, tmp_path)[1].processes == [{0: range(6_000)}]


def test_a_fork_whose_child_and_parent_go_on(tmp_path):
    returned, found = ended("fork", 30_000, tmp_path)
    assert returned == 0
    assert sorted(map(repr, found.processes)) == [repr({0: range(90_000)}), repr({1: range(30_000)})]
    assert found.notes == []


def test_forks_while_threads_write(tmp_path):
    returned, found = ended("fork while threads write", 2_000, tmp_path)
    assert returned == 0
    children = [process for process in found.processes if list(process) == [1]]
    assert children == [{1: range(2_000)}] * 20
    (parent,) = (process for process in found.processes if process not in children)
    assert {thread: numbers.start for thread, numbers in parent.items()} == {0: 0, 2: 0, 3: 0}
    assert min(len(numbers) for numbers in parent.values()) >= 2_000


def test_a_thread_that_never_ends(tmp_path):
    assert ended("thread that never ends", 30_000, tmp_path)[1].processes == [{0: range(30_000), 1: range(30_000)}]


def expect_progress(found: Checked, done: list[int], what: str) -> None:
    """Every event that was complete is there, and at most one more of each thread."""
    (process,) = found.processes or [{}]
    for thread in range(THREADS):
        numbers = process.get(thread, range(0))
        assert numbers.start == 0, f"{what}: thread {thread} begins with event {numbers.start}"
        assert done[thread] <= len(numbers) <= done[thread] + 1, (
            f"{what}: thread {thread} completed {done[thread]} events, {len(numbers)} were read back"
        )
    assert found.notes == []


@pytest.mark.parametrize("flags", [(), ("--cfg=borrowscope_portable",)], ids=["mapped", "portable"])
def test_main_returns_while_threads_write(flags, tmp_path):
    environment = new_progress(tmp_path / "progress")
    executable = program(BUSY, "-O", rlib=runtime_rlib(*flags))
    assert run(executable, tmp_path / "rec", str(THREADS), "return", env=environment).returncode == 0
    done = read_progress(tmp_path / "progress")
    assert min(done[:THREADS]) >= 20_000
    expect_progress(check(tmp_path / "rec"), done, "return")


def killed_after(seconds: float, folder: Path) -> tuple[Checked, list[int]]:
    """Run the busy program, kill it so long after its first event, read what it left."""
    folder.mkdir()
    environment = os.environ | new_progress(folder / "progress") | {"BORROWSCOPE_OUT": str(folder / "rec")}
    with running([program(BUSY, "-O"), str(THREADS)], environment) as process:
        while not any(read_progress(folder / "progress")):
            assert process.poll() is None
        time.sleep(seconds)
        process.kill()
    found = check(folder / "rec")
    for stream in (folder / "rec").iterdir():
        stream.unlink()
    return found, read_progress(folder / "progress")


def test_random_kill_points(tmp_path, record_property):
    chance = random.Random(6)
    events = 0
    for number in range(KILLS):
        found, done = killed_after(chance.uniform(0, 0.02), tmp_path / str(number))
        expect_progress(found, done, f"kill {number}")
        events += sum(found.counts)
    record_property("kills", KILLS)
    assert events > KILLS * 100
