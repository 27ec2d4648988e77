"""Which of std's types are Send, Sync, Clone, Copy, Drop, iterators, futures, and under which conditions.

In: `std_traits.txt`, which `scripts/std_traits.py` writes from std's documentation. Out: the impls of a type by path.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import NamedTuple

FILE = "std_traits.txt"


class StdImpl(NamedTuple):
    """`impl<parameters> trait for Type<arguments> where conditions`; lifetimes and constants are left out."""

    trait: str
    is_negative: bool
    arguments: tuple[str, ...]
    parameters: frozenset[str]
    conditions: tuple[tuple[str, str], ...]  # subject, trait


@cache
def _lines() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in files("borrowscope.tables").joinpath(FILE).read_text(encoding="utf-8").splitlines():
        path, _, rest = line.partition("\t")
        found[path].append(rest)
    return found


@cache
def std_impls(path: str) -> tuple[StdImpl, ...] | None:
    """All impls of these traits for a type of std; None for a path that is none."""
    lines = _lines().get(path)
    return None if lines is None else tuple(_parsed(line) for line in lines if not line.startswith("\t"))


def _parsed(line: str) -> StdImpl:
    trait, arguments, parameters, conditions = line.split("\t")
    pairs = (condition.rpartition(": ") for condition in conditions.split("; ") if condition)
    return StdImpl(
        trait.removeprefix("!"),
        trait.startswith("!"),
        tuple(part for part in arguments.split(", ") if part),
        frozenset(parameters.split()),
        tuple((subject, wanted) for subject, _, wanted in pairs),
    )
