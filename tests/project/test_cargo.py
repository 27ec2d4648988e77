"""Cargo's words on one line, and the graph of packages that it resolves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from borrowscope.project.cargo import condense, find_graph
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, write_files


def test_a_backtrace_is_not_part_of_the_message():
    said = "error: toolchain '1.2' is not installed\n\nStack backtrace:\n   0: rustup::main\n"
    assert condense(said) == "toolchain '1.2' is not installed"


def test_the_drawing_of_the_place_is_left_out():
    said = "error: unclosed table\n --> Cargo.toml:1:9\n  |\n1 | [package\n  |         ^\n"
    assert condense(said) == "unclosed table; at Cargo.toml:1:9"


def test_sources_that_are_not_here_are_fetched_unless_that_is_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "home"))
    far = write_files(tmp_path / "far", {"Cargo.toml": manifest("far"), "src/lib.rs": ""})
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run(["git", *who, *words], cwd=far, check=True)
    more = f'[dev-dependencies]\nfar = {{ git = "{far.as_uri()}" }}'
    near = write_files(tmp_path / "near", {"Cargo.toml": manifest("near", more=more), "src/lib.rs": ""})
    file = near / "Cargo.toml"
    assert find_graph(file, near, near, CargoOptions(offline=True)) is None
    graph = find_graph(file, near, near, CargoOptions())
    assert graph is not None
    assert sorted(package.name for package in graph.packages) == ["far", "near"]
    assert find_graph(file, near, near, CargoOptions(offline=True)) is not None
    assert not (near / "Cargo.lock").exists()


def test_rustc_is_asked_about_itself_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    crate = write_files(tmp_path / "crate", {"Cargo.toml": manifest("demo"), "src/lib.rs": ""})
    asked = tmp_path / "asked"
    rustc = tmp_path / "rustc"
    rustc.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\nexec "{shutil.which("rustc")}" "$@"\n', encoding="utf-8")
    rustc.chmod(0o755)
    monkeypatch.setenv("RUSTC", str(rustc))
    answers = tmp_path / "answers"

    def questions() -> int:
        asked.write_text("", encoding="utf-8")
        found = find_graph(crate / "Cargo.toml", crate, crate, CargoOptions(), answers)
        assert found is not None
        assert [package.name for package in found.packages] == ["demo"]
        return len(asked.read_text(encoding="utf-8").splitlines())

    assert questions() > 0
    assert questions() == 0
    assert sorted(path.name for path in crate.iterdir()) == ["Cargo.toml", "src"]
