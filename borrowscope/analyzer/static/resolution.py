"""What names and paths mean: modules, imports, globs, preludes, other crates, std.

In: a module (or block) and the segments of a path. Out: a `Found` and how many segments it took. Nothing is lowered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Protocol, TypeAlias

from borrowscope.analyzer.static.item_tree import (
    MACRO,
    PRIVATE,
    PUBLIC,
    TYPE,
    VALUE,
    CrateItems,
    Import,
    Item,
    Module,
)
from borrowscope.analyzer.static.types import PRIMITIVES

NAMESPACES: Final = {"type": TYPE, "value": VALUE, "macro": MACRO}
STD_CRATES: Final = frozenset({"std", "core", "alloc", "proc_macro", "test"})
_BUILT_IN: Final = PRIMITIVES - {"!"}


class Entry(Protocol):
    """A name of std's catalog."""

    @property
    def kind(self) -> str:
        """`mod`, `struct`, `enum`, `trait`, `fn`, `const`, `static`, `type`, `macro`, `primitive`, `variant` ..."""

    @property
    def path(self) -> str:
        """The canonical path."""


class StdNames(Protocol):
    """What resolution asks of std's catalog."""

    def children(self, module: str) -> Mapping[str, tuple[Entry, ...]]:
        """The public names of a module of std, core or alloc."""

    def prelude(self, edition: int) -> Mapping[str, Entry]:
        """The names of std's prelude."""


class StdModule(NamedTuple):
    """A module of std."""

    path: str


class StdItem(NamedTuple):
    """An item of std."""

    kind: str
    path: str


class Primitive(NamedTuple):
    """A primitive type by its name."""

    name: str


class VariantItem(NamedTuple):
    """A variant of an enum; of std's enums by the path."""

    owner: Item | str
    name: str


Found: TypeAlias = Module | Item | StdModule | StdItem | Primitive | VariantItem

_STD_NAMESPACES: Final = {
    "mod": TYPE,
    "struct": TYPE | VALUE,
    "enum": TYPE,
    "union": TYPE,
    "trait": TYPE,
    "type": TYPE,
    "primitive": TYPE,
    "variant": TYPE | VALUE,
    "fn": VALUE,
    "const": VALUE,
    "static": VALUE,
    "macro": MACRO,
}


class Crates(Protocol):
    """How the crates of the world find each other."""

    def extern_crate(self, crate: CrateItems, name: str) -> Module | StdModule | None:
        """The root of what the crate calls `name`."""


class Visible(NamedTuple):
    """A meaning and who may see it: `visibility` outside of `module`."""

    found: Found
    visibility: int
    module: Module


