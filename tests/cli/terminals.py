"""Starts a program at a terminal of its own, types at it, and keeps what the terminal shows."""

from __future__ import annotations

import os
import pty
import select
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

INTERRUPT = b"\x03"


class Terminal:
    """A program that has a terminal: its foreground group, its three streams, its keys."""

    def __init__(self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str] | None = None) -> None:
        self.shown = b""
        self.code: int | None = None
        self.pid, self._end = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                os.execve(command[0], [os.fspath(part) for part in command], {**os.environ, **(environment or {})})
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        """Watch the program."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program if it is still there."""
        if self.code is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self._end)

    def wait_for(self, text: str, seconds: float = 200.0) -> str:
        """What is shown up to the text, and a little more."""
        end = time.monotonic() + seconds
        while text.encode() not in self.shown:
            if time.monotonic() > end or not self._read(end):
                raise AssertionError(f"{text!r} was not shown: {self.shown.decode('utf-8', 'replace')}")
        return self.shown.decode("utf-8", "replace")

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._end, keys)

    def finish(self, seconds: float = 200.0) -> int:
        """Wait for the end; the exit code."""
        end = time.monotonic() + seconds
        while self._read(end):
            if time.monotonic() > end:
                raise AssertionError(f"it did not end: {self.shown.decode('utf-8', 'replace')}")
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
                return self.code
            time.sleep(0.05)
        raise AssertionError(f"it did not end: {self.shown.decode('utf-8', 'replace')}")

    def _read(self, end: float) -> bool:
        """Take what is there; false at the end of all output."""
        ready, _, _ = select.select([self._end], [], [], max(0.0, min(0.5, end - time.monotonic())))
        if not ready:
            return True
        try:
            more = os.read(self._end, 65536)
        except OSError:  # all who had the terminal have gone
            return False
        self.shown += more
        return bool(more)
