"""The workspaces of `fixtures/rust` that are modelled after real ones: in place and copied, tests are as in cargo."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.drops.programs import BORROWSCOPE, FIXTURES, Outcome, instrument_report, run_command

WORKSPACES = sorted(path.name for path in FIXTURES.glob("workspace_*"))
TEST = ["test", "--workspace", "--no-fail-fast"]


def results(outcome: Outcome) -> tuple[int, list[str]]:
    """The exit code, and every test with its result."""
    return outcome.code, sorted(re.findall(r"^test .* \.\.\. \w+$", outcome.stdout, re.MULTILINE))


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKSPACES)
def test_both_ways_give_the_results_of_cargo(name: str, tmp_path: Path) -> None:
    root, out, recording = tmp_path / name, tmp_path / "out", tmp_path / "test.bstrace"
    shutil.copytree(FIXTURES / name, root, ignore=shutil.ignore_patterns("target"))
    plain = results(run_command(["cargo", *TEST, "--target-dir", str(tmp_path / "plain")], root))
    assert plain[0] == 0
    assert len(plain[1]) > 8

    traced = run_command([*BORROWSCOPE, *TEST, str(root), "--all", "-o", str(recording)], root)
    assert results(traced) == plain, traced.stderr
    report = instrument_report(recording)
    assert report["healed"] == []
    assert {entry["reason"] for entry in report["functions"]["skipped"]} <= {"const_context", "foreign_abi", "no_body"}

    copied = run_command([*BORROWSCOPE, "instrument", str(root), "--all", "--out", str(out)], root)
    assert copied.code == 0, copied.stderr
    tested = run_command(["cargo", *TEST], out)
    assert results(tested) == plain, tested.stderr
    assert instrument_report(out)["healed"] == []
