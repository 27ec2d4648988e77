"""`scripts/battle --quick`: the tests of a few published crates, untouched and traced, give the same results."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
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


def crate_with(test: str, folder: Path) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "{folder.name}"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n', encoding="utf-8"
    )
    text = f"#[test]\nfn it() {{ let x = vec![1]; {test}; drop(x); }}\n#[test]\n#[ignore]\nfn other() {{}}\n"
    (folder / "src/lib.rs").write_text(text, encoding="utf-8")
    return folder


def fight(tmp_path: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    told = tmp_path / "battle.json"
    done = run_command([str(ROOT / "scripts" / "battle"), "--json", str(told), *words], tmp_path)
    return done.code, json.loads(told.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_what_is_not_done_in_time_is_that_crates_problem(tmp_path: Path) -> None:
    sleepy = crate_with("std::thread::sleep(std::time::Duration::from_secs(900))", tmp_path / "sleepy")
    code, (slow, unknown) = fight(tmp_path, "--timeout", "15", str(sleepy), "no-such-crate")
    assert code == 1
    assert slow["problem"] == "untouched: not done after 15 s"
    assert unknown["problem"].startswith("error: no pinned crate")


@pytest.mark.slow
def test_the_tests_agree_with_one_thread_and_are_given_what_stands_behind_the_dashes(tmp_path: Path) -> None:
    quick = crate_with("assert_eq!(x.len(), 1)", tmp_path / "quick")
    code, (one,) = fight(tmp_path, "--agree", str(quick), "--", "--include-ignored")
    assert (code, one["problem"], one["tests"], one["differing"], one["healed"]) == (0, "", 2, [], 0)


@pytest.mark.slow
def test_a_test_that_gives_another_result_is_told(tmp_path: Path) -> None:
    program = "std::env::current_exe().unwrap().to_str().unwrap().to_owned()"
    varying = crate_with(f'assert!({program}.contains("untouched"))', tmp_path / "varying")
    code, (one,) = fight(tmp_path, str(varying))
    assert (code, one["differing"]) == (1, ["it"])


def test_a_crate_that_does_not_exist_is_told(tmp_path: Path) -> None:
    told = tmp_path / "battle.json"
    done = run_command([str(ROOT / "scripts" / "battle"), "no-such-crate", "--json", str(told)], tmp_path)
    assert done.code == 1
    assert "no pinned crate is named `no-such-crate`" in done.stdout
    assert json.loads(told.read_text(encoding="utf-8"))[0]["problem"].startswith("error: no pinned crate")


@pytest.mark.slow
def test_ctrl_c_is_one_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    marker, scratch = tmp_path / "started", tmp_path / "scratch"
    scratch.mkdir()
    is_traced = '!std::env::current_exe().unwrap().to_string_lossy().contains("untouched")'
    sleep = f'std::fs::write("{marker}", std::process::id().to_string()).unwrap(); std::thread::sleep('
    test = f"if {is_traced} {{ {sleep}std::time::Duration::from_secs(900)) }}"
    command: list[str | Path] = [
        ROOT / "scripts" / "battle",
        "--json",
        tmp_path / "battle.json",
        crate_with(test, tmp_path / "sleepy"),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(scratch)},
    ) as battle:
        while not (marker.exists() and marker.read_text()) and battle.poll() is None:
            time.sleep(0.1)
        program = int(marker.read_text())
        os.killpg(battle.pid, signal.SIGINT)
        _, said = battle.communicate()
    assert (battle.returncode, said) == (130, "error: interrupted\n")
    assert not psutil.pid_exists(program)
    assert list(scratch.iterdir()) == []
