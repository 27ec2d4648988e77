"""Names that a format text captures: `println!("{name:width$}")` reads `name` and `width`.

In: a macro's name and its arguments. Out: the names, each where it first stands, as expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from borrowscope.parse.syntax import parse_arguments

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

# Where the text stands among the arguments.
_PLACES: Final = {
    **dict.fromkeys(("format", "format_args", "print", "println", "eprint", "eprintln", "todo", "unimplemented"), 0),
    **dict.fromkeys(("panic", "unreachable"), 0),
    **dict.fromkeys(("write", "writeln", "assert", "debug_assert"), 1),
    **dict.fromkeys(("assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne"), 2),
}
# Before this edition these take a text without arguments as it is.
_PLAIN_BEFORE: Final = 2021
_PLAIN: Final = frozenset({"panic", "unreachable", "assert", "debug_assert"})
_TEXTS: Final = frozenset({"string_literal", "raw_string_literal"})
_NAME: Final = rb"(?:[A-Za-z_]|[\x80-\xff])[\w\x80-\xff]*"
_PLACEHOLDER: Final = re.compile(rb"\{\{|\}\}|\\u\{[^}]*\}|\{\s*(?P<name>%b)?[^:}]*(?::(?P<form>[^}]*))?\}" % _NAME)
_COUNT: Final = re.compile(rb"(?<![\w\x80-\xff])(%b)\$" % _NAME)


def captured_names(macro: str, arguments: Sequence[Node], edition: int) -> Iterator[Node]:
    """The names that the macro's text reads, but those of arguments that the call names itself."""
    at = _PLACES.get(macro)
    if at is None or at >= len(arguments) or arguments[at].kind not in _TEXTS:
        return
    others = arguments[at + 1 :]
    if not others and macro in _PLAIN and edition < _PLAIN_BEFORE:
        return
    text = arguments[at]
    seen = {_named(argument) for argument in others}
    for start, end in _places(text):
        name = text.source[start:end]
        if name not in seen:
            seen.add(name)
            yield from parse_arguments(text.source, start, end) or ()


def _named(argument: Node) -> bytes:
    """The name of `name = value`."""
    left = argument.field("left") if argument.kind == "assignment_expression" else None
    return left.text.encode() if left is not None else b""


def _places(text: Node) -> Iterator[tuple[int, int]]:
    for found in _PLACEHOLDER.finditer(text.source, text.start, text.end):
        if found["name"] is not None:
            yield found.span("name")
        if found["form"] is not None:
            counts = [count.span(1) for count in _COUNT.finditer(text.source, *found.span("form"))]
            yield from sorted(counts, key=lambda place: text.source[place[0] - 1 : place[0]] != b".")  # as rustc does
