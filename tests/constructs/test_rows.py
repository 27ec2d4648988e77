"""What each construct records: every module of `fixtures/rust/rows`, event by event, from the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from borrowscope.tables.events import EVENTS, Group
from tests.constructs.rows import MODULES, expected_lines, recorded_lines
from tests.drops.programs import (
    BORROWSCOPE,
    Outcome,
    copy_fixture,
    exported_events,
    instrument_report,
    run_command,
    run_untouched,
)

Run = tuple[Outcome, Outcome, list[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("rows")
    crate, recording = copy_fixture("rows", folder), folder / "rows.bstrace"
    untouched = run_untouched(crate)
    command = [*BORROWSCOPE, "run", str(crate), "-o", str(recording), "--all", "--preset", "verbose", "--quiet"]
    traced = run_command(command, folder)
    return untouched, traced, exported_events(recording), instrument_report(recording)


def test_it_behaves_as_untouched(run: Run):
    untouched, traced, _, report = run
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout)
    assert report["healed"] == []


@pytest.mark.parametrize("module", MODULES)
def test_row(run: Run, module: str):
    assert recorded_lines(run[2], module) == expected_lines(module)


def test_every_generated_event_stands_in_a_row():
    told = {line.split()[0] for module in MODULES for line in expected_lines(module)}
    assert {row.name for row in EVENTS if row.group is not Group.HAND_MADE} - told == set()


def test_every_module_is_run():
    main = (Path(__file__).parents[2] / "fixtures/rust/rows/src/main.rs").read_text()
    assert sorted(re.findall(r"^mod (\w+);$", main, re.MULTILINE)) == MODULES
    assert sorted(re.findall(r"^    (\w+)::row\(", main, re.MULTILINE)) == MODULES
