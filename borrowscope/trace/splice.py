"""Puts the events that calls mean into the columns of a thread.

In: a thread, the rows of its calls, and how many events each means. Out: the thread with rows for these events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borrowscope.trace.columns import Column, joined
from borrowscope.trace.stream import Thread


@dataclass(frozen=True, slots=True)
class Made:
    """One event of the calls of a group, as columns. A mark is small, count, and the halves of an address."""

    words: Column
    instances: Column
    others: Column
    marks: Column | None


class Splice:
    """Puts events into a thread's columns in the place of its calls."""

    def __init__(self, thread: Thread, rows: Column, counts: Column) -> None:
        self._thread = thread
        every = np.ones(len(thread.words), np.int64)
        every[rows] = counts
        starts = every.cumsum() - every
        self.first_rows = starts[rows]
        self._rows: list[Column] = []
        self._marks: list[Column] = []
        if not len(rows):
            return
        for name in ("ticks", "words", "instances", "others"):
            setattr(thread, name, np.repeat(getattr(thread, name), every))
        for owners, values in (("object_rows", "objects"), ("flag_rows", "flags")):
            kept = ~np.isin(getattr(thread, owners), rows)
            setattr(thread, values, getattr(thread, values)[kept])
            setattr(thread, owners, starts[getattr(thread, owners)[kept]])
        thread.arg_rows, thread.args = thread.arg_rows[:0], thread.args[:0]
        thread.has_calls = False

    def put(self, rows: Column, made: Made, chosen: Column) -> None:
        """Put some of the events into their rows."""
        thread = self._thread
        thread.words[rows] = made.words[chosen]
        thread.instances[rows] = made.instances[chosen]
        thread.others[rows] = made.others[chosen]
        if made.marks is not None:
            self._rows.append(rows)
            self._marks.append(made.marks[chosen])

    def finish(self) -> None:
        """Bring the marks into the order of their rows."""
        if not self._rows:
            return
        thread = self._thread
        rows = joined([thread.object_rows, *self._rows], np.int64)
        marks = joined([thread.objects, *self._marks], np.uint32)
        order = rows.argsort(kind="stable")
        thread.object_rows, thread.objects = rows[order], marks[order]
