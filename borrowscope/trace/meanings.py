"""What calls made by hand mean (`tables/published_api.py`), made ready for reading: templates and places of words.

In: the table's rows. Out: `MEANINGS` by the function's number; `HandSite`, what the calls with the same texts share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from borrowscope.tables.events import BY_NAME as EVENTS
from borrowscope.tables.events import EventRow, Other, Payload
from borrowscope.tables.published_api import BY_NUMBER
from borrowscope.tables.published_calls import (
    Born,
    Constant,
    EventOfCall,
    Function,
    Kind,
    Known,
    Same,
    Text,
    Value,
    Word,
)
from borrowscope.tables.published_events import PUBLISHED_EVENTS
from borrowscope.text.type_names import short_type

RESET = "reset"
NUMBERS = 1 << 32  # of an event's own number, where it has a place beside the texts
_WIDTHS = {Kind.TEXT: 1, Kind.FLAG: 1, Kind.NUMBER: 2, Kind.ADDRESS: 2}
_COUNTS = frozenset({"strong_count", "weak_count"})
_PLACEHOLDER = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_LOCATION = re.compile(r"(.+?):(\d{1,9})(?::(\d{1,9}))?")
_OWN_NAMES = {
    row.name: {field.name: field.own or field.name for field in (*row.fields, *row.more)} for row in PUBLISHED_EVENTS
}

Values = Mapping[str, Any]
Template = Callable[[Values], str | None]
Reader = Callable[[Sequence[int], Mapping[int, str]], Values]


@dataclass(frozen=True, slots=True)
class HandSite:
    """What events of calls with the same texts share, as a site tells it for generated ones."""

    name: str | None
    giver: str | None
    ty: str | None
    file: str | None
    line: int | None
    column: int | None
    fields: Mapping[str, Any]

    def with_number(self, name: str, value: Any) -> HandSite:
        """The same with a number that is too large for its place beside the site."""
        return replace(self, fields={**self.fields, name: value})


@dataclass(frozen=True, slots=True)
class PartyRule:
    """How an instance is found: its name, the words that this takes, and the word of its id."""

    name: Template | None
    words: tuple[str, ...]
    id: str
    is_born: bool
    ends: bool
    is_same: bool


@dataclass(frozen=True, slots=True)
class EventMeaning:
    """One event of a call. `words` are those that its site is made of."""

    row: EventRow
    words: tuple[str, ...]
    instance: PartyRule | None
    other: PartyRule | None
    has_name: bool  # else that of its instance
    name: Template
    giver: Template
    type: Template
    location: str
    address: str
    own: tuple[tuple[str, Callable[[Values], Any]], ...]
    number: str  # the word of the event's own number
    counts: tuple[str, str]  # words of weak and strong count
    flags: tuple[tuple[str, bool, str | bool], ...]  # field, whether it is `is_mutable`, its word or constant

    def site(self, values: Values, name: str | None) -> HandSite:
        """The site of a call with these words; `name` is that of the instance."""
        told = self.name(values) if self.has_name else name
        file, line, column = _place(values.get(self.location)) if self.location else (None, None, None)
        fields = {field: source(values) for field, source in self.own}
        return HandSite(told or None, self.giver(values) or None, self.type(values) or None, file, line, column, fields)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One function: where its words stand, and its events."""

    name: str
    words: tuple[Word, ...]
    places: Mapping[str, int]  # of the word's first u32
    width: int  # u32 at least
    has_list: bool
    events: tuple[EventMeaning, ...]

    def narrow_columns(self) -> list[int]:
        """Where the u32 of a narrow call stand in a wide one; what a list holds follows them."""
        return [
            self.places[word.name] + half
            for word in self.words
            for half in range(1 if word.kind is Kind.NUMBER else _WIDTHS.get(word.kind, 1))
        ]

    def columns(self, words: Sequence[str]) -> list[int]:
        """Where the u32 of some words stand; a list is the last word and has no end."""
        wide = {word.name: _WIDTHS.get(word.kind, 1) for word in self.words}
        return [place for name in words for place in range(self.places[name], self.places[name] + wide[name])]

    def has_lists(self, words: Sequence[str]) -> bool:
        """Whether one of the words is a list."""
        return self.has_list and self.words[-1].name in words

    def reader(self, words: Collection[str]) -> Reader:
        """What reads some of the recorded words of a call. A text that is not known is None."""
        parts = [(word.name, _READ[word.kind], self.places[word.name]) for word in self.words if word.name in words]
        return lambda row, texts: {name: read(row, at, texts) for name, read, at in parts}


def _texts(row: Sequence[int], at: int, texts: Mapping[int, str]) -> list[str]:
    found = (texts.get(number) for number in row[at + 1 : at + 1 + row[at]])
    return [text for text in found if text is not None]


_READ: Mapping[Kind, Callable[[Sequence[int], int, Mapping[int, str]], Any]] = {
    Kind.TEXT: lambda row, at, texts: texts.get(row[at]),
    Kind.FLAG: lambda row, at, _: bool(row[at]),
    Kind.NUMBER: lambda row, at, _: row[at] | row[at + 1] << 32,
    Kind.ADDRESS: lambda row, at, _: row[at] | row[at + 1] << 32,
    Kind.TEXTS: _texts,
}


