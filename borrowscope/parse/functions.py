"""The functions of a file: their paths, modifiers, attributes and what surrounds them.

In: the syntax tree of one file and the module path of its root. Out: one `FunctionItem` per `fn`, nested ones included.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from borrowscope.parse.syntax import Node

_LINE_COMMENT = re.compile(r"//[^\n]*")
_CFG = re.compile(r'#\s*\[\s*cfg\b(?:[^\[\]"]|"[^"]*")*\]')
_GENERICS = re.compile(r"\s+")
_WORD = re.compile(rb"\bfn\b")  # what holds none of them needs no look inside
_FUNCTIONS = frozenset({"function_item", "function_signature_item"})
_WITHOUT_FUNCTIONS = frozenset({"macro_definition", "attribute_item", "line_comment", "block_comment"})


@dataclass(slots=True)
class FunctionItem:
    """One `fn` of the source text. `body` is None for declarations; `attributes` are its outer attribute nodes."""

    node: Node
    path: str  # `krate::module::Type::method`, `krate::module::<Type as Trait>::method`, `outer::inner`
    name: str
    body: Node | None
    parameters: Node | None
    attributes: list[Node]
    is_async: bool
    is_const: bool
    is_unsafe: bool
    abi: str | None  # "C", ...; None for the Rust ABI
    containers: tuple[Node, ...]  # enclosing mod, impl, trait and fn items, outermost first


def path_around(root: Node, module_path: str, start: int, end: int) -> str | None:
    """The path of the innermost function that a range stands in."""
    node: Node | None = root
    path, found = module_path, None
    while node is not None:
        if node.kind in _FUNCTIONS:
            path = found = _named(node, path)
        elif node.kind in _CONTAINERS:
            path = _CONTAINERS[node.kind](node, path)
        if node.kind in _WITHOUT_FUNCTIONS:
            break
        node = next((child for child in node.named if child.start <= start and end <= child.end), None)
    return found


def find_functions(root: Node, module_path: str) -> list[FunctionItem]:
    """All functions of the tree in source order; `module_path` is the path of the file's own module."""
    words = [match.start() for match in _WORD.finditer(root.source)]
    found: list[FunctionItem] = []
    stack: list[tuple[Node, str, tuple[Node, ...]]] = [(child, module_path, ()) for child in reversed(root.named)]
    while stack:
        node, path, containers = stack.pop()
        if node.kind in _FUNCTIONS:
            item = _function(node, path, containers)
            found.append(item)
            if item.body is None:
                continue
            node, path, containers = item.body, item.path, (*containers, node)
        elif node.kind in _CONTAINERS:
            path, containers = _CONTAINERS[node.kind](node, path), (*containers, node)
        if bisect_left(words, node.start) < bisect_left(words, node.end) and node.kind not in _WITHOUT_FUNCTIONS:
            stack.extend((child, path, containers) for child in reversed(node.named))
    return found


def attributes_of(node: Node) -> list[Node]:
    """The outer attributes that stand before an item, statement, parameter, field or arm."""
    if node.parent is None:
        return []
    if node.kind == "match_arm":
        return [child for child in node.children if child.kind == "attribute_item"]
    found: list[Node] = []
    for sibling in node.parent.children:
        if sibling is node:
            return found
        if sibling.kind == "attribute_item":
            found.append(sibling)
        elif sibling.kind not in {"line_comment", "block_comment"}:
            found = []
    return found


def attribute_name(attribute: Node) -> str:
    """The attribute's path as written: `cfg`, `rustfmt::skip`, `unsafe(naked)`'s inner name."""
    inner = attribute.child("attribute")
    if inner is None:
        return ""
    text = inner.text.removeprefix("unsafe(") if inner.text.startswith("unsafe(") else inner.text
    return re.split(r"[\s(=\[{]", text, maxsplit=1)[0].rstrip(")")


def cfgs_of(node: Node) -> str:
    """The `#[cfg(..)]` attributes of a node as text, to be copied to what is inserted on its behalf."""
    return "".join(
        _GENERICS.sub(" ", _LINE_COMMENT.sub("", attribute.text)) + " "
        for attribute in attributes_of(node)
        if attribute_name(attribute) == "cfg"
    )


def cfgs_before(node: Node) -> str:
    """The same of a field of a pattern, before which the grammar knows no attributes."""
    siblings = node.parent.children if node.parent is not None else []
    ends = [one.end for one in siblings if one.end <= node.start and "comment" not in one.kind]
    between = node.source[max(ends, default=node.start) : node.start].decode("utf-8", "replace")
    return "".join(_GENERICS.sub(" ", cfg) + " " for cfg in _CFG.findall(_LINE_COMMENT.sub("", between)))


def _named(node: Node, path: str) -> str:
    name = node.field("name")
    return f"{path}::{name.text}" if name is not None else path


def _impl(node: Node, path: str) -> str:
    implementor, trait = node.field("type"), node.field("trait")
    if implementor is None:
        return path
    name = type_name(implementor)
    return f"{path}::{name}" if trait is None else f"{path}::<{name} as {type_name(trait)}>"


_CONTAINERS = {"mod_item": _named, "trait_item": _named, "impl_item": _impl}


def type_name(node: Node) -> str:
    """A type as paths spell it: without generic arguments and module prefix; other shapes as written."""
    if node.kind == "generic_type":
        inner = node.field("type")
        return type_name(inner) if inner is not None else node.text
    if node.kind == "scoped_type_identifier":
        name = node.field("name")
        return name.text if name is not None else node.text
    return _GENERICS.sub(" ", node.text)


def _function(node: Node, path: str, containers: tuple[Node, ...]) -> FunctionItem:
    name = node.field("name")
    modifiers = node.child("function_modifiers")
    words = {child.kind for child in modifiers.children} if modifiers is not None else set()
    text = name.text if name is not None else "?"
    return FunctionItem(
        node=node,
        path=f"{path}::{text}",
        name=text,
        body=node.field("body"),
        parameters=node.field("parameters"),
        attributes=attributes_of(node),
        is_async="async" in words,
        is_const="const" in words,
        is_unsafe="unsafe" in words,
        abi=_abi(modifiers),
        containers=containers,
    )


def _abi(modifiers: Node | None) -> str | None:
    extern = modifiers.child("extern_modifier") if modifiers is not None else None
    if extern is None:
        return None
    literal = extern.child("string_literal")
    abi = literal.text.strip('"') if literal is not None else "C"
    return None if abi == "Rust" else abi
