"""`borrowscope test`: what `cargo test` does, doctests included, and a recording of it.

In: a crate, a workspace or one `.rs` file. Out: the tests' own output and exit code; a recording.
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
def run_tests(
    context: typer.Context,
    cargo: CargoOptions,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH TESTNAME",
            help="A crate, a workspace or one .rs file; which tests; the test program's arguments come after --",
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
    """Run a crate's tests and record what ownership does in them; takes every flag of `cargo test`."""
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
        command="test",
        program_arguments=program.program_arguments,
        test_filter=tuple(rest),
        output=output,
        trace_all=session.settings.all,
        trace=session.settings.trace,
        command_line=command_line(),
    )
    return record(session, request)


COMMAND = Command(
    "test",
    run_tests,
    LOOK,
    (
        Example("borrowscope test .", "all tests, doctests included"),
        Example("borrowscope test . parser -- --test-threads 1", "those whose name holds `parser`, one by one"),
        Example("borrowscope test . --doc -o doc.bstrace", "doctests only; name the recording"),
    ),
    passes_on=True,
)
