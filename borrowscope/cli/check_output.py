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

    def refuse_overwriting(self, read: Path | None) -> None:
        """Raise `UsageError` where a report would take the place of a file that the check reads."""
        written = [self.output, *(file for _, file in self.files)]
        if read is not None and read.resolve() in {file.resolve() for file in written if file is not None}:
            raise UsageError(f"{read} is read, and a report is to be written there", hint="name another file for it")


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
    """Everything that was asked for, files first; a reader of stdout who has gone changes nothing."""
    for form, file in outputs.files:
        deliver(FORMATS[form](report), file)
    is_stdout = outputs.output is None or str(outputs.output) == "-"
    shown = replace(report, paint=terminal.paint, columns=terminal.columns()) if is_stdout else report
    is_github = os.environ.get("GITHUB_ACTIONS") == "true" and outputs.annotations is not Annotations.NONE
    if is_github:
        _write_summary(report)
    try:
        deliver(FORMATS[outputs.form](shown), outputs.output)
        if (is_github or outputs.annotations is Annotations.GITHUB) and outputs.form is not Format.GITHUB:
            # where stdout is data they go to stderr
            stream = terminal.stdout() if outputs.form is Format.TEXT else sys.stderr
            stream.write(FORMATS[Format.GITHUB](report))
        terminal.flush()
    except (terminal.ClosedOutputError, BrokenPipeError):
        terminal.abandon_stdout()


def _write_summary(report: Report) -> None:
    """Tell the result on the page of GitHub's run."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary:
        return
    try:
        with Path(summary).open("a", encoding="utf-8") as stream:
            stream.write(FORMATS[Format.MARKDOWN](report) + "\n")
    except OSError as error:
        terminal.warn(f"cannot write the step's summary: {error.strerror}")
