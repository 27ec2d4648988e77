"""Lines of the user's source, as reports name them.

In: shapes of events. Out: `Place`.
"""

from __future__ import annotations

from dataclasses import dataclass

from borrowscope.trace.shapes import Shape


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def place_of(shape: Shape) -> Place | None:
    """The line of an event's site."""
    return Place(shape.file, shape.line) if shape.file and shape.line else None
