"""The impls of one crate by what is asked for: trait and head of the self type, or names of inherent functions.

In: the crate's modules. Out: `Impl` values, lowered when they are first matched. Derives are impls as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from borrowscope.analyzer.static.definitions import Bound, Function, Generics, Impl
from borrowscope.analyzer.static.generic_text import read_parameters, trait_path
from borrowscope.analyzer.static.item_tree import TYPE, CrateItems, ImplNode, Item, Module, all_modules
from borrowscope.analyzer.static.layout import Layout, ModuleFinder
from borrowscope.analyzer.static.lowering import Lowering
from borrowscope.analyzer.static.resolution import Primitive, StdItem
from borrowscope.analyzer.static.types import (
    ARRAY,
    DYN,
    FUNCTION,
    NEVER,
    POINTER,
    POINTER_MUT,
    REF,
    REF_MUT,
    SLICE,
    TUPLE,
    UNKNOWN,
    Ty,
    make,
    make_param,
)
from borrowscope.parse.syntax import Node

_Found = TypeVar("_Found")
BLANKET: Final = ""
_DERIVE: Final = re.compile(r"\bderive\s*\(([^)]*)\)")
_DERIVED: Final = {
    "Clone": "std::clone::Clone",
    "Copy": "std::marker::Copy",
    "Debug": "std::fmt::Debug",
    "Default": "std::default::Default",
    "PartialEq": "std::cmp::PartialEq",
    "Eq": "std::cmp::Eq",
    "PartialOrd": "std::cmp::PartialOrd",
    "Ord": "std::cmp::Ord",
    "Hash": "std::hash::Hash",
}
_WITH_RIGHT_SIDE: Final = frozenset({"std::cmp::PartialEq", "std::cmp::PartialOrd"})
_NAMED_AS_THEIR_TRAIT: Final = {"Error": "std::error::Error", "Display": "std::fmt::Display"}  # macros of other crates
_HEADS: Final = {
    "unit_type": TUPLE,
    "tuple_type": TUPLE,
    "never_type": NEVER.head,
    "function_type": FUNCTION,
    "dynamic_type": DYN,
}


class ImplIndex:
    """The impls of one crate; indexed on first use."""

    def __init__(self, lowering: Lowering, crate: CrateItems) -> None:
        self._lowering = lowering
        self._crate = crate
        self._is_built = False
        self._inherent: dict[str, list[ImplNode]] = {}
        self._by_head: dict[str, list[ImplNode]] = {}
        self._of_traits: dict[tuple[str, str], list[ImplNode]] = {}
        self._derived: dict[tuple[str, str], list[Item]] = {}
        self._derives_of: dict[str, list[tuple[str, Item]]] = {}
        self._made: dict[tuple[str, str], list[Impl]] = {}
        self._entries: Callable[[str], Iterable[tuple[str, ImplNode | Item]]] | None = None
        self._heads: set[str] = set()
        self._traits_by_member: dict[str, list[Item]] = {}
        self._finder: ModuleFinder | None = None
        self._layout = Layout()
        self._number = -1  # of the module that is read
        self._read: set[int] = set()
        self._order: dict[int, tuple[int, int]] = {}  # by id of a module or block

    @property
    def is_built(self) -> bool:
        """Whether the crate's files have been read."""
        return self._is_built

    def remembered(self, entries: Callable[[str], Iterable[tuple[str, ImplNode | Item]]]) -> None:
        """Take the impls for a head from there when they are asked for, instead of reading the crate."""
        self._entries = entries
        self._is_built = True

    def expect(self, layout: Layout, finder: ModuleFinder) -> None:
        """Read only the modules that have what is asked for."""
        self._layout, self._finder = layout, finder
        self._is_built = True

    def fill(self, layout: Layout) -> None:
        """Tell which modules have which impls and traits."""
        self._built()
        layout.heads, layout.members = self._layout.heads, self._layout.members

    def _load(self, numbers: Iterable[int]) -> None:
        """Read modules."""
        assert self._finder is not None
        for number in numbers:
            if number not in self._read:
                self._read.add(number)
                self._add_numbered(number, self._finder.module(number))

    def _add_numbered(self, number: int, module: Module) -> None:
        before, self._number = self._number, number
        self.add(module)
        self._number = before

    def _order_entries(self, head: str) -> None:
        """Put what is known for the head into the order in which all modules together would give it."""
        for impls in (self._by_head, self._inherent):
            impls.get(head, []).sort(key=self._place)
        for table in (self._of_traits, self._derived):
            for (_, other), entries in table.items():
                if other == head:
                    entries.sort(key=self._place)
        self._derives_of.get(head, []).sort(key=lambda row: self._place(row[1]))

    def _place(self, entry: ImplNode | Item) -> tuple[int, int]:
        return self._order.get(id(entry.module), (len(self._layout.modules), 0))

    def _for(self, head: str) -> ImplIndex:
        """This index with the impls for the head."""
        if self._finder is not None:
            if head not in self._heads:
                self._heads.add(head)
                numbers = self._layout.heads.get(head, ())
                self._load(numbers)
                if len(numbers) > 1:
                    self._order_entries(head)
            return self
        if self._entries is None:
            return self._built()
        if head not in self._heads:
            self._heads.add(head)
            for trait, entry in self._entries(head):
                self._note(head, trait, entry)
        return self

    def _note(self, head: str, trait: str, entry: ImplNode | Item) -> None:
        if isinstance(entry, Item):
            self._note_derive(trait, head, entry)
            return
        self._by_head.setdefault(head, []).append(entry)
        if trait:
            self._of_traits.setdefault((trait, head), []).append(entry)
        else:
            self._inherent.setdefault(head, []).append(entry)

    def all_entries(self) -> Iterator[tuple[str, str, ImplNode]]:
        """Head, trait and block of every impl of the crate."""
        self._built()
        for head, entries in self._inherent.items():
            yield from ((head, "", entry) for entry in entries)
        for (trait, head), entries in self._of_traits.items():
            yield from ((head, trait, entry) for entry in entries)

    def all_derives(self) -> Iterator[tuple[str, str, Item]]:
        """Head, trait and item of every derive of the crate."""
        for (trait, head), items in self._built()._derived.items():  # noqa: SLF001
            yield from ((head, trait, item) for item in items)

    def _built(self) -> ImplIndex:
        if not self._is_built:
            self._is_built = True
            for number, module in enumerate(all_modules(self._crate.root)):
                self._add_numbered(number, module)
        return self

    def _note_place(self, into: dict[str, list[int]], name: str) -> None:
        """Remember which module has what is asked for by a name."""
        if self._number >= 0 and self._finder is None:
            numbers = into.setdefault(name, [])
            if not numbers or numbers[-1] != self._number:
                numbers.append(self._number)

    def add(self, module: Module) -> None:
        """Note the impls, derives and traits of one module or block."""
        if self._number >= 0:
            self._order[id(module)] = (self._number, len(self._order))
        if module.calls and not module.is_block:
            module.crate.expand_calls(module, "impl")
        for entry in module.impls:
            self._add_impl(entry)
        for item in list(module.ordered):
            if isinstance(item, Item) and "derive" in item.attributes:
                self._add_derives(item)
            if isinstance(item, Item) and item.kind == "const" and self._crate.has_inactive:
                self._lowering.note_block(item)
        for item in module.traits:
            for name, member in self._lowering.trait_owner(item).members.items():
                if member.kind == "fn":
                    self._note_place(self._layout.members, name)
                    self._traits_by_member.setdefault(name, []).append(item)

    def _add_impl(self, entry: ImplNode) -> None:
        self_type, trait = entry.node.field("type"), entry.node.field("trait")
        if self_type is None:
            return
        head = self._head(entry, self_type)
        if head is None:
            return
        self._note_place(self._layout.heads, head)
        self._by_head.setdefault(head, []).append(entry)
        if trait is None:
            self._inherent.setdefault(head, []).append(entry)
            return
        if b"!" in entry.node.source[entry.node.start : trait.start].rpartition(b">")[2]:
            return
        path = trait_path(trait.text)
        found, taken = self._lowering.resolver.resolve(entry.module, path, TYPE)
        if isinstance(found, (Item, StdItem)) and found.kind == "trait" and taken == len(path):
            key = (found.path, head)
            self._of_traits.setdefault(key, []).append(entry)
            self._made.pop(key, None)

    def _head(self, entry: ImplNode, node: Node) -> str | None:
        fixed = _HEADS.get(node.kind)
        if fixed is not None:
            return fixed
        if node.kind == "macro_invocation":
            return self._lowering.impl_owner(entry).self_type.head or None
        text = node.text
        handler = _HEAD_BY_SIGN.get(text[:1])
        if handler is not None:
            return handler(text, node)
        return self._named_head(entry, text)

    def _named_head(self, entry: ImplNode, text: str) -> str | None:
        path = trait_path(text)
        if len(path) == 1:
            parameters = entry.node.child("type_parameters")
            if parameters is not None and any(found.name == path[0] for found in read_parameters(parameters.text)):
                return BLANKET
        found, taken = self._lowering.resolver.resolve(entry.module, path, TYPE)
        if taken < len(path) or found is None:
            return None
        if isinstance(found, Primitive):
            return found.name
        if isinstance(found, (Item, StdItem)):
            if found.kind == "trait":
                return DYN
            if found.kind in ("alias", "type"):
                return self._lowering.impl_owner(entry).self_type.head
            return found.path
        return None

    def _add_derives(self, item: Item) -> None:
        for match in _DERIVE.finditer(item.attributes):
            for text in match[1].split(","):
                path = trait_path(text)
                if path:
                    for trait in self._derived_traits(item, path):
                        self._note_derive(trait, item.path, item)

    def _note_derive(self, trait: str, head: str, item: Item) -> None:
        self._note_place(self._layout.heads, head)
        self._derived.setdefault((trait, head), []).append(item)
        self._derives_of.setdefault(head, []).append((trait, item))

    def _derived_traits(self, item: Item, path: tuple[str, ...]) -> Iterator[str]:
        known = _DERIVED.get(path[-1])
        if known is not None:
            yield known
            return
        found, taken = self._lowering.resolver.resolve(item.module, path, TYPE)
        if isinstance(found, (Item, StdItem)) and found.kind == "trait" and taken == len(path):
            yield found.path
        elif path[-1] in _NAMED_AS_THEIR_TRAIT:
            yield _NAMED_AS_THEIR_TRAIT[path[-1]]
            if path[-1] == "Error" and "#[error" in item.node.text:
                yield _NAMED_AS_THEIR_TRAIT["Display"]

    # answers
    def inherent_functions(self, head: str, name: str) -> list[tuple[Impl, Function]]:
        """Functions of that name in inherent impls of types with the head."""
        lowering = self._lowering
        found: list[tuple[float, Impl, Function]] = []
        for entry in self._for(head)._inherent.get(head, ()):  # noqa: SLF001
            member = lowering.impl_owner(entry).members.get(name) if entry.may_have(name) else None
            if member is not None and member.kind == "fn":
                impl = lowering.impl(entry)
                found.append((min(entry.rank, member.rank), impl, impl.functions[name]))
        return [(impl, function) for _, impl, function in _likeliest(_active(found))]

    def inherent_consts(self, head: str, name: str) -> list[tuple[Impl, Ty]]:
        """Consts of that name in inherent impls of types with the head."""
        lowering = self._lowering
        found: list[tuple[float, Impl, Ty]] = []
        for entry in self._for(head)._inherent.get(head, ()):  # noqa: SLF001
            member = lowering.impl_owner(entry).members.get(name) if entry.may_have(name) else None
            if member is not None and member.kind == "const":
                impl = lowering.impl(entry)
                found.append((min(entry.rank, member.rank), impl, impl.consts[name]))
        return [(impl, ty) for _, impl, ty in _likeliest(_active(found))]

    def constant(self, head: str, name: str) -> int | None:
        """The value of an associated constant of a type."""
        for entry in self._for(head)._by_head.get(head, ()):  # noqa: SLF001
            if entry.may_have(name) and name in self._lowering.impl_owner(entry).members:
                return self._lowering.constants.constant_of(entry, name)
        return None

    def impls(self, trait: str, head: str) -> list[Impl]:
        """Impls of the trait for self types with the head, or blanket ones."""
        self._for(head)
        key = (trait, head)
        found = self._made.get(key)
        if found is None:
            entries = _active([(entry.rank, entry) for entry in self._of_traits.get(key, ())])
            found = [impl for _, entry in entries if not _is_for_unknown(impl := self._lowering.impl(entry))]
            derived = self._derived.get(key) or ([] if found else self._implied(trait, head))
            found += [self._derive(trait, item) for item in derived[:1]]
            self._made[key] = found
        return found

    def _implied(self, trait: str, head: str) -> list[Item]:
        """The type if it derives a trait that has this one among its supertraits: the macro must have seen to both."""
        if trait.startswith("std::"):
            return []
        return [item for other, item in self._derives_of.get(head, ()) if trait in self._lowering.all_supers(other)]

    def traits_with(self, name: str) -> list[Item]:
        """The traits of the crate that declare a function of that name."""
        if self._finder is None:
            return self._built()._traits_by_member.get(name, [])  # noqa: SLF001
        self._load(self._layout.members.get(name, ()))
        return sorted(self._traits_by_member.get(name, ()), key=self._place)

    def _derive(self, trait: str, item: Item) -> Impl:
        definition = self._lowering.lowered(item)
        declared: Generics = getattr(definition, "generics", Generics())
        self_type = make(item.path, tuple(make_param(param.name) for param in declared.params))
        bounds = list(declared.bounds)
        for param in declared.params:
            if not param.is_const:
                subject = make_param(param.name)
                bounds.append(Bound(subject, trait, (subject,) if trait in _WITH_RIGHT_SIDE else ()))
        args = (self_type,) if trait in _WITH_RIGHT_SIDE else ()
        return Impl(self_type, Generics(declared.params, tuple(bounds)), trait, args)


