"""Turns calls made by hand into events: rows of the columns like those of generated code, with sites of their own.

In: streams, whose threads hold the calls as rows. Out: the same threads with the events that the calls mean, in their
places; the sites are declared to the shapes. What a call means is told by `meanings.py`, whom it names is found in the
order of time by `joins.py`. Everything but that search is done for all calls of one function at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import Payload
from borrowscope.tables.stream_format import Mark
from borrowscope.text.collector import collector_paused
from borrowscope.trace.columns import NEVER, Column, blocks, joined, places
from borrowscope.trace.joins import UNKNOWN, Joins, Party, Step
from borrowscope.trace.kinds import HAS_PARTY
from borrowscope.trace.meanings import MEANINGS, RESET, EventMeaning, HandSite, Meaning, PartyRule, Values
from borrowscope.trace.shapes import Shapes
from borrowscope.trace.splice import Made, Splice
from borrowscope.trace.stream import Stream, Thread

_LAST_SITE = spec.SITE_MASK
_AT_ONCE = 1 << 12


def replay_calls(streams: list[Stream], shapes: Shapes) -> None:
    """Replace the calls of all threads by the events that they mean."""
    if not any(thread.has_calls for stream in streams for thread in stream.threads.values()):
        return
    sites = _Sites(1 + max(shapes.last_site, *(_last_site(stream) for stream in streams)))
    with collector_paused():
        for stream in streams:
            if any(thread.has_calls for thread in stream.threads.values()):
                _Process(stream, sites).replay()
    shapes.declare(sites.first, sites.made)


def _last_site(stream: Stream) -> int:
    """The largest number of a site that generated events of the stream name."""
    words = (thread.words[thread.words >> spec.KIND_SHIFT != Mark.CALL] for thread in stream.threads.values())
    return max((int((one & spec.SITE_MASK).max(initial=0)) for one in words), default=0)


class _Sites:
    """The sites of calls: one for all events with the same function, name, type, place and fields."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.made: list[HandSite] = []
        self._numbers: dict[tuple[object, ...], int] = {}

    def number(self, meaning: EventMeaning, site: HandSite) -> int:
        """The number of a site."""
        fields: tuple[object, ...] = ()
        if site.fields:
            fields = tuple(tuple(value) if isinstance(value, list) else value for value in site.fields.values())
        key = (id(meaning), site.name, site.giver, site.ty, site.file, site.line, site.column, fields)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = min(self.first + len(self.made), _LAST_SITE)
            if number < _LAST_SITE:
                self.made.append(site)
        return number


@dataclass(slots=True)
class _Group:
    """The calls of one function in one process: their threads, words, and the places in the threads' columns."""

    meaning: Meaning
    calls: Column  # among all calls of the process
    threads: Column  # places among the process's threads
    words: Column  # a row of u32 each
    instances: list[list[int]] = field(default_factory=list)  # by the event: of each call, 0 for none
    others: list[list[int]] = field(default_factory=list)

    def word(self, name: str) -> Column:
        """The first u32 of a word."""
        column: Column = self.words[:, self.meaning.places[name]]
        return column

    def halves(self, name: str) -> tuple[Column, Column]:
        """Both u32 of a number."""
        return self.word(name), self.words[:, self.meaning.places[name] + 1]


def _distinct(columns: Sequence[Column], length: int) -> tuple[Column, Column]:
    """The first rows of all that differ in some columns, and for each row which of them it is like."""
    firsts, inverse = np.zeros(min(length, 1), np.int64), np.zeros(length, np.int64)
    for column in columns:
        if length and (column != column[0]).any():
            keys = inverse.astype(np.uint64) << np.uint64(32) | column
            _, firsts, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return firsts, inverse


def _widened(table: Column, columns: list[int], meaning: Meaning) -> Column:
    """Narrow calls as wide ones: their words in these columns, zeros between them, a list's texts behind them."""
    behind = table.shape[1] - len(columns) if meaning.has_list else 0
    wide = np.zeros((len(table), max(meaning.width + behind, 2)), np.uint32)
    wide[:, columns] = table[:, : len(columns)]
    wide[:, meaning.width : meaning.width + behind] = table[:, len(columns) : len(columns) + behind]
    return wide


