"""What happens to bindings besides birth and move: births by borrow and clone, assignments, unnamed borrows and clones.

In: one function's plan with its bindings and moves. Out: the same plan, births chosen, and a list of construct edits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import CallFact
from borrowscope.analyzer.producer import producing_call, written_form
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls, call_source, is_clone
from borrowscope.rewrite.generic_types import is_generic
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.pattern_borrows import borrowed_base
from borrowscope.rewrite.plans import BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import place_base, strip_parentheses, values_of
from borrowscope.rewrite.scopes import AfterLet, BodyHead, Frame
from borrowscope.tables.births import CLONE_TYPED, NEW, NEW_TYPED, Producer, birth_of
from borrowscope.tables.operations import CHANNELS, FROM_RAW, HANDING_OUT, INITIALIZED, SPAWNS, UPGRADES
from borrowscope.text.span import Span

_COUNTED = ("std::rc::Rc::<", "std::sync::Arc::<")


def choose_birth(plan: FunctionPlan, calls: Calls, one: BindingPlan) -> None:
    """Choose the most telling birth of a binding, and the binding that it names."""
    ty = one.fact.ty or ""
    producer, value = Producer.OTHER, _initializer(one)
    if value is not None:
        producer, one.source_node = _produced(calls, one, value, ty)
        one.source = plan.plan_of(place_base(one.source_node)) if one.source_node is not None else None
        if one.source is not None and one.source.binding.start > value.start:
            one.source = None  # a name of the initializer's own block
    if producer is Producer.OTHER:
        one.source = plan.plan_of(borrowed_base(plan, one))
        producer = Producer.REFERENCE if one.source is not None else producer
    one.birth = birth_of(producer, ty)
    plain = NEW_TYPED if is_generic(ty, plan.type_parameters) else NEW
    if one.birth is NEW or (one.birth.event == NEW.event and plain is NEW_TYPED):
        one.birth = plain
    elif not plan.file.choice.is_told(one.birth.event):
        one.birth = replace(plain, producer=one.birth.producer)  # New stands in for what is not told
    elif one.birth.event == CLONE_TYPED.event and plain is NEW_TYPED:
        one.birth = CLONE_TYPED
    one.site.event = one.birth.event
    if one.birth.event == "Borrow":
        one.site.fields = {"mutable": one.fact.is_mutable_reference is True}
    elif value is not None and one.birth.event in _DESCRIBED:
        _DESCRIBED[one.birth.event](calls, one, value)


def _initializer(one: BindingPlan) -> Node | None:
    """The value of the `let` whose name this is, or one of whose names in the case of a pair."""
    let = one.binding.anchor.node if isinstance(one.binding.anchor, AfterLet) else None
    if let is None or let.field("alternative") is not None:
        return None
    pattern = let.field("pattern")
    is_name = one.binding.kind == "let" and pattern is not None and pattern.kind != "ref_pattern"
    return let.field("value") if is_name or (pattern is not None and pattern.kind == "tuple_pattern") else None


def _produced(calls: Calls, one: BindingPlan, value: Node, ty: str) -> tuple[Producer, Node | None]:
    """What made the value, seen through blocks; through `unwrap`, `?`, casts and the like only that a call made it."""
    producing = producing_call(value)
    call = calls.find(producing) if producing.kind == "call_expression" else None
    path = parse_callee(call.callee).path if call is not None else ""
    if one.binding.kind != "let":
        is_channel = call is not None and (path in CHANNELS or _is_pair_of_ends(call.result or ""))
        return (Producer.CHANNEL if is_channel else Producer.OTHER), None
    if path in SPAWNS:
        one.birth_call = producing
        return Producer.SPAWN, None
    if path in FROM_RAW:
        return Producer.FROM_RAW, None
    if path in HANDING_OUT:
        return Producer.OTHER, None
    written = written_form(value)
    if written.start != producing.start or written.end != producing.end or written.kind in _CHOICES:
        values = list(values_of(written))
        is_made = bool(values) and all(_is_made(calls, one) for one in values)
        return (Producer.CALL if is_made else Producer.OTHER), None
    return _producer(calls, written, ty)


_CHOICES = frozenset({"if_expression", "match_expression"})


def _is_made(calls: Calls, value: Node) -> bool:
    """Whether a call made the value, and did not just hand out one that was there."""
    producing = producing_call(value)
    call = calls.find(producing) if producing.kind == "call_expression" else None
    path = parse_callee(call.callee).path if call is not None else ""
    is_told_apart = is_clone(call) or path in UPGRADES | HANDING_OUT | SPAWNS | FROM_RAW
    return producing.kind == "call_expression" and not is_told_apart


def _is_pair_of_ends(ty: str) -> bool:
    return ty.startswith(("(std::sync::mpsc::Sender<", "(std::sync::mpsc::SyncSender<")) and (
        ">, std::sync::mpsc::Receiver<" in ty
    )


def _describe_once_cell(_calls: Calls, one: BindingPlan, _value: Node) -> None:
    one.site.fields = {"cell_type": (one.fact.ty or "").partition("<")[0].rpartition("::")[2]}


def _describe_uninit(calls: Calls, one: BindingPlan, value: Node) -> None:
    call = calls.find(written_form(value))
    one.site.fields = {"initialized": INITIALIZED.get(parse_callee(call.callee).path) if call is not None else None}


def _describe_cow(_calls: Calls, one: BindingPlan, value: Node) -> None:
    """The value's variant decides when it is born; as far as the text tells it, the site says it, too."""
    function = written_form(value).field("function")
    if function is not None and function.text.endswith("::Borrowed"):
        one.site.event = "CowBorrowed"


_DESCRIBED: dict[str, Callable[[Calls, BindingPlan, Node], None]] = {
    "OnceCellNew": _describe_once_cell,
    "MaybeUninitNew": _describe_uninit,
    "CowOwned": _describe_cow,
}


def _producer(calls: Calls, value: Node, ty: str) -> tuple[Producer, Node | None]:
    if value.kind == "reference_expression":
        inner = value.field("value")
        is_raw = any(child.kind == "raw" for child in value.children)
        return (
            (Producer.REFERENCE, inner)
            if inner is not None and place_base(inner) and not is_raw
            else (Producer.OTHER, None)
        )
    if value.kind == "macro_invocation" and ty.startswith("std::pin::Pin<"):
        return Producer.CALL, None  # `pin!(..)`
    if value.kind != "call_expression":
        return Producer.OTHER, None
    call = calls.find(value)
    source = call_source(value)
    if is_clone(call):
        return Producer.CLONE, source
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


def is_assigned_unseen(plan: FunctionPlan, one: BindingPlan) -> bool:
    """Whether the variable gets another value where the syntax does not show it: in a macro's call."""
    seen = [Span(node.start, node.end) for node in one.assignments]
    named = re.compile(rb"(?<![\w.])%s\b" % re.escape(one.binding.name.encode()))
    source = plan.item.node.source
    anchor = one.binding.anchor
    scope_end = anchor.body.end if isinstance(anchor, BodyHead) else -1  # `|b| *b` drops at its last byte
    drops = [drop.span for drop in one.fact.drops if drop.span.end != scope_end]
    places = [span for span in drops if named.fullmatch(source, *span)]
    return one.fact.is_assigned_by_macro or any(not any(span.contains(place) for span in seen) for place in places)


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
