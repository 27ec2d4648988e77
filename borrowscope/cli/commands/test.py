"""`borrowscope test`: what `cargo test` does, doctests included, and a recording of it.

In: a crate, a workspace or one `.rs` file. Out: the tests' own output and exit code; a recording.
"""

from __future__ import annotations

from typing import Annotated

import typer

from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.recorded_run import OwnFlags, RecordFlags, record_command
from borrowscope.cli.session import (
    AllOption,
    EditionOption,
    MaxBytesOption,
    NoSettingsOption,
    OutputOption,
    SettingsOption,
    SummaryOption,
    TimeoutOption,
    TraceOption,
)
from borrowscope.cli.wishes import FilterOption, OnlyOption, PresetOption, SampleOption, SkipOption, WishFlags
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
    output: OutputOption = None,
    summary: SummaryOption = None,
    trace_all: AllOption = False,
    trace: TraceOption = None,
    preset: PresetOption = None,
    only: OnlyOption = None,
    skip: SkipOption = None,
    name_filter: FilterOption = None,
    sample: SampleOption = None,
    edition: EditionOption = None,
    max_bytes: MaxBytesOption = None,
    timeout: TimeoutOption = None,
    settings: SettingsOption = None,
    no_settings: NoSettingsOption = False,
) -> int:
    """Run a crate's tests and record what ownership does in them; takes every flag of `cargo test`."""
    wishes = WishFlags(preset, only, skip, name_filter, sample)
    recorded = RecordFlags(output, summary, max_bytes, timeout)
    own = OwnFlags(recorded, trace_all, tuple(trace or ()), wishes, edition, settings, no_settings)
    return record_command(context, "test", words, cargo, own)


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
