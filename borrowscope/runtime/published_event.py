"""The runtime crate's `event.rs`: the public enum `Event`, its questions, and what makes it and takes it apart.

In: `tables/published_events.py`. Out: Rust text, formatted as rustfmt does.
"""

from __future__ import annotations

from collections.abc import Iterable

from borrowscope.runtime.constants import constant_name
from borrowscope.tables.published_events import (
    FIELD_DOCS,
    PREDICATES,
    PUBLISHED_EVENTS,
    Predicate,
    PublishedEvent,
    PublishedField,
)

_WIDTH = 120
_PATTERN_WIDTH = 22  # what rustfmt keeps on one line between the braces of a literal or a pattern
_CALL_WIDTH = 72  # what rustfmt keeps on one line between the parentheses of a call
_INNER = " " * 12

_HEAD = """//! The events, as programs see them. Made from BorrowScope's `tables/published_events.py`.

use crate::format::kind;
use crate::values::{Values, View};

/// What happened: one variant for each kind of event.
///
/// `timestamp` is the place of the event among all events of the process since the last [`reset`](crate::reset).
/// Ids are texts; the events that concern one instance of a variable carry the same id.
///
/// ```
/// use borrowscope_runtime::Event;
///
/// let event = Event::Drop { timestamp: 3, var_id: "x_0".to_string() };
/// assert!(event.is_drop());
/// assert_eq!(event.timestamp(), 3);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(tag = "type"))]
pub enum Event {
"""

_METHODS = """
    /// The place of the event among all events since the last [`reset`](crate::reset).
    pub fn timestamp(&self) -> u64 {
        match self {
%(timestamp)s
        }
    }

    /// The name that the event tells: of the variable, of the reference, of what a value moved to, of the constant,
    /// of the end of a channel; the id of what was dropped.
    pub fn var_name(&self) -> Option<&str> {
        match self {
%(label)s
            _ => None,
        }
    }

    /// Strong references after the operation, where the event is about a counted pointer.
    pub fn strong_count(&self) -> Option<usize> {
        match self {
%(strong)s
            _ => None,
        }
    }

    /// Weak references after the operation, where the event is about a counted pointer.
    pub fn weak_count(&self) -> Option<usize> {
        match self {
%(weak)s
            _ => None,
        }
    }
"""

_MAKING = """
impl Event {
    /// The event of this kind with these values, which come in the order of its fields.
    pub(crate) fn make(kind: u32, timestamp: u64, mut from: Values) -> Option<Event> {
        Some(match kind {
%(made)s
            _ => return None,
        })
    }

    /// The name of the variant.
    pub(crate) fn variant(&self) -> &'static str {
        match self {
%(names)s
        }
    }

    /// Shows `each` the fields after `timestamp`, with their names, in their order.
    pub(crate) fn fields(&self, each: &mut dyn FnMut(&'static str, View)) {
        match self {
%(fields)s
        }
    }
}
"""

_TAKEN = {
    "String": "text",
    "usize": "number",
    "bool": "flag",
    "Option<String>": "maybe",
}
_VIEWS = {
    "String": "View::Text({0})",
    "usize": "View::Number(*{0} as u64)",
    "bool": "View::Flag(*{0})",
    "Option<String>": "View::maybe({0})",
}


def event_module() -> str:
    """The text of `event.rs`."""
    methods = _METHODS.strip("\n") % {
        "timestamp": _alternatives((_pattern(row.name, "timestamp") for row in PUBLISHED_EVENTS), "*timestamp"),
        "label": "\n".join(_labels()),
        "strong": _counts("strong_count"),
        "weak": _counts("weak_count"),
    }
    questions = "\n\n".join(_question(row) for row in PREDICATES)
    making = _MAKING % {
        "made": "\n".join(_made(row) for row in PUBLISHED_EVENTS),
        "names": "\n".join(f'{_INNER}Event::{row.name} {{ .. }} => "{row.name}",' for row in PUBLISHED_EVENTS),
        "fields": "\n".join(_fields(row) for row in PUBLISHED_EVENTS),
    }
    enum = "\n".join(_variant(row) for row in PUBLISHED_EVENTS)
    return f"{_HEAD}{enum}\n}}\n\nimpl Event {{\n{methods}\n{questions}\n}}\n{making}"


