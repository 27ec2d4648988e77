"""Runs a crate untouched and traced. In: a fixture or a crate's folder. Out: what it printed and what was recorded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "rust"
BORROWSCOPE = [sys.executable, "-m", "borrowscope.cli.app"]
installed = Path(sys.executable).with_name("borrowscope")
if installed.exists():
    BORROWSCOPE = [str(installed)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program did."""

    code: int
    stdout: str
    stderr: str


def copy_fixture(name: str, to: Path, *, edition: str | None = None) -> Path:
    """A copy of a fixture, in another edition where one is given."""
    crate = to / f"{name}-{edition or 'as-is'}"
    shutil.copytree(FIXTURES / name, crate, ignore=shutil.ignore_patterns("target", "Cargo.lock"))
    if edition is not None:
        manifest = crate / "Cargo.toml"
        manifest.write_text(re.sub(r'edition = "\d+"', f'edition = "{edition}"', manifest.read_text()))
    return crate


def run_command(command: list[str], cwd: Path, **environment: str) -> Outcome:
    """Run to the end; both outputs are kept."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=1500
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def run_untouched(crate: Path) -> Outcome:
    """`cargo run` of the crate as it stands."""
    return run_command(["cargo", "run", "--quiet"], crate)


def run_traced(crate: Path, recording: Path) -> Outcome:
    """`borrowscope run --all` of the crate."""
    return run_command([*BORROWSCOPE, "run", str(crate), "-o", str(recording), "--all"], crate.parent)


def exported_events(recording: Path) -> list[dict[str, Any]]:
    """Every event of a recording, as the documented export gives them."""
    done = run_command([*BORROWSCOPE, "export", str(recording), "--format", "jsonl"], recording.parent)
    assert done.code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def instrument_report(folder: Path) -> dict[str, Any]:
    """The `instrument-report.json` of a recording or of a copy."""
    report: dict[str, Any] = json.loads((folder / "instrument-report.json").read_text())
    return report
