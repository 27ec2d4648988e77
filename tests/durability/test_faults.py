"""Where nothing can be recorded (any more) the program ends as untouched, and what is there says why."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from borrowscope.tables.stream_format import Stop
from tests.durability.checked import PRELUDE, Checked, check
from tests.runtime.recorded import program, run, runtime_rlib, write_sites

WORKER = (
    PRELUDE
    + r"""
use std::io::Write;
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number: u64 = arguments[2].parse().unwrap();
    match arguments[1].as_str() {
        "work" => {
            event(0, 0);
            let writers: Vec<_> = (1..4).map(|thread| std::thread::spawn(move || {
                let mut text = String::new();
                for at in 0..number {
                    event(thread, at);
                    if at % 1_000 == 0 { text.push_str(&at.to_string()) }
                }
                text.len()
            })).collect();
            let lengths: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
            events(0, 1..number);
            println!("{lengths:?}");
            std::fs::metadata("/nowhere").unwrap_err();
            let error = std::fs::metadata("/nowhere").unwrap_err(); // std has found out which call there is
            event(0, number);
            println!("{}", std::io::Error::last_os_error().raw_os_error() == error.raw_os_error());
        }
        "hungry" => {
            events(0, 0..number);
            let mut held: Vec<Vec<u8>> = Vec::new();
            loop {
                let mut block = Vec::new();
                if block.try_reserve_exact(1 << 20).is_err() { break }
                block.resize(1 << 20, 1u8);
                let at = number + held.len() as u64 * 100;
                events(0, at..at + 100);
                held.push(block);
            }
            let enough = held.len() > 20;
            drop(held);
            println!("memory was enough for 20 blocks: {enough}");
        }
        "lost folder" => {
            events(0, 0..10);
            std::fs::remove_dir_all(std::env::var("BORROWSCOPE_OUT").unwrap()).ok();
            events(0, 10..number);
            println!("went on");
        }
        "threads" => {
            let barrier = Arc::new(std::sync::Barrier::new(1_001));
            let before = resident();
            let threads: Vec<_> = (0..1_000).map(|thread| {
                let barrier = barrier.clone();
                let run = move || {
                    events(thread, 0..number);
                    barrier.wait();
                    barrier.wait();
                };
                std::thread::Builder::new().stack_size(65_536).spawn(run).unwrap()
            }).collect();
            barrier.wait();
            let during = resident();
            barrier.wait();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            println!("{} {}", during - before, resident().saturating_sub(before));
        }
        _ => std::process::exit(99),
    }
    std::io::stdout().flush().unwrap();
    std::process::exit(7);
}
"""
)
EVENTS = "150000"
SITES = [{"event": "Borrow", "kind": "call"}] * 4
Outcome = tuple[str, str, int]


def outcome(
    folder: Path,
    *arguments: str,
    flags: tuple[str, ...] = (),
    env: dict[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> Outcome:
    """What the program says and how it ends; `before` is called in its process before it begins."""
    executable = program(WORKER, "-O", rlib=runtime_rlib(*flags))
    result = run(executable, folder, *arguments, env=env or {}, preexec_fn=before)
    return result.stdout, result.stderr, result.returncode


def untouched(*arguments: str, flags: tuple[str, ...] = (), before: Callable[[], None] | None = None) -> Outcome:
    """How the program ends when nothing is recorded."""
    return outcome(Path("/nowhere"), *arguments, flags=flags, env={"BORROWSCOPE": "off"}, before=before)


def limit(kind: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (value, value))


def expect_beginning(found: Checked) -> int:
    """Of each thread the first events are there without a gap; how many in all."""
    assert all(numbers.start == 0 for process in found.processes for numbers in process.values())
    return sum(found.counts)


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("flags", [(), ("--cfg=borrowscope_portable",)], ids=["mapped", "portable"])
def test_full_disk(flags, tmp_path):
    expected = untouched("work", EVENTS, flags=flags)
    with small_disk(tmp_path / "disk", "size=2m") as folder:
        write_sites(folder, SITES)
        assert outcome(folder, "work", EVENTS, flags=flags, env={"BORROWSCOPE_MIN_FREE": "0"}) == expected
        found = check(folder)
        told = report(folder)
    assert found.stopped == [Stop.DISK_FULL]
    assert expect_beginning(found) > 2**21 / 18 * 0.3
    assert "the disk was full" in told


def test_a_disk_that_others_fill(tmp_path):
    """Space that was reserved stays ours: a full disk never kills the program through a mapping."""
    expected = untouched("work", EVENTS)
    with small_disk(tmp_path / "disk", "size=4m") as folder:
        (folder / "others").write_bytes(bytes(3_000_000))
        assert outcome(folder, "work", EVENTS, env={"BORROWSCOPE_MIN_FREE": "0"}) == expected
        assert check(folder).stopped == [Stop.DISK_FULL]


def report(folder: Path) -> str:
    """What the tool prints of a recording."""
    command = [sys.executable, "-m", "borrowscope", "report", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return f"{result.stdout}{result.stderr}"


def test_read_only_disk(tmp_path):
    with small_disk(tmp_path / "disk", "size=1m,ro") as folder:
        assert outcome(folder / "rec", "work", "1000") == untouched("work", "1000")
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("folder", ["/proc/borrowscope", "/dev/null/rec"])
def test_folder_that_cannot_be_made(folder):
    assert outcome(Path(folder), "work", "1000") == untouched("work", "1000")


def test_removed_folder(tmp_path):
    expected = ("went on\n", "", 7)
    assert untouched("lost folder", EVENTS) == expected
    assert outcome(tmp_path / "rec", "lost folder", EVENTS) == expected
    assert list(tmp_path.iterdir()) == []


def test_no_more_files(tmp_path):
    before = limit(resource.RLIMIT_NOFILE, 3)
    assert outcome(tmp_path, "work", "1000", before=before) == untouched("work", "1000", before=before)


@pytest.mark.parametrize("size", [0, 4_096, 70_000, 1_000_000, 3_000_000])
def test_limit_of_file_sizes(size, tmp_path):
    before = limit(resource.RLIMIT_FSIZE, size)
    write_sites(tmp_path, SITES)
    assert outcome(tmp_path, "work", EVENTS, before=before) == untouched("work", EVENTS, before=before)
    found = check(tmp_path) if size > 65_536 else None
    if found:
        assert found.stopped == [Stop.FILE_SIZE_LIMIT]
        assert expect_beginning(found) > size / 18 * 0.2
        assert "ulimit -f" in report(tmp_path)


@pytest.mark.parametrize("kind", ["work", "hungry"])
@pytest.mark.parametrize("megabytes", [40, 80, 300])
def test_limit_of_memory(megabytes, kind, tmp_path):
    before = limit(resource.RLIMIT_AS, megabytes << 20)
    assert outcome(tmp_path, kind, "30000", before=before) == untouched(kind, "30000", before=before)
    found = check(tmp_path)
    assert found.processes
    assert set(found.stopped) <= {Stop.NONE, Stop.NO_MEMORY}
    expect_beginning(found)


def test_hardly_any_memory(tmp_path):
    """Nothing but the program itself fits: the stream says that it could not be mapped."""
    executable = program(WORKER, "-O", rlib=runtime_rlib())
    for pages in range(500, 2_000, 50):
        before = limit(resource.RLIMIT_AS, pages * 4_096)
        if run(executable, tmp_path, "hungry", "10", env={"BORROWSCOPE": "off"}, preexec_fn=before).returncode == 7:
            break
    folder = tmp_path / "rec"
    write_sites(folder, SITES)
    assert run(executable, folder, "hungry", "10", preexec_fn=before).returncode == 7
    assert check(folder).stopped == [Stop.NO_MEMORY]
    assert "could not be mapped" in report(folder)


def test_threads_cost_little(tmp_path):
    """1,000 threads that record one event each, all alive: memory and disk."""
    kilobytes = []
    for variables in ({}, {"BORROWSCOPE": "off"}):
        stdout, stderr, status = outcome(tmp_path, "threads", "1", env=variables)
        assert (stderr, status) == ("", 7)
        kilobytes.append([int(number) for number in stdout.split()])
    during, after = (on - off for on, off in zip(*kilobytes, strict=True))
    disk = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert during / 1_000 <= 5, f"{during / 1_000} KiB of memory for each thread"
    assert disk / 1_000 <= 5 * 1_024, f"{disk / 1_000} bytes on disk for each thread"
    assert after <= 600, f"{after} KiB are left when the threads have ended"
    assert check(tmp_path).counts == [1_000]
