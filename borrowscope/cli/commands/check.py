"""`borrowscope check`: every FFI call, union, static and other unsafe operation of a crate, and a gate on them.

In: a crate, a workspace or one `.rs` file. Out: findings on stdout or in files; exit code 1 where one is at or above
`--fail-on`, whatever the format is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.check.formats.table import Format
from borrowscope.check.report import Report
from borrowscope.check.summary import is_failing
from borrowscope.cli.analysis import Types
from borrowscope.cli.check_gate import Gate, Ground, held_against
from borrowscope.cli.check_output import Annotations, Outputs, read_reports, write_outputs
from borrowscope.cli.checking import added_since, checked, read_checked
from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.session import OURS, EditionOption, NoSettingsOption, Session, SettingsOption, open_session
from borrowscope.errors import ExitCode, UsageError
from borrowscope.project.options import CargoOptions
from borrowscope.project.settings import Settings, load_settings
from borrowscope.tables.check_rules import Level


class FailOn(StrEnum):
    """The least level that makes the check fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


@takes_cargo_flags()
def run_check_command(
    cargo: CargoOptions,
    path: Annotated[Path, typer.Argument(help="A crate, a workspace or one .rs file")] = Path(),
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write there; - is stdout", rich_help_panel=OURS),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="How findings are written", rich_help_panel=OURS)
    ] = Format.TEXT,
    report: Annotated[
        list[str] | None,
        typer.Option(
            "--report", metavar="FORMAT=FILE", help="Write this format there, too (repeatable)", rich_help_panel=OURS
        ),
    ] = None,
    annotations: Annotated[
        Annotations,
        typer.Option("--annotations", help="GitHub's annotations; auto: where GitHub runs us", rich_help_panel=OURS),
    ] = Annotations.AUTO,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="The least level that makes the check end with 1 (error)", rich_help_panel=OURS),
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(
            "--level",
            metavar="CODE=LEVEL",
            help="A rule's level: error, warning, note, off (repeatable)",
            rich_help_panel=OURS,
        ),
    ] = None,
    types: Annotated[
        Types | None, typer.Option("--types", help="Ask the compiler, the sources, or both", rich_help_panel=OURS)
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            metavar="",
            help="Ask rustc for every unsafe operation (E0133), and tell recall and precision",
            rich_help_panel=OURS,
        ),
    ] = False,
    coverage: Annotated[
        Path | None,
        typer.Option(
            "--coverage",
            metavar="REC",
            help="A recording: how often each unsafe operation was executed, and by which test",
            rich_help_panel=OURS,
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Findings in there are known already", rich_help_panel=OURS),
    ] = None,
    write_baseline: Annotated[
        bool,
        typer.Option(
            "--write-baseline",
            metavar="",
            help="Write all findings to the baseline (borrowscope-baseline.json)",
            rich_help_panel=OURS,
        ),
    ] = False,
    in_diff: Annotated[
        Path | None,
        typer.Option("--in-diff", metavar="FILE", help="Only what this diff touches; - is stdin", rich_help_panel=OURS),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="REV", help="Only what has changed since then, asks git", rich_help_panel=OURS),
    ] = None,
    diff: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--diff",
            metavar="OLD NEW",
            help="What NEW has that OLD has not: trees, or JSON results (PATH counts for nothing)",
            rich_help_panel=OURS,
        ),
    ] = None,
    edition: EditionOption = None,
    settings: SettingsOption = None,
    no_settings: NoSettingsOption = False,
) -> int:
    """Find the operations that only `unsafe` allows, and what hides behind them."""
    given: dict[str, object] = {"types": types, "fail_on": fail_on, "rules": _levels(level or []), "edition": edition}
    flags = {name: _word(value) for name, value in given.items()}
    outputs = Outputs(form, output, read_reports(report or []), annotations)

    def session_of(place: Path) -> Session:
        return open_session(place, cargo, flags, settings, no_settings=no_settings)

    if diff is not None:
        if baseline or write_baseline or in_diff or since or coverage:
            hint = "leave baselines, --in-diff, --since and --coverage out"
            raise UsageError("--diff compares two trees by itself", hint=hint)
        return _compare(diff, session_of, flags, outputs, verify=verify)
    session = session_of(path)
    found = checked(session, verify=verify, coverage=coverage)
    gate = Gate(baseline or _named_baseline(session), write_baseline, in_diff, since)
    ground = Ground(session.project.root, found.texts, found.configuration)
    result, comparison = held_against(found.result, gate, ground)
    least = fail_level(session.settings)
    write_outputs(Report(result, found.texts, found.package, ground.folder, least, comparison), outputs)
    return ExitCode.FINDINGS if is_failing(result, least) else ExitCode.OK


def _compare(
    sides: tuple[Path, Path],
    session_of: Callable[[Path], Session],
    flags: Mapping[str, object],
    outputs: Outputs,
    *,
    verify: bool,
) -> int:
    """Tell what the second tree or result has that the first has not; the gate looks at that alone."""
    settings = load_settings(None, {name: value for name, value in flags.items() if value}, os.environ)
    found = []
    for side in sides:
        if side.suffix == ".json":
            found.append(read_checked(side))
        else:
            session = session_of(side)
            settings = session.settings
            found.append(checked(session, verify=verify))
    old, new = found
    result, comparison = added_since(old.result, new.result)
    least = fail_level(settings)
    folder = Ground(new.root, new.texts, new.configuration).folder if new.root is not None else ""
    write_outputs(Report(result, new.texts, new.package, folder, least, comparison), outputs)
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
