"""A ring keeps the newest events in bounded space, whatever the program records and however it ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.durability.checked import PRELUDE, check, new_progress, read_progress, running
from tests.durability.test_kills import BUSY, THREADS
from tests.runtime.recorded import program, run, runtime_rlib

WORKER = (
    PRELUDE
    + r"""
fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).map(|text| text.parse().unwrap()).collect();
    let (threads, number, slow) = (arguments[0] as u32, arguments[1], arguments[2]);
    std::thread::scope(|scope| for thread in 0..threads {
        scope.spawn(move || events(thread, 0..if thread == 0 && slow > 0 { slow } else { number }));
    });
    for short in 0..arguments[3] as u32 { std::thread::spawn(move || event(threads + short, 0)).join().unwrap(); }
}
"""
)
FLAGS = pytest.mark.parametrize("flags", [(), ("--cfg=borrowscope_portable",)], ids=["mapped", "portable"])


def kept(folder: Path, limit: int, *arguments: int, flags: tuple[str, ...] = ()) -> tuple[dict[int, range], int, int]:
    """What a ring of `limit` events kept, how many it gave up, and how large it is."""
    executable = program(WORKER, "-O", rlib=runtime_rlib(*flags))
    result = run(executable, folder, *map(str, arguments), env={"BORROWSCOPE_MAX_EVENTS": str(limit)})
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)
    size = sum(path.stat().st_size for path in folder.iterdir())
    found = check(folder)
    (process,) = found.processes
    assert found.limits == [limit]
    return process, found.given_up[0], size


@FLAGS
@pytest.mark.parametrize(("limit", "number"), [(1_000, 100_000), (10_000, 300_000), (300_000, 3_000_000)])
def test_one_thread(limit, number, flags, tmp_path):
    number = number if not flags else number // 10
    process, _, size = kept(tmp_path, limit, 1, number, 0, 0, flags=flags)
    assert process == {0: range(number - limit, number)}
    assert size <= max(2_000_000, limit * 16 * 2.5)


def test_fewer_events_than_the_ring_keeps(tmp_path):
    process, given_up, _ = kept(tmp_path, 10_000, 2, 4_000, 0, 0)
    assert (process, given_up) == ({0: range(4_000), 1: range(4_000)}, 0)


@pytest.mark.parametrize("limit", [10_000, 100_000])
def test_several_threads(limit, tmp_path):
    number = 500_000
    process, given_up, size = kept(tmp_path, limit, THREADS, number, 0, 0)
    assert sum(map(len, process.values())) == limit
    assert all(numbers.stop == number for numbers in process.values())
    assert given_up <= THREADS * number - limit
    assert size <= limit * 16 * 2.5 + THREADS * 2_000_000


def test_a_thread_that_was_there_before(tmp_path):
    """The newest events are those of the busy thread, although the other one's stand in the oldest chunks."""
    process, _, _ = kept(tmp_path, 20_000, 2, 2_000_000, 50, 0)
    assert process[1].stop == 2_000_000
    assert sum(map(len, process.values())) == 20_000


def test_many_short_threads(tmp_path):
    """Each leaves a chunk with one event."""
    process, given_up, size = kept(tmp_path, 100, 1, 100_000, 0, 3_000)
    assert given_up > 0
    assert size < 16 << 20
    assert process == {1 + thread: range(1) for thread in range(2_900, 3_000)}


@pytest.mark.slow
def test_a_hundred_million_events(tmp_path):
    number = 100_000_000
    process, given_up, size = kept(tmp_path, 1_000_000, 1, number, 0, 0)
    assert process == {0: range(number - 1_000_000, number)}
    assert size < 32 << 20
    assert 0 <= number - 1_000_000 - given_up < 2_000_000


@pytest.mark.parametrize("limit", [2_000, 50_000])
def test_the_process_is_ended_while_chunks_are_used_again(limit, tmp_path):
    environment = new_progress(tmp_path / "progress") | {"BORROWSCOPE_MAX_EVENTS": str(limit)}
    assert run(program(BUSY, "-O"), tmp_path / "rec", str(THREADS), "return", env=environment).returncode == 0
    done = read_progress(tmp_path / "progress")
    found = check(tmp_path / "rec")
    (process,) = found.processes
    assert sum(map(len, process.values())) == limit
    for thread, numbers in process.items():
        assert done[thread] <= numbers.stop <= done[thread] + 1
    assert all("were kept" in note for note in found.notes)


def test_a_ring_is_read_while_the_program_writes(tmp_path):
    """Chunks go from thread to thread under the reader's eyes: no event is told of another thread, none is skipped."""
    environment = os.environ | new_progress(tmp_path / "progress")
    environment |= {"BORROWSCOPE_OUT": str(tmp_path / "rec"), "BORROWSCOPE_MAX_EVENTS": "3000"}
    with running([program(BUSY, "-O"), str(THREADS)], environment) as process:
        while sum(read_progress(tmp_path / "progress")) < 100_000:
            assert process.poll() is None
        end, reads, notes = time.monotonic() + 4, 0, set[str]()
        while time.monotonic() < end:
            found = check(tmp_path / "rec")
            notes.update(note for note in found.notes if "were kept" not in note)
            reads += 1
        process.kill()
    assert reads > 10
    assert all("the program is recording" in note for note in notes), notes
