"""`instrument --out`: a complete, buildable copy with the rewritten files and the runtime crate inside.

In: a project, cargo's options, the directory. Out: `CopyOutcome`. The copy is made below the target directory, checked
and healed there, and then put in place as a whole. Errors: `UsageError` for a directory that must not be written.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.cargo_output import read_artifacts, read_errors
from borrowscope.build.copy_above import configurations_above, toolchain_above, with_configurations
from borrowscope.build.copy_config import FOLDER, NAMES, find_configurations, with_outside_paths
from borrowscope.build.copy_place import MARKER, check_out, put_in_place
from borrowscope.build.copy_roots import root_insertions
from borrowscope.build.copy_tree import copy_tree
from borrowscope.build.copy_untraced import SharingTarget, sharing_targets
from borrowscope.build.directories import locked, write_if_changed
from borrowscope.build.healed_build import HealedBuild, Verdict, build_with_healing
from borrowscope.build.linked_runtime import is_linked
from borrowscope.build.manifest import (
    Table,
    edit_manifest,
    forbidden_lints,
    with_absolute_paths,
    with_fast_runtime,
    with_target_path,
    without_outside_members,
    without_runtime_member,
)
from borrowscope.build.overlay import BuildOutcome
from borrowscope.build.pipeline import analyze_whole
from borrowscope.build.plan import Further, InstrumentPlan, Planner, SourceToTrace
from borrowscope.build.process import capture_stdout
from borrowscope.build.recording_folder import write_model
from borrowscope.build.run import VERDICT_CODES, Note, make_planner, save_planner
from borrowscope.build.runtime_crate import place_runtime, runtime_version
from borrowscope.build.runtime_dependency import (
    RuntimeUse,
    crate_name,
    lock_with_runtime,
    read_use,
    with_patch,
    with_runtime,
    without_member,
)
from borrowscope.build.rustc_wrapper import target_arguments
from borrowscope.build.site_files import instrument_report, sites_file
from borrowscope.build.source_reads import find_source_reads, told_reads
from borrowscope.build.text_includes import included_files, outside_path_insertions, text_include_insertions
from borrowscope.build.type_check import BuildFailure
from borrowscope.build.unsafe_facts import add_operations
from borrowscope.build.untouched import build_untouched
from borrowscope.errors import ExitCode
from borrowscope.project.cargo import find_cargo
from borrowscope.project.model import RUNTIME_PACKAGE, Package, Project
from borrowscope.project.options import CargoOptions, feature_arguments, network_arguments, profile_arguments
from borrowscope.rewrite.choice import NO_WISHES, TraceOptions
from borrowscope.rewrite.model import Insertion, RewrittenFile
from borrowscope.runtime.generate import CRATE
from borrowscope.tables.recording_files import InstrumentReport

ORIGINALS = ".borrowscope-originals"


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """The copy's directory and report, or the failure with its exit code."""

    exit_code: int
    out: Path
    report: InstrumentReport | None = None
    failure: BuildFailure | None = None
    has_marks: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Staging:
    """The copy while it is made: `tree` is kept between runs, so that its check is incremental."""

    project: Project
    options: CargoOptions
    out: Path
    tree: Path
    check_dir: Path

    @property
    def members(self) -> list[Package]:
        """The traced packages that are part of the copy."""
        project = self.project
        return [package for package in project.traced if project.is_single_file or _is_inside(package, project)]

    def place(self, path: Path) -> Path:
        return self.tree / path.relative_to(self.project.root)

    def folder(self, package: Package) -> Path:
        """Where a package's manifest lies in the copy; a single file's generated one lies at the top."""
        return self.tree if self.project.is_single_file else self.place(package.root)


def instrument_copy(
    project: Project,
    options: CargoOptions,
    out: Path,
    *,
    trace_all: bool,
    note: Note,
    trace: tuple[str, ...] = (),
    wishes: TraceOptions = NO_WISHES,
) -> CopyOutcome:
    """Write the instrumented copy of the whole workspace (or of a single file's package) to `out`."""
    target = check_out(out, project)
    with locked(project.own_dir, lambda: note("waiting for another run of this project to end")):
        facts = analyze_whole(project, options)
        if facts.interrupted:
            return CopyOutcome(ExitCode.INTERRUPTED, target)
        if facts.failure is not None:
            return CopyOutcome(ExitCode.BASELINE, target, failure=facts.failure)
        add_operations(facts, options)
        staging = _Staging(
            project, options, target, project.own_dir / "copy" / "tree", project.own_dir / "copy" / "target"
        )
        further = _further(project, staging)
        planner = make_planner(
            facts, project.own_dir / "copy", trace_all=trace_all, trace=trace, wishes=wishes, further=further
        )
        # what lies outside of the root is not part of the copy: it is built as it is
        planner.sources = [source for source in planner.sources if source.path.is_relative_to(project.root)]
        for warning in planner.warnings():
            note(f"warning: {warning}\n")
        if reads := find_source_reads(project, planner.sources):
            note(f"warning: {told_reads(reads)}\n")
        for package in (each for each in project.packages if not _is_inside(each, project)):
            note(f"{package.name} lies outside of {project.root}: the copy uses it there, untraced\n")
        _copy_sources(staging, planner)
        built = _build(staging, planner, note)
        save_planner(planner)
        if built.verdict is not Verdict.BUILT:
            return CopyOutcome(VERDICT_CODES[built.verdict], target, failure=built.failure)
        report = _write_files(staging, built.plan, planner)
        put_in_place(staging.tree, target)
        return CopyOutcome(ExitCode.OK, target, report, has_marks=built.plan.has_marks, notes=facts.notes)


