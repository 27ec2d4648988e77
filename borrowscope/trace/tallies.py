"""Counts over a whole table: clones, values that never ended, owners of shared values, borrows of cells, held guards.

In: a `Table`. Out: rows of plain numbers and texts, for reports to put into words. `word` is kind and site of an event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import NEVER, Column, Group, Mask, chased, counted, groups, one_of
from borrowscope.trace.kinds import IS_MOVE, named
from borrowscope.trace.table import Table

CLONES = frozenset({"Clone", "RcClone", "ArcClone", "WeakClone"})
SHARED_BIRTHS = frozenset({"RcNew", "ArcNew"})
SHARED = SHARED_BIRTHS | {"RcClone", "ArcClone"}
_IS_SHARED, _IS_SHARED_BIRTH = named(*SHARED), named(*SHARED_BIRTHS)
_IS_CELL_BORROW = named("RefCellBorrow")
_GUARDS = named("RefCellBorrow", "LockGuardAcquire")


class Typed(NamedTuple):
    """Events of one kind, site and type."""

    word: int
    ty: str | None
    times: int


class Owners(NamedTuple):
    """The most owners that a shared value was seen to have."""

    word: int
    is_named: bool
    most: int


class Borrows(NamedTuple):
    """Borrows of the cells that were born at one site (0: it is not known)."""

    word: int
    is_mutable: bool
    is_refused: bool
    times: int


class Held(NamedTuple):
    """Guards that were born at one site: how many, and for how long one was held at most."""

    word: int
    times: int
    longest_ns: int
    is_open: bool  # the longest was held when the recording ended


def clones(table: Table) -> list[Typed]:
    """Clones by site and type; what tells no type has that of its source."""
    seqs = table.of_kinds(named(*CLONES))
    merged, instances = table.merged, table.instances
    types = table.types.of_events(merged, seqs)
    sources = merged.others[seqs]
    known = np.where(instances.knows(sources, seqs), sources, 0)
    types = np.where(types != 0, types, instances.types[known])
    return _typed(table, groups(merged.words[seqs], types))


def unfinished(table: Table, is_wanted: Callable[[int], bool]) -> list[Typed]:
    """Values that were never dropped nor given away, of the births that are wanted, in the order of birth."""
    instances, words = table.instances, table.words
    numbers = np.flatnonzero((instances.alive_from != NEVER) & (instances.ended == NEVER))
    wanted = [word for word in counted(words[instances.born[numbers]]) if is_wanted(word)]
    numbers = numbers[one_of(words[instances.born[numbers]], wanted)]
    numbers = numbers[instances.born[numbers].argsort()]
    return _typed(table, groups(words[instances.born[numbers]], instances.types[numbers]))


def finished_sites(table: Table) -> set[int]:
    """The sites whose values were seen to end."""
    instances = table.instances
    is_finished = (instances.alive_from != NEVER) & (instances.ended != NEVER)
    return {word & spec.SITE_MASK for word in counted(table.words[instances.born[is_finished]])}


def life_count(table: Table) -> int:
    """How many instances of bindings and temporaries there were."""
    return int((table.instances.alive_from != NEVER).sum())


def shared_values(table: Table) -> list[Owners]:
    """Shared values by the site of their birth. Clones are joined to the birth by the object."""
    merged, sights = table.merged, table.sights
    seqs = merged.marks.seqs[sights.rows]
    chosen = _IS_SHARED[merged.words[seqs] >> spec.KIND_SHIFT]
    seqs, counts = seqs[chosen], merged.marks.counts[sights.rows][chosen]
    keys, epochs = sights.keys[chosen], sights.epochs[chosen]
    order = np.lexsort((seqs, epochs, keys))
    seqs, counts, keys, epochs = seqs[order], counts[order], keys[order], epochs[order]
    births = _last_births(merged.words[seqs], keys, epochs)
    told = births >= 0
    born = seqs[births[told]]
    words, is_named = merged.words[born], merged.instances[born] != 0
    order = np.lexsort((is_named, words))
    starts = np.flatnonzero((np.diff(words[order], prepend=NEVER) != 0) | np.diff(is_named[order], prepend=False))
    if not len(starts):
        return []
    firsts = np.minimum.reduceat(born[order], starts)
    rows = (words[order][starts], is_named[order][starts], np.maximum.reduceat(counts[told][order], starts))
    in_order = firsts.argsort()
    return [Owners(*one) for one in zip(*(row[in_order].tolist() for row in rows), strict=True)]


def _last_births(words: Column, keys: Column, epochs: Column) -> Column:
    """For events that stand by object and time: the place of their object's birth, -1 where it was not seen."""
    places = np.arange(len(words))
    is_first = np.ones(len(words), np.bool_)
    is_first[1:] = (keys[1:] != keys[:-1]) | (epochs[1:] != epochs[:-1])
    firsts = np.maximum.accumulate(np.where(is_first, places, 0))
    births = np.maximum.accumulate(np.where(_IS_SHARED_BIRTH[words >> spec.KIND_SHIFT], places, -1))
    return np.where(births >= firsts, births, -1)


