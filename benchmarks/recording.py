"""Time and bytes of a recorded event against the published crate `borrowscope-runtime` 0.1.2 with feature `track`.

In: nothing; the published crate comes from the registry through cargo. Out: a table on stdout, ratios from one run.
Both record the same calls in release builds, in rounds that alternate; figures are medians. Ours writes to a file on
disk, the published crate to memory. Times are wall time divided by all events of all threads.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from borrowscope.runtime.generate import write_runtime

ROOT = Path(__file__).parent.parent
OPERATIONS = ("New", "Borrow", "Move", "RcClone", "Drop")
GOALS = {1: 6, 4: 10}

_MAIN = """
use std::{hint::black_box, rc::Rc, sync::Barrier, time::Instant};
mod calls;

fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

fn measure(name: &str, threads: usize, events: usize, keeps: bool, work: fn(usize) -> u128) {
    let barrier = Barrier::new(threads);
    let longest = std::thread::scope(|scope| {
        let run = || { barrier.wait(); work(events) };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).max().unwrap()
    });
    println!("{name} {}", longest as f64 / (threads * events) as f64);
    if !keeps { calls::clear(); }
}

fn main() {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|text| text.parse().unwrap_or(0)).collect();
    let (threads, events, keeps) = (arguments[0], arguments[1], arguments.len() > 2);
    let before = resident();
    measure("warm", threads, events / 10, keeps, calls::borrow);
    measure("New", threads, events, keeps, calls::new);
    measure("Borrow", threads, events, keeps, calls::borrow);
    measure("Move", threads, events, keeps, calls::moved);
    measure("RcClone", threads, events, keeps, calls::rc_clone);
    measure("Drop", threads, events, keeps, calls::drop);
    println!("bytes {}", resident().saturating_sub(before) as f64 / (threads * events * 5) as f64);
}

/// Runs `call` so many times and gives the time in nanoseconds.
pub fn timed(events: usize, mut call: impl FnMut(usize)) -> u128 {
    let start = Instant::now();
    for number in 0..events { call(black_box(number)); }
    start.elapsed().as_nanos()
}

pub fn shared() -> Rc<u64> { Rc::new(7) }
"""

_OURS = """
use borrowscope_runtime::site;
use std::hint::black_box;

pub fn new(events: usize) -> u128 {
    crate::timed(events, |number| { let x = number; black_box(site::track_new_with_id(257, &x).unguarded()); })
}
pub fn borrow(events: usize) -> u128 {
    crate::timed(events, |_| { black_box(site::track_borrow_with_id(258, 1).unguarded()); })
}
pub fn moved(events: usize) -> u128 {
    let x = site::track_new_with_id(257, &0).unguarded();
    crate::timed(events, |_| { black_box(x.moved_to(259).unguarded()); })
}
pub fn rc_clone(events: usize) -> u128 {
    let rc = crate::shared();
    crate::timed(events, |_| {
        let clone = rc.clone();
        black_box(site::track_rc_clone_with_id(260, 1, &clone).unguarded());
    })
}
pub fn drop(events: usize) -> u128 {
    let mut guards: Vec<_> = (0..events).map(|x| Some(site::track_new_with_id(257, &x))).collect();
    crate::timed(events, |number| guards[number] = None)
}
pub fn clear() {}
"""

_PUBLISHED = """
use borrowscope_runtime as published;
use std::hint::black_box;

const PLACE: &str = "src/main.rs:10:9";

