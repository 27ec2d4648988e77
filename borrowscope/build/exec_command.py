"""`exec`: what a command is going to build, as far as its words tell, and the environment that makes it build traced.

In: the words after `--`, cargo's options. Out: `ExecCommand`, and the environment for the command.
"""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from borrowscope.build.overlay import Overlay, overlay_environment
from borrowscope.build.type_check import TargetChoice
from borrowscope.errors import ToolMissingError
from borrowscope.project.cargo_words import read_cargo_words
from borrowscope.project.model import Project
from borrowscope.project.options import CargoOptions

_TESTING = ("test", "--no-run")
# What is done beforehand for a subcommand of cargo's: the same build without a start.
_BUILDS = {
    "build": ("build",),
    "run": ("build",),
    "test": _TESTING,
    "nextest": _TESTING,
    "bench": ("bench", "--no-run"),
}
_ANYTHING = ("check", "--keep-going", "--bins", "--tests", "--examples")
_BENCHES = frozenset({"--bench", "--benches", "--all-targets"})


@dataclass(frozen=True, slots=True)
class ExecCommand:
    """The command, what cargo builds beforehand so that it can be healed, and whose types are asked for."""

    words: tuple[str, ...]
    options: CargoOptions
    beforehand: tuple[str, ...]
    choice: TargetChoice
    toolchain: str | None = None


def read_command(words: Sequence[str], options: CargoOptions) -> ExecCommand:
    """What the command's words tell. Of programs other than cargo nothing is known: all targets are checked."""
    cargo = read_cargo_words(words, options)
    if cargo is None:
        return ExecCommand(tuple(words), options, _ANYTHING, TargetChoice.TESTS)
    selection = cargo.options.selection
    if cargo.subcommand not in _BUILDS:
        return ExecCommand(tuple(words), options, _ANYTHING, TargetChoice.TESTS, cargo.toolchain)
    action = _BUILDS[cargo.subcommand]
    if "--doc" in selection:
        action, selection = ("build",), ("--lib",)
    found = cargo.options
    if cargo.subcommand == "bench" and not found.profile:
        found = replace(found, profile="bench")
    return ExecCommand(
        tuple(words), found, (*action, *selection), _choice(cargo.subcommand, selection), cargo.toolchain
    )


def require_program(words: Sequence[str]) -> None:
    """Refuse a command whose program is nowhere on `PATH`, before anything is built for it."""
    name = words[0]
    if os.sep not in name and shutil.which(name) is None:
        raise ToolMissingError(f"cannot start {name}: it is nowhere on PATH")


def _choice(subcommand: str, selection: Sequence[str]) -> TargetChoice:
    if _BUILDS[subcommand] == ("build",):
        return TargetChoice.GIVEN if selection else TargetChoice.DEFAULT
    return TargetChoice.ALL if subcommand == "bench" or _BENCHES & set(selection) else TargetChoice.TESTS


def exec_directory(project: Project) -> Path:
    """Where the command starts: where the user stands if that is inside of what PATH names, else there."""
    here = Path.cwd().resolve()
    return here if here.is_relative_to(project.manifest.parent) else project.manifest.parent


def exec_environment(overlay: Overlay) -> dict[str, str]:
    """The environment in which any cargo builds what the overlay builds: its arguments, as variables."""
    environment = overlay_environment(overlay.project)
    arguments = list(overlay.arguments)
    for flag, value in pairwise(arguments):
        if flag == "--target-dir":
            environment["CARGO_TARGET_DIR"] = value
        key, is_setting, text = value.partition("=")
        if flag == "--config" and is_setting and key.startswith("build."):
            variable = "CARGO_" + key.upper().replace(".", "_").replace("-", "_")
            environment[variable] = _plain(text)
    return environment


def _plain(text: str) -> str:
    """A TOML value as cargo's variables have it."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return value if isinstance(value, str) else json.dumps(value)


def name_toolchain(command: ExecCommand) -> None:
    """`cargo +NAME`: the types, too, come from that toolchain."""
    if command.toolchain:
        os.environ["RUSTUP_TOOLCHAIN"] = command.toolchain
