"""What a command that analyzes asks the compiler and the sources for.

In: a session. Out: the compiler's facts, targets, an `AnalysisRequest`. A crate that does not compile gets a warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from borrowscope.analyzer.analyze import AnalysisRequest
from borrowscope.analyzer.sources import read_sources
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.build.directories import locked
from borrowscope.cli import terminal
from borrowscope.cli.session import Session
from borrowscope.errors import TypesRefusedError, UsageError
from borrowscope.project.cargo import find_graph
from borrowscope.project.model import Package, Target
from borrowscope.project.options import CargoOptions

if TYPE_CHECKING:
    from borrowscope.build.pipeline import ProjectFacts

DEFAULT_KINDS = {"bin"}


class Types(StrEnum):
    """Where types come from."""

    AUTO = "auto"
    RUSTC = "rustc"
    STATIC = "static"


def ask_compiler(session: Session) -> ProjectFacts | None:
    """What rustc knows; None where it was not asked or does not accept the crate."""
    if session.settings.types == "static":
        return None
    # whoever leaves the compiler out does not wait for what builds
    from borrowscope.build.pipeline import analyze_project  # noqa: PLC0415
    from borrowscope.build.type_check import TargetChoice  # noqa: PLC0415

    choice = TargetChoice.GIVEN if session.cargo.selection else TargetChoice.DEFAULT
    if session.settings.all_targets or "--all-targets" in session.cargo.selection:
        choice = TargetChoice.ALL
    waiting = "waiting for another run of this project to end"
    try:
        with locked(session.project.own_dir, lambda: terminal.note(waiting)):
            facts = analyze_project(session.project, session.cargo, choice, show=True)
    except TypesRefusedError as error:
        if session.settings.types == "rustc":
            raise
        terminal.warn(f"{error.message}: types come from the sources alone and may be unknown", error.hint)
        return None
    for line in facts.notes:
        terminal.note(line)
    if facts.failure is None:
        return facts
    if session.settings.types == "rustc":
        raise UsageError("the crate does not compile, so the compiler knows no types", hint="--types auto takes static")
    terminal.warn("the crate does not compile: types come from the sources alone and may be unknown")
    return None


def targets_of(session: Session, facts: ProjectFacts | None) -> list[tuple[Package, Target]]:
    """The targets that rustc compiled; without it library and binaries, or all where that was asked for."""
    if facts is not None:
        return [(traced.package, traced.target) for traced in facts.targets]
    return _default_targets(session)


def analysis_request(
    session: Session,
    targets: Sequence[tuple[Package, Target]],
    facts: ProjectFacts | None,
    *,
    always_static: bool = False,
) -> AnalysisRequest:
    """What is to be analyzed; without facts the sources answer alone, `always_static` asks them beside the compiler."""
    packages = {package.name: package.edition for package, _ in targets}
    project = session.project

    def crates() -> list[CrateSource]:
        graph = find_graph(project.manifest, project.directory, project.workspace_root, session.cargo)
        return crate_sources(project, graph, targets)

    return AnalysisRequest(
        sources=read_sources(session.project.root, targets),
        facts=facts.facts if facts else {},
        crates=None if session.settings.types == "rustc" and facts is not None and not always_static else crates,
        cache=session.project.own_dir / "static",
        rustc_version=facts.toolchain.version if facts else None,
        editions=packages,
        features=_features(session.cargo),
        targets=[target.name for _, target in targets],
    )


def _default_targets(session: Session) -> list[tuple[Package, Target]]:
    """Library and binaries; all that can be traced where that was asked for."""
    wants_all = session.settings.all_targets or "--all-targets" in session.cargo.selection
    return [
        (package, target)
        for package in session.project.traced
        for target in package.traceable_targets
        if wants_all or target.is_library or target.kind in DEFAULT_KINDS
    ]


def _features(cargo: CargoOptions) -> list[str]:
    flags = ["--all-features"] if cargo.all_features else []
    return [*cargo.features, *flags, *(["--no-default-features"] if cargo.no_default_features else [])]