pub fn new(events: usize) -> u128 {
    crate::timed(events, |number| { black_box(published::__track_new_with_id_helper(number, "x", PLACE, number)); })
}
pub fn borrow(events: usize) -> u128 {
    crate::timed(events, |number| {
        black_box(published::track_borrow_with_id(number, 1, "r", PLACE, false, &number));
    })
}
pub fn moved(events: usize) -> u128 {
    crate::timed(events, |number| { black_box(published::track_move_with_id(1, number, "y", PLACE, number)); })
}
pub fn rc_clone(events: usize) -> u128 {
    let rc = crate::shared();
    crate::timed(events, |number| {
        black_box(published::track_rc_clone_with_id(number, 1, "b", PLACE, rc.clone()));
    })
}
pub fn drop(events: usize) -> u128 {
    crate::timed(events, |number| published::track_drop_with_id(number, PLACE))
}
pub fn clear() { published::reset(); }
"""

Rounds = dict[str, list[float]]


def build(name: str, dependency: str, calls: str) -> Path:
    """A release build of the measuring program against one runtime."""
    folder = ROOT / "target" / "benchmarks" / "recording" / name
    (folder / "src").mkdir(parents=True, exist_ok=True)
    manifest = f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n\n[dependencies]\n'
    (folder / "Cargo.toml").write_text(manifest + dependency)
    (folder / "src/main.rs").write_text(_MAIN)
    (folder / "src/calls.rs").write_text(calls)
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=folder, check=True)
    return folder / "target" / "release" / name


def measure(command: list[str], environment: Mapping[str, str], into: Rounds) -> None:
    """One round: nanoseconds for each operation, and bytes of memory for each event."""
    output = subprocess.run(command, env=os.environ | dict(environment), check=True, capture_output=True, text=True)
    for line in output.stdout.splitlines():
        name, value = line.split()
        into.setdefault(name, []).append(float(value))


def compare(ours: Path, published: Path, threads: int, events: int, rounds: int) -> None:
    """Measure in turn and print the rows for one number of threads."""
    us: Rounds = {}
    them: Rounds = {}
    off: Rounds = {}
    kept: Rounds = {}
    sizes = []
    arguments = [str(threads), str(events)]
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            measure([str(ours), *arguments], {"BORROWSCOPE_OUT": folder}, us)
            total = threads * (events * (len(OPERATIONS) + 1) + events // 10)
            sizes.append(sum(path.stat().st_size for path in Path(folder).iterdir()) / total)
        measure([str(published), *arguments], {}, them)
        measure([str(ours), str(threads), str(events * 10)], {"BORROWSCOPE": "off"}, off)
    measure([str(published), *arguments, "keep"], {}, kept)
    print_rows(threads, us, them, off)
    print(f"{threads:7} bytes an event: {median(sizes):.1f} on disk, {kept['bytes'][0]:.0f} in memory for 0.1.2")


def print_rows(threads: int, us: Rounds, them: Rounds, off: Rounds) -> None:
    """One row for each operation, and the ratio in the middle beside its goal."""
    ratios = {name: median(them[name]) / median(us[name]) for name in OPERATIONS}
    for name, ratio in ratios.items():
        row = f"{median(us[name]):9.1f} {median(them[name]):10.1f} {ratio:8.1f}x {median(off[name]):8.2f}"
        print(f"{threads:7} {name:9} {row}")
    goals = (
        f"median ratio {median(ratios.values()):.1f}x (goal {GOALS[threads]}x), Drop {ratios['Drop']:.1f}x (goal 3x)"
    )
    print(f"{threads:7} {goals}")


def main() -> None:
    """Build both programs, measure with one and four threads, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="events of each kind and thread")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    crate = ROOT / "target" / "benchmarks" / "recording" / "borrowscope-runtime"
    write_runtime(crate, active_file=None, sites_json=None)
    ours = build("ours", 'borrowscope-runtime = { path = "../borrowscope-runtime" }\n', _OURS)
    version = 'borrowscope-runtime = { version = "=0.1.2", features = ["track"] }\n'
    published = build("published", version, _PUBLISHED)
    print(f"{'threads':7} {'event':9} {'ours ns':>9} {'0.1.2 ns':>10} {'ratio':>9} {'off ns':>8}")
    for threads in (1, 4):
        compare(ours, published, threads, arguments.events, arguments.rounds)


if __name__ == "__main__":
    main()
