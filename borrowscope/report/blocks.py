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
BRACKETS = frozenset((*"{}()[],;", "=>"))
LEVELS = {"(": 1, "[": 1, ")": -1, "]": -1}
LET = re.compile(r"(?:^|\W)let\b")
CONDITION = re.compile(r"(?:\bif|\bwhile|&&|\|\|)\s*$")
LOOK_BACK = 200
EXIT = re.compile(r"\b(?:return|break|continue)\b|\?(?!\s*Sized)")
COMMENT_EDGE = re.compile(r"/\*|\*/")


class Blocks:
    """The brackets of one text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._tokens = list(_brackets(text))
        self._code = _without_texts(text)
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
        let = self._let_before(at)
        if kind == "let" or (kind == "pattern" and let is not None and not self._is_condition(let)):
            enclosing = self._enclosing(let if let is not None else at)
            return self._line(enclosing) if enclosing is not None else None
        return self._body_end(at, kind)

    def exit_lines(self, first: int, last: int) -> list[int]:
        """The lines from first to last that hold a `return`, `?`, `break` or `continue`."""
        lines = self._code.splitlines()[first - 1 : last]
        return [first + at for at, line in enumerate(lines) if EXIT.search(line)]

    def _body_end(self, at: int, kind: str) -> int | None:
        """The end of the block behind a pattern, of an arm without one, or of what is around."""
        enclosing = self._enclosing(at)
        level = lowest = 0
        is_arm = False
        for offset, token in self._from(at):
            level += LEVELS.get(token, 0)
            lowest = min(lowest, level)
            if token == "{" and level == lowest and offset in self._pairs:
                return self._line(self._pairs[offset])
            if token == "=>":
                is_arm = True
            elif is_arm and token in ",;":
                return self._line(offset)
            elif offset == enclosing and kind == "closure_param":
                return self._line(at)
        return self._line(enclosing) if enclosing is not None else None

    def _let_before(self, at: int) -> int | None:
        """The `let` whose pattern holds the offset."""
        let = self._code.rfind("let", 0, at)
        while let >= 0 and not LET.match(self._code, let - 1 if let else let):
            let = self._code.rfind("let", 0, let)
        if let < 0 or "=" in self._code[let:at].replace("..=", "") or ";" in self._code[let:at]:
            return None
        return let

    def _is_condition(self, let: int) -> bool:
        """Whether a `let` stands in the condition of an `if` or a `while`."""
        return CONDITION.search(self._code[max(0, let - LOOK_BACK) : let]) is not None

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
    for start, end in _tokens(text):
        token = text[start:end]
        if token in BRACKETS:
            yield start, token


def _without_texts(text: str) -> str:
    """The text with blanks for comments, strings and characters; offsets stay."""
    parts: list[str] = []
    at = 0
    for start, end in _tokens(text):
        if text[start:end] not in BRACKETS:
            parts += [text[at:start], " " * (end - start)]
            at = end
    return "".join([*parts, text[at:]])


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every bracket, comment, string and character."""
    at = 0
    while match := TOKEN.search(text, at):
        at = match.end()
        if match.group() == "/*":
            at = _comment_end(text, at)
        elif match["hashes"] is not None:
            end = text.find(f'"{match["hashes"]}', at)
            at = len(text) if end < 0 else end + 1 + len(match["hashes"])
        yield match.start(), at


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
