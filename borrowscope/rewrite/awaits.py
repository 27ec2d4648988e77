"""Coroutines: the bodies of async blocks, functions and closures, and what they await.

In: one function's plan. Out: sites, a guard at the head of each such body that its awaits name, and awaited operands
that pass through the runtime: it tells suspended bodies that are torn down from those that end (rule 8 of the design).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from borrowscope.analyzer.facts import MoveFact, MoveShape
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.exits import Exit, exit_target, hides, life_of, scope_of
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import RUNTIME_PATH, FunctionPlan
from borrowscope.rewrite.scopes import Binding, Declared, Frame
from borrowscope.text.span import Span

_AWAIT = re.compile(rb"\bawait\b")
_CONDITIONAL = frozenset(
    {
        "if_expression",
        "match_arm",
        "while_expression",
        "for_expression",
        "loop_expression",
        "binary_expression",
        "else_clause",
        "let_declaration",
    }
)


@dataclass(slots=True, frozen=True)
class Await:
    """One `.await`, the site of the body that it suspends, and its own."""

    node: Node
    task: Site
    site: Site


@dataclass(slots=True)
class Coroutines:
    """The async bodies of one function with their sites, and their awaits."""

    bodies: list[tuple[Node, Site]] = field(default_factory=list)
    awaits: list[Await] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    frames: set[Frame] = field(default_factory=set)

    def heads(self, plan: FunctionPlan) -> list[tuple[Node, Site, str]]:
        """What stands at the head of each body, outside of all that the body holds."""
        function = "track_async_block_enter_with_id"
        enabled = [(body, site) for body, site in self.bodies if plan.file.is_enabled(site)]
        return [(body, site, f"{function}({plan.file.number(site)})") for body, site in enabled]


def plan_awaits(plan: FunctionPlan) -> Coroutines:
    """Number the sites of all async bodies and their awaits, in source order."""
    found, tasks = Coroutines(), dict[Frame, Site]()
    for frame in list(plan.scopes.frames.values()):
        body = _async_body(plan, frame)
        if body is not None:
            name = frame.node.field("name") or frame.node
            tasks[frame] = plan.new_site("async", "AsyncBlockEnter", name, frame)
            found.bodies.append((body, tasks[frame]))
            found.frames.add(frame)
    moves = _moves(plan)
    for node in list(plan.scopes.expressions.values()):
        if node.kind == "await_expression":
            frame_of = plan.scopes.frame_of(node)
            task = tasks.get(frame_of) if frame_of is not None else None
            site = _await(plan, node, frame_of, task, moves) if frame_of is not None and task is not None else None
            found.exits.append(Exit(node, exit_target(node), site))
            if task is not None and site is not None:
                found.awaits.append(Await(node, task, site))
    return found


def emit_awaits(plan: FunctionPlan, found: Coroutines) -> None:
    """Let what is awaited pass through the runtime."""
    for one in found.awaits:
        if plan.file.is_enabled(one.site) and plan.file.is_enabled(one.task):
            before = f"{RUNTIME_PATH}awaited({plan.file.number(one.site)}, __bs_{one.task.index}.id(), "
            plan.file.editor.wrap(one.node.named[0], before, ")", one.site.index)


def may_be_torn_down(plan: FunctionPlan, binding: Binding, found: Coroutines) -> bool:
    """Whether the binding may end with a coroutine that suspended where nobody sees it: inside of a macro's code.

    Whatever way out was noted outside of it would then be taken for its own.
    """
    within = life_of(binding) if binding.frame in found.frames else None
    if within is None:
        return False
    is_hidden = any(one.node.start in within and not plan.file.is_enabled(one.site) for one in found.exits)
    return is_hidden or hides(plan, within, _AWAIT)


def _async_body(plan: FunctionPlan, frame: Frame) -> Node | None:
    node = frame.node
    if node.kind == "async_block":
        return node.child("block")
    is_async = plan.item.is_async if node == plan.item.node else node.child("async") is not None
    return (plan.body if node == plan.item.node else node.field("body")) if is_async else None


def _await(plan: FunctionPlan, node: Node, frame: Frame, task: Site, moves: list[tuple[MoveFact, Node]]) -> Site:
    site = plan.new_site("await", "AwaitStart", node, frame)
    site.depends_on = (task.index,)
    names = dict.fromkeys(_live_names(plan, node, frame, moves))
    site.fields = {"future_name": " ".join(node.named[0].text.split()), "live_variables": list(names)}
    return site


# Which variables live across an await: those of the body that were born before it, and have not surely moved away.
def _live_names(plan: FunctionPlan, node: Node, frame: Frame, moves: list[tuple[MoveFact, Node]]) -> Iterator[str]:
    gone = {fact.binding for fact, operand in moves if _is_behind(plan, node, frame, fact, operand)}
    captured = {
        fact.binding
        for fact, operand in moves
        if fact.shape is MoveShape.CAPTURE and operand.start == frame.node.start and operand.end == frame.node.end
    }
    for start, binding in sorted(plan.scopes.bindings.items()):
        is_here = start in captured or (binding.frame is frame and _is_born(plan, start, node))
        if is_here and start not in gone:
            yield binding.name


def _is_born(plan: FunctionPlan, start: int, node: Node) -> bool:
    binding = plan.scopes.bindings[start]
    scope, anchor = scope_of(binding), binding.anchor
    if scope is None or not scope.start <= node.start < scope.end or node.start < start:
        return False
    if isinstance(anchor, Declared):
        uses = plan.scopes.uses
        return any(
            (left := assignment.field("left")) is not None
            and assignment.end <= node.start
            and left.start in uses
            and uses[left.start].binding is binding
            for assignment, _ in plan.scopes.assignments
        )
    return not (anchor_node := getattr(anchor, "node", None)) or anchor_node.end <= node.start


def _is_behind(plan: FunctionPlan, node: Node, frame: Frame, fact: MoveFact, operand: Node) -> bool:
    """Whether the whole variable has moved away, whatever way led to the await, and got no new value since."""
    if fact.field is not None or operand.start >= node.end or plan.scopes.frame_of(operand) is not frame:
        return False
    if fact.shape is MoveShape.CAPTURE and operand.start == frame.node.start:
        return False
    for ancestor in operand.ancestors():
        if ancestor.start <= node.start and node.end <= ancestor.end:
            break
        if ancestor.kind in _CONDITIONAL and not _is_plain_let(ancestor):
            return False
    return not any(
        (left := assignment.field("left")) is not None
        and operand.end <= left.start < node.start
        and any(
            use is not None and use.binding is not None and use.binding.start == fact.binding
            for part in left.walk()
            if (use := plan.scopes.uses.get(part.start)) is not None
        )
        for assignment, _ in plan.scopes.assignments
    )


def _is_plain_let(ancestor: Node) -> bool:
    return ancestor.kind == "let_declaration" and ancestor.field("alternative") is None


def _moves(plan: FunctionPlan) -> list[tuple[MoveFact, Node]]:
    """Moves of the function's variables with the expressions that take them."""
    span = Span(plan.item.node.start, plan.item.node.end)
    found = []
    for fact in plan.file.index.moves_of(plan.scopes.bindings):
        node = plan.scopes.expressions.get(fact.span) if span.contains(fact.span) else None
        if node is not None:
            found.append((fact, node))
    return found
