"""Cargo's flags with cargo's letters, once for every command that takes them.

In: a command with a parameter `cargo: CargoOptions`. Out: the same command with cargo's flags in its place, so that the
command line shows and takes them and the command gets one value.
"""

from __future__ import annotations

import functools
import inspect
import operator
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from borrowscope.project.options import CargoOptions

PACKAGES = "Cargo: packages and targets"
FEATURES = "Cargo: features"
BUILD = "Cargo: compilation"
MANIFEST = "Cargo: manifest, network, output"

Many = list[str] | None


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of cargo. `field` names the field of `CargoOptions`; flags of `selection` keep their own spelling."""

    field: str
    spellings: tuple[str, ...]
    takes: Any
    default: Any
    help: str
    panel: str
    metavar: str | None = None
    parameter: str = ""
    counts: bool = False

    @property
    def name(self) -> str:
        """The name of the parameter that carries it."""
        return self.parameter or self.field

    def as_parameter(self) -> inspect.Parameter:
        """The parameter that makes the command line take it."""
        option = typer.Option(
            *self.spellings,
            help=self.help,
            rich_help_panel=self.panel,
            metavar=self.metavar or "",
            count=self.counts,
            show_default=False,
        )
        kind = inspect.Parameter.KEYWORD_ONLY
        annotation = operator.getitem(cast(Any, Annotated), (self.takes, option))
        return inspect.Parameter(self.name, kind, default=self.default, annotation=annotation)


def _selects(spelling: str, help_text: str, metavar: str | None = None) -> Flag:
    name = "select_" + spelling.removeprefix("--").replace("-", "_")
    kind: Any = Many if metavar else bool
    default = None if metavar else False
    return Flag("selection", (spelling,), kind, default, help_text, PACKAGES, metavar, name)


COMMON = (
    Flag("packages", ("-p", "--package"), Many, None, "Package to work on (repeatable)", PACKAGES, "SPEC"),
    Flag("workspace", ("--workspace", "--all-packages"), bool, False, "All packages of the workspace", PACKAGES),
    Flag("exclude", ("--exclude",), Many, None, "Package to leave out, untraced, with --workspace", PACKAGES, "SPEC"),
    Flag("features", ("-F", "--features"), Many, None, "Features to activate", FEATURES, "FEATURES"),
    Flag("all_features", ("--all-features",), bool, False, "Activate all features", FEATURES),
    Flag("no_default_features", ("--no-default-features",), bool, False, "Leave the default feature out", FEATURES),
    Flag("release", ("-r", "--release"), bool, False, "Build optimized", BUILD),
    Flag("profile", ("--profile",), str | None, None, "Build with this profile", BUILD, "NAME"),
    Flag("targets", ("--target",), Many, None, "Build for this target triple", BUILD, "TRIPLE"),
    Flag("jobs", ("-j", "--jobs"), int | None, None, "Parallel jobs", BUILD, "N"),
    Flag("keep_going", ("--keep-going",), bool, False, "Build what can be built; test all of it", BUILD),
    Flag("target_dir", ("--target-dir",), Path | None, None, "Directory of build products", BUILD, "DIR"),
    Flag("manifest_path", ("--manifest-path",), Path | None, None, "Path of Cargo.toml", MANIFEST, "PATH"),
    Flag("locked", ("--locked",), bool, False, "Cargo.lock stays as it is", MANIFEST),
    Flag("offline", ("--offline",), bool, False, "Do not use the network", MANIFEST),
    Flag("frozen", ("--frozen",), bool, False, "As --locked and --offline", MANIFEST),
    Flag("config", ("--config",), Many, None, "Setting of cargo: KEY=VALUE or a file", MANIFEST, "KEY=VALUE"),
    Flag("color", ("--color",), str | None, None, "auto, always or never", MANIFEST, "WHEN"),
    Flag("verbose", ("-v", "--verbose"), int, 0, "Say more (-vv: still more)", MANIFEST, counts=True),
    Flag("quiet", ("-q", "--quiet"), bool, False, "Say less", MANIFEST),
)
SELECTION = (
    _selects("--lib", "The library"),
    _selects("--bins", "All binaries"),
    _selects("--bin", "One binary", "NAME"),
    _selects("--examples", "All examples"),
    _selects("--example", "One example", "NAME"),
    _selects("--tests", "All tests"),
    _selects("--test", "One test target", "NAME"),
    _selects("--benches", "All benches"),
    _selects("--bench", "One bench target", "NAME"),
    _selects("--all-targets", "All of them"),
    _selects("--doc", "Doctests only"),
)
# Flags with a value that are passed on as they stand: they must be known, or their value would be taken for PATH.
PASSED = (
    Flag(
        "extra", ("--message-format",), str | None, None, "Form of cargo's messages", MANIFEST, "FMT", "message_format"
    ),
    Flag("extra", ("--lockfile-path",), str | None, None, "Path of Cargo.lock", MANIFEST, "PATH", "lockfile_path"),
    Flag("extra", ("-Z",), Many, None, "Unstable flags of cargo", MANIFEST, "FLAG", "unstable_flags"),
)


def takes_cargo_flags(
    *, selection: bool = True, passes: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replace a command's parameter `cargo` by cargo's flags; `passes` adds those that only run and test hand on."""
    flags = (*COMMON, *(SELECTION if selection else ()), *(PASSED if passes else ()))

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command, eval_str=True)
        kept = [parameter for name, parameter in own.parameters.items() if name != "cargo"]
        parameters = [*kept, *(flag.as_parameter() for flag in flags)]

        @functools.wraps(command)
        def with_cargo(**values: Any) -> Any:
            given = {flag: values.pop(flag.name) for flag in flags}
            return command(**values, cargo=options_from(given))

        signature = own.replace(
            parameters=[parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
        )
        with_cargo.__signature__ = signature  # type: ignore[attr-defined]
        with_cargo.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return with_cargo

    return decorate


def options_from(given: dict[Flag, Any]) -> CargoOptions:
    """The flags as one value; `CARGO_TERM_COLOR` follows `--color`, so that all programs below agree."""
    fields: dict[str, Any] = {}
    for flag, value in given.items():
        if flag.field in {"selection", "extra"}:
            fields[flag.field] = (*fields.get(flag.field, ()), *_as_written(flag, value))
        elif isinstance(value, list):
            fields[flag.field] = tuple(value)
        elif value is not None:
            fields[flag.field] = value
    if fields.get("color"):
        os.environ["CARGO_TERM_COLOR"] = fields["color"]
    return CargoOptions(**fields)


def _as_written(flag: Flag, value: Any) -> list[str]:
    spelling = flag.spellings[0]
    if value is None or value is False:
        return []
    if value is True:
        return [spelling]
    values = value if isinstance(value, list) else [value]
    return [part for text in values for part in (spelling, text)]
