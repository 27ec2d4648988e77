"""How items are called from outside: the shortest path of public modules and re-exports.

In: a crate's root module, or a crate and an item of another one. Out: the visible path, found as the compiler does,
breadth first: from one crate, or from all that a crate depends on itself.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from borrowscope.analyzer.static.cfg import is_for_others, likelihood
from borrowscope.analyzer.static.item_tree import PUBLIC, TYPE, VALUE, CrateItems, Import, Item, Module, all_modules
from borrowscope.analyzer.static.resolution import Resolver, StdItem
from borrowscope.parse.syntax import Node

_HIDDEN: Final = re.compile(r"\bdoc\s*\(\s*hidden\b")
_NUMBER: Final = re.compile(r"#\d+")  # tells crates of one name apart; nobody prints it
_TEXTS: Final = frozenset({"line_comment", "block_comment", "string_literal", "raw_string_literal"})


class Crates(Protocol):
    """What the search asks of all crates together."""

    def own_visible_paths(self, crate: CrateItems) -> dict[str, str]:
        """The visible paths that a crate itself gives its items."""

    def crate_of(self, path: str) -> CrateItems | None:
        """The crate that a path begins with."""

    def direct_dependencies(self, crate: CrateItems) -> Sequence[CrateItems]:
        """The crates that a crate names itself."""

    def name_in(self, crate: CrateItems, other: CrateItems) -> str:
        """What a crate calls another one."""

    def depends_on(self, crate: CrateItems, other: CrateItems) -> bool:
        """Whether the other crate is below the first one."""


class VisiblePaths:
    """What the crates of the workspace call the items of others."""

    def __init__(self, crates: Crates, resolver: Resolver) -> None:
        self._crates = crates
        self._resolver = resolver
        self._known: dict[tuple[str, str], str] = {}
        self._known_values: dict[tuple[str, str], str] = {}
        self._across: dict[str, dict[str, str]] = {}
        self._of_std: dict[str, dict[str, str]] = {}

    def seen_from(self, crate: CrateItems, path: str) -> str:
        """An item's path as the crate prints it."""
        key = (crate.name, path)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._renamed(crate, self._search(crate, path))
        return found

    def value_seen_from(self, crate: CrateItems, path: str) -> str:
        """The path of a function, constant or static of another crate, as the crate prints it."""
        owner = self._crates.crate_of(path)
        if owner is None or owner is crate:
            return path
        key = (crate.name, path)
        found = self._known_values.get(key)
        if found is None:
            module, name = find_value(owner.root, self._resolver, path) or path.rsplit("::", 1)
            place = module if isinstance(module, str) else module.path
            found = self._known_values[key] = f"{self.seen_from(crate, place)}::{name}"
        return found

    def _renamed(self, crate: CrateItems, path: str) -> str:
        """The path with what `extern crate x as y` calls its crate."""
        head, colons, rest = path.partition("::")
        first = self._crates.crate_of(head)
        name = self._crates.name_in(crate, first) if first is not None and first is not crate else head
        return _NUMBER.sub("", name + colons + rest)

    def _search(self, crate: CrateItems, path: str) -> str:
        owner = self._crates.crate_of(path)
        if owner is None:
            return self._std_path(crate, path)
        if owner is crate:
            return path
        direct = self._crates.direct_dependencies(crate)
        parent, _, name = path.rpartition("::")
        best = ""
        if owner in direct:
            best = self._crates.own_visible_paths(owner).get(path, "")
            if not best:
                best = f"{self.seen_from(crate, parent)}::{name}" if parent else path
        for other in direct:
            limit = best.count("::")
            if best and limit < 2:  # nothing is shorter than `crate::Item`
                break
            if other is not owner and self._crates.depends_on(other, owner):
                found = self._paths_across(other).get(path)
                if found is not None and (not best or found.count("::") < limit):
                    best = found
        return best or (f"{self.seen_from(crate, parent)}::{name}" if parent else path)

    def _std_path(self, crate: CrateItems, path: str) -> str:
        """An item of std: by its own path, unless a crate has it in its root: `futures_core::Future` is shorter."""
        if path.count("::") > 1:
            for other in self._crates.direct_dependencies(crate):
                name = self._std_names(other).get(path)
                if name is not None:
                    return f"{other.name}::{name}"
        return path

    def _std_names(self, crate: CrateItems) -> dict[str, str]:
        """The items of std that a crate hands on in its root, by their paths."""
        found = self._of_std.get(crate.name)
        if found is None:
            found = self._of_std[crate.name] = {}
            for module in _with_globs(crate.root, self._resolver, is_own=False):
                for name, entries in list(module.collected().entries.items()):
                    if any(isinstance(entry, Import) and entry.visibility == PUBLIC for entry in entries):
                        target = self._resolver.lookup(module, name, TYPE)
                        if isinstance(target, StdItem):
                            found.setdefault(target.path, name)
        return found

    def _paths_across(self, crate: CrateItems) -> dict[str, str]:
        found = self._across.get(crate.name)
        if found is None:
            found = self._across[crate.name] = visible_paths(crate.root, self._resolver, is_own=False)
        return found


