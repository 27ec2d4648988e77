"""`borrowscope show`: a function's source with the lifelines of one execution.

In: a recording and what to show. Out: a page of 80 columns on stdout.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from borrowscope.cli import terminal
from borrowscope.cli.command import LOOK, Command, Example
from borrowscope.cli.recordings import is_recording, open_recording
from borrowscope.errors import UsageError

PLACE = re.compile(r"(?P<file>[^:]+\.rs):(?P<line>[0-9]+)(?::[0-9]+)?")


def show(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[REC] WHAT [FILE:LINE]", help="WHAT is a function's name, the end of its path, or FILE:LINE"
        ),
    ],
    call: Annotated[int, typer.Option("--call", metavar="N", min=1, help="Which execution, counted from 1")] = 1,
) -> None:
    """Show a function's source with a lifeline for each binding: birth, borrows, moves, drop."""
    from borrowscope.report.show import show_function  # noqa: PLC0415 - it takes numpy, which is slow to load

    named, name, place = understand(words)
    page = show_function(open_recording(named), name, place, call=call, unicode=terminal.has_unicode())
    terminal.write("\n".join((terminal.paint(page[0], terminal.BOLD), *page[1:])))


def understand(words: list[str]) -> tuple[Path | None, str | None, tuple[str, int] | None]:
    """Recording, function and place among the words; raises `UsageError` for a word too many."""
    rest = list(words)
    recording = Path(rest.pop(0)) if len(rest) > 1 and is_recording(rest[0]) else None
    name: str | None = None
    place: tuple[str, int] | None = None
    for word in rest:
        match = PLACE.fullmatch(word)
        if match and place is None:
            place = (match["file"].removeprefix("./"), int(match["line"]))
        elif name is None and not match:
            name = word
        else:
            raise UsageError(f"one word too many: {word}", hint="borrowscope show [REC] WHAT [FILE:LINE]")
    return recording, name, place


COMMAND = Command(
    "show",
    show,
    LOOK,
    (
        Example("borrowscope show main", "of the latest recording of the project here"),
        Example("borrowscope show semver.bstrace Version::parse --call 3", "the third execution"),
        Example("borrowscope show src/parse.rs:40", "the function around a line"),
    ),
)
