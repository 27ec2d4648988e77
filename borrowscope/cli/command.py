"""What a command is: a name, a function, examples. One file in commands/ makes one, one line in app.py registers it.

In: nothing, these are values. Out: `Command`, and `Invocation`, what main() hands to every command.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LOOK, MAKE, CARE = "Look at a program", "Make files", "Care and help"


@dataclass(frozen=True, slots=True)
class Example:
    """One line that can be typed, and what it is good for."""

    line: str
    says: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `passes_on` lets flags that we do not know through to cargo."""

    name: str
    function: Callable[..., Any]
    panel: str
    examples: tuple[Example, ...]
    passes_on: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """What stands on the command line beside flags: `program_arguments` come after the first `--`."""

    program_arguments: tuple[str, ...] = ()


def command_line() -> tuple[str, ...]:
    """The command as it was typed, for run.json."""
    return ("borrowscope", *sys.argv[1:])
