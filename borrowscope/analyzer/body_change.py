"""A change that only some functions can feel: where it is, and the file without all that it cannot touch.

In: a file's text as it was, its outline, its text as it is. Out: a `Change`, where nothing but statements of one
function changed; None where that is not certain. The function alone then tells what is new.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from borrowscope.analyzer.outline import SEEN, Outline, blanked, read_outline
from borrowscope.parse.syntax import Node, parse_source

_MARGIN: Final = re.compile(rb"[^\S\n]*")


@dataclass(frozen=True)
class Change:
    """What starts at `start` and ended at `end` is new, and as much longer as `shift` tells.

    It holds whole functions, which end at `old_ends` and `new_ends`; `names` are those that are not among both. It has
    the lines from `first` (from 1) to `last` to itself, or is empty; `lines` are added. The outline is the new one.
    """

    source: bytes
    outline: Outline
    holder: int
    start: int
    end: int
    shift: int
    first: int
    last: int
    lines: int
    old_ends: tuple[int, ...]
    new_ends: tuple[int, ...]
    names: frozenset[bytes] = frozenset()

    @property
    def new_end(self) -> int:
        """Where it ends now."""
        return self.end + self.shift

    @cached_property
    def alone(self) -> bytes:
        """The text with nothing left but what is new and the heads of what it stands in."""
        return alone(self.source, self.outline, self.holder, (self.start, self.new_end))

    @cached_property
    def root(self) -> Node:
        """The tree of that."""
        return parse_source(self.alone)

    @cached_property
    def beside_others(self) -> bytes:
        """The text with the insides of all other functions blanked."""
        blanks = self.outline.blanks
        pairs = zip(blanks[::2], blanks[1::2], strict=True)
        others = [pair for pair in pairs if not self.start <= pair[0] < self.new_end]
        return blanked(self.source, [offset for pair in others for offset in pair])

    def holds(self, offset: int) -> bool:
        """Whether an offset of the new text is among what is new."""
        return self.start <= offset < self.new_end


def find_body_change(old: bytes, new: bytes, outline: Outline) -> Change | None:
    """What changed, if that is statements of one function that has lines of its own."""
    first = common_prefix(old, new)
    after = len(old) - min(common_suffix(old, new), len(old) - first, len(new) - first)
    shift = len(new) - len(old)
    blank = _blank_around(outline.blanks, first, after)
    if blank is None:
        return None
    start, end = outline.blanks[blank], outline.blanks[blank + 1]
    function = _blank_around(outline.functions, start, end)
    if function is None or SEEN.search(new, start - 1, end + shift) is not None:
        return None
    lines = new.count(b"\n", start, end + shift) - old.count(b"\n", start, end)
    whole = outline.functions[function], outline.functions[function + 1]
    if (lines and outline.has_marks) or not _has_own_lines(old, *whole):
        return None
    change = Change(
        new,
        shifted(outline, blank, end, shift),
        outline.function_holders[function // 2],
        *whole,
        shift,
        old.count(b"\n", 0, whole[0]) + 1,
        old.count(b"\n", 0, whole[1]) + 1,
        lines,
        (whole[1],),
        (whole[1] + shift,),
    )
    return change if _is_as_told(change) else None


def shifted(outline: Outline, blank: int, end: int, shift: int) -> Outline:
    """The outline after what stands in a blank became longer."""
    found = moved(outline, end, shift)
    blanks = [*found.blanks]
    blanks[blank] = outline.blanks[blank]
    return replace(found, blanks=blanks)


def moved(outline: Outline, end: int, shift: int) -> Outline:
    """The outline after all that stands behind an offset moved."""

    def offsets(known: Sequence[int]) -> list[int]:
        return [offset + shift if offset >= end else offset for offset in known]

    return replace(
        outline,
        blanks=offsets(outline.blanks),
        functions=offsets(outline.functions),
        holders=offsets(outline.holders),
        others=offsets(outline.others),
    )


def _is_as_told(change: Change) -> bool:
    """Whether the function, parsed by itself, has the outline that is expected."""
    if change.root.has_error:
        return False
    found = read_outline(change.root)
    blanks = [offset for offset in change.outline.blanks if change.start <= offset <= change.new_end]
    return [*found.functions] == [change.start, change.new_end] and [*found.blanks] == blanks


def _has_own_lines(source: bytes, start: int, end: int) -> bool:
    line = source.rfind(b"\n", 0, start) + 1
    after = _MARGIN.match(source, end).end()  # type: ignore[union-attr]
    return not source[line:start].strip() and source[after : after + 1] in (b"\n", b"")


def alone(source: bytes, outline: Outline, holder: int, place: tuple[int, int]) -> bytes:
    """A text with nothing left but what stands at a place and the heads and ends of its holders."""
    heads: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    while holder >= 0:
        start, opened, end = outline.holders[3 * holder : 3 * holder + 3]
        heads.insert(0, (start, opened))
        ends.append((end - 1, end))
        holder = outline.holder_holders[holder]
    kept = [*heads, place, *ends]
    return blanked(source, [0, *(offset for pair in kept for offset in pair), len(source)])


def _blank_around(offsets: Sequence[int], start: int, end: int) -> int | None:
    """The number of the pair of offsets that holds a range."""
    at = bisect_left(offsets, end)
    for number in (at - at % 2, at - 2 + at % 2):
        if 0 <= number < len(offsets) - 1 and offsets[number] <= start and end <= offsets[number + 1]:
            return number
    return None


def common_prefix(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_suffix(one: bytes, other: bytes) -> int:
    """How many bytes both end with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
