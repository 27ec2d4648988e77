from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"


def fetch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / "fetch", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_a_crate_is_copied_once_and_its_path_alone_is_printed(tmp_path: Path):
    first = fetch("itoa", XDG_CACHE_HOME=str(tmp_path))
    assert first.returncode == 0, first.stderr
    crate = Path(first.stdout.removesuffix("\n"))
    assert crate.parent == tmp_path / "borrowscope" / "crates"
    assert (crate / "Cargo.toml").read_text().endswith("\n[workspace]\n")
    assert (crate / "src" / "lib.rs").is_file()
    assert list((crate / "tests").glob("*.rs")), "a pinned crate ships its tests"

    (crate / "mark").touch()
    again = fetch("itoa", XDG_CACHE_HOME=str(tmp_path))
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert (crate / "mark").exists()
    assert [entry.name for entry in crate.parent.iterdir()] == [crate.name]


@pytest.mark.parametrize("arguments", [(), ("no-such-crate",), ("semver", "itoa"), ("../semver",)])
def test_other_names_are_refused(arguments: tuple[str, ...], tmp_path: Path):
    answer = fetch(*arguments, XDG_CACHE_HOME=str(tmp_path))
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith("error: ")
    assert "semver" in answer.stderr
    assert not list(tmp_path.iterdir())


def test_without_cargo_it_says_what_to_install(tmp_path: Path):
    answer = fetch("semver", XDG_CACHE_HOME=str(tmp_path), PATH="/usr/bin:/bin")
    assert answer.returncode == 2
    assert "cargo was not found" in answer.stderr
    assert "rustup" in answer.stderr
