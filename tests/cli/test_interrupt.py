"""Ctrl-C ends the program quietly at any moment, also while its modules are being imported."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import BORROWSCOPE

PROGRAM = Path(__file__).parent.parent.parent / "fixtures" / "rust" / "rows"
SECONDS = 60.0


def wait_for_interpreter(child: subprocess.Popen[str]) -> None:
    """Wait until Python itself catches SIGINT: before that the system ends every program by the signal."""
    status = Path(f"/proc/{child.pid}/status")
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        caught = next((line for line in status.read_text().splitlines() if line.startswith("SigCgt:")), None)
        if caught is None or int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1:
            return
        time.sleep(0.001)


def waiting(*command: str | Path, ignores: bool = False) -> subprocess.Popen[str]:
    """A check that waits for a diff on its stdin until somebody ends it or closes the pipe."""
    return subprocess.Popen(
        [*command, "check", PROGRAM, "--types", "static", "--in-diff", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignores else None,  # noqa: PLW1509
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see when the interpreter is up")
@pytest.mark.parametrize("program", [[BORROWSCOPE], [sys.executable, "-m", "borrowscope"]], ids=["script", "module"])
@pytest.mark.parametrize("milliseconds", [20, 50, 100, 200, 300, 600])
def test_ctrl_c_while_it_starts(program: list[str | Path], milliseconds: int):
    with waiting(*program) as child:
        wait_for_interpreter(child)
        time.sleep(milliseconds / 1000)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=SECONDS)
    if (child.returncode == -signal.SIGINT or "Could not import runpy" in said) and "borrowscope" not in said:
        pytest.skip("Python itself was still starting")  # it finds modules by its own code before ours runs
    assert child.returncode == 130, said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 1


def test_an_ignored_signal_stays_ignored():
    with waiting(BORROWSCOPE, ignores=True) as child:
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate("", timeout=SECONDS)
    assert (child.returncode, stdout, stderr) == (0, "no findings\n", "")
