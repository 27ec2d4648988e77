"""Asks cargo what a project is: the one home of `cargo metadata`.

In: a manifest and cargo's options. Out: cargo's answer as pydantic models. Errors: `ToolMissingError` where cargo
is not installed, `InputError` with cargo's own words where it refuses the manifest.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from borrowscope.errors import InputError, InternalError, ToolMissingError
from borrowscope.project.options import (
    CargoOptions,
    feature_arguments,
    network_arguments,
)

_LONGEST_FETCH = 120  # seconds


class _Answer(BaseModel):
    model_config = ConfigDict(defer_build=True)


class MetadataTarget(_Answer):
    """One entry of `packages[].targets`."""

    kind: list[str]
    name: str
    src_path: Path
    edition: str = "2015"
    test: bool = True
    doctest: bool = False


class MetadataDependency(_Answer):
    """One entry of `packages[].dependencies`; `path` is there for path dependencies, `kind` for dev and build ones."""

    name: str
    path: Path | None = None
    kind: str | None = None
    optional: bool = False
    target: str | None = None


class MetadataPackage(_Answer):
    """One entry of `packages`."""

    id: str
    name: str
    version: str
    edition: str = "2015"
    manifest_path: Path
    targets: list[MetadataTarget]
    dependencies: list[MetadataDependency] = Field(default_factory=list)
    metadata: dict[str, Any] | None = None


class Metadata(_Answer):
    """What `cargo metadata --no-deps` prints, as far as we read it."""

    packages: list[MetadataPackage]
    workspace_members: list[str]
    workspace_default_members: list[str] | None = None
    workspace_root: Path
    target_directory: Path
    build_directory: Path | None = None
    metadata: dict[str, Any] | None = None


class GraphDependency(_Answer):
    """One entry of `resolve.nodes[].deps`: the name that code uses, and the package that it leads to."""

    name: str
    pkg: str


class GraphNode(_Answer):
    """One entry of `resolve.nodes`: what a package depends on, and its features that are on."""

    id: str
    deps: list[GraphDependency] = Field(default_factory=list)
    features: list[str] = Field(default_factory=list)


class Resolve(_Answer):
    """The resolved graph."""

    nodes: list[GraphNode]


class Graph(_Answer):
    """What `cargo metadata` prints with dependencies resolved, as far as we read it."""

    packages: list[MetadataPackage]
    resolve: Resolve


def find_cargo() -> str:
    """The cargo that called us (`$CARGO`), else the one on `PATH`; raises `ToolMissingError`."""
    named = os.environ.get("CARGO")
    found = shutil.which(named) if named else None
    found = found or shutil.which("cargo")
    if found is None:
        raise ToolMissingError(
            "cargo is not installed or not on PATH",
            hint="install Rust from https://rustup.rs",
        )
    return found


def read_metadata(manifest: Path, directory: Path, options: CargoOptions) -> Metadata:
    """Run `cargo metadata` for the manifest, in the directory; dependencies are not resolved."""
    command = [
        find_cargo(),
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--manifest-path",
        str(manifest),
    ]
    command += network_arguments(options)
    try:
        answer = subprocess.run(
            command,
            cwd=directory,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise ToolMissingError(f"cargo cannot be started: {error.strerror}: {command[0]}") from error
    if answer.returncode != 0:
        said = answer.stderr.decode("utf-8", "replace")
        raise InputError(
            f"cargo refuses {manifest}: {condense(said)}",
            hint="run `cargo metadata` there to see it whole",
        )
    try:
        return Metadata.model_validate_json(answer.stdout)
    except ValidationError as error:
        raise InternalError(f"cargo metadata answered in a form that is not known here: {error}") from error


def find_graph(
    manifest: Path, directory: Path, root: Path, options: CargoOptions, answers: Path | None = None
) -> Graph | None:
    """The resolved graph of packages; None where cargo cannot tell it.

    What lies on this machine is asked first. Only where that does not suffice cargo fetches sources as all its commands
    do, unless it is told not to. A lock file below the workspace's `root` is neither changed nor left behind.
    In the folder `answers` cargo notes what rustc says of itself, which takes longer to ask than all else.
    """
    lock = root / "Cargo.lock"
    is_locked = lock.exists()
    command = [find_cargo(), "metadata", "--format-version", "1", "--manifest-path", str(manifest)]
    command += ["--filter-platform", options.targets[0] if options.targets else _host()]
    command += feature_arguments(options)
    network = network_arguments(replace(options, locked=options.locked or is_locked))
    try:
        near = network_arguments(replace(options, locked=is_locked, offline=True))
        found = _read_graph([*command, *near], directory, answers)
        if found is None and not (options.offline or options.frozen):
            found = _read_graph([*command, *network], directory, answers)
        return found
    finally:
        if not is_locked:
            lock.unlink(missing_ok=True)


def _read_graph(command: list[str], directory: Path, answers: Path | None) -> Graph | None:
    try:
        answer = subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, **_noting(answers)},
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=_LONGEST_FETCH,
        )
        return Graph.model_validate_json(answer.stdout) if answer.returncode == 0 else None
    except (OSError, ValidationError, subprocess.TimeoutExpired):
        return None


def _noting(answers: Path | None) -> dict[str, str]:
    """Keep cargo from noting things in the user's target directory."""
    if answers is None:
        return {"CARGO_CACHE_RUSTC_INFO": "0"}
    with suppress(OSError):
        answers.mkdir(parents=True, exist_ok=True)
    return {"CARGO_TARGET_DIR": str(answers), "CARGO_BUILD_BUILD_DIR": str(answers)}


def _host() -> str:
    """The target that is built for where nobody names one: packages of other systems need not be here."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    systems = {"darwin": "apple-darwin", "win32": "pc-windows-msvc"}
    return f"{machine}-{systems.get(sys.platform, 'unknown-linux-gnu')}"


def condense(said: str) -> str:
    """Cargo's message on one line: without the drawing of the place, headings, and rustup's own backtrace."""
    kept = []
    for line in said.partition("Stack backtrace:")[0].splitlines():
        text = line.strip()
        if text.startswith("|") or text.partition(" ")[2].startswith("|") or text in {"", "Caused by:"}:
            continue
        if not text.startswith("warning:"):
            kept.append(text.removeprefix("error: ").replace("--> ", "at "))
    return "; ".join(kept) or "no reason given"
