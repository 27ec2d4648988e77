"""Items inside macros that hand them on unchanged (`cfg_if! { .. }`, `cfg_rt! { .. }`): found like any others.

In: the syntax tree of a file. Out: the same tree; the token trees of such calls have items as children, with offsets
in the file. Contents that do not parse as items stay tokens.
"""

from __future__ import annotations

from borrowscope.parse.syntax import Node, parse_items
from borrowscope.tables.macros import Entry, find_macro

_HOLDERS = frozenset({"source_file", "mod_item", "declaration_list", "expression_statement", "token_tree"})


def enter_item_macros(node: Node) -> None:
    """Enter every item macro below the node, also those inside of entered ones."""
    for child in node.children:
        if child.kind == "macro_invocation":
            _enter(child)
        elif child.kind in _HOLDERS and child.kind != "token_tree":
            enter_item_macros(child)


def _enter(call: Node) -> None:
    macro, tokens = call.field("macro"), call.child("token_tree")
    row = find_macro(macro.text) if macro is not None else None
    if tokens is None or row is None or row.entry not in (Entry.ITEMS, Entry.ITEM_BRANCHES):
        return
    for tree in _trees(tokens) if row.entry is Entry.ITEM_BRANCHES else [tokens]:
        items = parse_items(tree.source, tree.start + 1, tree.end - 1)
        if items is None:
            continue
        tree.children = items.children
        for item in tree.children:
            item.parent = tree
        enter_item_macros(tree)


def _trees(tokens: Node) -> list[Node]:
    """The branches of `cfg_if!`: its token trees in braces."""
    return [child for child in tokens.children if child.kind == "token_tree" and child.text.startswith("{")]
