"""Values that one MIR body makes out of others: structs, tuples, arrays with their types, closures with their captures.

In: the statements of a body. Out: spans with types, captures and call traits of closures, for `BodyFacts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from borrowscope.analyzer.facts import CaptureFact
from borrowscope.analyzer.mir import Body, Statement, plain_local
from borrowscope.analyzer.source_files import SourceFiles
from borrowscope.text.span import Span

Place = tuple[str, int]  # file, start offset of a name or an expression
Made = tuple[str, Span, str | None]

_CLOSURE = re.compile(r"^\{(?:async )?closure@")
_SELF = re.compile(r"\(_1: (&mut |&)?\{(?:async )?closure@([^{}]+?:\d+:\d+: \d+:\d+)\}")
_CAPTURED = re.compile(r"[{,] \w+: (move|copy) (?:_(\d+)\b|(\(.*?\))(?=, \w+: (?:move|copy) | \}$))")
_LOCAL = re.compile(r"_(\d+)")
_TRAITS = {"&": "Fn", "&mut": "FnMut", "": "FnOnce"}
_MODES = {"&": "ref", "&mut": "ref mut"}
# What stands on a right side that makes nothing.
_NO_VALUE = ("move ", "copy ", "const ", "&", "{")
_OPERATIONS = frozenset({"Not", "Neg", "Offset", "Len", "PtrMetadata", "discriminant", "CopyForDeref", "Cmp"}) | {
    name + suffix
    for name in ("Add", "Sub", "Mul", "Div", "Rem", "BitXor", "BitAnd", "BitOr", "Shl", "Shr")
    for suffix in ("", "Unchecked", "WithOverflow")
}
_COMPARISONS = frozenset({"Eq", "Ne", "Lt", "Le", "Gt", "Ge"})


def read_made_value(statement: Statement, files: SourceFiles, types: Callable[[], Mapping[int, str]]) -> Made | None:
    """A struct, variant, tuple or array that a statement makes: file, span, and its type as far as it is told."""
    right = statement.right
    if right[-1] not in ")}]" or right.startswith(_NO_VALUE) or " -> [" in right:
        return None
    if right.partition("(")[0] in _OPERATIONS | _COMPARISONS:
        return None
    found = files.find_span(statement.span)
    local = plain_local(statement.left)
    return (found[0].path, found[1], types().get(local) if local is not None else None) if found else None


def read_closure_trait(body: Body, files: SourceFiles) -> tuple[str, int, str] | None:
    """How a closure takes itself where it is called, if the body is that of a closure: file, start, trait."""
    match = _SELF.search(body.signature())
    found = files.find_span(match[2]) if match is not None else None
    return (found[0].path, found[1].start, _TRAITS[(match[1] or "").strip()]) if match and found else None


def read_captures(
    statement: Statement, body: Body, files: SourceFiles, named: Mapping[int, Place], captured: Mapping[str, Place]
) -> Iterator[tuple[str, CaptureFact]]:
    """`{closure@..} { x: move _6, n: copy _2 }`: what a closure captures of variables that have a name, and how.

    `named` are the body's own variables by local, `captured` those that it has captured itself by their place.
    """
    found = files.find_span(statement.span) if _CLOSURE.match(statement.right) else None
    if found is None:
        return
    path, span = found[0].path, found[1]
    _, _, operands = statement.right.partition("} {")
    for how, local, part in _CAPTURED.findall("{" + operands):
        place, mode = part or f"_{local}", "move"
        if local and int(local) not in named and how == "move":
            place, mode = _borrowed(body, statement, int(local))
        binding = _base(place, named, captured)
        if binding is not None and binding[0] == path:
            yield path, CaptureFact(span.start, binding[1], mode)


def _borrowed(body: Body, statement: Statement, local: int) -> tuple[str, str]:
    """The place that an unnamed local borrows, right before the closure is made."""
    start = f" _{local} = "
    at = body.blocks.rfind(start, 0, statement.end)
    right = body.blocks[at + len(start) : body.blocks.find(";", at)] if at >= 0 else ""
    for borrow in ("&mut ", "&"):
        if right.startswith(borrow):
            return right.removeprefix(borrow), _MODES[borrow.strip()]
    return right.removeprefix("move ").removeprefix("copy "), "move"


def _base(place: str, named: Mapping[int, Place], captured: Mapping[str, Place]) -> Place | None:
    """The variable at the base of a place."""
    for text, variable in captured.items():
        if text in place:
            return variable
    match = _LOCAL.search(place)
    return named.get(int(match[1])) if match is not None else None
