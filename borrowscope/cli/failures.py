"""Builds that failed, as the errors that end a command.

In: the exit code and cargo's words. Out: `BaselineError` or `InstrumentedBuildError`, or nothing.
"""

from __future__ import annotations

from borrowscope.build.type_check import BuildFailure
from borrowscope.errors import BaselineError, ExitCode, InstrumentedBuildError


def raise_failure(exit_code: int, failure: BuildFailure | None) -> None:
    """Raise what a failed build means: the user's own failure, or ours."""
    if failure is None:
        return
    if exit_code == ExitCode.INSTRUMENTED:
        raise InstrumentedBuildError(
            "the instrumented code does not build although the untouched code does; this is a bug of borrowscope",
            hint=_first_line(failure.output),
        )
    if exit_code == ExitCode.BASELINE:
        raise BaselineError("this does not compile, also without borrowscope", hint="cargo says why, above")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "cargo said nothing")
