"""The arguments of anyhow's and log's macros are traced, where a file says that it means theirs, and mean the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.constructs.programs import lines
from tests.drops.programs import ROOT, exported_events, instrument_report, run_command, run_traced, run_untouched

PROGRAM = Path(__file__).with_name("crate_macros.rs")
MANIFEST = '[package]\nname = "talks"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n[dependencies]\n'


def fetched(name: str) -> str:
    done = run_command([str(ROOT / "scripts" / "fetch"), name], ROOT)
    assert done.code == 0, done.stderr
    return f'{name} = {{ path = "{done.stdout.strip()}" }}\n'


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    folder = tmp_path / "talks"
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text(MANIFEST + fetched("anyhow") + fetched("log"), encoding="utf-8")
    (folder / "src" / "main.rs").write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_arguments_of_known_macros_are_entered(crate: Path, tmp_path: Path) -> None:
    recording = tmp_path / "run.bstrace"
    untouched, traced = run_untouched(crate), run_traced(crate, recording)
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout), traced.stderr
    report = instrument_report(recording)
    assert (report["healed"], report["skipped"]) == ([], [])
    # one bare `ensure!`, values instead of a text, `target:` before it, and the program's own `info!`
    entered = {"anyhow": 2, "ensure": 1, "info": 2, "warn": 1}
    assert {one["name"]: one["count"] for one in report["macros"]} == entered
    told = lines(exported_events(recording), "checked")
    assert "New size" in told  # a block in an argument of `ensure!`
    assert "Move why" not in told
    assert told.count("New why") == 1
    assert told.count("Move copy") == 1
