"""Whether whoever sees a value can change it: a `Cell`, a lock or an atomic lies in it, or behind it.

In: a type without variables. Out: True, False, or None where a part of it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from borrowscope.analyzer.static.definitions import Definitions, TypeDef
from borrowscope.analyzer.static.solver import Solver
from borrowscope.analyzer.static.types import FUNCTION, POINTER, POINTER_MUT, UNKNOWN, Kind, Ty, substitute
from borrowscope.tables.type_flags import INTERIOR_MUTABILITY

_DEPTH: Final = 24
_CLOSED: Final = frozenset({FUNCTION, POINTER, POINTER_MUT, "std::marker::PhantomData"})  # nothing behind is reached
_LAZY: Final = frozenset({"std::sync::LazyLock", "std::cell::LazyCell"})  # filled once, and by nobody else


def can_change_inside(world: Definitions, ty: Ty) -> bool | None:
    """The answer; of what dereferences to something else, that counts as well."""
    found = _Looking(world).ask(ty, 0)
    if found:
        return True
    target = Solver(world, ()).project("std::ops::Deref", "Target", (ty,)) if ty.kind is Kind.APP else None
    return _Looking(world).ask(target, 0) or found if target is not None and target.is_closed else found


class _Looking:
    """One question; types that hold themselves are looked at once."""

    def __init__(self, world: Definitions) -> None:
        self._world = world
        self._seen: set[Ty] = set()

    def ask(self, ty: Ty, depth: int) -> bool | None:
        if ty in self._seen:
            return False
        self._seen.add(ty)
        if depth > _DEPTH or ty.kind in (Kind.UNKNOWN, Kind.VAR, Kind.DYN, Kind.OPAQUE, Kind.PARAM, Kind.PROJECTION):
            return None
        if ty.kind is not Kind.APP or ty.head in _CLOSED:
            return False
        if ty.head in _LAZY:
            return self.ask(ty.args[0], depth + 1) if ty.args else None
        if ty.head in INTERIOR_MUTABILITY:
            return True
        return _any(self.ask(one, depth + 1) for one in self._parts(ty))

    def _parts(self, ty: Ty) -> list[Ty]:
        """The types of the fields; of std's types, whose fields are their own business, the arguments."""
        definition = self._world.find_type(ty.head)
        if not isinstance(definition, TypeDef) or ty.head.startswith("std::"):
            return list(ty.args)
        names = (parameter.name for parameter in definition.generics.params)
        mapping = dict(zip(names, ty.args, strict=False))
        shapes = [*definition.variants.values(), *([definition.own] if definition.own is not None else [])]
        fields = [substitute(one, mapping) for shape in shapes for one in shape.fields.values()]
        return fields or ([] if shapes else [UNKNOWN])


def _any(answers: Iterable[bool | None]) -> bool | None:
    found: bool | None = False
    for one in answers:
        if one:
            return True
        found = None if one is None else found
    return found
