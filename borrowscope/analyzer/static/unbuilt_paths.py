"""Files that only a build makes, and that none has made yet: what they define nobody can name.

In: the modules that `include!` such files, a path. Out: the `include!` that the path may lead into.
"""

from __future__ import annotations

from collections.abc import Sequence

from borrowscope.analyzer.static.item_tree import TYPE, Import, Module
from borrowscope.analyzer.static.resolution import Resolver
from borrowscope.analyzer.unbuilt import Unbuilt


def unbuilt_behind(resolver: Resolver, module: Module, path: Sequence[str]) -> Unbuilt | None:
    """The `include!` that a path leads into, where nothing else is known of the path's meaning."""
    return _Search(resolver).behind(module, path)


class _Search:
    """One search: each name is looked for once in each module."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._seen: set[tuple[int, str]] = set()

    def behind(self, module: Module, path: Sequence[str]) -> Unbuilt | None:
        found, taken = self._resolver.resolve(module, path, TYPE)
        if found is None:
            return self._around(module, path[0])
        if taken == len(path) or not isinstance(found, Module):
            return None
        return self._within(found, path[taken])

    def _around(self, module: Module, name: str) -> Unbuilt | None:
        """A name without a path: blocks see what is around them."""
        at: Module | None = module
        while at is not None:
            found = self._within(at, name)
            if found is not None or not at.is_block:
                return found
            at = at.parent
        return None

    def _within(self, module: Module, name: str) -> Unbuilt | None:
        """A name that a module does not define itself: it may come out of the file, or from where it is imported."""
        if (id(module), name) in self._seen:
            return None
        self._seen.add((id(module), name))
        if module.collected().unbuilt:
            return module.unbuilt[0]
        imports = [one.path for one in module.entries.get(name, ()) if isinstance(one, Import)]
        imports += [(*glob.path, name) for glob in module.globs]
        return next((found for path in imports if (found := self._imported(module, path)) is not None), None)

    def _imported(self, module: Module, path: Sequence[str]) -> Unbuilt | None:
        found, taken = self._resolver.resolve(module, path, TYPE, is_import=True)
        if found is None:
            return self._around(module, path[0]) if len(path) > 1 else None
        is_inside = isinstance(found, Module) and taken < len(path)
        return self._within(found, path[taken]) if is_inside and isinstance(found, Module) else None
