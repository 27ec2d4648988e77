"""One function: plan its sites, settle which bindings keep a guard, emit.

In: a function item, the file's facts and plan. Out: sites, skipped constructs and insertions in the file's plan.
"""

from __future__ import annotations

from borrowscope.analyzer.facts import BindingFact
from borrowscope.parse.functions import FunctionItem
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.awaits import emit_awaits, may_be_torn_down, plan_awaits
from borrowscope.rewrite.calls import Calls, call_source, is_clone
from borrowscope.rewrite.clones import plan_clones
from borrowscope.rewrite.closures import plan_closures
from borrowscope.rewrite.constructs import choose_birth, is_assigned_unseen, plan_assignments
from borrowscope.rewrite.emit import Emitter
from borrowscope.rewrite.exits import emit_exits, framed_bodies, may_leave_early, plan_exits
from borrowscope.rewrite.families import FAMILIES
from borrowscope.rewrite.flow import emit_flow_guards, emit_flow_heads, plan_flow
from borrowscope.rewrite.last_uses import plan_last_uses
from borrowscope.rewrite.macro_calls import calls_of_file
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.moves import plan_moves
from borrowscope.rewrite.plans import RUNTIME_PATH, UNSEEN, BindingPlan, FilePlan, FunctionPlan, MovePlan, Placement
from borrowscope.rewrite.positions import place_base
from borrowscope.rewrite.receivers import plan_receivers
from borrowscope.rewrite.scopes import FunctionScopes, read_scopes
from borrowscope.text.span import Span
from borrowscope.text.type_names import short_type


def rewrite_function(file: FilePlan, item: FunctionItem, body: Node, calls: Calls) -> FunctionScopes:
    """Plan and emit one traced function; returns what its scopes hold (macros are counted from it)."""
    bindings = file.facts.bindings
    macros = file.options.macros or calls_of_file(item.node.source)
    scopes = read_scopes(item.node, item.parameters, body, bindings.__contains__, macros)
    plan = FunctionPlan(file, item, body, scopes, type_parameters=_type_parameters(item))
    first = len(file.sites)
    enter = plan.new_site("fn", "FnEnter", item.node.field("name") or item.node, None, name=item.name)
    for binding in sorted(scopes.bindings.values(), key=lambda one: one.start):
        plan.bindings[binding.start] = _binding_plan(plan, bindings[binding.start], binding.start)
    for one in plan.bindings.values():
        choose_birth(plan, calls, one)
    span = Span(item.node.start, item.node.end)
    plan_moves(plan, file.index.moves_of(plan.bindings))
    _number_moves(plan)
    assignments = plan_assignments(plan)
    exits = plan_exits(plan)
    coroutines = plan_awaits(plan)
    flow = plan_flow(plan)
    emit_clones, emit_closures = plan_clones(plan, calls), plan_closures(plan)
    emissions = [family(plan, calls) for family in FAMILIES]
    emissions.append(plan_receivers(plan, calls))  # of what no family has told
    _settle(plan)
    for one in plan.bindings.values():
        if may_leave_early(plan, one.binding, [*exits, *coroutines.exits]):
            one.site.fields["may_leave_early"] = True
        if may_be_torn_down(plan, one.binding, coroutines):
            one.site.fields["may_be_torn_down"] = True
    plan_last_uses(plan)
    emitter = Emitter(plan)
    emit_flow_heads(plan, flow)
    entry = (body, enter, f"track_fn_enter_with_id({file.number(enter)})")
    emitter.heads([*coroutines.heads(plan), entry, *framed_bodies(plan, exits)])
    emit_flow_guards(plan, flow)
    emit_exits(plan, exits)
    emit_awaits(plan, coroutines)
    emit_closures()  # outside of the moves of what is captured: they consume the guards
    emitter.moves()
    for node, targets in assignments:
        emitter.assignment(node, targets)
    emit_clones()
    _unnamed_borrows(plan, calls)
    for emit in emissions:
        emit()
    _report_unseen(plan, span)
    _settle_sites(plan, file.sites[first:])
    return scopes


def _settle_sites(plan: FunctionPlan, sites: list[Site]) -> None:
    """Say which sites nothing is recorded under; one that a recorded site names stays known."""
    recorded = [site for site in sites if _is_recorded(plan, site)]
    known = {index for site in recorded for index in (site.index, site.binding, site.owner)}
    for site in sites:
        site.is_off = site.index not in known or not plan.file.is_wanted(site)


def _is_recorded(plan: FunctionPlan, site: Site) -> bool:
    """Whether anything is recorded under the site's number: its event, or the end of the binding that it gives life."""
    choice = plan.file.choice
    if choice.is_told(site.told_with):
        return plan.file.is_wanted(site)
    has_end = site.is_guarded or (site.kind == "assign" and choice.is_told("Drop"))
    return has_end and plan.file.is_wanted(site)


