"""The items of a package as its text has them: types, functions with their results, constants, `use` names.

In: the syntax trees of its files with their module paths. Out: `SourceItems`; paths start after the crate's name,
as rustc prints local paths.
"""

from __future__ import annotations

import re
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
_USE_GROUP = re.compile(r"^(.*?)\{(.*)\}$", re.DOTALL)


@dataclass(slots=True)
class SourceItems:
    """What names of a package mean. `results` are functions' return types by path (`f`, `Type::new`), as written."""

    types: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    by_name: dict[str, str] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)

    def find_type(self, path: str) -> str | None:
        """The path of the package's own type that this path's last segment names, if one type has that name."""
        return self.by_name.get(path.rpartition("::")[2]) or None


def read_items(files: Iterable[tuple[Node, str]]) -> SourceItems:
    """Collect the items of all files: pairs of tree and module path (with the crate's name)."""
    items = SourceItems()
    for root, module_path in files:
        for node, path in _walk(root, module_path.partition("::")[2]):
            _add(items, node, path)
    return items


def _walk(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    """Items with the path of what contains them."""
    for child in node.children:
        if child.kind in ("mod_item", "trait_item", "function_item"):
            yield child, path
            name, body = child.field("name"), child.field("body")
            if name is not None and body is not None:
                yield from _walk(body, _join(path, name.text))
        elif child.kind == "impl_item":
            implementor, body = child.field("type"), child.field("body")
            if implementor is not None and body is not None:
                yield from _walk(body, _join(path, type_name(implementor)))
        elif child.kind in _TYPE_ITEMS:
            yield child, path
        elif child.children and child.kind not in ("macro_definition", "attribute_item"):
            yield from _walk(child, path)


def _join(path: str, name: str) -> str:
    return f"{path}::{name}" if path else name


def _add(items: SourceItems, node: Node, path: str) -> None:
    name = node.field("name")
    if name is None:
        return
    full = _join(path, name.text)
    if node.kind == "mod_item":
        items.modules.add(full)
    elif node.kind == "function_item":
        result = node.field("return_type")
        modifiers = node.child("function_modifiers")
        if result is not None and (modifiers is None or "async" not in modifiers.text):
            _add_result(items, full, result.text)
    elif node.kind in _TYPE_ITEMS:
        items.types[full] = _TYPE_ITEMS[node.kind]
        # two types of one name: nobody knows which one a bare name means
        items.by_name[name.text] = "" if items.by_name.get(name.text, full) != full else full
        body = node.field("body") if node.kind == "enum_item" else None
        for variant in body.named if body is not None else []:
            if (variant_name := variant.field("name")) is not None:
                items.variants[f"{name.text}::{variant_name.text}"] = full


def _add_result(items: SourceItems, path: str, result: str) -> None:
    """By full path, and by the last two segments and the last one as long as these are unique ('' if not)."""
    parts = path.split("::")
    for key in {path, "::".join(parts[-2:]), parts[-1]}:
        items.results[key] = result if items.results.get(key, result) == result else ""


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
