"""`borrowscope export`: the events of a recording for other programs.

In: a recording. Out: its events in a format, on stdout or in a file.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.output import opened
from borrowscope.cli.recordings import open_recording
from borrowscope.export.jsonl import write_jsonl


class Format(StrEnum):
    """Formats of events."""

    JSONL = "jsonl"


WRITERS = {Format.JSONL: write_jsonl}


def export(
    recording: Annotated[
        Path | None, typer.Argument(metavar="[REC]", help="A recording; the latest by default")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="jsonl: one event a line")] = Format.JSONL,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there")] = None,
) -> None:
    """Write the events of a recording for other programs."""
    events = open_recording(recording).events
    with opened(output) as stream:
        WRITERS[form](events, stream)


COMMAND = Command(
    "export",
    export,
    LOOK,
    (
        Example("borrowscope export --format jsonl | head", "the first events of the latest recording"),
        Example("borrowscope export semver.bstrace -o events.jsonl", "into a file"),
    ),
)
