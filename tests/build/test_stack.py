"""What recurses deeply and just fits does so when it is traced: on threads and on the main thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.build.crates import manifest, traced, write_files
from tests.drops.programs import run_command

PROGRAM = """
use std::sync::atomic::{AtomicUsize, Ordering};
static FIRST: AtomicUsize = AtomicUsize::new(0);
struct Tree { kids: Vec<Tree>, name: String }
fn walk(tree: &Tree, left: usize) -> Result<usize, String> {
    let here = 0u8;
    let place = &here as *const u8 as usize;
    if FIRST.load(Ordering::Relaxed) == 0 {
        FIRST.store(place, Ordering::Relaxed);
    }
    if left == 0 {
        return Ok(FIRST.load(Ordering::Relaxed) - place);
    }
    let name = tree.name.clone() + &left.to_string();
    if name.is_empty() || tree.kids.iter().any(|kid| kid.name == name) {
        return Err(name);
    }
    let size = name.len();
    Ok(walk(tree, left - 1)?.max(size))
}
fn main() {
    let left: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let tree = Tree { kids: vec![], name: String::from("x") };
    let run = move || walk(&tree, left).unwrap();
    let used = match std::env::args().nth(1).as_deref() {
        Some("thread") => std::thread::spawn(run).join().unwrap(),
        _ => run(),
    };
    eprintln!("used {used}");
    println!("done");
}
"""
SHORT = 100  # calls that tell how much one takes
ROOM = {"thread": 2 << 20, "main": 8 << 20}


@pytest.mark.slow
@pytest.mark.parametrize("where", ROOM)
def test_what_fits_untouched_fits_traced(where: str, tmp_path: Path) -> None:
    crate = write_files(tmp_path / "deep", {"Cargo.toml": manifest("deep"), "src/main.rs": PROGRAM})
    program = ["bash", "-c", f'ulimit -Ss 8192; exec cargo run -q -- {where} "$0"']

    def used(calls: int) -> int:
        done = run_command([*program, str(calls)], crate, RUST_MIN_STACK=str(ROOM["thread"]))
        assert done.code == 0, done.stderr
        return int(done.stderr.rpartition("used ")[2])

    deep = int(ROOM[where] * 0.8 / (used(SHORT) / SHORT))
    plain = used(deep)
    assert plain > ROOM[where] * 0.7
    done = traced("run", crate, where, str(deep), env={"RUST_MIN_STACK": str(ROOM["thread"])})
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert int(done.stderr.rpartition("used ")[2].split()[0]) > ROOM[where]  # it took more than it had before