def visible_paths(root: Module, resolver: Resolver, *, is_own: bool = True) -> dict[str, str]:
    """Canonical path of each type, trait and module that others can name, to the path that they see.

    Of what is re-exported from other crates, modules are followed unless only the crate's own names are asked for.
    """
    found: dict[str, str] = {}
    less: dict[str, str] = {}
    waiting: deque[tuple[Module, str]] = deque([(root, root.path)])
    seen = {id(root)}
    while waiting:
        module, path = waiting.popleft()
        into = less if _is_hidden(module) else found
        for name, target in public_names(module, resolver, is_own=is_own):
            into.setdefault(target.path, f"{path}::{name}")
            if (
                isinstance(target, Module)
                and into is found
                and id(target) not in seen
                and not (is_own and target.crate is not root.crate)
            ):
                seen.add(id(target))
                waiting.append((target, f"{path}::{name}"))
    return {**less, **found}


def find_value(root: Module, resolver: Resolver, path: str) -> tuple[Module, str] | None:
    """The nearest public module that has a value of the crate, and its name there; hidden modules come last."""
    waiting: deque[Module] = deque([root])
    hidden: deque[Module] = deque()
    seen = {id(root)}
    while waiting or hidden:
        module = (waiting or hidden).popleft()
        for name in _names_of(module, path.rpartition("::")[2], resolver):
            target = resolver.find_public(module, name, VALUE)
            if isinstance(target, Item) and target.path == path:
                return module, name
        for _, inner in public_names(module, resolver):
            if isinstance(inner, Module) and inner.crate is root.crate and id(inner) not in seen:
                seen.add(id(inner))
                (hidden if _is_hidden(inner) else waiting).append(inner)
    return None


def _names_of(module: Module, name: str, resolver: Resolver) -> Iterator[str]:
    """The name, and others that re-exports give what has it."""
    yield name
    for inner in _with_globs(module, resolver, is_own=True):
        for entries in inner.collected().entries.values():
            for entry in entries:
                if isinstance(entry, Import) and entry.path[-1] == name != entry.name:
                    yield entry.name


def _is_hidden(module: Module) -> bool:
    entries = module.parent.entries.get(module.name, ()) if module.parent is not None else ()
    return any(
        isinstance(entry, Item) and entry.kind == "mod" and _HIDDEN.search(entry.attributes) for entry in entries
    )


def public_names(module: Module, resolver: Resolver, *, is_own: bool = True) -> list[tuple[str, Module | Item]]:
    """The public names of types and modules in a module: its own, re-exported, and by public globs."""
    found: dict[str, Module | Item] = {}
    for inner in _with_globs(module, resolver, is_own=is_own):
        for name, entries in list(inner.collected().entries.items()):  # looking up may expand macros
            if name not in found and any(entry.visibility == PUBLIC for entry in entries):
                target = resolver.lookup(inner, name, TYPE)
                if isinstance(target, (Module, Item)):
                    found[name] = target
    return list(found.items())


def _with_globs(module: Module, resolver: Resolver, *, is_own: bool) -> Iterator[Module]:
    """The module, then the modules whose names it hands on by globs."""
    waiting: deque[Module] = deque([module])
    seen = {id(module)}
    while waiting:
        current = waiting.popleft()
        yield current
        for glob in current.globs:
            if glob.visibility == PUBLIC:
                inner, taken = resolver.resolve(current, glob.path, TYPE, is_import=True)
                is_whole = taken == len(glob.path) and isinstance(inner, Module)
                if is_whole and id(inner) not in seen and not (is_own and inner.crate is not module.crate):  # type: ignore[union-attr]
                    seen.add(id(inner))
                    waiting.append(inner)  # type: ignore[arg-type]


# which crates a crate names
def mentions(crate: CrateItems, name: str) -> bool:
    """Whether the crate's active code has the name of another crate: the compiler loads no others."""
    word = re.compile(rb"(?<![\w.])" + name.encode() + rb"(?!\w)")
    for module in all_modules(crate.root):
        node = module.collected().node
        if node is None or not is_for_others(module.rank):
            continue
        for match in word.finditer(node.source, node.start, node.end):
            if _is_active(node, match.start(), crate.features):
                return True
    return False


def _is_active(node: Node, offset: int, features: frozenset[str] | None) -> bool:
    """Whether what stands at the offset is code that is compiled."""
    found: Node | None = node
    while found is not None:
        node, found = found, None
        attributes_at = -1
        for child in node.children:
            if child.kind == "attribute_item" and not child.start <= offset < child.end:
                attributes_at = child.start if attributes_at < 0 else attributes_at
                continue
            if child.start <= offset < child.end:
                if attributes_at >= 0:
                    attributes = child.source[attributes_at : child.start].decode("utf-8", "replace")
                    if "cfg" in attributes and not is_for_others(likelihood(attributes, features)):
                        return False
                found = child
                break
            attributes_at = -1
    return node.kind not in _TEXTS
