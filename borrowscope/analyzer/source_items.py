"""The items of a package as its text has them: types and modules by path, `use` names.

In: the syntax trees of its files with their module paths. Out: `SourceItems`; paths start after the crate's name,
as rustc prints local paths.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from borrowscope.parse.functions import type_name
from borrowscope.parse.syntax import Node

_TYPE_ITEMS = {"struct_item": "struct", "enum_item": "enum", "union_item": "union"}
_HOLDERS = """
source_file declaration_list block mod_item impl_item trait_item function_item foreign_mod_item use_declaration
static_item const_item struct_item enum_item union_item type_item function_signature_item expression_statement
unsafe_block
"""
_ITEM_HOLDERS = frozenset(_HOLDERS.split())
_NAMED_HOLDERS = frozenset({"mod_item", "trait_item", "function_item"})
_CLOSED = frozenset({"macro_definition", "attribute_item", "line_comment", "block_comment", "token_tree"})
_ITEM_WORD = re.compile(rb"(?:struct|enum|union|mod)\b")
_USE_GROUP = re.compile(r"^(.*?)\{(.*)\}$", re.DOTALL)


@dataclass(slots=True)
class SourceItems:
    """What names of a package mean: what defines each type (`struct`, `enum`, `union`), and its modules."""

    types: dict[str, str] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)


def read_items(files: Iterable[tuple[Node, str]]) -> SourceItems:
    """Collect the items of all files: pairs of tree and module path (with the crate's name)."""
    items = SourceItems()
    for root, module_path in files:
        _read(items, root, module_path.partition("::")[2])
    return items


def _read(items: SourceItems, root: Node, module: str) -> None:
    words = [match.start() for match in _ITEM_WORD.finditer(root.source)]
    stack = [(root, module)]
    while stack:
        parent, path = stack.pop()
        for node in parent.named:
            at = bisect_left(words, node.start)
            if node.kind in _CLOSED or at == len(words) or words[at] >= node.end:
                continue
            if node.kind in _TYPE_ITEMS or node.kind == "mod_item":
                _add(items, node, path)
            stack.append((node, _inside(node, path)))


def _inside(node: Node, path: str) -> str:
    """The path of what the node contains."""
    if node.kind in _NAMED_HOLDERS and (name := node.field("name")) is not None:
        return _join(path, name.text)
    if node.kind == "impl_item" and (implementor := node.field("type")) is not None:
        return _join(path, type_name(implementor))
    return path


def _join(path: str, name: str) -> str:
    return f"{path}::{name}" if path else name


def _add(items: SourceItems, node: Node, path: str) -> None:
    name = node.field("name")
    if name is None:
        return
    full = _join(path, name.text)
    if node.kind == "mod_item":
        items.modules.add(full)
    else:
        items.types[full] = _TYPE_ITEMS[node.kind]


def item_nodes(root: Node) -> Iterator[Node]:
    """Every item of a file, those inside modules, impls and function bodies included; expressions are not searched."""
    stack = [root]
    while stack:
        node = stack.pop()
        stack.extend(child for child in reversed(node.children) if child.kind in _ITEM_HOLDERS)
        if node.kind.endswith(("_item", "_declaration")):
            yield node


def use_names(items: Iterable[Node]) -> dict[str, str]:
    """What `use` brings into a file: local name to full path, groups and `as` taken apart, globs left out."""
    names: dict[str, str] = {}
    for node in items:
        if node.kind == "use_declaration" and (argument := node.field("argument")) is not None:
            names.update(_imports(argument.text))
    return names


def _imports(text: str) -> Iterator[tuple[str, str]]:
    text = text.strip()
    group = _USE_GROUP.match(text)
    if group:
        for part in _parts(group.group(2)):
            yield from _imports(group.group(1) + part)
        return
    path, _, alias = text.partition(" as ")
    path = path.strip().removeprefix("::").removesuffix("::self")
    name = alias.strip() or path.rpartition("::")[2]
    if name not in ("*", "_", ""):
        yield name, path


def _parts(text: str) -> Iterator[str]:
    depth = start = 0
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            yield text[start:at].strip()
            start = at + 1
    if text[start:].strip():
        yield text[start:].strip()
