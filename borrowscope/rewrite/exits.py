"""Which scopes can be left before their end: there a Drop's cause is not known to be the end of the scope.

In: one function's scopes. Out: for each binding whether `return`, `?`, `break`, `continue` or a cancelled `.await`
may end its scope early.
"""

from __future__ import annotations

from borrowscope.parse.syntax import Node
from borrowscope.rewrite.scopes import Binding, BodyHead, ChainLet, FunctionScopes
from borrowscope.text.span import Span

_LEAVES_FUNCTION = frozenset({"return_expression", "try_expression", "await_expression"})
_LEAVES_LOOP = frozenset({"break_expression", "continue_expression"})
_LOOPS = frozenset({"loop_expression", "while_expression", "for_expression"})
_FRAMES = frozenset({"closure_expression", "async_block"})


class Exits:
    """The early exits of one function's body."""

    def __init__(self, scopes: FunctionScopes) -> None:
        self._exits = [
            (node.start, _target(node))
            for node in scopes.expressions.values()
            if node.kind in _LEAVES_FUNCTION or node.kind in _LEAVES_LOOP
        ]
        self._macros = [span.start for span in scopes.macro_spans]

    def may_leave_early(self, binding: Binding) -> bool:
        """Whether the binding's scope can end other than at its end; a macro that was not entered may do it, too."""
        scope = _scope(binding)
        if scope is None:
            return True
        within = range(binding.start, scope.end)
        if any(at in within for at in self._macros):
            return True
        return any(at in within and not (target is not None and target in within) for at, target in self._exits)


def _scope(binding: Binding) -> Span | None:
    anchor = binding.anchor
    if isinstance(anchor, BodyHead):
        return Span(anchor.body.start, anchor.body.end)
    block = None if isinstance(anchor, ChainLet) else anchor.node.parent
    return Span(block.start, block.end) if block is not None else None


def _target(node: Node) -> int | None:
    """Start of the loop, labelled block, closure or async block that an exit leaves; None for the function."""
    label = node.child("label")
    for ancestor in node.ancestors():
        if ancestor.kind in _FRAMES:
            return ancestor.start
        if node.kind in _LEAVES_LOOP and _is_target(ancestor, label):
            return ancestor.start
    return None


def _is_target(ancestor: Node, label: Node | None) -> bool:
    own = ancestor.child("label")
    if label is None:
        return ancestor.kind in _LOOPS
    return own is not None and own.text.rstrip(":").strip() == label.text.strip()
