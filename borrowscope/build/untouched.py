"""Builds the untouched tree, only when ours does not build, to see whose failure it is.

In: a project, cargo's options, the command. Out: the failure as data, or None where the untouched tree builds.
Marks are taken out, as plain rustc does not know them.
"""

from __future__ import annotations

from collections.abc import Sequence

from borrowscope.build.process import capture_stdout
from borrowscope.build.rustc_wrapper import (
    environment_without_wrapper,
    place_wrapper,
    target_arguments,
    wrapper_argument,
)
from borrowscope.build.toolchain import Toolchain
from borrowscope.build.type_check import BuildFailure
from borrowscope.build.unmarked import unmarked_mirror
from borrowscope.project.cargo import find_cargo
from borrowscope.project.model import Project
from borrowscope.project.options import (
    CargoOptions,
    feature_arguments,
    network_arguments,
    output_arguments,
    package_arguments,
    profile_arguments,
)


def build_untouched(
    project: Project, options: CargoOptions, toolchain: Toolchain, lane: str, beforehand: Sequence[str] = ()
) -> BuildFailure | None:
    """Build what the user's own command would build, in a target directory of ours; cargo speaks to stderr."""
    action = ["build"] if lane == "run" or "--doc" in options.selection else ["test", "--no-run"]
    selection = ["--lib" if flag == "--doc" else flag for flag in options.selection]
    what = beforehand or [*action, *selection]
    environment, without_marks = _without_marks(project, toolchain)
    done = capture_stdout(
        [
            *(find_cargo(), *what),
            *("--manifest-path", str(project.manifest)),
            *target_arguments(project, project.own_dir / "untouched"),
            *package_arguments(options),
            *feature_arguments(options),
            *profile_arguments(options),
            *network_arguments(options),
            *output_arguments(options),
            *without_marks,
        ],
        project.directory,
        environment,
    )
    return None if done.is_success else BuildFailure(done.exit_code, "")


def _without_marks(project: Project, toolchain: Toolchain) -> tuple[dict[str, str] | None, list[str]]:
    """The environment and the arguments of cargo that leave marks out; nothing special where nothing is marked."""
    mirror = unmarked_mirror(project, project.own_dir / "untouched-mirror")
    if mirror is None:
        return None, []
    values = {"mode": "unmarked", "mirror": str(mirror.root)}
    wrapper = place_wrapper(project.own_dir, toolchain, "untouched", values, project.packages)
    return environment_without_wrapper()[0], wrapper_argument(wrapper)
