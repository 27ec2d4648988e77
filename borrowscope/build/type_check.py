"""`cargo check` with the type wrapper: the compiler's answers, kept in a folder whose name is part of cargo's cache.

Dependencies, build scripts and procedural macros are built where the traced crates are built: once for both.

In: a project and cargo's options. Out: `TypeCheck`: one dump folder a unit, or the user's own failure as data.
Errors: `InputError` where cargo does not begin to build (an unknown target or feature, a stale lock, no network),
`TypesRefusedError` where the compiler tells no types.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from borrowscope.build.cargo_output import Artifact, is_build, read_artifacts
from borrowscope.build.directories import BUILD, prepare_directory
from borrowscope.build.dump_flags import DUMP_FLAGS, require_dumps
from borrowscope.build.process import Finished, capture, capture_stdout
from borrowscope.build.rustc_answers import rustc_answers
from borrowscope.build.rustc_wrapper import (
    environment_without_wrapper,
    find_outer_wrapper,
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
    keep_going_arguments,
    network_arguments,
    output_arguments,
    package_arguments,
    profile_arguments,
)

STAMP = ".asked"  # wrapper.rs writes it
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own for each process, made by the wrapper
_ROOM = 1 << 30
_CLOCKS_DIFFER = 2.0  # seconds: a file system may round


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
    require_dumps(own, toolchain)
    environment, set_aside = environment_without_wrapper(project.directory)
    notes = [f"your RUSTC_WORKSPACE_WRAPPER ({set_aside}) is set aside"] if set_aside else []
    started = time.time()
    cache = own / "types"
    check = _Check(project, options, cache, _place(project, own, toolchain), choice, environment, show=show)
    done = check.run()
    artifacts = read_artifacts(done.stdout)
    outer = find_outer_wrapper(project.directory)
    if done.is_success and outer and _has_passed_by(artifacts, project, check.dump, started):
        notes.append(f"your RUSTC_WRAPPER ({outer}) hands out earlier builds, and is set aside")
        shutil.rmtree(cache, ignore_errors=True)
        check.wrapper = _place(project, own, toolchain)
        check.environment = {**environment, "RUSTC_WRAPPER": ""}
        done = check.run()
        artifacts = read_artifacts(done.stdout)
    units = tuple(_units(artifacts, project, check.dump))
    if done.is_success or done.interrupted:
        return TypeCheck(units=units, interrupted=done.interrupted, notes=tuple(notes))
    said = done.stderr.decode("utf-8", "replace")
    if not is_build(done.stdout):
        reason = condense(said) if said else "its message stands above"
        raise InputError(f"cargo refuses to build {project.manifest}: {reason}")
    return TypeCheck(units, BuildFailure(done.exit_code, said), notes=tuple(notes))


def _place(project: Project, own: Path, toolchain: Toolchain) -> Path:
    """The wrapper with its plan."""
    cache = own / "types"
    flags = " ".join(DUMP_FLAGS)
    values = {"mode": "types", "dump": str(cache / "mir"), "sessions": str(cache / "sessions"), "flags": flags}
    if _has_room(_MEMORY):
        values["memory"] = str(_MEMORY)
    unmarked = unmarked_mirror(project, own / "types-mirror")
    if unmarked is not None:
        values["mirror"] = str(unmarked.root)
    variant = hashlib.sha256(flags.encode()).hexdigest() + _name_of_dumps(cache) + ("unmarked" if unmarked else "")
    return place_wrapper(own, toolchain, "types", values, project.packages, variant=variant)


def _name_of_dumps(cache: Path) -> str:
    """A word beside the dumps that goes into the wrapper's path: where dumps are lost, cargo compiles again."""
    kept = cache / "mir" / ".name"
    if not kept.is_file():
        shutil.rmtree(cache, ignore_errors=True)
        kept.parent.mkdir(parents=True)
        kept.write_text(secrets.token_hex(8), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def _has_room(memory: Path) -> bool:
    """Whether a file system in memory can take dumps."""
    try:
        return os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free >= _ROOM
    except OSError:
        return False


@dataclass(slots=True)
class _Check:
    """One way to call cargo, that may be called again in another environment."""

    project: Project
    options: CargoOptions
    cache: Path
    wrapper: Path
    choice: TargetChoice
    environment: Mapping[str, str]
    show: bool

    @property
    def dump(self) -> Path:
        """Where the wrapper has rustc write its dumps."""
        return self.cache / "mir"

    def run(self) -> Finished:
        """Check; where benches need another compiler, without them."""
        start = capture_stdout if self.show else capture
        done = Finished(code=0)
        for selection in _selections(self.project, self.options, self.choice):
            command = check_command(self.project, self.options, self.wrapper, selection)
            with rustc_answers(self.wrapper, self.project.own_dir / BUILD):
                done = start(command, self.project.directory, self.environment)
            if done.is_success or done.interrupted:
                break
        return done


def _has_passed_by(artifacts: Sequence[Artifact], project: Project, dump: Path, started: float) -> bool:
    """Whether something that cargo has just built did not come through our wrapper: a cache of builds had it."""
    built = _units([artifact for artifact in artifacts if not artifact.is_fresh], project, dump)
    is_late = any(_asked_at(unit.dump) < started - _CLOCKS_DIFFER for unit in built)
    return is_late or not all(_asked_at(unit.dump) for unit in _units(artifacts, project, dump))


def _asked_at(dump: Path) -> float:
    """When the wrapper last compiled a unit; 0 where it never has."""
    try:
        return (dump / STAMP).stat().st_mtime
    except OSError:
        return 0.0


def check_command(project: Project, options: CargoOptions, wrapper: Path, selection: Sequence[str]) -> list[str]:
    """The `cargo check` command: the user's options, our wrapper, the target directory that traced builds have."""
    return [
        *(find_cargo(), "check", "--message-format=json-render-diagnostics"),
        *("--manifest-path", str(project.manifest)),
        *target_arguments(project, project.own_dir / BUILD),
        *wrapper_argument(wrapper),
        *package_arguments(options),
        *selection,
        *feature_arguments(options),
        *profile_arguments(options),
        *network_arguments(options),
        *keep_going_arguments(options),
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
