from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NEEDED = ("bash", "dirname", "cat", "cksum", "sed")


def bare_path(folder: Path, *more: str) -> str:
    """A PATH that holds a few programs only."""
    folder.mkdir()
    for name in (*NEEDED, *more):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return str(folder)


def setup(checkout: Path, path: str) -> subprocess.CompletedProcess[str]:
    (checkout / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", checkout / "scripts" / "setup")
    shutil.copy(ROOT / "pyproject.toml", checkout)
    return subprocess.run(
        [checkout / "scripts" / "setup"],
        capture_output=True,
        text=True,
        env={"PATH": path, "HOME": str(checkout)},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_without_rust_it_says_what_to_install(tmp_path: Path):
    answer = setup(tmp_path, bare_path(tmp_path / "bin"))
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("error: cargo was not found")
    assert "rustup" in answer.stderr
    assert not (tmp_path / ".venv").exists()


def test_without_python_it_says_what_to_install(tmp_path: Path):
    path = bare_path(tmp_path / "bin")
    for tool in ("cargo", "rustc"):
        program = tmp_path / "bin" / tool
        program.write_text("#!/bin/sh\necho 1\n")
        program.chmod(0o755)
    answer = setup(tmp_path, path)
    assert answer.returncode == 2
    assert answer.stderr.startswith("error: Python 3.11 or newer was not found")
    assert "apt-get install python3" in answer.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("name", ["setup", "demo", "test", "check", "format", "fetch"])
def test_every_script_can_be_started(name: str):
    script = ROOT / "scripts" / name
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_continuous_integration_runs_the_same_scripts():
    text = (ROOT / ".ci" / "run").read_text()
    assert "scripts/check" in text
    assert "scripts/test" in text
