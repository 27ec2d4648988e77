"""Std's functions whose call is an event: cells, raw boxes, upgrades, unwraps, threads, channels.

In: one function's plan, the calls that the compiler resolved. Out: sites, and edits by which the call's value passes
through a function of the runtime that records it. Which call is which event: `tables/operations.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import CallFact
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls, call_source, callee_name
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.plans import RUNTIME_PATH, BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import strip_parentheses
from borrowscope.rewrite.scopes import Frame
from borrowscope.tables.events import BY_NAME
from borrowscope.tables.operations import BY_PATH, ITERATIONS, ITERATORS, Before, Iteration, Operation
from borrowscope.text.span import Span

_VALUES = frozenset({"call_expression", "await_expression", "try_expression", "macro_invocation"})


@dataclass(slots=True, frozen=True)
class _Told:
    """One call that is told. `place` is what can be looked at before, `receiver` the value of an attempt without it."""

    row: Operation
    node: Node
    site: Site
    owner: BindingPlan | None
    place: Node | None
    attempt: Site | None
    receiver: Node | None = None


def plan_operations(plan: FunctionPlan, calls: Calls) -> Callable[[], None]:
    """Number the sites of all operations and iterations over channels; gives what makes the edits."""
    born = {one.birth_call.start for one in plan.bindings.values() if one.birth_call is not None}
    told = [_operation(plan, calls, node, frame) for node, frame in plan.scopes.calls if node.start not in born]
    received = [_iteration(plan, calls, node) for node in list(plan.scopes.expressions.values())]

    def emit() -> None:
        # What is called on a value stands outside of what made it.
        for one in reversed(told):
            if one is not None and _is_enabled(plan, one):
                _emit(plan, one)
        for one in received:
            if one is not None and _is_enabled(plan, one):
                _emit_iteration(plan, one)

    return emit


# 1. planning
def _operation(plan: FunctionPlan, calls: Calls, node: Node, frame: Frame) -> _Told | None:
    call = calls.find(node)
    row = BY_PATH.get(parse_callee(call.callee).path) if call is not None else None
    function = node.field("function")
    if row is None or call is None or function is None or row.within not in call.callee:
        return None
    source = call_source(node) if row.event != "ThreadSpawn" else None
    is_seen = source is not None and row.before is not Before.NEVER and _is_repeatable(calls, source)
    place = source if is_seen else None
    told = callee_name(function) or function
    if row.before is Before.NEEDED and place is None:
        plan.file.skip(Span(told.start, told.end), row.path.rpartition("::")[2], SkipReason.INFERENCE)
        return None
    owner = _owner(plan, source)
    receiver = source if function.kind == "field_expression" and place is None else None
    is_attempt = place is not None or _is_value(receiver)
    attempt = _attempt(plan, row.attempt, told, frame, owner) if row.attempt is not None and is_attempt else None
    site = _site(plan, row.event, told, frame, owner)
    site.fields |= {own.name: told.text for own in BY_NAME[row.event].fields if own.name == "method"}
    _expect(attempt, site)
    seen = place if row.before is not Before.NOTHING or attempt is not None else None
    return _Told(row, node, site, owner, seen, attempt, receiver if attempt is not None else None)


def _iteration(plan: FunctionPlan, calls: Calls, value: Node) -> _Told | None:
    """`for x in rx`, `for x in &rx`, `rx.iter().take(3)`: each value that is received."""
    parent = value.parent
    if parent is None or value.field_name != "value":
        return None
    kind = None
    if parent.kind == "for_expression":
        kind = _looped(calls, value)
    elif parent.kind == "field_expression" and value.kind == "call_expression" and parent.parent is not None:
        kind = _chained(calls, value, parent.parent)
    if kind is None:
        return None
    source = _received_from(calls, value)
    frame = plan.scopes.frame_of(value)
    owner = _owner(plan, source)
    attempt = _attempt(plan, kind.attempt, value, frame, owner) if kind.attempt is not None else None
    site = _site(plan, "ChannelRecv", value, frame, owner)
    _expect(attempt, site)
    place = source if source is not None and _is_repeatable(calls, source) else None
    return _Told(_row_of(kind), value, site, owner, place, attempt)


def _looped(calls: Calls, value: Node) -> Iteration | None:
    call = calls.at(value)
    callee = parse_callee(call.callee) if call is not None else None
    if callee is None or callee.path != "std::iter::Iterator::next":
        return None
    return next((row for row in ITERATIONS if (callee.self_type or "").startswith(row.type_prefix)), None)


def _chained(calls: Calls, value: Node, outer: Node) -> Iteration | None:
    """An iterator that goes into a method of `Iterator` at once: nobody can name its type."""
    made, used = calls.find(value), calls.find(outer) if outer.kind == "call_expression" else None
    if made is None or used is None or parse_callee(used.callee).trait != "std::iter::Iterator":
        return None
    callee = parse_callee(made.callee)
    is_owned = callee.path == "std::iter::IntoIterator::into_iter"
    if is_owned:
        kinds = (row for row in ITERATIONS if (made.result or "").startswith(row.type_prefix))
        return next(kinds, None)
    return ITERATORS.get(callee.path)


def _row_of(kind: Iteration) -> Operation:
    return Operation("", "ChannelRecv", "receiving", Before.IF_POSSIBLE, kind.attempt)


def _received_from(calls: Calls, value: Node) -> Node | None:
    """The receiver that is iterated over: `rx`, `&rx`, `rx.iter()`; None where an iterator was made elsewhere."""
    inner = strip_parentheses(value)
    made = calls.find(inner) if inner.kind == "call_expression" else None
    if made is not None and parse_callee(made.callee).path in ITERATORS:
        return _without_borrow(call_source(inner))
    entered = made if made is not None and _is_into_iter(made) else calls.first_at(value)
    if entered is None or not _is_into_iter(entered) or not _is_receiver(entered):
        return None
    return _without_borrow(call_source(inner) if entered is made else inner)


def _is_into_iter(call: CallFact) -> bool:
    return parse_callee(call.callee).path == "std::iter::IntoIterator::into_iter"


def _is_receiver(call: CallFact) -> bool:
    self_type = parse_callee(call.callee).self_type or ""
    return self_type.removeprefix("&").removeprefix("mut ").startswith("std::sync::mpsc::Receiver<")


def _without_borrow(node: Node | None) -> Node | None:
    found = strip_parentheses(node) if node is not None else None
    return found.field("value") if found is not None and found.kind == "reference_expression" else found


def _site(plan: FunctionPlan, event: str, node: Node, frame: Frame | None, owner: BindingPlan | None) -> Site:
    site = plan.new_site("call", event, node, frame)
    if owner is not None:
        site.owner, site.depends_on = owner.site.index, (owner.site.index,)
    return site


def _attempt(plan: FunctionPlan, name: str, node: Node, frame: Frame | None, owner: BindingPlan | None) -> Site:
    site = _site(plan, "Attempt", node, frame, owner)
    site.fields = {"operation": name}
    return site


def _expect(attempt: Site | None, outcome: Site) -> None:
    """An attempt is told only where its outcome is: alone it would look as if it had never ended."""
    if attempt is not None:
        attempt.outcome = outcome.event
        attempt.depends_on += (outcome.index,)


def _owner(plan: FunctionPlan, source: Node | None) -> BindingPlan | None:
    """The binding that the operation is done on, through references and smart pointers; fields have no instance."""
    inner = strip_parentheses(source) if source is not None else None
    while inner is not None and inner.kind == "unary_expression" and inner.children[0].kind == "*":
        inner = strip_parentheses(inner.named[0])
    return plan.plan_of(inner) if inner is not None and inner.kind in ("identifier", "self") else None


def _is_value(receiver: Node | None) -> bool:
    return receiver is not None and strip_parentheses(receiver).kind in _VALUES


def _is_repeatable(calls: Calls, place: Node) -> bool:
    """Whether evaluating the place once more cannot be noticed: variables, statics, fields, `*` of std's pointers."""
    return _is_plain(strip_parentheses(place)) and not calls.runs_user_code(place)


