"""Builds small Rust programs against the generated runtime crate and reads back what they recorded."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from borrowscope.runtime.generate import write_runtime
from borrowscope.trace.recording import Recording, load_recording

FILE_ID = 1
FIRST = FILE_ID * 256


@cache
def work_folder() -> Path:
    """A folder for what this test process builds."""
    return Path(tempfile.mkdtemp(prefix="borrowscope-runtime-"))


@cache
def runtime_rlib(*flags: str, active_file: Path | None = None, sites_json: str | None = None) -> Path:
    """The generated crate, compiled as the overlay does it."""
    name = f"runtime-{abs(hash((flags, active_file, sites_json)))}"
    crate = work_folder() / name / "borrowscope-runtime"
    write_runtime(crate, active_file=active_file, sites_json=sites_json)
    rlib = crate.parent / "libborrowscope_runtime.rlib"
    command = ["rustc", "--edition=2021", "-Dwarnings", "-O", "--crate-type=rlib", "--crate-name=borrowscope_runtime"]
    environment = os.environ | {"CARGO_MANIFEST_DIR": str(crate)}
    subprocess.run([*command, *flags, crate / "src/lib.rs", "-o", rlib], check=True, env=environment)
    return rlib


@cache
def program(source: str, *flags: str, rlib: Path | None = None) -> Path:
    """An executable of one file's text; a debug build, as most traced programs are."""
    rlib = rlib or runtime_rlib()
    folder = Path(tempfile.mkdtemp(dir=work_folder()))
    (folder / "main.rs").write_text(source)
    executable = folder / "program"
    command = ["rustc", "--edition=2021", "--cap-lints=allow", *flags, f"--extern=borrowscope_runtime={rlib}"]
    subprocess.run([*command, folder / "main.rs", "-o", executable], check=True)
    return executable


def write_sites(folder: Path, sites: Iterable[Mapping[str, Any]]) -> None:
    """A sites.json; what a site does not say gets a plain value."""
    rows = []
    for index, site in enumerate(sites):
        plain = {"file": FILE_ID, "index": index, "kind": "let", "event": "New", "function": "demo::main"}
        place = {"line": index + 1, "column": 1, "end_line": index + 1, "end_column": 2}
        rows.append({**plain, **place, **site})
    files = [{"id": FILE_ID, "path": "src/main.rs", "sha256": "00"}]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sites.json").write_text(json.dumps({"version": "1.0", "tool": "test", "files": files, "sites": rows}))


def run(executable: Path, folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program so that it records into `folder`."""
    environment = os.environ | {"BORROWSCOPE_OUT": str(folder)} | options.pop("env", {})
    command = [str(executable), *arguments]
    return subprocess.run(command, env=environment, text=True, capture_output=True, timeout=60, check=False, **options)


def record(
    executable: Path, folder: Path, *arguments: str, sites: Iterable[Mapping[str, Any]] = (), **options: Any
) -> Recording:
    """Run a program and read its recording."""
    write_sites(folder, sites)
    run(executable, folder, *arguments, **options)
    return load_recording(folder)


def count(recording: Recording, event: str) -> int:
    """How many events of one variant were read back."""
    return sum(one.event == event for one in recording.events)
