"""The flags of `borrowscope check`, as types of its parameters.

In: nothing, these are declarations. Out: `Annotated` types.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from borrowscope.check.formats.table import Format
from borrowscope.cli.analysis import Types
from borrowscope.cli.check_output import Annotations
from borrowscope.cli.session import OURS


class FailOn(StrEnum):
    """The least level that makes the check fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


def _option(*names: str, says: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, metavar=metavar, help=says, rich_help_panel=OURS)


def _switch(name: str, says: str) -> Any:
    return _option(name, says=says, metavar="")


PathArgument = Annotated[Path, typer.Argument(help="A crate, a workspace or one .rs file")]
OutputFlag = Annotated[Path | None, _option("-o", "--output", metavar="FILE", says="Write there; - is stdout")]
FormatFlag = Annotated[Format, _option("--format", says="How findings are written")]
ReportFlag = Annotated[
    list[str] | None, _option("--report", metavar="FORMAT=FILE", says="Write this format there, too (repeatable)")
]
AnnotationsFlag = Annotated[
    Annotations, _option("--annotations", says="GitHub's annotations; auto: where GitHub runs us")
]
FailOnFlag = Annotated[
    FailOn | None, _option("--fail-on", says="The least level that makes the check end with 1 (error)")
]
LevelFlag = Annotated[
    list[str] | None,
    _option("--level", metavar="CODE=LEVEL", says="A rule's level: error, warning, note, off (repeatable)"),
]
TypesFlag = Annotated[Types | None, _option("--types", says="Ask the compiler, the sources, or both")]
VerifyFlag = Annotated[
    bool, _switch("--verify", "Ask rustc for every unsafe operation (E0133), and tell recall and precision")
]
CoverageFlag = Annotated[
    Path | None,
    _option(
        "--coverage",
        metavar="REC",
        says="A recording: how often each unsafe operation was executed, and by which test",
    ),
]
BaselineFlag = Annotated[Path | None, _option("--baseline", metavar="FILE", says="Findings in there are known already")]
WriteBaselineFlag = Annotated[
    bool, _switch("--write-baseline", "Write all findings to the baseline (borrowscope-baseline.json)")
]
InDiffFlag = Annotated[
    Path | None, _option("--in-diff", metavar="FILE", says="Only what this diff touches; - is stdin")
]
SinceFlag = Annotated[str | None, _option("--since", metavar="REV", says="Only what has changed since then, asks git")]
DiffFlag = Annotated[
    tuple[Path, Path] | None,
    _option(
        "--diff",
        metavar="OLD NEW",
        says="What NEW has that OLD has not: trees, or JSON results (PATH counts for nothing)",
    ),
]
