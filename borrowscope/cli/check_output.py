"""Where a check's findings go: stdout or `-o`, the files of `--report`, and GitHub's annotations and step summary.

In: a report, the flags. Out: texts in their places.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from borrowscope.check.formats.table import FORMATS, Format
from borrowscope.check.report import Report
from borrowscope.cli import terminal
from borrowscope.cli.output import deliver
from borrowscope.errors import UsageError
from borrowscope.tables.groups import nearest_word

_STDOUT = Path("-")


class Annotations(StrEnum):
    """Whether GitHub's annotations are written."""

    AUTO = "auto"
    GITHUB = "github"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the command line asks for; `files` are formats with the files that they go to."""

    form: Format
    output: Path | None
    files: Sequence[tuple[Format, Path]]
    annotations: Annotations


def read_outputs(form: Format, output: Path | None, reports: Sequence[str], annotations: Annotations) -> Outputs:
    """What the flags come to; each file and stdout take one format.

    Raises:
        UsageError: a format that nobody knows, or two for one place.
    """
    files = [_read_report(one) for one in reports]
    places = [_STDOUT if output is None else output, *(file for _, file in files)]
    twice = next((place for at, place in enumerate(places) if place in places[:at]), None)
    if twice is not None:
        name = "stdout" if twice == _STDOUT else str(twice)
        raise UsageError(
            f"two formats are to be written to {name}", hint="-o FILE or --report FORMAT=FILE names another"
        )
    return Outputs(form, output, files, annotations)


def _read_report(given: str) -> tuple[Format, Path]:
    name, _, file = given.partition("=")
    if name not in set(Format):
        near = nearest_word(name, list(Format))
        raise UsageError(f"--report knows no format `{name}`", hint=f"did you mean `{near}`?")
    if not file:
        raise UsageError(f"--report takes FORMAT=FILE, not `{given}`", hint=f"for example --report {name}=FILE")
    return Format(name), Path(file)


def write_outputs(report: Report, outputs: Outputs) -> None:
    """Everything that was asked for, files first."""
    for form, file in outputs.files:
        deliver(FORMATS[form](report), file)
    is_stdout = outputs.output is None or str(outputs.output) == "-"
    shown = replace(report, paint=terminal.paint) if is_stdout else report
    deliver(FORMATS[outputs.form](shown), outputs.output)
    _tell_github(report, outputs)


def _tell_github(report: Report, outputs: Outputs) -> None:
    """Annotations and the step's summary, where GitHub runs us or somebody asks for them."""
    is_github = os.environ.get("GITHUB_ACTIONS") == "true"
    wants = outputs.annotations is Annotations.GITHUB or (outputs.annotations is Annotations.AUTO and is_github)
    if wants and outputs.form is not Format.GITHUB:
        text = FORMATS[Format.GITHUB](report)
        if outputs.form is Format.TEXT:
            sys.stdout.write(text)
        else:  # stdout is data
            sys.stderr.write(text)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and is_github and outputs.annotations is not Annotations.NONE:
        try:
            with Path(summary).open("a", encoding="utf-8") as stream:
                stream.write(FORMATS[Format.MARKDOWN](report) + "\n")
        except OSError as error:
            terminal.warn(f"cannot write the step's summary: {error.strerror}")
