"""Expressions that make or take apart values: literals, operators, structs, tuples, arrays, places, casts.

In: nodes with their expected types. Out: types.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.active_parts import active_parts
from borrowscope.analyzer.static.body import Body, Join, handles
from borrowscope.analyzer.static.calls import find_field
from borrowscope.analyzer.static.definitions import Bound
from borrowscope.analyzer.static.methods import autoderef, raw_dereferenced
from borrowscope.analyzer.static.paths import find_constructor
from borrowscope.analyzer.static.solver import AMBIGUOUS
from borrowscope.analyzer.static.types import (
    ARRAY,
    BOOL,
    CHAR,
    FLOATS,
    INTEGERS,
    NEVER,
    POINTER,
    POINTER_MUT,
    REF,
    REF_MUT,
    REF_STR,
    SLICE,
    TUPLE,
    U8,
    UNIT,
    UNKNOWN,
    USIZE,
    Kind,
    Ty,
    Var,
    make,
    make_const,
    make_projection,
)

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

_SUFFIX: Final = re.compile(r"(?:[ui](?:8|16|32|64|128|size)|f(?:16|32|64|128))\Z")
_ESCAPE: Final = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]+\}|\n\s*|.)", re.DOTALL)
_COMPARISONS: Final = frozenset({"==", "!=", "<", ">", "<=", ">="})
_OPERATORS: Final = {
    "+": "Add",
    "-": "Sub",
    "*": "Mul",
    "/": "Div",
    "%": "Rem",
    "&": "BitAnd",
    "|": "BitOr",
    "^": "BitXor",
    "<<": "Shl",
    ">>": "Shr",
}
_SCALARS: Final = INTEGERS | FLOATS
_CALLS: Final = frozenset({"call_expression", "binary_expression", "index_expression", "await_expression"})
_RANGES: Final = {
    ("..", True, True): "std::ops::Range",
    ("..=", True, True): "std::ops::RangeInclusive",
    ("..", True, False): "std::ops::RangeFrom",
    ("..", False, True): "std::ops::RangeTo",
    ("..=", False, True): "std::ops::RangeToInclusive",
    ("..", False, False): "std::ops::RangeFull",
}


# literals
@handles("integer_literal")
def _integer(body: Body, node: Node, expected: Ty | None) -> Ty:
    text = node.text
    is_plain = not text.startswith(("0x", "0X"))
    suffix = _SUFFIX.search(text) if is_plain else re.search(r"[ui](?:8|16|32|64|128|size)\Z", text)
    if suffix:
        return make(suffix.group(0))
    wanted = body.structure(expected) if expected is not None else None
    if wanted is not None and (wanted.head in INTEGERS or _is_var(wanted, "int")):
        return wanted
    return body.solver.fresh("int")


def _is_var(ty: Ty, family: str) -> bool:
    return ty.kind is Kind.VAR and ty.family == family  # type: ignore[attr-defined]


@handles("float_literal")
def _float(body: Body, node: Node, expected: Ty | None) -> Ty:
    suffix = _SUFFIX.search(node.text)
    if suffix:
        return make(suffix.group(0))
    wanted = body.structure(expected) if expected is not None else None
    if wanted is not None and wanted.head in FLOATS:
        return wanted
    return body.solver.fresh("float")


@handles("string_literal", "raw_string_literal")
def _string(_: Body, node: Node, __: Ty | None) -> Ty:
    text = node.text
    if text[0] == "b":
        return make(REF, (make(ARRAY, (U8, make_const(str(_byte_length(text))))),))
    return make(REF, (make("std::ffi::CStr"),)) if text[0] == "c" else REF_STR


def _byte_length(text: str) -> int:
    if text.startswith("br"):
        return len(text[2:].strip("#")) - 2
    plain = _ESCAPE.sub(lambda match: "" if match.group(0)[1] == "\n" else "x", text[2:-1].replace("\r\n", "\n"))
    return len(plain.encode())


@handles("char_literal")
def _char(_: Body, node: Node, __: Ty | None) -> Ty:
    return U8 if node.text.startswith("b") else CHAR


@handles("boolean_literal")
def _boolean(_: Body, __: Node, ___: Ty | None) -> Ty:
    return BOOL


@handles("negative_literal", "parenthesized_expression", "expression_statement")
def _inside(body: Body, node: Node, expected: Ty | None) -> Ty:
    inner = [child for child in node.named if child.kind != "attribute_item"]
    return body.check(inner[-1], expected) if inner else UNIT


# constructors
@handles("unit_expression")
def _unit(_: Body, __: Node, ___: Ty | None) -> Ty:
    return UNIT


@handles("tuple_expression")
def _tuple(body: Body, node: Node, expected: Ty | None) -> Ty:
    wanted = body.structure(expected) if expected is not None else None
    parts = active_parts(body, node, [child for child in node.named if child.kind != "attribute_item"])
    hints = wanted.args if wanted is not None and wanted.head == TUPLE and len(wanted.args) == len(parts) else None
    found = []
    for at, part in enumerate(parts):
        hint = hints[at] if hints is not None else None
        ty = body.check(part, hint)
        if hint is not None and body.solver.shallow(hint).kind is not Kind.VAR and body.coerce(ty, hint):
            ty = hint
        found.append(ty)
    return make(TUPLE, tuple(found))


@handles("array_expression")
def _array(body: Body, node: Node, expected: Ty | None) -> Ty:
    wanted = body.structure(expected) if expected is not None else None
    hint = wanted.args[0] if wanted is not None and wanted.head in (ARRAY, SLICE) else None
    length = node.field("length")
    written = [child for child in node.named if child.kind != "attribute_item" and child is not length]
    parts = active_parts(body, node, written)
    join = Join(body, hint)
    for part in parts:
        join.add(body.check(part, join.hint))
    element = join.result if parts else hint or body.solver.fresh()
    if element is NEVER and parts:
        element = body.solver.fresh()
    if length is not None:
        body.check_constant(length, USIZE)
        return make(ARRAY, (element, _length(body, length, wanted)))
    return make(ARRAY, (element, make_const(str(len(parts)))))


def _length(body: Body, node: Node, wanted: Ty | None) -> Ty:
    if node.text == "_" and wanted is not None and wanted.head == ARRAY:
        return wanted.args[1]
    scope = body.scope.type_scope(body.generics, body.self_type, body.solver.fresh, fill="default")
    return scope.length(node.text)


@handles("struct_expression")
def _struct(body: Body, node: Node, expected: Ty | None) -> Ty:
    name, fields = node.field("name"), node.field("body")
    found = find_constructor(body, name) if name is not None else None
    whole, types = found if found is not None else (UNKNOWN, {})
    if expected is not None and found is not None:
        wanted = body.solver.shallow(expected)
        if wanted.head == whole.head:
            body.solver.unify(whole, wanted)
    if fields is not None:
        for part in active_parts(body, fields, fields.named, lambda part: _field_value(body, part, whole, types)):
            _field_value(body, part, whole, types)
    return whole


def _field_value(body: Body, node: Node, whole: Ty, types: dict[str, Ty]) -> None:
    if node.kind == "base_field_initializer":
        base = body.check(node.named[0], whole) if node.named else UNKNOWN
        body.solver.unify(base, whole)
    elif node.kind == "shorthand_field_initializer":
        name = next((child for child in node.named if child.kind == "identifier"), None)
        if name is not None:
            body.coerce(body.check(name), types.get(name.text.removeprefix("r#"), UNKNOWN))
    elif node.kind == "field_initializer":
        name, value = node.field("field"), node.field("value")
        if name is not None and value is not None:
            wanted = types.get(name.text.removeprefix("r#"), UNKNOWN)
            body.coerce(body.check(value, wanted), wanted)


@handles("range_expression")
def _range(body: Body, node: Node, expected: Ty | None) -> Ty:
    operator = next((child for child in node.children if child.kind in ("..", "..=")), None)
    if operator is None:
        return UNKNOWN
    before = [child for child in node.named if child.end <= operator.start]
    after = [child for child in node.named if child.start >= operator.end]
    wanted = body.structure(expected) if expected is not None else None
    hint = wanted.args[0] if wanted is not None and wanted.args and wanted.head.startswith("std::ops::Range") else None
    join = Join(body, hint)
    for side in before + after:
        join.add(body.check(side, join.hint))
    head = _RANGES.get((operator.kind, bool(before), bool(after)))
    if head is None:
        return UNKNOWN
    return make(head, (join.result,) if before or after else ())


# places
@handles("reference_expression")
def _reference(body: Body, node: Node, expected: Ty | None) -> Ty:
    value = node.field("value")
    if value is None:
        return UNKNOWN
    is_mut = node.child("mutable_specifier") is not None
    is_raw = node.child("raw") is not None or node.text.startswith(("&raw const ", "&raw mut "))
    wanted = body.structure(expected) if expected is not None else None
    hint = None
    if wanted is not None and wanted.head in (REF, REF_MUT, POINTER, POINTER_MUT):
        inner = body.structure(wanted.args[0])
        is_closure = value.kind == "closure_expression"
        if (
            is_closure
            or (inner.head not in (SLICE, "str") and inner.kind is not Kind.DYN)
            or (inner.head == SLICE and value.kind in ("array_expression", "macro_invocation"))
        ):
            hint = inner
    ty = body.check(value, hint)
    if is_raw:
        is_mut = is_mut or node.text.startswith("&raw mut")
        return make(POINTER_MUT if is_mut else POINTER, (ty,))
    return make(REF_MUT if is_mut else REF, (ty,))


@handles("field_expression")
def _field(body: Body, node: Node, _: Ty | None) -> Ty:
    value, name = node.field("value"), node.field("field")
    if value is None or name is None:
        return UNKNOWN
    receiver = body.check(value)
    return find_field(body, receiver, name.text.removeprefix("r#")) or UNKNOWN


@handles("index_expression")
def _index(body: Body, node: Node, _: Ty | None) -> Ty:
    parts = node.named
    if len(parts) < 2:
        return UNKNOWN
    base, index = body.check(parts[0]), body.check(parts[1])
    index = body.structure(index)
    for step in autoderef(body.solver, base):
        if step.kind in (Kind.VAR, Kind.UNKNOWN):
            body.solver.taint(index)
            return UNKNOWN
        found = _indexed(body, step, index)
        if found is not None:
            return found
    return UNKNOWN


def _indexed(body: Body, step: Ty, index: Ty) -> Ty | None:
    if step.head in (SLICE, ARRAY) and (index.head == "usize" or _is_var(index, "int")):
        body.solver.unify(index, USIZE)
        return step.args[0]
    if step.head == ARRAY:
        step = make(SLICE, (step.args[0],))
    if step.head in (SLICE, "str", "std::vec::Vec", "std::string::String") and index.head.startswith("std::ops::Range"):
        if index.args:
            body.solver.unify(index.args[0], USIZE)
        return make(SLICE, (step.args[0],)) if step.args else make("str")
    asked = index
    if _is_var(index, "int"):
        asked = body.solver.fresh()
        selection = body.solver.select("std::ops::Index", (step, asked))
        chosen = body.structure(asked)
        if selection is not None and chosen.kind is Kind.VAR:
            body.solver.unify(index, USIZE)
            asked = index
        elif chosen.head in INTEGERS:
            body.solver.unify(index, chosen)
            asked = index
        else:
            asked = index
    selection = body.solver.select("std::ops::Index", (step, asked))
    if selection is None:
        return None
    if selection is AMBIGUOUS:
        return UNKNOWN
    return body.solver.project("std::ops::Index", "Output", (step, asked)) or UNKNOWN


@handles("type_cast_expression")
def _cast(body: Body, node: Node, _: Ty | None) -> Ty:
    value, ty = node.field("value"), node.field("type")
    target = body.written(ty) if ty is not None else UNKNOWN
    if value is not None:
        is_scalar = target.head in _SCALARS and value.kind not in _CALLS  # a call's result is no place to cast
        is_hint = is_scalar or target.head in (REF, REF_MUT)
        found = body.check(value, target if is_hint else None)
        _cast_inner(body, found, target)
    return target


def _cast_inner(body: Body, found: Ty, target: Ty) -> None:
    """`p as *const _`, `f as fn(_) -> _`, `x as _`."""
    if target.is_closed:
        return
    found = body.structure(found)
    if target.kind is Kind.VAR:
        body.deferred_casts.append((found, target))
    elif target.head in (POINTER, POINTER_MUT) and found.head in (REF, REF_MUT, POINTER, POINTER_MUT):
        inner = body.structure(found.args[0])
        wanted = body.solver.shallow(target.args[0])
        if inner.head == ARRAY and wanted.kind is Kind.VAR and found.head in (REF, REF_MUT):
            return
        body.solver.unify(inner, wanted)
    else:
        body.coerce(found, target)


# operators
@handles("unary_expression")
def _unary(body: Body, node: Node, expected: Ty | None) -> Ty:
    operator = node.children[0].kind
    operand = node.named[-1] if node.named else None
    if operand is None:
        return UNKNOWN
    if operator == "*":
        return raw_dereferenced(body.solver, body.check(operand)) or UNKNOWN
    ty = body.structure(body.check(operand, expected))
    inner = body.structure(ty.args[0]) if ty.head in (REF, REF_MUT) else ty
    if inner.head in _SCALARS or inner is BOOL or (inner.kind is Kind.VAR and inner.family):  # type: ignore[attr-defined]
        return inner
    if ty is NEVER:
        return NEVER
    trait = "std::ops::Not" if operator == "!" else "std::ops::Neg"
    return _projected(body, trait, (ty,))


def _projected(body: Body, trait: str, args: tuple[Ty, ...]) -> Ty:
    return body.solver.normalize(make_projection(trait, "Output", args))


@handles("binary_expression")
def _binary(body: Body, node: Node, expected: Ty | None) -> Ty:
    left, right, sign = node.field("left"), node.field("right"), node.field("operator")
    if left is None or right is None:
        return UNKNOWN
    operator = sign.kind if sign is not None else ""
    if operator in ("&&", "||"):
        body.check_coerced(left, BOOL)
        diverges = body.diverges
        body.check_coerced(right, BOOL)
        body.diverges = diverges
        return BOOL
    if operator in _COMPARISONS:
        compare(body, left, right)
        return BOOL
    name = _OPERATORS.get(operator)
    if name is None:
        return UNKNOWN
    own = body.check(left, expected if operator not in ("<<", ">>") and _is_number(body, expected) else None)
    return operate(body, name, own, right)


def _is_number(body: Body, ty: Ty | None) -> bool:
    return ty is not None and body.structure(ty).head in _SCALARS


def compare(body: Body, left: Node, right: Node) -> None:
    """`left == right`: where one side is open, the other side tells."""
    own = body.structure(body.check(left))
    other = body.structure(body.check(right, own if own.head in _SCALARS else None))
    _same_scalars(body, own, other)
    if not (own.is_closed and other.is_closed) and NEVER not in (own, other):
        body.solver.require(Bound(own, "std::cmp::PartialEq", (other,)))


def _same_scalars(body: Body, own: Ty, other: Ty) -> None:
    """`{integer} == u8`, `&x == &0`, `Some(1) == f()`: where one side is open, the other side tells."""
    if own.is_closed and other.is_closed:
        return
    solver = body.solver
    own, other = solver.shallow(own), solver.shallow(other)
    if own.kind is Kind.UNKNOWN or other.kind is Kind.UNKNOWN:
        solver.unify(own, other)
        return
    if own.kind is Kind.VAR or other.kind is Kind.VAR:
        open_side, side = (own, other) if isinstance(own, Var) else (other, own)
        is_plain = side.kind is Kind.VAR or (side.kind is Kind.APP and not side.args)
        if is_plain or (isinstance(open_side, Var) and open_side.family):
            solver.unify(open_side, side)
        return
    if own.head == other.head and len(own.args) == len(other.args):
        for a, b in zip(own.args, other.args, strict=True):
            _same_scalars(body, a, b)
    elif own.head in (SLICE, ARRAY, "std::vec::Vec") and other.head in (SLICE, ARRAY, "std::vec::Vec"):
        _same_scalars(body, own.args[0], other.args[0])


def operate(body: Body, name: str, own: Ty, right: Node) -> Ty:
    """`left OP right` for the operator's trait `name`."""
    solver = body.solver
    own = solver.structure(own)
    plain = solver.structure(own.args[0]) if own.head in (REF, REF_MUT) else own
    is_shift = name in ("Shl", "Shr")
    if _is_scalar(plain):
        return _operate_scalar(body, name, own, plain, right, is_shift=is_shift)
    trait = f"std::ops::{name}"
    if own.kind in (Kind.VAR, Kind.UNKNOWN):
        other = body.check(right)
        if own.kind is Kind.VAR:
            return _projected(body, trait, (own, other))
        solver.taint(other)
        return UNKNOWN
    other_side = solver.fresh()
    solver.select(trait, (own, other_side))
    wanted = solver.shallow(other_side)
    found = body.check(right, wanted if wanted.kind is not Kind.VAR else None)
    if wanted.kind is Kind.VAR or not body.coerce(found, wanted):
        wanted = found
    return _projected(body, trait, (own, wanted))


