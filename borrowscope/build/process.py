"""Starts programs: the one place of the build stage that does, and the one that ends them on Ctrl-C or a timeout.

In: a command. Out: `Finished` with its exit code or signal. Ctrl-C goes to the program first; what is left of its
process tree is ended after it. A command that cannot be started raises `ToolMissingError`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from borrowscope.build.process_tree import catches, find_tree, give_time, signal_all, start_time
from borrowscope.errors import ExitCode, ToolMissingError

GRACE_SECONDS = 5.0  # for programs that do nothing about Ctrl-C
PATIENT_SECONDS = 30.0  # for those that catch it, to tidy up
TERMINATION_SECONDS = 2.0  # between SIGTERM and SIGKILL
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended. `code` is None where a signal ended it; the output is there where it was captured.

    `stopped_by` is the signal by which somebody ended us both (Ctrl-C: SIGINT).
    """

    code: int | None
    signal: int | None = None
    interrupted: bool = False
    stdout: bytes = b""
    stderr: bytes = b""
    timed_out: bool = False
    stopped_by: int = int(_STOPPING[0])

    @property
    def is_success(self) -> bool:
        """Whether it ended with exit code 0, by itself, and nobody pressed Ctrl-C."""
        return self.code == 0 and not self.interrupted and not self.timed_out

    @property
    def exit_code(self) -> int:
        """The shell's exit code: 128 + n for a signal, 130 for Ctrl-C."""
        if self.interrupted:
            return 128 + self.stopped_by
        if self.timed_out:
            return ExitCode.TIMEOUT
        return self.code if self.code is not None else 128 + (self.signal or 0)


def capture(command: Sequence[str | Path], directory: Path, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command without a terminal; both outputs are kept."""
    return _run(command, directory, environment, keep_stdout=True, keep_stderr=True)


def ask(command: Sequence[str | Path], directory: Path, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a short command whose answer is needed to go on: Ctrl-C leaves no answer and raises `KeyboardInterrupt`."""
    answer = capture(command, directory, environment)
    if answer.interrupted:
        raise KeyboardInterrupt
    return answer


def capture_stdout(
    command: Sequence[str | Path], directory: Path, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run a command whose stderr goes to the user's (progress, diagnostics); its stdout is kept."""
    return _run(command, directory, environment, keep_stdout=True, keep_stderr=False)


def inherit(
    command: Sequence[str | Path],
    directory: Path,
    environment: Mapping[str, str] | None = None,
    *,
    timeout: float | None = None,
) -> Finished:
    """Run a command with the terminal, stdin, stdout and stderr of the user; its whole tree ends after the timeout."""
    return _run(command, directory, environment, keep_stdout=False, keep_stderr=False, timeout=timeout)


def _run(
    command: Sequence[str | Path],
    directory: Path,
    environment: Mapping[str, str] | None,
    *,
    keep_stdout: bool,
    keep_stderr: bool,
    timeout: float | None = None,
) -> Finished:
    sys.stdout.flush()
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        with _watched(timeout, is_captured=keep_stdout) as watch:
            try:
                child = subprocess.Popen(
                    [os.fspath(part) for part in command],
                    cwd=directory,
                    env=None if environment is None else dict(environment),
                    stdin=subprocess.DEVNULL if keep_stdout else None,
                    stdout=stdout if keep_stdout else None,
                    stderr=stderr if keep_stderr else None,
                )
            except OSError as error:
                raise ToolMissingError(f"cannot start {command[0]}: {error.strerror}") from error
            watch.begin(child)
            status = child.wait()
        stdout.seek(0)
        stderr.seek(0)
        return Finished(
            code=status if status >= 0 else None,
            signal=-status if status < 0 else None,
            interrupted=watch.stopped_by is not None,
            stdout=stdout.read(),
            stderr=stderr.read(),
            timed_out=watch.timed_out,
            stopped_by=watch.stopped_by or signal.SIGINT,
        )


class _Watch:
    """Over one child: Ctrl-C lets it end itself, a second one ends its whole tree; so does the end of its time."""

    def __init__(self, timeout: float | None, *, is_captured: bool) -> None:
        self.timeout = timeout
        self.is_captured = is_captured  # a tool of ours: nobody types at it
        self.child: subprocess.Popen[bytes] | None = None
        self.since = 0.0
        self.stopped_by: int | None = None
        self.timed_out = False
        self.tree: list[psutil.Process] = []
        self.timers: list[threading.Timer] = []

    def begin(self, child: subprocess.Popen[bytes]) -> None:
        """Watch this child; a signal that came before it was there counts for it, too."""
        self.since = start_time(child.pid)
        self.child = child
        if self.stopped_by is not None:
            self._pass_on(self.stopped_by)
        if self.timeout is not None:
            self._later(self.timeout, self._time_out)

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """A signal to us."""
        is_first = self.stopped_by is None
        self.stopped_by = self.stopped_by or number
        if self.child is None:
            return
        if is_first:
            self._pass_on(number)
            return
        self._look()
        signal_all(self.tree, signal.SIGKILL)

    def finish(self) -> None:
        """End what the program left behind."""
        for timer in self.timers:
            timer.cancel()
        if self.child is not None and (self.stopped_by is not None or self.timed_out):
            self._look()
            alive = give_time(self.tree, GRACE_SECONDS / 5)
            signal_all(alive, signal.SIGTERM)
            signal_all(give_time(alive, GRACE_SECONDS / 5), signal.SIGKILL)

    def _pass_on(self, number: int) -> None:
        """Tell the program where only we were told; do not wait for ever for one that does not listen."""
        self._look()
        is_told = number == signal.SIGINT and not self.is_captured and _shares_terminal()
        does_listen = not self.is_captured and any(catches(process, number) for process in self.tree)
        if not is_told:
            signal_all(self.tree, number)
        if not (is_told and does_listen):  # at a terminal somebody can press Ctrl-C once more
            self._later(PATIENT_SECONDS if does_listen else GRACE_SECONDS, self._end)

    def _time_out(self) -> None:
        if self.child is not None and self.child.returncode is None:
            self.timed_out = True
            self._end()

    def _end(self) -> None:
        self._look()
        signal_all(self.tree, signal.SIGTERM)
        signal_all(give_time(self.tree, TERMINATION_SECONDS), signal.SIGKILL)

    def _look(self) -> None:
        """Who belongs to the tree: those of before as well, for a parent that ends leaves its children alone."""
        if self.child is not None:
            self.tree = list({*self.tree, *find_tree(self.child.pid, self.since)})

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        self.timers.append(timer)
        timer.start()


@contextmanager
def _watched(timeout: float | None, *, is_captured: bool) -> Iterator[_Watch]:
    watch = _Watch(timeout, is_captured=is_captured)
    is_main = threading.current_thread() is threading.main_thread()
    numbers = [number for number in _STOPPING if is_main and signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, watch.handle) for number in numbers}
    try:
        yield watch
    finally:
        watch.finish()
        for number, handler in before.items():
            signal.signal(number, handler)


def _shares_terminal() -> bool:
    """Whether we are the terminal's foreground group: then Ctrl-C has reached the program as well as us."""
    for descriptor in (0, 1, 2):
        try:
            if os.tcgetpgrp(descriptor) == os.getpgrp():
                return True
        except OSError:
            continue
    return False
