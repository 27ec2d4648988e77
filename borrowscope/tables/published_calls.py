"""The words in which `published_api.py` tells what a function that is called by hand records and means.

In: nothing. Out: the types of the rows, and `function`, `event` ... that write them down briefly.

**What is recorded.** A call writes its function's number and its `words`, in order; `Word.source` is the Rust
expression that gives one. Nothing is looked up at that time. A row with `records_as` writes the words of that row, not
always (`sampled`). A row with `each` makes one call for each item of that parameter. A row with `instead` writes the
number of another row, whose words are the same, where a condition holds.

**What it means** is told by `events`, in order (0 to n). A *template* is a text with recorded words in braces:
`{name}`; numbers are decimal, `{ptr:#x}` is hexadecimal. In `Born.text` and in `otherwise` there may also be
`{#}` (the count of earlier uses of `{#}` in the process since the last reset) and `{time}` (the timestamp of the call's
first event). For each event:

1. The parties: `instance` (whom the event is about) and `other` (owner, source or goal, as the events' table says).
   `Known` and `Ended` are looked up first, then `Born` is made.
   * `Born(name, text, id)`: a new instance whose id text is `text`; from now on it is the newest live one of that name
     on this thread and, where `id` names a word, of that id.
   * `Known(otherwise, name)`: the newest live instance of that name on this thread. `Known(otherwise, id=word)`: the
     newest live one of that id on this thread, else in the process. Where there is none, the party is unknown and its
     text is `otherwise`.
   * `Ended`: as `Known`, and the instance is live no longer.
   * `SAME`: the instance of the call's first event.
   Names of variables are `{name}`; those of constructs and threads begin with a word and a space (`loop 3`), so that
   no variable is taken for one.
2. The `fields` of the variant: `Text(template)`, `Value(word)` (a flag as bool, a number as int, a text as text or
   None, texts as a list), `Constant(value)`, `INSTANCE_ID`, `OTHER_ID` (the text of that party), `InstanceId(suffix)`.
   Optional fields of the variant that have no source are not there.
3. For records: `name` (template of the variable's plain name, "" = the instance's), `type` (template of the type alone,
   "" = unknown), `location` (the word with `file:line[:column]`, which becomes the site), `address` (the word with the
   object's address); "" where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from types import MappingProxyType


class Kind(Enum):
    """What a recorded word is; the number of u32 it takes in the stream."""

    TEXT = auto()  # 1: number of the thread's text, 0 = none
    FLAG = auto()  # 1
    NUMBER = auto()  # 2: low and high; 1 where no number of the call needs more
    ADDRESS = auto()  # 2: low and high
    TEXTS = auto()  # a count, then so many texts


class Section(StrEnum):
    """Where a function stands in the documents."""

    CONTROL = "Control"
    OWNERSHIP = "Ownership"
    SMART_POINTERS = "Smart pointers"
    INTERIOR = "Interior mutability"
    CONCURRENCY = "Concurrency"
    CONTROL_FLOW = "Control flow"
    ASYNC = "Async and await"
    EXPRESSIONS = "Expressions"
    UNSAFE = "Unsafe code"
    STATICS = "Statics and constants"
    MEMORY = "Memory layout"
    SAMPLING = "Sampling"


@dataclass(frozen=True, slots=True)
class Word:
    """One recorded argument. A static text is a `&'static str`, known by its address."""

    name: str
    kind: Kind
    source: str
    is_static: bool = False


@dataclass(frozen=True, slots=True)
class Born:
    """A new instance."""

    name: str
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A live instance of that name, or of the id in that word; else the text `otherwise`."""

    otherwise: str
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Ended(Known):
    """The same, and its life is over."""


@dataclass(frozen=True, slots=True)
class Same:
    """The instance of the call's first event."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text made of recorded words."""

    template: str


@dataclass(frozen=True, slots=True)
class Value:
    """A recorded word as it is."""

    word: str


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    value: bool | str


@dataclass(frozen=True, slots=True)
class InstanceId:
    """The text of the event's instance."""

    suffix: str = ""


@dataclass(frozen=True, slots=True)
class OtherId:
    """The text of the event's other party."""


Party = Born | Known | Ended | Same
Source = Text | Value | Constant | InstanceId | OtherId
SAME = Same()
INSTANCE_ID = InstanceId()
OTHER_ID = OtherId()


@dataclass(frozen=True, slots=True)
class EventOfCall:
    """One event that a call means."""

    variant: str
    fields: tuple[tuple[str, Source], ...]
    instance: Party | None = None
    other: Party | None = None
    name: str = ""
    type: str = ""
    location: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name and its Rust type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Function:
    """One public function. `returns` is its type ("" = unit), `result` the expression that it gives."""

    number: int  # stable; 0: `records_as` stands in the stream
    name: str
    section: Section
    doc: str
    generics: str
    parameters: tuple[Parameter, ...]
    returns: str
    result: str
    words: tuple[Word, ...]
    events: tuple[EventOfCall, ...]
    records_as: str = ""
    is_sampled: bool = False
    each: str = ""
    instead: tuple[str, str] | None = None  # (Rust condition, function)
    is_later: bool = False  # not in the published 0.1.2