def _is_scalar(ty: Ty) -> bool:
    return ty.head in _SCALARS or ty is BOOL or (ty.kind is Kind.VAR and bool(ty.family))  # type: ignore[attr-defined]


def _operate_scalar(body: Body, name: str, own: Ty, plain: Ty, right: Node, *, is_shift: bool) -> Ty:
    solver = body.solver
    found = solver.structure(body.check(right, None if is_shift else plain))
    other = solver.structure(found.args[0]) if found.head in (REF, REF_MUT) else found
    if is_shift and _is_scalar(other):
        return plain
    if _is_scalar(other):
        if solver.unify(plain, other):
            return plain
        return _projected(body, f"std::ops::{name}", (own, found))
    if other.kind is Kind.VAR:
        if own is not plain or plain.kind is not Kind.VAR:
            return _wait_for_operand(body, name, own, plain, found)
        return plain
    if other.kind is Kind.UNKNOWN:
        solver.taint(plain)
        return UNKNOWN
    return _projected(body, f"std::ops::{name}", (own, found))


def _wait_for_operand(body: Body, name: str, own: Ty, _: Ty, found: Ty) -> Ty:
    return _projected(body, f"std::ops::{name}", (own, found))


@handles("assignment_expression")
def _assign(body: Body, node: Node, _: Ty | None) -> Ty:
    left, right = node.field("left"), node.field("right")
    if left is None or right is None:
        return UNIT
    if left.kind == "range_expression":  # tree-sitter reads `..=5` as `.. = 5`
        return make("std::ops::RangeToInclusive", (body.check(right),))
    if left.text == "_":
        body.check(right)
        return UNIT
    target = _assigned(body, left)
    body.coerce(body.check(right, target), target)
    return UNIT


