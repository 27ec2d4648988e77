"""Starts the installed program the way a shell does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

Answer = subprocess.CompletedProcess[str]
BORROWSCOPE = Path(sys.executable).parent / "borrowscope"


def borrowscope(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `borrowscope` and keep what it says."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("BORROWSCOPE_", "NO_COLOR"))}
    return subprocess.run(
        [BORROWSCOPE, *arguments],
        cwd=cwd,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def has_one_error(answer: Answer, code: int) -> bool:
    """Whether it ended with the code, said one line that starts with `error:`, and showed no traceback."""
    errors = [line for line in answer.stderr.splitlines() if line.startswith("error:")]
    return answer.returncode == code and len(errors) == 1 and "Traceback" not in answer.stderr
