"""`cargo check` with the type wrapper: the compiler's answers, kept in a folder that lives and dies with cargo's cache.

In: a project and cargo's options. Out: `TypeCheck`: one dump folder a unit, or the user's own failure as data.
Errors: `InputError` where cargo does not begin to build (an unknown target or feature, a stale lock, no network).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from borrowscope.build.cargo_output import Artifact, is_build, read_artifacts
from borrowscope.build.directories import prepare_directory
from borrowscope.build.process import Finished, capture, capture_stdout
from borrowscope.build.rustc_wrapper import (
    environment_without_wrapper,
    place_wrapper,
    target_arguments,
    wrapper_argument,
)
from borrowscope.build.toolchain import Toolchain
from borrowscope.build.unmarked import unmarked_mirror
from borrowscope.errors import InputError
from borrowscope.project.cargo import condense, find_cargo
from borrowscope.project.model import Project, Target
from borrowscope.project.options import (
    CargoOptions,
    feature_arguments,
    network_arguments,
    output_arguments,
    package_arguments,
    profile_arguments,
)


class TargetChoice(Enum):
    """Which targets are asked for."""

    DEFAULT = "lib and bins"
    TESTS = "what `cargo test` builds"
    ALL = "all targets"
    GIVEN = "what the options select"


@dataclass(frozen=True, slots=True)
class CheckedUnit:
    """One compilation of one target: its root, whether it was built for tests, and where its dump lies."""

    package_id: str
    root: Path
    is_test: bool
    dump: Path


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """The untouched tree does not build: cargo's exit code, and its output where the user has not seen it yet."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class TypeCheck:
    """What the check gave. `note` names a workspace wrapper of the user's that was set aside."""

    units: tuple[CheckedUnit, ...] = ()
    failure: BuildFailure | None = None
    interrupted: bool = False
    notes: tuple[str, ...] = field(default=())


def check_types(
    project: Project, options: CargoOptions, toolchain: Toolchain, choice: TargetChoice, *, show: bool
) -> TypeCheck:
    """Check the project's targets; with `show`, cargo's progress and the user's own warnings go to stderr."""
    own = prepare_directory(project.own_dir)
    cache = own / "types"
    dump = cache / "mir"
    if not dump.is_dir():
        shutil.rmtree(cache, ignore_errors=True)
        dump.mkdir(parents=True)
    values = {"mode": "types", "dump": str(dump), "sessions": str(cache / "sessions")}
    unmarked = unmarked_mirror(project, own / "types-mirror")
    if unmarked is not None:
        values["mirror"] = str(unmarked.root)
    variant = "unmarked" if unmarked else ""
    wrapper = place_wrapper(own, toolchain, "types", values, project.packages, variant=variant)
    environment, set_aside = environment_without_wrapper()
    notes = (f"your RUSTC_WORKSPACE_WRAPPER ({set_aside}) is set aside",) if set_aside else ()
    start = capture_stdout if show else capture
    done = Finished(code=0)
    for selection in _selections(project, options, choice):
        done = start(check_command(project, options, cache, wrapper, selection), project.directory, environment)
        if done.is_success or done.interrupted:
            break
    units = tuple(_units(read_artifacts(done.stdout), project, dump))
    if done.is_success or done.interrupted:
        return TypeCheck(units=units, interrupted=done.interrupted, notes=notes)
    said = done.stderr.decode("utf-8", "replace")
    if not is_build(done.stdout):
        reason = condense(said) if said else "its message stands above"
        raise InputError(f"cargo refuses to build {project.manifest}: {reason}")
    return TypeCheck(units, BuildFailure(done.exit_code, said), notes=notes)


def check_command(
    project: Project, options: CargoOptions, cache: Path, wrapper: Path, selection: Sequence[str]
) -> list[str]:
    """The `cargo check` command: the user's options, our wrapper, our target directory."""
    return [
        *(find_cargo(), "check", "--message-format=json-render-diagnostics"),
        *("--manifest-path", str(project.manifest)),
        *target_arguments(project, cache),
        *wrapper_argument(wrapper),
        *package_arguments(options),
        *selection,
        *feature_arguments(options),
        *profile_arguments(options),
        *network_arguments(options),
        *output_arguments(options),
    ]


def _selections(project: Project, options: CargoOptions, choice: TargetChoice) -> list[list[str]]:
    """Target flags to try in turn: benches last, since many need a nightly compiler."""
    if choice is TargetChoice.GIVEN:
        return [["--lib" if flag == "--doc" else flag for flag in options.selection]]
    if choice is TargetChoice.DEFAULT:
        return [[]]
    targets = [target for package in project.selected for target in package.targets]
    tests = ["--bins", "--tests", "--examples"]
    if any(_is_lib(target) for target in targets):
        tests.insert(0, "--lib")
    has_benches = any(target.kind == "bench" for target in targets)
    return [[*tests, "--benches"], tests] if choice is TargetChoice.ALL and has_benches else [tests]


def _is_lib(target: Target) -> bool:
    return target.is_library or target.kind == "proc-macro"


def _units(artifacts: Sequence[Artifact], project: Project, dump: Path) -> list[CheckedUnit]:
    roots = {target.src_path for package in project.packages for target in package.traceable_targets}
    return [
        CheckedUnit(artifact.package_id, artifact.src_path, artifact.is_test, dump / artifact.unit)
        for artifact in artifacts
        if artifact.src_path in roots and artifact.unit is not None
    ]
