"""The cargo flags that every command takes, as one value, and the argument lists that cargo gets from them.

In: what the command line says. Out: `CargoOptions`, and pure functions from it to cargo's arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CargoOptions:
    """Cargo's own flags, with cargo's meaning.

    `selection` holds target flags as they are given (`--bin NAME`, `--lib`, `--doc` ...); `extra` everything else
    that is passed on as it stands (`--no-fail-fast`, `--message-format=short` ...). `edition` is for single files.
    """

    packages: tuple[str, ...] = ()
    workspace: bool = False
    exclude: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    all_features: bool = False
    no_default_features: bool = False
    release: bool = False
    profile: str | None = None
    targets: tuple[str, ...] = ()
    locked: bool = False
    offline: bool = False
    frozen: bool = False
    jobs: int | None = None
    target_dir: Path | None = None
    manifest_path: Path | None = None
    verbose: int = 0
    quiet: bool = False
    color: str | None = None
    config: tuple[str, ...] = ()
    selection: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    edition: str | None = None
    keep_going: bool = False


def feature_arguments(options: CargoOptions) -> list[str]:
    """`--features` and its kin."""
    arguments = [f"--features={','.join(options.features)}"] if options.features else []
    arguments += ["--all-features"] if options.all_features else []
    arguments += ["--no-default-features"] if options.no_default_features else []
    return arguments


def network_arguments(options: CargoOptions) -> list[str]:
    """`--locked`, `--offline`, `--frozen`, and the user's own `--config` values."""
    flags = {
        "--locked": options.locked,
        "--offline": options.offline,
        "--frozen": options.frozen,
    }
    arguments = [flag for flag, is_set in flags.items() if is_set]
    for value in options.config:
        arguments += ["--config", value]
    return arguments


def package_arguments(options: CargoOptions) -> list[str]:
    """`--package`, `--workspace`, `--exclude`."""
    arguments = ["--workspace"] if options.workspace else []
    for package in options.packages:
        arguments += ["--package", package]
    for package in options.exclude:
        arguments += ["--exclude", package]
    return arguments


def profile_arguments(options: CargoOptions) -> list[str]:
    """`--release`, `--profile`, `--target`, `--jobs`: what decides how code is built."""
    arguments = ["--release"] if options.release else []
    arguments += ["--profile", options.profile] if options.profile else []
    for target in options.targets:
        arguments += ["--target", target]
    arguments += ["--jobs", str(options.jobs)] if options.jobs is not None else []
    return arguments


def keep_going_arguments(options: CargoOptions) -> list[str]:
    """`--keep-going`, for those of cargo's commands that take it: not `test` and `bench`."""
    return ["--keep-going"] if options.keep_going else []


def output_arguments(options: CargoOptions) -> list[str]:
    """`--verbose`, `--quiet`, `--color`."""
    arguments = ["--verbose"] * options.verbose
    arguments += ["--quiet"] if options.quiet else []
    arguments += ["--color", options.color] if options.color else []
    return arguments
