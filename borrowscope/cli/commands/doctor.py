"""`borrowscope doctor`: what is installed, what is missing, and what to do about it.

In: the machine and the project here, if there is one. Out: a list on stdout; exit code 2 where something is missing.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.process import ask
from borrowscope.build.toolchain import find_toolchain
from borrowscope.cli import terminal
from borrowscope.cli.command import CARE, Command, Example
from borrowscope.errors import BorrowScopeError, ExitCode
from borrowscope.parse.syntax import language
from borrowscope.project.cargo import find_cargo
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from borrowscope.project.single_file import cache_directory
from borrowscope.tables.tool import GRAMMAR, TOOL

LEAST_FREE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the list; `hint` is there where something is wrong."""

    topic: str
    text: str
    hint: str | None = None


def doctor() -> int:
    """Check what borrowscope needs: Python, grammar, cargo, rustc, linker, folders, the project here."""
    findings = [finding for check in CHECKS for finding in check()]
    width = max(len(finding.topic) for finding in findings)
    for finding in findings:
        sign = "ok  " if finding.hint is None else terminal.paint("MISS", terminal.RED)
        terminal.write(f"{sign}  {finding.topic:<{width}}  {finding.text}")
        if finding.hint:
            terminal.write(f"      {'':<{width}}  {finding.hint}")
    return ExitCode.OK if all(finding.hint is None for finding in findings) else ExitCode.USAGE


def _ourselves() -> Iterator[Finding]:
    yield Finding("borrowscope", f"{TOOL} in {Path(sys.argv[0]).resolve()}")
    yield Finding("python", f"{platform.python_version()} in {sys.executable}")
    try:
        kinds = language().node_kind_count
    except (OSError, ValueError) as error:
        yield Finding("grammar", f"{GRAMMAR}: {error}", "install borrowscope again")
    else:
        yield Finding("grammar", f"{GRAMMAR} ({kinds} kinds of nodes)")


def _rust() -> Iterator[Finding]:
    try:
        cargo = find_cargo()
        answer = ask([cargo, "--version"], Path.cwd())
        yield Finding("cargo", f"{answer.stdout.decode('utf-8', 'replace').strip() or 'does not start'} in {cargo}")
    except BorrowScopeError as error:
        yield Finding("cargo", error.message, error.hint or "")
    try:
        toolchain = find_toolchain(Path.cwd())
        host = next((line for line in toolchain.verbose_version.splitlines() if line.startswith("host: ")), "host: ?")
        yield Finding("rustc", f"{toolchain.version}, {host}")
    except BorrowScopeError as error:
        yield Finding("rustc", error.message, error.hint or "")
    linker = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if linker:
        yield Finding("linker", linker)
    else:
        yield Finding("linker", "no cc on PATH", "install a C compiler: apt-get install gcc, or xcode-select --install")


def _folders() -> Iterator[Finding]:
    cache = cache_directory()
    existing = next(folder for folder in (cache, *cache.parents) if folder.exists())
    if os.access(existing, os.W_OK):
        yield Finding("cache", f"{cache} (builds and recordings of single files)")
    else:
        yield Finding("cache", f"{cache} cannot be written", "set XDG_CACHE_HOME to a folder that can be")
    free = shutil.disk_usage(existing).free
    hint = None if free > LEAST_FREE else "builds and recordings need more room"
    yield Finding("disk", f"{free / 1e9:,.1f} GB free", hint)


def _project() -> Iterator[Finding]:
    if not Path("Cargo.toml").is_file():
        yield Finding("project", "none here (no Cargo.toml)")
        return
    try:
        project = load_project(Path.cwd(), CargoOptions(offline=True))
    except BorrowScopeError as error:
        yield Finding("project", error.message, error.hint or "")
        return
    names = ", ".join(package.name for package in project.packages)
    yield Finding("project", f"{project.root} ({names})")
    recordings = sorted((project.own_dir / "recordings").glob("*.bstrace"))
    yield Finding("recordings", f"{len(recordings)} in {project.own_dir / 'recordings'}")


CHECKS = (_ourselves, _rust, _folders, _project)

COMMAND = Command(
    "doctor",
    doctor,
    CARE,
    (Example("borrowscope doctor", "what is installed, and what is missing"),),
)
