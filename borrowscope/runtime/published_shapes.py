"""The runtime crate's `api/shapes.rs`: what writes the words of a call, one function for each list of their kinds.

In: rows of `borrowscope.tables.published_api`. Out: Rust text, and how a row's call is written.
"""

from __future__ import annotations

from collections.abc import Iterable

from borrowscope.tables.published_calls import Function, Kind, Word

_HEAD = """//! Writes the words of calls by hand: one function for each list of their kinds.
//!
//! A letter of a name is a word: `t` a text, `o` a text that may be missing, `s` a text that lives as long as the
//! program, `f` a flag, `n` a number, `a` an address, `l` a list of texts. Numbers are
//! one word of the stream each where none of the call's needs more. Made from BorrowScope's `tables/published_api.py`.

use crate::calls::{high, low, narrow, optional, record, record_list};
use crate::strings::ready_text_number;
use crate::texts::number;
"""
_TYPES = {
    "t": "&str",
    "o": "Option<&str>",
    "s": "&'static str",
    "f": "bool",
    "n": "usize",
    "a": "usize",
    "l": "&[&str]",
}
_INTERNED = {"t": "number", "o": "optional", "s": "ready_text_number"}
_LETTERS = {Kind.TEXT: "t", Kind.FLAG: "f", Kind.NUMBER: "n", Kind.ADDRESS: "a", Kind.TEXTS: "l"}
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
    inputs = ["function: u32", *(f"{name}: {_TYPES[letter]}" for letter, name in zip(kinds, names, strict=True))]
    attributes = ["#[inline(never)]"]
    if len(kinds) > 6:
        attributes.append("#[allow(clippy::too_many_arguments)]")
    numbers = [name for letter, name in zip(kinds, names, strict=True) if letter == "n"]
    lines = _body(kinds, names, is_narrow=False)
    if numbers:
        short = [f"    {line}" for line in _body(kinds, names, is_narrow=True)]
        fits = f"    if let Some(function) = narrow(function, {' | '.join(numbers)}) {{"
        lines = [fits, *short, "        return;", "    }", *lines]
    return "\n".join([*attributes, *_signature(kinds, inputs), *lines, "}", ""])


def _body(kinds: str, names: list[str], *, is_narrow: bool) -> list[str]:
    """The statement that records; one of a narrow call."""
    pairs = list(zip(kinds, names, strict=True))
    words = [word for letter, name in pairs for word in _words(letter, name, is_narrow=is_narrow)]
    interned = [
        f"        let {name} = {_INTERNED[letter]}(local, {name})?;" for letter, name in pairs if letter in _INTERNED
    ]
    if kinds.endswith("l"):
        return _list_call(words, names[-1], interned)
    return _plain_call(words, interned)


def _signature(name: str, inputs: list[str]) -> list[str]:
    line = f"pub(super) fn {name}({', '.join(inputs)}) {{"
    if len(line) <= _WIDTH:
        return [line]
    return [f"pub(super) fn {name}(", *(f"    {each}," for each in inputs), ") {"]


def _words(letter: str, name: str, *, is_narrow: bool) -> list[str]:
    if letter == "n" and is_narrow:
        return [f"low({name})"]
    if letter in "na":
        return [f"low({name})", f"high({name})"]
    if letter == "f":
        return [f"u32::from({name})"]
    return [] if letter == "l" else [name]


def _plain_call(words: list[str], interned: list[str]) -> list[str]:
    slots = -(-max(0, len(words) - _HEAD_WORDS) // _SLOT_WORDS)
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


def _list_call(words: list[str], name: str, interned: list[str]) -> list[str]:
    return [
        f"    record_list(function, {name}, |local| {{",
        *interned,
        f"        Some([{', '.join(words)}])",
        "    });",
    ]
