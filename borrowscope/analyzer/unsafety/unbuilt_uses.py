"""Places that stay open because a file is missing that only a build makes.

In: a body that was read, an open place of it. Out: the `include!` of that file.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.unsafety.operations import OperationKind

if TYPE_CHECKING:
    from borrowscope.analyzer.static.scopes import Scope
    from borrowscope.analyzer.unbuilt import Unbuilt
    from borrowscope.analyzer.unsafety.seen import Noted, SeenBody, Verdict
    from borrowscope.parse.syntax import Node

_WITH_HEAD: Final = frozenset({"scoped_identifier", "scoped_type_identifier"})
_PATHS: Final = _WITH_HEAD | {"identifier", "type_identifier"}


class UnbuiltUses:
    """The open places of one body."""

    def __init__(self, body: SeenBody) -> None:
        self._body = body

    def behind(self, noted: Noted, verdict: Verdict) -> Unbuilt | None:
        """The file that a place needs: its own path leads there, or its types may come from what the body names."""
        is_call = verdict.kind is OperationKind.UNSAFE_CALL
        if verdict.is_resolved and not (is_call and verdict.target is None and verdict.pointer is None):
            return None
        function = noted.node.field("function")
        own = _unbuilt(self._body.scopes[noted.node], function) if function is not None else None
        return own or self._anywhere

    @cached_property
    def _anywhere(self) -> Unbuilt | None:
        context = self._body.context
        names = (node for node in context.node.walk() if _is_of_item(node) and node.text not in self._body.generics)
        return next((found for node in names if (found := _unbuilt(context.scope, node)) is not None), None)


def _is_of_item(node: Node) -> bool:
    """Whether a path means an item and no local variable: one with `::`, a type's, or what is called."""
    parent = node.parent
    if node.kind in _WITH_HEAD or parent is None or parent.kind in _WITH_HEAD:
        return node.kind in _WITH_HEAD
    is_called = node.kind == "identifier" and parent.kind == "call_expression" and parent.field("function") is node
    return is_called or (node.kind == "type_identifier" and node.text != "Self")


def _unbuilt(scope: Scope, node: Node) -> Unbuilt | None:
    """The file that a node leads into, if it is a path."""
    inner = (node.field("function") or node) if node.kind == "generic_function" else node
    if inner.kind not in _PATHS:
        return None
    return scope.unbuilt([name.strip().removeprefix("r#") or "::" for name in inner.text.split("::")])
