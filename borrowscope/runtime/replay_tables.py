"""The runtime crate's `replay/tables.rs`: what hand-made calls mean, and which fields generated events fill how.

In: `tables/published_api.py`, `tables/published_events.py`, `tables/events.py`. Out: Rust text: tables that the crate's
`replay` module interprets. One row a function or variant, as `replay/meaning.rs` describes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from borrowscope.runtime.constants import constant_name
from borrowscope.tables.events import BY_NAME as RECORDED
from borrowscope.tables.events import EventRow, Other, Payload
from borrowscope.tables.published_api import BY_NAME, FUNCTIONS
from borrowscope.tables.published_calls import (
    Born,
    Constant,
    Ended,
    EventOfCall,
    Function,
    InstanceId,
    Known,
    OtherId,
    Party,
    Same,
    Source,
    Text,
    Value,
    Word,
)
from borrowscope.tables.published_events import (
    BY_VARIANT,
    PUBLISHED_EVENTS,
    PublishedEvent,
    PublishedField,
    Role,
)

_HEAD = """//! What calls made by hand mean, and how the fields of generated events are filled.
//!
//! Made from BorrowScope's `tables/published_api.py` and `tables/published_events.py`.

use super::meaning::{Field, Function, Meaning, More, Other, Party, Payload, Piece, Source, Variant, Word};
use crate::format::kind;
"""
_PIECE = re.compile(r"\{([^{}]*)\}")
_SPECIAL = {"#": "Piece::Count", "time": "Piece::Time"}
_FROM_ROLES = {
    Role.NAME: "Name",
    Role.INSTANCE: "Instance",
    Role.OWNER: "Owner",
    Role.OWNER_NAME: "OwnerName",
    Role.FROM: "From",
    Role.TO_NAME: "ToName",
    Role.TO: "To",
    Role.TYPE: "Type",
    Role.LOCATION: "Location",
    Role.EXECUTION: "Execution",
    Role.OWNER_EXECUTION: "OwnerExecution",
    Role.OBJECT: "Object",
}
_COUNTED = {"strong_count": "Strong", "weak_count": "Weak"}


def tables_module() -> str:
    """The text of `replay/tables.rs`."""
    functions = "\n".join(_function(row) for row in FUNCTIONS if row.number)
    variants = "\n".join(_variant(row) for row in sorted(PUBLISHED_EVENTS, key=lambda row: row.tag))
    return (
        f"{_HEAD}\n/// Number of the function whose calls forget what came before them.\n"
        f"pub(crate) const RESET: u32 = {BY_NAME['reset'].number};\n"
        "\n/// What calls mean, in the order of their numbers, which count from 1.\n#[rustfmt::skip]\n"
        f"pub(super) static FUNCTIONS: &[Function] = &[\n{functions}\n];\n"
        "\n/// The variants in the order of their tags, which count from 1.\n#[rustfmt::skip]\n"
        f"pub(super) static VARIANTS: &[Variant] = &[\n{variants}\n];\n"
    )


def _function(row: Function) -> str:
    words = ", ".join(f"Word::{word.kind.name.capitalize()}" for word in row.words)
    meanings = "".join(f"\n{_meaning(event, row.words)}," for event in row.events)
    close = "\n    ] }" if meanings else "] }"
    return f"    // {row.name}\n    Function {{ words: &[{words}], meanings: &[{meanings}{close},"


def _meaning(event: EventOfCall, words: Sequence[Word]) -> str:
    variant, sources = BY_VARIANT[event.variant], dict(event.fields)
    fields = ", ".join(_source(sources[field.name], words) for field in variant.fields)
    more = ", ".join(
        f"(More::{_camel(field.name)}, {_source(sources[field.name], words)})"
        for field in variant.more
        if field.name in sources
    )
    parts = [
        f"kind: kind::{constant_name(event.variant)}",
        f"instance: {_party(event.instance, words)}",
        f"other: {_party(event.other, words)}",
        f"fields: &[{fields}]",
        f"more: &[{more}]",
        f"name: {_template(event.name, words)}",
        f"ty: {_template(event.type, words)}",
        f"location: {_maybe_word(event.location, words)}",
        f"address: {_maybe_word(event.address, words)}",
    ]
    lines = "\n".join(f"            {part}," for part in parts)
    return f"        Meaning {{\n{lines}\n        }}"


def _party(party: Party | None, words: Sequence[Word]) -> str:
    match party:
        case None:
            return "Party::None"
        case Same():
            return "Party::Same"
        case Born(name, text, of):
            name, text = _template(name, words), _template(text, words)
            return f"Party::Born {{ name: {name}, text: {text}, id: {_maybe_word(of, words)} }}"
        case Known(otherwise, name, of):
            ends = "true" if isinstance(party, Ended) else "false"
            name, text = _template(name, words), _template(otherwise, words)
            return f"Party::Known {{ otherwise: {text}, name: {name}, id: {_maybe_word(of, words)}, ends: {ends} }}"


def _source(source: Source, words: Sequence[Word]) -> str:
    match source:
        case Text(template):
            return f"Source::Text({_template(template, words)})"
        case Value(word):
            return f"Source::Word({_place(word, words)})"
        case Constant(bool() as value):
            return f"Source::Flag({str(value).lower()})"
        case Constant(value):
            return f"Source::Text(&[Piece::Plain({_literal(str(value))})])"
        case InstanceId(suffix):
            return f"Source::Instance({_literal(suffix)})"
        case OtherId():
            return "Source::Other"


def _template(template: str, words: Sequence[Word]) -> str:
    return f"&[{', '.join(_pieces(template, words))}]"


def _pieces(template: str, words: Sequence[Word]) -> Iterator[str]:
    for at, part in enumerate(_PIECE.split(template)):
        if at % 2 == 0:
            if part:
                yield f"Piece::Plain({_literal(part)})"
        elif part in _SPECIAL:
            yield _SPECIAL[part]
        else:
            word, _, style = part.partition(":")
            yield f"Piece::{'Hex' if style else 'Word'}({_place(word, words)})"


def _maybe_word(name: str, words: Sequence[Word]) -> str:
    return f"Some({_place(name, words)})" if name else "None"


def _place(name: str, words: Sequence[Word]) -> int:
    return [word.name for word in words].index(name)


def _variant(row: PublishedEvent) -> str:
    recorded = RECORDED[row.name]
    fields = ", ".join(_field(field, recorded) for field in row.fields)
    more = ", ".join(
        f"(More::{_camel(field.name)}, {_field(field, recorded)})" for field in row.more if field.role is Role.OWN
    )
    life = [name for name in ("is_birth", "is_death", "is_construct") if getattr(recorded, name)]
    flags = ", ".join(f"{name}: {str(name in life).lower()}" for name in ("is_birth", "is_death", "is_construct"))
    return (
        f"    // {row.name}\n    Variant {{ other: Other::{recorded.other.name.capitalize()}, "
        f"payload: Payload::{recorded.payload.name.capitalize()}, {flags},\n"
        f"        fields: &[{fields}], more: &[{more}] }},"
    )


def _field(field: PublishedField, recorded: EventRow) -> str:
    """Where a generated event has this field: in its slots, or at its site."""
    if field.role is not Role.OWN:
        return f"Field::{_FROM_ROLES[field.role]}"
    name = field.own or field.name
    if recorded.payload is Payload.COUNTS and name in _COUNTED:
        return f"Field::{_COUNTED[name]}"
    if recorded.payload is Payload.FLAGS and field.type == "bool":
        return "Field::Mutable" if name == "is_mutable" else "Field::Success"
    if recorded.payload is Payload.ADDRESS and name == "address":
        return "Field::Address"
    if recorded.other is Other.NUMBER and field.type == "usize":
        return "Field::Number"
    kind = {"bool": "SiteFlag", "usize": "SiteNumber", "Option<String>": "SiteMaybe", "Vec<String>": "SiteTexts"}
    return f"Field::{kind.get(field.type, 'SiteText')}({_literal(name)})"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
