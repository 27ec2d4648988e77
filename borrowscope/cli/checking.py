"""One tree checked, or the JSON result of a check read: what the rest of `check` works on.

In: a session, or a file. Out: `Checked`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from borrowscope.analyzer.analyze import examine
from borrowscope.analyzer.selected import examine_selected
from borrowscope.check.baseline import Comparison, Scope, baseline_of, compared
from borrowscope.check.changes import Changes
from borrowscope.check.configuration import Configuration, RuleChoice
from borrowscope.check.model import CheckResult
from borrowscope.check.run import CheckRequest, run_check
from borrowscope.check.sleeping import Sleeping
from borrowscope.check.view import ProjectView
from borrowscope.cli.analysis import analysis_request, ask_compiler, targets_of
from borrowscope.cli.check_coverage import covered
from borrowscope.cli.check_gate import Ground
from borrowscope.cli.check_verification import verified
from borrowscope.cli.session import Session
from borrowscope.errors import InputError, UsageError
from borrowscope.project.settings import Settings


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, and where; a result that was read stands on no ground."""

    result: CheckResult
    package: str
    ground: Ground | None = None
    changes: Changes | None = None


def configuration_of(settings: Settings) -> Configuration:
    """What the settings say of rules."""
    rules = {code: RuleChoice(rule.level, rule.include, rule.exclude) for code, rule in settings.rules.items()}
    return Configuration(rules, settings.exclude_paths)


def checked(
    session: Session,
    *,
    verify: bool = False,
    coverage: Path | None = None,
    find_changes: Callable[[Ground], Changes | None] | None = None,
) -> Checked:
    """Check a tree, beside the recording `coverage`; with changes, the files that they touch.

    Raises:
        KeyboardInterrupt: Ctrl-C came while the compiler was asked.
    """
    facts = ask_compiler(session)
    if facts is not None and facts.interrupted:
        raise KeyboardInterrupt
    request = analysis_request(session, targets_of(session, facts), facts, always_static=True)
    texts = {text.relative: text.source.decode("utf-8", "replace") for text in request.sources.files}
    ground = Ground(session.project.root, texts, configuration_of(session.settings))
    changes = find_changes(ground) if find_changes is not None else None
    needs_all = changes is None or verify or coverage is not None
    analysis = examine(request) if changes is None or needs_all else examine_selected(request, changes.selected)
    if verify and not verified(session, analysis):
        raise KeyboardInterrupt
    result = run_check(CheckRequest(analysis, ground.root, ground.configuration))
    if coverage is not None:
        result.coverage = covered(coverage, analysis)
    ground = replace(ground, sleeping=Sleeping(ProjectView.of(analysis)))
    return Checked(result, _package(session), ground, changes)


def _package(session: Session) -> str:
    """What the check is about, in a word."""
    selected = session.project.selected
    return selected[0].name if len(selected) == 1 else session.project.root.name


def read_checked(file: Path) -> Checked:
    """The result of `check --format json`."""
    try:
        result = CheckResult.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(
            f"{file} is no result of a check: {place}: {first['msg']}",
            hint="`borrowscope check --format json` of this version writes one",
        ) from error
    return Checked(result, file.stem)


def added_since(old: CheckResult, new: CheckResult) -> tuple[CheckResult, Comparison]:
    """The new result, with what the old one has marked as known."""
    scope = Scope(looked=lambda _entry: True, exists=lambda _file: True)
    result, comparison = compared(new, baseline_of(old.findings), scope)
    return result, replace(comparison, against="the old version")
