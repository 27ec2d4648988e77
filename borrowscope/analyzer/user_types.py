"""The types that a package defines, with what their fields are made of and what is implemented for them.

In: the items of its files. Out: `UserTypes`, asked by path as rustc prints it. A name that cannot be resolved without
doubt stays unresolved: its field's type is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from borrowscope.analyzer.obvious_types import PRIMITIVES
from borrowscope.analyzer.source_items import use_names
from borrowscope.parse.functions import attributes_of, type_name
from borrowscope.parse.syntax import Node

_KINDS = frozenset({"struct_item", "enum_item", "union_item"})
_PATH = re.compile(r"'\w+|(?:::)?(?:r#)?[A-Za-z_]\w*(?:\s*::\s*(?:r#)?[A-Za-z_]\w*)*")
_WORDS = frozenset({"mut", "const", "dyn", "fn", "extern", "unsafe", "for", "impl"})
_GLOB = re.compile(r"((?:\w+::)*\w+)::(?:\{[^}]*)?\*")
_DERIVES = re.compile(r"derive\s*\((.*)\)", re.DOTALL)
_PRELUDE = {
    "Vec": "std::vec::Vec",
    "String": "std::string::String",
    "Box": "std::boxed::Box",
    "Option": "std::option::Option",
    "Result": "std::result::Result",
}
_MARKER_IMPL = re.compile(rb"\bimpl\b[^;{}]*?\b(Send|Sync)\s+for\b")
_STD_TRAITS = frozenset({"Send", "Sync", "Clone", "Copy", "Drop", "Iterator", "Future"})


@dataclass(slots=True)
class UserType:
    """One struct, enum or union. `fields` are full type texts, None for one that is not known."""

    path: str
    parameters: tuple[str, ...]
    fields: list[str | None] = field(default_factory=list)
    derives: frozenset[str] = frozenset()


@dataclass(slots=True)
class UserImpl:
    """`impl<..> trait for Type`. `is_general`: it has parameters, or the type has arguments."""

    is_negative: bool
    is_general: bool


@dataclass(slots=True)
class UserTypes:
    """All types of one package; `impls` by the type's bare name, since impls are found by text."""

    types: dict[str, UserType] = field(default_factory=dict)
    impls: dict[tuple[str, str], list[UserImpl]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    hidden_impls: set[str] = field(default_factory=set)  # traits that code inside macros implements, for whatever type

    def find(self, path: str) -> UserType | None:
        """The type at the path, if no other type has the same name."""
        found = self.types.get(path)
        return found if found is not None and self.names[path.rpartition("::")[2]] == 1 else None

    def impls_of(self, trait: str, path: str) -> list[UserImpl]:
        """The impls of a trait of std for the type."""
        return self.impls.get((trait, path.rpartition("::")[2]), [])


def read_user_types(files: Iterable[tuple[list[Node], str]]) -> UserTypes:
    """Collect them from pairs of a file's items and its module path (with the crate's name)."""
    known = [(items, module.partition("::")[2]) for items, module in files]
    found = UserTypes()
    places = [(node, _path_of(node, module), items) for items, module in known for node in items if node.kind in _KINDS]
    for _, path, _ in places:
        name = path.rpartition("::")[2]
        found.names[name] = found.names.get(name, 0) + 1
    paths = frozenset(path for _, path, _ in places)
    aliases = frozenset(_path_of(node, module) for items, module in known for node in items if node.kind == "type_item")
    own = frozenset(path.rpartition("::")[2] for path in paths | aliases)
    hidden = own | frozenset(_PRELUDE if any(_brings_unknown_names(items, own) for items, _ in known) else ())
    uses = {id(items): _certain_uses(items) for items, _ in known}
    for node, path, items in places:
        resolver = _Resolver(path.rpartition("::")[0], uses[id(items)], paths, aliases, hidden)
        found.types[path] = _read_type(node, path, resolver)
    for items, _ in known:
        seen = [_add_impl(found, node) for node in items if node.kind == "impl_item"]
        if items:
            written = _MARKER_IMPL.findall(items[0].source)
            found.hidden_impls |= {
                trait for trait in ("Send", "Sync") if written.count(trait.encode()) > seen.count(trait)
            }
    return found


def _path_of(node: Node, module: str) -> str:
    names = [
        name.text
        for parent in node.ancestors()
        if parent.kind in ("mod_item", "function_item") and (name := parent.field("name")) is not None
    ]
    own = node.field("name")
    return "::".join(part for part in (module, *reversed(names), own.text if own is not None else "") if part)


def _certain_uses(items: list[Node]) -> dict[str, str]:
    """The `use` names of a file; those that mean different things in its modules are left out."""
    found: dict[str, str] = {}
    for node in items:
        if node.kind == "use_declaration":
            for name, path in use_names([node]).items():
                found[name] = path if found.get(name, path) == path else ""
    return found


def _brings_unknown_names(items: list[Node], own: frozenset[str]) -> bool:
    """Whether a glob of a file may hide names of the prelude: `use std::io::*`."""
    globs = [glob for node in items if node.kind == "use_declaration" for glob in _GLOB.findall(node.text)]
    starts = own | {"crate", "self", "super"}
    return not all(glob.partition("::")[0] in starts or glob.endswith("prelude") for glob in globs)


@dataclass(slots=True, frozen=True)
class _Resolver:
    """What names mean where a type is defined."""

    module: str
    uses: Mapping[str, str]
    types: frozenset[str]
    aliases: frozenset[str]
    hidden: frozenset[str]  # names of the prelude that something else may stand for

    def type_text(self, text: str, parameters: frozenset[str]) -> str | None:
        """The type with full paths; None where one of its names is not certain."""
        parts, at = [], 0
        for match in _PATH.finditer(text):
            parts.append(text[at : match.start()])
            at = match.end()
            word = re.sub(r"\s", "", match.group())
            found = "" if word.startswith("'") else word if word in _WORDS else self._path(word, parameters)
            if found is None:
                return None
            parts.append(found)
        plain = " ".join("".join([*parts, text[at:]]).split())
        return plain.replace("& ", "&").replace("<, ", "<").replace("<>", "")

    def _path(self, path: str, parameters: frozenset[str]) -> str | None:
        if path in PRIMITIVES or path in parameters:
            return path
        local = f"{self.module}::{path}" if self.module else path
        if local in self.aliases:
            return None
        if local in self.types:
            return local
        first, _, rest = path.removeprefix("::").partition("::")
        if first in self.uses and not path.startswith("::"):
            named = self.uses[first]
            return self._absolute(f"{named}::{rest}" if rest else named) if named else None
        return self._absolute(path) or (None if rest or path in self.hidden else _PRELUDE.get(path))

    def _absolute(self, path: str) -> str | None:
        first, _, rest = path.removeprefix("::").partition("::")
        if first in {"std", "core", "alloc"}:
            return f"std::{rest}"
        full = {"crate": rest, "self": f"{self.module}::{rest}".removeprefix("::")}.get(first)
        return full if full in self.types and full not in self.aliases else None


def _read_type(node: Node, path: str, resolver: _Resolver) -> UserType:
    parameters = tuple(_parameters(node))
    known = frozenset(parameters)
    fields = [resolver.type_text(ty.text, known) for ty in _field_types(node)]
    return UserType(path, parameters, fields, frozenset(_derives(node)))


def _parameters(node: Node) -> Iterator[str]:
    """The names of type parameters."""
    listed = node.field("type_parameters")
    for child in listed.named if listed is not None else []:
        name = child.field("name")
        if child.kind == "type_parameter" and name is not None:
            yield name.text


def _field_types(node: Node) -> Iterator[Node]:
    body = node.field("body")
    for child in body.walk() if body is not None else ():
        if child.kind == "field_declaration" and (ty := child.field("type")) is not None:
            yield ty
        elif child.kind == "ordered_field_declaration_list":
            yield from child.fields("type")


def _derives(node: Node) -> Iterator[str]:
    for attribute in attributes_of(node):
        listed = _DERIVES.search(attribute.text)
        for name in listed.group(1).split(",") if listed else ():
            yield name.strip().rpartition("::")[2]


def _add_impl(found: UserTypes, node: Node) -> str | None:
    """Keep an impl of one of the traits, and name it."""
    trait, implementor = node.field("trait"), node.field("type")
    if trait is None or implementor is None:
        return None
    name = trait.text.rpartition("::")[2]
    if name in _STD_TRAITS:
        is_negative = any(child.kind == "!" for child in node.children)
        is_general = node.field("type_parameters") is not None or "<" in implementor.text
        found.impls.setdefault((name, type_name(implementor)), []).append(UserImpl(is_negative, is_general))
    return name
