"""`borrowscope report`: the summary of a recording.

In: a recording. Out: text or JSON on stdout, or in a file.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.cli import terminal
from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.output import deliver
from borrowscope.cli.recordings import open_recording


class Format(StrEnum):
    """Forms of the answer."""

    TEXT = "text"
    JSON = "json"


def report(
    recording: Annotated[
        Path | None, typer.Argument(metavar="[REC]", help="A recording; the latest by default")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="text for people, json for programs")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there")] = None,
) -> None:
    """Show what a recording holds: busiest functions, clones by type, values alive at the end."""
    from borrowscope.report.answer import answer  # noqa: PLC0415 - it takes numpy, which is slow to load
    from borrowscope.report.render import render  # noqa: PLC0415
    from borrowscope.report.summary import summarize  # noqa: PLC0415

    summary = summarize(open_recording(recording))
    if form is Format.JSON:
        deliver(answer(summary).model_dump_json(indent=2), output)
        return
    text = render(summary, unicode=output is not None or terminal.has_unicode())
    deliver(text if output else _with_headings(text), output)


def _with_headings(text: str) -> str:
    """Set the headings off: every line that starts in column 0."""
    lines = (
        line if line.startswith(" ") or not line else terminal.paint(line, terminal.BOLD) for line in text.split("\n")
    )
    return "\n".join(lines)


COMMAND = Command(
    "report",
    report,
    LOOK,
    (
        Example("borrowscope report", "the latest recording of the project here"),
        Example("borrowscope report semver.bstrace --format json", "for programs"),
    ),
)