def _is_plain(place: Node) -> bool:
    if place.kind in ("identifier", "self", "scoped_identifier"):
        return True
    if place.kind == "unary_expression" and place.children[0].kind == "*":
        return _is_plain(strip_parentheses(place.named[0]))
    value = place.field("value") if place.kind == "field_expression" else None
    return value is not None and _is_plain(strip_parentheses(value))


# 2. text
def _is_enabled(plan: FunctionPlan, one: _Told) -> bool:
    is_wanted = one.owner is None or plan.file.choice.is_wanted(one.owner.binding.name)
    return is_wanted and plan.file.is_enabled(one.site)


def _emit(plan: FunctionPlan, one: _Told) -> None:
    before = f", {_seen(one.place)}" if one.row.before is not Before.NOTHING else ""
    number = plan.number_about(one.site, one.owner)
    text = f"{RUNTIME_PATH}{one.row.function}({number}, {_begun(plan, one, number)}{before}, "
    plan.file.editor.wrap(one.node, text, ")", one.site.index)
    if one.attempt is not None and one.place is None and one.receiver is not None and plan.file.is_enabled(one.attempt):
        text = f"{RUNTIME_PATH}attempting_with({plan.number_about(one.attempt, one.owner)}, "
        plan.file.editor.wrap(one.receiver, text, ")", one.attempt.index)


def _begun(plan: FunctionPlan, one: _Told, number: str) -> str:
    """The owner's instance; through a call that records what comes first."""
    owner = _instance(one)
    if one.row.begins is not None:
        return f"{RUNTIME_PATH}{one.row.begins}({number}, {owner}, {_seen(one.place)})"
    if one.attempt is None or one.place is None or not plan.file.is_enabled(one.attempt):
        return owner
    seen = _seen(one.place if one.row.before is not Before.NOTHING else None)
    return f"{RUNTIME_PATH}attempting({plan.number_about(one.attempt, one.owner)}, {owner}, {seen})"


def _instance(one: _Told) -> str:
    return f"{one.owner.guard}.id()" if one.owner is not None and one.owner.is_enabled else f"{RUNTIME_PATH}NONE"


def _seen(place: Node | None) -> str:
    """What is read of the place, found by the compiler as the operation's own place is."""
    if place is None:
        return f"{RUNTIME_PATH}UNSEEN"
    inner = strip_parentheses(place)
    text = f"({inner.text})" if inner.kind == "unary_expression" else inner.text
    return f"{{ use {RUNTIME_PATH}Place as _; {text}.__bs_seen() }}"


def _emit_iteration(plan: FunctionPlan, one: _Told) -> None:
    """Around all that is put there otherwise: the owner's instance is read before its guard is consumed."""
    is_attempted = one.attempt is not None and plan.file.is_enabled(one.attempt)
    attempt = plan.number_about(one.attempt, one.owner) if one.attempt is not None and is_attempted else "0"
    number = plan.number_about(one.site, one.owner)
    text = f"{RUNTIME_PATH}receiving({attempt}, {number}, {_instance(one)}, {_seen(one.place)}, "
    plan.file.editor.open(one.node.start, one.node.end + 1, text, one.site.index)
    plan.file.editor.close(one.node.start - 1, one.node.end, ")", one.site.index)
