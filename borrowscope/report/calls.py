"""One execution of a function: the events between its entry and its exit on one thread, without what it called.

In: a recording and a function's path. Out: `Call`, and how many there were.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from borrowscope.trace.event import Event
from borrowscope.trace.events import Events
from borrowscope.trace.executions import Execution, entries, execution, without_entries
from borrowscope.trace.recording import Recording
from borrowscope.trace.table import Table

CALLS = frozenset({"FnEnter", "FnExit"})


@dataclass(frozen=True, slots=True)
class Call:
    """One execution. `number` counts from 1 in the order of entry; `entry` is None where entries are not recorded."""

    number: int
    entry: Event | None
    events: Events
    has_ended: bool


def call_counts(recording: Recording) -> Counter[str]:
    """How often each function was entered."""
    calls = Counter[str]()
    for word, count in recording.table.word_counts.items():
        shape = recording.table.shapes.of(word)
        if shape.row.name == "FnEnter" and shape.function:
            calls[shape.function] += count
    return calls


def find_call(recording: Recording, function: str, number: int) -> tuple[Call | None, int]:
    """The call with the number, and how many calls there were; closures inside the function belong to it."""
    table = recording.table
    shapes = {word: table.shapes.of(word) for word in table.word_counts}
    doors = [word for word, one in shapes.items() if one.row.name == "FnEnter" and one.function == function]
    within = [word for word, one in shapes.items() if _is_within(one.function, function)]
    inside = [word for word in within if shapes[word].row.name not in CALLS]
    found = entries(table, doors)
    if not len(found):
        whole = without_entries(table, within)
        return (_call(table, whole, 1), 1) if whole else (None, 0)
    if number > len(found):
        return None, len(found)
    return _call(table, execution(table, int(found[number - 1]), inside), number), len(found)


def _call(table: Table, found: Execution, number: int) -> Call:
    entry = None if found.entry is None else Events(table)[found.entry]
    return Call(number, entry, Events(table, found.seqs), found.has_ended)


def _is_within(path: str | None, function: str) -> bool:
    return path is not None and (path == function or path.startswith(f"{function}::{{"))
