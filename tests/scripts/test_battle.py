"""`scripts/battle --quick`: the tests of a few published crates, untouched and traced, give the same results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.drops.programs import ROOT, run_command


@pytest.mark.slow
def test_the_quick_battle_is_won(tmp_path: Path) -> None:
    told = tmp_path / "battle.json"
    done = run_command([str(ROOT / "scripts" / "battle"), "--quick", "--json", str(told)], tmp_path)
    assert done.code == 0, done.stdout + done.stderr
    outcomes = json.loads(told.read_text(encoding="utf-8"))
    assert [one["crate"] for one in outcomes] == ["fnv", "either", "scopeguard", "shlex"]
    for one in outcomes:
        assert one["tests"] > 0
        assert (one["differing"], one["healed_sites"], one["problem"]) == ([], [], "")
        assert one["exit_codes"] == [0, 0]
        assert one["traced"] + sum(one["functions_skipped"].values()) == one["functions"] > 0
        assert set(one["functions_skipped"]) <= {"const_context"}
        assert one["sites"] > 0


def test_a_crate_that_does_not_exist_is_told(tmp_path: Path) -> None:
    told = tmp_path / "battle.json"
    done = run_command([str(ROOT / "scripts" / "battle"), "no-such-crate", "--json", str(told)], tmp_path)
    assert done.code == 1
    assert "no pinned crate is named `no-such-crate`" in done.stdout
    assert json.loads(told.read_text(encoding="utf-8"))[0]["problem"].startswith("error: no pinned crate")
