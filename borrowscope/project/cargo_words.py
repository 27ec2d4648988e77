"""A command line of cargo's, as people type it after `exec --`, taken apart.

In: its words. Out: the subcommand, and the flags that decide what is built, as `CargoOptions` over given ones. Words
that are not known here say nothing: they are only read, the command itself is started as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from borrowscope.project.options import CargoOptions

ALIASES = {"b": "build", "c": "check", "r": "run", "t": "test", "d": "doc"}
_LISTS = {
    "-p": "packages",
    "--package": "packages",
    "--exclude": "exclude",
    "-F": "features",
    "--features": "features",
    "--target": "targets",
    "--config": "config",
}
_VALUES = {"--profile": "profile"}
_SWITCHES = {
    "--workspace": "workspace",
    "--all": "workspace",
    "--all-features": "all_features",
    "--no-default-features": "no_default_features",
    "-r": "release",
    "--release": "release",
    "--locked": "locked",
    "--offline": "offline",
    "--frozen": "frozen",
}
_SELECTED = frozenset({"--lib", "--bins", "--examples", "--tests", "--benches", "--all-targets", "--doc"})
_NAMED = frozenset({"--bin", "--example", "--test", "--bench"})
_WITH_VALUE = frozenset({"-j", "--jobs", "--color", "--target-dir", "--manifest-path", "--message-format", "-Z", "-C"})
# Cargo's test runner `nextest` has flags of the same names that mean something else.
_NEXTEST = {"--cargo-profile": "--profile", "--profile": "", "-P": "", "-r": "--release", "-E": "", "--run-ignored": ""}


@dataclass(frozen=True, slots=True)
class CargoWords:
    """What a command asks of cargo. `toolchain` is the one that `cargo +NAME` names."""

    subcommand: str
    options: CargoOptions
    toolchain: str | None = None


def read_cargo_words(words: Sequence[str], options: CargoOptions) -> CargoWords | None:
    """The command's own flags, added to the given ones; None where it does not start cargo."""
    if not words or Path(words[0]).stem != "cargo":
        return None
    rest = list(words[1 : words.index("--") if "--" in words else None])
    toolchain = rest.pop(0)[1:] if rest and rest[0].startswith("+") else None
    found: dict[str, Any] = {}
    plain: list[str] = []
    is_nextest = "nextest" in rest
    for flag, value in _flags(rest, plain, is_nextest=is_nextest):
        _add(found, flag, value)
    subcommand = plain[0] if plain else ""
    return CargoWords(ALIASES.get(subcommand, subcommand), _joined(options, found), toolchain)


def _flags(words: list[str], plain: list[str], *, is_nextest: bool) -> Iterator[tuple[str, str | None]]:
    """Every flag with its value; other words go to `plain`."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            plain.append(word)
            continue
        flag, value = _parted(word)
        takes_value = flag in _LISTS or flag in _VALUES or flag in _NAMED or flag in _WITH_VALUE
        if is_nextest and flag in _NEXTEST:
            takes_value = flag != "-r"
            flag = _NEXTEST[flag]
        if takes_value and value is None:
            value = next(rest, None)
        yield flag, value


def _parted(word: str) -> tuple[str, str | None]:
    """`--flag=value`, `-fvalue`, and flags without a value."""
    if word.startswith("--"):
        flag, has_value, value = word.partition("=")
        return flag, value if has_value else None
    return word[:2], word[2:].removeprefix("=") or None


def _add(found: dict[str, Any], flag: str, value: str | None) -> None:
    if flag in _SWITCHES:
        found[_SWITCHES[flag]] = True
    elif flag in _SELECTED:
        found["selection"] = (*found.get("selection", ()), flag)
    elif value is None:
        return
    elif flag in _NAMED:
        found["selection"] = (*found.get("selection", ()), flag, value)
    elif flag in _LISTS:
        values = value.replace(",", " ").split() if _LISTS[flag] == "features" else [value]
        found[_LISTS[flag]] = (*found.get(_LISTS[flag], ()), *values)
    elif flag in _VALUES:
        found[_VALUES[flag]] = value


def _joined(options: CargoOptions, found: dict[str, Any]) -> CargoOptions:
    """Lists are added to the given ones, anything else replaces it."""
    lists = {key: (*getattr(options, key), *value) for key, value in found.items() if isinstance(value, tuple)}
    return replace(options, **{**found, **lists})
