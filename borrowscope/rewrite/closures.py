"""Closures that are made, and what they capture.

In: one function's plan, the captures that the compiler tells. Out: sites, and a note directly before the closure, or in
a later argument where a block around the literal would hide the types of its parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from borrowscope.parse.functions import attribute_name, attributes_of, cfgs_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.contexts import is_in_promoted_call, opening_statement, operands, outside_parentheses
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.plans import RUNTIME_PATH, BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import follows_open_closure, has_inferred_names, needs_parentheses, starts_statement
from borrowscope.rewrite.scopes import Binding, BodyHead
from borrowscope.text.span import Span

_END = ".made(); "  # a statement without a result, as lints may want it
_STRENGTH = ("ref", "ref mut", "move")
_PLACES = frozenset(
    {"identifier", "self", "field_expression", "index_expression", "unary_expression", "parenthesized_expression"}
)


@dataclass(slots=True)
class _Capture:
    """One variable that a closure captures; `owner` is None where its instance cannot be named (design rule 11)."""

    site: Site
    owner: BindingPlan | None


@dataclass(slots=True)
class _Closure:
    """One closure literal; `carrier` is the later argument that tells it, if it cannot be told in its own place."""

    node: Node
    site: Site
    captures: list[_Capture]
    carrier: Node | None


def plan_closures(plan: FunctionPlan) -> Callable[[], None]:
    """Number the sites of all closures and their captures; gives what makes the edits, which stand outside of moves."""
    closures = []
    for node in plan.scopes.expressions.values():
        if node.kind == "closure_expression":
            closure = _plan(plan, node, _modes(plan, node))
            closures += [closure] if closure is not None else []

    def emit() -> None:
        for node in (frame.node for frame in plan.scopes.frames.values() if frame.node.kind == "closure_expression"):
            _blank_hints(plan, node)
        for closure in closures:
            if plan.file.is_enabled(closure.site):
                _emit(plan, closure)

    return emit


def _modes(plan: FunctionPlan, closure: Node) -> dict[int, str]:
    """How strongly each binding is captured."""
    found: dict[int, str] = {}
    for capture in plan.file.index.captures_of(closure.start):
        found[capture.binding] = max(found.get(capture.binding, "ref"), capture.mode, key=_STRENGTH.index)
    return found


def _blank_hints(plan: FunctionPlan, node: Node) -> None:
    """Take out `#[inline]` before a closure, as an argument may have it: what stands around it then is no closure."""
    for attribute in attributes_of(node):
        if attribute_name(attribute) in _HINTS:
            plan.file.editor.blank(attribute.start, attribute.end)


_HINTS = frozenset({"inline", "cold"})


# 1. planning
def _plan(plan: FunctionPlan, node: Node, modes: dict[int, str]) -> _Closure | None:
    carrier, is_told = _carrier(plan, node)
    if not is_told or is_in_promoted_call(node):
        plan.file.skip(Span(node.start, node.end), "closure", SkipReason.INFERENCE)
        return None
    frame = plan.scopes.frame_of(node)
    is_move = node.child("move") is not None
    site = plan.new_site("expression", "ClosureCreate", node, frame)
    trait = plan.file.facts.closure_traits.get(node.start)
    mode = "move" if is_move else max(modes.values(), key=_STRENGTH.index, default="ref")
    site.fields = {"capture_mode": mode, "fn_trait": trait}
    captures = [_capture(plan, node, site, variable, modes) for variable in _captured(plan, node, modes)]
    return _Closure(node, site, captures, carrier)


def _captured(plan: FunctionPlan, node: Node, modes: dict[int, str]) -> list[Binding]:
    """The variables that the compiler says are captured; where it says nothing, those that the closure names."""
    if Span(node.start, node.end) in plan.file.facts.closure_spans:
        return [plan.scopes.bindings[start] for start in sorted(modes) if start in plan.scopes.bindings]
    used = [use.binding for start, use in plan.scopes.uses.items() if node.start <= start < node.end]
    outer = {one.start: one for one in used if one is not None and not node.start <= one.start < node.end}
    return [outer[start] for start in sorted(outer)]


def _capture(plan: FunctionPlan, node: Node, closure: Site, variable: Binding, modes: dict[int, str]) -> _Capture:
    frame = plan.scopes.frame_of(node)
    site = plan.new_site("expression", "ClosureCapture", node, frame, name=variable.name)
    one = plan.bindings.get(variable.start)
    default = "move" if node.child("move") is not None else None
    site.fields = {"capture_mode": modes.get(variable.start, default)}
    site.owner, site.depends_on = closure.index, (closure.index,)
    if one is not None:
        site.binding, site.ty = one.site.index, one.site.ty
    is_told = one is not None and variable.frame is frame and _is_born(variable, node)
    return _Capture(site, one if is_told else None)


def _is_born(variable: Binding, closure: Node) -> bool:
    """A match guard may capture names of its arm, which have no instance before the arm is taken."""
    anchor = variable.anchor
    return not isinstance(anchor, BodyHead) or closure.start >= anchor.body.start


def _carrier(plan: FunctionPlan, node: Node) -> tuple[Node | None, bool]:
    """Another argument may tell the types of a closure's parameters: rustc looks at it before, unless in a block."""
    argument = outside_parentheses(node)
    parent = argument.parent
    if parent is not None and _is_one_of_many(argument, parent):
        return opening_statement(parent), opening_statement(parent) is not None
    if parent is None or parent.kind != "arguments" or not has_inferred_names(node):
        return None, True
    later = parent.named[parent.named.index(argument) + 1 :]
    if not later and not follows_open_closure(argument):
        return None, True
    fit = [one for one in later if _can_carry(plan, one)]
    return (fit[-1], True) if fit else (None, False)


