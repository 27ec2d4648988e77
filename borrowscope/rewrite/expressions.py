"""Expressions that make a value: structs, variants, tuples, arrays, ranges, casts.

In: one function's plan. Out: sites, and notes behind the values; what has no place for a note is listed as skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from borrowscope.parse.syntax import COMMENTS, Node
from borrowscope.rewrite.calls import Calls
from borrowscope.rewrite.contexts import (
    Constants,
    extending_let,
    holds_untyped_closure,
    is_assignee,
    is_constructor,
    method_call_on,
    operands,
    outside_parentheses,
    whole_place,
)
from borrowscope.rewrite.generic_types import is_generic
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.notes import Note, Where, emit_notes
from borrowscope.rewrite.plans import FunctionPlan
from borrowscope.text.span import Span
from borrowscope.text.type_names import short_type

_PRELUDE = frozenset({"Some", "Ok", "Err"})
_SIMPLE_LENGTHS = frozenset({"identifier", "scoped_identifier", "integer_literal"})


@dataclass(slots=True, frozen=True)
class _Made:
    """One expression that makes a value. `passed` is the function that a value whose type tells more passes through."""

    construct: str
    event: str
    function: str
    fields: dict[str, object]
    ty: str | None
    arguments: str | None = ""  # behind the site's number; None where only the type tells them
    passed: str | None = None


def plan_expressions(plan: FunctionPlan, _calls: Calls) -> Callable[[], None]:
    """Number the sites of all values that are made; gives what makes the edits."""
    constants, lenient = Constants(plan.scopes), Constants(plan.scopes, is_lenient=True)
    notes: list[Note] = []
    for node in list(plan.scopes.expressions.values()):
        reader = _READERS.get(node.kind)
        made = reader(plan, node) if reader is not None and not is_assignee(node) else None
        if made is None:
            continue
        place = _place(constants, lenient, node)
        if place is None or (made.arguments is None and place[0] is not Where.AFTER):
            plan.file.skip(Span(node.start, node.end), made.construct, SkipReason.INFERENCE)
            continue
        site = plan.new_site("expression", made.event, node, plan.scopes.frame_of(node))
        site.fields, site.ty = made.fields, made.ty
        notes.append(_note(plan, node, site, made, place))
    return lambda: emit_notes(plan, notes)


def _note(plan: FunctionPlan, node: Node, site: Site, made: _Made, place: tuple[Where, Node]) -> Note:
    where, target = place
    if made.passed is not None and where is Where.AFTER:
        return Note(site, node, Where.PASSED, target, lambda: f"{made.passed}({plan.file.number(site)}, ")
    return Note(site, node, where, target, lambda: f"{made.function}({plan.file.number(site)}{made.arguments})")


# 1. what is made
def _struct(plan: FunctionPlan, node: Node) -> _Made | None:
    name = node.field("name")
    return _created(plan, node, name.text if name is not None else None)


def _call(plan: FunctionPlan, node: Node) -> _Made | None:
    """A tuple struct or variant, as the compiler sees it; without it only the prelude's are known."""
    function = node.field("function")
    if function is None or not is_constructor(node):
        return None
    is_known = Span(node.start, node.end) in plan.file.facts.made
    use = plan.scopes.uses.get(function.start)
    is_prelude = function.text in _PRELUDE and (use is None or use.binding is None) and not plan.file.facts.made
    return _created(plan, node, None) if is_known or is_prelude else None


def _created(plan: FunctionPlan, node: Node, written: str | None) -> _Made:
    known = plan.file.facts.made.get(Span(node.start, node.end))
    passed = "struct_made" if known is not None and is_generic(known, plan.type_parameters) else None
    ty = short_type(known) if known is not None else written
    return _Made("struct", "StructCreate", "track_struct_create_with_id", {}, ty, passed=passed)


def _tuple(plan: FunctionPlan, node: Node) -> _Made:
    length = None if _has_attributes(node) else len(operands(node))
    return _Made("tuple", "TupleCreate", "track_tuple_create_with_id", {"len": length}, _type_of(plan, node))


def _array(plan: FunctionPlan, node: Node) -> _Made:
    length = node.field("length")
    arguments: str | None = f", {len(operands(node))}"
    if length is not None:
        arguments = f", {length.text}" if length.kind in _SIMPLE_LENGTHS else None
    elif _has_attributes(node):
        arguments = None
    passed = None if arguments is not None and length is None else "array_made"
    ty = _type_of(plan, node)
    return _Made("array", "ArrayCreate", "track_array_create_with_id", {}, ty, arguments=arguments, passed=passed)


