"""The syntax of items without its meaning: generics' texts, parameters, fields, and what stands for missing arguments.

In: nodes of items and the scope that reads their types. Out: types of parameters, `Variant` values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from borrowscope.analyzer.static.cfg import is_compiled, likelihood
from borrowscope.analyzer.static.definitions import Generic, Generics, Variant
from borrowscope.analyzer.static.generic_text import read_parameters, split
from borrowscope.analyzer.static.type_scope import Environment, ItemTypeScope
from borrowscope.analyzer.static.types import REF, REF_MUT, SELF, UNKNOWN, Ty, make, rebuild, substitute
from borrowscope.parse.syntax import Node


def filled(params: Sequence[Generic], args: tuple[Ty, ...], hole: Callable[[], Ty] | None, fill: str) -> tuple[Ty, ...]:
    """The arguments, completed by defaults (or holes)."""
    if len(args) >= len(params):
        return args[: len(params)]
    full = list(args)
    for param in params[len(args) :]:
        if param.default is not None and (fill == "default" or hole is None):
            mapping = dict(zip((known.name for known in params), full, strict=False))
            full.append(substitute(param.default, mapping))
        else:
            full.append(hole() if hole is not None else UNKNOWN)
    return tuple(full)


def unique(name: str, taken: Collection[str]) -> str:
    """The name, or the name with a number behind `#` where another parameter has it."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}#{number}"
    return found


def in_order(environment: Environment, generics: Generics) -> list[str]:
    """The names of the parameters in force, the outer ones first."""
    outer = [parameter.name for text, _ in environment.texts[:-1] for parameter in read_parameters(text)]
    own = [param.name for param in generics.params]
    return [*outer, *(name for name in own if name not in outer)]


def generic_texts(node: Node) -> tuple[str, str]:
    """The texts of an item's parameters and of its where clause."""
    parameters = clauses = ""
    for child in node.named:
        if child.kind == "type_parameters":
            parameters = child.text
        elif child.kind == "where_clause":
            clauses = child.text
    return parameters, clauses


def active_parameters(text: str, features: frozenset[str] | None) -> str:
    """The text of parameters without those whose cfg cannot hold: `<T, #[cfg(feature = "x")] S = X>`."""
    if "cfg" not in text:
        return text
    pieces = split(text.strip()[1:-1], ",")
    return f"<{', '.join(piece for piece in pieces if is_compiled(likelihood(piece, features)))}>"


def read_signature(node: Node | None, scope: ItemTypeScope) -> tuple[tuple[Ty, ...], bool]:
    """The types of a list of parameters, and whether the first is self."""
    found: list[Ty] = []
    has_self = False
    before = node.start if node is not None else 0
    for child in node.named if node is not None else ():
        if child.kind == "self_parameter":
            has_self = True
            found.append(_receiver(child.text))
        elif child.kind == "parameter" and _is_compiled(child.source[before : child.start], scope.features):
            ty, pattern = child.field("type"), child.field("pattern")
            if pattern is not None and pattern.text in ("self", "mut self"):
                has_self = True
            found.append(scope.read(ty.text) if ty is not None else UNKNOWN)
        before = child.end if child.kind != "attribute_item" else before
    return tuple(found), has_self


def _is_compiled(attributes: bytes, features: frozenset[str] | None) -> bool:
    return b"cfg" not in attributes or is_compiled(likelihood(attributes.decode("utf-8", "replace"), features))


def in_terms_of_self(ty: Ty, self_type: Ty) -> Ty:
    """A receiver's type with `Self` for the type that the impl is for: `Pin<&mut Self>`, however it is written."""
    if ty is self_type:
        return SELF
    args = tuple([in_terms_of_self(argument, self_type) for argument in ty.args])
    return rebuild(ty, args) if any(new is not old for new, old in zip(args, ty.args, strict=True)) else ty


def _receiver(text: str) -> Ty:
    if not text.startswith("&"):
        return SELF
    return make(REF_MUT if re.search(r"\bmut\b", text) else REF, (SELF,))


def active_children(body: Node | None, kind: str, features: frozenset[str] | None) -> list[Node]:
    """The children of a kind, without those whose cfg cannot hold."""
    found: list[Node] = []
    attributes_at = -1
    for child in body.named if body is not None else ():
        if child.kind == "attribute_item":
            attributes_at = child.start if attributes_at < 0 else attributes_at
            continue
        if child.kind == kind:
            own = child.source[attributes_at : child.start] if attributes_at >= 0 else b""
            if b"cfg" not in own or likelihood(own.decode("utf-8", "replace"), features) > 0:
                found.append(child)
        if child.kind != "visibility_modifier":
            attributes_at = -1
    return found


def read_fields(name: str, body: Node | None, scope: ItemTypeScope, features: frozenset[str] | None) -> Variant:
    """The fields of a struct or variant."""
    if body is None:
        return Variant(name, "unit")
    if body.kind == "field_declaration_list":
        fields: dict[str, Ty] = {}
        for child in active_children(body, "field_declaration", features):
            key, ty = child.field("name"), child.field("type")
            if key is not None and ty is not None:
                fields[key.text.removeprefix("r#")] = scope.read(ty.text)
        return Variant(name, "named", fields)
    types = _tuple_types(body, features)
    return Variant(name, "tuple", {str(at): scope.read(child.text) for at, child in enumerate(types)})


def _tuple_types(body: Node, features: frozenset[str] | None) -> list[Node]:
    found: list[Node] = []
    is_active = True
    for child in body.named:
        if child.kind == "attribute_item":
            text = child.text
            is_active = is_active and ("cfg" not in text or is_compiled(likelihood(text, features)))
        elif child.field_name == "type":
            if is_active:
                found.append(child)
            is_active = True
    return found
