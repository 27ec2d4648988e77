"""A recording's events as columns, joined: what reports count without making an object of every event.

In: streams and the shapes of sites. Out: `Table`; a row's place is its event's `seq`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import Column, Mask, blocks, counted, one_of
from borrowscope.trace.hand_made import replay_calls
from borrowscope.trace.instances import Instances
from borrowscope.trace.merge import Merged, merge_streams
from borrowscope.trace.numbers import number_instances
from borrowscope.trace.objects import Sights, find_objects
from borrowscope.trace.shapes import Shapes
from borrowscope.trace.stream import Stream
from borrowscope.trace.types import Types


@dataclass
class Table:
    """All events of a recording. What only some readers need is found out when it is first asked for."""

    merged: Merged
    shapes: Shapes
    types: Types
    instances: Instances

    def __len__(self) -> int:
        return len(self.merged.words)

    @property
    def words(self) -> Column:
        """Kind and site of each event."""
        return self.merged.words

    @cached_property
    def word_counts(self) -> dict[int, int]:
        """How often each kind happened at each site."""
        return counted(self.merged.words)

    def first_of(self, words: Iterable[int]) -> int:
        """The first event that has one of the words, the number of all events if there is none."""
        wanted = list(words)
        for rows in blocks(len(self)):
            found = one_of(self.words[rows], wanted)
            if found.any():
                return int(rows.start) + int(found.argmax())
        return len(self)

    @cached_property
    def sights(self) -> Sights:
        """The objects that events name."""
        return find_objects(self.merged, self.instances)

    @cached_property
    def object_texts(self) -> Column:
        """For each mark its row among the sights, -1 where it names no object."""
        rows = np.full(len(self.merged.marks.seqs), -1)
        rows[self.sights.rows] = np.arange(len(self.sights.rows))
        return rows

    def of_kinds(self, mask: Mask) -> Column:
        """The events of some kinds."""
        words = self.merged.words
        found = [
            np.flatnonzero(mask[words[rows] >> spec.KIND_SHIFT]).astype(np.uint32) + np.uint32(rows.start)
            for rows in blocks(len(words))
        ]
        return np.concatenate(found) if found else np.zeros(0, np.uint32)


def make_table(streams: list[Stream], shapes: Shapes) -> Table:
    """Join the events of all streams; the columns of their threads are given up."""
    replay_calls(streams, shapes)
    merged = merge_streams(streams)
    born = number_instances(merged)
    types = Types(shapes, merged.owners)
    return Table(merged, shapes, types, Instances(merged, born, types))