class Resolver:
    """Looks names up; remembers what it found. One for all crates."""

    def __init__(self, std: StdNames, crates: Crates) -> None:
        self._std = std
        self._crates = crates
        self._in_progress: set[tuple[int, str, int]] = set()
        self._was_cyclic = False
        self._preludes: dict[int, Mapping[str, Entry]] = {}

    # names in one module
    def lookup(self, module: Module, name: str, namespace: int, importer: Module | None = None) -> Found | None:
        """What a name means in a module, its imports and globs included."""
        visible = self._visible(module, name, namespace)
        if visible is None or (importer is not None and not _may_see(visible, importer)):
            return None
        return visible.found

    def find_public(self, module: Module, name: str, namespace: int) -> Found | None:
        """What a name means to everybody who sees the module."""
        visible = self._visible(module, name, namespace)
        return visible.found if visible is not None and visible.visibility == PUBLIC else None

    def _visible(self, module: Module, name: str, namespace: int) -> Visible | None:
        memo = module.memo
        key = (name, namespace)
        if key in memo:
            return memo[key]  # type: ignore[return-value]
        mark = (id(module), name, namespace)
        if mark in self._in_progress:
            self._was_cyclic = True
            return None
        self._in_progress.add(mark)
        outer, self._was_cyclic = self._was_cyclic, False
        try:
            found = self._search(module, name, namespace)
        finally:
            self._in_progress.discard(mark)
        if found is not None or not self._was_cyclic or not self._in_progress:
            memo[key] = found
        self._was_cyclic = (self._was_cyclic and bool(self._in_progress)) or outer
        return found

    def _search(self, module: Module, name: str, namespace: int) -> Visible | None:
        entries = module.collected().entries.get(name)
        if entries is not None:
            if len(entries) > 1:
                entries = sorted(entries, key=_likeliest_first)
            for entry in entries:
                found = self._entry(module, entry, namespace)
                if found is not None:
                    return Visible(found, entry.visibility, module)
        if module.calls and not module.is_block and not module.is_expanding:
            module.crate.expand_calls(module, name)
            for entry in module.entries.get(name, ()):
                found = self._entry(module, entry, namespace)
                if found is not None:
                    return Visible(found, entry.visibility, module)
        globs = module.globs
        if len(globs) > 1:
            globs = sorted(globs, key=_likeliest_first)
        for glob in globs:
            found_there = self._in_glob(module, glob, name, namespace)
            if found_there is not None:
                return found_there
        return None

    def _entry(self, module: Module, entry: Item | Import, namespace: int) -> Found | None:
        if isinstance(entry, Item):
            if not entry.namespaces & namespace or (
                namespace == VALUE and entry.kind == "struct" and _has_names(entry)
            ):
                return None
            return module.crate.module_of(entry) if entry.kind == "mod" else entry
        if entry.is_extern_crate:
            if namespace != TYPE:
                return None
            return (
                module.crate.root if entry.path[0] == "self" else self._crates.extern_crate(module.crate, entry.path[0])
            )
        return self._import(module, entry.path, namespace)

    def _import(self, module: Module, path: tuple[str, ...], namespace: int) -> Found | None:
        if path[-1] == "self" and len(path) > 1:
            if namespace != TYPE:
                return None
            path = path[:-1]
        found, taken = self.resolve(module, path, namespace, is_import=True)
        return found if taken == len(path) else None

    def _in_glob(self, module: Module, glob: Import, name: str, namespace: int) -> Visible | None:
        if not glob.path or glob.path == ("::",):
            found: Found | None = module.crate.root
        else:
            found = self._import(module, glob.path, TYPE)
        if isinstance(found, Module):
            if found is module:
                return None
            visible = self._visible(found, name, namespace)
            if visible is None or not _may_see(visible, module):
                return None
            return Visible(visible.found, min(glob.visibility, visible.visibility), module)
        inner = self._member(found, name, namespace) if found is not None else None
        return Visible(inner, glob.visibility, module) if inner is not None else None

    def _member(self, container: Found, name: str, namespace: int) -> Found | None:
        if isinstance(container, Module):
            found = self.lookup(container, name, namespace)
            if found is None and namespace == MACRO and container is container.crate.root:
                return container.crate.exported_macro(name)
            return found
        if isinstance(container, StdModule):
            return self._in_std(container.path, name, namespace)
        if isinstance(container, Item):
            is_variant = container.kind == "enum" and namespace != MACRO and name in container.variants
            return VariantItem(container, name) if is_variant else None
        if isinstance(container, StdItem) and container.kind == "enum" and namespace != MACRO:
            return VariantItem(container.path, name) if self._is_std_variant(container.path, name) else None
        return None

    def _is_std_variant(self, path: str, name: str) -> bool:
        find = getattr(self._std, "find_type", None)
        definition = find(path) if find is not None else None
        return name in getattr(definition, "variants", ())

    def _in_std(self, module: str, name: str, namespace: int) -> Found | None:
        for entry in self._std.children(module).get(name, ()):
            if _STD_NAMESPACES.get(entry.kind, 0) & namespace:
                found = _std_found(entry)
                if not (namespace == VALUE and entry.kind == "struct" and not self._is_constructor(entry.path)):
                    return found
        return None

    def _is_constructor(self, path: str) -> bool:
        find = getattr(self._std, "find_type", None)
        definition = find(path) if find is not None else None
        own = getattr(definition, "own", None)
        return own is not None and own.shape != "named"

    # paths
    def resolve(
        self, module: Module, path: Sequence[str], namespace: int, *, is_import: bool = False
    ) -> tuple[Found | None, int]:
        """The longest prefix of the path that names something, and how many segments it has."""
        count = len(path)
        found, at = self._first(module, path, namespace if count == 1 else TYPE, is_import=is_import)
        if count == 1 and path[0] in _BUILT_IN and not is_import and isinstance(found, (Module, StdModule)):
            return Primitive(path[0]), 1  # `use std::u8;` leaves the type as it is
        while found is not None and at < count:
            following = self._member(found, path[at], namespace if at + 1 == count else TYPE)
            if following is None and at + 1 == count and namespace == VALUE and not is_import:
                following = self._member(found, path[at], TYPE)
            if following is None:
                primitive = path[0] if at == 1 and path[0] in _BUILT_IN else None
                is_module = isinstance(found, (Module, StdModule))
                return (Primitive(primitive), 1) if primitive is not None and is_module else (found, at)
            found, at = following, at + 1
        return found, at

    def _first(
        self, module: Module, path: Sequence[str], namespace: int, *, is_import: bool
    ) -> tuple[Found | None, int]:
        """What the path begins with, and how many segments that takes."""
        name = path[0]
        if name in _STARTS:
            return _STARTS[name](self, module, path)
        crate = module.crate
        if is_import and crate.edition < 2018:
            root_namespace = namespace if len(path) == 1 else TYPE
            found = self.lookup(crate.root, name, root_namespace)
            if found is None and module.nearest is not crate.root:
                found = self._lexical(module, name, namespace) if module.is_block else None
            return found or self._crates.extern_crate(crate, name), 1
        return self._lexical(module, name, namespace), 1

    def _lexical(self, module: Module, name: str, namespace: int) -> Found | None:
        key = (name, namespace)
        known = module.lexical.get(key)
        if known is None:
            known = self._search_outward(module, name, namespace)
            if known is not None and not self._in_progress:
                module.lexical[key] = known
        return known  # type: ignore[return-value]

    def _search_outward(self, module: Module, name: str, namespace: int) -> Found | None:
        at: Module | None = module
        while at is not None:
            found = self.lookup(at, name, namespace)
            if found is not None:
                return found
            if not at.is_block:
                break
            at = at.parent
        if namespace == TYPE:
            root = self._crates.extern_crate(module.crate, name)
            if root is not None:
                return root
        return self._prelude(module, name, namespace)

    def _prelude(self, module: Module, name: str, namespace: int) -> Found | None:
        crate = module.crate
        entries = self._preludes.get(crate.edition)
        if entries is None:
            entries = self._preludes[crate.edition] = self._std.prelude(crate.edition)
        entry = entries.get(name)
        if entry is not None:
            if _STD_NAMESPACES.get(entry.kind, 0) & namespace:
                return _std_found(entry)
            if entry.kind.startswith("variant") and namespace != MACRO:
                return _std_found(entry)
        return Primitive(name) if namespace == TYPE and name in _BUILT_IN else None

    # the starts of paths
    def _from_root(self, module: Module, _: Sequence[str]) -> tuple[Found | None, int]:
        return module.crate.root, 1

    def _from_self(self, module: Module, path: Sequence[str]) -> tuple[Found | None, int]:
        return self._above(module.nearest, path, 1)

    def _from_super(self, module: Module, path: Sequence[str]) -> tuple[Found | None, int]:
        return self._above(module.nearest, path, 0)

    def _above(self, module: Module, path: Sequence[str], at: int) -> tuple[Found | None, int]:
        found: Module | None = module
        while at < len(path) and path[at] == "super" and found is not None:
            found = found.parent.nearest if found.parent is not None else None
            at += 1
        return found, at

    def _from_extern(self, module: Module, path: Sequence[str]) -> tuple[Found | None, int]:
        if len(path) < 2:
            return None, 1
        crate = module.crate
        if crate.edition < 2018:
            found = self.lookup(crate.root, path[1], TYPE if len(path) > 2 else VALUE)
            found = found or self.lookup(crate.root, path[1], TYPE)
            if found is not None:
                return found, 2
        return self._crates.extern_crate(crate, path[1]), 2

    # traits
    def traits_within(self, module: Module) -> Iterator[Item | StdItem]:
        """The traits that a module brings in scope: its own, imported, by globs, hidden ones."""
        module.collected()
        for name in _names_in(module):
            yield from self._trait_named(module, name)
        for hidden in module.hidden:
            found = self._import(module, hidden.path, TYPE)
            if _is_trait(found):
                yield found  # type: ignore[misc]
        for glob in module.globs:
            yield from self._traits_of_glob(module, glob, set())

    def _trait_named(self, module: Module, name: str) -> Iterator[Item | StdItem]:
        found = self.lookup(module, name, TYPE)
        if _is_trait(found):
            yield found  # type: ignore[misc]

    def _traits_of_glob(self, module: Module, glob: Import, seen: set[int]) -> Iterator[Item | StdItem]:
        found = self._import(module, glob.path, TYPE) if glob.path and glob.path != ("::",) else module.crate.root
        if isinstance(found, StdModule):
            for entries in self._std.children(found.path).values():
                yield from (StdItem("trait", entry.path) for entry in entries if entry.kind == "trait")
        if not isinstance(found, Module) or id(found) in seen or found is module:
            return
        seen.add(id(found))
        found.collected()
        for name in _names_in(found):
            visible = self._visible(found, name, TYPE)
            if visible is not None and _is_trait(visible.found) and _may_see(visible, module):
                yield visible.found  # type: ignore[misc]
        for hidden in found.hidden:
            if hidden.visibility or found.contains(module):
                target = self._import(found, hidden.path, TYPE)
                if _is_trait(target):
                    yield target  # type: ignore[misc]
        for inner in found.globs:
            if inner.visibility == PUBLIC or found.crate is module.crate:
                yield from self._traits_of_glob(found, inner, seen)


