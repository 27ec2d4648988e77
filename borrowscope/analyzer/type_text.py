"""Type texts as rustc prints them: taken apart, and printed as people write them.

In: `std::rc::Rc<std::cell::RefCell<i32>>`. Out: `TypeText` (shape, head, arguments), `Rc<RefCell<i32>>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_LIFETIME = re.compile(r"'\w+ ?")
_FUNCTION = re.compile(r"(?:for<[^>]*> )?(?:unsafe )?(?:extern \"[^\"]*\" )?fn\(")
_BINDER = re.compile(r"for<[^>]*> ")
_OPEN = {"<": ">", "(": ")", "[": "]", "{": "}"}


class Shape(StrEnum):
    """What a type is outermost."""

    PATH = "path"
    REFERENCE = "reference"
    MUTABLE_REFERENCE = "mutable_reference"
    RAW_POINTER = "raw_pointer"
    SLICE = "slice"
    ARRAY = "array"
    TUPLE = "tuple"
    FUNCTION = "function"
    CLOSURE = "closure"
    COROUTINE = "coroutine"
    DYN = "dyn"
    IMPL = "impl"
    PROJECTION = "projection"  # `<T as Trait>::Name`
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(slots=True, frozen=True)
class TypeText:
    """One type. `head` is the path without arguments, or the bounds of `dyn` and `impl`; `arguments` are texts."""

    shape: Shape
    text: str
    head: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The head's last segment: `Rc`."""
        return self.head.rpartition("::")[2]


def split_arguments(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated list, commas inside brackets aside."""
    parts: list[str] = []
    depth = start = 0
    for at, char in enumerate(text):
        if char in "<([{":
            depth += 1
        elif char in ")]}" or (char == ">" and text[at - 1] not in "-="):
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    parts.append(text[start:].strip())
    return tuple(part for part in parts if part)


@lru_cache(maxsize=65536)
def parse_type(text: str) -> TypeText:
    """Take a type apart at its outermost level; texts that are no type have the shape `unknown`."""
    text = text.strip()
    for starts, reader in _READERS:
        if text.startswith(starts):
            return reader(text)
    if _FUNCTION.match(text):
        return TypeText(Shape.FUNCTION, text)
    return _path(text)


def _reference(text: str) -> TypeText:
    inner = _LIFETIME.sub("", text[1:], count=1) if text[1:2] == "'" else text[1:]
    if inner.startswith("mut "):
        return TypeText(Shape.MUTABLE_REFERENCE, text, arguments=(inner[4:],))
    return TypeText(Shape.REFERENCE, text, arguments=(inner,))


def _raw_pointer(text: str) -> TypeText:
    return TypeText(Shape.RAW_POINTER, text, arguments=(text.partition(" ")[2],))


def _bracket(text: str) -> TypeText:
    parts = _split_array(text[1:-1])
    return TypeText(Shape.ARRAY if len(parts) > 1 else Shape.SLICE, text, arguments=parts[:1])


def _split_array(inner: str) -> tuple[str, ...]:
    """`T; N` at depth 0 of `[T; N]`."""
    depth = 0
    for at, char in enumerate(inner):
        if char in "<([{":
            depth += 1
        elif char in ")]}" or (char == ">" and inner[at - 1] not in "-="):
            depth -= 1
        elif char == ";" and depth == 0:
            return inner[:at].strip(), inner[at + 1 :].strip()
    return (inner,)


def _tuple(text: str) -> TypeText:
    parts = split_arguments(text[1:-1])
    if len(parts) == 1 and not text.endswith(",)"):
        return parse_type(parts[0])
    return TypeText(Shape.TUPLE, text, arguments=parts)


def _brace(text: str) -> TypeText:
    is_closure = text.startswith(("{closure@", "{async closure@"))
    is_coroutine = text.startswith(("{async ", "{coroutine", "{gen ")) and not is_closure
    return TypeText(Shape.CLOSURE if is_closure else Shape.COROUTINE if is_coroutine else Shape.UNKNOWN, text)


def _bounds(shape: Shape, text: str) -> TypeText:
    bound = _BINDER.sub("", text.partition(" ")[2], count=1)
    tree = _path(bound.partition(" + ")[0])
    return TypeText(shape, text, tree.head, tree.arguments)


def _projection(text: str) -> TypeText:
    return TypeText(Shape.PROJECTION, text, text)


def _path(text: str) -> TypeText:
    opening = text.find("<")
    if text.endswith(">") and opening > 0:
        return TypeText(Shape.PATH, text, text[:opening].removesuffix("::"), split_arguments(text[opening + 1 : -1]))
    if text and re.fullmatch(r"(?:::)?(?:r#)?\w+(?:::(?:r#)?\w+)*", text):
        return TypeText(Shape.PATH, text, text)
    parenthesis = text.find("(")  # `std::ops::Fn(&str) -> usize` in bounds
    if parenthesis > 0:
        return TypeText(Shape.PATH, text, text[:parenthesis])
    return TypeText(Shape.UNKNOWN, text, text)


_READERS = (
    ("&", _reference),
    ("*", _raw_pointer),
    ("[", _bracket),
    ("(", _tuple),
    ("{", _brace),
    ("dyn ", lambda text: _bounds(Shape.DYN, text)),
    ("impl ", lambda text: _bounds(Shape.IMPL, text)),
    ("!", lambda text: TypeText(Shape.NEVER, text)),
    ("<", _projection),
)
