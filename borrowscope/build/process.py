"""Starts programs: the one place of the build stage that does, and the one that ends them on Ctrl-C.

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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from borrowscope.errors import ToolMissingError

GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended. `code` is None where a signal ended it; the output is there where it was captured."""

    code: int | None
    signal: int | None = None
    interrupted: bool = False
    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether it ended with exit code 0 and nobody pressed Ctrl-C."""
        return self.code == 0 and not self.interrupted

    @property
    def exit_code(self) -> int:
        """The shell's exit code: 128 + n for a signal, 130 for Ctrl-C."""
        if self.interrupted:
            return 128 + signal.SIGINT
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


def inherit(command: Sequence[str | Path], directory: Path, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command with the terminal, stdin, stdout and stderr of the user."""
    return _run(command, directory, environment, keep_stdout=False, keep_stderr=False)


def _run(
    command: Sequence[str | Path],
    directory: Path,
    environment: Mapping[str, str] | None,
    *,
    keep_stdout: bool,
    keep_stderr: bool,
) -> Finished:
    sys.stdout.flush()
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
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
        with _interruptible(child) as interruption:
            status = child.wait()
        stdout.seek(0)
        stderr.seek(0)
        return Finished(
            code=status if status >= 0 else None,
            signal=-status if status < 0 else None,
            interrupted=interruption.is_set,
            stdout=stdout.read(),
            stderr=stderr.read(),
        )


class _Interruption:
    """What Ctrl-C does while a child runs: the first lets it end itself, the second ends its whole tree."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.child = child
        self.is_set = False
        self.tree: list[psutil.Process] = []

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        self.tree = _tree(self.child.pid) or self.tree
        if self.is_set:
            _signal_all(self.tree, signal.SIGKILL)
            return
        self.is_set = True
        if not _shares_terminal():
            # only we were told: tell the program, and do not wait for ever for one that does not listen
            _signal_all(self.tree, signal.SIGINT)
            timer = threading.Timer(GRACE_SECONDS, _signal_all, (self.tree, signal.SIGKILL))
            timer.daemon = True
            timer.start()

    def finish(self) -> None:
        """End what the program left behind."""
        _, alive = psutil.wait_procs(self.tree, timeout=GRACE_SECONDS / 5)
        _signal_all(alive, signal.SIGTERM)
        _, alive = psutil.wait_procs(alive, timeout=GRACE_SECONDS / 5)
        _signal_all(alive, signal.SIGKILL)


@contextmanager
def _interruptible(child: subprocess.Popen[bytes]) -> Iterator[_Interruption]:
    interruption = _Interruption(child)
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, interruption.handle) if is_main else None
    try:
        yield interruption
    finally:
        if interruption.is_set:
            interruption.finish()
        if is_main:
            signal.signal(signal.SIGINT, before)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _signal_all(processes: Sequence[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.Error:
            continue


def _shares_terminal() -> bool:
    """Whether we are the terminal's foreground group: then Ctrl-C has reached the program as well as us."""
    for descriptor in (0, 1, 2):
        try:
            if os.tcgetpgrp(descriptor) == os.getpgrp():
                return True
        except OSError:
            continue
    return False
