"""Where a reference is used for the last time: a borrow has no end of its own, readers end it there, as inferred.

In: one function's plan. Out: `last_use` of the sites of reference bindings; None where a loop may bring the use back.
"""

from __future__ import annotations

from collections import defaultdict

from borrowscope.parse.syntax import Node
from borrowscope.rewrite.plans import FunctionPlan
from borrowscope.text.span import Span

_REPEATS = frozenset({"loop_expression", "while_expression", "for_expression", "closure_expression"})


def plan_last_uses(plan: FunctionPlan) -> None:
    """Give each reference the place of its last use, names in format texts included (the compiler knows them)."""
    uses: dict[int, list[Span]] = defaultdict(list)
    for use in plan.scopes.uses.values():
        if use.binding is not None:
            uses[use.binding.start].append(Span(use.node.start, use.node.end))
    repeats = [_repeated(node) for node in plan.scopes.expressions.values() if node.kind in _REPEATS]
    for start, one in plan.bindings.items():
        if not one.fact.is_reference:
            continue
        places = [*uses[start], *(borrow.span for borrow in plan.file.index.borrows_of(start))]
        if not places:
            continue
        last = max(places)
        may_come_back = any(span.contains(last) and not span.contains(one.fact.span) for span in repeats)
        one.site.last_use = None if may_come_back else last


def _repeated(node: Node) -> Span:
    """What runs more than once: what a `for` loop iterates over does not."""
    body = node.field("body") if node.kind == "for_expression" else None
    return Span(node.start, node.end) if body is None else Span(body.start, body.end)