def cell_borrows(table: Table) -> list[Borrows]:
    """Borrows of RefCells whose cell is known, in the order of the first."""
    merged, instances = table.merged, table.instances
    seqs = table.of_kinds(_IS_CELL_BORROW)
    seqs = seqs[merged.others[seqs] != 0]
    owners = merged.others[seqs]
    smalls = merged.marks.smalls_of(seqs)
    births = instances.alive_from[owners]
    words = np.where(births != NEVER, table.words[np.where(births != NEVER, births, 0)], 0)
    found = groups(words, smalls & spec.FLAG_MUTABLE, smalls & spec.FLAG_SUCCESS)
    return [Borrows(word, bool(mutable), not success, size) for (word, mutable, success), size, _ in found]


def held_guards(table: Table, is_wanted: Callable[[int], bool]) -> list[Held]:
    """How long guards of locks and cells were held, wherever they moved to; those that left for elsewhere apart."""
    merged = table.merged
    seqs = guard_births(table)
    seqs = seqs[one_of(merged.words[seqs], filter(is_wanted, counted(merged.words[seqs])))]
    ends, is_lost = guard_ends(table, merged.instances[seqs])
    seqs, ends = seqs[~is_lost], ends[~is_lost]
    is_open = ends == NEVER
    spans = merged.times[np.where(is_open, len(table) - 1, ends)] - merged.times[seqs]
    order = np.lexsort((spans, merged.words[seqs]))
    words = merged.words[seqs][order]
    lasts = np.flatnonzero(np.diff(words, append=np.uint32(NEVER)))
    rows = (words[lasts], np.diff(lasts, prepend=-1), spans[order][lasts], is_open[order][lasts])
    return [Held(*one) for one in zip(*(row.tolist() for row in rows), strict=True)]


def guard_births(table: Table) -> Column:
    """The events with which guards of locks and cells began."""
    seqs = table.of_kinds(_GUARDS)
    seqs = seqs[table.merged.instances[seqs] != 0]
    is_cell = _IS_CELL_BORROW[table.words[seqs] >> spec.KIND_SHIFT]
    succeeded = (table.merged.marks.smalls_of(seqs) & spec.FLAG_SUCCESS) != 0
    found: Column = seqs[~is_cell | succeeded]
    return found


def guard_ends(table: Table, numbers: Column) -> tuple[Column, Mask]:
    """Where guards were dropped (NEVER: they were not), and which of them went where nobody saw them end."""
    instances = table.instances
    ends = instances.ended[chased(instances.heirs)[numbers]]
    kinds = table.words[np.where(ends != NEVER, ends, 0)] >> spec.KIND_SHIFT
    return ends, (ends != NEVER) & IS_MOVE[kinds]


def _typed(table: Table, found: list[Group]) -> list[Typed]:
    names = table.types.names
    return [Typed(word, names[ty], size) for (word, ty), size, _ in found]
