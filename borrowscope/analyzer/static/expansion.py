"""Calls of `macro_rules!` macros inside bodies: expanded, then read as what they become.

In: the invocation's node. Out: the type of what it expands to; names are bound at the places where they stand in files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from borrowscope.parse.macro_rules import Expansion, call_range, expand, expansion_tree

if TYPE_CHECKING:
    from borrowscope.analyzer.static.body import Body
    from borrowscope.analyzer.static.types import Ty
    from borrowscope.parse.syntax import Node

from borrowscope.analyzer.static.control import check_statements

_DEPTH: Final = 128  # rustc's own limit
_EXPANSIONS: Final = 2000  # in one body


def _expansion(body: Body, node: Node, path: str) -> Expansion | None:
    if len(body.expanding) >= _DEPTH or body.expansions >= _EXPANSIONS:
        return None
    if not isinstance(body.text, Expansion):
        body.called_at = (node.source, node.start)
    found = body.scope.find_macro(path, body.called_at)
    tokens = call_range(node)
    if found is None or tokens is None:
        return None
    body.expansions += 1
    definition, crate = found
    crate_path = b"crate" if crate == body.scope.crate else b"::" + crate.encode()
    return expand(definition, body.text, *tokens, crate_path=crate_path)


def check_expanded(body: Body, node: Node, path: str, expected: Ty | None) -> Ty | None:
    """A macro as an expression; None where it is not known or cannot be expanded."""
    expansion = _expansion(body, node, path)
    tree = expansion_tree(expansion, "expression") if expansion is not None else None
    if expansion is None:
        return None
    if tree is not None:
        with body.within(expansion):
            return body.check(tree, expected)
    tree = expansion_tree(expansion, "statements")
    if tree is None:
        return None
    with body.within(expansion):
        return check_statements(body, tree.named, expected)
