"""Functions, statics, unions and foreign functions of a file, from its text.

In: a parsed file. Out: the records of type-info.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.analyzer.known_bindings import SourceTree
from borrowscope.analyzer.type_info import ForeignFunction, FunctionInfo, StaticInfo, UnionField, UnionInfo
from borrowscope.parse.foreign_items import is_marked_safe
from borrowscope.parse.functions import FunctionItem, attribute_name, attributes_of
from borrowscope.parse.syntax import Node
from borrowscope.tables.std_types import PRELUDE, STD_TYPES
from borrowscope.tables.type_flags import INTERIOR_MUTABILITY

_VALUE = re.compile(r'=\s*"([^"]*)"')
_STD_NAMES = {path.rpartition("::")[2]: path for path in STD_TYPES}
_PLAIN_TYPE = re.compile(r"[\[(&]?\s*(?:'static\s+)?(?:bool|char|str|[ui](?:8|16|32|64|128|size)|f(?:32|64))\b[\])]?$")


def functions_of(tree: SourceTree) -> list[FunctionInfo]:
    """Every `fn` that is not part of an extern block."""
    return [_function(tree, item) for item in tree.functions if not _is_foreign(item.node)]


def _function(tree: SourceTree, item: FunctionItem) -> FunctionInfo:
    return FunctionInfo(
        path=item.path,
        span=(item.node.start, item.node.end),
        line=tree.lines.line_of(item.node.start),
        is_async=item.is_async,
        is_const=item.is_const,
        is_unsafe=item.is_unsafe,
        abi=item.abi,
        has_body=item.body is not None,
        traceable=_traceable(item),
    )


def _traceable(item: FunctionItem) -> bool | str:
    """True, or the reason why the function is never traced."""
    attributes = {attribute_name(attribute) for attribute in item.attributes}
    reasons = (
        ("no_body", item.body is None),
        ("const_context", item.is_const),
        ("panic_handler", "panic_handler" in attributes),
        ("naked", "naked" in attributes),
        ("foreign_abi", item.abi is not None),
        ("syntax_error", item.node.has_error),
    )
    return next((reason for reason, holds in reasons if holds), True)


def _is_foreign(node: Node) -> bool:
    return any(parent.kind == "foreign_mod_item" for parent in node.ancestors())


def _module_of(tree: SourceTree, node: Node) -> str:
    names = [
        name.text
        for parent in node.ancestors()
        if parent.kind in ("mod_item", "function_item") and (name := parent.field("name")) is not None
    ]
    return "::".join([tree.text.module_path, *reversed(names)])


def statics_of(tree: SourceTree) -> Iterator[StaticInfo]:
    """Every `static`, those of extern blocks included."""
    for node in _nodes(tree, "static_item"):
        name, ty = node.field("name"), node.field("type")
        if name is None:
            continue
        line, column = tree.lines.byte_column(name.start)
        is_mutable = node.child("mutable_specifier") is not None
        written = ty.text if ty is not None else "unknown"
        yield StaticInfo(
            name=name.text,
            path=f"{_module_of(tree, node)}::{name.text}",
            ty=written,
            is_mutable=is_mutable,
            is_extern=_is_foreign(node),
            has_interior_mutability=_has_interior_mutability(written),
            file=tree.text.relative,
            line=line,
            column=column,
        )


def _has_interior_mutability(ty: str) -> bool | None:
    head = re.sub(r"<.*", "", ty, flags=re.DOTALL).strip().rpartition("::")[2]
    if _STD_NAMES.get(head, PRELUDE.get(head)) in INTERIOR_MUTABILITY:
        return True
    return False if _PLAIN_TYPE.match(ty) else None


def unions_of(tree: SourceTree) -> Iterator[UnionInfo]:
    """Every `union`."""
    for node in _nodes(tree, "union_item"):
        name, body = node.field("name"), node.field("body")
        if name is None:
            continue
        line, column = tree.lines.byte_column(name.start)
        fields = [
            UnionField(name=label.text, ty=ty.text)
            for child in (body.named if body is not None else [])
            if (label := child.field("name")) is not None and (ty := child.field("type")) is not None
        ]
        representation = next(
            (found.group(1) for item in attributes_of(node) if (found := re.search(r"repr\((.*)\)\]", item.text))), None
        )
        yield UnionInfo(
            name=name.text,
            path=f"{_module_of(tree, node)}::{name.text}",
            fields=fields,
            repr=representation,
            file=tree.text.relative,
            line=line,
            column=column,
        )


def foreign_functions_of(tree: SourceTree) -> Iterator[ForeignFunction]:
    """Every function of an extern block."""
    for block in _nodes(tree, "foreign_mod_item"):
        extern, body = block.child("extern_modifier"), block.field("body")
        literal = extern.child("string_literal") if extern is not None else None
        abi = literal.text.strip('"') if literal is not None else "C"
        before: list[Node] = []
        for node in body.children if body is not None else []:
            name = node.field("name") if node.kind == "function_signature_item" else None
            if name is not None:
                yield _foreign_function(tree, block, node, abi, before)
            before = [*before, node] if node.kind in _BEFORE_FUNCTION else []


# The grammar does not know `safe fn`: the word stands before the function as an error.
_BEFORE_FUNCTION = frozenset({"attribute_item", "ERROR", "line_comment", "block_comment"})


def _foreign_function(tree: SourceTree, block: Node, node: Node, abi: str, before: list[Node]) -> ForeignFunction:
    name = node.field("name") or node
    line, column = tree.lines.byte_column(name.start)
    return ForeignFunction(
        name=name.text,
        path=f"{_module_of(tree, block)}::{name.text}",
        abi=abi,
        link_name=next((value for node in before if (value := _link_name(node))), None),
        is_safe=is_marked_safe(node),
        block=(block.start, block.end),
        file=tree.text.relative,
        line=line,
        column=column,
    )


def _link_name(node: Node) -> str | None:
    is_link_name = node.kind == "attribute_item" and attribute_name(node) == "link_name"
    value = _VALUE.search(node.text) if is_link_name else None
    return value.group(1) if value is not None else None


def _nodes(tree: SourceTree, kind: str) -> Iterator[Node]:
    return (node for node in tree.items if node.kind == kind)
