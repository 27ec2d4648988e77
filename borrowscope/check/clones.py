"""Calls of `clone` whose type only the caller knows: type parameters, `impl Trait`, boxed trait objects.

In: a file. Out: `Clone` values. The compiler's calls are asked first, else the types of names and of fields of `self`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from borrowscope.check.view import FileView, nodes_of
from borrowscope.parse.functions import FunctionItem
from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_CALLEE = re.compile(r"<(.+) as (?:\w+::)*Clone>::clone\Z")
_REFERENCE = re.compile(r"^(?:&(?:'\w+\s+)?(?:mut\s+)?)+")
_BOXED = re.compile(r"^(?:\w+::)*Box<(?:\(?)dyn\b")
_PROJECTION = re.compile(r"^(?:<\w+ as |\w+::\w+$)")
_PARAMETER = re.compile(r"(?:^|,)\s*(?:const\s+)?(\w+)\s*(?=[:,=]|$)")


class Clone(NamedTuple):
    """One call of `clone`, the type that it clones, and the function around it."""

    span: Span
    ty: str
    function: str | None


def find_clones(file: FileView) -> Iterator[Clone]:
    """The clones of a file, in source order."""
    if not file.says(b"clone"):
        return
    seen: set[Span] = set()
    for span, ty in sorted({*_by_rustc(file), *_by_text(file)}):
        function = file.function_around(span)
        bare = _REFERENCE.sub("", ty)
        if span not in seen and _is_hidden(bare, function):
            seen.add(span)
            yield Clone(span, bare, function.path if function is not None else None)


def _is_hidden(ty: str, function: FunctionItem | None) -> bool:
    if ty.startswith("impl ") or _BOXED.match(ty):
        return True
    names = generic_names(function)
    head = ty.removeprefix("<").partition(" as ")[0].partition("::")[0]
    return ty in names or (bool(_PROJECTION.match(ty)) and head in names)


def generic_names(function: FunctionItem | None) -> set[str]:
    """The type parameters that a function sees, and `Self` in a trait."""
    names: set[str] = set()
    for node in (function.node, *function.containers) if function is not None else ():
        parameters = node.field("type_parameters")
        for parameter in parameters.named if parameters is not None else []:
            name = parameter.field("name") or parameter
            names.add(name.text.partition(":")[0].strip())
        if node.kind == "trait_item":
            names.add("Self")
    return names


def _by_rustc(file: FileView) -> Iterator[tuple[Span, str]]:
    for call in file.analysis.facts.calls:
        found = _CALLEE.match(call.callee)
        if found is not None:
            yield call.span, found.group(1)


def _by_text(file: FileView) -> Iterator[tuple[Span, str]]:
    types: dict[tuple[str | None, str], list[tuple[int, str]]] = defaultdict(list)
    for known in file.analysis.bindings:
        if known.ty is not None:
            types[known.source.function, known.source.name].append((known.source.span.start, known.ty))
    for call in nodes_of(file, "call_expression", b"clone"):
        receiver = _receiver(call)
        if receiver is not None:
            span = Span(call.start, call.end)
            ty = _type_of(file, receiver, types[file.path_around(span), receiver.text])
            if ty is not None:
                yield span, ty


def _receiver(call: Node) -> Node | None:
    function, arguments = call.field("function"), call.field("arguments")
    if function is None or function.kind != "field_expression" or arguments is None or arguments.named:
        return None
    field = function.field("field")
    return function.field("value") if field is not None and field.text == "clone" else None


def _type_of(file: FileView, receiver: Node, known: list[tuple[int, str]]) -> str | None:
    if receiver.kind in ("identifier", "self"):
        return next((ty for start, ty in reversed(known) if start < receiver.start), None)
    value, field = receiver.field("value"), receiver.field("field")
    if receiver.kind != "field_expression" or value is None or field is None or value.text != "self":
        return None
    function = file.function_around(Span(receiver.start, receiver.end))
    holder = function.containers[-1] if function is not None and function.containers else None
    implementor = holder.field("type") if holder is not None and holder.kind == "impl_item" else None
    return _field_type(file, implementor.text, field.text) if implementor is not None else None


def _field_type(file: FileView, implementor: str, field: str) -> str | None:
    """The type of a struct's field as written, where the struct stands in the same file with the same parameters."""
    name, _, arguments = implementor.partition("<")
    for node in file.tree.items:
        own = node.field("name") if node.kind == "struct_item" else None
        if own is None or own.text != name.strip():
            continue
        parameters, body = node.field("type_parameters"), node.field("body")
        has_same = {*_PARAMETER.findall(arguments.rstrip("> "))} <= {
            *_PARAMETER.findall(parameters.text.strip("<> ") if parameters is not None else "")
        }
        for part in body.named if body is not None and has_same else []:
            label, ty = part.field("name"), part.field("type")
            if label is not None and ty is not None and label.text == field:
                return ty.text
    return None
