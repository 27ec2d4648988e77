"""Ctrl-C ends the program quietly at any moment, also while its modules are being imported."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import BORROWSCOPE

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


def interrupted(command: list[str | Path], milliseconds: int) -> tuple[int, str]:
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        wait_for_interpreter(child)
        time.sleep(milliseconds / 1000)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=SECONDS)
        return child.returncode, said


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see when the interpreter is up")
@pytest.mark.parametrize("program", [[BORROWSCOPE], [sys.executable, "-m", "borrowscope"]], ids=["script", "module"])
@pytest.mark.parametrize("milliseconds", [20, 50, 100, 200, 300, 600])
def test_ctrl_c_while_it_starts(program: list[str | Path], milliseconds: int):
    code, said = interrupted([*program, "doctor"], milliseconds)
    if code == -signal.SIGINT and "borrowscope" not in said:
        pytest.skip("Python itself was still starting")  # it finds modules by its own code before ours runs
    assert code in {130, 0}, said  # it may have ended by itself
    assert code == 130 or milliseconds >= 300
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 1


def test_an_ignored_signal_stays_ignored():
    script = f"trap '' INT; '{BORROWSCOPE}' --version & sleep 0.1; kill -INT $!; wait $!"
    answer = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("borrowscope ")
