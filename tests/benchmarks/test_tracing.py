"""The benchmark of tracing runs as a script, with every ratio that it promises; how large they are is not asserted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.crates import REPOSITORY, manifest, write_files

pytestmark = pytest.mark.slow

NUMBER = r"-?[0-9]+\.[0-9]+"
PHASES = {"our own start", "check for types", "reading answers", "rewriting", "mirror", "cargo build"}


def test_every_ratio_has_a_column_and_every_goal_a_line(tmp_path: Path):
    library = "pub fn f() -> usize { let text = String::new(); text.len() }\n#[test]\nfn t() { assert_eq!(f(), 0); }\n"
    crate = write_files(tmp_path / "small", {"Cargo.toml": manifest("small"), "src/lib.rs": library})
    command = [sys.executable, "-m", "benchmarks.tracing", str(crate), "--rounds", "1"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(rf"^small +(?:{NUMBER}x *){{6}} +{NUMBER}$", done.stdout, re.MULTILINE)
    goals = re.findall(rf"^median (\w+): {NUMBER}x \(goal {NUMBER}x\)$", done.stdout, re.MULTILINE)
    assert goals == ["own", "changed", "rewriting", "run"]
    phases = re.findall(rf"^  ([a-z' ]+?) +{NUMBER} +{NUMBER} +{NUMBER}$", done.stdout, re.MULTILINE)
    assert set(phases) >= PHASES
    seconds = re.findall(rf"^  (all|own|again|changed|run) +({NUMBER}) +({NUMBER})$", done.stdout, re.MULTILINE)
    assert all(float(figure) > 0 for name, *figures in seconds if name != "run" for figure in figures)
    assert len(seconds) == len(("all", "own", "again", "changed", "run"))
    assert (crate / "src/lib.rs").read_text() == library
