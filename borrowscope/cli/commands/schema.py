"""`borrowscope schema NAME`: the JSON Schema of a file that programs read.

In: a name. Out: the schema on stdout, derived from the models that write and read the file.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import BaseModel

from borrowscope.analyzer.compare import TypeComparison
from borrowscope.analyzer.type_info import TypeInfo
from borrowscope.check.baseline import Baseline
from borrowscope.check.model import CheckResult
from borrowscope.cli import terminal
from borrowscope.cli.command import CARE, Command, Example
from borrowscope.errors import UsageError
from borrowscope.project.settings import Settings
from borrowscope.tables.recording_files import InstrumentReport, RunFile, SitesFile


def _report_answer() -> type[BaseModel]:
    from borrowscope.report.answer import ReportAnswer  # noqa: PLC0415 - it takes numpy, which is slow to load

    return ReportAnswer


# What gives each file's model.
MODELS: dict[str, Callable[[], type[BaseModel]]] = {
    "sites": lambda: SitesFile,
    "instrument-report": lambda: InstrumentReport,
    "run": lambda: RunFile,
    "report": _report_answer,
    "check": lambda: CheckResult,
    "baseline": lambda: Baseline,
    "settings": lambda: Settings,
    "type-info": lambda: TypeInfo,
    "type-comparison": lambda: TypeComparison,
}


def schema(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which file; all names without it")] = None,
) -> None:
    """Print the JSON Schema of one of our files."""
    if name is None:
        terminal.write("\n".join(MODELS))
        return
    model = MODELS.get(name.removesuffix(".json"))
    if model is None:
        near = difflib.get_close_matches(name, MODELS, n=1, cutoff=0.0)[0]
        raise UsageError(f"no schema is named `{name}`", hint=f"did you mean `{near}`? there are: {', '.join(MODELS)}")
    terminal.write(json.dumps(model().model_json_schema(), indent=2))


COMMAND = Command(
    "schema",
    schema,
    CARE,
    (
        Example("borrowscope schema", "which there are"),
        Example("borrowscope schema report > report.schema.json", "of `borrowscope report --format json`"),
    ),
)