class _Process:
    """The calls of one process."""

    def __init__(self, stream: Stream, sites: _Sites) -> None:
        self._stream = stream
        self._sites = sites
        self._threads = [thread for _, thread in sorted(stream.threads.items())]
        self._texts = [thread.texts for thread in self._threads]
        self._labels: dict[str, int] = {}
        self._joins = Joins()
        self._instances = np.zeros(0, np.uint32)  # the numbers in the stream of those that calls gave birth to

    def replay(self) -> None:
        """Replace the calls by their events."""
        rows = [places(thread.words >> spec.KIND_SHIFT == Mark.CALL) for thread in self._threads]
        owners = np.repeat(np.arange(len(rows), dtype=np.uint32), [len(one) for one in rows])
        ticks = joined([thread.ticks[at] for thread, at in zip(self._threads, rows, strict=True)], np.uint64)
        groups = self._groups(rows, owners)
        self._join(groups, ticks)
        self._instances = np.append(np.uint32(0), _free_numbers(self._threads, len(self._joins.labels) - 1))
        starts = np.cumsum([0, *map(len, rows)])
        counts = np.zeros(len(owners), np.int64)
        for group in groups:
            counts[group.calls] = len(group.meaning.events)
        splices = [Splice(thread, at, counts[starts[n] : starts[n + 1]]) for n, (thread, at) in self._numbered(rows)]
        first_rows = joined([splice.first_rows for splice in splices], np.int64)
        labels = list(self._labels)
        for group in groups:
            for place, meaning in enumerate(group.meaning.events):
                made = self._events(group, place, meaning, labels)
                for number in np.unique(group.threads).tolist():
                    mine = group.threads == number
                    splices[number].put(first_rows[group.calls[mine]] + place, made, mine)
        for splice in splices:
            splice.finish()

    def _numbered(self, rows: list[Column]) -> list[tuple[int, tuple[Thread, Column]]]:
        return list(enumerate(zip(self._threads, rows, strict=True)))

    def _groups(self, rows: list[Column], owners: Column) -> list[_Group]:
        """The calls by their functions; those of functions that nobody knows are told."""
        heads = [
            (thread.words[at], thread.instances[at], thread.others[at]) for _, (thread, at) in self._numbered(rows)
        ]
        words, first, second = (joined([one[n] for one in heads], np.uint32) for n in range(3))
        args, starts, counts = self._arguments(rows, words)
        functions = words & (spec.CALL_MASK | spec.CALL_NARROW)
        groups, unknown = [], 0
        for number in np.unique(functions).tolist():
            calls = places(functions == number)
            meaning = MEANINGS.get(number & spec.CALL_MASK)
            is_narrow = bool(number & spec.CALL_NARROW)
            widths = 2 + 3 * counts[calls]
            if meaning is not None:
                columns = meaning.narrow_columns() if is_narrow else list(range(meaning.width))
                is_whole = widths >= len(columns)
                unknown += int((~is_whole).sum())
                calls, widths = calls[is_whole], widths[is_whole]
            if meaning is None:
                unknown += len(calls)
            elif len(calls):
                width = max(int(widths.max()), len(columns)) if meaning.has_list else max(len(columns), 2)
                table = np.zeros((len(calls), max(width, 2)), np.uint32)
                table[:, 0], table[:, 1] = first[calls], second[calls]
                for place in range(2, width):
                    has = widths > place
                    table[has, place] = args[starts[calls[has]] + (place - 2)]
                if is_narrow:
                    table = _widened(table, columns, meaning)
                groups.append(_Group(meaning, calls, owners[calls], table))
        if unknown:
            name = self._stream.name
            self._stream.notes.append(f"{name}: {unknown} calls of functions that this BorrowScope does not know")
        return groups

    def _arguments(self, rows: list[Column], words: Column) -> tuple[Column, Column, Column]:
        """All argument words one after the other, where those of each call start, and in how many slots they stand."""
        starts, counts, so_far = [], [], 0
        for _, (thread, at) in self._numbered(rows):
            left = thread.arg_rows.searchsorted(at)
            starts.append((left + so_far) * 3)
            counts.append(thread.arg_rows.searchsorted(at, side="right") - left)
            so_far += len(thread.arg_rows)
        args = np.concatenate([thread.args for thread in self._threads]).reshape(-1)
        told = words >> spec.CALL_SHIFT & spec.CALL_SLOTS
        return args, joined(starts, np.int64), np.minimum(joined(counts, np.int64), told)

    def _join(self, groups: list[_Group], ticks: Column) -> None:
        """Find the instances of all calls, one call after the other in the order of time."""
        steps: list[Step] = []
        calls, numbers, rows = [], [], []
        for group in groups:
            step = self._joins.reset if group.meaning.name == RESET else self._step(group)
            if step is not None:
                calls.append(group.calls)
                rows.append(np.arange(len(group.calls)))
                numbers.append(np.full(len(group.calls), len(steps)))
                steps.append(step)
        every = joined(calls, np.int64)
        order = np.lexsort((every, ticks[every]))
        for number, row in zip(
            joined(numbers, np.int64)[order].tolist(), joined(rows, np.int64)[order].tolist(), strict=True
        ):
            steps[number](row)

    def _step(self, group: _Group) -> Step | None:
        """What is done with each call of a group; None if its events name nobody."""
        parties: list[Party] = []
        for meaning in group.meaning.events:
            nobody = [0] * len(group.calls)
            found = {True: nobody, False: nobody}
            rules = [(is_own, rule) for is_own, rule in ((True, meaning.instance), (False, meaning.other)) if rule]
            for is_own, rule in sorted(rules, key=lambda one: one[1].is_born):
                if rule.is_same:
                    found[is_own] = group.instances[0]
                    continue
                found[is_own] = [0] * len(group.calls)
                parties.append(self._party(group, rule, found[is_own]))
            group.instances.append(found[True])
            group.others.append(found[False])
        return self._joins.step(parties) if parties else None

    def _party(self, group: _Group, rule: PartyRule, found: list[int]) -> Party:
        labels = self._label_column(group, rule)
        names = np.where(labels != UNKNOWN, group.threads.astype(np.int64) << 32 | labels, UNKNOWN)
        ids: list[int] = []
        if rule.id:
            low, high = group.halves(rule.id)
            ids = (high.astype(np.uint64) << np.uint64(32) | low).tolist()
        own = [one << 32 | thread for one, thread in zip(ids, group.threads.tolist(), strict=False)]
        return Party(rule.is_born, rule.ends, names.tolist(), labels.tolist(), own, ids, found)

    def _label_column(self, group: _Group, rule: PartyRule) -> Column:
        """The names that a rule makes of the calls' words, as numbers."""
        if rule.name is None:
            return np.full(len(group.calls), UNKNOWN)
        columns = [group.threads, *(group.words[:, at] for at in group.meaning.columns(rule.words))]
        firsts, inverse = _distinct(columns, len(group.calls))
        found = []
        for values in self._values(group, rule.words, firsts):
            name = rule.name(values)
            found.append(UNKNOWN if name is None else self._labels.setdefault(name, len(self._labels)))
        return np.array(found, np.int64)[inverse]

    def _values(self, group: _Group, words: Sequence[str], calls: Column) -> Iterator[Values]:
        """Some of the recorded words of some calls."""
        read, texts = group.meaning.reader(words), self._texts
        for some in blocks(len(calls), _AT_ONCE):
            chosen = calls[some]
            rows = zip(group.words[chosen].tolist(), group.threads[chosen].tolist(), strict=True)
            yield from (read(row, texts[thread]) for row, thread in rows)

    def _events(self, group: _Group, place: int, meaning: EventMeaning, labels: list[str]) -> Made:
        """One event of all calls of a group."""
        instances, others = (self._instances[found[place]] for found in (group.instances, group.others))
        words = self._words(group, place, meaning, labels)
        if meaning.number:
            others = group.word(meaning.number)
        has_mark = meaning.row.payload in {Payload.COUNTS, Payload.FLAGS} or bool(meaning.address)
        return Made(words, instances, others, _marks(group, meaning) if has_mark else None)

    def _words(self, group: _Group, place: int, meaning: EventMeaning, labels: list[str]) -> Column:
        """Kind and site of one event of all calls."""
        words = meaning.words
        is_wide = bool(meaning.number) and bool(group.halves(meaning.number)[1].any())
        used = [*words, *([meaning.number] if is_wide else [])]
        every = range(group.words.shape[1]) if group.meaning.has_lists(used) else group.meaning.columns(used)
        columns = [group.threads, *(group.words[:, at] for at in every)]
        told = np.zeros(0, np.int64)
        if not meaning.has_name:
            told = np.array(self._joins.labels, np.int64)[np.array(group.instances[place], np.int64)]
            columns.append((told + 1).astype(np.uint32))
        firsts, inverse = _distinct(columns, len(group.calls))
        names = told[firsts].tolist() if not meaning.has_name else [UNKNOWN] * len(firsts)
        numbers = []
        for values, label in zip(self._values(group, used, firsts), names, strict=True):
            site = meaning.site(values, None if label == UNKNOWN else labels[label])
            if is_wide:
                site = site.with_number(next(iter(meaning.row.fields)).name, values[meaning.number])
            numbers.append(self._sites.number(meaning, site))
        kind = np.uint32(meaning.row.tag << spec.KIND_SHIFT)
        column: Column = np.array(numbers, np.uint32)[inverse] | kind
        return column


