"""Memory that one MIR body reaches beside its variables: statics, raw pointers that it makes, mutable borrows.

In: the statements of a body. Out: `StaticFact`s and spans, for `BodyFacts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from borrowscope.analyzer.facts import StaticFact
from borrowscope.analyzer.mir import Body, Statement, plain_local
from borrowscope.analyzer.source_files import SourceFiles
from borrowscope.text.span import Span

_ALLOCATION = re.compile(
    r"^alloc(\d+) \((extern )?static: (.+?)(?:, size: \d+, align: \d+)?\)(?: \{.*)?$", re.MULTILINE
)
_STATIC = re.compile(r"const \{alloc(\d+): (&|\*mut |\*const )(.+)\}$")
_FOLLOWED = re.compile(r" as (?:std|core)::ops::Deref>::deref\((?:move|copy) _(\d+)\)")
_USE = re.compile(r"\(\*_(\d+)\)")
_CAST = re.compile(r" as (\*(?:const|mut) .+) \(\w+(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\)$")
_RAW = "&raw "


@dataclass(slots=True)
class Memory:
    """What a body says of memory; keys are paths of files."""

    statics: list[tuple[str, StaticFact]] = field(default_factory=list)
    raw_pointers: list[tuple[str, Span, str | None]] = field(default_factory=list)
    mutable_borrows: list[tuple[str, Span]] = field(default_factory=list)


def read_memory(body: Body, files: SourceFiles, types: Callable[[], Mapping[int, str]]) -> Memory:
    """Everything that the statements of a body say of memory."""
    found = Memory()
    names = {number: (path, bool(extern)) for number, extern, path in _ALLOCATION.findall(body.blocks + body.cleanup)}
    statics = _Statics(files, names, found)
    for statement in body.statements():
        statics.read(statement)
        _read_pointer(statement, files, types, found)
    found.statics = [(file, fact) for file, fact in found.statics if file and not fact.is_address]
    return found


class _Statics:
    """The statics of one body, while its statements are read."""

    def __init__(self, files: SourceFiles, names: Mapping[str, tuple[str, bool]], found: Memory) -> None:
        self._files = files
        self._names = names
        self._found = found
        self._pointers: dict[int, int] = {}  # positions in `found.statics`, by the local that points to the static
        self._borrows: dict[int, int] = {}  # the same by the local that borrows all of it

    def read(self, statement: Statement) -> None:
        """`_5 = const {alloc4: &T}`, and what is done with what it points to."""
        match = _STATIC.match(statement.right) if statement.right.startswith("const {alloc") else None
        local = plain_local(statement.left)
        if match is not None and local is not None and match[1] in self._names:
            self._pointers[local] = len(self._found.statics)
            self._add(statement, match)
        elif self._pointers:
            self._use(statement, local)

    def _add(self, statement: Statement, match: re.Match[str]) -> None:
        place = self._files.find_span(statement.span)
        path, is_foreign = self._names[match[1]]
        file, span = (place[0].path, place[1]) if place is not None else ("", Span(0, 0))
        fact = StaticFact(span, path, match[3], is_mutable=match[2] == "*mut ", is_foreign=is_foreign)
        self._found.statics.append((file, fact))

    def _use(self, statement: Statement, local: int | None) -> None:
        for used, is_write, is_address in _uses(statement):
            position = self._pointers.get(used)
            if position is None:
                continue
            file, fact = self._found.statics[position]
            known = replace(fact, is_write=fact.is_write or is_write, is_address=is_address)
            self._found.statics[position] = (file, known)
            if local is not None and statement.right == f"&(*_{used})":
                self._borrows[local] = position
        match = _FOLLOWED.search(statement.right) if self._borrows else None
        if match is not None and int(match[1]) in self._borrows:
            position = self._borrows[int(match[1])]
            file, fact = self._found.statics[position]
            self._found.statics[position] = (file, replace(fact, is_followed=True))


def _uses(statement: Statement) -> Iterator[tuple[int, bool, bool]]:
    """The locals whose pointee a statement touches: whether it may be written, whether just its address is taken."""
    is_raw = statement.right.startswith(_RAW)
    is_mutable = statement.right.startswith("&mut ")
    for match in _USE.finditer(statement.right):
        yield int(match[1]), is_mutable, is_raw and statement.right.endswith(match[0])
    for match in _USE.finditer(statement.left):
        yield int(match[1]), True, False


def _read_pointer(
    statement: Statement, files: SourceFiles, types: Callable[[], Mapping[int, str]], found: Memory
) -> None:
    """`&raw const PLACE`, `EXPR as *mut T`, `&mut PLACE`."""
    right = statement.right
    if right.startswith("&mut "):
        place = files.find_span(statement.span)
        if place is not None:
            found.mutable_borrows.append((place[0].path, place[1]))
        return
    cast = _CAST.search(right) if " as *" in right else None
    if cast is None and not right.startswith(_RAW):
        return
    place = files.find_span(statement.span)
    local = plain_local(statement.left)
    if place is not None:
        ty = cast[1] if cast is not None else types().get(local) if local is not None else None
        found.raw_pointers.append((place[0].path, place[1], ty))
