"""Control flow that runs: loops with their iterations, branches, matches with their arms, unsafe blocks.

In: one function's plan. Out: sites, and edits that declare a guard before the construct (it tells the end on every way
out) and put notes at the heads of bodies. What has no place for a guard is listed as skipped (rule 7 of the design).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from borrowscope.parse.functions import cfgs_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.contexts import outside_parentheses
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.plans import RUNTIME_PATH, FunctionPlan
from borrowscope.rewrite.positions import (
    end_of_statement,
    head_of_block,
    needs_parentheses,
    starts_with_block,
    statement_of,
    tail_of,
)
from borrowscope.rewrite.temporaries import is_free_of_temporaries
from borrowscope.text.span import Span

_LOOP_TYPES = {"for_expression": "for", "while_expression": "while", "loop_expression": "loop"}
_CONSTRUCTORS = frozenset({"Some", "Ok", "Err"})


@dataclass(slots=True, frozen=True)
class _Place:
    """Where a construct's guard is declared: before the statement `node`, or around the expression.

    Around it in a block, or (where it is an operand) in a `match` that binds the guard: a `match` is no statement of
    its own where an operand stands, and passes on what is expected of the value.
    """

    node: Node
    is_wrapped: bool = False
    is_matched: bool = False
    is_followed: bool = False  # something may stand behind the statement


@dataclass(slots=True)
class _Note:
    """A call at the head of a body. `guarded` is the construct whose guard it names."""

    body: Node
    site: Site
    text: str
    guarded: Site | None = None


@dataclass(slots=True)
class Flow:
    """What one function's control flow records: guards with their places, and notes."""

    guards: list[tuple[Site, _Place, str]] = field(default_factory=list)
    notes: list[_Note] = field(default_factory=list)


def plan_flow(plan: FunctionPlan) -> Flow:
    """Number the sites of all constructs, in source order."""
    flow = Flow()
    for node in list(plan.scopes.expressions.values()):
        planner = _PLANNERS.get(node.kind)
        if planner is not None:
            planner(plan, flow, node)
    return flow


def _site(plan: FunctionPlan, kind: str, event: str, node: Node, **fields: object) -> Site:
    site = plan.new_site(kind, event, node, plan.scopes.frame_of(node))
    site.fields = dict(fields)
    return site


def _call(plan: FunctionPlan, function: str, site: Site) -> str:
    return f"{RUNTIME_PATH}{function}({plan.file.number(site)})"


# 1. loops and matches: a guard before the statement
def _loop(plan: FunctionPlan, flow: Flow, node: Node) -> None:
    body, place = node.field("body"), _place(plan, node)
    if body is None:
        return
    if place is None:
        plan.file.skip(Span(node.start, node.end), "loop", SkipReason.INFERENCE)
        return
    condition = node.field("condition")
    is_let = condition is not None and condition.kind == "let_condition"
    loop_type = _LOOP_TYPES[node.kind] + (" let" if is_let else "")
    site = _site(plan, "loop", "LoopEnter", node, loop_type=loop_type)
    flow.guards.append((site, place, "track_loop_enter_with_id"))
    flow.notes.append(_Note(body, site, f"__bs_{site.index}.iteration();", site))


def _match(plan: FunctionPlan, flow: Flow, node: Node) -> None:
    body, place = node.field("body"), _place(plan, node)
    if body is None:
        return
    if place is None:
        plan.file.skip(Span(node.start, node.end), "match", SkipReason.INFERENCE)
        return
    enter = _site(plan, "match", "MatchEnter", node)
    flow.guards.append((enter, place, "track_match_enter_with_id"))
    arms = [child for child in body.named if child.kind == "match_arm"]
    for index, arm in enumerate(arms):
        pattern, value = arm.field("pattern"), arm.field("value")
        if pattern is None or value is None:
            continue
        text, bound = _pattern_text(pattern), _bound_names(plan, pattern)
        site = _site(plan, "arm", "MatchArm", pattern, arm_index=index, pattern=text, bindings=bound)
        site.depends_on = (enter.index,)
        flow.notes.append(_Note(value, site, f"__bs_{enter.index}.arm({plan.file.number(site)});", enter))


def _pattern_text(pattern: Node) -> str:
    condition = pattern.field("condition")
    parts = [child for child in pattern.children if child is not condition and child.kind != "if"]
    text = pattern.source[parts[0].start : parts[-1].end].decode() if parts else pattern.text
    return " ".join(text.split())


def _bound_names(plan: FunctionPlan, pattern: Node) -> list[str]:
    condition = pattern.field("condition")
    end = condition.start if condition is not None else pattern.end
    names = [one.name for start, one in plan.scopes.bindings.items() if pattern.start <= start < end]
    return list(dict.fromkeys(names))


def _place(plan: FunctionPlan, node: Node) -> _Place | None:
    """Where the guard can be declared so that the construct begins right behind it."""
    if _is_left_with(node) and is_free_of_temporaries(plan, node):
        return _Place(node, is_matched=True)
    inner, parent = node, node.parent
    while parent is not None and (climbed := _climb(inner, parent)) is not None:
        inner, parent = climbed, climbed.parent
    if parent is None:
        return None
    if parent.kind == "block":
        return _Place(inner)
    if parent.kind == "expression_statement":
        return _before_statement(parent, node)
    if parent.kind == "let_declaration" and inner.field_name == "value":
        return _Place(parent, is_followed=parent.field("alternative") is None)
    is_body = parent.kind in ("match_arm", "closure_expression") and inner.field_name in ("value", "body")
    if is_body:
        return _Place(inner, is_wrapped=True)
    return _Place(node, is_matched=True) if _is_operand(node) and is_free_of_temporaries(plan, node) else None


