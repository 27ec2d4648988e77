"""How the items of a crate are called from outside: the shortest path of public modules and re-exports.

In: the crate's root module. Out: for each canonical path the visible one, found as the compiler does, breadth first.
"""

from __future__ import annotations

from collections import deque

from borrowscope.analyzer.static.item_tree import PUBLIC, TYPE, Item, Module
from borrowscope.analyzer.static.resolution import Resolver


def visible_paths(root: Module, resolver: Resolver) -> dict[str, str]:
    """Canonical path of each type, trait and module that others can name, to the path that they see."""
    found: dict[str, str] = {}
    waiting: deque[tuple[Module, str]] = deque([(root, root.path)])
    seen = {id(root)}
    while waiting:
        module, path = waiting.popleft()
        for name, target in public_names(module, resolver):
            if isinstance(target, Module):
                if target.crate is root.crate and id(target) not in seen:
                    seen.add(id(target))
                    waiting.append((target, f"{path}::{name}"))
            else:
                found.setdefault(target.path, f"{path}::{name}")
    return found


def public_names(module: Module, resolver: Resolver) -> list[tuple[str, Module | Item]]:
    """The public names of types and modules in a module: its own, re-exported, and by public globs."""
    module.collected()
    names = [name for name, entries in module.entries.items() if any(entry.visibility == PUBLIC for entry in entries)]
    found = [(name, target) for name in names if (target := _public(module, name, resolver)) is not None]
    for glob in module.globs:
        if glob.visibility == PUBLIC:
            inner, _ = resolver.resolve(module, glob.path, TYPE, is_import=True)
            if isinstance(inner, Module) and inner is not module and inner.crate is module.crate:
                own = dict(found)
                inner.collected()
                for name, entries in inner.entries.items():
                    if name not in own and any(entry.visibility == PUBLIC for entry in entries):
                        target = _public(inner, name, resolver)
                        if target is not None:
                            found.append((name, target))
    return found


def _public(module: Module, name: str, resolver: Resolver) -> Module | Item | None:
    target = resolver.lookup(module, name, TYPE)
    return target if isinstance(target, (Module, Item)) else None
