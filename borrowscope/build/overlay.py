"""Builds the user's workspace in place with the rewritten roots of the mirror: cargo with the overlay wrapper.

In: a project, cargo's options, a mirror. Out: `Overlay`, and `BuildOutcome` values; a failed build is data.
Errors: `InputError` where cargo does not begin to build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from borrowscope.build.cargo_output import Artifact, Diagnostic, is_build, read_artifacts, read_errors
from borrowscope.build.directories import BUILD
from borrowscope.build.left_untraced import left_count
from borrowscope.build.link_time import may_link_bitcode
from borrowscope.build.linked_runtime import (
    build_first,
    is_linked,
    linked_environment,
    needs_first_pass,
    place_linked_runtime,
)
from borrowscope.build.mirror import Mirror
from borrowscope.build.process import Finished, capture_stdout
from borrowscope.build.runtime_crate import overlay_runtime, runtime_edition
from borrowscope.build.rustc_answers import rustc_answers
from borrowscope.build.rustc_wrapper import (
    environment_without_wrapper,
    place_wrapper,
    target_arguments,
    wrapper_argument,
)
from borrowscope.build.toolchain import Toolchain
from borrowscope.errors import InputError
from borrowscope.project.cargo import find_cargo
from borrowscope.project.model import Project
from borrowscope.project.options import (
    CargoOptions,
    feature_arguments,
    keep_going_arguments,
    network_arguments,
    output_arguments,
    package_arguments,
    profile_arguments,
)

RUN, TEST, EXEC = "run", "test", "exec"


@dataclass(frozen=True, slots=True)
class Overlay:
    """One lane (run, test, exec): its mirror, the file that names the running recording, cargo's arguments.

    `beforehand` is what cargo does to build what an `exec` will need.
    """

    project: Project
    options: CargoOptions
    lane: str
    mirror: Mirror
    active_file: Path
    arguments: tuple[str, ...]
    beforehand: tuple[str, ...] = ()
    wrapper: Path | None = None


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """How a build ended: the errors with their places, and what was built."""

    code: int
    interrupted: bool
    errors: tuple[Diagnostic, ...]
    artifacts: tuple[Artifact, ...]

    @property
    def is_success(self) -> bool:
        """Whether everything was built."""
        return self.code == 0 and not self.interrupted


def prepare_overlay(
    project: Project, options: CargoOptions, toolchain: Toolchain, lane: str, beforehand: Sequence[str] = ()
) -> Overlay:
    """Write the runtime crate and the wrapper's plan."""
    own = project.own_dir
    mirror = Mirror(own / lane / "mirror")
    active_file = own / "active"  # of both lanes: what they build may hold the same runtime
    runtime = overlay_runtime(own, active_file, toolchain)
    shared = {} if may_link_bitcode(project, options) else runtime.shared
    key = hashlib.sha256(f"{runtime.digest}{toolchain.verbose_version}{bool(shared)}".encode()).hexdigest()[:16]
    source = {"runtime-source": str(runtime.source), "runtime-edition": runtime_edition()}
    values = {"mode": "overlay", "mirror": str(mirror.root), **source, "runtime-hash": key, **shared}
    arguments = [
        *("--manifest-path", str(project.manifest)),
        *target_arguments(project, own / BUILD),
        *package_arguments(options),
        *feature_arguments(options),
        *profile_arguments(options),
        *network_arguments(options),
        *output_arguments(options),
    ]
    variant, first = key + (str(left_count(own)) if lane == EXEC else ""), False
    if is_linked(project):
        linked = place_linked_runtime(project, toolchain, source, runtime.digest, own / BUILD)
        arguments += linked.arguments
        values["is-linked"] = "yes"
        first = needs_first_pass(project)
        if first:  # cargo does not know on what the libraries hang that traced crates get: all that decides it does
            variant += linked.key + repr((feature_arguments(options), package_arguments(options), options.selection))
    place = partial(place_wrapper, own, toolchain, lane, packages=project.traced, variant=variant)
    wrapper = place({**values, "mode": "refuse"} if first else values)
    overlay = Overlay(
        project,
        options,
        lane,
        mirror,
        active_file,
        (*arguments, *wrapper_argument(wrapper)),
        tuple(beforehand),
        wrapper,
    )
    if first:
        place(values, linked=build_first(_first_command(overlay), project.directory))
    return overlay


