"""Ways out of a scope before its end: `return`, `break`, `continue`, `?`. Each is told before it is taken (rule 8).

In: one function's scopes. Out: sites and edits for the ways out, and for each binding whether its scope may be left in
a way that is not told (then a Drop's cause is not known to be the end of the scope).
"""

from __future__ import annotations

from dataclasses import dataclass

from borrowscope.parse.functions import cfgs_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import RUNTIME_PATH, FilePlan, FunctionPlan
from borrowscope.rewrite.positions import needs_parentheses, strip_parentheses
from borrowscope.rewrite.scopes import Binding, BodyHead, ChainLet
from borrowscope.text.span import Span

_LOOPS = frozenset({"loop_expression", "while_expression", "for_expression"})
_FRAMES = frozenset({"closure_expression", "async_block"})
_TOLD_BEFORE = frozenset(
    {
        "identifier",
        "self",
        "field_expression",
        "integer_literal",
        "float_literal",
        "string_literal",
        "char_literal",
        "boolean_literal",
        "unit_expression",
        "scoped_identifier",
        "negative_literal",
    }
)
_INFERRED = frozenset({"closure_expression", "async_block"})
_EVENTS = {
    "return_expression": ("Return", "track_return_with_id"),
    "break_expression": ("Break", "track_break_with_id"),
    "continue_expression": ("Continue", "track_continue_with_id"),
}


@dataclass(slots=True)
class Exit:
    """One way out. `target` is what it leaves: a loop, a labelled block, a closure; None for the function.

    `site` is None where it cannot be told; `wraps` is the value that passes through a function which tells it.
    """

    node: Node
    target: Node | None
    site: Site | None = None
    wraps: Node | None = None


def plan_exits(plan: FunctionPlan) -> list[Exit]:
    """Every way out of the function's scopes, with a site where it can be told."""
    found = []
    for node in plan.scopes.expressions.values():
        if node.kind in _EVENTS or node.kind == "try_expression":
            one = Exit(node, exit_target(node))
            _plan(plan, one)
            found.append(one)
    return found


def _plan(plan: FunctionPlan, one: Exit) -> None:
    node = one.node
    frame = plan.scopes.frame_of(node)
    if node.kind == "try_expression":
        one.wraps = node.named[0]
        one.site = plan.new_site("exit", "Try", node, frame)
        return
    if node.kind not in _EVENTS or needs_parentheses(node):
        return  # `break 'a &x` is parsed as `(break 'a) & x`: what it leaves with is not known
    event, _ = _EVENTS[node.kind]
    label = node.child("label")
    value = next((child for child in node.named if child is not label), None)
    if event != "Return" and not _is_cleared_behind(one.target):
        return
    if value is not None and strip_parentheses(value).kind not in _TOLD_BEFORE:
        if event != "Return" or any(part.kind in _INFERRED for part in value.walk()):
            return
        one.wraps = value
    one.site = plan.new_site("exit", event, node, frame)
    is_return = event == "Return"
    one.site.fields = (
        {"has_value": value is not None} if is_return else {"loop_label": label.text.lstrip("'") if label else None}
    )


def _is_cleared_behind(target: Node | None) -> bool:
    """Whether a statement can follow the loop: what its ways out note must end there."""
    parent = target.parent if target is not None else None
    if target is None or parent is None or target.kind in _FRAMES:
        return False
    if parent.kind == "let_declaration":
        return parent.field("alternative") is None
    has_no_value = target.kind in ("for_expression", "while_expression")
    is_statement = parent.kind == "expression_statement"
    return is_statement and (has_no_value or parent.children[-1].kind == ";" or not _is_last(parent))


def _is_last(statement: Node) -> bool:
    block = statement.parent
    return block is None or block.named[-1] is statement


def emit_exits(plan: FunctionPlan, exits: list[Exit]) -> None:
    """Make the edits: a note before the way out or a value that passes through one, and the end of each loop."""
    cleared: set[int] = set()
    for one in exits:
        if one.site is None or not plan.file.is_enabled(one.site):
            continue
        _emit(plan.file, one, one.site)
        target = one.target if one.node.kind in _EVENTS else None
        if target is None or target.kind in _FRAMES or target.start in cleared or target.parent is None:
            continue
        cleared.add(target.start)
        statement = target.parent
        text = f" {cfgs_of(statement)}{RUNTIME_PATH}arrived();"
        plan.file.editor.after(statement.start, statement.end, text, one.site.index)


def _emit(file: FilePlan, one: Exit, site: Site) -> None:
    number = file.number(site)
    if one.wraps is not None:
        function = "tried" if one.node.kind == "try_expression" else "returning"
        file.editor.wrap(one.wraps, f"{RUNTIME_PATH}{function}({number}, ", ")", site.index)
        return
    note = f"{RUNTIME_PATH}{_EVENTS[one.node.kind][1]}({number}); "
    parent = one.node.parent
    if parent is not None and parent.kind == "block":
        file.editor.open(one.node.start, one.node.end, note, site.index)
    elif parent is not None and parent.kind == "expression_statement":
        # the statement's own cfgs stand before the note now: it gets them again
        file.editor.open(parent.start, parent.end, note + cfgs_of(parent), site.index)
    else:
        file.editor.wrap(one.node, "{ " + note, " }", site.index)


def framed_bodies(plan: FunctionPlan, exits: list[Exit]) -> list[tuple[Node, Site, str]]:
    """Bodies of closures and async blocks that have told ways out of their own: one of their sites, and a frame."""
    found: dict[int, tuple[Node, Site, str]] = {}
    for one in exits:
        if (
            one.site is None
            or one.target is None
            or one.target.kind not in _FRAMES
            or not plan.file.is_enabled(one.site)
        ):
            continue
        body = one.target.field("body") or one.target.child("block")
        if body is not None:
            found.setdefault(body.start, (body, one.site, "frame()"))
    return list(found.values())


def may_leave_early(plan: FunctionPlan, binding: Binding, exits: list[Exit]) -> bool:
    """Whether the binding's scope may end in a way that is not told; a macro that was not entered may do it, too."""
    scope = scope_of(binding)
    if scope is None:
        return True
    within = range(binding.start, scope.end)
    if any(tokens.start in within for tokens in plan.scopes.macro_spans):
        return True
    return any(
        one.node.start in within and not (one.target is not None and one.target.start in within)
        for one in exits
        if not plan.file.is_enabled(one.site)
    )


def scope_of(binding: Binding) -> Span | None:
    """The text in which a binding can be alive."""
    anchor = binding.anchor
    if isinstance(anchor, BodyHead):
        return Span(anchor.body.start, anchor.body.end)
    block = None if isinstance(anchor, ChainLet) else anchor.node.parent
    return Span(block.start, block.end) if block is not None else None


def exit_target(node: Node) -> Node | None:
    """What a way out leaves: a loop, a labelled block, a closure or async block; None for the function."""
    label = node.child("label")
    is_of_loop = node.kind in ("break_expression", "continue_expression")
    for ancestor in node.ancestors():
        if ancestor.kind in _FRAMES or (is_of_loop and _is_target(ancestor, label)):
            return ancestor
    return None


def _is_target(ancestor: Node, label: Node | None) -> bool:
    own = ancestor.child("label")
    if label is None:
        return ancestor.kind in _LOOPS
    return own is not None and own.text.rstrip(":").strip() == label.text.strip()
