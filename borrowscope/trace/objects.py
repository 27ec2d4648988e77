"""Tells allocations and cells apart that lay at the same address one after the other.

In: what the runtime told of objects, and the lives of instances. Out: the epoch of each mark's address. An address
begins a new epoch when something is made there and nobody holds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import NEVER, Column, Mask, chased
from borrowscope.trace.instances import Instances
from borrowscope.trace.kinds import HAS_OBJECT, named
from borrowscope.trace.merge import Merged

# Events that may be the first of a new object at their address.
_CHANNEL_ENDS = frozenset({"ChannelSenderNew", "ChannelReceiverNew"})
CREATIONS = _CHANNEL_ENDS | {"New", "RcNew", "ArcNew", "BoxNew", "BoxFromRaw", "RefCellNew", "CellNew", "OnceCellNew"}
# Their object stays where it is when the holder moves.
HEAP = _CHANNEL_ENDS | {"RcNew", "RcClone", "ArcNew", "ArcClone", "WeakNew", "WeakClone", "BoxNew", "BoxFromRaw"}
_IS_CREATION = named(*CREATIONS)
_IS_HEAP = named(*HEAP)
_IS_ALWAYS_NEW = named("ChannelSenderNew")  # senders are made before receivers, and of new channels
_IS_FROM_RAW, _IS_INTO_RAW = named("BoxFromRaw"), named("BoxIntoRaw")


@dataclass(frozen=True, slots=True)
class Sights:
    """The marks that name an object: their rows among the marks, and keys and epochs of their addresses."""

    rows: Column
    keys: Column  # the same for the same address of the same process
    epochs: Column


def find_objects(merged: Merged, instances: Instances) -> Sights:
    """Tell the objects of all marks apart."""
    marks = merged.marks
    kinds = merged.words[marks.seqs] >> spec.KIND_SHIFT
    rows = np.flatnonzero(HAS_OBJECT[kinds] & (marks.addresses != 0))
    seqs, kinds = marks.seqs[rows], kinds[rows]
    keys = _keys(merged, rows)
    ends = _ends(merged, instances, seqs, kinds)
    is_end = ends != NEVER
    end_count = int(is_end.sum())
    order = np.lexsort((np.concatenate((seqs, ends[is_end])), np.concatenate((keys, keys[is_end]))))
    story = _Story(
        np.concatenate((keys, keys[is_end]))[order],
        np.concatenate((kinds, np.zeros(end_count, kinds.dtype)))[order],
        np.concatenate((_is_holder(merged, seqs, kinds).astype(np.int64), np.full(end_count, -1)))[order],
    )
    epochs = np.empty(len(order), np.int64)
    epochs[order] = story.epochs()
    return Sights(rows, keys, epochs[: len(rows)])


def _keys(merged: Merged, rows: Column) -> Column:
    """One number for each address of each process."""
    streams = np.array([owner.stream for owner in merged.owners], np.int64)
    _, keys = np.unique(merged.marks.addresses[rows], return_inverse=True)
    of_rows: Column = keys * (int(streams.max(initial=0)) + 1) + streams[merged.threads[merged.marks.seqs[rows]]]
    return of_rows


def _is_holder(merged: Merged, seqs: Column, kinds: Column) -> Mask:
    mask: Mask = (_IS_CREATION[kinds] | _IS_HEAP[kinds]) & (merged.instances[seqs] != 0)
    return mask


def _ends(merged: Merged, instances: Instances, seqs: Column, kinds: Column) -> Column:
    """Where those who hold the objects hold them no more, NEVER for events that hold nothing."""
    holders = np.where(_is_holder(merged, seqs, kinds), merged.instances[seqs], 0)
    last_holders = np.where(_IS_HEAP[kinds], chased(instances.heirs)[holders], holders)
    return np.where(holders != 0, instances.ended[last_holders], NEVER)


@dataclass(frozen=True, slots=True)
class _Story:
    """What happened at each address: its events stand together, in the order of time. An end has kind 0."""

    keys: Column
    kinds: Column
    weights: Column  # how many more hold the object from here on

    def epochs(self) -> Column:
        """The epoch at each event."""
        starts = np.flatnonzero(np.diff(self.keys, prepend=-1))
        lengths = np.diff(starts, append=len(self.keys))
        is_fresh = self._is_fresh(starts, lengths)
        made = is_fresh.astype(np.int64).cumsum()
        before = np.repeat(made[starts] - is_fresh[starts], lengths)
        was_there = np.repeat(~is_fresh[starts], lengths)
        epochs: Column = made - before - 1 + was_there
        return epochs

    def _is_fresh(self, starts: Column, lengths: Column) -> Mask:
        """Whether a new object begins: nobody holds the address, and no raw pointer to it was given away."""
        held = self.weights.cumsum() - self.weights
        is_free = held == np.repeat(held[starts], lengths)
        is_known = _IS_FROM_RAW[self.kinds] & self._was_given_away(starts, lengths)
        is_fresh: Mask = _IS_ALWAYS_NEW[self.kinds] | (_IS_CREATION[self.kinds] & is_free & ~is_known)
        return is_fresh

    def _was_given_away(self, starts: Column, lengths: Column) -> Mask:
        """Whether the address became a raw pointer before, and nothing was made there since."""
        is_away = _IS_INTO_RAW[self.kinds]
        places = np.arange(len(self.kinds))
        changes = np.maximum.accumulate(np.where(is_away | _IS_CREATION[self.kinds], places, -1))
        last = np.full(len(places), -1)
        last[1:] = changes[:-1]
        was_away: Mask = is_away[last] & (last >= np.repeat(starts, lengths))
        return was_away
