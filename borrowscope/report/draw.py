"""Draws lifelines beside the source: 80 columns, told by shapes and words, never by colour alone.

In: `Lane` values and the lines of a function. Out: lines of text. A lane starts at a birth and ends at a drop, a move
or the end of the scope; a horizontal line joins the two bindings that a borrow, a clone or a move concerns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from borrowscope.report.lifeline import BIRTHS_DRAWN, FINAL, Happening, Lane, Mark
from borrowscope.report.wording import counted, cut, plain_type

WIDTH = 80
LANE = 3  # columns of a lane: its sign, what stands behind it, a gap
LEAST_SOURCE = 40
LONGEST_NAME = 12
LONGEST_NAMES = 24  # of several bindings that are born on one line
LISTED_NAME = 20
LONGEST_TYPE = 24
LEAST_FOLD = 3
FOLD_OVER = 60  # functions with more lines have the stretches left out on which nothing happens


@dataclass(frozen=True, slots=True)
class Shape:
    """What a mark looks like: in its lane, what stands behind it when no other lane is joined, and what it says."""

    sign: str
    behind: str
    says: str


SHAPES = {
    Mark.BORN: Shape("●", "", "a value is born"),
    Mark.BORN_SHARED: Shape("○", "", "a reference is born"),
    Mark.BORN_MUTABLE: Shape("◉", "", "a mutable reference is born"),
    Mark.LENT: Shape("├", "○", "borrowed"),
    Mark.LENT_MUTABLE: Shape("├", "◉", "borrowed mutably"),
    Mark.CLONED: Shape("├", "●", "cloned"),
    Mark.REFUSED: Shape("!", "", "a borrow was refused: the cell was borrowed"),
    Mark.REPLACED: Shape("◍", "", "assigned: a new value in its place"),
    Mark.LEFT_PART: Shape("├", "▸", "a part moves out"),
    Mark.LEFT: Shape("╰", "▸", "the value moves out"),
    Mark.LAST_USE: Shape("╵", "", "ends without a drop: last use, or end of scope"),
    Mark.DROPPED: Shape("×", "", "dropped"),
    Mark.ENDED: Shape("╵", "", "ends without a drop: last use, or end of scope"),
}
RANK = {mark: rank for rank, mark in enumerate(Mark)}
PLAIN = frozenset({*BIRTHS_DRAWN, Mark.REPLACED, Mark.ENDED, Mark.LAST_USE})
ALIVE, ALIVE_REFERENCE, CROSSED, ACROSS = "│", "┊", "┼", "─"
LEFTWARDS = {"├": "┤", "╰": "╯"}
ASCII = str.maketrans("●○◉├┤╰╯◍╵×│┊┼─▸…·", "*o@++\\/%'x|:+->~.")


@dataclass(frozen=True, slots=True)
class Page:
    """How the 80 columns are shared out. `columns` tells where a lane stands; one without is in the list only."""

    lanes: Sequence[Lane]
    columns: Mapping[int, int]
    lane_width: int
    count_width: int
    number_width: int

    @property
    def gutter_width(self) -> int:
        """Columns for the line's number and how often it ran."""
        return self.number_width + self.count_width + 3

    @property
    def source_width(self) -> int:
        """Columns for the source."""
        return WIDTH - self.gutter_width - 1 - self.lane_width

    def start(self, lane: Lane) -> int | None:
        """Where the lane's sign stands in the lanes' part of a row."""
        column = self.columns.get(lane.key)
        return None if column is None else column * LANE


def draw(lanes: Sequence[Lane], lines: Sequence[str], first: int, *, unicode: bool = True) -> list[str]:
    """The drawing: source, lanes, the list of bindings, the key of the shapes. `first` is the number of `lines[0]`."""
    page = _page(lanes, first + len(lines) - 1)
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    drawn: list[str] = []
    previous = first - 1
    for number in _shown_lines(lanes, first, len(lines)):
        if number > previous + 1:
            drawn.append(_fold(page, number - previous - 1, number))
        drawn.append(_row(page, number, lines[number - first][indent:]))
        previous = number
    drawn += ["", *_bindings(page), *_key(page)]
    drawn = [line.rstrip() for line in drawn]
    return drawn if unicode else [line.translate(ASCII) for line in drawn]


