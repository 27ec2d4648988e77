"""Throws out dumps of functions that are no more: a kept dump folder never forgets a renamed function by itself.

In: what all bodies claim to bind, the sources. Out: those that still stand in the sources.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

_CLOSURES = re.compile(r"(?:::\{[a-z]+#\d+\})+$")
_ONE_RUN = 1.0  # seconds
_WORD = re.compile(rb"\w+")


class Claimant(Protocol):
    """A body: its path, the time stamp of its dump, and the names that it claims to bind."""

    @property
    def path(self) -> str:
        """The body's path as MIR prints it."""

    @property
    def stamp(self) -> float:
        """When its dump was written."""

    @property
    def claims(self) -> Sequence[tuple[str, int]]:
        """File and start of each name."""


T = TypeVar("T", bound=Claimant)


def without_stale(bodies: list[T], source_of: Callable[[str], bytes]) -> list[T]:
    """All bodies but those whose function lost its name to another one.

    Where two functions claim to bind the same written name, one is either a copy that a macro makes, or an older
    state of the other: then its own name is gone from all files, while the other's still stands somewhere, and its
    dump is older than one run of rustc (functions whose names a macro puts together are dumped side by side).
    """
    claims: dict[tuple[str, int], set[str]] = defaultdict(set)
    for body in bodies:
        function = _function(body)
        for place in body.claims:
            claims[place].add(function)
    rivals = {frozenset(functions) for functions in claims.values() if len(functions) > 1}
    if not rivals:
        return bodies
    words = {word for file in {file for file, _ in claims} for word in _WORD.findall(source_of(file))}
    missing = {function for functions in rivals for function in functions if _name(function) not in words}
    written: dict[str, float] = {}
    for body in bodies:
        written[_function(body)] = max(body.stamp, written.get(_function(body), 0.0))
    gone: set[str] = set()
    for functions in rivals:
        newest = max((written[function] for function in functions - missing), default=0.0)
        gone |= {function for function in functions & missing if written[function] < newest - _ONE_RUN}
    return [body for body in bodies if _function(body) not in gone]


def _function(body: Claimant) -> str:
    """The body's path without closures: a closure stands and falls with its function."""
    return _CLOSURES.sub("", body.path)


def _name(function: str) -> bytes:
    """The path's last word. A macro's function may be named in another file than it is written in."""
    words: list[bytes] = _WORD.findall(function.encode())
    return words[-1] if words else b""
