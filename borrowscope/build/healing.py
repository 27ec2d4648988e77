"""Healing: maps rustc's errors to the sites that caused them, so that the rest can be built without them.

In: the errors of a build and the plan that was built. Out: additions to the switches. An error blames the sites in its
spans, else all of the statement, then the function, the file, the package, then the packages that this one uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from borrowscope.build.cargo_output import Diagnostic
from borrowscope.build.plan import InstrumentPlan, TracedFile
from borrowscope.build.switches import Reason, Switches
from borrowscope.project.model import Project
from borrowscope.text.span import Span

MAXIMUM_ROUNDS = 6

Blame = set[tuple[Path, int]]


def heal(errors: Sequence[Diagnostic], plan: InstrumentPlan, project: Project, switches: Switches) -> set[Path]:
    """Switch off what the errors blame; the files that must be rewritten (none: nothing is left to blame)."""
    changed: set[Path] = set()
    for error in errors:
        reason = Reason(error.code, error.message)
        for path, index in _with_dependents(_blamed(error, plan, project), plan):
            file = plan.files[path]
            found = switches.of(file.origin.relative, file.digest).sites
            if index not in found:
                found[index] = reason
                changed.add(path)
    return changed


def leave_alone(packages: set[str], plan: InstrumentPlan, reason: Reason, switches: Switches) -> set[Path]:
    """Switch off every site of the packages (by name)."""
    changed: set[Path] = set()
    for path, file in plan.files.items():
        if file.origin.package.name not in packages:
            continue
        found = switches.of(file.origin.relative, file.digest).sites
        for site in file.kept:
            if found.setdefault(site.index, reason) is reason:
                changed.add(path)
    return changed


def packages_of(errors: Sequence[Diagnostic], project: Project) -> set[str]:
    """The names of the members whose crates the errors stopped."""
    ids = {error.package_id for error in errors}
    return {package.name for package in project.packages if package.id in ids}


def _blamed(error: Diagnostic, plan: InstrumentPlan, project: Project) -> Blame:
    """The narrowest group of sites that are still on."""
    places = _places(error, plan, project)
    for level in (_in_spans, _in_statements, _in_functions, _in_files):
        if blame := level(places):
            return blame
    package = next((package for package in project.packages if package.id == error.package_id), None)
    if package is None:
        return _of_packages({each.name for each in project.packages}, plan)
    return _of_packages({package.name}, plan) or _of_packages(set(package.members_used), plan)


def _places(error: Diagnostic, plan: InstrumentPlan, project: Project) -> list[tuple[TracedFile, Span]]:
    """The error's spans in traced files, as byte ranges of the rewritten text; those of the error itself first."""
    found = []
    for span in error.spans:
        # joined without following links: rustc names files as cargo named the root
        file = plan.files.get(_absolute(project, span.file))
        if file is not None:
            found.append((file, Span(span.start, max(span.end, span.start + 1))))
    return found


def _absolute(project: Project, name: str) -> Path:
    parts: list[str] = []
    for part in (project.workspace_root / name).parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts)


def _in_spans(places: Sequence[tuple[TracedFile, Span]]) -> Blame:
    return {
        (file.origin.path, index)
        for file, span in places
        for index in file.rewritten.sites_in(span.start, span.end)
        if index not in file.disabled
    }


def _original(file: TracedFile, span: Span) -> Span:
    start = file.rewritten.source_offset(span.start)
    return Span(start, max(start, file.rewritten.source_offset(span.end)))


def _in_statements(places: Sequence[tuple[TracedFile, Span]]) -> Blame:
    return {
        (file.origin.path, site.index)
        for file, span in places
        for site in file.kept
        if site.statement.overlaps(_original(file, span))
    }


def _in_functions(places: Sequence[tuple[TracedFile, Span]]) -> Blame:
    return {
        (file.origin.path, site.index)
        for file, span in places
        for site in file.kept
        if site.function_span.overlaps(_original(file, span))
    }


def _in_files(places: Sequence[tuple[TracedFile, Span]]) -> Blame:
    return {(file.origin.path, site.index) for file, _ in places for site in file.kept}


def _of_packages(names: Iterable[str], plan: InstrumentPlan) -> Blame:
    wanted = set(names)
    return {
        (path, site.index)
        for path, file in plan.files.items()
        if file.origin.package.name in wanted
        for site in file.kept
    }


def _with_dependents(blame: Blame, plan: InstrumentPlan) -> Blame:
    """The blamed sites and all that name a guard of theirs, directly or through others."""
    result = set(blame)
    for path in {path for path, _ in blame}:
        off = {index for blamed, index in blame if blamed == path}
        size = -1
        while size != len(off):
            size = len(off)
            off |= {site.index for site in plan.files[path].rewritten.sites if off & set(site.depends_on)}
        result |= {(path, index) for index in off}
    return result
