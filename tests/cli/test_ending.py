"""How commands end before their time: Ctrl-C in every phase and timeouts end the whole tree; the next run works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.build.crates import manifest, write_files
from tests.cli.commands import BORROWSCOPE, borrowscope
from tests.cli.terminals import INTERRUPT, Terminal

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="needs terminals of Unix")]

# `sh` starts what stands before `&` with SIGINT ignored; its parent ends at once.
MAIN = r"""
use std::process::Command;
extern "C" { fn signal(number: i32, handler: usize) -> usize; }
fn main() {
    let how = std::env::args().nth(1).unwrap_or_default();
    let kept = vec![how.clone()];
    match how.as_str() {
        "ignores" => unsafe { signal(2, 1); signal(15, 1); },
        "orphan" => { Command::new("sh").args(["-c", "sleep 997 & echo pid $!"]).status().unwrap(); }
        "child" => { let child = Command::new("sleep").arg("997").spawn().unwrap(); println!("pid {}", child.id()); }
        _ => {}
    }
    println!("ready {} {}", std::process::id(), kept.len());
    if how != "ends" { std::thread::sleep(std::time::Duration::from_secs(300)); }
}
"""
SLOW = "#!/bin/sh\nsleep 996 &\necho $! > {marker}\nwait\n"


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_files(tmp_path_factory.mktemp("ending"), {"Cargo.toml": manifest("x"), "src/main.rs": MAIN})
    done = borrowscope("run", "--", "ends", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def pids(shown: str, word: str) -> list[int]:
    return [int(line.split()[1]) for line in shown.splitlines() if line.startswith(f"{word} ")]


def have_gone(processes: list[int]) -> bool:
    end = time.monotonic() + 10
    while any(_is_running(pid) for pid in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return bool(processes)


def _is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def works_again(crate: Path) -> bool:
    assert not (crate / "target/borrowscope/active").exists()
    done = borrowscope("run", "--", "ends", cwd=crate)
    assert done.returncode == 0, done.stderr
    return borrowscope("report", cwd=crate).returncode == 0


@pytest.mark.parametrize("how", ["", "ignores", "orphan", "child"])
def test_ctrl_c_at_a_terminal(crate: Path, how: str):
    with Terminal([BORROWSCOPE, "run", "--", how], crate) as terminal:
        shown = terminal.wait_for("ready ").replace("\r", "")
        time.sleep(0.2)
        started = [*pids(shown, "pid"), *pids(terminal.shown.decode().replace("\r", ""), "ready")]
        terminal.type(INTERRUPT)
        assert terminal.finish() == 130, terminal.shown
    assert have_gone(started)
    assert works_again(crate)


@pytest.mark.parametrize("how", ["ignores", "orphan"])
def test_ctrl_c_from_elsewhere(crate: Path, how: str):
    with started(crate, "run", "--", how) as process:
        shown = _until_ready(process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert have_gone([*pids(shown, "pid"), *pids(shown, "ready")])


def test_ctrl_c_where_nobody_is_left_who_started_us(crate: Path):
    """A shell that has ended leaves us to the system's first process, which adopts the program's orphans, too."""
    script = f"'{BORROWSCOPE}' run -- orphan & echo ours $!"
    with subprocess.Popen(
        ["sh", "-c", f"({script}) & wait $!"],
        cwd=crate,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as shell:
        shown = _until_ready(shell)
        os.kill(pids(shown, "ours")[0], signal.SIGTERM)
        assert have_gone([*pids(shown, "ours"), *pids(shown, "pid"), *pids(shown, "ready")])


def test_sigterm_ends_the_program_as_well(crate: Path):
    with started(crate, "run", "--", "child") as process:
        shown = _until_ready(process)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 143
    assert have_gone([*pids(shown, "pid"), *pids(shown, "ready")])


def test_others_of_the_same_group_go_on(crate: Path):
    """Members of a pipeline and what a parallel make starts are not ours to end."""
    script = f"sleep 995 & '{BORROWSCOPE}' run -q -- ignores & echo ours $!; sleep 994 & echo other $!; wait"
    with subprocess.Popen(
        ["bash", "-c", script], cwd=crate, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as shell:
        shown = _until_ready(shell)
        os.kill(pids(shown, "ours")[0], signal.SIGTERM)
        assert have_gone([*pids(shown, "ours"), *pids(shown, "ready")])
        others = [*psutil.Process(shell.pid).children(), psutil.Process(pids(shown, "other")[0])]
        assert len({child.pid for child in others if _is_running(child.pid)}) == 2
        shell.kill()
        for process in others:
            process.kill()


@pytest.mark.parametrize("how", ["ignores", "orphan", "child"])
def test_a_timeout_ends_the_whole_tree(crate: Path, how: str, tmp_path: Path):
    place = tmp_path / "late.bstrace"
    done = borrowscope("run", "--timeout", "1.5", "-o", place, "--", how, cwd=crate)
    assert done.returncode == 3
    assert "ended after 1.5 seconds (--timeout)" in done.stderr
    assert have_gone([*pids(done.stdout, "pid"), *pids(done.stdout, "ready")])
    exported = borrowscope("export", place)
    events = [json.loads(line) for line in exported.stdout.splitlines()]
    assert ("New", "kept") in {(event["event"], event["name"]) for event in events}
    assert works_again(crate)


def test_a_timeout_that_is_not_reached_changes_nothing(crate: Path):
    for source in (["--timeout", "60"], []):
        done = borrowscope("run", *source, "--", "ends", cwd=crate, BORROWSCOPE_TIMEOUT="60")
        assert done.returncode == 0, done.stderr
    assert borrowscope("exec", "--timeout", "1", "--", "sleep", "60", cwd=crate).returncode == 3


def _slow_cargo(crate: Path, marker: Path) -> dict[str, str]:
    program = write_files(crate, {"slow.sh": SLOW.format(marker=marker)}) / "slow.sh"
    program.chmod(0o755)
    return {"CARGO": str(program)}


def _slow_build_script(crate: Path, marker: Path) -> dict[str, str]:
    write_files(crate, {"build.rs": 'fn main() { std::process::Command::new("sh").args(["-c", "%s"]).status(); }'})
    text = SLOW.format(marker=marker).partition("\n")[2].replace("\n", "; ").replace("&;", "&").rstrip("; ")
    script = crate / "build.rs"
    script.write_text(script.read_text().replace("%s", text))
    return {}


def _slow_linker(crate: Path, marker: Path) -> dict[str, str]:
    program = write_files(crate, {"slow.sh": SLOW.format(marker=marker)}) / "slow.sh"
    program.chmod(0o755)
    with (crate / "src/main.rs").open("a") as main:
        main.write("// changed\n")
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = host.partition("host: ")[2].split()[0].upper().replace("-", "_")
    return {f"CARGO_TARGET_{triple}_LINKER": str(program)}


PHASES = {"metadata": _slow_cargo, "check": _slow_build_script, "build": _slow_linker}


@pytest.mark.parametrize("at_terminal", [True, False], ids=["terminal", "elsewhere"])
@pytest.mark.parametrize("phase", PHASES)
def test_ctrl_c_in_each_phase(phase: str, at_terminal: bool, tmp_path: Path):
    crate = write_files(tmp_path / "x", {"Cargo.toml": manifest("x"), "src/main.rs": MAIN})
    if phase == "build":
        assert borrowscope("run", "--", "ends", cwd=crate).returncode == 0
    marker = tmp_path / "marker"
    environment = PHASES[phase](crate, marker)
    with Terminal([BORROWSCOPE, "run", "--", "ends"], crate, environment) as terminal:
        sleeper = _pid_in(marker)
        if at_terminal:
            terminal.type(INTERRUPT)
        else:
            os.kill(terminal.pid, signal.SIGINT)
        assert terminal.finish(60) == 130, terminal.shown
    assert have_gone([sleeper])
    assert "Traceback" not in terminal.shown.decode()
    (crate / "build.rs").unlink(missing_ok=True)
    assert works_again(crate)


def _pid_in(marker: Path) -> int:
    end = time.monotonic() + 200
    while not (marker.exists() and marker.read_text().strip()):
        assert time.monotonic() < end, "the phase was never reached"
        time.sleep(0.05)
    return int(marker.read_text())


def started(crate: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BORROWSCOPE, *words],
        cwd=crate,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _until_ready(process: subprocess.Popen[str]) -> str:
    def lines() -> Iterator[str]:
        assert process.stdout is not None
        for line in process.stdout:
            yield line
            if line.startswith("ready"):
                return

    return "".join(lines())