def _place(location: str | None) -> tuple[str | None, int | None, int | None]:
    """A location, taken apart; one of another form is told as it is."""
    told = _LOCATION.fullmatch(location or "")
    if told is None:
        return location or None, None, None
    file, line, column = told.groups()
    return file, int(line), int(column) if column else None


def words_of(template: str) -> tuple[str, ...]:
    """The words that a template names."""
    return tuple(word for word, _ in _PLACEHOLDER.findall(template))


def compiled(template: str, short: frozenset[str] = frozenset()) -> Template:
    """A function that fills the template in; None where a text is not known. `short` are names of types."""
    parts = _PLACEHOLDER.split(template)
    literals, words, forms = parts[0::3], parts[1::3], parts[2::3]
    if not words:
        return lambda _: template
    if len(words) == 1 and not any(literals) and not forms[0]:
        return _one_word(words[0], is_type=words[0] in short)
    pairs = tuple(zip(literals[1:], words, [form or "" for form in forms], strict=True))

    def fill(values: Values) -> str | None:
        told = [literals[0]]
        for literal, word, form in pairs:
            value = values[word]
            if value is None:
                return None
            told += (format(value, form), literal)
        return "".join(told)

    return fill


def _one_word(word: str, *, is_type: bool) -> Template:
    def fill(values: Values) -> str | None:
        value = values[word]
        return None if value is None else short_type(str(value)) if is_type else str(value)

    return fill


def _rule(party: object) -> PartyRule | None:
    if isinstance(party, Same):
        return PartyRule(None, (), "", is_born=False, ends=False, is_same=True)
    if isinstance(party, Born):
        return PartyRule(compiled(party.name), words_of(party.name), party.id, is_born=True, ends=False, is_same=False)
    if isinstance(party, Known):
        name = compiled(party.name) if party.name else None
        ends = type(party) is not Known
        return PartyRule(name, words_of(party.name), party.id, is_born=False, ends=ends, is_same=False)
    return None


def _event(told: EventOfCall, words: tuple[Word, ...]) -> EventMeaning:
    row = EVENTS[told.variant]
    sources = {_OWN_NAMES[told.variant].get(name, name): source for name, source in told.fields}
    number = next(iter(row.fields)).name if row.other is Other.NUMBER else ""
    flagged = [own.name for own in row.fields if row.payload is Payload.FLAGS and own.type == "bool"]
    apart = {number, *flagged} | (_COUNTS if row.payload is Payload.COUNTS else set())
    own = [(field.name, sources[field.name]) for field in row.fields if field.name in sources]
    own = [(name, source) for name, source in own if name not in apart]
    giver = told.instance.name if isinstance(told.instance, Known) and row.other is Other.TO else ""
    used = [*words_of(told.name), *words_of(told.type), *words_of(giver), *([told.location] if told.location else [])]
    used += [word for _, source in own for word in _words_of_source(source)]
    return EventMeaning(
        row=row,
        words=tuple(dict.fromkeys(used)),
        instance=_rule(told.instance),
        other=_rule(told.other) if row.other in {Other.OWNER, Other.SOURCE, Other.TO} else None,
        has_name=bool(told.name) or told.instance is None,
        name=compiled(told.name),
        giver=compiled(giver),
        type=compiled(told.type, frozenset(word.name for word in words if word.is_static)),
        location=told.location,
        address=told.address,
        own=tuple((name, _getter(source)) for name, source in own),
        number=_word(sources[number]) if number else "",
        counts=(_word(sources.get("weak_count")), _word(sources.get("strong_count"))),
        flags=tuple((name, name == "is_mutable", _flag(sources.get(name))) for name in flagged),
    )


def _words_of_source(source: object) -> tuple[str, ...]:
    if isinstance(source, Text):
        return words_of(source.template)
    return (source.word,) if isinstance(source, Value) else ()


def _getter(source: object) -> Callable[[Values], Any]:
    if isinstance(source, Text):
        return compiled(source.template)
    if isinstance(source, Value):
        return lambda values: values[source.word]
    constant = source.value if isinstance(source, Constant) else None
    return lambda _: constant


def _word(source: object) -> str:
    return source.word if isinstance(source, Value) else ""


def _flag(source: object) -> str | bool:
    """The word of a flag, or what it always is: what no word tells had happened when the function was called."""
    if isinstance(source, Value):
        return source.word
    return bool(source.value) if isinstance(source, Constant) else True


def _meaning(function: Function) -> Meaning:
    places, at = {}, 0
    for word in function.words:
        places[word.name] = at
        at += _WIDTHS.get(word.kind, 1)
    has_list = any(word.kind is Kind.TEXTS for word in function.words)
    events = tuple(_event(event, function.words) for event in function.events)
    return Meaning(function.name, function.words, places, at, has_list, events)


MEANINGS: Mapping[int, Meaning] = {number: _meaning(function) for number, function in BY_NUMBER.items()}
