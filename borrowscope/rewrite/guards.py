"""Guards of locks and cells: what is tried, what came of it, and the ends of guards that have no name (rules 6 and 8).

In: one function's plan and its calls. Out: sites; edits that tell an attempt at the receiver of the call, its outcome
around the call, and put a companion beside each guard that stays a temporary. Named guards are told by their births.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from borrowscope.analyzer.callee import parse_callee
from borrowscope.parse.functions import cfgs_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls, call_source, callee_name
from borrowscope.rewrite.guard_types import carried, holder_of, holds, type_of
from borrowscope.rewrite.guard_uses import Fate, Use, use_of
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.plans import RUNTIME_PATH, BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import head_of_block, statement_of, strip_parentheses
from borrowscope.rewrite.scopes import Frame
from borrowscope.tables.births import birth_of_guard
from borrowscope.tables.guards import TakerRow, find_taker
from borrowscope.text.span import Span
from borrowscope.text.type_names import short_type

_IMPORT = f"use {RUNTIME_PATH}Attempt as _;"
_LEAVING = frozenset({"return_expression", "break_expression", "continue_expression", "try_expression"})


@dataclass(slots=True)
class _Taking:
    """One call that takes a lock or cell. `outcome` tells a Lock, or that a cell was not borrowed."""

    node: Node
    row: TakerRow
    attempt: Site
    outcome: Site | None
    owner: BindingPlan | None
    is_observed: bool = False  # wherever a guard comes of it, its birth is told


@dataclass(slots=True)
class _Held:
    """One guard that stays a temporary: its site, and the attempt that it comes from."""

    node: Node
    site: Site
    function: str
    taking: _Taking | None


def plan_guards(plan: FunctionPlan, calls: Calls) -> Callable[[], None]:
    """Number the sites of all attempts, outcomes and temporary guards."""
    return _Planner(plan, calls).plan()


class _Planner:
    """Plans and emits one function's guards."""

    def __init__(self, plan: FunctionPlan, calls: Calls) -> None:
        self._plan = plan
        self._calls = calls
        self._takings: list[_Taking] = []
        self._held: list[_Held] = []
        self._done: set[Span] = set()  # values whose guard moves on into another one, and those that were followed

    def plan(self) -> Callable[[], None]:
        for one in self._plan.bindings.values():
            if holds(one):
                self._name(one)
        for node, frame in sorted(self._plan.scopes.calls, key=lambda call: (call[0].start, call[0].end)):
            call = self._calls.find(node)
            row = find_taker(parse_callee(call.callee).path) if call is not None else None
            if row is not None:
                self._take(node, frame, row)
        for node in list(self._values()):
            if Span(node.start, node.end) not in self._done:
                self._follow(node, None)
        return self._emit

    def _name(self, one: BindingPlan) -> None:
        """A name that holds a guard: told as the guard, whatever gave it to it."""
        row = birth_of_guard(carried(one.fact.ty))
        if row is not None and self._plan.file.choice.is_told(row.event):
            one.birth = row
            guard = carried(one.fact.ty)
            fields = {"lock_type": guard.lock_type} if guard is not None and guard.lock_type is not None else {}
            again = [site for site in self._plan.file.sites if site.kind == "assign" and site.binding == one.site.index]
            for site in (one.site, *again):
                if site.event != "Move":
                    site.event, site.fields = row.event, dict(fields)

    def _values(self) -> Iterator[Node]:
        """Every other call, and `?`, that gives a guard, in source order."""
        kinds = ("call_expression", "try_expression")
        nodes = [node for node in self._plan.scopes.expressions.values() if node.kind in kinds]
        for node in sorted(nodes, key=lambda one: (one.start, one.end)):
            if carried(type_of(self._calls, node)) is not None:
                yield node

    # 1. planning
    def _take(self, node: Node, frame: Frame, row: TakerRow) -> None:
        owner = self._plan.plan_of(_named(call_source(node)))
        told = _told_at(node)
        attempt = self._plan.new_site("call", "Attempt", told, frame)
        attempt.fields, attempt.outcome = {"operation": row.method}, row.outcome
        outcome = None
        if row.outcome == "Lock" or row.is_trying:
            outcome = self._plan.new_site("call", row.outcome, told, frame)
            outcome.fields = {"lock_type": row.lock_type} if row.lock_type else {}
        for site in (attempt, outcome):
            if site is not None and owner is not None:
                site.owner, site.depends_on = owner.site.index, (owner.site.index,)
        taking = _Taking(node, row, attempt, outcome, owner)
        self._takings.append(taking)
        self._follow(node, taking)
        self._settle_attempt(taking)

    def _follow(self, node: Node, taking: _Taking | None) -> None:
        """Where the guard goes that the value holds."""
        root, is_certain = node, True
        self._done.add(Span(node.start, node.end))
        use = use_of(self._plan, self._calls, node)
        while use.fate is Fate.PASSED and use.node is not None:
            node, is_certain = use.node, is_certain and use.is_certain
            self._done.add(Span(node.start, node.end))
            use = use_of(self._plan, self._calls, node)
        use = replace(use, is_certain=is_certain and use.is_certain)
        if use.fate is Fate.KEPT:
            self._keep(root, node, taking, is_certain=use.is_certain)
        elif use.fate is Fate.BOUND:
            self._bind(use, taking)
        else:
            self._plan.file.skip(Span(node.start, node.end), "guard", SkipReason.GUARD_ESCAPES)

    def _keep(self, root: Node, node: Node, taking: _Taking | None, *, is_certain: bool) -> None:
        ty = type_of(self._calls, node)
        row = holder_of(ty)
        if row is None or ty is None:
            self._plan.file.skip(Span(node.start, node.end), "guard", SkipReason.TYPE_UNKNOWN)
            return
        site = self._plan.new_site("call", row.event, _told_at(root), self._plan.scopes.frame_of(node))
        site.ty, site.is_guarded = short_type(ty), True
        site.fields = {"lock_type": row.lock_type} if row.lock_type else {}
        if _may_leave_unseen(self._plan, node):
            site.fields["may_leave_early"] = True
        if taking is not None:
            site.owner = taking.attempt.owner
            taking.is_observed = is_certain and self._plan.file.is_enabled(site)
        self._held.append(_Held(node, site, row.held, taking))

    def _bind(self, use: Use, taking: _Taking | None) -> None:
        if taking is None:
            return
        for one in use.bindings:
            attempts = self._plan.acquired.setdefault((use.site or one.site).index, [])
            attempts.append(taking.attempt)
            if use.site is None:
                one.source = taking.owner if len(attempts) == 1 else None
        told = [one for one in use.bindings if one.is_enabled and one.site.event != "New"]
        taking.is_observed = use.is_certain and len(told) == len(use.bindings)

    def _settle_attempt(self, taking: _Taking) -> None:
        """A lock's attempt is told beside the birth of its guard where its Lock is not."""
        choice = self._plan.file.choice
        is_alone = taking.row.outcome == "Lock" and not choice.is_told("Lock")
        if is_alone and taking.is_observed and not taking.row.is_trying:
            taking.attempt.outcome = "LockGuardAcquire"

    # 2. emission
    def _emit(self) -> None:
        for held in self._held:
            self._emit_held(held)
        cfgs = set()
        for taking in self._takings:
            if self._is_emitted(taking):
                if self._emit_attempt(taking):
                    cfgs.add(self._cfgs_around(taking.node))
                self._emit_outcome(taking)
        if cfgs:
            body, text = self._plan.body, next(iter(cfgs)) if len(cfgs) == 1 else ""
            self._plan.file.editor.open(head_of_block(body), body.end, f" {text}{_IMPORT}", None)

    def _cfgs_around(self, node: Node) -> str:
        """The `#[cfg]`s of all that stands around a call: where they do not hold, nothing uses the import."""
        around = [one for one in node.ancestors() if self._plan.body.start < one.start]
        return "".join(dict.fromkeys(cfgs_of(one) for one in around))

    def _emit_held(self, held: _Held) -> None:
        owner = held.taking.owner if held.taking is not None else None
        if not self._plan.file.is_enabled(held.site) or not self._is_wanted(owner):
            return
        number = self._sampled(self._plan.file.number(held.site))
        attempt = self._plan.attempt_number(held.taking.attempt if held.taking is not None else None)
        before = f"{RUNTIME_PATH}{held.function}({number}, {attempt}, "
        self._plan.file.editor.wrap(held.node, before, ").value", held.site.index)

    def _sampled(self, number: str) -> str:
        """The number of what has no name: told for a share of the times."""
        threshold = self._plan.file.choice.threshold
        return number if threshold is None else f"{RUNTIME_PATH}only_if({RUNTIME_PATH}sampled({threshold}), {number})"

    def _is_emitted(self, taking: _Taking) -> bool:
        """Whether anything is recorded of the call; a healed part takes the rest with it."""
        file = self._plan.file
        sites = [site.index for site in (taking.attempt, taking.outcome) if site is not None]
        if not self._is_wanted(taking.owner) or any(index in file.options.disabled for index in sites):
            return False
        return any(file.choice.is_told(event) for event in (taking.row.outcome, *_BIRTHS[taking.row.outcome]))

    def _is_wanted(self, owner: BindingPlan | None) -> bool:
        """Whether what happens to a lock or cell is recorded; one without a name matches no filter."""
        if owner is not None:
            return self._plan.file.is_wanted(owner.site)
        return self._plan.file.choice.sample > 0 and not self._plan.file.choice.filters

    def _emit_attempt(self, taking: _Taking) -> bool:
        """At the receiver, which is found as the call's own is; True where that takes a method of ours."""
        source, owner = call_source(taking.node), taking.owner
        if source is None:
            return False
        number = self._plan.file.number(taking.attempt)
        if self._is_late(taking) or not self._plan.file.is_enabled(taking.attempt):
            number = f"{RUNTIME_PATH}untold({self._plan.attempt_number(taking.attempt)})"
        instance = f"{owner.guard}.id()" if owner is not None and owner.is_enabled else f"{RUNTIME_PATH}NONE"
        editor, site = self._plan.file.editor, taking.attempt.index
        function = taking.node.field("function")
        if function is not None and function.kind == "field_expression":
            editor.after(source.start, source.end, f".__bs_attempt({number}, {instance})", site)
            return True
        arguments = taking.node.field("arguments")
        if arguments is not None and arguments.named:
            before = f"{RUNTIME_PATH}{taking.row.function}({number}, {instance}, "
            editor.wrap(arguments.named[0], before, ")", site)
        return False

    def _is_late(self, taking: _Taking) -> bool:
        """Whether the attempt is told only if it is refused: nobody tells its outcome otherwise."""
        is_told_by_lock = taking.row.outcome == "Lock" and self._plan.file.choice.is_told("Lock")
        return self._plan.file.choice.threshold is not None or not (taking.is_observed or is_told_by_lock)

    def _emit_outcome(self, taking: _Taking) -> None:
        file, outcome = self._plan.file, taking.outcome
        is_told_late = self._is_late(taking) and file.choice.threshold is None
        late = self._plan.attempt_number(taking.attempt) if is_told_late else "0"
        if outcome is None:
            if late != "0" and file.is_enabled(taking.attempt):
                before = f"{RUNTIME_PATH}passed({RUNTIME_PATH}expecting({late}), "
                file.editor.wrap(taking.node, before, ")", taking.attempt.index)
        elif file.is_enabled(outcome):
            number = self._plan.number_about(outcome, taking.owner)
            number = self._sampled(number) if taking.owner is None else number
            is_lock = taking.row.outcome == "Lock"
            call = f"locked({number}, " if is_lock else f"cell_tried({number}, {late}, "
            file.editor.wrap(taking.node, RUNTIME_PATH + call, ")", outcome.index)


