"""Every error that a user can meet, each with its exit code, slug, and a hint that says what to do.

    BorrowScopeError
    ├── UsageError        2   no such path, bad option, bad configuration, unusable --out
    ├── InputError        2   a manifest that cargo refuses, an unreadable recording
    ├── ToolMissingError  2   cargo or rustc is not there
    ├── TypesRefusedError 2   this rustc does not tell types
    ├── BaselineError     4   the untouched tree does not build
    ├── InstrumentedBuildError 5   ours does not build although the untouched one does
    └── InternalError    70   a bug of ours

A failed build inside a stage is an outcome (data); only the edge that ends the command turns it into an error.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the command line (README, section "Exit codes")."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    TIMEOUT = 3
    BASELINE = 4
    INSTRUMENTED = 5
    NOTHING_RECORDED = 6
    INTERNAL = 70
    INTERRUPTED = 130


class BorrowScopeError(Exception):
    """An error with one line for the user: what and where, and a hint that says what to do."""

    exit_code = ExitCode.INTERNAL
    slug = "internal"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BorrowScopeError):
    """The command line or the configuration asks for something that cannot be done."""

    exit_code = ExitCode.USAGE
    slug = "usage"


class InputError(BorrowScopeError):
    """A file that the user gave cannot be used: a manifest, a recording."""

    exit_code = ExitCode.USAGE
    slug = "input"


class ToolMissingError(BorrowScopeError):
    """A program that we need is not installed."""

    exit_code = ExitCode.USAGE
    slug = "tool-missing"


class TypesRefusedError(BorrowScopeError):
    """The compiler does not take the flags that make it tell types, or tells them in a form that is not known."""

    exit_code = ExitCode.USAGE
    slug = "types-refused"


class BaselineError(BorrowScopeError):
    """The untouched tree does not build: the user's own failure, with its own exit code."""

    exit_code = ExitCode.BASELINE
    slug = "baseline"


class InstrumentedBuildError(BorrowScopeError):
    """The instrumented tree does not build although the untouched one does."""

    exit_code = ExitCode.INSTRUMENTED
    slug = "instrumented"


class InternalError(BorrowScopeError):
    """A bug of ours; never reported as the user's fault."""
