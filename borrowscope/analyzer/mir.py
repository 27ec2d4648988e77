"""Parser of one MIR dump (`*.built.after.mir`): heads fully, statements lazily, unknown lines skipped.

In: the text of one body as rustc prints it with `-Zmir-include-spans=on`. Out: `Body` with its debug entries,
types of locals and an iterator over its statements. The format is no promise of rustc: nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_TITLE = re.compile(r"// MIR for `(.*)` after ")
_DEBUG = re.compile(r"^ *debug (\S+) => (.+?); *// in scope \d+ at (.+)$", re.MULTILINE)
_LET = re.compile(r"(.+?)(?: as UserTypeProjection \{.*\})?; *// in scope \d+ at ")
_ANY_LET = re.compile(
    r"^ *let (?:mut )?_(\d+): (.+?)(?: as UserTypeProjection \{.*\})?; *// (?:in|return place in) scope ", re.MULTILINE
)
_RETURN_PLACE = re.compile(r"^ *let (?:mut )?_0: (.+?); *// return place in scope \d+ at (.+)$", re.MULTILINE)
_SPAN = re.compile(r"(.*?):(\d+):(\d+): (\d+):(\d+)(?: \(#\d+\))?$")
_STATEMENT = re.compile(r"^        ([_(][^\n]*); *// scope \d+ at ([^\n]+)$", re.MULTILINE)
_CALLEE = re.compile(
    r"\n +// mir::ConstOperand\n +// \+ span: ([^\n]+)\n(?: +// \+ user_ty: [^\n]*\n)?"
    r" +// \+ const_: Const \{ ty: [^\n]*, val: Value\(([^\n]*)\) \}"
)
_CALL = re.compile(r"\) -> (?:\[return|unwind|bb\d)")
_OPERAND = re.compile(r"(?:\b(move|copy) |(&mut |&))([(*]*)_(\d+)\b")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_STORAGE_DEAD = re.compile(r"StorageDead\(_(\d+)\)")
_DROP = re.compile(r"^        drop\(_(\d+)\) -> [^\n]*; *// scope \d+ at ([^\n]+)$", re.MULTILINE)
_BLOCK_START = re.compile(r"\n    bb(?=\d+( \(cleanup\))?: \{)")
_OPEN = "([{<"
_CLOSE = ")]}>"


class RawSpan(NamedTuple):
    """A span as rustc prints it: the file's text, lines and columns from 1, columns in characters."""

    file: str
    start_line: int
    start_column: int
    end_line: int
    end_column: int


class DebugEntry(NamedTuple):
    """One `debug NAME => PLACE` line; `span` is still text."""

    name: str
    place: str
    span: str


class Operand(NamedTuple):
    """One place that a statement reads: how (`move`, `copy`, `&`, `&mut`), its local, and the place's whole text."""

    mode: str
    local: int
    place: str


class Statement(NamedTuple):
    """One assignment or terminator with a result: `left = right; // scope N at span`; `end` is its offset."""

    left: str
    right: str
    span: str
    end: int


class Callee(NamedTuple):
    """What a call terminator calls: the path as MIR prints it and the span (text) of the callee expression."""

    path: str
    span: str


