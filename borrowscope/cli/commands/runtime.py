"""`borrowscope runtime --out DIR`: the runtime crate alone, for people who call it by hand.

In: a folder. Out: a cargo crate without dependencies in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from borrowscope.cli import terminal
from borrowscope.cli.command import MAKE, Command, Example
from borrowscope.errors import UsageError
from borrowscope.runtime.generate import write_runtime


def runtime(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new or empty folder")],
) -> None:
    """Write the crate `borrowscope-runtime`, which the instrumented code calls."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not an empty folder", hint="name a folder that does not exist yet")
    try:
        write_runtime(out, active_file=None, sites_json=None)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}") from error
    terminal.note(f"wrote the crate borrowscope-runtime to {out}")


COMMAND = Command(
    "runtime",
    runtime,
    MAKE,
    (Example("borrowscope runtime --out borrowscope-runtime", "then: cargo add --path borrowscope-runtime"),),
)
