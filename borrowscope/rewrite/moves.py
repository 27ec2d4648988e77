"""Which moves can be told, and where: the compiler's moves joined with the syntax (rules 2 and 3 of the design).

In: the move facts of one function. Out: a `MovePlan` for each, some of them unmarked.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.facts import MoveFact, MoveShape
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.plans import BindingPlan, FunctionPlan, MovePlan, Placement
from borrowscope.rewrite.positions import follows_open_closure, has_inferred_names, strip_parentheses
from borrowscope.rewrite.scopes import AfterLet, Binding
from borrowscope.text.span import Span


def plan_moves(plan: FunctionPlan, facts: list[MoveFact]) -> None:
    """Give every observed binding the moves of its value; a partial move leaves the guard where it is."""
    for fact in _once(facts):
        owner = plan.bindings.get(fact.binding)
        if owner is None or _is_reborrowed_part(fact):
            continue
        if owner.fact.is_reference and not _is_plain_let(plan, fact):
            continue
        owner.moves.append(_place(plan, owner, fact))


def _once(facts: list[MoveFact]) -> Iterator[MoveFact]:
    """Each move once: a macro may expand a closure's text several times, and each of them is a body of its own."""
    bodies: dict[tuple[int, Span], str] = {}
    for fact in facts:
        if bodies.setdefault((fact.binding, fact.span), fact.body) == fact.body:
            yield fact


def _is_reborrowed_part(fact: MoveFact) -> bool:
    """A reference that moves out of a field: no ownership changes hands."""
    return fact.shape is MoveShape.PARTIAL and fact.field is not None and ": &" in fact.field


def _is_plain_let(plan: FunctionPlan, fact: MoveFact) -> bool:
    target = plan.bindings.get(fact.target) if fact.target is not None else None
    return target is not None and _let_value(target.binding, fact.span) is not None


def _let_value(binding: Binding, span: Span) -> Node | None:
    """The value of `let y = x;` if it is just the moved operand and the pattern just a name."""
    if binding.kind != "let" or not isinstance(binding.anchor, AfterLet):
        return None
    value = binding.anchor.node.field("value")
    if value is None or binding.anchor.node.field("alternative") is not None:
        return None
    pattern = binding.anchor.node.field("pattern")
    if pattern is None or pattern.kind == "ref_pattern":
        return None
    inner = strip_parentheses(value)
    return inner if Span(inner.start, inner.end) == span or Span(value.start, value.end) == span else None


def _place(plan: FunctionPlan, owner: BindingPlan, fact: MoveFact) -> MovePlan:
    target = plan.bindings.get(fact.target) if fact.target is not None else None
    is_partial = fact.shape in (MoveShape.PARTIAL, MoveShape.DEREF) or fact.field is not None
    node = plan.scopes.expressions.get(fact.span)
    if target is not None and (value := _let_value(target.binding, fact.span)) is not None:
        return MovePlan(fact, owner, Placement.AFTER_LET, value, target=target, is_partial=is_partial)
    if target is not None and (node is None or _is_taken_by_pattern(target.binding, fact)):
        return MovePlan(fact, owner, Placement.PATTERN, target.binding.node, target=target, is_partial=is_partial)
    if node is None:
        return MovePlan(fact, owner, Placement.UNMARKED, owner.binding.node, is_partial=is_partial)
    if fact.shape is MoveShape.CAPTURE:
        placement, node = _capture(plan, node)
    else:
        placement = _operand(plan, owner, fact, node)
    return MovePlan(fact, owner, placement, node, is_partial=is_partial)


def _is_taken_by_pattern(binding: Binding, fact: MoveFact) -> bool:
    """The compiler gives the move the span of the pattern that takes the value: `mut x`, `x`, `x @ ..`."""
    return fact.span.start <= binding.node.start and binding.node.end <= fact.span.end


_CALLABLE = ("closure_expression", "async_block")
_PLACES = ("identifier", "self", "field_expression", "index_expression", "unary_expression", "parenthesized_expression")


def _capture(plan: FunctionPlan, node: Node) -> tuple[Placement, Node]:
    """A block directly around the closure; where another argument tells its parameters' types, in a later one."""
    argument, node = node, strip_parentheses(node)
    if node.kind not in _CALLABLE:
        return Placement.UNMARKED, node
    later = _later_arguments(argument)
    is_told = not later and not follows_open_closure(argument)
    if is_told or node.kind == "async_block" or not has_inferred_names(node):
        return Placement.CLOSURE, node
    fit = [argument for argument in later if _can_carry(plan, argument)]
    return (Placement.LATER_ARGUMENT, fit[-1]) if fit else (Placement.UNMARKED, node)


def _later_arguments(node: Node) -> list[Node]:
    parent = node.parent
    if parent is None or parent.kind != "arguments":
        return []
    arguments = parent.named
    return arguments[arguments.index(node) + 1 :]


def _can_carry(plan: FunctionPlan, argument: Node) -> bool:
    """Whether `(note, ARGUMENT).1` means the argument: a place of reference type would lose its reborrow."""
    if argument.kind in _CALLABLE:
        return False
    if argument.kind == "identifier":
        one = plan.plan_of(argument)
        return one is not None and one.fact.is_reference is False
    return argument.kind not in _PLACES


def _operand(plan: FunctionPlan, owner: BindingPlan, fact: MoveFact, node: Node) -> Placement:
    inner = strip_parentheses(node)
    if inner.kind == "shorthand_field_initializer" and inner.named:
        inner = inner.named[0]
    if inner.parent is not None and inner.parent.kind == "base_field_initializer":
        return Placement.UNMARKED
    if fact.shape is MoveShape.DEREF and inner.kind in ("identifier", "self"):
        return Placement.DEREFERENCED
    if inner.kind in ("identifier", "self"):
        return Placement.OPERAND if plan.plan_of(inner) is owner else Placement.UNMARKED
    if inner.kind in ("field_expression", "unary_expression") and fact.shape is not MoveShape.OPERAND:
        return Placement.OPERAND
    return Placement.UNMARKED
