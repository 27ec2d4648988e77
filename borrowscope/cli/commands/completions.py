"""`borrowscope completions SHELL`: the script that makes a shell complete our commands and flags.

In: a shell's name. Out: the script on stdout.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_shared import get_completion_script

from borrowscope.cli import terminal
from borrowscope.cli.command import CARE, Command, Example


class Shell(StrEnum):
    """Shells that can be completed."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def completions(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell")]) -> None:
    """Print a shell's completion script."""
    terminal.write(
        get_completion_script(prog_name="borrowscope", complete_var="_BORROWSCOPE_COMPLETE", shell=shell.value)
    )


COMMAND = Command(
    "completions",
    completions,
    CARE,
    (
        Example("borrowscope completions bash > ~/.local/share/bash-completion/completions/borrowscope", "for bash"),
        Example("borrowscope completions fish > ~/.config/fish/completions/borrowscope.fish", "for fish"),
    ),
)