def _build(staging: _Staging, planner: Planner, note: Note) -> HealedBuild:
    def build(plan: InstrumentPlan) -> BuildOutcome:
        for path, file in plan.files.items():
            write_if_changed(staging.place(path), file.rewritten.text)
        sites = sites_file(plan).sealed().model_dump_json()
        place_runtime(staging.tree / CRATE, active_file=None, sites_json=sites, by_hand=is_linked(staging.project))
        return _check(staging)

    def untouched() -> BuildFailure | None:
        return build_untouched(staging.project, staging.options, planner.facts.toolchain, "test")

    return build_with_healing(planner, build, untouched, note)


def _check(staging: _Staging) -> BuildOutcome:
    options = staging.options
    names = [part for package in staging.members for part in ("--package", package.spec_at(staging.folder(package)))]
    command = [
        *(find_cargo(), "check", "--message-format=json", "--manifest-path", str(staging.tree / "Cargo.toml")),
        *target_arguments(staging.project, staging.check_dir),
        *(*names, *_target_flags(staging.members)),
        *feature_arguments(options),
        *profile_arguments(options),
        *network_arguments(options),
    ]
    done = capture_stdout(command, staging.tree)
    return BuildOutcome(
        code=done.exit_code,
        interrupted=done.interrupted,
        errors=tuple(read_errors(done.stdout)),
        artifacts=tuple(read_artifacts(done.stdout)),
    )


def _target_flags(members: Sequence[Package]) -> list[str]:
    has_lib = any(target.is_library for package in members for target in package.targets)
    return [*(["--lib"] if has_lib else []), "--bins", "--tests", "--examples"]


def _further(project: Project, staging: _Staging) -> Further:
    """What a copy inserts beside sites: root attributes, and text includes that read the kept originals."""
    forbidden = {package.name: _forbidden(package, project) for package in project.packages}
    use = _read_use(project)
    names = {
        package.name: crate_name(tomllib.loads(package.manifest.read_text(encoding="utf-8")), use)
        for package in project.packages
    }

    def insertions(source: SourceToTrace, _rewritten: RewrittenFile, _off: frozenset[int]) -> list[Insertion]:
        original = staging.tree / ORIGINALS / source.path.relative_to(project.root).parent
        folder = os.path.relpath(original, staging.place(source.path.parent))
        outside = outside_path_insertions(source.source, source.path.parent, project.root)
        places = {insertion.at for insertion in outside}
        inside = [each for each in text_include_insertions(source.source, folder) if each.at not in places]
        found = [*inside, *outside]
        if source.is_root:
            # a root without sites of its own may have modules with some
            name = source.package.name
            found += root_insertions(source.source, forbidden[name], has_sites=True, runtime=names[name])
        return found

    return insertions


def _forbidden(package: Package, project: Project) -> set[str]:
    texts = {path.read_text(encoding="utf-8") for path in (package.manifest, project.workspace_root / "Cargo.toml")}
    return {lint for text in texts for lint in forbidden_lints(text)}


def _copy_sources(staging: _Staging, planner: Planner) -> None:
    """Everything but the rewritten files: the other files, the manifests, the lock, kept originals."""
    project, tree = staging.project, staging.tree
    kept = {staging.place(source.path) for source in planner.sources}
    kept |= {tree / CRATE, tree / "Cargo.lock", tree / ORIGINALS}
    if project.is_single_file:
        _copy_single_file(staging)
    else:
        kept |= {staging.place(package.manifest) for package in project.packages if _is_inside(package, project)}
        kept.add(tree / "Cargo.toml")
        configurations = _configurations(staging)
        kept |= {staging.place(place) for place in configurations}
        copy_tree(project.root, tree, {project.target_dir}, kept)
        sharing = list(sharing_targets(project, {source.path for source in planner.sources}))
        _write_manifests(staging, sharing)
        for place, edited in configurations.items():
            write_if_changed(staging.place(place), edited.encode())
        if (toolchain := toolchain_above(project.root, staging.out)) is not None:
            write_if_changed(tree / toolchain.name, toolchain.read_bytes())
        for file, text in (item for each in sharing for item in each.files.items()):
            write_if_changed(tree / ORIGINALS / file.relative_to(project.root), text)
    for source in planner.sources:
        if b"include_" in source.source:
            _keep_originals(staging, planner)
            break
    _write_lock(staging)
    (tree / MARKER).write_text("An instrumented copy, made by BorrowScope; it may be replaced.\n", encoding="utf-8")


