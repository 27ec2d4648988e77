"""Dependencies remembered: their names, impls and the texts of their items, without bodies, tests and macro calls.

In: a crate that was read, or a folder. Out: a file for each crate, from which the crate is had again without parsing
its sources; an item's text is parsed when the item is lowered. Registry sources never change under their path, so a
file is keyed by path, features, dependencies, size and time of the root, and our version. What is damaged or foreign is
not used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from borrowscope.analyzer.kept_files import KeptFiles, digest
from borrowscope.analyzer.static.crate_keys import is_immutable
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.static.impl_index import ImplIndex
from borrowscope.analyzer.static.item_tree import (
    CrateItems,
    ImplNode,
    Import,
    Item,
    Member,
    Module,
    all_modules,
)
from borrowscope.parse.syntax import Node
from borrowscope.tables.tool import GRAMMAR, VERSION

_FORMAT: Final = f"2 {VERSION} {GRAMMAR}"
_LONGEST_VALUE: Final = 200


class CrateCache:
    """A folder with a file for each crate. `stamp` is what else the facts depend on: std's catalog."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self._folder = folder
        self._stamp = stamp
        self._files = KeptFiles(folder, f"{_FORMAT} {stamp}")

    def path_of(self, source: CrateSource) -> Path | None:
        """Where a crate is remembered; None where its sources may change."""
        if source.is_workspace or not is_immutable(source.root):
            return None
        try:
            status = source.root.stat()
        except OSError:
            return None
        what = [
            _FORMAT,
            self._stamp,
            source.key,
            source.name,
            str(source.root),
            source.edition,
            sorted(source.features) if source.features is not None else None,
            sorted(source.dependencies.items()),
            status.st_size,
            status.st_mtime_ns,
            [(str(folder), folder.stat().st_mtime_ns) for folder in source.out_dirs],
        ]
        return self._folder / f"{source.name}-{digest(json.dumps(what))}.facts"

    def find(self, source: CrateSource) -> tuple[dict[str, Any], bytes] | None:
        """The facts of a crate and the texts of its items, where they are remembered and whole."""
        path = self.path_of(source)
        body = self._files.read(path.name) if path is not None else None
        if body is None:
            return None
        facts, _, text = body.partition(b"\n")
        return json.loads(facts), text

    def store(self, source: CrateSource, facts: dict[str, Any], text: bytes) -> None:
        """Remember a crate."""
        path = self.path_of(source)
        if path is not None:
            self._files.write(path.name, json.dumps(facts, separators=(",", ":")).encode() + b"\n" + text)


