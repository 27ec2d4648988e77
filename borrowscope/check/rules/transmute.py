"""Calls of `transmute` and `transmute_copy`, with both types, and with what makes one worse than others.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from borrowscope.analyzer.type_text import split_arguments
from borrowscope.analyzer.unsafety.operations import Bytes, Operation, Transmute
from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.unsafe_calls import Callee, unsafe_calls
from borrowscope.check.view import FileView, ProjectView

_TURBOFISH: Final = re.compile(r"transmute(?:_copy)?\s*::\s*<(.*?)>\s*(?:\(|\Z)", re.DOTALL)
_LIFETIME: Final = re.compile(r"'\w+\s*,?\s*")
_MUTABLE: Final = re.compile(r"&(?:'\w+ )?mut ")
_NUMBER: Final = re.compile(r"[iu](?:8|16|32|64|128|size)$")
_LEADING: Final = re.compile(r"&|(?:unsafe )?(?:extern (?:\"[^\"]*\" )?)?fn\(|(?:std::boxed::)?Box<")
Types = tuple[str, str]


@rule("transmute")
def transmute(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each call."""
    for one in unsafe_calls(file, Callee.TRANSMUTE):
        types = _types(file, one)
        told = f" from {_shown(one, types, 0)} to {_shown(one, types, 1)}" if types is not None else ""
        name = "transmute_copy" if _is_copy(one) else "transmute"
        yield of_operation(file, one, name=name, types=told, deed=_deed(one, types), danger=_danger(one, types))


def _is_copy(operation: Operation) -> bool:
    return (operation.target or "").endswith("transmute_copy")


def _is_second(operation: Operation, types: Types | None) -> bool:
    """Whether a value of the same type is made, which the first does not know of."""
    return _is_copy(operation) and types is not None and types[0] == types[1]


def _deed(operation: Operation, types: Types | None) -> str:
    is_second = _is_second(operation, types)
    return "makes a second value of the same bytes" if is_second else "takes bytes of one type for another"


def _types(file: FileView, operation: Operation) -> Types | None:
    """Both types: as the call writes them, lifetimes included; else the compiler or the sources know them."""
    text = file.full_text_of(operation.span).partition("(")[0]
    callee = next((call.callee for call in file.analysis.facts.calls if call.span == operation.span), "")
    for found in (_TURBOFISH.search(text), _TURBOFISH.search(callee)):
        parts = split_arguments(found.group(1)) if found is not None else []
        parts = [part for part in parts if not part.startswith("'")]
        if len(parts) == 2 and not any(re.search(r"\b_\b", part) for part in parts):
            return parts[0], parts[1]
    known = operation.transmute
    return (known.source, known.target) if known is not None and known.source and known.target else None


def _shown(operation: Operation, types: Types, side: int) -> str:
    """A type with its size, where somebody promises it."""
    size = operation.transmute.sizes[side] if operation.transmute is not None else None
    told = _told(size) if size is not None else None
    return f"`{types[side]}` ({told})" if told is not None else f"`{types[side]}`"


def _told(size: Bytes) -> str | None:
    if size.narrow is not None and size.narrow == size.wide:
        return f"{size.narrow:,} byte{'' if size.narrow == 1 else 's'}"
    return f"{size.wide:,} bytes on 64-bit targets" if size.wide is not None else None


# what makes it worse: the first that holds is told
def _danger(operation: Operation, types: Types | None) -> str:
    if _is_second(operation, types):
        return "and whatever the value owns is owned twice"
    dangers = _of_copies if _is_copy(operation) else _of_casts
    return next(dangers(operation.transmute, types))


def _of_copies(known: Transmute | None, _types: Types | None) -> Iterator[str]:
    sizes = known.sizes if known is not None else None
    if sizes is not None and _holds(sizes, lambda source, target: target > source):
        yield "and reads beyond the end of the value, which is smaller than what is made of it"
    if sizes is not None and _holds(sizes, lambda source, target: target == source):
        yield "whose sizes are equal today, which nobody checks"
    if sizes is not None and _holds(sizes, lambda source, target: target < source):
        yield "and takes the beginning of the value alone, as its size is smaller"
    yield "and nobody checks that their sizes are equal"


def _of_casts(known: Transmute | None, types: Types | None) -> Iterator[str]:
    if types is not None and _without_lifetimes(types[0]) == _without_lifetimes(types[1]):
        yield "and the two differ in lifetimes only, so that a borrow can outlive what it borrows"
    pointees = known.pointees if known is not None else None
    if known is not None and pointees is not None and known.counts_elements:
        if _holds(pointees, lambda source, target: source != target):
            yield "and the size of an element changes while their number stays, so that the slice ends elsewhere"
    elif pointees is not None and _holds(pointees, lambda source, target: target > source):
        yield "and what it leads to is taken for something greater, so that it reaches beyond the value"
    if types is not None and types[0].startswith("&") and not _MUTABLE.match(types[0]) and _MUTABLE.match(types[1]):
        yield "and makes a shared reference a mutable one, which is undefined behaviour whatever is done with it"
    if types is not None and _NUMBER.match(types[0]) and _LEADING.match(types[1]):
        yield "and makes a pointer that must not be null or dangle out of a number"
    yield "of which the compiler checks the size alone"


def _holds(sizes: tuple[Bytes, Bytes], compare: Callable[[int, int], bool]) -> bool:
    """Whether it holds of both sizes on all targets, where they are known."""
    source, target = sizes
    pairs = ((source.narrow, target.narrow), (source.wide, target.wide))
    return all(one is not None and other is not None and compare(one, other) for one, other in pairs)


def _without_lifetimes(ty: str) -> str:
    return _LIFETIME.sub("", ty).replace("<>", "")
