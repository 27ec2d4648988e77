"""The runtime crate's `api/shapes.rs`: what writes the words of a call, one function for each list of their kinds.

In: rows of `borrowscope.tables.published_api`. Out: Rust text, and how a row's call is written.
"""

from __future__ import annotations

from collections.abc import Iterable

from borrowscope.tables.published_calls import Function, Kind, Word

_HEAD = """//! Writes the words of calls by hand: one function for each list of their kinds.
//!
//! A letter of a name is a word: `t` a text, `o` a text that may be missing, `s` a text that lives as long as the
//! program, `f` a flag, `n` a number, `l` a list of texts. Made from BorrowScope's `tables/published_api.py`.

use crate::calls::{high, low, optional, record, record_list};
use crate::strings::ready_text_number;
use crate::texts::number;
"""
_TYPES = {
    "t": "&str",
    "o": "Option<&str>",
    "s": "&'static str",
    "f": "bool",
    "n": "usize",
    "l": "&[&str]",
}
_INTERNED = {"t": "number", "o": "optional", "s": "ready_text_number"}
_LETTERS = {Kind.TEXT: "t", Kind.FLAG: "f", Kind.NUMBER: "n", Kind.TEXTS: "l"}
_HEAD_WORDS = 2
_SLOT_WORDS = 3
_WIDTH = 120
_CALL_WIDTH = 72  # what rustfmt keeps on one line between the parentheses of a call


def shapes_module(rows: Iterable[Function]) -> str:
    """The text of `shapes.rs`."""
    shapes = sorted({shape(row) for row in rows if row.number})
    return "\n".join([_HEAD, "\n".join(_function(kinds) for kinds in shapes)])


def shape(row: Function) -> str:
    """The kinds of the row's words."""
    optional = {parameter.name for parameter in row.parameters if parameter.type.startswith("Option<&str>")}
    return "".join(_letter(word, is_optional=word.name in optional) for word in row.words)


def _letter(word: Word, *, is_optional: bool) -> str:
    if word.is_static:
        return "s"
    return "o" if is_optional else _LETTERS[word.kind]


def _function(kinds: str) -> str:
    names = [chr(ord("a") + at) for at in range(len(kinds))]
    pairs = list(zip(kinds, names, strict=True))
    words = [word for letter, name in pairs for word in _words(letter, name)]
    is_list = kinds.endswith("l")
    slots = -(-max(0, len(words) - _HEAD_WORDS) // _SLOT_WORDS)
    interned = [
        f"        let {name} = {_INTERNED[letter]}(local, {name})?;" for letter, name in pairs if letter in _INTERNED
    ]
    given = _list_call(words, interned) if is_list else _plain_call(words, slots, interned)
    attributes = ["#[inline(never)]"]
    if len(kinds) > 6:
        attributes.append("#[allow(clippy::too_many_arguments)]")
    inputs = ["function: u32", *(f"{name}: {_TYPES[letter]}" for letter, name in pairs)]
    return "\n".join([*attributes, *_signature(kinds, inputs), *given, "}", ""])


def _signature(name: str, inputs: list[str]) -> list[str]:
    line = f"pub(super) fn {name}({', '.join(inputs)}) {{"
    if len(line) <= _WIDTH:
        return [line]
    return [f"pub(super) fn {name}(", *(f"    {each}," for each in inputs), ") {"]


def _words(letter: str, name: str) -> list[str]:
    if letter == "n":
        return [f"low({name})", f"high({name})"]
    if letter == "f":
        return [f"u32::from({name})"]
    return [] if letter == "l" else [name]


def _plain_call(words: list[str], slots: int, interned: list[str]) -> list[str]:
    filled = words + ["0"] * (_HEAD_WORDS + slots * _SLOT_WORDS - len(words))
    head = ", ".join(filled[:_HEAD_WORDS])
    more = [filled[at : at + _SLOT_WORDS] for at in range(_HEAD_WORDS, len(filled), _SLOT_WORDS)]
    groups = ", ".join(f"[{', '.join(group)}]" for group in more)
    given = f"([{head}], [{groups}])"
    result = [f"        Some({given})"] if len(given) <= _CALL_WIDTH else _broken(head, groups, more)
    return ["    record(function, |local| {", *interned, *result, "    });"]


def _broken(head: str, groups: str, more: list[list[str]]) -> list[str]:
    rows = [f"                [{', '.join(group)}]," for group in more]
    slots = [f"            [{groups}],"] if len(groups) <= _CALL_WIDTH else ["            [", *rows, "            ],"]
    return ["        Some((", f"            [{head}],", *slots, "        ))"]


def _list_call(words: list[str], interned: list[str]) -> list[str]:
    name = chr(ord("a") + len(interned) + sum(word.startswith("low") for word in words))
    return [
        f"    record_list(function, {name}, |local| {{",
        *interned,
        f"        Some([{', '.join(words)}])",
        "    });",
    ]
