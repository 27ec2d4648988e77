"""What is recorded of one function: the options of its mark and of the command line, joined.

In: `TraceOptions`, as a mark or the command line gives them. Out: `Choice`, asked by the planning of sites.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from borrowscope.tables.events import BY_NAME, Group
from borrowscope.tables.groups import ALL_GROUPS, PRESETS, Preset

SAMPLE_UNITS = 2**32


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """What a mark or the command line asks for. None and empty say nothing."""

    preset: Preset | None = None
    only: frozenset[Group] | None = None
    skip: frozenset[Group] = frozenset()
    filters: tuple[str, ...] = ()  # globs of binding names: all must match
    sample: float = 1.0
    conditions: tuple[str, ...] = ()  # predicates as in `#[cfg(..)]`: all must hold
    is_off: bool = False
    warns: bool = False
    ffi: tuple[str, ...] = ()
    unions: tuple[str, ...] = ()
    statics: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()  # codes of the rules of `check` that are off: `warn` says nothing of them

    def groups(self, preset: Preset) -> frozenset[Group]:
        """The groups that are on: those of the preset, less what the lists take away."""
        groups = PRESETS[preset] - self.skip
        return groups if self.only is None else groups & self.only

    def described(self) -> dict[str, object]:
        """What is asked for, as plain values; what is not said is left out."""
        said: dict[str, object] = {
            "preset": self.preset,
            "only": None if self.only is None else sorted(self.only),
            "skip": sorted(self.skip),
            "filter": " ".join(self.filters),
            "sample": None if self.sample >= 1 else self.sample,
        }
        return {key: value for key, value in said.items() if value not in (None, "", [])}


NO_WISHES = TraceOptions()


class Declared(NamedTuple):
    """Names that a mark declares, where nobody can say what they are: recorded as such."""

    ffi: frozenset[str] = frozenset()
    unions: frozenset[str] = frozenset()
    statics: frozenset[str] = frozenset()


NOTHING_DECLARED = Declared()


@dataclass(frozen=True, slots=True)
class Choice:
    """What is recorded of one function."""

    groups: frozenset[Group] = ALL_GROUPS
    filters: tuple[str, ...] = ()
    sample: float = 1.0
    condition: str = ""  # a predicate as in `#[cfg(..)]`, "" if there is none
    declared: Declared = NOTHING_DECLARED

    def is_told(self, event: str) -> bool:
        """Whether events of this variant are recorded."""
        return BY_NAME[event].group in self.groups

    def has_any(self, groups: frozenset[Group]) -> bool:
        """Whether any of the groups is on."""
        return bool(self.groups & groups)

    def is_wanted(self, name: str) -> bool:
        """Whether bindings of this name are recorded at all."""
        return self.sample > 0 and all(_pattern(glob).fullmatch(name) is not None for glob in self.filters)

    @property
    def threshold(self) -> int | None:
        """The share of instances that is recorded, in units of 2^-32; None: all of them."""
        return None if self.sample >= 1 else max(1, round(self.sample * SAMPLE_UNITS))


EVERYTHING = Choice()


def choose(wishes: TraceOptions, mark: TraceOptions | None, default: Preset) -> Choice:
    """Join the command line's wishes with a mark's: the mark's preset counts before, all else adds up."""
    mark = mark or NO_WISHES
    groups = mark.groups(mark.preset or wishes.preset or default)
    conditions = (*wishes.conditions, *mark.conditions)
    return Choice(
        groups=groups & wishes.groups(Preset.VERBOSE),
        filters=(*wishes.filters, *mark.filters),
        sample=wishes.sample * mark.sample,
        condition=conditions[0] if len(conditions) == 1 else f"all({', '.join(conditions)})" if conditions else "",
        declared=Declared(frozenset(mark.ffi), frozenset(mark.unions), frozenset(mark.statics)),
    )


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char, re.escape(char)) for char in glob), re.DOTALL)
