"""`borrowscope analyze`: what the compiler knows of every binding, as a file.

In: a crate, a workspace or one `.rs` file. Out: `.borrowscope/type-info.json`, and a summary on stdout. A crate that
does not compile gets static types and a warning. `--compare-types` measures the static source and writes no file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.analyzer import compare
from borrowscope.analyzer.analyze import analyze
from borrowscope.analyzer.remembered import analyze_remembered
from borrowscope.analyzer.type_info import TypeInfo
from borrowscope.analyzer.write import default_path, render_type_info, write_type_info
from borrowscope.build.pipeline import ProjectFacts
from borrowscope.cli import terminal
from borrowscope.cli.analysis import Types, analysis_request, ask_compiler, targets_of
from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.output import deliver
from borrowscope.cli.session import (
    OURS,
    EditionOption,
    NoSettingsOption,
    Session,
    SettingsOption,
    open_session,
)
from borrowscope.cli.type_comparison import render_comparison
from borrowscope.errors import ExitCode, UsageError
from borrowscope.project.options import CargoOptions
from borrowscope.report.wording import counted
from borrowscope.tables.initializer_kinds import INITIALIZER_KINDS

PLACES_SHOWN = 5


class Format(StrEnum):
    """What goes to stdout."""

    TEXT = "text"
    JSON = "json"


@takes_cargo_flags()
def run_analyze(
    cargo: CargoOptions,
    path: Annotated[Path, typer.Argument(help="A crate, a workspace or one .rs file")] = Path(),
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write there; - is stdout", rich_help_panel=OURS),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="text: a summary; json: the whole answer", rich_help_panel=OURS)
    ] = Format.TEXT,
    types: Annotated[
        Types | None, typer.Option("--types", help="Ask the compiler, the sources, or both", rich_help_panel=OURS)
    ] = None,
    kinds: Annotated[
        bool, typer.Option("--kinds", metavar="", help="Tell how many bindings have which kind", rich_help_panel=OURS)
    ] = False,
    compare_types: Annotated[
        bool,
        typer.Option(
            "--compare-types",
            metavar="",
            help="Tell how far static types agree with rustc's, instead of writing any",
            rich_help_panel=OURS,
        ),
    ] = False,
    edition: EditionOption = None,
    settings: SettingsOption = None,
    no_settings: NoSettingsOption = False,
) -> int:
    """Write the type and the uses of every binding, from the user's own compiler."""
    asked = Types.RUSTC if compare_types else types
    flags = {"types": asked.value if asked else None, "edition": edition}
    session = open_session(path, cargo, flags, settings, no_settings=no_settings)
    facts = ask_compiler(session)
    if facts is not None and facts.interrupted:
        return ExitCode.INTERRUPTED
    if facts is not None and compare_types:
        _compare(session, facts, output, form)
        return ExitCode.OK
    info = _analyze(session, facts)
    to_stdout = output is not None and str(output) == "-"
    if not to_stdout:
        _write(info, output or default_path(session.project.root))
    if kinds:
        _tell_kinds(info, form)
    elif to_stdout or form is Format.JSON:
        terminal.write(render_type_info(info))
    else:
        _tell(info, output or default_path(session.project.root))
    _warn_about_skipped(info)
    return ExitCode.OK


def _analyze(session: Session, facts: ProjectFacts | None) -> TypeInfo:
    return analyze_remembered(analysis_request(session, targets_of(session, facts), facts))


def _compare(session: Session, facts: ProjectFacts, output: Path | None, form: Format) -> None:
    """Tell how the static source does on the very targets that rustc compiled."""
    targets = targets_of(session, facts)
    by_rustc = analysis_request(session, targets, facts)
    sources = {text.relative: text.source for text in by_rustc.sources.files}
    comparison = compare.compare(analyze(by_rustc), analyze(analysis_request(session, targets, None)), sources)
    deliver(comparison.model_dump_json(indent=2) if form is Format.JSON else render_comparison(comparison), output)


def _tell_kinds(info: TypeInfo, form: Format) -> None:
    """All kinds in the order of their table, those that no binding has included."""
    found = Counter(variable.initializer_kind for variables in info.files.values() for variable in variables)
    if form is Format.JSON:
        terminal.write(json.dumps({row.kind: found[row.kind] for row in INITIALIZER_KINDS} | {"null": found[None]}))
        return
    family = None
    for row in INITIALIZER_KINDS:
        if row.family is not family:
            terminal.write(row.family.value)
        family = row.family
        terminal.write(f"  {row.kind:<26}{found[row.kind]:>8,}")
    terminal.write(f"no kind\n  {'null':<26}{found[None]:>8,}")


def _write(info: TypeInfo, path: Path) -> None:
    try:
        write_type_info(info, path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", hint="name another file with -o") from error


def _tell(info: TypeInfo, path: Path) -> None:
    told = info.analyzer
    functions = [function for found in info.functions.values() for function in found]
    terminal.write(f"{counted(told.variables, 'binding')} in {counted(len(info.files), 'file')}, written to {path}")
    rows = (
        ("types", _sources_of_types(told.resolved_by_rustc, told.resolved_statically, told.unresolved)),
        ("packages", ", ".join(f"{name} ({edition})" for name, edition in told.edition.items())),
        ("functions", f"{len(functions):,}, {sum(1 for one in functions if one.traceable is True):,} can be traced"),
        ("statics", f"{len(info.statics):,}"),
        ("calls that matter", f"{len(info.expressions):,} (drop, forget, replace, swap, take, spawn ...)"),
    )
    for name, text in rows:
        terminal.write(f"  {name:<17}  {text}")


def _sources_of_types(by_rustc: int, static: int, unknown: int) -> str:
    parts = ((by_rustc, "by rustc"), (static, "from the sources"), (unknown, "unknown"))
    return ", ".join(f"{count:,} {words}" for count, words in parts if count) or "none"


def _warn_about_skipped(info: TypeInfo) -> None:
    """Name the files and places that could not be read; macro bodies are only counted in the file."""
    unread = [one for one in info.skipped if one.span is None or one.reason == "syntax_error"]
    by_file: dict[tuple[str, str], int] = {}
    for one in unread:
        by_file[(one.path, one.reason)] = by_file.get((one.path, one.reason), 0) + 1
    shown: Sequence[tuple[str, str]] = list(by_file)[:PLACES_SHOWN]
    for path, reason in shown:
        terminal.warn(f"{path}: {reason.replace('_', ' ')}; the rest is analyzed")
    if len(by_file) > len(shown):
        terminal.warn(f"and {counted(len(by_file) - len(shown), 'more file')}, listed under `skipped`")


COMMAND = Command(
    "analyze",
    run_analyze,
    LOOK,
    (
        Example("borrowscope analyze .", "writes .borrowscope/type-info.json"),
        Example("borrowscope analyze . --workspace --all-targets", "all members, tests and examples too"),
        Example("borrowscope analyze hello.rs -o - | jq .by_name", "to stdout"),
        Example("borrowscope analyze . --compare-types", "where the sources alone tell other types than rustc"),
    ),
)