def _assigned(body: Body, node: Node) -> Ty:
    """The left side: a place, or a pattern of places."""
    if node.kind == "tuple_expression":
        parts = [part for part in node.children if part.is_named or part.kind == "_"]
        return make(
            TUPLE, tuple([body.solver.fresh() if part.text == "_" else _assigned(body, part) for part in parts])
        )
    return body.check(node)


@handles("compound_assignment_expr")
def _compound(body: Body, node: Node, _: Ty | None) -> Ty:
    left, right, sign = node.field("left"), node.field("right"), node.field("operator")
    if left is None or right is None or sign is None:
        return UNIT
    own = body.structure(body.check(left))
    name = _OPERATORS.get(sign.kind.rstrip("=") or "", "")
    if _is_scalar(own):
        found = body.structure(body.check(right, None if name in ("Shl", "Shr") else own))
        other = body.structure(found.args[0]) if found.head in (REF, REF_MUT) else found
        if name not in ("Shl", "Shr") and (_is_scalar(other) or other.kind in (Kind.VAR, Kind.UNKNOWN)):
            body.solver.unify(own, other)
        return UNIT
    wanted = body.solver.fresh()
    if own.kind not in (Kind.VAR, Kind.UNKNOWN):
        body.solver.select(f"std::ops::{name}Assign", (own, wanted))
    hint = body.solver.shallow(wanted)
    found = body.check(right, hint if hint.kind is not Kind.VAR else None)
    if hint.kind is not Kind.VAR:
        body.coerce(found, hint)
    return UNIT
