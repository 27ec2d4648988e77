"""What happens to bindings besides birth and move: births by borrow and clone, assignments, unnamed borrows and clones.

In: one function's plan with its bindings and moves. Out: the same plan, births chosen, and a list of construct edits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from borrowscope.analyzer.facts import CallFact
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls, call_source, is_clone
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import is_simple_place, place_base, strip_parentheses
from borrowscope.rewrite.scopes import AfterLet, Frame
from borrowscope.tables.births import NEW, NEW_TYPED, Producer, birth_of

_CELL = ("std::cell::RefCell::<",)
_COUNTED = ("std::rc::Rc::<", "std::sync::Arc::<")
_GUARD_TYPES = ("std::cell::Ref<", "std::cell::RefMut<")


def choose_birth(plan: FunctionPlan, calls: Calls, one: BindingPlan) -> None:
    """Choose the most telling birth of a binding, and the binding that it names."""
    ty = one.fact.ty or ""
    producer = Producer.OTHER
    if one.binding.kind == "let" and isinstance(one.binding.anchor, AfterLet):
        pattern = one.binding.anchor.node.field("pattern")
        value = one.binding.anchor.node.field("value")
        is_plain = pattern is not None and pattern.kind != "ref_pattern"
        if value is not None and is_plain and one.binding.anchor.node.field("alternative") is None:
            producer, one.source_node = _producer(calls, strip_parentheses(value), ty)
    one.source = plan.plan_of(place_base(one.source_node)) if one.source_node is not None else None
    one.birth = birth_of(producer, ty)
    plain = NEW_TYPED if _mentions(ty, plan.type_parameters) else NEW
    if one.birth is NEW:
        one.birth = plain
    elif not plan.file.choice.is_told(one.birth.event):
        one.birth = replace(plain, producer=one.birth.producer)  # New stands in for what is not told
    one.site.event = one.birth.event
    if one.birth.event == "Borrow":
        one.site.fields = {"mutable": one.fact.is_mutable_reference is True}


def _mentions(ty: str, parameters: frozenset[str]) -> bool:
    words = set("".join(char if char.isalnum() or char == "_" else " " for char in ty).split())
    return bool(words & parameters) or "impl" in words


def _producer(calls: Calls, value: Node, ty: str) -> tuple[Producer, Node | None]:
    if value.kind == "reference_expression":
        inner = value.field("value")
        is_raw = any(child.kind == "raw" for child in value.children)
        return (
            (Producer.REFERENCE, inner)
            if inner is not None and place_base(inner) and not is_raw
            else (Producer.OTHER, None)
        )
    if value.kind != "call_expression":
        return Producer.OTHER, None
    call = calls.find(value)
    source = call_source(value)
    if is_clone(call):
        return Producer.CLONE, source
    if ty.startswith(_GUARD_TYPES):
        return Producer.CELL_GUARD, source if _is_method(call, _CELL) else None
    if _is_method(call, _COUNTED) and call is not None and call.callee.endswith("::downgrade"):
        return Producer.DOWNGRADE, source
    return Producer.CALL, None


def _is_method(call: CallFact | None, types: tuple[str, ...]) -> bool:
    """Whether the call is a method of one of these types, and not one of the same name or result."""
    return call is not None and call.callee.startswith(types)


@dataclass(slots=True)
class Reassigned:
    """One variable that an assignment overwrites. `owner` is None inside a closure: no instance can be named there."""

    owner: BindingPlan | None
    site: Site


def plan_assignments(plan: FunctionPlan) -> list[tuple[Node, list[Reassigned]]]:
    """Every assignment to observed variables, each with the sites of the new instances."""
    found = []
    for node, frame in plan.scopes.assignments:
        left = node.field("left")
        targets = [_reassigned(plan, node, name, frame) for name in _assigned(plan, left)] if left is not None else []
        if targets:
            found.append((node, targets))
    return found


def _reassigned(plan: FunctionPlan, node: Node, name: Node, frame: Frame) -> Reassigned:
    binding = plan.scopes.uses[name.start].binding
    one = plan.bindings[binding.start] if binding is not None else None
    site = plan.new_site("assign", "New", name, frame, name=name.text)
    if one is None:
        return Reassigned(None, site)
    site.binding, site.ty, site.needs_drop = one.site.index, one.site.ty, one.site.needs_drop
    if one.binding.frame is not frame:
        return Reassigned(None, site)
    one.assignments.append(node)
    site.depends_on = (one.site.index,)
    return Reassigned(one, site)


def _assigned(plan: FunctionPlan, left: Node) -> list[Node]:
    """The variables that an assignee expression overwrites: `x`, `(x, y)`, `[x, ..]`, `S { f: x, .. }`, `T(x)`."""
    left = strip_parentheses(left)
    if left.kind in ("identifier", "self"):
        use = plan.scopes.uses.get(left.start)
        return [left] if use is not None and use.binding is not None and use.binding.start in plan.bindings else []
    if left.kind not in _ASSIGNEE_GROUPS:
        return []
    found: list[Node] = []
    for child in left.named:
        if child.field_name not in ("function", "name", "type", "field"):
            found.extend(_assigned(plan, child))
    return found


_ASSIGNEE_GROUPS = frozenset(
    {
        "tuple_expression",
        "array_expression",
        "struct_expression",
        "field_initializer_list",
        "field_initializer",
        "shorthand_field_initializer",
        "call_expression",
        "arguments",
    }
)


def plan_attempt(plan: FunctionPlan, one: BindingPlan) -> None:
    """`let g = CELL.borrow_mut();` is told before, too, if the cell's place can be evaluated once more (rule 8)."""
    if plan.file.choice.threshold is not None or not plan.file.is_wanted(one.site):
        return
    if one.birth.producer is not Producer.CELL_GUARD or one.source_node is None or not is_simple_place(one.source_node):
        return
    call = one.source_node.parent
    method = call.field("field") if call is not None and call.kind == "field_expression" else None
    if method is None:
        return
    one.attempt = plan.new_site("call", "Attempt", method, one.binding.frame)
    one.attempt.owner = one.source.site.index if one.source is not None else None
    one.attempt.fields = {"operation": method.text}
