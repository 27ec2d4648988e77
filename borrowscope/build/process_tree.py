"""A program and all that it started, found among the system's processes.

In: the program's process id. Out: its tree, with those whose parents have gone; ways to end it and to wait for it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

_CLOCK = 0.1  # seconds by which two processes' start may seem exchanged


def find_tree(pid: int, since: float) -> list[psutil.Process]:
    """The process, if it is still there, its descendants, and those of our group whose parents have ended since."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)] if root.create_time() <= since + _CLOCK else []
    except psutil.Error:
        tree = []
    return [*tree, *_orphans(since)]


def start_time(pid: int) -> float:
    """When a process was started; now, where the system does not tell."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return time.time()


def _orphans(since: float) -> list[psutil.Process]:
    """Processes of our group, younger than `since`, that nobody in it waits for any more.

    Whoever started us may have started others in the same group: members of a pipeline, or of a parallel make, are not
    ours to end. They descend from somebody older in the group, or from who started the group. That is somebody of our
    session: whoever else stands above the group adopts orphans, those of the group's first process included.
    """
    starter = next((parent.pid for parent in psutil.Process().parents() if not _is_in_group(parent)), None)
    if starter is not None and not _is_in_session(starter):
        starter = None
    return [process for process in psutil.process_iter() if _is_orphan(process, since, starter)]


def _is_orphan(process: psutil.Process, since: float, starter: int | None) -> bool:
    try:
        if not _is_in_group(process) or process.create_time() < since - _CLOCK:
            return False
        for parent in process.parents():
            if not _is_in_group(parent):
                return bool(parent.pid != starter)
            if parent.pid == os.getpid() or parent.create_time() < since - _CLOCK:
                return False
    except (psutil.Error, OSError):
        return False
    return True


def _is_in_session(pid: int) -> bool:
    try:
        return os.getsid(pid) == os.getsid(0)
    except OSError:
        return False


def _is_in_group(process: psutil.Process) -> bool:
    return os.getpgid(process.pid) == os.getpgrp()


def signal_all(processes: Sequence[psutil.Process], number: int) -> None:
    """Send the signal to those that are still there."""
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.Error:
            continue


def give_time(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for them to end; those that have not."""
    alive = [process for process in processes if process.pid != os.getpid()]
    return list(psutil.wait_procs(alive, timeout=seconds)[1])


def catches(process: psutil.Process, number: int) -> bool:
    """Whether the process has a handler of its own for the signal, as far as the system tells."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (number - 1) & 1)