_KINDS = {
    "&str": Kind.TEXT,
    "Option<&str>": Kind.TEXT,
    "usize": Kind.NUMBER,
    "bool": Kind.FLAG,
    "&[&str]": Kind.TEXTS,
}
_RATE = "f64"


def _split(text: str) -> list[str]:
    """Parts between the commas that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += {"<": 1, "(": 1, "[": 1, ">": -1, ")": -1, "]": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [part for part in [*parts, text[start:].strip()] if part]


def _parameters(text: str) -> tuple[Parameter, ...]:
    pairs = (part.split(": ", 1) for part in _split(text))
    return tuple(Parameter(name, kind) for name, kind in pairs)


def _words_of(parameters: tuple[Parameter, ...], each: str) -> tuple[Word, ...]:
    """The parameters that are recorded as they are; of a list that is walked the item comes first."""
    words = [
        Word(row.name, _KINDS[row.type], row.name) for row in parameters if row.type in _KINDS and row.name != each
    ]
    if each:
        words.insert(0, Word("name", Kind.TEXT, "name"))
    return tuple(words)


def _returned(parameters: tuple[Parameter, ...]) -> Parameter | None:
    values = [row for row in parameters if row.type not in _KINDS and row.type != _RATE]
    return values[-1] if values else None


@dataclass(frozen=True, slots=True)
class Draft:
    """An event whose name, type, place and address follow from the row's words where it does not say them."""

    event: EventOfCall
    name: str | None
    type: str | None

    def finish(self, words: tuple[Word, ...]) -> EventOfCall:
        """The event in a row with these words."""
        names = [word.name for word in words]

        def first(*wanted: str) -> str:
            return next((word for word in wanted if word in names), "")

        def braced(*wanted: str) -> str:
            word = first(*wanted)
            return "{" + word + "}" if word else ""

        return replace(
            self.event,
            name=braced("name", "var_name", "owner_name") if self.name is None else self.name,
            type=braced("type", "type_name") if self.type is None else self.type,
            location=first("location", "start_location"),
            address=first("address"),
        )


def event(
    variant: str,
    same: str = "",
    *,
    instance: Party | None = None,
    other: Party | None = None,
    named: str | None = None,
    typed: str | None = None,
    also: Mapping[str, Source | str] = MappingProxyType({}),
    **fields: Source | str,
) -> Draft:
    """An event; `same` names fields that are recorded words, `also` are more fields; a plain text is a template."""
    sources: dict[str, Source] = {word: Value(word) for word in same.split()}
    sources |= {
        field: Text(source) if isinstance(source, str) else source for field, source in {**fields, **also}.items()
    }
    return Draft(EventOfCall(variant, tuple(sources.items()), instance, other), named, typed)


def function(
    section: Section,
    number: int,
    name: str,
    signature: str,
    doc: str,
    *events: Draft,
    more: tuple[Word, ...] = (),
    words: tuple[Word, ...] | None = None,
    returns: str | None = None,
    result: str | None = None,
    each: str = "",
    instead: tuple[str, str] | None = None,
    records_as: str = "",
    is_later: bool = False,
) -> Function:
    """A row. `signature` is generics, then parameters in parentheses; `more` words follow those of the parameters."""
    generics, _, rest = signature.partition("(")
    parameters = _parameters(rest.removesuffix(")"))
    recorded = (_words_of(parameters, each) if words is None else words) + more
    value = _returned(parameters)
    return Function(
        number=number,
        name=name,
        section=section,
        doc=doc,
        generics=generics,
        parameters=parameters,
        returns=(value.type if value else "") if returns is None else returns,
        result=(value.name if value else "") if result is None else result,
        words=() if records_as else recorded,
        events=tuple(event.finish(recorded) for event in events),
        records_as=records_as,
        is_sampled=any(row.type == _RATE for row in parameters),
        each=each,
        instead=instead,
        is_later=is_later,
    )


def static(name: str, source: str) -> Word:
    """A text that lives as long as the program."""
    return Word(name, Kind.TEXT, source, is_static=True)


def number(name: str, source: str) -> Word:
    """A number that an expression gives."""
    return Word(name, Kind.NUMBER, source)


def address(name: str, source: str) -> Word:
    """Where something lies, which an expression gives."""
    return Word(name, Kind.ADDRESS, source)


def flag(name: str, source: str) -> Word:
    """A flag that an expression gives."""
    return Word(name, Kind.FLAG, source)


def type_of(of: str) -> tuple[Word, ...]:
    """The name of a type."""
    return (static("type", f"std::any::type_name::<{of}>()"),)


def known(word: str) -> Known:
    """The variable whose name the caller gives in that word."""
    return Known("{" + word + "}", name="{" + word + "}")


def ended(word: str) -> Ended:
    """The variable whose name the caller gives in that word; its life is over."""
    return Ended("{" + word + "}", name="{" + word + "}")


def begins(what: str, word: str) -> Born:
    """A construct begins that the caller numbers."""
    return Born(f"{what} {{{word}}}", "{" + word + "}")


def goes_on(what: str, word: str) -> Known:
    """The construct of that number."""
    return Known("{" + word + "}", name=f"{what} {{{word}}}")


def ends(what: str, word: str) -> Ended:
    """The construct of that number is over."""
    return Ended("{" + word + "}", name=f"{what} {{{word}}}")
