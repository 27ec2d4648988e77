"""From a project to the compiler's facts about its files: check, read the dumps, merge them.

In: a project and cargo's options. Out: `ProjectFacts`. A crate that does not compile has a `failure` and no facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_facts import KeptFacts
from borrowscope.analyzer.kept_files import KeptFiles, tool_stamp
from borrowscope.build.mark_problems import check_project_marks
from borrowscope.build.toolchain import Toolchain, find_toolchain
from borrowscope.build.type_check import BuildFailure, CheckedUnit, TargetChoice, check_types
from borrowscope.project.model import Package, Project, Target
from borrowscope.project.options import CargoOptions
from borrowscope.text.collector import collector_paused

READ = "types/read"  # below our directory: it goes when the dumps go


@dataclass(frozen=True, slots=True)
class TracedTarget:
    """A target whose files are rewritten, with its package."""

    package: Package
    target: Target


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What is known about a project. `targets` are those that the check covered (all, where it failed)."""

    project: Project
    toolchain: Toolchain
    facts: dict[str, FileFacts]
    targets: tuple[TracedTarget, ...]
    failure: BuildFailure | None = None
    interrupted: bool = False
    notes: tuple[str, ...] = field(default=())


def analyze_project(
    project: Project,
    options: CargoOptions,
    choice: TargetChoice = TargetChoice.DEFAULT,
    *,
    show: bool = False,
) -> ProjectFacts:
    """Check the project with the user's compiler and read what it says about every file."""
    toolchain = find_toolchain(project.directory)
    check = check_types(project, options, toolchain, choice, show=show)
    is_known = check.failure is None and not check.interrupted
    return ProjectFacts(
        project=project,
        toolchain=toolchain,
        facts=_read_units(project, check.units, choice) if is_known else {},
        targets=_targets(project, check.units, is_complete=check.failure is None),
        failure=check.failure,
        interrupted=check.interrupted,
        notes=check.notes,
    )


def _read_units(project: Project, units: Sequence[CheckedUnit], choice: TargetChoice) -> dict[str, FileFacts]:
    """What all units say. It is kept beside the dumps."""
    kept = KeptFacts(project.workspace_root, KeptFiles(project.own_dir / READ, tool_stamp()), choice.name)
    with collector_paused():
        return kept.read([unit.dump for unit in _in_order(units)])


def analyze_whole(project: Project, options: CargoOptions) -> ProjectFacts:
    """Facts about all targets of every traced package, whatever is selected: a copy holds them all.

    Raises `UsageError` for marks that cannot be understood.
    """
    everything = replace(options, workspace=False, exclude=(), packages=tuple(each.spec for each in project.traced))
    check_project_marks(project, TargetChoice.ALL)
    return analyze_project(project, everything, TargetChoice.ALL, show=True)


def _in_order(units: Sequence[CheckedUnit]) -> list[CheckedUnit]:
    """Cargo's order varies with its parallel jobs; facts must not."""
    return sorted(units, key=lambda unit: (unit.is_test, str(unit.root), str(unit.dump)))


def _targets(project: Project, units: Sequence[CheckedUnit], *, is_complete: bool) -> tuple[TracedTarget, ...]:
    checked = {unit.root for unit in units}
    return tuple(
        TracedTarget(package, target)
        for package in project.traced
        for target in package.traceable_targets
        if not is_complete or target.src_path in checked
    )
