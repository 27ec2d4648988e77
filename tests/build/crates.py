"""Tiny crates for tests that start cargo: files from a dict, runs with the test's own output captured."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return root


def manifest(name: str, edition: str = "2021", more: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "{edition}"\n{more}\n'


_DRIVER = """
import sys
from pathlib import Path
from borrowscope.build.run import RunRequest, run_project
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
command, path, *arguments = sys.argv[1:]
given = eval(arguments.pop(0))
trace_all = given.pop("trace_all", True)
options = CargoOptions(**given)
project = load_project(Path(path), options)
request = RunRequest(command, program_arguments=tuple(arguments), trace_all=trace_all)
outcome = run_project(project, options, request, note=lambda line: print("note:", line, file=sys.stderr))
print("recording:", outcome.recording, file=sys.stderr)
print("rounds:", outcome.report.rounds if outcome.report else None, file=sys.stderr)
sys.exit(outcome.exit_code)
"""


def start(
    command: str, path: Path, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, **options
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _DRIVER, command, str(path), repr(options), *arguments],
        cwd=cwd or path if path.is_dir() else cwd or path.parent,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def traced(command: str, path: Path, *arguments: str, stdin: str = "", **options) -> subprocess.CompletedProcess[str]:
    """Run a project traced in a process of its own, as the command line does."""
    process = start(command, path, *arguments, **options)
    stdout, stderr = process.communicate(stdin, timeout=300)
    return subprocess.CompletedProcess([], process.returncode, stdout, stderr)


def recording_of(done: subprocess.CompletedProcess[str]) -> Path:
    named = [line.removeprefix("recording: ") for line in done.stderr.splitlines() if line.startswith("recording: ")]
    assert named, done.stderr
    assert named[0] != "None", done.stderr
    return Path(named[0])
