"""Generics as text, taken apart without reading types: names, defaults, and which bounds a parameter has.

In: the text of `<..>` and of a where clause. Out: names and pieces of text. Reading the types of bounds may need these
answers, so they cannot wait for types.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PIECE = re.compile(r"""->|=>|'\\.'|'[^\\']'|"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|[<>(){}\[\],+:=]""", re.DOTALL)
_OPENING = frozenset("<({[")
_CLOSING = frozenset(">)}]")
_TRAIT = re.compile(r"\s*\(?\s*(?:for\s*<[^>]*>\s*)?(?:~?const\s+|async\s+)?((?:::)?\s*[\w:\s]+)")


class Parameter(NamedTuple):
    """One type or const parameter: its bounds and its default as text."""

    name: str
    bounds: str = ""
    default: str = ""
    is_const: bool = False


def split(text: str, separator: str) -> list[str]:
    """The pieces of a text between the separators that stand in no bracket."""
    pieces: list[str] = []
    depth = start = 0
    for match in _PIECE.finditer(text):
        token = match[0]
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
        elif token == separator and depth == 0 and not _is_path(text, match.start(), token):
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces]


def _is_path(text: str, at: int, token: str) -> bool:
    """Whether a colon is half of `::`."""
    return token == ":" and (text[at + 1 : at + 2] == ":" or text[at - 1 : at] == ":")


@lru_cache(maxsize=4096)
def read_parameters(text: str) -> tuple[Parameter, ...]:
    """The parameters of `<'a, T: A = D, const N: usize>`, without lifetimes."""
    inner = text.strip()
    if inner.startswith("<"):
        inner = inner[1:-1]
    found = []
    for piece in split(inner, ","):
        while piece.startswith("#"):
            piece = piece[piece.index("]") + 1 :].strip()  # noqa: PLW2901
        if not piece or piece.startswith("'"):
            continue
        head, *default = split(piece, "=")
        name, *bounds = split(head, ":")
        is_const = name.startswith("const ")
        name = name.removeprefix("const ").strip().removeprefix("r#")
        found.append(Parameter(name, ":".join(bounds), default[0] if default else "", is_const))
    return tuple(found)


@lru_cache(maxsize=4096)
def read_clauses(text: str) -> tuple[tuple[str, str], ...]:
    """The (subject, bounds) pairs of a where clause."""
    found = []
    for piece in split(text.strip().removeprefix("where"), ","):
        subject, *bounds = split(piece, ":")
        if bounds and not subject.startswith("'"):
            found.append((subject, ":".join(bounds)))
    return tuple(found)


def trait_texts(bounds: str) -> list[str]:
    """The traits of `A + ?Sized + 'a + B<C>`."""
    return [piece for piece in split(bounds, "+") if piece and piece[0] not in "?'"]


def trait_path(text: str) -> tuple[str, ...]:
    """The path of a trait's text, without arguments."""
    match = _TRAIT.match(text)
    if match is None:
        return ()
    segments = [segment.strip() for segment in match[1].split("::")]
    return tuple(segment or "::" for segment in segments)