def _first_command(overlay: Overlay) -> list[str]:
    """What builds all that the lane's crates depend on, whichever of them fail: `cargo test` cannot keep going.

    With tests among the targets dependencies have the features that `cargo test` gives them.
    """
    targets = overlay.options.selection if overlay.lane == RUN else ["--all-targets"]
    return [find_cargo(), "build", "--keep-going", *targets, *overlay.arguments]


def build_overlay(overlay: Overlay) -> BuildOutcome:
    """Build what the lane's command will start, without starting it; diagnostics are kept, progress is shown."""
    selection = overlay.options.selection
    if overlay.lane == EXEC:
        return _build(overlay, overlay.beforehand)
    if overlay.lane == RUN:
        return _build(overlay, ["build", *keep_going_arguments(overlay.options), *selection])
    if "--doc" in selection:
        return _build(overlay, ["build", "--lib"])
    outcome = _build(overlay, ["test", "--no-run", *selection])
    if outcome.is_success and not selection:
        missing = _unbuilt_libraries(overlay.project, outcome.artifacts)
        if missing:
            # cargo builds a library that only doctests use when it runs them: too late to heal
            packages = [part for name in missing for part in ("--package", name)]
            return _build(overlay, ["build", "--lib", *packages], with_packages=False)
    return outcome


def final_command(overlay: Overlay, test_filter: Sequence[str], program_arguments: Sequence[str]) -> list[str]:
    """The `cargo run` or `cargo test` command that finds everything built."""
    command = [find_cargo(), overlay.lane, *overlay.arguments, *overlay.options.selection, *overlay.options.extra]
    if overlay.options.keep_going:
        command += ["--no-fail-fast" if overlay.lane == TEST else "--keep-going"]
    command += test_filter
    return [*command, "--", *program_arguments] if program_arguments else command


def overlay_environment(project: Project) -> dict[str, str]:
    """The environment for cargo: wrappers of the user's own that would win over ours are taken out."""
    return linked_environment() if is_linked(project) else environment_without_wrapper()[0]


def _build(overlay: Overlay, command: Sequence[str], *, with_packages: bool = True) -> BuildOutcome:
    arguments = list(overlay.arguments)
    if not with_packages:
        arguments = _without_packages(arguments)
    with rustc_answers(overlay.wrapper, overlay.project.own_dir / BUILD):
        done: Finished = capture_stdout(
            [find_cargo(), *command, "--message-format=json", *arguments],
            overlay.project.directory,
            overlay_environment(overlay.project),
        )
    if not done.is_success and not done.interrupted and not is_build(done.stdout):
        raise InputError(f"cargo refuses to build {overlay.project.manifest}: its message stands above")
    return BuildOutcome(
        code=done.exit_code,
        interrupted=done.interrupted,
        errors=tuple(read_errors(done.stdout)),
        artifacts=tuple(read_artifacts(done.stdout)),
    )


def _without_packages(arguments: list[str]) -> list[str]:
    kept: list[str] = []
    is_value = False
    for argument in arguments:
        if not is_value and argument not in {"--package", "--exclude", "--workspace"}:
            kept.append(argument)
        is_value = argument in {"--package", "--exclude"}
    return kept


def _unbuilt_libraries(project: Project, artifacts: Sequence[Artifact]) -> list[str]:
    built = {artifact.src_path for artifact in artifacts if not artifact.is_test}
    return [
        package.spec
        for package in project.selected
        for target in package.traceable_targets
        if target.is_library and target.has_doctests and target.src_path not in built
    ]
