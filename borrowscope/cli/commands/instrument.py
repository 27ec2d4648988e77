"""`borrowscope instrument --out DIR`: an instrumented copy to read, keep and build with plain cargo.

In: a crate, a workspace or one `.rs` file. Out: the copy; what was observed and what was not, on stderr. With `--list`
or `--diff` what it would hold, on stdout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.build.copy import CopyOutcome, instrument_copy
from borrowscope.build.plan import InstrumentPlan
from borrowscope.build.preview import difference, listed, preview_project
from borrowscope.cli import terminal
from borrowscope.cli.command import MAKE, Command, Example
from borrowscope.cli.failures import raise_failure
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.progress import Progress
from borrowscope.cli.session import (
    AllOption,
    EditionOption,
    NoSettingsOption,
    Session,
    SettingsOption,
    TraceOption,
    open_session,
)
from borrowscope.cli.tidying import tidy
from borrowscope.cli.wishes import (
    FilterOption,
    OnlyOption,
    PresetOption,
    SampleOption,
    SkipOption,
    WishFlags,
    trace_options,
)
from borrowscope.errors import UsageError
from borrowscope.project.options import CargoOptions
from borrowscope.report.coverage import coverage_lines, coverage_of
from borrowscope.tables.recording_files import InstrumentReport


class Format(StrEnum):
    """Forms of the answer."""

    TEXT = "text"
    JSON = "json"


@takes_cargo_flags(selection=False)
def instrument(
    cargo: CargoOptions,
    path: Annotated[Path, typer.Argument(help="A crate, a workspace or one .rs file")] = Path(),
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the copy goes: new, empty, or an older copy")
    ] = None,
    show_list: Annotated[
        bool, typer.Option("--list", metavar="", help="Write no copy; list functions with their sites")
    ] = False,
    show_diff: Annotated[
        bool, typer.Option("--diff", metavar="", help="Write no copy; show how the sources would change")
    ] = False,
    trace_all: AllOption = False,
    trace: TraceOption = None,
    preset: PresetOption = None,
    only: OnlyOption = None,
    skip: SkipOption = None,
    name_filter: FilterOption = None,
    sample: SampleOption = None,
    edition: EditionOption = None,
    form: Annotated[
        Format, typer.Option("--format", help="json: instrument-report.json on stdout, for programs")
    ] = Format.TEXT,
    settings: SettingsOption = None,
    no_settings: NoSettingsOption = False,
) -> int:
    """Write an instrumented copy with the runtime crate inside; plain cargo builds and tests it."""
    shown = listed if show_list else difference if show_diff else None
    if (out is not None) + show_list + show_diff != 1:
        raise UsageError("instrument takes one of --out DIR, --list, --diff", hint="--out says where the copy goes")
    wishes = WishFlags(preset, only, skip, name_filter, sample)
    session = open_session(
        path,
        cargo,
        {"all": trace_all, "trace": tuple(trace or ()), "edition": edition, **wishes.settings()},
        settings,
        no_settings=no_settings,
    )
    Progress(verbose=cargo.verbose, quiet=cargo.quiet)(f"Instrumenting {session.project.root}")
    if out is None:
        return _preview(session, shown or listed)
    outcome = instrument_copy(
        session.project,
        session.cargo,
        out,
        trace_all=session.settings.all,
        trace=session.settings.trace,
        wishes=trace_options(session.settings),
        note=terminal.note,
    )
    return _finish(outcome, session, form)


def _preview(session: Session, shown: Callable[[InstrumentPlan], Iterator[str]]) -> int:
    outcome = preview_project(
        session.project,
        session.cargo,
        trace_all=session.settings.all,
        trace=session.settings.trace,
        wishes=trace_options(session.settings),
        note=terminal.note,
    )
    raise_failure(outcome.exit_code, outcome.failure)
    for line in shown(outcome.plan) if outcome.plan is not None else ():
        terminal.write(line)
    return outcome.exit_code


def _finish(outcome: CopyOutcome, session: Session, form: Format) -> int:
    raise_failure(outcome.exit_code, outcome.failure)
    for line in outcome.notes:
        terminal.note(line)
    if outcome.report is not None:
        if not (session.settings.all or session.settings.trace or outcome.has_marks):
            terminal.note("nothing is marked with #[trace_borrow]: every function is traced")
        if not session.cargo.quiet:
            _tell(outcome.report, outcome.out)
        if form is Format.JSON:
            terminal.write(outcome.report.model_dump_json(indent=1))
        tidy(session)
    return outcome.exit_code


def _tell(report: InstrumentReport, out: Path) -> None:
    terminal.note(f"wrote {out}")
    for line in coverage_lines(coverage_of(report)):
        terminal.note(line)
    terminal.note("  details    instrument-report.json; a program of the copy records into recordings/")


COMMAND = Command(
    "instrument",
    instrument,
    MAKE,
    (
        Example("borrowscope instrument . --out ../copy", "then: cd ../copy && cargo test"),
        Example("borrowscope instrument . --all --out ../copy", "every function, whether marked or not"),
        Example("borrowscope instrument . --list", "what would be traced, without writing anything"),
    ),
)
