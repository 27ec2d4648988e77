"""Items inside macros that hand them on unchanged (`cfg_if! { .. }`, `cfg_rt! { .. }`): found like any others.

In: the syntax tree of a file, and who knows further macros. Out: the same tree; the token trees of such calls have
items as children, with offsets in the file. Contents that do not parse as items stay tokens.
"""

from __future__ import annotations

from collections.abc import Callable

from borrowscope.parse.syntax import Node, parse_items
from borrowscope.tables.macros import Entry, find_macro

_HOLDERS = frozenset({"source_file", "mod_item", "declaration_list", "expression_statement", "token_tree"})


IsWrapper = Callable[[Node], bool]


def enter_item_macros(node: Node, is_wrapper: IsWrapper = lambda _call: False) -> None:
    """Enter every item macro below the node, also those inside of entered ones."""
    for child in node.children:
        if child.kind == "macro_invocation":
            _enter(child, is_wrapper)
        elif child.kind in _HOLDERS and child.kind != "token_tree":
            enter_item_macros(child, is_wrapper)


def _enter(call: Node, is_wrapper: IsWrapper) -> None:
    macro, tokens = call.field("macro"), call.child("token_tree")
    row = find_macro(macro.text) if macro is not None else None
    if tokens is None:
        return
    if row is None or row.entry not in (Entry.ITEMS, Entry.ITEM_BRANCHES):
        trees = [tokens] if is_wrapper(call) else []
    else:
        trees = _trees(tokens) if row.entry is Entry.ITEM_BRANCHES else [tokens]
    for tree in trees:
        items = parse_items(tree.source, tree.start + 1, tree.end - 1)
        if items is None:
            continue
        tree.children = items.children
        for item in tree.children:
            item.parent = tree
        enter_item_macros(tree, is_wrapper)


def _trees(tokens: Node) -> list[Node]:
    """The branches of `cfg_if!` and `cfg_select!`: their token trees in braces."""
    return [child for child in tokens.children if child.kind == "token_tree" and child.text.startswith("{")]
