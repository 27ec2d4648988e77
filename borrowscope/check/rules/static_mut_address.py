"""Addresses of `static mut`: `&raw const X`, `&raw mut X`, `addr_of!(X)`. Taking one is safe.

In: a file. Out: one draft for each; where the address of a part is taken the access is another rule's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView
from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_TAKES = re.compile(rb"&\s*raw\b|\baddr_of")
_MACROS = frozenset({"addr_of", "addr_of_mut"})


@rule("static_mut_address")
def static_mut_address(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each address of the whole static."""
    for use in project.static_uses.get(file.path, ()) if _TAKES.search(file.source) else ():
        taking = _taking(file.node_at(use.span), use.span) if use.is_mutable else None
        if taking is not None:
            yield at_place(Span(taking.start, taking.end), use.path)


def _taking(node: Node, path: Span) -> Node | None:
    """The raw borrow, or the macro, that takes the address of the path and of no part of it."""
    while node.parent is not None and (node.parent.start, node.parent.end) == (path.start, path.end):
        node = node.parent
    while node.parent is not None and node.parent.kind == "parenthesized_expression":
        node = node.parent
    parent = node.parent if node.kind not in ("macro_invocation", "token_tree") else node
    if parent is not None and parent.kind == "reference_expression":
        return parent if parent.child("raw") is not None else None
    if parent is not None and parent.kind == "token_tree":
        parent = parent.parent
    macro = parent.field("macro") if parent is not None and parent.kind == "macro_invocation" else None
    is_address = macro is not None and macro.text.rpartition("::")[2].strip() in _MACROS
    return parent if is_address and parent is not None and _is_whole(parent, path) else None


def _is_whole(call: Node, path: Span) -> bool:
    tokens = call.child("token_tree")
    return (
        tokens is not None
        and call.source[tokens.start + 1 : tokens.end - 1].strip(b" \t\r\n,") == (call.source[path.start : path.end])
    )