def _is_one_of_many(argument: Node, parent: Node) -> bool:
    """`[|x| x, |y| y + 1]`: closures of different types are elements of one array only as bare literals."""
    is_array = parent.kind == "array_expression" and len(operands(parent)) > 1
    return is_array or (parent.kind == "macro_invocation" and argument.field_name is None)


def _can_carry(plan: FunctionPlan, argument: Node) -> bool:
    """Whether `before(note, ARGUMENT)` means the argument: a place of reference type might lose its reborrow."""
    if argument.kind in ("closure_expression", "async_block", "attribute_item"):
        return False
    if argument.kind == "identifier":
        one = plan.plan_of(argument)
        return one is not None and one.fact.is_reference is False
    return argument.kind not in _PLACES


# 2. text
def _emit(plan: FunctionPlan, closure: _Closure) -> None:
    editor = plan.file.editor
    create = f"{RUNTIME_PATH}track_closure_create_with_id({plan.file.number(closure.site)})"
    texts = [(closure.site, create), *((one.site, _captured_text(plan, one)) for one in closure.captures)]
    texts = [(site, text) for site, text in texts if site is closure.site or _is_told(plan, site)]
    target, before, between, behind = _frame(closure)
    texts[0] = (closure.site, before + texts[0][1])
    texts[-1] = (texts[-1][0], texts[-1][1] + between)
    for site, text in texts:
        editor.open(target.start, target.end + (0 if behind else 1), text, site.index)
    if behind:
        editor.close(target.start, target.end, behind, closure.site.index)


def _is_told(plan: FunctionPlan, capture: Site) -> bool:
    """A filter of names leaves out captures, too."""
    return plan.file.is_enabled(capture) and (capture.name is None or plan.file.choice.is_wanted(capture.name))


def _frame(closure: _Closure) -> tuple[Node, str, str, str]:
    """What the note is put around, and the texts before it, behind it, and behind the target."""
    target = closure.carrier or _target(closure)
    parent = target.parent
    if closure.carrier is not None and parent is not None and parent.kind == "arguments":
        return target, f"{RUNTIME_PATH}before(", ", ", ")"
    if parent is not None and parent.kind == "let_declaration" and target.field_name == "value":
        target = parent
    elif closure.carrier is None:
        is_leading = needs_parentheses(target) or starts_statement(target)
        return (target, "({ ", _END, " })") if is_leading else (target, "{ ", _END, " }")
    return target, "", f"{_END}{cfgs_of(target)}", ""


def _target(closure: _Closure) -> Node:
    """The literal; a shared reference to one that captures nothing may have to live forever, and is taken whole.

    One that writes (`&mut |x| ..`) never does: rustc makes a temporary for it, which a block would end.
    """
    target = closure.node
    if closure.captures:
        return target
    outer = outside_parentheses(target)
    while (lender := outer.parent) is not None and lender.kind == "reference_expression":
        if lender.child("mutable_specifier") is not None:
            break
        target = lender
        outer = outside_parentheses(target)
    return target


def _captured_text(plan: FunctionPlan, capture: _Capture) -> str:
    one = capture.owner
    instance = f"{one.guard}.id()" if one is not None and one.is_enabled else f"{RUNTIME_PATH}NONE"
    return f".captured({plan.number_about(capture.site, one)}, {instance})"
