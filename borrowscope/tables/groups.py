"""The names by which `#[trace_borrow]` and the command line turn events on and off: groups, their aliases, presets.

In: nothing, this is a table; which event belongs to which group is a column of `tables/events.py`. Out: `GROUPS`,
`PRESETS`, and look-ups by name that know the nearest valid word.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from borrowscope.tables.events import EVENTS, Group, Other


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One name that a list of groups may hold, and the groups of events that it stands for."""

    name: str
    members: frozenset[Group]
    aliases: tuple[str, ...] = ()


OWNERSHIP = frozenset({Group.NEW, Group.MOVE, Group.BORROW, Group.DROP})


def _row(group: Group, *aliases: str) -> GroupRow:
    return GroupRow(group.value, frozenset({group}), aliases)


GROUPS: tuple[GroupRow, ...] = (
    GroupRow("ownership", OWNERSHIP),
    _row(Group.NEW),
    _row(Group.MOVE, "moves"),
    _row(Group.BORROW, "borrows"),
    _row(Group.DROP, "drops"),
    GroupRow("smart_pointers", frozenset({Group.SMART_POINTERS, Group.CONCURRENCY}), ("pointers",)),
    _row(Group.CONCURRENCY),
    _row(Group.METHODS),
    _row(Group.LOOPS),
    _row(Group.BRANCHES),
    _row(Group.CONTROL_FLOW, "control"),
    _row(Group.TRY),
    _row(Group.ASYNC),
    _row(Group.UNSAFE),
    _row(Group.EXPRESSIONS, "exprs"),
    _row(Group.FUNCTIONS, "fn"),
)


class Preset(StrEnum):
    """How much is recorded where nothing else is said."""

    QUIET = "quiet"
    STANDARD = "standard"
    VERBOSE = "verbose"


ALL_GROUPS = frozenset(Group) - {Group.HAND_MADE}
PRESETS: dict[Preset, frozenset[Group]] = {
    Preset.QUIET: OWNERSHIP,
    Preset.STANDARD: ALL_GROUPS - {Group.FUNCTIONS},
    Preset.VERBOSE: ALL_GROUPS,
}

# What speaks of bindings: where all of these are off, bindings need not be observed.
BINDING_GROUPS = frozenset(
    row.group for row in EVENTS if row.is_birth or row.is_death or row.other in (Other.OWNER, Other.SOURCE, Other.TO)
) - {Group.HAND_MADE}
# What tells how a binding's life ended: its cause is known from the ways out that were taken.
ENDING_GROUPS = frozenset(row.group for row in EVENTS if row.is_death)

_MEMBERS: dict[str, frozenset[Group]] = {name: row.members for row in GROUPS for name in (row.name, *row.aliases)}
GROUP_NAMES = tuple(_MEMBERS)


def find_group(name: str) -> frozenset[Group] | None:
    """The groups of events that a name or an alias stands for."""
    return _MEMBERS.get(name)


def nearest_word(word: str, words: Iterable[str]) -> str:
    """The valid word that looks most like the given one."""
    return difflib.get_close_matches(word, list(words), n=1, cutoff=0.0)[0]
