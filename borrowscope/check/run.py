"""The check: an analysis to findings, with what hides them, what is known already, and what cannot be seen.

In: `CheckRequest`. Out: `CheckResult`. Nothing here touches the disk or starts a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from borrowscope.analyzer.analyze import Analysis
from borrowscope.check.all_rules import FUNCTIONS
from borrowscope.check.allowances import Allowance, complaints, find_allowances
from borrowscope.check.blind_spots import find_blind_spots
from borrowscope.check.configuration import Configuration
from borrowscope.check.fingerprints import fingerprints
from borrowscope.check.model import CheckResult, Finding, Inside, Suppressed
from borrowscope.check.registry import Draft
from borrowscope.check.sleeping import Sleeping, can_sleep
from borrowscope.check.summary import summary_of
from borrowscope.check.view import FileView, ProjectView
from borrowscope.tables.check_rules import BY_CODE
from borrowscope.text.collector import collector_paused
from borrowscope.text.deep_stack import run_deep


@dataclass(slots=True)
class CheckRequest:
    """What to check. `root` is what paths are relative to."""

    analysis: Analysis
    root: Path
    configuration: Configuration = field(default_factory=Configuration)


@dataclass(slots=True)
class _Found:
    """Findings of one file, before they have fingerprints."""

    findings: list[tuple[Finding, str]] = field(default_factory=list)  # with the text that a fingerprint is made of
    suppressed: list[Suppressed] = field(default_factory=list)


def run_check(request: CheckRequest) -> CheckResult:
    """Everything that the rules say of the project."""
    with collector_paused():
        return run_deep(lambda: _run(request))


def _run(request: CheckRequest) -> CheckResult:
    view = ProjectView.of(request.analysis)
    sleeping = Sleeping(view)
    found = [_check_file(view, file, request.configuration, sleeping) for file in view.checked]
    drafted = [one for part in found for one in part.findings]
    keys = [(one.code, one.file, one.function or "", text) for one, text in drafted]
    findings = [
        one.model_copy(update={"fingerprint": print_})
        for (one, _), print_ in zip(drafted, fingerprints(keys), strict=True)
    ]
    return CheckResult(
        root=request.root.as_posix(),
        findings=findings,
        blind_spots=find_blind_spots(request.analysis, view),
        suppressed=[one for part in found for one in part.suppressed],
        summary=summary_of(findings),
    )


def _check_file(view: ProjectView, file: FileView, configuration: Configuration, sleeping: Sleeping) -> _Found:
    found = _Found()
    allowances = find_allowances(file)
    drafts = _once((code, draft) for code in FUNCTIONS for draft in _drafts(view, file, configuration, code))
    for code, draft in sorted(drafts, key=lambda one: (one[1].at, one[1].span.end, one[0])):
        allowance = _hiding(allowances, code, draft)
        if allowance is None:
            found.findings.append(_finding(file, configuration, code, draft))
        else:
            line = file.lines.line_of(draft.at)
            found.suppressed.append(Suppressed(code=code, file=file.path, line=line, reason=allowance.reason))
    for code, draft in complaints(file, allowances, partial(_is_needed, file, configuration, sleeping)):
        if configuration.looks_at(BY_CODE[code], file.path):
            found.findings.append(_finding(file, configuration, code, draft))
    found.findings.sort(key=lambda one: (one[0].line, one[0].column))
    return found


def _is_needed(
    file: FileView, configuration: Configuration, sleeping: Sleeping, allowance: Allowance, code: str
) -> bool:
    """Whether a comment that hides nothing here may do so elsewhere: the rule is off, or the code not compiled."""
    rule = BY_CODE.get(code)
    if rule is None:
        return False
    return not configuration.looks_at(rule, file.path) or (can_sleep(rule) and sleeping.is_in(file, allowance.reach))


def _drafts(view: ProjectView, file: FileView, configuration: Configuration, code: str) -> Iterator[Draft]:
    if configuration.looks_at(BY_CODE[code], file.path):
        yield from FUNCTIONS[code](view, file)


def _once(drafts: Iterable[tuple[str, Draft]]) -> list[tuple[str, Draft]]:
    """Each place once: a macro's own text is an operation in every expansion."""
    return list({(code, draft.span, draft.at, draft.target): (code, draft) for code, draft in drafts}.values())


def _hiding(allowances: list[Allowance], code: str, draft: Draft) -> Allowance | None:
    """The comment that hides a finding; one without a reason hides it, too, and is complained about."""
    return next((one for one in allowances if one.hides(code, draft.at)), None)


def _finding(file: FileView, configuration: Configuration, code: str, draft: Draft) -> tuple[Finding, str]:
    row = BY_CODE[code]
    operation = draft.operation
    begin, end = file.lines.position(draft.at), file.lines.position(draft.span.end)
    finding = Finding(
        code=code,
        rule=row.name,
        level=configuration.level(code),
        message=row.message.format_map(draft.words),
        help=row.help.format_map(draft.words),
        kind=row.kind,
        file=file.path,
        line=begin.line,
        column=begin.column,
        end_line=end.line,
        end_column=end.column,
        target=draft.target,
        inside=_inside(file, draft),
        function=file.path_around(draft.span),
        resolved=operation.is_resolved if operation is not None else True,
        source=operation.source if operation is not None else "static",
        in_macro=operation.in_macro if operation is not None else False,
        fingerprint="",
    )
    return finding, file.full_text_of(draft.span)


def _inside(file: FileView, draft: Draft) -> Inside | None:
    operation = draft.operation
    if operation is None or operation.inside is None or operation.enclosure is None:
        return None
    return Inside(kind=operation.enclosure.value, line=file.lines.line_of(operation.inside.start))