_BIRTHS = {"Lock": ("LockGuardAcquire",), "RefCellBorrow": ()}


def _told_at(node: Node) -> Node:
    """A method call is told at its method's name."""
    while node.kind in ("try_expression", "parenthesized_expression") and node.named:
        node = node.named[0]
    function = node.field("function")
    name = callee_name(function) if function is not None and function.kind != "identifier" else None
    is_method = name is not None and name.parent is not None and name.parent.kind == "field_expression"
    return name if name is not None and is_method else node


def _named(place: Node | None) -> Node | None:
    """The variable that a receiver is by itself: `x`, `(*x)`; of `x.f` the field is the lock, not `x`."""
    place = strip_parentheses(place) if place is not None else None
    while place is not None and place.kind == "unary_expression" and place.children[0].kind == "*":
        place = strip_parentheses(place.named[0])
    return place if place is not None and place.kind in ("identifier", "self") else None


def _temporary_scope(node: Node) -> Node:
    """The statement in which a temporary lives, or the condition."""
    inner, statement = node, statement_of(node)
    while (inner.start, inner.end) != (statement.start, statement.end) and inner.parent is not None:
        if inner.field_name == "condition" and inner.kind != "let_condition":
            return inner
        inner = inner.parent
    return statement


def _may_leave_unseen(plan: FunctionPlan, node: Node) -> bool:
    """Whether the scope of a temporary may be left in a way that is not told."""
    statement = _temporary_scope(node)
    told = {site.span for site in plan.file.sites if site.kind == "exit"}
    return any(
        one.kind in _LEAVING and Span(one.start, one.end) not in told
        for span, one in plan.scopes.expressions.items()
        if statement.start <= span.start < statement.end
    )