def _is_left_with(node: Node) -> bool:
    """Whether a `return` or `break` takes the value along: the construct has ended before."""
    parent = outside_parentheses(node).parent
    return parent is not None and parent.kind in ("return_expression", "break_expression")


def _is_operand(node: Node) -> bool:
    """Whether the construct is a part of an expression that no statement ends behind: `loop {} - 1` are two."""
    parent = node.parent
    if parent is None or not needs_parentheses(node) or statement_of(node).start != node.start:
        return parent is not None
    return parent.kind in ("field_expression", "try_expression", "await_expression")


def _climb(inner: Node, parent: Node) -> Node | None:
    """The parent, if the inner expression is the first thing that it evaluates, and it does little else."""
    if parent.kind == "parenthesized_expression":
        return parent
    if parent.kind in ("return_expression", "break_expression"):
        return None if needs_parentheses(parent) else parent
    if parent.kind == "assignment_expression" and inner.field_name == "right":
        return parent
    if parent.kind == "arguments" and len(parent.named) == 1 and parent.parent is not None:
        function = parent.parent.field("function")
        return parent.parent if function is not None and function.text in _CONSTRUCTORS else None
    return None


def _before_statement(statement: Node, node: Node) -> _Place | None:
    """Before a statement; the guard ends behind it, or with the block where the statement is the block's value."""
    if statement.children[-1].kind == ";" or node.kind in ("for_expression", "while_expression"):
        return _Place(statement, is_followed=not _is_tail(statement))
    if _is_tail(statement):
        return _Place(statement)
    # What follows may be configured away, and this be the block's value after all.
    return None if cfgs_of(statement) else _Place(statement, is_followed=True)


def _is_tail(statement: Node) -> bool:
    return statement.parent is None or tail_of(statement.parent) is statement.named[0]


# 2. branches: a note at the head
def _if(plan: FunctionPlan, flow: Flow, node: Node) -> None:
    is_else_if = node.parent is not None and node.parent.kind == "else_clause"
    consequence, alternative = node.field("consequence"), node.field("alternative")
    if consequence is not None:
        _branch(plan, flow, node, consequence, "else if" if is_else_if else "if")
    otherwise = alternative.child("block") if alternative is not None else None
    if otherwise is not None:
        _branch(plan, flow, otherwise, otherwise, "else")


def _branch(plan: FunctionPlan, flow: Flow, node: Node, body: Node, branch_type: str) -> None:
    site = _site(plan, "branch", "Branch", node, branch_type=branch_type)
    flow.notes.append(_Note(body, site, _call(plan, "track_branch_with_id", site) + ";"))


def _let(plan: FunctionPlan, flow: Flow, node: Node) -> None:
    pattern, otherwise = node.field("pattern"), node.field("alternative")
    if pattern is None or otherwise is None:
        return
    site = _site(plan, "let_else", "LetElse", node, pattern=_pattern_text(pattern))
    flow.notes.append(_Note(otherwise, site, _call(plan, "track_let_else_with_id", site) + ";"))


# 3. blocks: a guard at the head
def _unsafe(plan: FunctionPlan, flow: Flow, node: Node) -> None:
    body = node.child("block")
    if body is not None:
        site = _site(plan, "unsafe", "UnsafeBlockEnter", node)
        call = _call(plan, "track_unsafe_block_enter_with_id", site)
        flow.notes.append(_Note(body, site, f"let __bs_{site.index} = {call};"))


_Planner = Callable[[FunctionPlan, Flow, Node], None]
_PLANNERS: dict[str, _Planner] = {
    **dict.fromkeys(_LOOP_TYPES, _loop),
    "match_expression": _match,
    "if_expression": _if,
    "let_declaration": _let,
    "unsafe_block": _unsafe,
}


# 4. text
def emit_flow_heads(plan: FunctionPlan, flow: Flow) -> None:
    """The notes, and the ends of guards behind their statements: before all that bindings put there."""
    for note in flow.notes:
        if plan.file.is_enabled(note.site) and (note.guarded is None or plan.file.is_enabled(note.guarded)):
            _emit_note(plan, note)
    for site, place, _ in flow.guards:
        if place.is_followed and plan.file.is_enabled(site):
            text = f" {cfgs_of(place.node)}__bs_{site.index}.exit();"
            plan.file.editor.after(place.node.start, end_of_statement(place.node), text, site.index)


def _emit_note(plan: FunctionPlan, note: _Note) -> None:
    body, editor = note.body, plan.file.editor
    if body.kind == "block":
        editor.open(head_of_block(body), body.end, f" {note.text}", note.site.index)
        return
    needs_inner = starts_with_block(body) or body.kind == "macro_invocation"
    before, behind = ("(", ") }") if needs_inner else ("", " }")
    editor.wrap(body, f"{{ {note.text} {before}", behind, note.site.index)


def emit_flow_guards(plan: FunctionPlan, flow: Flow) -> None:
    """The guards before their constructs: inside of all that bindings put around a body."""
    for site, place, function in flow.guards:
        if not plan.file.is_enabled(site):
            continue
        word = "mut " if site.event == "LoopEnter" else ""
        text = f"let {word}__bs_{site.index} = {_call(plan, function, site)}; "
        if place.is_matched:
            head = f"match {_call(plan, function, site)} {{ {word}__bs_{site.index} => "
            plan.file.editor.wrap(place.node, head, " }", site.index)
        elif place.is_wrapped:
            plan.file.editor.wrap(place.node, "{ " + text, " }", site.index)
        else:
            plan.file.editor.open(place.node.start, place.node.end, text + cfgs_of(place.node), site.index)
