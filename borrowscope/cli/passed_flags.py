"""Flags that only cargo knows: cargo is asked whether it does, before anything is built.

In: the command and the flags that are passed on. Out: nothing. Errors: `UsageError` with cargo's own words.
"""

from __future__ import annotations

from collections.abc import Sequence

from borrowscope.build.process import ask
from borrowscope.errors import UsageError
from borrowscope.project.cargo import condense, find_cargo
from borrowscope.project.model import Project


def check_passed_flags(project: Project, command: str, flags: Sequence[str]) -> None:
    """Refuse what cargo would refuse; its help is what it says to flags that it knows."""
    if not flags:
        return
    answer = ask([find_cargo(), command, *flags, "-h"], project.directory)
    if not answer.is_success:
        said, _, usage = condense(answer.stderr.decode("utf-8", "replace")).partition("; Usage:")
        raise UsageError(f"cargo {command} says: {said}", hint=f"cargo {command} --help" if usage else None)
