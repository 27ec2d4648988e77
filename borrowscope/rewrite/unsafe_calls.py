"""Where a call can be told: when its receiver and arguments are evaluated, right before it begins.

In: a call's node. Out: the value behind which the note stands, or the call itself where nothing that is evaluated for
it records anything.
"""

from __future__ import annotations

from borrowscope.analyzer.facts import MoveShape
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls
from borrowscope.rewrite.contexts import Constants, holds_untyped_closure, operands, place_operand
from borrowscope.rewrite.macro_rows import row_of
from borrowscope.rewrite.notes import Where
from borrowscope.rewrite.plans import FunctionPlan
from borrowscope.rewrite.positions import strip_parentheses, takes_constants
from borrowscope.tables.macros import Entry
from borrowscope.text.span import Span

# What runs code when it is evaluated, or leaves before the call.
_ACTIVE = frozenset(
    {
        "call_expression",
        "macro_invocation",
        "try_expression",
        "await_expression",
        "block",
        "unsafe_block",
        "if_expression",
        "match_expression",
        "loop_expression",
        "while_expression",
        "for_expression",
        "async_block",
        "return_expression",
        "break_expression",
        "continue_expression",
        "assignment_expression",
        "compound_assignment_expr",
    }
)
# What is told where it stands, as an argument.
_TELLING = frozenset(
    {
        "unary_expression",
        "field_expression",
        "index_expression",
        "type_cast_expression",
        "reference_expression",
        "tuple_expression",
        "array_expression",
        "struct_expression",
        "range_expression",
    }
)
_DIVERGES = "!"


def place_of_call(plan: FunctionPlan, calls: Calls, constants: Constants, call: Node) -> tuple[Where, Node] | None:
    """Behind the last of its parts that does anything; before the call where none does."""
    seen = plan.scopes.expressions  # not those that may have to be constants
    parts = [part for part in _parts(call) if Span(part.start, part.end) in seen or not takes_constants(call)]
    moved = {
        move.fact.span
        for one in plan.bindings.values()
        for move in one.moves
        if move.fact.shape is MoveShape.OPERAND and not move.is_partial
    }
    active = [
        part
        for part in parts
        if Span(part.start, part.end) in moved
        or _is_active(part)
        or (not _is_receiver(call, part) and _is_telling(part) and not constants.is_constant(part))
    ]
    if not active:
        fact = calls.find(call)
        if fact is not None and fact.result == _DIVERGES:
            function = call.field("function")
            is_path = function is not None and function.kind in ("identifier", "scoped_identifier")
            return (Where.BEFORE, function) if is_path and function is not None else None
        return Where.BEFORE, call
    last = active[-1]
    if holds_untyped_closure(last) or constants.is_constant(last):
        return None
    if _is_receiver(call, last) and Span(last.start, last.end) not in moved:
        return _behind_receiver(last)
    return Where.AFTER, last


def _parts(call: Node) -> list[Node]:
    """What is evaluated for a call, in this order: the receiver, the arguments."""
    function, arguments = call.field("function"), call.field("arguments")
    inner = (
        function.field("function") or function
        if function is not None and function.kind == "generic_function"
        else function
    )
    parts: list[Node] = []
    if inner is not None and inner.kind == "field_expression":
        parts += [value] if (value := inner.field("value")) is not None else []
    elif inner is not None:
        parts.append(inner)
    return parts + (operands(arguments) if arguments is not None else [])


def _is_active(node: Node) -> bool:
    if node.kind == "closure_expression":
        return False
    return node.kind in _ACTIVE or any(map(_is_active, node.named))


def _is_telling(node: Node) -> bool:
    if node.kind == "closure_expression":
        return False
    return node.kind in _TELLING or any(map(_is_telling, node.named))


def _is_receiver(call: Node, part: Node) -> bool:
    return part.end < call.end and part is _parts(call)[0] and call.field("arguments") is not part.parent


def _behind_receiver(receiver: Node) -> tuple[Where, Node] | None:
    """A receiver may be a place: the note stands behind the value with which it begins."""
    base = strip_parentheses(receiver)
    while (inner := _borrowed(base) or place_operand(base)) is not None:
        if base.kind == "index_expression" and any(map(_is_active, base.named[1:])):
            return None
        base = strip_parentheses(inner)
    return (Where.AFTER, base) if base.kind in _VALUES or _is_address(base) else None


def _borrowed(node: Node) -> Node | None:
    """`(&*cell.get()).assume_init_ref()`: what the reference leads to begins with a value, too."""
    return node.field("value") if node.kind == "reference_expression" else None


_VALUES = frozenset({"call_expression", "try_expression", "await_expression", "type_cast_expression", "unsafe_block"})


def _is_address(node: Node) -> bool:
    """Whether a macro stands there that is no place: `addr_of!(x)`."""
    row = row_of(node) if node.kind == "macro_invocation" else None
    return row is not None and row.entry is Entry.ADDRESS
