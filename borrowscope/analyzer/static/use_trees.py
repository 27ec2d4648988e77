"""`use` declarations taken apart: one entry for each name that they bring in.

In: the text between `use` and `;`. Out: (path, name) pairs; the name is `*` for a glob and `_` for a hidden import. A
path that starts with `::` has that as its first segment.
"""

from __future__ import annotations

import re

_TREE = re.compile(r"[{/\n\t]")
_TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|(::|[{},*]|(?:r#)?[$\w]+)", re.DOTALL)


def read_use(text: str) -> list[tuple[tuple[str, ...], str]]:
    """`a::{b, c as d, self, e::*}` as the pairs (a::b, b), (a::c, d), (a::self, a), (a::e, *)."""
    if not _TREE.search(text):
        return [_plain(text)]
    found: list[tuple[tuple[str, ...], str]] = []
    prefixes: list[tuple[str, ...]] = [()]
    path: list[str] = []
    tokens = [match[1].removeprefix("r#") for match in _TOKEN.finditer(text) if match[1]]
    renamed = ""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token == "{":
            prefixes.append((*prefixes[-1], *path))
            path = []
        elif token in (",", "}"):
            if path:
                found.append(_entry((*prefixes[-1], *path), renamed))
            path, renamed = [], ""
            if token == "}" and len(prefixes) > 1:
                prefixes.pop()
        elif token == "as" and path:
            at += 1
            renamed = tokens[at] if at < len(tokens) else ""
        elif token == "::":
            if not path and not prefixes[-1]:
                path.append("::")
        else:
            path.append(token)
        at += 1
    if path:
        found.append(_entry(tuple(path), renamed))
    return found


def _plain(text: str) -> tuple[tuple[str, ...], str]:
    path, _, renamed = text.partition(" as ")
    segments = [segment.strip().removeprefix("r#") for segment in path.split("::")]
    if segments and not segments[0]:
        segments[0] = "::"
    return _entry(tuple(segments), renamed.strip().removeprefix("r#"))


def _entry(path: tuple[str, ...], renamed: str) -> tuple[tuple[str, ...], str]:
    last = path[-1]
    if last == "*":
        return path[:-1], "*"
    if renamed:
        return path, renamed
    if last == "self" and len(path) > 1:
        return path, path[-2]
    return path, last
