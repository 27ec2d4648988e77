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
    assert [one["crate"] for one in outcomes] == ["fnv", "either", "scopeguard", "shlex", "workspace_search"]
    for one in outcomes:
        assert one["tests"] > 0
        assert (one["differing"], one["healed_sites"], one["problem"]) == ([], [], "")
        assert one["exit_codes"] == [0, 0]
        assert one["traced"] + sum(one["functions_skipped"].values()) == one["functions"] > 0
        assert set(one["functions_skipped"]) <= {"const_context"}
        assert one["sites"] > 0


@pytest.mark.slow
def test_what_is_not_done_in_time_is_that_crates_problem(tmp_path: Path) -> None:
    for name, test in (("quick", "assert_eq!(1, 1)"), ("sleepy", "std::thread::sleep_ms(600_000)")):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "Cargo.toml").write_text(
            f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n', encoding="utf-8"
        )
        text = f"#![allow(deprecated)]\n#[test]\nfn it() {{ let x = vec![1]; drop(x); {test}; }}\n"
        (tmp_path / name / "src/lib.rs").write_text(text, encoding="utf-8")
    told = tmp_path / "battle.json"
    words = ["--timeout", "60", "--agree", "--json", str(told), "sleepy", "quick", "--", "--include-ignored"]
    done = run_command([str(ROOT / "scripts" / "battle"), *words], tmp_path)
    assert done.code == 1, done.stdout + done.stderr
    sleepy, quick = json.loads(told.read_text(encoding="utf-8"))
    assert sleepy["problem"] == "untouched: not done after 60 s"
    assert (quick["problem"], quick["tests"], quick["differing"], quick["healed"]) == ("", 1, [], 0)


def test_a_crate_that_does_not_exist_is_told(tmp_path: Path) -> None:
    told = tmp_path / "battle.json"
    done = run_command([str(ROOT / "scripts" / "battle"), "no-such-crate", "--json", str(told)], tmp_path)
    assert done.code == 1
    assert "no pinned crate is named `no-such-crate`" in done.stdout
    assert json.loads(told.read_text(encoding="utf-8"))[0]["problem"].startswith("error: no pinned crate")
