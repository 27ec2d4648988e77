"""`borrowscope init PATH`: makes a crate with `#[trace_borrow]` in it build without BorrowScope, too.

In: a package's folder. Out: a tiny crate beside its manifest, two entries in the manifest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from borrowscope.build.pass_through import CRATE, init_crate
from borrowscope.cli import terminal
from borrowscope.cli.command import MAKE, Command, Example
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions


def init(path: Annotated[Path, typer.Argument(metavar="PATH", help="A package's folder")] = Path()) -> None:
    """Let `#[trace_borrow]` stand in a crate that others build with plain cargo."""
    project = load_project(path, CargoOptions())
    written = init_crate(project)
    for each in written:
        terminal.note(f"wrote {each}")
    if not written:
        terminal.note("nothing to do: everything is there")
        return
    terminal.note(f"commit these files, then mark functions: `use {CRATE}::trace_borrow;` and `#[trace_borrow]`")


COMMAND = Command(
    "init",
    init,
    MAKE,
    (Example("borrowscope init .", "then: use borrowscope_macro::trace_borrow;"),),
)