def _active(found: list) -> list:  # type: ignore[type-arg]
    """Those whose cfg may hold; all where none may. The first of a tuple is the likelihood."""
    if len(found) < 2:
        return found
    best = max(row[0] for row in found)
    return [row for row in found if row[0] > 0] if best > 0 else found


def _likeliest(found: list[tuple[float, Impl, _Found]]) -> list[tuple[float, Impl, _Found]]:
    """Of members of one name for one type, of which only one can be compiled, the likeliest."""
    if len(found) < 2:
        return found
    best: dict[int, float] = {}  # by self type: closed types are interned
    for rank, impl, _ in found:
        best[id(impl.self_type)] = max(best.get(id(impl.self_type), 0.0), rank)
    return [row for row in found if row[0] >= best[id(row[1].self_type)]]


def _is_for_unknown(impl: Impl) -> bool:
    """`impl A for &Unknown`, which would match every reference."""
    return "::" not in impl.self_type.head and UNKNOWN in impl.self_type.args


def _reference_head(text: str, _: Node) -> str:
    return REF_MUT if re.match(r"&\s*(?:'\w+\s+)?mut\b", text) else REF


def _pointer_head(text: str, _: Node) -> str:
    return POINTER_MUT if text.startswith("*mut") else POINTER


def _bracket_head(_: str, node: Node) -> str:
    return ARRAY if node.field("length") is not None else SLICE


def _parenthesis_head(text: str, _: Node) -> str | None:
    return DYN if text.startswith("(dyn") else TUPLE


_HEAD_BY_SIGN: Final[dict[str, Callable[[str, Node], str | None]]] = {
    "&": _reference_head,
    "*": _pointer_head,
    "[": _bracket_head,
    "(": _parenthesis_head,
    "<": lambda _text, _node: None,
}