def _range(plan: FunctionPlan, node: Node) -> _Made:
    """`..` and `..=` as written; an end that is open is told by the name of the other one."""
    sign = next((child for child in node.children if child.kind in ("..", "..=", "...")), None)
    parts = operands(node)
    before = sign is not None and any(part.end <= sign.start for part in parts)
    behind = sign is not None and any(part.start >= sign.end for part in parts)
    text = sign.kind if sign is not None else ".."
    if before and not behind:
        text = f"a{text}"
    elif behind and not before:
        text = f"{text}b"
    return _Made("range", "Range", "track_range_with_id", {"range_type": text}, _type_of(plan, node))


def _range_to(plan: FunctionPlan, node: Node) -> _Made | None:
    """`..=b`, which the grammar takes for an assignment to `..`."""
    left = node.field("left")
    if left is None or left.kind != "range_expression" or not node.text.startswith("..="):
        return None
    return _Made("range", "Range", "track_range_with_id", {"range_type": "..=b"}, _type_of(plan, node))


def _cast(_plan: FunctionPlan, node: Node) -> _Made:
    ty = node.field("type")
    text = " ".join(ty.text.split()) if ty is not None else None
    known = None if text == "_" else text
    return _Made("cast", "TypeCast", "track_type_cast_with_id", {"to_type": text}, known)


def _type_of(plan: FunctionPlan, node: Node) -> str | None:
    known = plan.file.facts.made.get(Span(node.start, node.end))
    return short_type(known) if known is not None else None


def _has_attributes(node: Node) -> bool:
    return any(child.kind == "attribute_item" for child in node.named if child.kind not in COMMENTS)


_READERS: dict[str, Callable[[FunctionPlan, Node], _Made | None]] = {
    "struct_expression": _struct,
    "call_expression": _call,
    "tuple_expression": _tuple,
    "array_expression": _array,
    "range_expression": _range,
    "assignment_expression": _range_to,
    "type_cast_expression": _cast,
}


# 2. where it can be told
def _place(constants: Constants, lenient: Constants, node: Node) -> tuple[Where, Node] | None:
    """Behind the value, unless something is borrowed from it that only a `let` or a constant keeps alive."""
    if is_in_borrowed_constant(lenient, node):
        return place_beside_constant(constants, lenient, node)
    if constants.is_constant(node):
        return _constant_place(constants, node)
    let, is_certain = extending_let(node)
    is_lent = let is not None and constants.has_extended_borrow(node)
    reference = _slice_of(node)
    if not is_lent and not holds_untyped_closure(node) and (reference is None or let is None):
        return Where.AFTER, reference or node
    return (Where.BEHIND, let) if let is not None and is_certain else None


def is_in_borrowed_constant(lenient: Constants, node: Node) -> bool:
    """Whether the expression may be a part of a constant that is borrowed, and may have to stay one."""
    return lenient.is_constant(node) and _is_borrowed_within(node, lenient.outermost(node))


def place_beside_constant(constants: Constants, lenient: Constants, node: Node) -> tuple[Where, Node] | None:
    """Before all that must stay constant; what is just taken for constant may be a temporary that a `let` keeps."""
    outermost = lenient.outermost(node)
    let, is_certain = extending_let(outermost)
    is_known = constants.is_constant(node) and constants.outermost(node) is outermost
    return _constant_place(lenient, node) if is_known or let is None or is_certain else None


def _slice_of(node: Node) -> Node | None:
    """`&[a, b]` may be meant as a slice: then its elements' type is known only as long as nothing stands between."""
    parent = outside_parentheses(node).parent
    is_listed = node.kind == "array_expression" and node.field("length") is None
    return parent if is_listed and parent is not None and parent.kind == "reference_expression" else None


def _constant_place(constants: Constants, node: Node) -> tuple[Where, Node]:
    """A constant cannot fail: where it is borrowed, the note stands before all that must stay constant."""
    outermost = constants.outermost(node)
    is_borrowed = _is_borrowed_within(node, outermost)
    let, is_certain = extending_let(outermost)
    if is_borrowed and let is not None and is_certain:
        return Where.BEHIND, let
    outer = outside_parentheses(outermost)
    place = whole_place(outermost)
    call = method_call_on(place)
    if call is not None:
        return Where.BEFORE, call
    if place is not outer and place.parent is not None and place.parent.kind == "reference_expression":
        let, is_certain = extending_let(place.parent)
        return (Where.BEHIND, let) if let is not None and is_certain else (Where.BEFORE, place.parent)
    return (Where.BEFORE, outermost) if is_borrowed or place is not outer else (Where.AFTER, node)


def _is_borrowed_within(node: Node, outermost: Node) -> bool:
    if node is outermost:
        return False
    for parent in node.ancestors():
        if parent.kind == "reference_expression":
            return True
        if parent is outermost:
            return False
    return False