def _variant(row: PublishedEvent) -> str:
    lines = [f"    /// {row.doc}", f"    {row.name} {{", "        /// Place of the event.", "        timestamp: u64,"]
    for field in row.fields:
        lines += [f"        /// {FIELD_DOCS[field.name]}", f"        {field.name}: {field.type},"]
    return "\n".join([*lines, "    },"])


def _pattern(variant: str, *bindings: str) -> str:
    inner = ", ".join([*bindings, ".."])
    if len(inner) <= _PATTERN_WIDTH:
        return f"Event::{variant} {{ {inner} }}"
    items = [f"{binding}," for binding in bindings] + [".."]
    if len(", ".join(bindings)) <= _PATTERN_WIDTH:
        items = [" ".join(items)]
    return "\n".join([f"Event::{variant} {{", *(f"{_INNER}    {item}" for item in items), f"{_INNER}}}"])


def _alternatives(patterns: Iterable[str], value: str) -> str:
    return f"{_INNER}" + f"\n{_INNER}| ".join(patterns) + f" => {value},"


def _labels() -> Iterable[str]:
    """One arm for each field that is the name, in the order of the variants."""
    labels = dict.fromkeys(row.label for row in PUBLISHED_EVENTS if row.label)
    for label in labels:
        variants = [row.name for row in PUBLISHED_EVENTS if row.label == label]
        yield _alternatives((_pattern(name, label) for name in variants), f"Some({label})")


def _counts(name: str) -> str:
    rows = [row.name for row in PUBLISHED_EVENTS if name in {field.name for field in row.fields}]
    return _alternatives((_pattern(row, name) for row in rows), f"Some(*{name})")


def _question(row: Predicate) -> str:
    return f"    /// Whether this is {row.doc}.\n    pub fn {row.name}(&self) -> bool {{\n{_answer(row)}\n    }}"


def _answer(row: Predicate) -> str:
    if row.any_of:
        return "        " + " || ".join(f"self.{name}()" for name in row.any_of)
    patterns = [f"Event::{name} {{ .. }}" for name in row.variants]
    whole = f"        matches!(self, {' | '.join(patterns)})"
    if len(whole) <= _WIDTH and len("self, " + " | ".join(patterns)) <= _CALL_WIDTH:
        return whole
    one_line = f"            {' | '.join(patterns)}"
    if len(one_line) <= _WIDTH:
        return f"        matches!(\n            self,\n{one_line}\n        )"
    rows = f"\n{_INNER}    | ".join(patterns)
    return f"        matches!(\n            self,\n            {rows}\n        )"


def _made(row: PublishedEvent) -> str:
    lines = [f"{_INNER}kind::{constant_name(row.name)} => Event::{row.name} {{", f"{_INNER}    timestamp,"]
    lines += [f"{_INNER}    {field.name}: from.{_TAKEN[field.type]}()," for field in row.fields]
    return "\n".join([*lines, f"{_INNER}}},"])


def _fields(row: PublishedEvent) -> str:
    pattern = _pattern(row.name, *(field.name for field in row.fields))
    calls = [f"each({_literal(field)}, {_VIEWS[field.type].format(field.name)})" for field in row.fields]
    lines = [f"{_INNER}{pattern} => {{", *(f"{_INNER}    {call};" for call in calls), f"{_INNER}}}"]
    if len(calls) == 1:
        lines = [f"{_INNER}{pattern} => {calls[0]},"]
    return "\n".join(lines)


def _literal(field: PublishedField) -> str:
    return f'"{field.name}"'
