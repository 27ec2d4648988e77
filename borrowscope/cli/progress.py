"""What we are doing, for people at a terminal: one line a phase, in cargo's style, above cargo's own lines and its bar.

In: the names of phases. Out: lines on stderr: at a terminal only, or with `-v`, which adds how long each took.
"""

from __future__ import annotations

import os
import sys
import time

from borrowscope.cli import terminal

COLUMN = 12  # cargo's words end there


class Progress:
    """Told of each phase when it begins."""

    def __init__(self, *, verbose: int = 0, quiet: bool = False) -> None:
        self._is_verbose = verbose > 0
        self._is_shown = not quiet and (self._is_verbose or (sys.stderr.isatty() and not _is_dumb()))
        self._current = ""
        self._since = 0.0

    def __call__(self, phase: str) -> None:
        """A phase begins, and the one before it has ended. Its first word stands where cargo's words stand."""
        if not self._is_shown:
            return
        now = time.monotonic()
        if self._is_verbose and self._current:
            terminal.note(f"{'':{COLUMN}} {self._current.lower()}: {now - self._since:.1f} s")
        word, _, rest = phase.partition(" ")
        style = f"{terminal.BOLD};{terminal.CYAN}"
        terminal.note(f"{terminal.paint(f'{word:>{COLUMN}}', style, sys.stderr)} {rest}")
        self._current, self._since = phase, now


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"
