"""Types as far as they hold guards of locks and cells: `MutexGuard<..>`, a Result or Option of one, what `?` leaves.

In: types as the compiler prints them, expressions with their calls. Out: rows of the table of guards.
"""

from __future__ import annotations

from borrowscope.analyzer.type_text import parse_type
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls
from borrowscope.rewrite.plans import BindingPlan
from borrowscope.rewrite.scopes import AfterLet
from borrowscope.tables.guards import ERRORS, OPTION, RESULT, GuardRow, find_guard


def guard_of(ty: str | None) -> GuardRow | None:
    """The row of a type that is a guard."""
    return find_guard(parse_type(ty).head) if ty else None


def payload(ty: str | None) -> str | None:
    """What a Result or Option gives when it is unwrapped; None for other types."""
    outer = parse_type(ty) if ty else None
    return outer.arguments[0] if outer is not None and outer.head in (RESULT, OPTION) and outer.arguments else None


def holder_of(ty: str | None) -> GuardRow | None:
    """The row of the guard that a value may hold by itself, as far as the runtime can look into it."""
    outer = parse_type(ty) if ty else None
    if outer is None or outer.head not in (RESULT, OPTION):
        return guard_of(ty)
    errors = [parse_type(text).head for text in outer.arguments[1:]]
    return guard_of(outer.arguments[0]) if outer.arguments and set(errors) <= ERRORS else None


def carried(ty: str | None) -> GuardRow | None:
    """The row of the guard that a value is or gives when it is unwrapped, whatever its error is."""
    return guard_of(payload(ty) or ty)


def holds(one: BindingPlan) -> bool:
    """Whether a name is told as a guard: one that is a guard, or holds one that nobody can take out of it."""
    ty = one.fact.ty
    if guard_of(ty) is not None:
        return True
    let = one.binding.anchor.node if isinstance(one.binding.anchor, AfterLet) else None
    is_fixed = one.binding.kind == "let" and let is not None and let.child("mutable_specifier") is None
    return (
        holder_of(ty) is not None
        and is_fixed
        and not one.assignments
        and not any(move.is_partial for move in one.moves)
    )


def type_of(calls: Calls, node: Node) -> str | None:
    """The type of a call, or of the `?` behind one."""
    if node.kind == "try_expression" and node.named:
        return payload(type_of(calls, node.named[0]))
    if node.kind == "parenthesized_expression" and node.named:
        return type_of(calls, node.named[0])
    if node.kind != "call_expression":
        return None
    call = calls.find(node)
    return call.result if call is not None else None
