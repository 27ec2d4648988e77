"""Threads with the smallest stacks that the system gives: recording needs little of them, also where it starts."""

from __future__ import annotations

import resource

import pytest

from tests.durability.checked import PRELUDE, check
from tests.runtime.recorded import program, run

WORKER = (
    PRELUDE
    + r"""
fn main() {
    if std::env::args().nth(1).unwrap() == "later" { event(1, 0) }
    std::thread::Builder::new().stack_size(16_384).spawn(|| events(0, 0..2_000)).unwrap().join().unwrap();
    println!("end");
}
"""
)
LIMIT = 4 << 30


def limit_memory() -> None:
    """A limit far away: only asking for it takes room."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))


@pytest.mark.parametrize("limit", [None, limit_memory], ids=["free", "limited"])
@pytest.mark.parametrize("moment", ["first", "later"])
def test_a_small_stack(moment, limit, tmp_path):
    result = run(program(WORKER, "-O"), tmp_path, moment, preexec_fn=limit)
    assert (result.stdout, result.stderr, result.returncode) == ("end\n", "", 0)
    (process,) = check(tmp_path).processes
    assert process == {0: range(2_000)} | ({1: range(1)} if moment == "later" else {})