class Writer:
    """Puts one crate into facts."""

    def __init__(
        self, crate: CrateItems, index: ImplIndex, members: Callable[[Module, Node], Iterable[Member]]
    ) -> None:
        self._crate = crate
        self._index = index
        self._members = members
        self._texts: list[bytes] = []
        self._length = 0
        self._numbers: dict[int, int] = {}

    def facts(self, given: CrateSource, visible: dict[str, str]) -> tuple[dict[str, Any], bytes]:
        """Everything about the crate that others ask."""
        modules: list[Module] = []
        for module in all_modules(self._crate.root):
            if module.calls:
                self._crate.expand_calls(module, None)
            self._numbers[id(module)] = len(modules)
            modules.append(module)
        # the rows of modules first: they number the texts
        rows = [self._module(module) for module in modules]
        found = {
            "modules": rows,
            "impls": self._impls(),
            "visible": {path: seen for path, seen in visible.items() if path != seen},
            "dependencies": {
                name: key for name, key in self._crate.dependencies.items() if given.dependencies.get(name) != key
            },
            "macro_crates": self._crate.macro_crates,
        }
        return found, b"".join(self._texts)

    def _module(self, module: Module) -> list[Any]:
        entries = {
            name: [self._entry(entry) for entry in entries if not _is_hidden_macro(entry)]
            for name, entries in module.entries.items()
        }
        parent = self._numbers.get(id(module.parent), -1)
        return [module.name, parent, module.rank, entries, module.globs, module.hidden]

    def _entry(self, entry: Item | Import) -> list[Any]:
        if isinstance(entry, Import):
            return [*entry]
        number = -1
        if entry.kind == "mod":
            module = self._crate.modules.get(id(entry))
            number = self._numbers.get(id(module), -1)
        start, end = self._text(_STRIPPED.get(entry.kind, _verbatim)(self, entry)) if entry.kind != "mod" else (0, 0)
        return [
            entry.kind,
            entry.namespaces,
            entry.visibility,
            entry.rank,
            entry.is_foreign,
            entry.wrapper,
            start,
            end,
            number,
        ]

    def _text(self, text: bytes) -> tuple[int, int]:
        start = self._length
        self._texts.append(text + b"\n")
        self._length += len(text) + 1
        return start, start + len(text)

    def holder(self, node: Node, module: Module) -> bytes:
        """An impl or trait with its members and without bodies."""
        body = node.field("body")
        if body is None:
            return node.text.encode()
        members = [_member(member.node) for member in self._members(module, body) if member.kind != "call"]
        return node.source[node.start : body.start] + b"{" + b" ".join(members) + b"}"

    def _impls(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for head, trait, entry in self._index.all_entries():
            members: tuple[list[str], list[str]] = ([], [])
            body = entry.node.field("body")
            for member in self._members(entry.module, body) if body is not None else ():
                if member.kind in ("fn", "const"):
                    members[member.kind == "const"].append(member.name)
            place = self._text(self.holder(entry.node, entry.module))
            number = self._numbers.get(id(entry.module))
            if number is not None:
                found.setdefault(head, []).append([trait, number, entry.rank, *place, *members])
        for head, trait, item in self._index.all_derives():
            number = self._numbers.get(id(item.module))
            if number is not None:
                found.setdefault(head, []).append([trait, number, item.name])
        return found


def _verbatim(_: Writer, item: Item) -> bytes:
    return item.node.source[item.node.start : item.node.end]


def _holder(writer: Writer, item: Item) -> bytes:
    return writer.holder(item.node, item.module)


def _without_body(_: Writer, item: Item) -> bytes:
    return _member(item.node)


def _member(node: Node) -> bytes:
    """A member's or item's text without its body, or without a long value."""
    body = node.field("body")
    if body is not None and node.kind == "function_item":
        return node.source[node.start : body.start].rstrip() + b";"
    value = node.field("value")
    if value is not None and value.end - value.start > _LONGEST_VALUE:
        return node.source[node.start : value.start] + b"();"
    return node.source[node.start : node.end]


_STRIPPED: Final[dict[str, Callable[[Writer, Item], bytes]]] = {
    "trait": _holder,
    "fn": _without_body,
    "const": _without_body,
    "static": _without_body,
}


def _is_hidden_macro(entry: Item | Import) -> bool:
    return isinstance(entry, Item) and entry.kind == "macro" and "macro_export" not in entry.attributes


class Reader:
    """A crate from its facts: modules are there at once, their names when one is looked up."""

    def __init__(self, crate: CrateItems, facts: dict[str, Any], text: bytes) -> None:
        self._crate = crate
        self._facts = facts
        self._text = text
        self._modules: list[Module] = []

    def build(self) -> None:
        """Make the modules; the crate's root becomes the first."""
        self._crate.dependencies.update(self._facts["dependencies"])
        self._crate.macro_crates[:] = self._facts["macro_crates"]
        for number, (name, parent, rank, *_) in enumerate(self._facts["modules"]):
            above = self._modules[parent] if parent >= 0 else None
            if above is None:
                module = self._crate.root
                module.file = None
            else:
                module = Module(self._crate, f"{above.path}::{name}", name, above, rank=rank)
            self._modules.append(module)
            module.fill = lambda module, number=number: self._fill(module, number)

    def _fill(self, module: Module, number: int) -> None:
        _, _, _, entries, globs, hidden = self._facts["modules"][number]
        module.globs = [_import(row) for row in globs]
        module.hidden = [_import(row) for row in hidden]
        for name, rows in entries.items():
            found = [self._entry(module, name, row) for row in rows]
            if found:
                module.entries[name] = found

    def _entry(self, module: Module, name: str, row: list[Any]) -> Item | Import:
        if isinstance(row[0], list):
            return _import(row)
        kind, namespaces, visibility, rank, is_foreign, wrapper, start, end, number = row
        item = Item(kind, namespaces, name, (self._text, start, end), module)
        item.visibility, item.rank = visibility, rank
        item.is_foreign, item.wrapper = is_foreign, wrapper
        module.ordered.append(item)
        if kind == "mod":
            module.submodules.append(item)
            if number >= 0:
                self._crate.modules[id(item)] = self._modules[number]
        elif kind == "trait":
            module.traits.append(item)
        elif kind == "macro":
            item.attributes = "#[macro_export]"
            self._crate.exported_macros.setdefault(name, item)
        return item

    def macros(self) -> None:
        """Note the exported macros of all modules: they are found without a path."""
        for number, module in enumerate(self._modules):
            if any(row[0] == "macro" for rows in self._facts["modules"][number][3].values() for row in rows):
                module.collected()

    @property
    def visible(self) -> dict[str, str]:
        """Canonical path to visible path, where they differ."""
        return self._facts["visible"]  # type: ignore[no-any-return]

    def entries(self, head: str) -> Iterable[tuple[str, ImplNode | Item]]:
        """The impls and derives for a head, with their traits."""
        for trait, number, *rest in self._facts["impls"].get(head, ()):
            module = self._modules[number]
            if len(rest) == 1:
                for item in module.collected().entries.get(rest[0], ()):
                    if isinstance(item, Item):
                        yield trait, item
                continue
            rank, start, end, functions, consts = rest
            yield trait, ImplNode((self._text, start, end), module, rank, frozenset((*functions, *consts)))


def _import(row: list[Any]) -> Import:
    return Import(tuple(row[0]), *row[1:])