def _is_inside(package: Package, project: Project) -> bool:
    return package.root.is_relative_to(project.root)


def _configurations(staging: _Staging) -> dict[Path, str]:
    """Cargo's configurations of the workspace and of its members, as the copy has them; the root's with those above."""
    project = staging.project
    folders = {project.root, *(package.root for package in project.packages if _is_inside(package, project))}
    edited = {
        place: with_outside_paths(place.read_text(encoding="utf-8"), place, project.root)
        for place in find_configurations(folders)
    }
    if above := configurations_above(project.root, staging.out):
        own = next(find_configurations([project.root]), project.root / FOLDER / NAMES[0])
        edited[own] = with_configurations(edited.get(own, ""), own, above)
    return edited


def _keep_originals(staging: _Staging, planner: Planner) -> None:
    """The rewritten files, and the Rust files that they include as text, whether rewritten or not."""
    root = staging.project.root
    kept = {source.path: source.source for source in planner.sources}
    for source in planner.sources:
        for named in included_files(source.source, source.path.parent):
            path = Path(os.path.normpath(named))
            if path.suffix == ".rs" and path.is_relative_to(root) and path.is_file():
                kept.setdefault(path, path.read_bytes())
    for path, text in kept.items():
        write_if_changed(staging.tree / ORIGINALS / path.relative_to(root), text)


def _copy_single_file(staging: _Staging) -> None:
    """A package for the file: its manifest, and every module file at its place beside it."""
    package = staging.project.packages[0]
    file = package.targets[0].src_path.relative_to(staging.project.root).as_posix()
    text = package.manifest.read_text(encoding="utf-8")

    def with_relative_path(document: Table) -> None:
        document["bin"][0]["path"] = file

    edited = edit_manifest(
        text, package.manifest, with_relative_path, with_runtime(CRATE), without_runtime_member, with_fast_runtime
    )
    write_if_changed(staging.tree / "Cargo.toml", edited.encode())


def _write_manifests(staging: _Staging, sharing: Sequence[SharingTarget]) -> None:
    project = staging.project
    root_manifest = project.workspace_root / "Cargo.toml"
    use = _read_use(project)
    traced = {package.manifest for package in project.traced if package.traceable_targets}
    manifests = {package.manifest for package in project.packages if _is_inside(package, project)} | {root_manifest}
    for manifest in manifests:
        edits = [with_absolute_paths(manifest.parent, project.root)]
        folder = os.path.relpath(staging.tree / CRATE, staging.place(manifest.parent))
        edits.append(with_runtime(folder, use, is_traced=manifest in traced))
        if manifest == root_manifest:
            edits += [without_runtime_member, with_fast_runtime]
            edits.append(without_outside_members(manifest.parent, project.root))
            edits += [without_member(manifest.parent, member) for member in _runtime_members(project)]
            edits += [with_patch(folder)] if use.by_others else []
        for target in (each.target for each in sharing if each.package.manifest == manifest):
            original = staging.tree / ORIGINALS / target.src_path.relative_to(project.root)
            path = os.path.relpath(original, staging.place(manifest.parent))
            edits.append(with_target_path(target.kind, path))
        edited = edit_manifest(manifest.read_text(encoding="utf-8"), manifest, *edits)
        write_if_changed(staging.place(manifest), edited.encode())


def _read_use(project: Project) -> RuntimeUse:
    """What the workspace says of the runtime before ours is there."""
    lock = project.workspace_root / "Cargo.lock"
    members = [(package.name, package.version) for package in project.packages]
    return read_use(
        tomllib.loads((project.workspace_root / "Cargo.toml").read_text(encoding="utf-8")),
        tomllib.loads(lock.read_text(encoding="utf-8")) if lock.is_file() else {},
        members,
    )


def _runtime_members(project: Project) -> list[Path]:
    """Where the user's workspace holds the runtime as a member: ours takes its place."""
    return [package.root for package in project.packages if package.name == RUNTIME_PACKAGE]


def _write_lock(staging: _Staging) -> None:
    """The user's lock with the runtime in it; cargo itself makes one where there is none."""
    project = staging.project
    lock = project.workspace_root / "Cargo.lock"
    if lock.is_file():
        users = [(package.name, package.version) for package in staging.members if package.traceable_targets]
        edited = lock_with_runtime(lock.read_text(encoding="utf-8"), runtime_version(), users, _read_use(project), lock)
        write_if_changed(staging.tree / "Cargo.lock", edited.encode())


def _write_files(staging: _Staging, plan: InstrumentPlan, planner: Planner) -> InstrumentReport:
    report = instrument_report(plan, planner.switches)
    write_model(staging.tree / "sites.json", sites_file(plan))
    write_model(staging.tree / "instrument-report.json", report)
    return report
