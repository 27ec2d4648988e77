"""`borrowscope runtime --out DIR`: the runtime crate alone, for people who call it by hand.

In: a folder. Out: a cargo crate without dependencies in it, and on stderr what to put into a manifest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from borrowscope.build.crate_place import check_crate_place, dependency_line
from borrowscope.cli import terminal
from borrowscope.cli.command import MAKE, Command, Example
from borrowscope.errors import UsageError
from borrowscope.runtime.generate import write_crate


def runtime(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where it goes: new, empty, or an older one")],
) -> None:
    """Write the crate `borrowscope-runtime`: generated code calls it, and so can you, by hand."""
    place = check_crate_place(out)
    try:
        write_crate(place)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}", hint="name another place with --out") from error
    terminal.note(f"wrote the crate borrowscope-runtime to {out}")
    terminal.note("to call it by hand, put into Cargo.toml:")
    terminal.note("")
    terminal.note("    [dependencies]")
    terminal.note(f"    {dependency_line(place)}")
    terminal.note("")
    terminal.note("without the feature `track` the calls do nothing; `serde` brings its traits; README.md says more")


COMMAND = Command(
    "runtime",
    runtime,
    MAKE,
    (Example("borrowscope runtime --out borrowscope-runtime", "then: cargo add --path borrowscope-runtime -F track"),),
)
