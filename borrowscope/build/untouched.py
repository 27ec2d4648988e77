"""Builds the untouched tree, only when ours does not build, to see whose failure it is.

In: a project, cargo's options, the command. Out: the failure as data, or None where the untouched tree builds.
"""

from __future__ import annotations

from borrowscope.build.process import capture_stdout
from borrowscope.build.rustc_wrapper import target_arguments
from borrowscope.build.type_check import BuildFailure
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


def build_untouched(project: Project, options: CargoOptions, lane: str) -> BuildFailure | None:
    """Build what the user's own command would build, in a target directory of ours; cargo speaks to stderr."""
    action = ["build"] if lane == "run" or "--doc" in options.selection else ["test", "--no-run"]
    selection = ["--lib" if flag == "--doc" else flag for flag in options.selection]
    done = capture_stdout(
        [
            *(find_cargo(), *action, *selection),
            *("--manifest-path", str(project.manifest)),
            *target_arguments(project, project.own_dir / "untouched"),
            *package_arguments(options),
            *feature_arguments(options),
            *profile_arguments(options),
            *network_arguments(options),
            *output_arguments(options),
        ],
        project.directory,
    )
    return None if done.is_success else BuildFailure(done.exit_code, "")
