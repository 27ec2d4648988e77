"""`borrowscope exec`: any command that calls cargo, and a recording of all traced programs that it starts.

In: a crate or a workspace, and a command. Out: the command's own output and exit code; a recording.
"""

from __future__ import annotations

from typing import Annotated

import typer

from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.flags import takes_cargo_flags
from borrowscope.cli.recorded_run import OwnFlags, RecordFlags, exec_command
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


@takes_cargo_flags(selection=False)
def execute(
    context: typer.Context,
    cargo: CargoOptions,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="A crate, a workspace or one .rs file; the command comes after --"),
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
    """Start a command in PATH; what its cargo builds there is traced, and what it starts of it is recorded."""
    wishes = WishFlags(preset, only, skip, name_filter, sample)
    recorded = RecordFlags(output, summary, max_bytes, timeout)
    own = OwnFlags(recorded, trace_all, tuple(trace or ()), wishes, edition, settings, no_settings)
    return exec_command(context, words, cargo, own)


COMMAND = Command(
    "exec",
    execute,
    LOOK,
    (
        Example("borrowscope exec . -- cargo nextest run", "another test runner: each test is a process"),
        Example("borrowscope exec . -- cargo bench --bench parse", "benches, those of criterion as well"),
        Example("borrowscope exec . -- make test", "whatever calls cargo"),
    ),
    passes_on=True,
)
