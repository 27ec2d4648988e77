"""Every death that the fixtures print is recorded, and in the order in which it happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drops.drop_order import compare_programs, parse_situations
from tests.drops.programs import copy_fixture, exported_events, instrument_report, run_traced, run_untouched

PROGRAMS = [("drops", "2021"), ("drops", "2024"), ("drops_2024", "2024")]
MANY = 30  # an empty comparison would succeed


@pytest.mark.slow
@pytest.mark.parametrize(("fixture", "edition"), PROGRAMS)
def test_recorded_drops_are_the_printed_ones(
    fixture: str, edition: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    crate = copy_fixture(fixture, tmp_path, edition=edition)
    untouched = run_untouched(crate)
    assert untouched.code == 0, untouched.stderr
    assert sum(len(situation.deaths) for situation in parse_situations(untouched.stdout).values()) > MANY
    recording = tmp_path / "run.bstrace"
    traced = run_traced(crate, recording)
    assert traced.code == untouched.code, traced.stderr
    complaints = compare_programs(untouched.stdout, traced.stdout, exported_events(recording))
    for situation, texts in complaints.items():
        with subtests.test(msg=situation):
            assert not texts, "\n".join(texts)
    with subtests.test(msg="healing"):
        assert instrument_report(recording)["healed"] == []
