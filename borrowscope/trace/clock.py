"""Turns ticks of streams into nanoseconds on one time line.

In: moments at which both clocks were read. Out: `Clock.time_ns`, which never goes back, and the same for columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import Column, blocks
from borrowscope.trace.header import Header

_SLOWEST, _FASTEST = 10.0, 0.05  # ns a tick: 0.1 GHz to 20 GHz
_GUESS = 0.4
_FAR = 1 << 62  # ns; nothing lies that far away but what a damaged stream says


class Timed(Protocol):
    """What a clock needs of a stream: what its ticks are, and moments at which both clocks were read (ticks, ns)."""

    @property
    def header(self) -> Header: ...  # noqa: D102
    @property
    def moments(self) -> Iterable[tuple[int, int]]: ...  # noqa: D102


class Clock:
    """One straight line through the first and the last moment of all streams that share a counter."""

    def __init__(self, streams: Iterable[Timed]) -> None:
        moments = sorted(m for s in streams if s.header.clock == spec.CLOCK_TSC for m in s.moments)
        self._ticks, self._ns = moments[0] if moments else (0, 0)
        self._rate = _rate(moments)

    def time_ns(self, source: int, ticks: int) -> int:
        """CLOCK_MONOTONIC in ns at these ticks of the clock `source`."""
        if source != spec.CLOCK_TSC:
            return ticks
        return self._ns + int((ticks - self._ticks) * self._rate)

    def times_since(self, start: int, source: int, ticks: Column) -> Column:
        """The same for a column, less `start`."""
        base, offset, rate = self._ticks, self._ns - start, self._rate
        if source != spec.CLOCK_TSC:
            base, offset, rate = max(0, start), min(0, start), 1
        times = np.empty(len(ticks), np.int64)
        for block in blocks(len(ticks)):
            times[block] = _scaled(ticks[block], base, rate)
        times += np.int64(max(-_FAR, min(offset, _FAR)))
        return times


def _scaled(ticks: Column, base: int, rate: float) -> Column:
    """The distance from the base, scaled and cut to whole numbers, as one does with plain numbers."""
    origin = np.uint64(base)
    is_later = ticks >= origin
    distance = np.where(is_later, ticks - origin, origin - ticks)
    if rate == 1:
        whole = np.minimum(distance, np.uint64(_FAR)).astype(np.int64)
    else:
        whole = np.minimum(distance.astype(np.float64) * rate, _FAR).astype(np.int64)
    return whole if is_later.all() else np.where(is_later, whole, -whole)


def _rate(moments: list[tuple[int, int]]) -> float:
    if len(moments) < 2 or moments[-1][0] == moments[0][0]:
        return _GUESS
    (first, first_ns), (last, last_ns) = moments[0], moments[-1]
    rate = (last_ns - first_ns) / (last - first)
    return rate if _FASTEST <= rate <= _SLOWEST else _GUESS
