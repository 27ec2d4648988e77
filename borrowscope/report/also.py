"""What an execution holds beside the lives that are drawn, in a line or two: loops, branches, locks, unsafe operations.

In: the events of a call. Out: lines of at most 80 columns.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from borrowscope.report.wording import counted
from borrowscope.tables.events import EVENTS, Group
from borrowscope.trace.event import Event

WIDTH = 80
# What is counted as one thing: a noun, its plural, and the variants.
NOUNS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("loop", "loops", frozenset({"LoopEnter"})),
    ("turn of a loop", "turns of loops", frozenset({"LoopIteration"})),
    ("branch taken", "branches taken", frozenset({"Branch", "MatchArm", "LetElse"})),
    ("lock taken", "locks taken", frozenset({"Lock"})),
    ("cell read", "cell reads", frozenset({"CellGet", "OnceCellGet"})),
    ("cell written", "cells written", frozenset({"CellSet", "OnceCellSet"})),
    ("thread started", "threads started", frozenset({"ThreadSpawn"})),
    ("thread joined", "threads joined", frozenset({"ThreadJoin"})),
    ("value sent", "values sent", frozenset({"ChannelSend"})),
    ("value received", "values received", frozenset({"ChannelRecv"})),
    ("await", "awaits", frozenset({"AwaitStart"})),
    ("`?` that left", "`?` that left", frozenset({"Try"})),
    (
        "unsafe operation",
        "unsafe operations",
        frozenset(row.name for row in EVENTS if row.group is Group.UNSAFE and not row.is_construct),
    ),
    ("expression", "expressions", frozenset(row.name for row in EVENTS if row.group is Group.EXPRESSIONS)),
)


def also_recorded(events: Iterable[Event]) -> list[str]:
    """The lines, none if there is nothing to tell."""
    counts = Counter(event.event for event in events)
    totals = ((sum(counts[name] for name in names), one, many) for one, many, names in NOUNS)
    told = [counted(total, one, many) for total, one, many in totals if total]
    if not told:
        return []
    return ["", *textwrap.wrap(f"  also here: {', '.join(told)}", WIDTH, subsequent_indent="    ")]
