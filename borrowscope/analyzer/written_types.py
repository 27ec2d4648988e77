"""Whether a binding's type is written beside its name: `let x: T`, `x: T` as parameter, `self`, constants.

In: a source and where a binding's name stands. Out: yes or no. A type with a hole (`Vec<_>`) is not written.
"""

from __future__ import annotations

import re

from borrowscope.text.span import Span

_COLON = re.compile(rb"\s*:(?!:)")
_HOLE = re.compile(rb"(?<!\w)_(?!\w)")
_OPENING = b"([{<"
_CLOSING = b")]}>"
_ENDS = b"=,;|"


def is_type_written(source: bytes, name: Span) -> bool:
    """Whether the source says the type of the binding whose name stands at the span."""
    if source[name.start : name.end] == b"self":
        return True
    colon = _COLON.match(source, name.end)
    return colon is not None and not _HOLE.search(_type_after(source, colon.end()))


def _type_after(source: bytes, start: int) -> bytes:
    """The text of the type that starts there: up to what ends it outside of its own brackets."""
    depth = 0
    for at in range(start, len(source)):
        char = source[at]
        is_arrow = char == ord(">") and source[at - 1] in b"-="
        if depth == 0 and (char in _ENDS or (char in _CLOSING and not is_arrow)):
            return source[start:at]
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING and not is_arrow:
            depth -= 1
    return source[start:]
