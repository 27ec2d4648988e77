"""A line of source as a terminal shows it: tabs and wide characters take their columns, long lines are cut.

In: a line, the characters that are meant. Out: what to show, where carets begin, and how many.
"""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

WIDTH: Final = 140  # columns of a line that is shown whole, where nobody says another number
_LEAST: Final = 20
_TAB: Final = 4
_BEFORE: Final = 40  # columns kept before the place in a longer line, or less than a third of it
_CUT: Final = "..."
_UNSHOWN: Final = "\N{REPLACEMENT CHARACTER}"
_NO_WIDTH: Final = frozenset({"Mn", "Me"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # what moves the cursor, or the text around it


class ShownLine(NamedTuple):
    """What to show; `before` columns stand before `carets`."""

    text: str
    before: int
    carets: int


class _Cell(NamedTuple):
    text: str
    columns: int


def shown_line(line: str, start: int, end: int, width: int = WIDTH) -> ShownLine:
    """The line with the characters `start` to `end` marked, in so many columns."""
    line = line.rstrip()
    cells = _cells(line)
    end = max(start, min(end, len(cells)))
    first, last = _window(cells, start, max(_LEAST, width))
    head = _CUT if first else ""
    tail = _CUT if last < len(cells) else ""
    text = head + "".join(cell.text for cell in cells[first:last]) + tail
    before = len(head) + _columns(cells[first:start])
    return ShownLine(text, before, max(1, _columns(cells[start : min(end, last)])))


def plain(text: str) -> str:
    """A text without what a terminal would obey instead of showing it."""
    return "".join(_UNSHOWN if unicodedata.category(one) in _UNSEEN else one for one in text)


def _cells(line: str) -> list[_Cell]:
    cells: list[_Cell] = []
    at = 0
    for character in line:
        cell = _cell(character, at)
        cells.append(cell)
        at += cell.columns
    return cells


def _cell(character: str, at: int) -> _Cell:
    if character == "\t":
        columns = _TAB - at % _TAB
        return _Cell(" " * columns, columns)
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return _Cell(_UNSHOWN, 1)
    if category in _NO_WIDTH:
        return _Cell(character, 0)
    return _Cell(character, 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1)


def _columns(cells: list[_Cell]) -> int:
    return sum(cell.columns for cell in cells)


def _window(cells: list[_Cell], start: int, width: int) -> tuple[int, int]:
    """The cells to show: all, or as many as fit, beginning a little before the place."""
    if _columns(cells) <= width:
        return 0, len(cells)
    first = _back(cells, min(start, len(cells)), min(_BEFORE, width // 3))
    last, left = first, width
    while last < len(cells) and cells[last].columns <= left:
        left -= cells[last].columns
        last += 1
    return (_back(cells, last, width) if last == len(cells) else first), last


def _back(cells: list[_Cell], at: int, columns: int) -> int:
    """As far before a cell as so many columns go."""
    while at > 0 and cells[at - 1].columns <= columns:
        at -= 1
        columns -= cells[at].columns
    return at
