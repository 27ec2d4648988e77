"""Where blocks of Rust text end: as much of the language as it takes to pair braces.

In: source text. Out: lines. Comments, strings and characters are passed over; nothing else is understood. It serves
the drawing alone: where a scope's end is shown, never whether a value was dropped.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

TOKEN = re.compile(
    r"""//[^\n]*                              # line comment
      | /\*                                   # block comment, may nest
      | \bb?c?r(?P<hashes>\#*)"               # raw string
      | "(?:\\.|[^"\\])*"                     # string
      | '(?:\\(?:u\{[^}]*\}|x..|.)|[^\\'\n])' # character, and no lifetime
      | => | [{}()\[\],;]
    """,
    re.VERBOSE | re.DOTALL,
)
LEVELS = {"(": 1, "[": 1, ")": -1, "]": -1}
COMMENT_EDGE = re.compile(r"/\*|\*/")


class Blocks:
    """The brackets of one text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._tokens = list(_brackets(text))
        self._offsets = [offset for offset, _ in self._tokens]
        self._pairs = _pairs(self._tokens)

    def block_after(self, line: int, column: int) -> tuple[int, int] | None:
        """First and last line of the first block that opens at or after a place (a function's body)."""
        level = 0
        for offset, token in self._from(self._offset(line, column)):
            level += LEVELS.get(token, 0)
            if token == ";" and level == 0:
                return None
            if token == "{" and level == 0 and offset in self._pairs:
                return self._line(offset), self._line(self._pairs[offset])
        return None

    def scope_end(self, line: int, column: int, kind: str) -> int | None:
        """The line where the scope of a binding ends: its block for `let`, else the body that follows its pattern."""
        at = self._offset(line, column)
        enclosing = self._enclosing(at)
        if kind == "let":
            return self._line(enclosing) if enclosing is not None else None
        is_arm = False
        for offset, token in self._from(at):
            if token == "{" and offset in self._pairs:
                return self._line(self._pairs[offset])
            if token == "=>":
                is_arm = True
            elif is_arm and token in ",;":
                return self._line(offset)
            elif offset == enclosing and kind == "closure_param":
                return self._line(at)
        return self._line(enclosing) if enclosing is not None else None

    def _from(self, at: int) -> Iterator[tuple[int, str]]:
        return iter(self._tokens[bisect_left(self._offsets, at) :])

    def _enclosing(self, at: int) -> int | None:
        """The closing brace of the innermost block around an offset."""
        around = ((start, end) for start, end in self._pairs.items() if start < at < end)
        return max(around, default=(0, None))[1]

    def _offset(self, line: int, column: int) -> int:
        return self._starts[min(line, len(self._starts)) - 1] + column - 1

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)


def _brackets(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    while match := TOKEN.search(text, at):
        at = match.end()
        token = match.group()
        if token == "/*":
            at = _comment_end(text, at)
        elif match["hashes"] is not None:
            end = text.find(f'"{match["hashes"]}', at)
            at = len(text) if end < 0 else end + 1 + len(match["hashes"])
        elif token in "{}()[],;" or token == "=>":
            yield match.start(), token


def _comment_end(text: str, at: int) -> int:
    depth = 1
    while depth and (edge := COMMENT_EDGE.search(text, at)):
        depth += 1 if edge.group() == "/*" else -1
        at = edge.end()
    return at if depth == 0 else len(text)


def _pairs(tokens: list[tuple[int, str]]) -> dict[int, int]:
    """Offset of every opening brace with that of its closing one."""
    open_braces: list[int] = []
    pairs: dict[int, int] = {}
    for offset, token in tokens:
        if token == "{":
            open_braces.append(offset)
        elif token == "}" and open_braces:
            pairs[open_braces.pop()] = offset
    return pairs