def _page(lanes: Sequence[Lane], last: int) -> Page:
    count_width = max((len(f"×{count}") + 1 for count in _counts(lanes).values() if count > 1), default=0)
    number_width = len(str(last)) + 1
    by_line = groupby(sorted(lanes, key=lambda lane: lane.first), key=lambda lane: lane.first)
    label_room = max((len(_names(list(born))) for _, born in by_line), default=0)
    room = WIDTH - number_width - count_width - 4 - LEAST_SOURCE - label_room
    columns = _columns(lanes, room // LANE)
    lane_width = (max(columns.values(), default=-1) + 1) * LANE + label_room
    return Page(lanes, columns, lane_width, count_width, number_width)


def _columns(lanes: Sequence[Lane], room: int) -> dict[int, int]:
    """A column for each lane: its own while there is room, else one whose lane has ended.

    Where that is not enough, bindings that are only born and gone are the first to be left to the list.
    """
    in_order = sorted(lanes, key=lambda one: one.first)
    if len(lanes) <= room:
        return {lane.key: column for column, lane in enumerate(in_order)}
    chosen = _choose(lanes, room)
    columns: dict[int, int] = {}
    free_after = [0] * room
    for lane in in_order:
        if lane.key not in chosen:
            continue
        free = [column for column in range(room) if free_after[column] < lane.first]
        alive = [column for column in range(room) if column not in free]
        right = [column for column in free if column > max(alive, default=-1)]
        columns[lane.key] = right[0] if right else free[-1]  # to the right there is room for the name
        free_after[columns[lane.key]] = lane.last
    return columns


def _choose(lanes: Sequence[Lane], room: int) -> set[int]:
    """The lanes to draw: no more at any line than there is room for, plain ones last."""
    chosen: list[Lane] = []
    for lane in sorted(lanes, key=lambda one: (_is_plain(one), one.first)):
        around = [other for other in chosen if other.first <= lane.last and lane.first <= other.last]
        starts = {lane.first, *(other.first for other in around if other.first > lane.first)}
        if all(sum(one.first <= start <= one.last for one in around) < room for start in starts):
            chosen.append(lane)
    return {lane.key for lane in chosen}


def _is_plain(lane: Lane) -> bool:
    """Whether nothing happens to a binding but that it is there: a number, an unused reference."""
    return all(one.mark in PLAIN and one.other is None for one in lane.happenings)


def _counts(lanes: Sequence[Lane]) -> dict[int, int]:
    """How often each line was executed, as far as its events tell."""
    counts: dict[int, int] = {}
    for lane in lanes:
        for happening, count in lane.happenings.items():
            if happening.mark not in {Mark.DROPPED, Mark.ENDED, Mark.LAST_USE}:
                counts[happening.line] = max(counts.get(happening.line, 0), count)
    return counts


def _shown_lines(lanes: Sequence[Lane], first: int, count: int) -> list[int]:
    every = list(range(first, first + count))
    if count <= FOLD_OVER:
        return every
    busy = {one.line for lane in lanes for one in lane.happenings}
    near = {line + step for line in busy for step in (-1, 0, 1)} | {first, first + count - 1}
    shown = [line for line in every if line in near]
    gaps = {line for one, other in pairwise(shown) if other - one <= LEAST_FOLD for line in range(one, other)}
    return sorted({*shown, *gaps})


def _fold(page: Page, hidden: int, line: int) -> str:
    text = f"{'':{page.gutter_width - 2}}· {hidden} lines on which nothing happens"
    return text.ljust(WIDTH - page.lane_width) + _cells(page, line, is_fold=True)


def _row(page: Page, number: int, source: str) -> str:
    source = source.rstrip().expandtabs(4)
    width = page.source_width
    if len(source) > width:
        source = source[: width - 1] + "…"
    times = _counts(page.lanes).get(number, 0)
    count = f"×{times}" if times > 1 else ""
    gutter = f"{number:>{page.number_width}}{count:>{page.count_width}} │ "
    return gutter + source.ljust(width + 1) + _cells(page, number)


def _cells(page: Page, number: int, *, is_fold: bool = False) -> str:
    canvas = [" "] * page.lane_width
    fixed: set[int] = set()
    busy: dict[int, list[Happening]] = {}
    for lane in page.lanes:
        start = page.start(lane)
        if start is None:
            continue
        here = sorted((one for one in lane.happenings if one.line == number), key=lambda one: RANK[one.mark])
        if here and not is_fold:
            busy[lane.key] = here
            text = _signs(page, here, lane)
            canvas[start : start + len(text)] = text
            fixed |= set(range(start, start + len(text)))
        elif idle := _idle(lane, number, is_fold=is_fold):
            canvas[start] = idle
    for key, here in busy.items():
        _connect(page, canvas, fixed, page.columns[key] * LANE, here)
    born = [lane for lane in page.lanes if any(one.mark in BIRTHS_DRAWN for one in busy.get(lane.key, ()))]
    if born:
        _label(canvas, max(page.columns[lane.key] for lane in born) * LANE, _names(born))
    return "".join(canvas)


def _signs(page: Page, here: list[Happening], lane: Lane) -> str:
    """A lane's signs on a line: its birth, else what joins it to another lane, else the first; then its end."""
    births = [one for one in here if one.mark in BIRTHS_DRAWN]
    joined = [one for one in here if one.other in page.columns]
    first = [*births, *joined, *here][0]
    last = here[-1] if here[-1].mark in FINAL and here[-1] is not first else None
    sign = SHAPES[first.mark].sign
    target = page.columns.get(first.other) if first.other is not None else None
    if target is not None and target < page.columns[lane.key]:
        sign = LEFTWARDS.get(sign, sign)
    if last:
        return sign + (SHAPES[last.mark].behind or SHAPES[last.mark].sign)
    return sign if target is not None else sign + SHAPES[first.mark].behind


def _connect(page: Page, canvas: list[str], fixed: set[int], start: int, here: list[Happening]) -> None:
    """Join a lane with those that borrow from it, are cloned from it, or take its value."""
    for one in here:
        target = page.columns.get(one.other) if one.other is not None else None
        if target is None or one.mark in BIRTHS_DRAWN:
            continue
        low, high = sorted((start, target * LANE))
        for at in range(low + 1, high):
            if at not in fixed:
                canvas[at] = CROSSED if canvas[at] in {ALIVE, ALIVE_REFERENCE, CROSSED} else ACROSS


def _names(lanes: Sequence[Lane]) -> str:
    """The names of bindings that are born on one line."""
    return cut(", ".join(lane.name for lane in lanes), LONGEST_NAME if len(lanes) == 1 else LONGEST_NAMES)


def _label(canvas: list[str], start: int, names: str) -> None:
    """Write the names of what is born on a line behind its last sign, where nothing else stands there."""
    at = start + 1
    while at < len(canvas) and canvas[at] != " ":
        at += 1
    text = cut(names, len(canvas) - at - 1)
    if text and all(sign == " " for sign in canvas[at : at + len(text) + 2]):
        canvas[at + 1 : at + 1 + len(text)] = text


def _idle(lane: Lane, number: int, *, is_fold: bool = False) -> str:
    """The sign of a lane on a line where nothing happens to it; a fold stands for the lines before `number`."""
    if is_fold and lane.first == number:
        return ""
    if not lane.first < number <= lane.last or (number == lane.last and not is_fold and _has_end(lane)):
        return ""
    return ALIVE_REFERENCE if lane.is_reference else ALIVE


def _has_end(lane: Lane) -> bool:
    return any(one.mark in FINAL and one.line == lane.last for one in lane.happenings)


def _bindings(page: Page) -> list[str]:
    """What happened to each binding, in words."""
    names = {lane.key: lane.name for lane in page.lanes}
    name_width = min(max((len(lane.name) for lane in page.lanes), default=0), LISTED_NAME)
    types = {lane.key: cut(plain_type(lane.ty), LONGEST_TYPE) for lane in page.lanes}
    type_width = max(map(len, types.values()), default=0)
    lines: list[str] = []
    for lane in page.lanes:
        head = f"  {cut(lane.name, LISTED_NAME):<{name_width}}  {types[lane.key]:<{type_width}}  "
        lines += _wrapped(head, _life(lane, names))
    hidden = sum(1 for lane in page.lanes if lane.key not in page.columns)
    if hidden:
        lines += ["", f"  {counted(hidden, 'binding')} of the list found no room in the drawing"]
    return [*lines, *_drop_order(page.lanes)]


def _drop_order(lanes: Sequence[Lane]) -> list[str]:
    """The names of what was dropped, first to last."""
    dropped = sorted((lane for lane in lanes if lane.dropped_as is not None), key=lambda lane: lane.dropped_as or 0)
    if len(dropped) < 2:
        return []
    return ["", *_wrapped("  dropped in this order: ", [lane.name for lane in dropped], separator=", ")]


def _life(lane: Lane, names: dict[int, str]) -> list[str]:
    """The happenings of a lane as phrases with their line numbers; the same on several lines is said once."""
    phrases: dict[str, list[str]] = {}
    for one, count in lane.happenings.items():
        other = names.get(one.other) if one.other is not None else None
        times = f" (×{count})" if count > 1 else ""
        phrases.setdefault(_phrase(one, other), []).append(f"{one.line}{times}")
    if not any(one.mark in FINAL for one in lane.happenings):
        phrases["its end was not recorded"] = []
    return [" ".join((phrase, ", ".join(lines))).strip() for phrase, lines in phrases.items()]


PREPOSITIONS = {
    Mark.BORN: "born from {}",
    Mark.BORN_SHARED: "borrows {}",
    Mark.BORN_MUTABLE: "mutably borrows {}",
    Mark.LENT: "borrowed by {}",
    Mark.LENT_MUTABLE: "mutably borrowed by {}",
    Mark.CLONED: "cloned into {}",
    Mark.LEFT: "moved to {}",
}


def _phrase(one: Happening, other: str | None) -> str:
    mark = Mark.BORN if one.mark in BIRTHS_DRAWN and not other else one.mark
    words = PREPOSITIONS[one.mark].format(other) if other and one.mark in PREPOSITIONS else mark.value
    return f"{words} ({one.cause})" if one.cause else words


def _wrapped(head: str, phrases: list[str], separator: str = "; ") -> list[str]:
    lines: list[str] = []
    line = head
    phrases = [cut(phrase, WIDTH - len(head) - 1) for phrase in phrases]
    for at, phrase in enumerate(phrases):
        text = phrase + (separator if at + 1 < len(phrases) else "")
        if len(line) + len(text.rstrip()) > WIDTH and line.strip() != head.strip():
            lines.append(line.rstrip())
            line = " " * len(head)
        line += text
    return [*lines, line.rstrip()]


def _key(page: Page) -> list[str]:
    """The shapes that the drawing uses, with what they say."""
    used = Counter(one.mark for lane in page.lanes for one in lane.happenings)
    parts = {SHAPES[mark].sign + SHAPES[mark].behind: SHAPES[mark].says for mark in Mark if used[mark]}
    return ["", *_wrapped("  ", [f"{sign} {says}" for sign, says in parts.items()])] if parts else []
