"""Programs that break naive instrumentation build, say the same and need no healing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drops.drop_order import compare_output, parse_situations
from tests.drops.programs import copy_fixture, instrument_report, run_traced, run_untouched

PROGRAMS = [
    ("naive_ways", "2021"),
    ("naive_ways", "2024"),
    ("naive_ways_2024", "2024"),
    ("naive_ways_lints", "2021"),
    ("naive_ways_lints", "2024"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fixture", "edition"), PROGRAMS)
def test_naive_ways_behave_as_before(fixture: str, edition: str, tmp_path: Path, subtests: pytest.Subtests) -> None:
    crate = copy_fixture(fixture, tmp_path, edition=edition)
    untouched = run_untouched(crate)
    assert untouched.code == 0, untouched.stderr
    recording = tmp_path / "run.bstrace"
    traced = run_traced(crate, recording)
    after = parse_situations(traced.stdout)
    for name, situation in parse_situations(untouched.stdout).items():
        with subtests.test(msg=name):
            complaint = compare_output(situation, after.get(name))
            assert complaint is None, complaint
    with subtests.test(msg="exit code"):
        assert traced.code == 0, traced.stderr
    with subtests.test(msg="healing"):
        assert instrument_report(recording)["healed"] == []