@dataclass(slots=True)
class Body:
    """One body. `head` ends before the first block, `blocks` holds the ordinary ones, `cleanup` the unwinding ones."""

    path: str
    head: str
    blocks: str
    cleanup: str

    def debug_entries(self) -> list[DebugEntry]:
        """Every `debug` line of the head."""
        return [DebugEntry(*match) for match in _DEBUG.findall(self.head)]

    def signature(self) -> str:
        """The line(s) between the title and the first entry: `fn path(_1: T) -> R {`, `const NAME: T = {`."""
        return _signature(self.head)

    def local_types(self, wanted: Iterable[int]) -> dict[int, str]:
        """Types of the wanted locals, arguments included; locals that the head does not declare are absent."""
        types: dict[int, str] = {}
        for number in wanted:
            ty = self._declared_type(number) or _argument_type(self.signature(), number)
            if ty is not None:
                types[number] = ty
        return types

    def declared_types(self) -> dict[int, str]:
        """Types of all locals but the arguments."""
        return {int(number): ty for number, ty in _ANY_LET.findall(self.head)}

    def _declared_type(self, number: int) -> str | None:
        for start in (f" let _{number}: ", f" let mut _{number}: "):
            at = self.head.find(start)
            match = _LET.match(self.head, at + len(start)) if at >= 0 else None
            if match:
                return match.group(1)
        return None

    def return_place(self) -> tuple[str, str] | None:
        """Type and span text of `_0`: for a constant or static the type annotation."""
        match = _RETURN_PLACE.search(self.head)
        return (match.group(1), match.group(2)) if match else None

    def statements(self) -> Iterator[Statement]:
        """Assignments and calls of the ordinary blocks, in textual order; others are not told."""
        for match in _STATEMENT.finditer(self.blocks):
            left, equals, right = match.group(1).partition(" = ")
            if equals:
                yield Statement(left, right, match.group(2), match.end())

    def drops(self) -> list[tuple[int, str]]:
        """Local and span text of each scheduled `drop(_N)` outside of unwinding."""
        return [(int(number), span) for number, span in _DROP.findall(self.blocks)]

    def unwind_drops(self) -> set[int]:
        """Locals that are dropped while unwinding."""
        return {int(number) for number, _ in _DROP.findall(self.cleanup)}

    def ended_locals(self) -> set[int]:
        """Locals whose scope is seen to end (`StorageDead`)."""
        return {int(number) for number in _STORAGE_DEAD.findall(self.blocks)}

    def has_return(self) -> bool:
        """Whether the body can end normally."""
        return "        return;" in self.blocks

    def callee(self, statement: Statement) -> Callee | None:
        """The callee of a call terminator, None for other statements and for calls through a value."""
        if not _CALL.search(statement.right) or statement.right.startswith(("move ", "copy ")):
            return None
        match = _CALLEE.match(self.blocks, statement.end)
        return Callee(match.group(2), match.group(1)) if match else None


def parse_body(text: str) -> Body | None:
    """Split one dump into title, head and blocks; None if it does not look like one."""
    title = _TITLE.search(text, 0, 4096)
    first_block = text.find("\n    bb0")
    if title is None or first_block < 0:
        return None
    blocks, cleanup = _split_blocks(text[first_block:])
    return Body(title.group(1), text[title.end() : first_block], blocks, cleanup)


def _split_blocks(text: str) -> tuple[str, str]:
    """Ordinary and unwinding blocks apart: an assignment that drops has an unwinding block between the others."""
    if text.find(" (cleanup): {") < 0:
        return text, ""
    parts = _BLOCK_START.split(text)
    ordinary: list[str] = [parts[0]]
    unwinding: list[str] = []
    for mark, body in zip(parts[1::2], parts[2::2], strict=True):
        (unwinding if mark else ordinary).append("\n    bb" + body)
    return "".join(ordinary), "".join(unwinding)


@lru_cache(maxsize=65536)
def parse_span(text: str) -> RawSpan | None:
    """Read `FILE:L:C: L:C`; None if the text is something else."""
    match = _SPAN.match(text)
    if match is None:
        return None
    file, *numbers = match.groups()
    return RawSpan(file, *map(int, numbers))


def operands(right: str, wanted: Container[int]) -> list[Operand]:
    """The places below wanted locals that the right side of an assignment moves, copies or borrows.

    `&fake` borrows and raw pointers are left out.
    """
    if '"' in right:
        right = _STRING.sub('""', right)
    found = []
    for match in _OPERAND.finditer(right):
        use, borrow, _, local = match.groups()
        if int(local) in wanted:
            mode = use or borrow.rstrip()
            found.append(Operand(mode, int(local), _place_at(right, match.start(3), match.end())))
    return found


def plain_local(place: str) -> int | None:
    """The number of `_N`, None for any other place."""
    return int(place[1:]) if place.startswith("_") and place[1:].isdigit() else None


def _place_at(text: str, start: int, end: int) -> str:
    """The place that starts at `start` and whose local ends at `end`: `_1`, `(_1.0: T)`, `(*_1)[_2]`, `_1[0 of 2]`."""
    if text[start] == "(":
        depth = 0
        for at in range(start, len(text)):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            if depth == 0:
                end = at + 1
                break
    while text[end : end + 1] == "[":
        end = text.find("]", end) + 1 or len(text)
    return text[start:end]


def _signature(head: str) -> str:
    """The head's line that starts with `fn`, `const` or `static`."""
    match = re.search(r"^(?:fn|const|static|promoted)[^\n]*", head, re.MULTILINE)
    return match.group(0) if match else ""


def _argument_type(signature: str, number: int) -> str | None:
    """The type of argument `_N` in a signature line: up to the comma or parenthesis of its own depth."""
    at = signature.find(f"_{number}: ")
    if at < 0:
        return None
    at += len(f"_{number}: ")
    depth = 0
    for end in range(at, len(signature)):
        char = signature[end]
        if depth == 0 and char in ",)":
            return signature[at:end]
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE and signature[end - 1] not in "-=":
            depth -= 1
    return None
