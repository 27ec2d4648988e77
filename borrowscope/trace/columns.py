"""Columns of numbers, and what is done with millions of them at once.

In: arrays. Out: arrays, and small groups as plain numbers. Long columns are worked on block by block, so that what is
made on the way stays small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

Column = NDArray[Any]
Mask = NDArray[np.bool_]

BLOCK = 1 << 18  # rows that are worked on at once: what is made of them fits into the processor's cache
NEVER = 0xFFFF_FFFF  # in a column of places: there is none
LARGEST = 0xFFFF_FFFE  # rows of one table at most: places are 32 bits


class Group(NamedTuple):
    """Rows that agree: their common values, how many they are, and the first of them."""

    values: tuple[int, ...]
    size: int
    first: int


def blocks(length: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices that cover the length, in order."""
    for start in range(0, length, size):
        yield slice(start, min(start + size, length))


def joined(pieces: list[Column], dtype: DTypeLike) -> Column:
    """One column of all pieces; the list is emptied, so that its memory can be used again."""
    whole = np.concatenate(pieces, dtype=dtype) if pieces else np.zeros(0, dtype)
    pieces.clear()
    return whole


def table_of(values: Mapping[int, Any], size: int, dtype: DTypeLike, default: Any = 0) -> Column:
    """A look-up table: `table[key]` is the mapping's value, for keys below the size."""
    table = np.full(size, default, dtype)
    for key, value in values.items():
        if key < size:
            table[key] = value
    return table


def places(mask: Mask) -> Column:
    """Where the mask is true, ascending."""
    return np.flatnonzero(mask)


def groups(*columns: Column) -> list[Group]:
    """The rows of some columns, grouped by their values; groups stand in the order of their first rows."""
    if not columns or not len(columns[0]):
        return []
    order = np.lexsort(columns[::-1])
    edges = np.zeros(len(order), np.bool_)
    edges[0] = True
    for column in columns:
        ordered = column[order]
        edges[1:] |= ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(edges)
    firsts = order[starts]  # the sort keeps the order of equal rows
    counts = np.diff(starts, append=len(order))
    rows = [column[firsts].tolist() for column in columns]
    found = [
        Group(values, size, first)
        for values, size, first in zip(zip(*rows, strict=True), counts.tolist(), firsts.tolist(), strict=True)
    ]
    return sorted(found, key=lambda one: one.first)


def counted(column: Column) -> dict[int, int]:
    """How often each value stands in a column."""
    counts: dict[int, int] = {}
    for block in blocks(len(column), 4 * BLOCK):
        values, times = np.unique(column[block], return_counts=True)
        for value, count in zip(values.tolist(), times.tolist(), strict=True):
            counts[value] = counts.get(value, 0) + count
    return counts


def last_of_each(keys: Column) -> Mask:
    """For ascending keys: the last row of each key."""
    mask = np.ones(len(keys), np.bool_)
    mask[:-1] = keys[1:] != keys[:-1]
    return mask


def one_of(column: Column, values: Iterable[int]) -> Mask:
    """Which rows hold one of the values."""
    wanted = np.array(sorted(values), column.dtype)
    mask = np.zeros(len(column), np.bool_)
    if len(wanted):
        for block in blocks(len(column)):
            found = np.minimum(wanted.searchsorted(column[block]), len(wanted) - 1)
            mask[block] = wanted[found] == column[block]
    return mask


def chased(parents: Column) -> Column:
    """For each place the last one on its way along `parents`, where 0 ends a way. Way and table may be long alike."""
    ends = np.where(parents != 0, parents, np.arange(len(parents), dtype=parents.dtype))
    hops = parents.copy()
    active = np.flatnonzero(hops)
    while len(active):
        over = hops[active]
        ends[active], hops[active] = ends[over], hops[over]
        active = active[hops[active] != 0]
    return ends
