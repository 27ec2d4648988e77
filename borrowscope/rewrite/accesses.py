"""Places that are used: fields, elements, and what references, boxes and smart pointers lead to.

In: one function's plan, the calls that the compiler resolved. Out: sites, and notes that leave the place what it is:
in the index of an element, behind the value that a place begins with, or around the whole expression that uses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls
from borrowscope.rewrite.contexts import (
    COMPARISONS,
    Constants,
    extending_let,
    holds_untyped_closure,
    is_assignee,
    is_method_name,
    method_call_on,
    opening_statement,
    operands,
    place_operand,
    whole_place,
)
from borrowscope.rewrite.expressions import is_in_borrowed_constant, place_beside_constant
from borrowscope.rewrite.macro_rows import row_of
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.notes import Note, Where, emit_notes
from borrowscope.rewrite.plans import RUNTIME_PATH, BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import strip_parentheses
from borrowscope.tables.macros import Entry
from borrowscope.text.span import Span

_TEXT_LIMIT = 80  # characters of a container or a base that are told
_INDEXED = 2  # operands: the container and the index
_NAMES = frozenset({"identifier", "self", "scoped_identifier"})
_LASTING = _NAMES | {"string_literal", "raw_string_literal"}  # constants that may be used like variables
_ASSIGNMENTS = frozenset({"assignment_expression", "compound_assignment_expr"})
_RAW = ("*const ", "*mut ")
_FUNCTIONS = {
    "IndexAccess": "track_index_access_with_id",
    "FieldAccess": "track_field_access_with_id",
    "Deref": "track_deref_with_id",
}
# What takes the value of a place that stands in it.
_VALUES = frozenset(
    {
        "arguments",
        "tuple_expression",
        "array_expression",
        "field_initializer",
        "range_expression",
        "return_expression",
        "break_expression",
        "type_cast_expression",
        "try_expression",
        "await_expression",
        "closure_expression",
        "match_arm",
        "match_pattern",
        "if_expression",
        "while_expression",
        "for_expression",
        "let_chain",
        "block",
        "expression_statement",
        "index_expression",
        "unary_expression",
        "binary_expression",
        "assignment_expression",
        "compound_assignment_expr",
    }
)
_PACKED = re.compile(rb"#\[\s*repr\s*\([^\]]*\bpacked\b")
_BORROWING_MACROS = frozenset({"assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne"})
_WRITING = frozenset({"write", "writeln"})  # what they write to may be borrowed to be written, or moved
_UNFORMATTED = frozenset({"panic", "todo", "unimplemented", "unreachable"})

_Place = tuple[Where, Node]


def plan_accesses(plan: FunctionPlan, calls: Calls) -> Callable[[], None]:
    """Number the sites of all uses of fields, elements and references; gives what makes the edits."""
    constants, lenient = Constants(plan.scopes), Constants(plan.scopes, is_lenient=True)
    notes: list[Note] = []
    for node in list(plan.scopes.expressions.values()):
        reader = _READERS.get(node.kind)
        found = reader(plan, calls, node) if reader is not None else None
        if found is None:
            continue
        event, fields, owner = found
        is_promoted = is_in_borrowed_constant(lenient, node)
        place = place_beside_constant(constants, lenient, node) if is_promoted else place_of_use(plan, constants, node)
        if place is None:
            plan.file.skip(Span(node.start, node.end), _CONSTRUCTS[event], SkipReason.INFERENCE)
            continue
        site = plan.new_site("expression", event, node, plan.scopes.frame_of(node))
        site.fields, site.owner = fields, owner.site.index if owner is not None else None
        notes.append(_note(plan, node, site, owner, place))
    return lambda: emit_notes(plan, notes)


def _note(plan: FunctionPlan, node: Node, site: Site, owner: BindingPlan | None, place: _Place) -> Note:
    def call() -> str:
        if site.event != "Deref":
            return f"{_FUNCTIONS[site.event]}({plan.file.number(site)})"
        is_known = owner is not None and owner.is_enabled
        instance = f"{owner.guard}.id()" if owner is not None and is_known else f"{RUNTIME_PATH}NONE"
        return f"{_FUNCTIONS[site.event]}({plan.number_about(site, owner)}, {instance})"

    return Note(site, node, place[0], place[1], call)


# 1. what is used
_Found = tuple[str, dict[str, object], BindingPlan | None]
_CONSTRUCTS = {"FieldAccess": "field", "IndexAccess": "index", "Deref": "deref"}


def _field(_plan: FunctionPlan, _calls: Calls, node: Node) -> _Found | None:
    base, field = node.field("value"), node.field("field")
    if base is None or field is None or is_method_name(node):
        return None
    return "FieldAccess", {"base": _short(base), "field": field.text}, None


def _index(_plan: FunctionPlan, _calls: Calls, node: Node) -> _Found | None:
    return ("IndexAccess", {"container": _short(node.named[0])}, None) if len(operands(node)) == _INDEXED else None


def _deref(plan: FunctionPlan, calls: Calls, node: Node) -> _Found | None:
    """`*p` of a reference, a Box or anything that implements Deref; raw pointers are no references."""
    operation = plan.file.operation_at(node)
    if node.children[0].kind != "*" or (operation is not None and operation.kind is OperationKind.RAW_DEREF):
        return None
    operand = strip_parentheses(node.named[0])
    is_variable = operand.kind in ("identifier", "self")
    use = plan.scopes.uses.get(operand.start) if is_variable else None
    owner = plan.plan_of(operand) if is_variable else None
    fact = plan.file.facts.bindings.get(use.binding.start) if use is not None and use.binding is not None else None
    call = calls.find(operand) if operand.kind == "call_expression" else None
    ty = fact.ty if fact is not None else call.result if call is not None else None
    if ty is not None:
        return None if ty.startswith(_RAW) else ("Deref", {}, owner)
    if _is_in_unsafe(plan, node) and calls.at(node) is None:
        plan.file.skip(Span(node.start, node.end), "deref", SkipReason.TYPE_UNKNOWN)
        return None
    return "Deref", {}, owner


def _is_in_unsafe(plan: FunctionPlan, node: Node) -> bool:
    return plan.item.is_unsafe or any(ancestor.kind == "unsafe_block" for ancestor in node.ancestors())


def _short(node: Node) -> str:
    text = " ".join(node.text.split())
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"


_READERS: dict[str, Callable[[FunctionPlan, Calls, Node], _Found | None]] = {
    "field_expression": _field,
    "index_expression": _index,
    "unary_expression": _deref,
}


# 2. where it can be told
def place_of_use(plan: FunctionPlan, constants: Constants, node: Node) -> _Place | None:
    """In the nearest index, else behind the value that the place begins with, else around what uses the place."""
    base = place_operand(node)
    if node.kind == "index_expression":
        return _in_index(plan, constants, node)
    while base is not None:
        if base.kind == "index_expression":
            return _in_index(plan, constants, base)
        inner = place_operand(base)
        if inner is None or is_method_name(base):
            break
        base = inner
    if base is None:
        return None
    if base.kind not in _NAMES and not constants.is_constant(base) and not _may_be_place(base):
        let, _ = extending_let(base)
        is_lent = let is not None and constants.has_extended_borrow(base)
        return None if is_lent or holds_untyped_closure(base) else (Where.AFTER, base)
    return place_around_name(plan, constants, node)


def _may_be_place(base: Node) -> bool:
    """Whether a macro stands there that may stand for a place: a copy of it would be written instead."""
    return base.kind == "macro_invocation" and row_of(base) is None


def place_around_name(plan: FunctionPlan, constants: Constants, node: Node) -> _Place | None:
    """Of a place that begins with a name or a constant: in an index above, else around what uses all of the place."""
    whole = whole_place(node)
    above = _index_above(node, whole)
    return _in_index(plan, constants, above) if above is not None else _around(plan, whole)


def _in_index(plan: FunctionPlan, constants: Constants, node: Node) -> _Place | None:
    """The index is evaluated right before the element is used; of a constant array it may have to stay constant."""
    container, index = operands(node)
    is_constant = constants.is_constant(container) and constants.is_constant(index)
    return _around(plan, whole_place(node)) if is_constant and container.kind not in _LASTING else (Where.AFTER, index)


def _index_above(node: Node, whole: Node) -> Node | None:
    inner = node
    while inner is not whole and inner.parent is not None:
        inner = inner.parent
        if inner.kind == "index_expression":
            return inner
    return None


def _around(plan: FunctionPlan, place: Node) -> _Place | None:
    """The place begins with a variable: the note stands around the smallest value that uses it."""
    found = _user_of(plan, place)
    if found is None:
        return None
    where, target = found
    statement = opening_statement(target) if where is Where.BEFORE else None
    if statement is not None:
        return Where.AHEAD, statement
    parent = target.parent
    if where is Where.AFTER and parent is not None and _is_statement(parent):
        return Where.BEHIND, parent
    return found


def _is_statement(node: Node) -> bool:
    is_whole = node.kind == "expression_statement" and node.children[-1].kind == ";"
    return is_whole and node.parent is not None and node.parent.kind == "block"


def _user_of(plan: FunctionPlan, place: Node) -> _Place | None:
    call, parent = method_call_on(place), place.parent
    if call is not None:
        return Where.BEFORE, call
    if parent is None or place.field_name == "attribute" or (place.field_name != "left" and is_assignee(place)):
        return None
    special = _USERS.get(parent.kind)
    if special is not None and (found := special(plan, place, parent)) is not None:
        return found
    return (Where.BEFORE, place) if parent.kind in _VALUES and special not in _PLACES_ONLY else None


def _borrow(plan: FunctionPlan, _place: Node, parent: Node) -> _Place | None:
    """Around the borrow; not where a `let` keeps alive for it what is borrowed: `&mut [1, 2][..]`."""
    let, _ = extending_let(parent)
    is_lent = let is not None and Constants(plan.scopes).has_extended_borrow(parent)
    return None if is_lent else (Where.BEFORE, parent)


def _assignment(_plan: FunctionPlan, place: Node, parent: Node) -> _Place | None:
    """Written after the right side was evaluated, which may leave; an argument `name = PLACE` of a macro is lent."""
    if place.field_name == "left":
        return Where.AFTER, parent
    is_argument = parent.parent is not None and parent.parent.kind == "macro_invocation"
    return (Where.BORROWED, place) if is_argument else None


def _binary(_plan: FunctionPlan, place: Node, parent: Node) -> _Place | None:
    """Comparisons look at places; other operators take values."""
    operator = parent.field("operator")
    if operator is None or operator.kind not in COMPARISONS:
        return None
    return (Where.BEFORE if place.field_name == "left" else Where.AFTER), parent


def _call(_plan: FunctionPlan, _place: Node, parent: Node) -> _Place | None:
    return Where.BEFORE, parent  # the callee: `(self.f)(x)`


def _let(_plan: FunctionPlan, place: Node, parent: Node) -> _Place | None:
    return (Where.AHEAD, parent) if place.field_name == "value" else None


def _matched(plan: FunctionPlan, place: Node, parent: Node) -> _Place | None:
    """A scrutinee is a place: told ahead. Where nothing moves or is borrowed out of it, a borrow may lead to it, too.

    The borrow comes second, as it cannot be had of a field of a packed struct: not in files that have any.
    """
    if place.field_name != "value":
        return None
    statement = opening_statement(place)
    if statement is not None:
        return Where.AHEAD, statement
    if parent.kind == "let_condition":
        patterns = [parent.field("pattern")]
    else:
        body = parent.field("body")
        arms = body.named if body is not None else []
        patterns = [arm.field("pattern") for arm in arms if arm.kind == "match_arm"]
    is_copied = all(pattern is not None and _is_copied_from(plan, pattern) for pattern in patterns)
    return (Where.BORROWED, place) if is_copied and not _has_packed_structs(place.source) else None


@lru_cache(maxsize=2)
def _has_packed_structs(source: bytes) -> bool:
    return _PACKED.search(source) is not None


def _is_copied_from(plan: FunctionPlan, pattern: Node) -> bool:
    facts = plan.file.facts.bindings
    bound = [facts.get(start) for start in plan.scopes.bindings if pattern.start <= start < pattern.end]
    is_copy = all(fact is not None and fact.is_copy is True for fact in bound)
    return is_copy and not any(node.kind == "ref" for node in pattern.walk())


def _macro(plan: FunctionPlan, place: Node, parent: Node) -> _Place | None:
    row = row_of(parent)
    tokens = parent.child("token_tree")
    if row is None or tokens is None:
        return None
    if row.entry is Entry.TEXT:  # a scrutinee: `matches!(*self, Some(_))`
        bound = [fact for start, fact in plan.file.facts.bindings.items() if place.end <= start < tokens.end]
        is_copied = all(fact.is_copy is True for fact in bound)
        return (Where.BORROWED, place) if is_copied and not _has_packed_structs(place.source) else None
    if row.entry is Entry.ADDRESS:
        return Where.BEFORE, parent
    is_first = not tokens.source[tokens.start + 1 : place.start].strip()
    if row.entry is Entry.FORMAT:
        if is_first and row.name in _WRITING:
            return Where.BEFORE, parent
        return None if is_first and row.name in _UNFORMATTED else (Where.BORROWED, place)
    if row.entry is Entry.MESSAGE:
        return (Where.BEFORE if is_first else Where.BORROWED), place
    return (Where.BORROWED if row.name in _BORROWING_MACROS else Where.BEFORE), place


def _base(_plan: FunctionPlan, _place: Node, parent: Node) -> _Place | None:
    """`S { a, ..x.base }`: behind the struct, of which only some parts are taken."""
    struct = next((node for node in parent.ancestors() if node.kind == "struct_expression"), None)
    let, is_certain = extending_let(struct) if struct is not None else (None, False)
    if let is not None and is_certain:
        return Where.BEHIND, let
    return (Where.AFTER, struct) if struct is not None and let is None and not holds_untyped_closure(struct) else None


_User = Callable[[FunctionPlan, Node, Node], _Place | None]
_USERS: dict[str, _User] = {
    "reference_expression": _borrow,
    **dict.fromkeys(_ASSIGNMENTS, _assignment),
    "binary_expression": _binary,
    "call_expression": _call,
    "let_declaration": _let,
    "match_expression": _matched,
    "let_condition": _matched,
    "macro_invocation": _macro,
    "base_field_initializer": _base,
}
_PLACES_ONLY = (_matched, _macro, _let, _base)
