"""Ways out of a scope before its end: `return`, `break`, `continue`, `?`. Each is told before it is taken (rule 8).

In: one function's scopes. Out: sites and edits for the ways out, and for each binding whether its scope may be left in
a way that is not told (then a Drop's cause is not known to be the end of the scope).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum, auto

from borrowscope.parse.functions import cfgs_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.contexts import extending_let, holds_untyped_closure
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import RUNTIME_PATH, FilePlan, FunctionPlan
from borrowscope.rewrite.positions import (
    end_of_statement,
    needs_parentheses,
    statement_of,
    strip_parentheses,
    tail_of,
)
from borrowscope.rewrite.scopes import AfterLet, Binding, BodyHead, ChainLet
from borrowscope.tables.macros import find_macro
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
        "closure_expression",
        "async_block",
    }
)
_PASSING = {"try_expression": "tried", "return_expression": "returning", "break_expression": "breaking"}
_EVENTS = {
    "return_expression": ("Return", "track_return_with_id"),
    "break_expression": ("Break", "track_break_with_id"),
    "continue_expression": ("Continue", "track_continue_with_id"),
}


_WAYS_OUT = re.compile(rb"\b(return|break|continue|await)\b|\?")
_MACRO_NAME = re.compile(rb"(\w+)\s*!\s*$")
_NAME_LIMIT = 80  # bytes before a macro's tokens in which its name stands


class Landing(Enum):
    """How it is told that a way out has arrived: what it noted ends there."""

    BEHIND = auto()  # by a statement behind the loop's
    THROUGH = auto()  # the loop's value passes through a function


@dataclass(slots=True)
class Exit:
    """One way out. `target` is what it leaves: a loop, a labelled block, a closure; None for the function.

    `site` is None where it cannot be told; `wraps` is the value that passes through a function which tells it.
    """

    node: Node
    target: Node | None
    site: Site | None = None
    wraps: Span | None = None
    landing: Landing | None = None


def plan_exits(plan: FunctionPlan) -> list[Exit]:
    """Every way out of the function's scopes, with a site where it can be told."""
    nodes = plan.scopes.expressions.values()
    found = [Exit(node, exit_target(node)) for node in nodes if node.kind in _EVENTS or node.kind == "try_expression"]
    values: dict[int, list[Node]] = defaultdict(list)
    for one in found:
        if one.node.kind == "break_expression" and one.target is not None:
            values[one.target.start] += one.node.named
    for one in found:
        if one.target is not None and one.node.kind in _EVENTS:
            one.landing = _landing(one.target, values[one.target.start])
        _plan(plan, one)
    return found


def _plan(plan: FunctionPlan, one: Exit) -> None:
    node = one.node
    frame = plan.scopes.frame_of(node)
    if node.kind == "try_expression":
        one.wraps = Span(node.named[0].start, node.named[0].end)
        one.site = plan.new_site("exit", "Try", node, frame)
        return
    event, _ = _EVENTS[node.kind]
    if event != "Return" and one.landing is None:
        return
    label = node.child("label")
    value = next((child for child in node.named if child is not label), None)
    if needs_parentheses(node):
        one.wraps = _value_behind(node)
        if one.wraps is None or event != "Break":
            return
    elif value is not None and strip_parentheses(value).kind not in _TOLD_BEFORE:
        if holds_untyped_closure(value):
            return
        one.wraps = Span(value.start, value.end)
    one.site = plan.new_site("exit", event, node, frame)
    is_return = event == "Return"
    one.site.fields = (
        {"has_value": value is not None} if is_return else {"loop_label": label.text.lstrip("'") if label else None}
    )


def _value_behind(node: Node) -> Span | None:
    """`break 'a &x` is parsed as `(break 'a) & x`: the value is all that stands behind the label."""
    if node.child("label") is None or node.kind != "break_expression":
        return None
    whole = node
    while needs_parentheses(whole) and whole.parent is not None:
        whole = whole.parent
    text = node.source[node.end : whole.end]
    return Span(whole.end - len(text.lstrip()), whole.end)


def _landing(target: Node, values: list[Node]) -> Landing | None:
    """How the end of a loop or labelled block can be told; `values` is what breaks leave it with."""
    parent = target.parent
    if parent is None or target.kind in _FRAMES:
        return None
    if parent.kind == "let_declaration" and parent.field("alternative") is None:
        return Landing.BEHIND
    has_no_value = target.kind in ("for_expression", "while_expression")
    is_statement = parent.kind == "expression_statement"
    if is_statement and (has_no_value or parent.children[-1].kind == ";" or not _is_last(parent)):
        return Landing.BEHIND
    if needs_parentheses(target) and statement_of(target).start == target.start:
        return None  # `loop {} - 1` is two statements
    if target.kind == "block" and extending_let(target)[0] is not None:
        return None
    tail = tail_of(target) if target.kind == "block" else None
    values = [*values, tail] if tail is not None else values
    return None if any(holds_untyped_closure(strip_parentheses(value)) for value in values) else Landing.THROUGH


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
        if one.landing is Landing.THROUGH:
            plan.file.editor.wrap(target, f"{RUNTIME_PATH}landed(", ")", one.site.index)
            continue
        text = f" {cfgs_of(statement)}{RUNTIME_PATH}arrived();"
        plan.file.editor.after(statement.start, end_of_statement(statement), text, one.site.index)


def _emit(file: FilePlan, one: Exit, site: Site) -> None:
    number = file.number(site)
    if one.wraps is not None:
        start, end = one.wraps.start, one.wraps.end
        # A value that leaves behind a keyword: outside of all else around it, for what made it has ended by then.
        outside = 0 if one.node.kind == "try_expression" else 1
        file.editor.open(start, end + outside, f"{RUNTIME_PATH}{_PASSING[one.node.kind]}({number}, ", site.index)
        file.editor.close(start - outside, end, ")", site.index)
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
    within = life_of(binding)
    if within is None or hides(plan, within, _WAYS_OUT):
        return True
    return any(
        one.node.start in within and not (one.target is not None and one.target.start in within)
        for one in exits
        if not plan.file.is_enabled(one.site)
    )


def life_of(binding: Binding) -> range | None:
    """The text during which a binding can be alive: its scope behind what makes it."""
    scope = scope_of(binding)
    start = binding.anchor.node.end if isinstance(binding.anchor, AfterLet) else binding.start
    return range(start, scope.end) if scope is not None else None


def hides(plan: FunctionPlan, within: range, words: re.Pattern[bytes]) -> bool:
    """Whether a macro may hold one of these words: in its own code, or in arguments that were not entered."""
    source = plan.body.source
    if words.search(b" return ") and any(start in within for start in plan.scopes.returning):
        return True
    if any(start in within and words.search(code) for start, code in plan.scopes.macro_code):
        return True
    for tokens in plan.scopes.macro_spans:
        if tokens.start in within:
            name = _MACRO_NAME.search(source, max(0, tokens.start - _NAME_LIMIT), tokens.start)
            is_known = name is not None and find_macro(name[1].decode()) is not None
            if not is_known or words.search(source, tokens.start, tokens.end):
                return True
    return False


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
