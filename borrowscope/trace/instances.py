"""What is known of every instance: where it was born and ended, its type, what it goes back to through moves.

In: numbered columns and what sites say. Out: `Instances`, columns by the instance's number; place 0 is no instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import NEVER, Column, Mask, blocks, chased
from borrowscope.trace.kinds import HAS_OWNER, IS_BIRTH, IS_DEATH, IS_MOVE
from borrowscope.trace.merge import Merged
from borrowscope.trace.types import Types


@dataclass
class Instances:
    """The instances of a recording. `born` is the event of the birth; what moved there counts as born there."""

    merged: Merged
    born: Column
    type_table: Types

    def knows(self, numbers: Column, seqs: Column) -> Mask:
        """Whether the birth of a binding or temporary had been told when the events happened."""
        mask: Mask = self.alive_from[numbers] < seqs
        return mask

    @cached_property
    def alive_from(self) -> Column:
        """The birth of each binding or temporary. Constructs have executions, but no life."""
        born = self.born.copy()
        for rows in blocks(len(born)):
            part = born[rows]
            is_born = part != NEVER
            is_born[is_born] = ~IS_BIRTH[self.merged.words[part[is_born]] >> spec.KIND_SHIFT]
            part[is_born] = NEVER
        return born

    @cached_property
    def _parents(self) -> Column:
        """For what a move gave birth to, the instance that moved, if its own birth is known."""
        parents = np.zeros(len(self.born), np.uint32)
        for numbers, births in self._births():
            is_moved = IS_MOVE[self.merged.words[births] >> spec.KIND_SHIFT]
            seqs = births[is_moved]
            givers = self.merged.instances[seqs]
            parents[numbers[is_moved]] = np.where(self.knows(givers, seqs), givers, 0)
        return parents

    @cached_property
    def origins(self) -> Column:
        """The instance that a value was born as, before it moved."""
        return chased(self._parents)

    @cached_property
    def types(self) -> Column:
        """The type of each instance, as number of `Types`: that of its origin, else what the sites of moves say."""
        types = np.zeros(len(self.born), np.uint32)
        merged = self.merged
        for numbers, seqs in self._births():
            types[numbers] = self.type_table.of_events(merged, seqs)
        hops = self._parents.copy()
        active = np.flatnonzero(hops)
        while len(active):
            over = hops[active]
            types[active] = np.where(types[over] != 0, types[over], types[active])
            hops[active] = hops[over]
            active = active[hops[active] != 0]
        return types

    @cached_property
    def owners(self) -> Column:
        """What each instance's origin borrowed or guards, 0 where its birth told no owner."""
        owners = np.zeros(len(self.born), np.uint32)
        for numbers, seqs in self._births():
            has_owner = HAS_OWNER[self.merged.words[seqs] >> spec.KIND_SHIFT]
            owners[numbers[has_owner]] = self.merged.others[seqs[has_owner]]
        of_origins: Column = owners[self.origins]
        return of_origins

    @cached_property
    def ended(self) -> Column:
        """The event that ended each life, or took its value away whole."""
        merged, ended = self.merged, np.full(len(self.born), NEVER, np.uint32)
        partial = self.partial_moves
        for rows in reversed(list(blocks(len(merged.words)))):
            kinds = merged.words[rows] >> spec.KIND_SHIFT
            numbers = merged.instances[rows]
            ends = IS_DEATH[kinds] | IS_MOVE[kinds]
            inside = partial[partial.searchsorted(rows.start) : partial.searchsorted(rows.stop)]
            ends[inside - np.uint32(rows.start)] = False
            seqs = np.flatnonzero(ends & (numbers != 0)).astype(np.uint32) + np.uint32(rows.start)
            seqs = seqs[self.born[merged.instances[seqs]] < seqs][::-1]
            ended[merged.instances[seqs]] = seqs  # backwards: the first end stays
        return ended

    @cached_property
    def heirs(self) -> Column:
        """For each instance the one that its value moved to in the end, 0 where it did not."""
        heirs = np.zeros(len(self.ended), np.uint32)
        numbers = np.flatnonzero(self.ended != NEVER)
        seqs = self.ended[numbers]
        is_moved = IS_MOVE[self.merged.words[seqs] >> spec.KIND_SHIFT]
        heirs[numbers[is_moved]] = self.merged.others[seqs[is_moved]]
        return heirs

    @cached_property
    def partial_moves(self) -> Column:
        """The moves that left a part behind."""
        merged = self.merged
        seqs = merged.flag_seqs[(merged.flags & spec.FLAG_PARTIAL) != 0]
        moves: Column = seqs[IS_MOVE[merged.words[seqs] >> spec.KIND_SHIFT]]
        return moves

    @cached_property
    def parted(self) -> Column:
        """The event that first moved a part of each instance away."""
        parted = np.full(len(self.born), NEVER, np.uint32)
        seqs = self.partial_moves[::-1]
        parted[self.merged.instances[seqs]] = seqs
        return parted

    def _births(self) -> Iterator[tuple[Column, Column]]:
        """The numbers of all lives with the events of their births, block by block."""
        for rows in blocks(len(self.born)):
            numbers = np.flatnonzero(self.alive_from[rows] != NEVER).astype(np.uint32) + np.uint32(rows.start)
            yield numbers, self.born[numbers]
