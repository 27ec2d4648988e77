"""Borrows that method calls make by themselves: `x.m()` borrows `x` where the method takes `&self` or `&mut self`.

In: one function's plan, the compiler's borrows. Out: sites, and notes right before the calls: ahead of the statement
that begins with one, else around the call. The receiver stays as it is, and with it two-phase borrows (rule 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from borrowscope.analyzer.facts import BorrowFact
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls, callee_name, is_clone
from borrowscope.rewrite.contexts import opening_statement, outside_parentheses, place_operand
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.notes import Note, Where, emit_notes
from borrowscope.rewrite.plans import BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import place_base
from borrowscope.text.span import Span

# What evaluates its first part first, and hands it on or looks at it.
_LEFT_FIRST = frozenset(
    {
        "field_expression",
        "call_expression",
        "generic_function",
        "try_expression",
        "await_expression",
        "type_cast_expression",
        "parenthesized_expression",
        "binary_expression",
    }
)


def plan_receivers(plan: FunctionPlan, calls: Calls) -> Callable[[], None]:
    """Number the sites of all borrows by method calls that nothing else tells of; gives what makes the edits."""
    borrows = plan.file.index.nameless_borrows
    told = {site.span for site in plan.file.sites if site.name is None}
    sources = {one.source_node.start for one in plan.bindings.values() if one.source_node is not None}
    notes = []
    for node, frame in plan.scopes.calls:
        receiver, name = _receiver(node)
        if receiver is None or name is None or is_clone(calls.find(node)):
            continue
        if _span(name) in told or receiver.start in sources:
            continue
        owner = plan.plan_of(place_base(receiver))
        borrow = _borrow(borrows, receiver, owner) if owner is not None else None
        if owner is not None and borrow is not None:
            site = plan.new_site("borrow", "Borrow", node, frame)
            site.owner, site.depends_on = owner.site.index, (owner.site.index,)
            site.fields = {"mutable": borrow.is_mutable}
            notes.append(_note(plan, node, site, owner))

    def emit() -> None:
        emit_notes(plan, [note for note, owner in notes if owner.is_enabled])

    return emit


def _receiver(call: Node) -> tuple[Node | None, Node | None]:
    function = call.field("function")
    if function is not None and function.kind == "generic_function":
        function = function.field("function")
    if function is None or function.kind != "field_expression":
        return None, None
    return function.field("value"), callee_name(function)


def _span(node: Node) -> Span:
    return Span(node.start, node.end)


def _borrow(borrows: dict[Span, BorrowFact], receiver: Node, owner: BindingPlan) -> BorrowFact | None:
    """The borrow of the receiver, or of the place that it is an element of or reached through."""
    for part in _parts(receiver):
        borrow = borrows.get(_span(part))
        if borrow is not None and borrow.binding == owner.binding.start:
            return None if part is receiver and _is_handed_on(borrow, owner) else borrow
    return None


def _parts(place: Node) -> Iterator[Node]:
    part: Node | None = place
    while part is not None:
        yield part
        part = place_operand(part)


def _is_handed_on(borrow: BorrowFact, owner: BindingPlan) -> bool:
    """A reference that a method takes as it is: only the compiler borrows anew what it leads to."""
    leads_on = borrow.projection.startswith("(*_") and borrow.projection.count("(") == 1
    return leads_on and owner.fact.is_reference is True and borrow.is_mutable is owner.fact.is_mutable_reference


def _note(plan: FunctionPlan, node: Node, site: Site, owner: BindingPlan) -> tuple[Note, BindingPlan]:
    statement = opening_statement(_first_of(node))
    where, target = (Where.AHEAD, statement) if statement is not None else (Where.BEFORE, node)
    note = Note(site, node, where, target, lambda: f"borrowed({plan.number_about(site, owner)}, {owner.guard}.id())")
    return note, owner


def _first_of(node: Node) -> Node:
    """The largest expression that evaluates this one before anything else."""
    node = outside_parentheses(node)
    while (parent := node.parent) is not None and parent.kind in _LEFT_FIRST and parent.named[0] is node:
        node = parent
    return node
