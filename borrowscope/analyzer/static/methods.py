"""Method lookup: autoderef, autoref, inherent before trait methods, as rustc probes (rustc dev guide, "Method lookup").

In: the receiver's type, the method's name, the traits in scope. Out: a `Pick`, or None where nobody can say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from borrowscope.analyzer.static.definitions import Bound, Definitions, Function, Impl, Trait
from borrowscope.analyzer.static.solver import AMBIGUOUS, Solver, substitute_bound
from borrowscope.analyzer.static.types import (
    ARRAY,
    POINTER,
    POINTER_MUT,
    REF,
    REF_MUT,
    SLICE,
    Kind,
    Ty,
    make,
    substitute,
)

_DEREF = "std::ops::Deref"
_BOX = "std::boxed::Box"
_STEPS = 12


@dataclass(slots=True, eq=False)
class Pick:
    """The function, what stands for `Self` and for its owner's parameters, and the receiver's type that it takes."""

    function: Function
    mapping: dict[str, Ty]
    self_type: Ty
    trait: str = ""
    trait_args: tuple[Ty, ...] = ()
    receiver: Ty | None = None

    def close(self, solver: Solver) -> bool:
        """Replace bound variables; whether none is left, so that the answer holds for every body."""
        self.mapping = {name: solver.deep(ty) for name, ty in self.mapping.items()}
        self.trait_args = tuple([solver.deep(ty) for ty in self.trait_args])
        return all(ty.is_ground for ty in (*self.mapping.values(), *self.trait_args, self.self_type))


_picks: WeakKeyDictionary[Definitions, dict[tuple[str, Ty, frozenset[str]], Pick]] = WeakKeyDictionary()


def _known_picks(world: Definitions) -> dict[tuple[str, Ty, frozenset[str]], Pick]:
    """What calls on ground types reach, by method, receiver and traits in scope."""
    return _picks.setdefault(world, {})


def dereferenced(solver: Solver, ty: Ty) -> Ty | None:
    """What `*value` is, or None if it cannot be dereferenced (or that is not known)."""
    ty = solver.structure(ty)
    if ty.head in (REF, REF_MUT) or ty.head == _BOX:
        return ty.args[0]
    if ty.kind in (Kind.VAR, Kind.UNKNOWN, Kind.CLOSURE, Kind.FN_ITEM) or not _may_deref(solver, ty):
        return None
    found = solver.project(_DEREF, "Target", (ty,))
    return None if found is None or (found.kind in (Kind.UNKNOWN, Kind.PROJECTION) and found is ty) else found


def raw_dereferenced(solver: Solver, ty: Ty) -> Ty | None:
    """What `*value` is for the operator, where raw pointers count too."""
    ty = solver.structure(ty)
    return ty.args[0] if ty.head in ("*const", "*mut") else dereferenced(solver, ty)


def _may_deref(solver: Solver, ty: Ty) -> bool:
    if ty.kind in (Kind.PARAM, Kind.PROJECTION, Kind.OPAQUE, Kind.DYN):
        return bool(solver.bounds_on(_DEREF, ty))
    return bool(solver.world.impls(_DEREF, ty.head))


def autoderef(solver: Solver, ty: Ty) -> Iterator[Ty]:
    """The type, then what it dereferences to, step by step."""
    seen = 0
    current: Ty | None = solver.structure(ty)
    while current is not None and seen < _STEPS:
        yield current
        seen += 1
        current = dereferenced(solver, current)
        if current is not None:
            current = solver.structure(current)
            if current.kind is Kind.UNKNOWN:
                yield current
                return


class Probe:
    """One method call's lookup."""

    def __init__(self, solver: Solver, name: str, traits: frozenset[str]) -> None:
        self._solver = solver
        self._world = solver.world
        self._name = name
        self._in_scope = traits
        self._traits: list[Trait] = [trait for trait in self._world.traits_with(name) if trait.path in traits]
        self.is_unsure = False

    def pick(self, receiver: Ty) -> Pick | None:
        """The method that `receiver.name(..)` calls."""
        receiver = self._solver.deep(receiver)
        if not receiver.is_ground:
            return self._pick(receiver)
        known = _known_picks(self._world)
        key = (self._name, receiver, self._in_scope)
        if key not in known:
            found = self._pick(receiver)
            if found is None or not found.close(self._solver):
                return found
            known[key] = found
        return known[key]

    def _pick(self, receiver: Ty) -> Pick | None:
        last = None
        for step in autoderef(self._solver, receiver):
            if step.kind is Kind.UNKNOWN or (step.kind is Kind.VAR and not step.family):  # type: ignore[attr-defined]
                return None
            found = self._at(step)
            if found is not None or self.is_unsure:
                return found
            last = step
        if last is not None and last.head == ARRAY:
            return self._at(make(SLICE, (last.args[0],)))
        return None

    def _at(self, step: Ty) -> Pick | None:
        for takes in (self._by_value, self._by_reference, self._by_mutable_reference, self._by_constant_pointer):
            found = takes(step)
            if found is not None or self.is_unsure:
                return found
        return None

    # the four adjustments; each asks inherent candidates before traits'
    def _by_value(self, step: Ty) -> Pick | None:
        kinds: list[tuple[Ty, Callable[[Function], bool]]] = [(step, _takes_self)]
        if step.head == REF:
            kinds.append((self._inner(step), _takes_reference))
        elif step.head == REF_MUT:
            kinds += [(self._inner(step), _takes_mutable_reference)]
        return self._among(kinds) or self._through_wrapper(step)

    def _inner(self, step: Ty) -> Ty:
        return self._solver.structure(step.args[0])

    def _by_reference(self, step: Ty) -> Pick | None:
        return self._among([(step, _takes_reference), (make(REF, (step,)), _takes_self)])

    def _by_mutable_reference(self, step: Ty) -> Pick | None:
        return self._among([(step, _takes_mutable_reference), (make(REF_MUT, (step,)), _takes_self)])

    def _by_constant_pointer(self, step: Ty) -> Pick | None:
        return self._among([(make(POINTER, step.args), _takes_self)]) if step.head == POINTER_MUT else None

    def _among(self, kinds: list[tuple[Ty, Callable[[Function], bool]]]) -> Pick | None:
        for self_type, takes in kinds:
            if self_type.kind is Kind.VAR and not self_type.family:  # type: ignore[attr-defined]
                continue
            found = self._inherent(self_type, takes)
            if found is not None:
                return found
        for self_type, takes in kinds:
            if self_type.kind is Kind.VAR and not self_type.family:  # type: ignore[attr-defined]
                continue
            found = self._of_traits(self_type, takes)
            if found is not None or self.is_unsure:
                return found
        return None

    def _through_wrapper(self, step: Ty) -> Pick | None:
        """`self: Box<Self>`, `Rc<Self>`, `Pin<&mut Self>`."""
        if step.kind is not Kind.APP or not step.args or step.head in (REF, REF_MUT, SLICE, ARRAY, "()"):
            return None
        inner = self._solver.structure(step.args[0])
        candidates = [inner]
        if inner.head in (REF, REF_MUT):
            candidates.append(self._inner(inner))
        for self_type in candidates:
            if self_type.kind in (Kind.VAR, Kind.UNKNOWN):
                continue
            found = self._inherent(self_type, _takes_wrapper, step) or self._of_traits(self_type, _takes_wrapper, step)
            if found is not None or self.is_unsure:
                return found
        return None

    # inherent candidates
    def _inherent(self, self_type: Ty, takes: Callable[[Function], bool], receiver: Ty | None = None) -> Pick | None:
        if self_type.kind in (Kind.PARAM, Kind.DYN, Kind.OPAQUE, Kind.PROJECTION):
            found = self._of_bounds(self_type, takes, receiver)
            if found is not None or self_type.kind is not Kind.DYN:
                return found
        head = "i32" if self_type.kind is Kind.VAR and self_type.family == "int" else self_type.head  # type: ignore[attr-defined]
        head = "f64" if self_type.kind is Kind.VAR and self_type.family == "float" else head  # type: ignore[attr-defined]
        for impl, function in self._world.inherent_functions(head, self._name):
            if function.has_self and takes(function):
                mark = self._solver.mark()
                mapping = self._matched(impl, self_type)
                if mapping is not None and self._receives(function, {**mapping, "Self": self_type}, receiver):
                    return Pick(function, mapping, self_type, receiver=receiver)
                self._solver.rollback(mark)
        return None

    def _receives(self, function: Function, mapping: dict[str, Ty], receiver: Ty | None) -> bool:
        if receiver is None:
            return True
        mark = self._solver.mark()
        own = {parameter.name: self._solver.fresh() for parameter in function.generics.params}
        holds = self._solver.unify(substitute(function.params[0], {**mapping, **own}), receiver)
        self._solver.rollback(mark)
        return holds

    def _matched(self, impl: Impl, self_type: Ty) -> dict[str, Ty] | None:
        mark = self._solver.mark()
        mapping = self._solver.instantiate(impl.generics)
        if not self._solver.unify(substitute(impl.self_type, mapping), self_type):
            return None
        if any(self._solver.holds(substitute_bound(bound, mapping)) is False for bound in impl.generics.bounds):
            self._solver.rollback(mark)
            return None
        return mapping

    def _of_bounds(self, self_type: Ty, takes: Callable[[Function], bool], receiver: Ty | None) -> Pick | None:
        for bound in self._bounds_of(self_type):
            trait = self._world.find_trait(bound.trait)
            function = trait.functions.get(self._name) if trait is not None else None
            if trait is None or function is None or not function.has_self or not takes(function):
                continue
            if self._receives(function, {"Self": self_type}, receiver):
                return self._picked(trait, function, self_type, bound.args)
        return None

    def _bounds_of(self, self_type: Ty) -> list[Bound]:
        solver = self._solver
        found = [
            bound
            for bounds in solver.assumptions.values()
            for bound in bounds
            if solver.shallow(bound.subject) is self_type
            or (bound.subject.kind is Kind.PROJECTION and solver.normalize(bound.subject) is self_type)
        ]
        return found + solver.own_bounds(self_type)

    # trait candidates
    def _of_traits(self, self_type: Ty, takes: Callable[[Function], bool], receiver: Ty | None = None) -> Pick | None:
        found: list[tuple[Trait, Function, tuple[Ty, ...]]] = []
        for trait in self._traits:
            function = trait.functions[self._name]
            if not function.has_self or not takes(function):
                continue
            if not self._receives(function, {"Self": self_type}, receiver):
                continue
            args: tuple[Ty, ...] = tuple(self._solver.fresh() for _ in trait.generics.params)
            mark = self._solver.mark()
            selection = self._solver.select(trait.path, (self_type, *args))
            self._solver.rollback(mark)
            if selection is not None and (selection is not AMBIGUOUS or self._may_hold(trait, self_type)):
                found.append((trait, function, args))
        if len(found) > 1:
            self.is_unsure = True
            return None
        if not found:
            return None
        trait, function, args = found[0]
        return self._picked(trait, function, self_type, args)

    def _may_hold(self, trait: Trait, self_type: Ty) -> bool:
        """An ambiguous answer counts if some impl or bound is there at all."""
        if self_type.kind is Kind.VAR:
            return True
        world = self._world
        return bool(
            world.impls(trait.path, self_type.head)
            or world.impls(trait.path, "")
            or self._solver.assumptions.get(trait.path)
        )

    def _picked(self, trait: Trait, function: Function, self_type: Ty, args: tuple[Ty, ...]) -> Pick:
        mapping = {"Self": self_type}
        for parameter, argument in zip(trait.generics.params, args, strict=False):
            mapping[parameter.name] = argument
        return Pick(function, mapping, self_type, trait.path, args)


def _takes_self(function: Function) -> bool:
    return function.params[0].head == "Self"


def _takes_reference(function: Function) -> bool:
    taken = function.params[0]
    return taken.head == REF and taken.args[0].head == "Self"


def _takes_mutable_reference(function: Function) -> bool:
    taken = function.params[0]
    return taken.head == REF_MUT and taken.args[0].head == "Self"


def _takes_wrapper(function: Function) -> bool:
    return not (_takes_self(function) or _takes_reference(function) or _takes_mutable_reference(function))
