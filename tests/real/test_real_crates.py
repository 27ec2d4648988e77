"""Published crates pass their own tests traced as they do untouched, test by test, doctests included."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.drops.programs import BORROWSCOPE, ROOT, Outcome, instrument_report, run_command

CRATES = ["semver", "itoa", "either", "smallvec"]
RESULT = re.compile(r"^test (.+?) \.\.\. (\w+)", re.MULTILINE)


def results_of(outcome: Outcome) -> Counter[tuple[str, str]]:
    """How often each test had which result; two targets may have tests of one name."""
    results = Counter(RESULT.findall(outcome.stdout))
    assert results, outcome.stderr
    return results


@pytest.fixture(params=CRATES)
def crate(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A fresh copy of one published crate."""
    fetched = run_command([str(ROOT / "scripts" / "fetch"), request.param], ROOT)
    assert fetched.code == 0, fetched.stderr
    copy = tmp_path / str(request.param)
    shutil.copytree(fetched.stdout.strip(), copy, ignore=shutil.ignore_patterns("target"))
    return copy


@pytest.mark.slow
def test_a_real_crate_passes_its_tests_as_before(crate: Path, tmp_path: Path, subtests: pytest.Subtests) -> None:
    # Untouched and copied share a target directory: the dependencies are built once.
    cargo_test = ["cargo", "test", "--no-fail-fast", "--target-dir", str(tmp_path / "target")]
    before = run_command(cargo_test, crate)
    expected = results_of(before)
    recording, copy = tmp_path / "test.bstrace", tmp_path / "copy"

    traced = run_command([*BORROWSCOPE, "test", str(crate), "-o", str(recording), "--all", "--no-fail-fast"], tmp_path)
    with subtests.test(msg="traced"):
        assert results_of(traced) == expected
        assert traced.code == before.code, traced.stderr
    with subtests.test(msg="traced: healing"):
        assert instrument_report(recording)["healed"] == []
        assert instrument_report(recording)["rounds"] == 0
    with subtests.test(msg="traced: recorded"):
        told = run_command([*BORROWSCOPE, "report", str(recording), "--format", "json"], tmp_path)
        assert {"New", "Drop", "FnEnter", "FnExit"} <= json.loads(told.stdout)["summary"]["by_event"].keys()

    written = run_command([*BORROWSCOPE, "instrument", str(crate), "--all", "--out", str(copy)], tmp_path)
    with subtests.test(msg="copy"):
        assert written.code == 0, written.stderr
        copied = run_command(cargo_test, copy)
        assert results_of(copied) == expected
        assert copied.code == before.code, copied.stderr
    with subtests.test(msg="copy: healing"):
        assert instrument_report(copy)["healed"] == []
