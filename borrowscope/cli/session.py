"""A project and its settings, as every command that builds needs them.

In: the path and the flags of the command line. Out: `Session`. Errors: those of project/.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from borrowscope.project.load import load_project
from borrowscope.project.model import Project
from borrowscope.project.options import CargoOptions
from borrowscope.project.settings import Settings, environment_settings, load_settings

OURS = "BorrowScope"

OutputOption = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="REC", help="Record there", rich_help_panel=OURS)
]
SummaryOption = Annotated[
    Path | None, typer.Option("--summary", metavar="FILE", help="Write the summary there", rich_help_panel=OURS)
]
AllOption = Annotated[
    bool, typer.Option("--all", metavar="", help="Trace every function, whether marked or not", rich_help_panel=OURS)
]
TraceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trace", metavar="GLOB", help="Trace functions whose path matches (repeatable)", rich_help_panel=OURS
    ),
]
EditionOption = Annotated[
    str | None,
    typer.Option("--edition", metavar="YEAR", help="Edition of a single .rs file (2024)", rich_help_panel=OURS),
]
MaxBytesOption = Annotated[
    int | None,
    typer.Option(
        "--max-bytes", metavar="N", min=0, help="Record so much of each process (4 GiB; 0: all)", rich_help_panel=OURS
    ),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0,
        help="End the program and all that it started after so long; builds do not count",
        rich_help_panel=OURS,
    ),
]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Read this instead of borrowscope.toml", rich_help_panel=OURS),
]
NoSettingsOption = Annotated[
    bool,
    typer.Option(
        "--no-settings", metavar="", help="Read no borrowscope.toml and no metadata tables", rich_help_panel=OURS
    ),
]


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works on."""

    project: Project
    cargo: CargoOptions
    settings: Settings


def open_session(
    path: Path,
    cargo: CargoOptions,
    flags: Mapping[str, Any],
    settings_file: Path | None = None,
    *,
    no_settings: bool = False,
) -> Session:
    """Load the project and merge the settings; flags that were not given (None, False, empty) say nothing."""
    given = {key: value for key, value in flags.items() if value or (value == 0 and value is not False)}
    edition = given.get("edition") or environment_settings(os.environ).get("edition")
    project = load_project(path, replace(cargo, edition=edition))
    settings = load_settings(project, given, os.environ, settings_file, no_config=no_settings)
    cargo = replace(cargo, edition=settings.edition)
    if project.is_single_file and settings.edition != edition:
        project = load_project(path, cargo)
    return Session(project, cargo, settings)
