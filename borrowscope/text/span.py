"""Byte spans and the lines of a text: every position inside BorrowScope is a byte offset, half-open.

In: the bytes of a file. Out: `Span` values, and lines and columns for display only.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Span(NamedTuple):
    """Half-open range of byte offsets in one file."""

    start: int
    end: int

    def contains(self, other: Span) -> bool:
        """Whether `other` lies within this span (both ends included)."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share at least one byte, or one is empty and lies inside the other."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


class Position(NamedTuple):
    """A place for people: line and column both count from 1, the column in characters."""

    line: int
    column: int


class LineIndex:
    """Turns byte offsets of one text into lines and columns, and back."""

    __slots__ = ("_starts", "source")

    def __init__(self, source: bytes) -> None:
        self.source = source
        starts = [0]
        find = source.find
        at = find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = find(b"\n", at + 1)
        self._starts = starts

    def line_of(self, offset: int) -> int:
        """Line (from 1) that holds the byte offset."""
        return bisect_right(self._starts, offset)

    def byte_column(self, offset: int) -> tuple[int, int]:
        """Line (from 1) and column (from 0, in bytes): the convention of type-info.json."""
        line = self.line_of(offset)
        return line, offset - self._starts[line - 1]

    def position(self, offset: int) -> Position:
        """Line and column from 1, in characters: the convention of rustc and of every other file."""
        line = self.line_of(offset)
        start = self._text_start(line)
        return Position(line, len(self.source[start:offset].decode("utf-8", "replace")) + 1)

    def _text_start(self, line: int) -> int:
        """Where a line's characters begin: behind the byte order mark, where the line has one."""
        start = self._starts[line - 1]
        return start + 3 if start == 0 and self.source.startswith(b"\xef\xbb\xbf") else start

    @property
    def count(self) -> int:
        """How many lines there are; behind a newline at the end there is one more, an empty one."""
        return len(self._starts)

    def range_of(self, first: int, last: int) -> tuple[int, int]:
        """The bytes from the start of one line to the end of another; lines that do not exist are cut off."""
        end = self._starts[last] if last < len(self._starts) else len(self.source)
        return self._starts[min(max(first, 1), len(self._starts)) - 1], end

    def offset(self, line: int, column: int) -> int:
        """Byte offset of a line and a column, both from 1, the column in characters (rustc's convention).

        A byte order mark is no character to rustc; it counts as none here either (nor in `position`).
        Raises IndexError if the line does not exist.
        """
        start = self._text_start(line)
        end = self._starts[line] if line < len(self._starts) else len(self.source)
        text = self.source[start:end]
        if text.isascii():
            return start + min(column - 1, len(text))
        return start + len(text.decode("utf-8", "replace")[: column - 1].encode("utf-8"))
