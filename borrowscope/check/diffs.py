"""Unified diffs as git, diff, Mercurial and others write them: which lines of which files are new.

In: a text. Out: `FileDiff` values. A text that is no diff, or one that ends within a hunk, is an `InputError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from borrowscope.errors import InputError

NOTHING: Final = "/dev/null"
_HUNK: Final = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)")
_PLAIN: Final = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_HEADS: Final = ("diff ", "Binary ", "Index: ", "Only in ")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*[mK]")
_OTHER: Final = re.compile(
    r"(?:\*{15}|\*\*\* \d+(?:,\d+)? \*\*\*\*|\d+(?:,\d+)?[acd](?:\d+(?:,\d+)?)?)$"
)  # kinds of diffs
_EMPTIED: Final = re.compile(r"@@ -\d+(?:,\d+)? \+0,0 @@")
_ONLY: Final = re.compile(r"Only in (.+?): (.+)$")


@dataclass(slots=True)
class FileDiff:
    """One file: its names before and after, as written, and its new lines with their texts.

    `is_whole`: `diff -r` says that one side alone has it, a file or a folder, and not what is in it.
    """

    old: str
    new: str
    lines: dict[int, str] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the file may be called, the likeliest first: with and without the `b/` that git puts before names."""
        letter, _, rest = self.new.partition("/")
        if len(letter) != 1 or not rest:
            return (self.new,)
        has_prefix = self.old == NOTHING or (self.old[1:2] == "/" and self.old[0] != letter)
        return (rest, self.new) if has_prefix else (self.new, rest)


def read_diff(text: str) -> list[FileDiff]:
    """The files that are there after the change, in the order of the diff."""
    if text.startswith("\x1b["):
        text = _COLOUR.sub("", text)
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    files = list(_files(lines))
    has_hunks = any(not file.is_whole for file in files)
    is_diff = any(line.startswith(_HEADS) for line in lines) and not any(map(_OTHER.match, lines))
    if text.strip() and not has_hunks and not is_diff:
        raise InputError("this is no unified diff", hint="`git diff` and `diff -u` write them")
    return [file for file in files if file.new != NOTHING]


def _files(lines: Sequence[str]) -> Iterator[FileDiff]:
    at, old, file = 0, "", None
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("--- "):
            old = _name(line)
        elif line.startswith("+++ "):
            file = FileDiff(old, _name(line))
            yield file
        elif line.startswith("diff "):
            file = None
        elif only := _ONLY.match(line):
            yield FileDiff(NOTHING, f"{only[1]}/{only[2]}", is_whole=True)
        elif line.startswith("@@@"):
            raise InputError(
                f"line {at} of the diff compares with several parents", hint="`git diff REV` compares with one"
            )
        elif line.startswith("@@"):
            if file is None:
                raise InputError(f"line {at} of the diff is a hunk without a file", hint="`git diff` writes them")
            if _EMPTIED.match(line):  # `diff -N` keeps the name of a file that is no more
                file.new = NOTHING
            at = _hunk(lines, at - 1, file.lines)


def _name(line: str) -> str:
    name = line[4:].partition("\t")[0].rstrip()
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    plain = _ESCAPE.sub(_unescaped, name[1:-1].encode())
    return plain.decode("utf-8", "replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    escaped = found.group(1)
    return bytes([int(escaped, 8) % 256]) if len(escaped) == 3 else _PLAIN.get(escaped, escaped)


def _hunk(lines: Sequence[str], at: int, into: dict[int, str]) -> int:
    """Read one hunk; returns the number of the line behind it."""
    head = _HUNK.match(lines[at])
    if head is None:
        raise InputError(f"line {at + 1} of the diff is no head of a hunk: {lines[at][:60]}")
    old_left, number, new_left = int(head.group(1) or 1), int(head.group(2)), int(head.group(3) or 1)
    at += 1
    while (old_left > 0 or new_left > 0) and at < len(lines):
        sign, text = lines[at][:1], lines[at][1:]
        if sign not in {"+", "-", " ", "", "\\"}:
            break
        if sign == "+":
            into[number] = text
        if sign in {"+", " ", ""}:
            number, new_left = number + 1, new_left - 1
        if sign in {"-", " ", ""}:
            old_left -= 1
        at += 1
    if old_left > 0 or new_left > 0:
        raise InputError(f"the diff ends within a hunk, in line {at + 1}")
    return at
