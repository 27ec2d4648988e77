"""Sixteen threads record at once while others query, fork and end: every event carries a check value."""

from __future__ import annotations

import pytest

from tests.durability.checked import PRELUDE, check
from tests.runtime.recorded import program, run, runtime_rlib

STRESS = (
    PRELUDE
    + r"""
fn main() {
    let number: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..16 { scope.spawn(move || events(thread, 0..number)); }
        for short in 16..48 { scope.spawn(move || events(short, 0..100)); }
    });
}
"""
)
FLAGS = pytest.mark.parametrize("flags", [(), ("--cfg=borrowscope_portable",)], ids=["mapped", "portable"])
NUMBER = 300_000


@FLAGS
def test_sixteen_threads(flags, tmp_path):
    number = NUMBER // 10 if flags else NUMBER
    assert run(program(STRESS, "-O", rlib=runtime_rlib(*flags)), tmp_path, str(number)).returncode == 0
    found = check(tmp_path)
    expected = {thread: range(number if thread < 16 else 100) for thread in range(48)}
    assert [dict(sorted(process.items())) for process in found.processes] == [expected]
    assert (found.notes, found.lost) == ([], 0)


def test_sixteen_threads_in_a_ring(tmp_path):
    variables = {"BORROWSCOPE_MAX_EVENTS": "200000"}
    assert run(program(STRESS, "-O"), tmp_path, str(NUMBER), env=variables).returncode == 0
    found = check(tmp_path)
    assert found.counts == [200_000]
    assert all(numbers.stop == (NUMBER if thread < 16 else 100) for thread, numbers in found.processes[0].items()), (
        "the newest events of a thread are missing"
    )
