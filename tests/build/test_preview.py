"""`instrument --list` and `--diff`: what a copy would hold, on stdout; nothing is written beside our own folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope, has_one_error

pytestmark = pytest.mark.slow

MAIN = """const fn two() -> u8 { 2 }
fn main() {
    let text = String::from("ab");
    println!("{text} {}", two());
}
"""


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    return write_files(tmp_path / "x", {"Cargo.toml": manifest("x"), "src/main.rs": MAIN})


def test_functions_are_listed_with_their_sites_or_a_reason(crate: Path):
    lines = borrowscope("instrument", ".", "--all", "--list", cwd=crate).stdout.splitlines()
    assert lines[0] == "src/main.rs:1: x::two: not traced (const_context)"
    place, count = lines[1].rsplit(": ", 1)
    assert place == "src/main.rs:2: x::main"
    assert int(count.removesuffix(" sites")) > 1
    assert sorted(path.name for path in crate.iterdir()) == ["Cargo.lock", "Cargo.toml", "src", "target"]


def test_the_diff_leads_from_the_source_to_what_a_copy_holds(crate: Path):
    diff = borrowscope("instrument", ".", "--all", "--diff", cwd=crate).stdout
    assert (crate / "src/main.rs").read_text() == MAIN
    subprocess.run(["git", "apply", "-"], cwd=crate, input=diff, text=True, check=True)
    changed = (crate / "src/main.rs").read_text()
    assert "track_new_with_id(" in changed
    assert len(changed.splitlines()) == len(MAIN.splitlines())


@pytest.mark.parametrize("flags", [(), ("--list", "--diff"), ("--list", "--out", "../copy")])
def test_one_of_three_is_asked_for(crate: Path, flags: tuple[str, ...]):
    answer = borrowscope("instrument", ".", *flags, cwd=crate)
    assert has_one_error(answer, 2)
    assert "one of --out DIR, --list, --diff" in answer.stderr
