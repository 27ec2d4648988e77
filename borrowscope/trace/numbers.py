"""Numbers the instances of a recording from 1, in the order in which events name them.

In: merged columns, with the numbers that each process gave. Out: the same columns with the recording's own numbers, and
where each of them was born. A second birth of the same number is another instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import NEVER, Column, Mask, blocks
from borrowscope.trace.kinds import BEGINS, HAS_PARTY, IS_MOVE
from borrowscope.trace.merge import Merged

_SPARE = 1 << 22  # keys that a table may have more than ...
_SPARSE = 4  # ... so many times the events


class _Block(NamedTuple):
    """Some rows: the keys of their instances and of the other party, 0 for none; what is born with them."""

    rows: slice
    instances: Column
    parties: Column
    has_party: Mask
    births: Mask  # of the instance
    targets: Mask  # of the other party


def number_instances(merged: Merged) -> Column:
    """Give the columns the recording's numbers; the column that is returned tells where each number was born."""
    size, bases = _bases(merged)
    if bases is None:
        size = _make_dense_keys(merged)
    born, births = np.full(size, NEVER, np.uint32), 0
    for block in _blocks(merged):
        births += _note_births(_rekeyed(merged, block, bases) if bases is not None else block, born)
    if births != int((born != NEVER).sum()):
        size = _split_second_births(merged, size)
        born = np.full(size, NEVER, np.uint32)
        for block in _blocks(merged):
            _note_births(block, born)
    numbers, first = np.zeros(size, np.uint32), np.zeros(size, np.uint32)
    count = 0
    for block in _blocks(merged):
        keys = np.empty(2 * len(block.instances), np.uint32)
        keys[0::2], keys[1::2] = block.instances, block.parties
        fresh = keys[(numbers[keys] == 0) & (keys != 0)]
        turns = np.arange(len(fresh), dtype=np.uint32)
        first[fresh[::-1]] = turns[::-1]  # of repeated keys the last one stays: the first
        fresh = fresh[first[fresh] == turns]
        numbers[fresh] = np.arange(count + 1, count + 1 + len(fresh), dtype=np.uint32)
        count += len(fresh)
        merged.instances[block.rows] = numbers[block.instances]
        merged.others[block.rows][block.has_party] = numbers[block.parties[block.has_party]]
    result = np.full(count + 1, NEVER, np.uint32)
    result[numbers] = born
    result[0] = NEVER
    return result


def _blocks(merged: Merged) -> Iterator[_Block]:
    for rows in blocks(len(merged.words)):
        kinds = merged.words[rows] >> spec.KIND_SHIFT
        has_party = HAS_PARTY[kinds]
        instances, parties = merged.instances[rows], np.where(has_party, merged.others[rows], 0)
        births, targets = BEGINS[kinds] & (instances != 0), IS_MOVE[kinds] & (parties != 0)
        yield _Block(rows, instances, parties, has_party, births, targets)


def _note_births(block: _Block, born: Column) -> int:
    """Note where keys are born, and say how many births there were."""
    seqs = np.arange(block.rows.start, block.rows.stop, dtype=np.uint32)
    born[block.instances[block.births]] = seqs[block.births]
    born[block.parties[block.targets]] = seqs[block.targets]
    return int(block.births.sum()) + int(block.targets.sum())


def _bases(merged: Merged) -> tuple[int, Column | None]:
    """The size of a table of keys, and for each thread what makes the numbers of its process differ from all others.

    None where numbers lie so far apart that the table would be far larger than the recording.
    """
    largest = [0] * (1 + max((owner.stream for owner in merged.owners), default=0))
    for owner in merged.owners:
        largest[owner.stream] = max(largest[owner.stream], owner.largest)
    if sum(largest) >= min(NEVER, len(merged.words) * _SPARSE + _SPARE):
        return 0, None
    bases = np.cumsum([0, *largest])[[owner.stream for owner in merged.owners]].astype(np.uint32)
    return 1 + sum(largest), bases


def _rekeyed(merged: Merged, block: _Block, bases: Column) -> _Block:
    """Make the numbers of all processes differ, 0 apart."""
    if not bases.any():
        return block
    more = bases[merged.threads[block.rows]]
    instances = np.where(block.instances != 0, block.instances + more, 0)
    parties = np.where(block.parties != 0, block.parties + more, 0)
    merged.instances[block.rows] = instances
    merged.others[block.rows][block.has_party] = parties[block.has_party]
    return block._replace(instances=instances, parties=parties)


def _make_dense_keys(merged: Merged) -> int:
    """The same where numbers lie far apart: by sorting them. Returns the size of a table of keys."""
    streams = np.array([owner.stream for owner in merged.owners], np.uint64)
    known = np.zeros(1, np.uint64)
    for block in _blocks(merged):
        known = np.union1d(known, np.concatenate(_wide(merged, block, streams)))
    for block in _blocks(merged):
        instances, parties = (known.searchsorted(keys).astype(np.uint32) for keys in _wide(merged, block, streams))
        merged.instances[block.rows] = instances
        merged.others[block.rows][block.has_party] = parties[block.has_party]
    return len(known)


def _wide(merged: Merged, block: _Block, streams: Column) -> tuple[Column, Column]:
    """Stream and number in one, 0 for none."""
    upper = streams[merged.threads[block.rows]] << np.uint64(32)
    return np.where(block.instances != 0, upper | block.instances, 0), np.where(
        block.parties != 0, upper | block.parties, 0
    )


def _split_second_births(merged: Merged, size: int) -> int:
    """Give every birth but the first of a key a new key, and all that is told of it until the next birth."""
    births = [(block.instances[block.births], block.parties[block.targets]) for block in _blocks(merged)]
    is_many = np.bincount(np.concatenate([keys for both in births for keys in both]), minlength=size) > 1
    refs = np.concatenate([_references(block, is_many) for block in _blocks(merged)], axis=1)
    keys, places, begins = refs[:, np.lexsort((refs[1], refs[0]))]
    so_far = begins.cumsum()
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    before = np.repeat(so_far[starts] - begins[starts], np.diff(starts, append=len(keys)))
    is_later = so_far - before > 1  # a key is born for the second time, or was
    new = (begins.astype(np.bool_) & is_later).cumsum()
    keys = np.where(is_later, size - 1 + new, keys).astype(np.uint32)
    rows, is_party = places >> 1, (places & 1).astype(np.bool_)
    merged.instances[rows[~is_party]] = keys[~is_party]
    merged.others[rows[is_party]] = keys[is_party]
    return size + int(new[-1])


def _references(block: _Block, is_many: Mask) -> Column:
    """Rows of three: the key, where it is named (twice the row, one more for the other party), whether it is born."""
    seqs = np.arange(block.rows.start, block.rows.stop, dtype=np.int64)
    own, other = is_many[block.instances], is_many[block.parties]
    keys = np.concatenate((block.instances[own], block.parties[other]))
    places = np.concatenate((2 * seqs[own], 2 * seqs[other] + 1))
    return np.stack((keys, places, np.concatenate((block.births[own], block.targets[other]))))
