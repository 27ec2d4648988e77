"""Random sequences of calls by hand: with the published crate and with ours the same events, but for ids that join."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from borrowscope.tables.published_events import PUBLISHED_EVENTS
from tests.runtime.call_sequences import joined, program, published_functions
from tests.runtime.published_crate import cargo, scratch_crate

SEEDS = (1, 2)
LATER = 5  # variants that the published crate does not have
SEQUENCES, LENGTH = 40, 30
DEPENDENCIES = 'serde_json = "1.0"\n'

pytestmark = pytest.mark.slow


def told(*, is_ours: bool) -> list[list[list[dict[str, Any]]]]:
    """The events of all programs by sequence."""
    name = "ours" if is_ours else "published"
    features = ("track", "serde") if is_ours else ("track",)
    folder = scratch_crate(f"sequences-{name}", is_ours=is_ours, dependencies=DEPENDENCIES, features=features)
    (folder / "examples").mkdir()
    for seed in SEEDS:
        (folder / f"examples/seed_{seed}.rs").write_text(program(seed, SEQUENCES, LENGTH))
    cargo(folder, "build", "--examples", check=True)
    return [run(folder / f"target/debug/examples/seed_{seed}") for seed in SEEDS]


def run(executable: Path) -> list[list[dict[str, Any]]]:
    output = subprocess.run([executable], capture_output=True, text=True, check=True, timeout=60).stdout
    return [json.loads(line) for line in output.splitlines()]


def test_the_same_events():
    ours, published = told(is_ours=True), told(is_ours=False)
    assert SEQUENCES * LENGTH * len(SEEDS) >= 2 * 10 * len(published_functions())
    seen = [event for sequences in ours for events in sequences for event in events]
    assert len({event["type"] for event in seen}) == len(PUBLISHED_EVENTS) - LATER
    assert seen != [event for sequences in published for events in sequences for event in events]
    for seed, us, them in zip(SEEDS, ours, published, strict=True):
        assert len(us) == len(them) == SEQUENCES
        for number, (events, theirs) in enumerate(zip(us, them, strict=True)):
            for event, expected in zip(events, joined(theirs), strict=True):
                assert event == expected, (seed, number)
