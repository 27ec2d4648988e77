"""The runtime's library is compiled once for all projects; each program records where its own project says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.crates import REPOSITORY, manifest, write_files

pytestmark = pytest.mark.slow

LIBRARY = """
/// ```
/// assert_eq!(one::double(2), 4);
/// ```
pub fn double(given: u8) -> u8 { let twice = given * 2; twice }
#[test]
fn doubled() { assert_eq!(double(3), 6); }
"""


def project(folder: Path, more: str = "") -> Path:
    return write_files(folder, {"Cargo.toml": manifest("one", more=more), "src/lib.rs": LIBRARY})


def streams(crate: Path, *flags: str) -> int:
    """How many processes recorded something into a new recording of the crate's own."""
    command = [sys.executable, "-m", "borrowscope", "test", str(crate), "--all", *flags]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "healing" not in done.stderr
    return len(list((crate / "target/borrowscope/recordings/latest").glob("*.bsstream")))


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "borrowscope" / "tools"


def test_two_projects_share_what_is_compiled_and_nothing_that_is_recorded(tmp_path: Path, tools: Path):
    crates = [project(tmp_path / name) for name in ("first", "second")]
    assert streams(crates[0]) == 2
    made = {path: path.stat().st_mtime_ns for path in tools.iterdir() if path.is_file()}
    assert sum(path.suffix == ".rlib" for path in made) == 1
    assert streams(crates[1]) == 2
    assert {path: path.stat().st_mtime_ns for path in tools.iterdir() if path.is_file()} == made
    assert len(list((crates[0] / "target/borrowscope/recordings").glob("*.bstrace"))) == 1


def test_a_profile_that_links_bitcode_gets_a_library_of_its_own(tmp_path: Path, tools: Path):
    crate = project(tmp_path / "one")
    assert streams(crate, "--release") == 2
    for lto in ("true", '"thin"'):
        write_files(crate, {"Cargo.toml": manifest("one", more=f"[profile.release]\nlto = {lto}")})
        assert streams(crate, "--release") == 2
    assert sum(path.suffix == ".rlib" for path in tools.iterdir()) == 1


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert streams(project(tmp_path / "one")) == 2
