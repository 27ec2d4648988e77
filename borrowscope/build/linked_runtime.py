"""Projects that depend on `borrowscope-runtime` themselves: wherever cargo compiles it, it compiles ours in its place.

In: a project, a compiler, the runtime's source. Out: cargo's arguments and the environment that make it so, and the
libraries that it made. One library then serves calls made by hand, generated calls, doctests and dependencies, with
the features that cargo resolved.
"""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.cargo_output import read_artifacts
from borrowscope.build.directories import write_if_changed
from borrowscope.build.process import ask
from borrowscope.build.rustc_wrapper import (
    environment_without_wrapper,
    find_outer_wrapper,
    place_wrapper,
    wrapper_argument,
)
from borrowscope.build.toolchain import Toolchain
from borrowscope.project.model import RUNTIME_PACKAGE, Project

CRATE_NAME = "borrowscope_runtime"
_STAMP = ".borrowscope-runtime"
_FINGERPRINTS = (".fingerprint/borrowscope-runtime-*", "build/borrowscope-runtime")


@dataclass(frozen=True, slots=True)
class LinkedRuntime:
    """Cargo's arguments that put our text in place, and what names everything that the runtime's features hang on."""

    arguments: tuple[str, ...]
    key: str


def is_linked(project: Project) -> bool:
    """Whether the runtime is among the packages that cargo has resolved, whoever depends on it.

    Where nothing else is there to be traced, it is the user's own that is built and tested.
    """
    if not project.traced:
        return False
    try:
        lock = tomllib.loads((project.workspace_root / "Cargo.lock").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        lock = {}
    is_locked = any(package.get("name") == RUNTIME_PACKAGE for package in lock.get("package", ()))
    return is_locked or any(package.names_runtime for package in project.packages)


def place_linked_runtime(
    project: Project, toolchain: Toolchain, values: Mapping[str, str], digest: str, target_dir: Path
) -> LinkedRuntime:
    """Put the wrapper in place around rustc itself: dependencies do not come to the wrapper of a workspace's crates.

    `values` tell where the runtime's source is; a compiler wrapper of the user's own stands behind ours.
    """
    outer = find_outer_wrapper(project.directory)
    plan = {"mode": "linked", **values, **({"outer": outer} if outer else {})}
    program = place_wrapper(project.own_dir, toolchain, "linked", plan, ())
    _forget_other_builds(target_dir, f"{digest} {program.parent.name}")
    key = hashlib.sha256(digest.encode())
    for path in (project.workspace_root / "Cargo.lock", *(package.manifest for package in project.packages)):
        key.update(path.read_bytes() if path.is_file() else b"")
    return LinkedRuntime(tuple(wrapper_argument(program, "rustc-wrapper")), key.hexdigest())


def linked_environment() -> dict[str, str]:
    """The environment for cargo: wrappers that it names would win over ours."""
    environment, _ = environment_without_wrapper()
    for name in ("RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"):
        environment.pop(name, None)
    return environment


def needs_first_pass(project: Project) -> bool:
    """Whether crates are traced that cargo does not build after the runtime."""
    return not all(package.uses_runtime for package in project.traced)


def build_first(command: Sequence[str], directory: Path) -> list[Path]:
    """Run a build whose traced crates are refused: the runtime's libraries, as all of the graph's features want them.

    It ends with an error where anything was refused. What else fails is told by the build proper, where it fails again.
    """
    done = ask([*command, "--message-format=json"], directory, linked_environment())
    return [
        path
        for artifact in read_artifacts(done.stdout)
        if artifact.name.replace("-", "_") == CRATE_NAME and RUNTIME_PACKAGE in artifact.package_id
        for path in artifact.filenames
        if path.suffix == ".rlib"
    ]


def _forget_other_builds(target_dir: Path, state: str) -> None:
    """Have cargo compile the runtime again where it is built from another text: it does not watch ours."""
    stamp = target_dir / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == state:
        return
    for pattern in _FINGERPRINTS:
        for depth in ("*", "*/*"):  # below a profile, or a target's profile
            for old in target_dir.glob(f"{depth}/{pattern}"):
                shutil.rmtree(old, ignore_errors=True)
    write_if_changed(stamp, state.encode())