def _type_parameters(item: FunctionItem) -> frozenset[str]:
    names: set[str] = set()
    for node in (*item.containers, item.node):
        parameters = node.field("type_parameters")
        for parameter in parameters.named if parameters is not None else []:
            name = parameter.field("name")
            if name is not None and parameter.kind == "type_parameter":
                names.add(name.text)
    if item.containers and item.containers[-1].kind == "trait_item":
        names.add("Self")
    return frozenset(names)


def _binding_plan(plan: FunctionPlan, fact: BindingFact, start: int) -> BindingPlan:
    binding = plan.scopes.bindings[start]
    site = plan.new_site(binding.kind, "New", binding.node, binding.frame, name=binding.name)
    site.ty, site.needs_drop = short_type(fact.ty) if fact.ty else None, fact.needs_drop
    if binding.name == "self":
        site.kind = "self"
    return BindingPlan(binding, fact, site, is_enabled=plan.file.is_enabled(site))


def _number_moves(plan: FunctionPlan) -> None:
    """Give each move its site: `let y = x;` is told by y's own."""
    for one in plan.bindings.values():
        for move in one.moves:
            target = move.target
            if move.placement is Placement.AFTER_LET and target is not None and not _is_born_by(plan, move, target):
                move.placement = Placement.PATTERN  # told beside the pattern, or just the end of the old guard
            if move.placement is Placement.AFTER_LET and target is not None and not move.is_partial:
                move.site, target.moved_from = target.site, move
                target.site.event, target.site.depends_on = "Move", (one.site.index,)
                continue
            move.site = plan.new_site("move", "Move", move.node, one.binding.frame, name=one.binding.name)
            move.site.binding, move.site.ty = one.site.index, one.site.ty
            move.site.depends_on = (one.site.index,)
            move.site.fields = {"partial": True} if move.is_partial else {}


def _is_born_by(plan: FunctionPlan, move: MovePlan, target: BindingPlan) -> bool:
    """Whether `let y = x;` gives y its life by the move, as far as options go."""
    return move.is_partial or (plan.file.choice.is_told("Move") and plan.file.is_wanted(target.site))


def _settle(plan: FunctionPlan) -> None:
    """A binding with a move that is not told keeps its birth but loses its guard (rule 2)."""
    for one in plan.bindings.values():
        if not one.is_enabled:
            reason = SkipReason.HEALED if plan.file.is_wanted(one.site) else SkipReason.FILTERED
            plan.file.skip(one.site.span, one.site.kind, reason, one.binding.name)
            continue
        unmarked = [move for move in one.moves if not move.is_partial and not _is_told(plan, move)]
        if unmarked:
            one.is_guarded = False
            first = unmarked[0].fact.span  # or in the definition of a macro
            place = first if Span(plan.item.node.start, plan.item.node.end).contains(first) else one.site.span
            plan.file.skip(place, "drop", SkipReason.UNMARKED_MOVE, one.binding.name)
        elif one.is_guarded and is_assigned_unseen(plan, one):
            one.is_guarded = False
            plan.file.skip(one.site.span, "drop", SkipReason.MACRO_UNKNOWN, one.binding.name)
        one.is_guarded = one.is_guarded and plan.file.choice.is_told(one.end)
        one.site.is_guarded = one.is_guarded
        one.site.owner = one.source.site.index if one.source is not None else None
        if one.moved_from is not None:
            one.site.owner = one.moved_from.owner.site.index


def _is_told(plan: FunctionPlan, move: MovePlan) -> bool:
    if move.placement is Placement.UNMARKED or not plan.file.is_enabled(move.site):
        return False
    if move.placement is Placement.AFTER_LET:
        return move.target is not None and move.target.is_enabled
    return True


def _unnamed_borrows(plan: FunctionPlan, calls: Calls) -> None:
    """`f(&x)`: a borrow that no binding is born by, told in the argument's place; `Rc::clone(&a)` tells it already."""
    cloned = [call_source(node) for node, _ in plan.scopes.calls if is_clone(calls.find(node))]
    sources = {node.parent.start for node in cloned if node is not None and node.parent is not None}
    for node, frame in plan.scopes.references:
        value = node.field("value")
        if value is None or node.parent is None or node.parent.kind != "arguments" or node.start in sources:
            continue
        owner = plan.plan_of(place_base(value))
        if owner is None or any(child.kind == "raw" for child in node.children):
            continue
        site = plan.new_site("borrow", "Borrow", node, frame)
        site.owner, site.depends_on = owner.site.index, (owner.site.index,)
        site.fields = {"mutable": node.child("mutable_specifier") is not None}
        if plan.file.is_enabled(site) and owner.is_enabled:
            before = f"({RUNTIME_PATH}borrowed({plan.number_about(site, owner)}, {owner.guard}.id()), "
            plan.file.editor.wrap(node, before, ").1", site.index)


def _report_unseen(plan: FunctionPlan, span: Span) -> None:
    """Bindings that the compiler knows but the syntax does not show: they stand in macro calls."""
    for start, fact in plan.file.index.bindings_within(span):
        if start not in plan.bindings and any(tokens.contains(fact.span) for tokens in plan.scopes.macro_spans):
            plan.file.skip(fact.span, UNSEEN, SkipReason.MACRO_UNKNOWN, fact.name)
