"""A change between items: functions or comments that come or go, which nobody else can feel.

In: a file's text as it was, its outline, its text as it is. Out: a `Change`, where only comments and whole functions
are new or gone; None where that is not certain. Whoever names such a function may mean another one now: `names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from borrowscope.analyzer.body_change import Change, alone, common_prefix, common_suffix, moved
from borrowscope.analyzer.kept_files import digest
from borrowscope.analyzer.outline import SEEN, Outline, read_outline
from borrowscope.parse.syntax import COMMENTS, Node, parse_source

_TRIED: Final = 8
_TRAIT: Final = re.compile(rb"\btrait\b")
_IMPL: Final = re.compile(rb"\bimpl\b")


def find_item_change(old: bytes, new: bytes, outline: Outline) -> Change | None:
    """What changed, if that is lines with comments and whole functions."""
    found = (_change_at(old, new, outline, place) for place in islice(_changed_lines(old, new), _TRIED))
    return next((change for change in found if change is not None), None)


def _change_at(old: bytes, new: bytes, outline: Outline, place: tuple[int, int]) -> Change | None:
    start, end = place
    shift = len(new) - len(old)
    lines = new.count(b"\n") - old.count(b"\n")
    holder = _holder_of(outline, start, end)
    if holder is None or not _is_between(outline, start, end) or (lines and outline.has_marks):
        return None
    before = _items(old, outline, holder, place)
    apart = _without_place(outline, start, end, shift)
    after = _items(new, apart, holder, (start, end + shift)) if before is not None else None
    if before is None or after is None:
        return None
    first = old.count(b"\n", 0, start) + 1
    return Change(
        new,
        _with_functions(apart, after, holder, start),
        holder,
        start,
        end,
        shift,
        first,
        first + old.count(b"\n", start, end) - 1,
        lines,
        tuple(before.functions[1::2]),
        tuple(after.functions[1::2]),
        frozenset({*_names(old, before), *_names(new, after)}),
    )


def _changed_lines(old: bytes, new: bytes) -> Iterator[tuple[int, int]]:
    """Ranges of whole lines of the old text that may be taken for what changed.

    Lines that were put between equal ones may have been put before the first of these as well.
    """
    start = old.rfind(b"\n", 0, common_prefix(old, new)) + 1
    shift = len(new) - len(old)
    end = len(old) - min(common_suffix(old, new), len(old) - start, len(new) - start)
    while not (_is_line(old, end) and _is_line(new, end + shift)):
        following = old.find(b"\n", end)
        end = following + 1 if following >= 0 else len(old)
    yield start, end
    longer = new if shift > 0 else old
    while start > 0 and min(end - start, end + shift - start) == 0:
        line = old[old.rfind(b"\n", 0, start - 1) + 1 : start]
        if not longer.endswith(line, start, start + abs(shift)):
            break
        start, end = start - len(line), end - len(line)
        yield start, end


def _is_line(text: bytes, offset: int) -> bool:
    return offset in (0, len(text)) or text[offset - 1 : offset] == b"\n"


def _holder_of(outline: Outline, start: int, end: int) -> int | None:
    """The innermost holder around a range, -1 for the file; None where the range cuts through one."""
    found = -1
    for number in range(len(outline.holder_holders)):
        begins, opened, ends = outline.holders[3 * number : 3 * number + 3]
        if opened <= start and end <= ends - 1:
            found = number
        elif begins < end and start < ends:
            return None
    return found


def _is_between(outline: Outline, start: int, end: int) -> bool:
    """Whether a range holds functions as a whole or not at all, and nothing else."""
    others = zip(outline.others[::2], outline.others[1::2], strict=True)
    functions = zip(outline.functions[::2], outline.functions[1::2], strict=True)
    return not any(first < end and start < last for first, last in others) and all(
        last <= start or end <= first or (start <= first and last <= end) for first, last in functions
    )


def _items(source: bytes, outline: Outline, holder: int, place: tuple[int, int]) -> Outline | None:
    """The outline of what stands at a place; None where that is more than functions and comments."""
    if SEEN.search(source, max(place[0] - 1, 0), place[1]) is not None or _is_trait(source, outline, holder):
        return None
    root = parse_source(alone(source, outline, holder, place))
    if root.has_error or not _has_only_functions(root, place):
        return None
    found = read_outline(root)
    others = [pair for pair in zip(found.others[::2], found.others[1::2], strict=True) if pair[0] >= place[0]]
    is_whole = found.has_loose_impls or found.has_marks or any(first < place[1] for first, _ in others)
    return None if is_whole else found


def _is_trait(source: bytes, outline: Outline, holder: int) -> bool:
    if holder < 0:
        return False
    head = source[outline.holders[3 * holder] : outline.holders[3 * holder + 1]]
    return _TRAIT.search(head) is not None and _IMPL.search(head) is None


def _has_only_functions(root: Node, place: tuple[int, int]) -> bool:
    """Whether what begins at a place are functions with their attributes, and comments."""
    last = ""
    for node in root.walk():
        is_outermost = node.parent is None or node.parent.start < place[0] or node.parent is root
        if place[0] <= node.start < place[1] and is_outermost and node.kind not in COMMENTS and node is not root:
            if node.kind not in ("function_item", "attribute_item"):
                return False
            last = node.kind
    return last != "attribute_item"


def _without_place(outline: Outline, start: int, end: int, shift: int) -> Outline:
    """The outline without the functions of a range, and with what follows where it is now."""
    kept = [
        number for number in range(len(outline.function_holders)) if not start <= outline.functions[2 * number] < end
    ]
    blanks = zip(outline.blanks[::2], outline.blanks[1::2], strict=True)
    left = replace(
        outline,
        blanks=[offset for pair in blanks if not start <= pair[0] < end for offset in pair],
        functions=[offset for number in kept for offset in outline.functions[2 * number : 2 * number + 2]],
        function_holders=[outline.function_holders[number] for number in kept],
    )
    return moved(left, end, shift)


def _with_functions(outline: Outline, found: Outline, holder: int, start: int) -> Outline:
    """The outline with functions at a place; its digest follows from the one before."""
    if not found.functions:
        return outline
    at = sum(1 for begin in outline.functions[::2] if begin < start)
    blanks_at = sum(1 for begin in outline.blanks[::2] if begin < start)
    return replace(
        outline,
        digest=digest(outline.digest, found.digest),
        blanks=[*outline.blanks[: 2 * blanks_at], *found.blanks, *outline.blanks[2 * blanks_at :]],
        functions=[*outline.functions[: 2 * at], *found.functions, *outline.functions[2 * at :]],
        function_holders=[
            *outline.function_holders[:at],
            *[holder] * (len(found.functions) // 2),
            *outline.function_holders[at:],
        ],
    )


_NAME: Final = re.compile(rb"\bfn\s+(?:r#)?(\w+)")


def _names(source: bytes, outline: Outline) -> list[bytes]:
    pairs = zip(outline.functions[::2], outline.functions[1::2], strict=True)
    return [match[1] for pair in pairs if (match := _NAME.search(source, *pair)) is not None]
