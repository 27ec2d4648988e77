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
    seen: dict[int, int] = {}
    for statement in body.statements():
        _read_static(statement, files, names, found, seen)
        _read_pointer(statement, files, types, found)
    found.statics = [(path, fact) for path, fact in found.statics if not fact.is_address]
    return found


def _read_static(
    statement: Statement,
    files: SourceFiles,
    names: Mapping[str, tuple[str, bool]],
    found: Memory,
    seen: dict[int, int],
) -> None:
    """`_5 = const {alloc4: &T}`, and what is done with what it points to."""
    match = _STATIC.match(statement.right) if statement.right.startswith("const {alloc") else None
    local = plain_local(statement.left)
    if match is not None and local is not None and match[1] in names:
        place = files.find_span(statement.span)
        if place is not None:
            path, is_foreign = names[match[1]]
            seen[local] = len(found.statics)
            fact = StaticFact(place[1], path, match[3], is_mutable=match[2] == "*mut ", is_foreign=is_foreign)
            found.statics.append((place[0].path, fact))
        return
    if seen:
        for local, is_write, is_address in _uses(statement):
            if local in seen:
                path, fact = found.statics[seen[local]]
                known = replace(fact, is_write=fact.is_write or is_write, is_address=is_address)
                found.statics[seen[local]] = (path, known)


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
