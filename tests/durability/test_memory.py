"""Programs that stand alone and query themselves: where there is no folder the stream lies in memory, bounded."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runtime.recorded import program, runtime_rlib

ALONE = r"""
use borrowscope_runtime::{get_event_counts, get_events, reset, site, track_drop, track_new, Event};

fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number: usize = arguments[2].parse().unwrap();
    match arguments[1].as_str() {
        "query" => {
            for _ in 0..number { site::borrowed(256, 1) }
            std::thread::spawn(move || for _ in 0..number { site::borrowed(256, 1) }).join().unwrap();
            println!("{}", get_events().len());
        }
        "reset" => {
            let before = resident();
            for round in 0..60 {
                reset();
                let name = format!("name {round}");
                for _ in 0..number { site::borrowed(256, 1) }
                std::thread::spawn(move || for _ in 0..number { site::borrowed(256, 1) }).join().unwrap();
                track_new(&name, 1);
                track_drop(&name);
                let events = get_events();
                assert_eq!(events.len(), 2 * number + 2, "round {round}");
                assert!(matches!(events.last(), Some(Event::Drop { var_id, .. }) if var_id.starts_with(&name)));
            }
            println!("{}", (resident() - before) / 1024);
        }
        "endless" => {
            for _ in 0..number { site::borrowed(256, 1) }
            println!("{} {}", get_event_counts().1, get_events().len());
        }
        "fork" => {
            extern "C" { fn fork() -> i32; fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32; }
            for _ in 0..number { site::borrowed(256, 1) }
            let child = unsafe { fork() };
            for _ in 0..5 { site::borrowed(256, 1) }
            let count = get_events().len();
            if child == 0 { std::process::exit(count as i32) }
            let mut status = 0;
            unsafe { waitpid(child, &mut status, 0) };
            println!("{} {}", count, status >> 8);
        }
        "hungry" => {
            for _ in 0..number { site::borrowed(256, 1) }
            println!("{}", Vec::<u8>::new().try_reserve_exact(120 << 20).is_ok());
        }
        _ => unreachable!(),
    }
}
"""
FLAGS = pytest.mark.parametrize("flags", [(), ("--cfg=borrowscope_portable",)], ids=["mapped", "portable"])
TRACK = '--cfg=feature="track"'


def ask(
    folder: Path,
    *arguments: str,
    flags: tuple[str, ...] = (),
    before: Callable[[], None] | None = None,
    **variables: str,
) -> str:
    """What the program prints; it leaves nothing in its folder."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BORROWSCOPE")}
    executable = program(ALONE, "-O", rlib=runtime_rlib(TRACK, *flags))
    result = subprocess.run(
        [executable, *arguments],
        cwd=folder,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=before,
    )
    assert (result.stderr, result.returncode) == ("", 0)
    assert list(folder.iterdir()) == []
    return result.stdout.strip()


@FLAGS
def test_a_program_queries_itself(flags, tmp_path):
    assert ask(tmp_path, "query", "50000", flags=flags) == "100000"


def test_nothing_where_it_is_off(tmp_path):
    assert ask(tmp_path, "query", "100", BORROWSCOPE="off") == "0"


def test_a_folder_that_cannot_be_used(tmp_path):
    assert ask(tmp_path, "query", "100", BORROWSCOPE_OUT="/proc/nowhere") == "200"


@FLAGS
def test_resets_give_space_back(flags, tmp_path):
    grown = int(ask(tmp_path, "reset", "20000", flags=flags, BORROWSCOPE_MAX_BYTES="4000000"))
    assert grown < 60


@FLAGS
def test_the_bound(flags, tmp_path):
    counted, read = map(int, ask(tmp_path, "endless", "300000", flags=flags, BORROWSCOPE_MAX_BYTES="2000000").split())
    assert counted == read
    assert 0.8 * 2_000_000 / 16 < read < 2_000_000 / 16


def test_the_newest_stay(tmp_path):
    _, read = map(int, ask(tmp_path, "endless", "300000", BORROWSCOPE_MAX_EVENTS="10000").split())
    assert read == 10_000


def test_a_limit_of_memory_leaves_most_to_the_program(tmp_path):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))

    assert ask(tmp_path, "query", "20000", before=limit) == "40000"
    assert ask(tmp_path, "hungry", "20000", before=limit) == "true"


def test_a_forked_child_begins_anew(tmp_path):
    assert ask(tmp_path, "fork", "100") == "105 5"
