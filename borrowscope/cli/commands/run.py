"""`borrowscope run`: what `cargo run` does, and a recording of it.

In: a crate, a workspace or one `.rs` file. Out: the program's own output and exit code; a recording.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from borrowscope.build.run import RunRequest
from borrowscope.cli.command import LOOK, Command, Example, Invocation, command_line
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.recorded_run import record, split_words
from borrowscope.cli.session import (
    OURS,
    AllOption,
    EditionOption,
    NoSettingsOption,
    SettingsOption,
    TraceOption,
    open_session,
)
from borrowscope.project.options import CargoOptions


@takes_cargo_flags(passes=True)
def run(
    context: typer.Context,
    cargo: CargoOptions,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH", help="A crate, a workspace or one .rs file; the program's arguments come after --"
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="REC", help="Record there", rich_help_panel=OURS)
    ] = None,
    summary: Annotated[
        Path | None, typer.Option("--summary", metavar="FILE", help="Write the summary there", rich_help_panel=OURS)
    ] = None,
    trace_all: AllOption = False,
    trace: TraceOption = None,
    edition: EditionOption = None,
    settings: SettingsOption = None,
    no_settings: NoSettingsOption = False,
) -> int:
    """Run a program and record what ownership does in it; takes every flag of `cargo run`."""
    path, rest, cargo = split_words(words, cargo)
    flags = {
        "all": trace_all,
        "trace": tuple(trace or ()),
        "edition": edition,
        "summary": str(summary) if summary else None,
    }
    session = open_session(path, cargo, flags, settings, no_settings=no_settings)
    program = context.find_object(Invocation) or Invocation()
    request = RunRequest(
        command="run",
        program_arguments=(*rest, *program.program_arguments),
        output=output,
        trace_all=session.settings.all,
        trace=session.settings.trace,
        command_line=command_line(),
    )
    return record(session, request)


COMMAND = Command(
    "run",
    run,
    LOOK,
    (
        Example("borrowscope run hello.rs", "a single file"),
        Example("borrowscope run . --release --bin server -- --port 80", "cargo's flags, then the program's"),
        Example("borrowscope run . -o tour.bstrace --trace '*::parse::*'", "name the recording; trace these functions"),
    ),
    passes_on=True,
)
