"""Attributes that are procedural macros: whether they may put the item below them somewhere else.

In: items, the sources of the macros' crates. Out: yes or no. A macro is not run: it may move an item if its crate's
source quotes a module with a computed name (`mod #name { .. }`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from borrowscope.analyzer.static.crates import CrateSource, Trees
from borrowscope.analyzer.static.item_tree import TYPE, Import, Item, Module
from borrowscope.analyzer.static.resolution import Resolver

_ATTRIBUTE: Final = re.compile(r"#\s*\[\s*((?:::\s*)?\w+(?:\s*::\s*\w+)*)")
_QUOTED_MODULE: Final = re.compile(rb"\bmod\s+#\w")
_STEPS: Final = 8  # of re-exports


class AttributeMacros:
    """Finds the crates of attributes' macros; remembers what their sources say."""

    def __init__(self, resolver: Resolver, sources: Mapping[str, CrateSource], trees: Trees) -> None:
        self._resolver = resolver
        self._sources = sources
        self._trees = trees
        self._items: dict[int, tuple[Item, bool]] = {}
        self._crates: dict[str, bool] = {}

    def may_move(self, item: Item) -> bool:
        """Whether one of the item's attributes may put it into a module of its own."""
        if not item.attributes:
            return False
        known = self._items.get(id(item))
        if known is None:
            known = self._items[id(item)] = (item, self._search(item))
        return known[1]

    def _search(self, item: Item) -> bool:
        for match in _ATTRIBUTE.finditer(item.attributes):
            path = tuple(part.strip() for part in match[1].split("::"))
            source = self._crate_of(item.module, path, _STEPS)
            if source is not None and self._quotes_modules(source):
                return True
        return False

    def _crate_of(self, module: Module, path: tuple[str, ...], steps: int) -> CrateSource | None:
        """The crate of procedural macros that a path leads to."""
        path = path[1:] if path[0] in ("", "::") else path
        if steps == 0 or not path:
            return None
        if len(path) == 1:
            imports = [entry for entry in module.collected().entries.get(path[0], ()) if isinstance(entry, Import)]
            found = (self._crate_of(module, entry.path, steps - 1) for entry in imports if entry.path != path)
            return next((source for source in found if source is not None), None)
        source = self._sources.get(module.crate.dependencies.get(path[0], ""))
        if source is not None and source.is_proc_macro:
            return source
        inner, taken = self._resolver.resolve(module, path[:-1], TYPE, is_import=True)
        return (
            self._crate_of(inner, path[-1:], steps - 1)
            if isinstance(inner, Module) and taken == len(path) - 1
            else None
        )

    def _quotes_modules(self, source: CrateSource) -> bool:
        known = self._crates.get(source.key)
        if known is None:
            texts = self._trees.texts_below(source.root.parent)
            known = self._crates[source.key] = any(_QUOTED_MODULE.search(text) for text in texts)
        return known