_STARTS: Final = {
    "crate": Resolver._from_root,  # noqa: SLF001
    "$crate": Resolver._from_root,  # noqa: SLF001
    "self": Resolver._from_self,  # noqa: SLF001
    "super": Resolver._from_super,  # noqa: SLF001
    "::": Resolver._from_extern,  # noqa: SLF001
}


def _is_trait(found: Found | None) -> bool:
    return isinstance(found, (Item, StdItem)) and found.kind == "trait"


def _may_see(visible: Visible, importer: Module) -> bool:
    if visible.visibility == PUBLIC:
        return True
    if visible.visibility == PRIVATE:
        return visible.module.nearest.contains(importer)
    return visible.module.crate is importer.crate


def _likeliest_first(entry: Item | Import) -> float:
    return -entry.rank


def _has_names(item: Item) -> bool:
    """Whether a struct has named fields: no constructor in the namespace of values."""
    body = item.node.field("body")
    return body is not None and body.kind == "field_declaration_list"


def _std_found(entry: Entry) -> Found:
    if entry.kind == "mod":
        return StdModule(entry.path)
    if entry.kind == "primitive":
        return Primitive(entry.path.rpartition("::")[2])
    if entry.kind.startswith("variant"):
        owner, _, name = entry.path.rpartition("::")
        return VariantItem(owner, name)
    return StdItem(entry.kind, entry.path)


def _names_in(module: Module) -> Iterator[str]:
    """What the module defines, those names included that come while they are looked at: macros expand then."""
    seen = 0
    while seen < len(module.entries):
        names = list(module.entries)[seen:]
        seen += len(names)
        yield from names
