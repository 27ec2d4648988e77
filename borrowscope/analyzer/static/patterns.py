"""Patterns: what each name is bound to, with default binding modes (RFC 2005).

In: a pattern's node, the type that it is matched with. Out: names bound in the body.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.active_parts import active_parts
from borrowscope.analyzer.static.body import Body
from borrowscope.analyzer.static.paths import find_constructor, is_constant, path_value
from borrowscope.analyzer.static.types import ARRAY, REF, REF_MUT, SLICE, TUPLE, UNKNOWN, Kind, Ty, make, make_const

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node


class Mode(Enum):
    """How a name binds by default."""

    MOVE = ""
    REF = REF
    REF_MUT = REF_MUT


def bind_pattern(body: Body, node: Node, ty: Ty, mode: Mode = Mode.MOVE) -> None:
    """Bind every name of the pattern."""
    handler = _PATTERNS.get(node.kind)
    if handler is not None:
        handler(body, node, ty, mode)


def _peeled(body: Body, ty: Ty, mode: Mode) -> tuple[Ty, Mode]:
    """The type behind its references, and the mode that this gives."""
    ty = body.structure(ty)
    while ty.head in (REF, REF_MUT):
        mode = Mode.REF if ty.head == REF or mode is Mode.REF else Mode.REF_MUT
        ty = body.structure(ty.args[0])
    return ty, mode


def _by_mode(ty: Ty, mode: Mode) -> Ty:
    return ty if mode is Mode.MOVE else make(mode.value, (ty,))


def _name(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    name = node.text
    if is_constant(body, name):
        _constant(body, node, ty, mode)
    else:
        body.bind(name, node, _by_mode(ty, mode))


def _constant(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    value = path_value(body, node, None)
    inner = body.structure(ty)
    if body.structure(value).head not in (REF, REF_MUT):
        inner, _ = _peeled(body, ty, mode)
    body.solver.unify(inner, value)


def _mutable(body: Body, node: Node, ty: Ty, _: Mode) -> None:
    for child in node.named:
        if child.kind != "mutable_specifier":
            bind_pattern(body, child, ty, Mode.MOVE)


def _reference_binding(body: Body, node: Node, ty: Ty, _: Mode) -> None:
    for child in node.named:
        if child.kind == "mut_pattern":
            bind_pattern(body, child, make(REF_MUT, (ty,)), Mode.MOVE)
        elif child.kind != "mutable_specifier":
            head = REF_MUT if node.child("mutable_specifier") is not None else REF
            bind_pattern(body, child, make(head, (ty,)), Mode.MOVE)


def _reference(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    inner = [child for child in node.named if child.kind != "mutable_specifier"]
    if not inner:
        return
    ty = body.structure(ty)
    if ty.kind is Kind.VAR:
        target = body.solver.fresh()
        head = REF_MUT if node.child("mutable_specifier") is not None else REF
        body.solver.unify(ty, make(head, (target,)))
        bind_pattern(body, inner[0], target)
    elif ty.head in (REF, REF_MUT):
        bind_pattern(body, inner[0], ty.args[0])
    else:  # edition 2024: `&` under a default mode takes the reference off again
        bind_pattern(body, inner[0], ty, Mode.MOVE if mode is not Mode.MOVE else mode)


def _is_rest(node: Node) -> bool:
    return node.kind == "remaining_field_pattern"


def _parts(node: Node) -> list[Node]:
    """The elements of a tuple or slice pattern: `..` and `_` (an anonymous token) included."""
    return [
        child
        for child in node.children
        if (child.is_named and not child.kind.endswith("comment") and child.kind != "attribute_item")
        or child.kind == "_"
    ]


def _elements(body: Body, parts: list[Node], types: list[Ty], mode: Mode) -> None:
    """Match patterns with element types by position; `..` takes what is left."""
    rest = next((at for at, part in enumerate(parts) if _is_rest(part)), None)
    if rest is None:
        pairs = list(zip(parts, types, strict=False))
    else:
        tail = len(parts) - rest - 1
        pairs = list(zip(parts[:rest], types, strict=False))
        pairs += list(zip(parts[rest + 1 :], types[len(types) - tail :] if tail else [], strict=False))
    done = set()
    for part, ty in pairs:
        done.add(id(part))
        bind_pattern(body, part, ty, mode)
    for part in parts:
        if id(part) not in done and not _is_rest(part):
            bind_pattern(body, part, UNKNOWN, mode)


def _tuple(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    parts = _parts(node)
    if len(parts) == 1 and not _is_rest(parts[0]) and node.child(",") is None:
        bind_pattern(body, parts[0], ty, mode)
        return
    ty, mode = _peeled(body, ty, mode)
    if ty.kind is Kind.VAR and not any(map(_is_rest, parts)):
        made = make(TUPLE, tuple([body.solver.fresh() for _ in parts]))
        body.solver.unify(ty, made)
        ty = made
    _elements(body, parts, list(ty.args) if ty.head == TUPLE else [], mode)


def _slice(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    ty, mode = _peeled(body, ty, mode)
    parts = _parts(node)
    if ty.head not in (SLICE, ARRAY):
        element: Ty = UNKNOWN
        rest = UNKNOWN
    else:
        element = ty.args[0]
        rest = make(SLICE, (element,)) if ty.head == SLICE else _shorter(ty, len(parts) - 1)
    for part in parts:
        if part.kind == "captured_pattern" and any(map(_is_rest, part.named[1:])):
            bind_pattern(body, part.named[0], rest, mode)
        elif part.kind == "ref_pattern" and part.named and part.named[-1].kind == "captured_pattern":
            inner = part.named[-1]
            whole = rest if any(map(_is_rest, inner.named[1:])) else element
            head = REF_MUT if part.child("mutable_specifier") is not None else REF
            bind_pattern(body, inner.named[0], make(head, (whole,)), Mode.MOVE)
        else:
            bind_pattern(body, part, element, mode)


def _shorter(array: Ty, count: int) -> Ty:
    length = array.args[1].head
    return make(ARRAY, (array.args[0], make_const(str(int(length) - count)))) if length.isdigit() else UNKNOWN


def _tuple_struct(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    path = node.field("type")
    parts = [part for part in _parts(node) if part is not path]
    found = find_constructor(body, path) if path is not None else None
    peeled, mode = _peeled(body, ty, mode)
    if found is None:
        _elements(body, parts, [], mode)
        return
    whole, fields = found
    body.solver.unify(whole, peeled)
    _elements(body, parts, list(fields.values()), mode)


def _struct(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    path = node.field("type")
    found = find_constructor(body, path) if path is not None else None
    peeled, mode = _peeled(body, ty, mode)
    fields: dict[str, Ty] = {}
    if found is not None:
        body.solver.unify(found[0], peeled)
        fields = found[1]
        body.destructured(node, found[0])
    parts = [part for part in node.named if part.kind == "field_pattern"]
    for part in active_parts(body, node, parts, lambda part: _field(body, part, fields, mode)):
        _field(body, part, fields, mode)


def _field(body: Body, node: Node, fields: dict[str, Ty], mode: Mode) -> None:
    name, pattern = node.field("name"), node.field("pattern")
    if name is None:
        return
    ty = fields.get(name.text.removeprefix("r#"), UNKNOWN)
    if pattern is not None:
        bind_pattern(body, pattern, ty, mode)
        return
    if node.child("ref") is not None:
        ty = make(REF_MUT if node.child("mutable_specifier") is not None else REF, (ty,))
        mode = Mode.MOVE
    elif node.child("mutable_specifier") is not None:
        mode = Mode.MOVE
    body.bind(name.text, name, _by_mode(ty, mode))


def _captured(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    parts = _parts(node)
    if not parts:
        return
    for part in parts[1:]:
        bind_pattern(body, part, ty, mode)
    bind_pattern(body, parts[0], ty, mode)


def _alternatives(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    known: dict[str, Ty] = {}
    for part in node.named:
        bind_pattern(body, part, ty, mode)
        for name, found in body.names[-1].items():
            if name in known and known[name] is not found:
                body.solver.unify(known[name], found)
            known[name] = found


def _literal(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    own = body.structure(body.check(node.named[0] if node.kind == "negative_literal" else node))
    peeled, _ = _peeled(body, ty, mode)
    if own.kind is Kind.VAR or peeled.kind is Kind.VAR:
        body.solver.unify(own.args[0] if own.head == REF and peeled.kind is not Kind.VAR else own, peeled)


def _range(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    for part in node.named:
        if part.kind.endswith("_literal"):
            _literal(body, part, ty, mode)
        else:
            _constant(body, part, ty, mode)


def _match(body: Body, node: Node, ty: Ty, mode: Mode) -> None:
    condition = node.field("condition")
    for part in node.named:
        if part is not condition:
            bind_pattern(body, part, ty, mode)


_PATTERNS: Final[dict[str, Callable[[Body, Node, Ty, Mode], None]]] = {
    "identifier": _name,
    "scoped_identifier": _constant,
    "mut_pattern": _mutable,
    "ref_pattern": _reference_binding,
    "reference_pattern": _reference,
    "tuple_pattern": _tuple,
    "slice_pattern": _slice,
    "tuple_struct_pattern": _tuple_struct,
    "struct_pattern": _struct,
    "captured_pattern": _captured,
    "or_pattern": _alternatives,
    "range_pattern": _range,
    "match_pattern": _match,
    "integer_literal": _literal,
    "float_literal": _literal,
    "negative_literal": _literal,
    "char_literal": _literal,
    "string_literal": _literal,
    "raw_string_literal": _literal,
    "boolean_literal": _literal,
}