def _marks(group: _Group, meaning: EventMeaning) -> Column:
    marks = np.zeros((len(group.calls), 4), np.uint32)
    for column, word in enumerate(meaning.counts):
        if word and meaning.row.payload is Payload.COUNTS:
            marks[:, column] = group.word(word)
    for _, is_mutable, told in meaning.flags:
        bit = np.uint32(spec.FLAG_MUTABLE if is_mutable else spec.FLAG_SUCCESS)
        is_set = group.word(told) != 0 if isinstance(told, str) else told
        marks[:, 0] |= np.where(is_set, bit, np.uint32(0))
    if meaning.address:
        marks[:, 2], marks[:, 3] = group.halves(meaning.address)
    return marks


def _free_numbers(threads: list[Thread], count: int) -> Column:
    """So many numbers of instances that generated events do not name: above theirs, while there are any."""
    named = [numbers for thread in threads for numbers in _named(thread)]
    first = 1 + max((int(numbers.max(initial=0)) for numbers in named), default=0)
    if first + count <= NEVER:
        return np.arange(first, first + count, dtype=np.uint32)
    used = np.unique(np.concatenate(named))
    return np.setdiff1d(np.arange(1, 1 + len(used) + count, dtype=np.uint32), used)[:count]


def _named(thread: Thread) -> tuple[Column, Column]:
    """The numbers of instances that generated events of a thread name."""
    kinds = thread.words >> spec.KIND_SHIFT
    is_generated = kinds != Mark.CALL
    return thread.instances[is_generated], thread.others[is_generated & HAS_PARTY[kinds]]
