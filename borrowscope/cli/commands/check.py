"""`borrowscope check`: every FFI call, union, static and other unsafe operation of a crate, and a gate on them.

In: a crate, a workspace or one `.rs` file. Out: findings on stdout or in files; exit code 1 where one is at or above
`--fail-on`, whatever the format is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from borrowscope.check.baseline import Comparison
from borrowscope.check.formats.table import Format
from borrowscope.check.model import CheckResult
from borrowscope.check.report import Report
from borrowscope.check.summary import is_failing
from borrowscope.cli.check_flags import (
    AnnotationsFlag,
    BaselineFlag,
    CoverageFlag,
    DiffFlag,
    FailOnFlag,
    FormatFlag,
    InDiffFlag,
    LevelFlag,
    OutputFlag,
    PathArgument,
    ReportFlag,
    SinceFlag,
    TypesFlag,
    VerifyFlag,
    WriteBaselineFlag,
)
from borrowscope.cli.check_gate import Gate, find_changes, held_against
from borrowscope.cli.check_output import Annotations, Outputs, read_outputs, write_outputs
from borrowscope.cli.check_place import writable_place
from borrowscope.cli.checking import Checked, added_since, checked, read_checked
from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.session import EditionOption, NoSettingsOption, Session, SettingsOption, open_session
from borrowscope.errors import ExitCode, UsageError
from borrowscope.project.options import CargoOptions
from borrowscope.project.settings import Settings, load_settings
from borrowscope.tables.check_rules import Level


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the command line asks for; `open` loads the project at a path with its settings."""

    open: Callable[[Path], Session]
    flags: Mapping[str, object]
    outputs: Outputs
    verify: bool


@takes_cargo_flags()
def run_check_command(
    cargo: CargoOptions,
    path: PathArgument = Path(),
    output: OutputFlag = None,
    form: FormatFlag = Format.TEXT,
    report: ReportFlag = None,
    annotations: AnnotationsFlag = Annotations.AUTO,
    fail_on: FailOnFlag = None,
    level: LevelFlag = None,
    types: TypesFlag = None,
    verify: VerifyFlag = False,
    coverage: CoverageFlag = None,
    baseline: BaselineFlag = None,
    write_baseline: WriteBaselineFlag = False,
    in_diff: InDiffFlag = None,
    since: SinceFlag = None,
    diff: DiffFlag = None,
    edition: EditionOption = None,
    settings: SettingsOption = None,
    no_settings: NoSettingsOption = False,
) -> int:
    """Find the operations that only `unsafe` allows, and what hides behind them."""
    given: dict[str, object] = {"types": types, "fail_on": fail_on, "rules": _levels(level or []), "edition": edition}
    flags = {name: _word(value) for name, value in given.items()}
    opening = partial(open_session, cargo=cargo, flags=flags, settings_file=settings, no_settings=no_settings)
    wishes = _Wishes(opening, flags, read_outputs(form, output, report or [], annotations), verify)
    gate = Gate(baseline, write_baseline, in_diff, since)
    gate.refuse_nonsense()
    for read in (gate.diff, *(diff or ())):
        wishes.outputs.refuse_overwriting(read if read != Path("-") else None)
    if diff is None:
        return _check(path, gate, coverage, wishes)
    if gate != Gate() or coverage:
        hint = "leave baselines, --in-diff, --since and --coverage out"
        raise UsageError("--diff compares two trees by itself", hint=hint)
    return _compare(diff, wishes)


def _check(path: Path, gate: Gate, coverage: Path | None, wishes: _Wishes) -> int:
    """Check one tree, and hold what is found against the gate."""
    with writable_place(path) as place:
        session = wishes.open(place)
        gate = gate.with_baseline(_named_baseline(session))
        wishes.outputs.refuse_overwriting(gate.baseline_of(session.project.root))
        found = checked(session, verify=wishes.verify, coverage=coverage, find_changes=partial(find_changes, gate))
        _tell_root(found, path, place)
        least = fail_level(session.settings)
        result, comparison = held_against(found.result, gate, found.ground, found.changes, least)
        return _told(found, result, comparison, session.settings, wishes)


def _compare(sides: tuple[Path, Path], wishes: _Wishes) -> int:
    """Tell what the second tree or result has that the first has not; the gate looks at that alone."""
    settings = load_settings(None, {name: value for name, value in wishes.flags.items() if value}, os.environ)
    found = []
    for side in sides:
        if side.suffix == ".json":
            found.append(read_checked(side))
        else:
            with writable_place(side) as place:
                session = wishes.open(place)
                settings = session.settings
                found.append(checked(session, verify=wishes.verify))
            _tell_root(found[-1], side, place)
    old, new = found
    result, comparison = added_since(old.result, new.result)
    return _told(new, result, comparison, settings, wishes)


def _tell_root(found: Checked, named: Path, place: Path) -> None:
    """Whoever reads the result looks for the tree that was named."""
    if place != named:
        found.result.root = named.resolve().as_posix()


def _told(
    found: Checked, result: CheckResult, comparison: Comparison | None, settings: Settings, wishes: _Wishes
) -> int:
    """Write the result wherever it is wanted; whether it fails is up to the findings alone."""
    least = fail_level(settings)
    ground = found.ground
    report = Report(result, package=found.package, fail_on=least, comparison=comparison)
    if ground is not None:
        report = replace(report, texts=ground.texts, folder=ground.folder, repository=ground.tree.repository)
    write_outputs(report, wishes.outputs)
    return ExitCode.FINDINGS if is_failing(result, least) else ExitCode.OK


def _named_baseline(session: Session) -> Path | None:
    named = session.settings.baseline
    return session.project.root / named if named is not None else None


def _word(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _levels(given: list[str]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            raise UsageError(f"--level takes CODE=LEVEL, not `{one}`", hint="for example --level BS0510=warning")
    return dict(one.partition("=")[::2] for one in given)


def fail_level(settings: Settings) -> Level | None:
    """The least level that fails; None where none does."""
    return None if settings.fail_on == "never" else Level(settings.fail_on)


COMMAND = Command(
    "check",
    run_check_command,
    LOOK,
    (
        Example("borrowscope check .", "findings as rustc shows errors; ends with 1 if one of them is an error"),
        Example("borrowscope check . --types static --fail-on warning", "without the compiler, for a stricter gate"),
        Example("borrowscope check . --write-baseline", "from now on `--baseline FILE` shows what is new"),
        Example("borrowscope check . --since origin/main", "only what a change touches"),
        Example("borrowscope check . --report sarif=x.sarif", "a file for code scanning beside the text"),
        Example("borrowscope check --diff old/ new/", "what unsafe code a new version brings"),
        Example("borrowscope check . --verify", "how far the answer is rustc's own"),
        Example("borrowscope check . --coverage tests.bstrace", "which unsafe operations no test ever executed"),
        Example("borrowscope check . --format json -o findings.json", "for programs"),
    ),
)
