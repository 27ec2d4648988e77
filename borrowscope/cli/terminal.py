"""Writing to the terminal: what goes to stdout, what to stderr, and whether colours and drawing characters may be used.

In: texts. Out: bytes on the two streams. `ClosedOutputError` tells that the reader of stdout has gone.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO, cast

from borrowscope.errors import UsageError


class ClosedOutputError(Exception):
    """Whoever read our stdout has closed it (`| head`): no error, we just stop."""


BOLD = "1"
DIM = "2"
RED = "31"
YELLOW = "33"
CYAN = "36"


def write(text: str) -> None:
    """Write data to stdout, with a newline at its end."""
    stdout().write(text if text.endswith("\n") else f"{text}\n")


class _Stdout(io.TextIOBase):
    """Stdout as a stream that tells with `ClosedOutputError` that its reader has gone."""

    def write(self, text: str) -> int:
        with _told_errors():
            return sys.stdout.write(text)


def stdout() -> TextIO:
    """Stdout for those who write much."""
    return cast("TextIO", _Stdout())


def flush() -> None:
    """Hand stdout over to its reader; raises `ClosedOutputError` where that one has gone."""
    with _told_errors():
        sys.stdout.flush()


@contextmanager
def _told_errors() -> Iterator[None]:
    """What stdout cannot take, for example on a full disk, is no bug of ours; nothing more is written to it then."""
    try:
        yield
    except BrokenPipeError as error:
        raise ClosedOutputError from error
    except OSError as error:
        abandon_stdout()
        raise UsageError(f"cannot write stdout: {error.strerror}") from error


def note(text: str) -> None:
    """Write a line for people to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def warn(text: str, hint: str | None = None) -> None:
    """Write a warning to stderr, with what to do about it."""
    note(f"{paint('warning:', YELLOW, sys.stderr)} {text}")
    if hint:
        note(f"hint: {hint}")


def complain(text: str, hint: str | None = None) -> None:
    """Write the one line that an error has, and its hint, to stderr."""
    note(f"{paint('error:', RED, sys.stderr)} {text}")
    if hint:
        note(f"hint: {hint}")


def paint(text: str, style: str, stream: IO[str] | None = None) -> str:
    """The text in an ANSI style, if the stream (stdout by default) shows colours."""
    return f"\x1b[{style}m{text}\x1b[0m" if has_colour(stream or sys.stdout) else text


def has_colour(stream: IO[str]) -> bool:
    """Whether the stream shows colours: what `NO_COLOR`, `CARGO_TERM_COLOR` and the terminal say, in this order."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = (os.environ.get("CLICOLOR_FORCE"), os.environ.get("FORCE_COLOR"))
    if any(value and value != "0" for value in forced):
        return True
    wish = os.environ.get("CARGO_TERM_COLOR", "auto")
    if wish in {"always", "never"}:
        return wish == "always"
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def columns() -> int | None:
    """How wide the terminal is that stdout goes to; None where it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def has_unicode() -> bool:
    """Whether stdout takes box drawing characters: `CARGO_TERM_UNICODE` first, then its encoding."""
    wish = os.environ.get("CARGO_TERM_UNICODE", "").lower()
    if wish in {"true", "false"}:
        return wish == "true"
    try:
        "│●┊╰─▶×".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def prepare() -> None:
    """Make both streams take every text: what their encoding lacks becomes an escape, and closed ones lead nowhere."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def abandon_stdout() -> None:
    """Point stdout to nowhere, so that the interpreter's last flush does not complain either."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
