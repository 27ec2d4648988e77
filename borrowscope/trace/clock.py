"""Turns ticks of streams into nanoseconds on one time line.

In: moments at which both clocks were read. Out: `Clock.time_ns`, which never goes back.
"""

from __future__ import annotations

from borrowscope.tables import stream_format as spec
from borrowscope.trace.stream import Stream

_SLOWEST, _FASTEST = 10.0, 0.05  # ns a tick: 0.1 GHz to 20 GHz
_GUESS = 0.4


class Clock:
    """One straight line through the first and the last moment of all streams that share a counter."""

    def __init__(self, streams: list[Stream]) -> None:
        moments = sorted(m for s in streams if s.header.clock == spec.CLOCK_TSC for m in s.moments)
        self._ticks, self._ns = moments[0] if moments else (0, 0)
        self._rate = _rate(moments)

    def time_ns(self, source: int, ticks: int) -> int:
        """CLOCK_MONOTONIC in ns at these ticks of the clock `source`."""
        if source != spec.CLOCK_TSC:
            return ticks
        return self._ns + int((ticks - self._ticks) * self._rate)


def _rate(moments: list[tuple[int, int]]) -> float:
    if len(moments) < 2 or moments[-1][0] == moments[0][0]:
        return _GUESS
    (first, first_ns), (last, last_ns) = moments[0], moments[-1]
    rate = (last_ns - first_ns) / (last - first)
    return rate if _FASTEST <= rate <= _SLOWEST else _GUESS
