"""Trait selection and projection for one body.

In: types with inference variables, the definitions, the bounds in force. Out: variables bound to what they must be.
Nothing here fails on a contradiction: a unification that does not hold says so and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from borrowscope.analyzer.static.callables import CALLABLES, signature_of
from borrowscope.analyzer.static.definitions import Bound, Definitions, Impl
from borrowscope.analyzer.static.types import (
    FLOATS,
    FUNCTION,
    INTEGERS,
    NEVER,
    TUPLE,
    UNKNOWN,
    Bounded,
    Kind,
    Projection,
    Ty,
    Var,
    make_projection,
    rebuild,
    substitute,
)
from borrowscope.analyzer.static.unification import Goal, Unifier

# Traits that say nothing about what a type is: never worth a goal of their own.
MARKERS: Final = frozenset(
    f"std::{path}"
    for path in (
        "marker::Sized",
        "marker::Send",
        "marker::Sync",
        "marker::Unpin",
        "panic::UnwindSafe",
        "panic::RefUnwindSafe",
        "marker::Tuple",
    )
)
_COPYING: Final = frozenset({"std::clone::Clone", "std::marker::Copy"})
_FUTURE: Final = "std::future::Future"
_DEPTH: Final = 12
_GOALS: Final = 400  # a body that waits for more than that is given up, not slow


class Selection(NamedTuple):
    """How a trait holds for a type: by an impl with its arguments, by a bound in force, or by the language itself."""

    impl: Impl | None = None
    mapping: dict[str, Ty] = {}  # noqa: RUF012
    bound: Bound | None = None
    builtin: dict[str, Ty] | None = None


AMBIGUOUS: Final = Selection()


class Solver(Unifier):
    """The inference state of one body."""

    def __init__(self, world: Definitions, bounds: Iterable[Bound]) -> None:
        super().__init__()
        self.world = world
        self._solved_at = -1
        self.assumptions: dict[str, list[Bound]] = {}
        self._normalized: dict[Ty, Ty] = {}
        self._selected: dict[tuple[str, tuple[Ty, ...]], Selection | None] = {}
        self._world_selected = world_selections(world)
        self._is_solving = False
        self._depth = 0
        for bound in bounds:
            self.assume(bound)

    # bounds in force
    def assume(self, bound: Bound) -> None:
        """Add a bound with what it implies by supertraits."""
        known = self.assumptions.setdefault(bound.trait, [])
        if bound in known:
            return
        known.append(bound)
        if len(known) > 64:
            return
        for implied in self.supertraits(bound):
            self.assume(implied)

    def supertraits(self, bound: Bound) -> Iterator[Bound]:
        """The direct supertraits of a bound's trait, for its subject."""
        trait = self.world.find_trait(bound.trait)
        if trait is None:
            return
        mapping = {"Self": bound.subject}
        for parameter, argument in zip(trait.generics.params, bound.args, strict=False):
            mapping[parameter.name] = argument
        inherited = tuple([binding for binding in bound.assoc if binding[0] not in trait.assoc])
        for upper in (*trait.supers, *trait.generics.bounds):
            if upper.subject.head == "Self":
                made = substitute_bound(upper, mapping)
                yield made._replace(assoc=made.assoc + inherited) if inherited else made

    # projections
    def normalize(self, ty: Ty) -> Ty:
        """The type with projections replaced by what they are; by variables with a goal where that is not known yet."""
        if ty.is_ground:
            return ty
        if ty.is_closed:
            known = self._normalized.get(ty)
            if known is None:
                known = self._normalize(ty)
                if known.is_closed:
                    self._normalized[ty] = known
            return known
        return self._normalize(ty)

    def _normalize(self, ty: Ty) -> Ty:
        ty = self.shallow(ty)
        if ty.is_ground or ty.kind in (Kind.VAR, Kind.PARAM):
            return ty
        if self._depth > _DEPTH:
            return UNKNOWN
        self._depth += 1
        try:
            args = tuple([self.normalize(argument) for argument in ty.args])
            if isinstance(ty, Projection):
                return self._project_or_wait(ty, args)
            return ty if args == ty.args else rebuild(ty, args)
        finally:
            self._depth -= 1

    def _project_or_wait(self, ty: Projection, args: tuple[Ty, ...]) -> Ty:
        found = self.project(ty.trait, ty.name, args)
        if found is not None:
            return found
        value = self.fresh()
        if len(self.goals) < _GOALS:
            self.goals.append(Goal(ty.trait, args, name=ty.name, value=value))
        return value

    def project(self, trait: str, name: str, args: tuple[Ty, ...]) -> Ty | None:
        """`<args[0] as trait<args[1:]>>::name`: itself where it is rigid, None where it is not known yet."""
        if not trait:
            args, own = args[:1], args[1:]
            trait = self.trait_of_associated(name, self.shallow(args[0]))
            if not trait:
                return UNKNOWN
        else:
            args, own = self._own_arguments(trait, args)
        selection = self.select(trait, args)
        if selection is AMBIGUOUS:
            return None
        if selection is None:
            return make_projection(trait, name, args + own) if self._is_rigid(args[0]) else UNKNOWN
        if selection.builtin is not None:
            return selection.builtin.get(name, UNKNOWN)
        if selection.bound is not None:
            if own:
                return make_projection(trait, name, args + own)
            return self._projected_by_bound(selection.bound, trait, name, args)
        impl = selection.impl
        assert impl is not None
        if name in impl.assoc:
            mapping = {**selection.mapping, "Self": args[0]}
            mapping.update(zip(impl.assoc_generics.get(name, ()), own, strict=False))
            return self.normalize(substitute(impl.assoc[name], mapping))
        declared = self.world.find_trait(trait)
        if declared is not None and name not in declared.assoc:
            return self._inherited(trait, name, args)
        default = declared.assoc[name].default if declared is not None else None
        return self.normalize(substitute(default, {"Self": args[0]})) if default is not None else UNKNOWN

    def _own_arguments(self, trait: str, args: tuple[Ty, ...]) -> tuple[tuple[Ty, ...], tuple[Ty, ...]]:
        """The arguments of the trait, `Self` first, and those of the associated type itself."""
        declared = self.world.find_trait(trait)
        params = declared.generics.params if declared is not None else ()
        if declared is None or len(args) == 1 + len(params):
            return args, ()
        mapping = {"Self": args[0]}
        for parameter in params[len(args) - 1 :]:  # `<T as Mul>::Output` is `<T as Mul<T>>::Output`
            if parameter.default is None:
                break
            args += (substitute(parameter.default, mapping),)
        return args[: 1 + len(params)], args[1 + len(params) :]

    def _inherited(self, trait: str, name: str, args: tuple[Ty, ...]) -> Ty | None:
        """An associated type that a supertrait declares: `Output` of `Fn`, `Item` of `DoubleEndedIterator`."""
        for upper in self.supertraits(Bound(args[0], trait, args[1:])):
            declared = self.world.find_trait(upper.trait)
            if declared is not None and (name in declared.assoc or declared.supers):
                found = self.project(upper.trait, name, (args[0], *upper.args))
                if found is not UNKNOWN:
                    return found
        return UNKNOWN

    def _is_rigid(self, ty: Ty) -> bool:
        return self.shallow(ty).kind in (Kind.PARAM, Kind.PROJECTION, Kind.OPAQUE, Kind.DYN)

    def _projected_by_bound(self, bound: Bound, trait: str, name: str, args: tuple[Ty, ...]) -> Ty:
        for binding, ty in bound.assoc:
            if binding == name:
                return self.normalize(ty)
        for other in self.assumptions.get(trait, ()):
            for binding, ty in other.assoc:
                if binding == name and self._is_same(other.subject, bound.subject):
                    return self.normalize(ty)
        return make_projection(trait, name, args)

    def _is_same(self, left: Ty, right: Ty) -> bool:
        return self.deep(left) is self.deep(right)

    def trait_of_associated(self, name: str, subject: Ty) -> str:
        """The trait among the bounds in force that declares the associated type for a parameter."""
        for trait, bounds in self.assumptions.items():
            declared = self.world.find_trait(trait)
            if (
                declared is not None
                and name in declared.assoc
                and any(self._is_same(bound.subject, subject) for bound in bounds)
            ):
                return trait
        return ""

    # selection
    def select(self, trait: str, args: tuple[Ty, ...]) -> Selection | None:
        """How the trait holds; AMBIGUOUS while that is not known, None if it does not. Binds what the answer fixes."""
        if self._depth > _DEPTH:
            return AMBIGUOUS
        args = tuple([argument if argument.is_closed else self.deep(argument) for argument in args])
        known = self._selected_for(args)
        if known is not None and (trait, args) in known:
            return known[trait, args]
        self._depth += 1
        try:
            found = self._select(trait, args)
        finally:
            self._depth -= 1
        if known is not None:
            self._remember(known, (trait, args), found)
        return found

    def _selected_for(self, args: tuple[Ty, ...]) -> dict[tuple[str, tuple[Ty, ...]], Selection | None] | None:
        """Where answers about such types are kept: for all bodies, or for this one where its bounds have a say.

        Nowhere, while they have variables.
        """
        known = self._world_selected
        for argument in args:
            if not argument.is_closed:
                return None
            if not argument.is_ground:
                known = self._selected
        return known

    def _remember(
        self,
        known: dict[tuple[str, tuple[Ty, ...]], Selection | None],
        key: tuple[str, tuple[Ty, ...]],
        found: Selection | None,
    ) -> None:
        """Keep an answer that is final: not one that the depth cut short, or that has open variables."""
        if found is None or found.bound is not None:
            if self._depth == 0 or found is not None:
                known[key] = found
        elif found is not AMBIGUOUS and found.impl is not None:
            mapping = {name: self.deep(ty) for name, ty in found.mapping.items()}
            if all(ty.is_closed for ty in mapping.values()):
                known[key] = Selection(impl=found.impl, mapping=mapping)
        elif found is AMBIGUOUS and self._depth == 0:
            known[key] = found

    def _select(self, trait: str, args: tuple[Ty, ...]) -> Selection | None:
        subject = self.shallow(args[0])
        if subject.kind is Kind.PROJECTION:
            subject = self.shallow(self.normalize(subject))
        if subject.kind is Kind.UNKNOWN or (subject.kind is Kind.VAR and not subject.family):  # type: ignore[attr-defined]
            return AMBIGUOUS
        args = (subject, *args[1:])
        found = self._select_bound(trait, args) if subject.kind is not Kind.VAR else None
        if found is None:
            found = self._select_builtin(trait, args)
        if found is not None:
            return found
        if subject.kind is Kind.VAR:
            heads: Sequence[str] = sorted(INTEGERS if subject.family == "int" else FLOATS)  # type: ignore[attr-defined]
            return self._select_impl(trait, args, heads)
        return self._select_impl(trait, args, (subject.head,))

    def _select_bound(self, trait: str, args: tuple[Ty, ...]) -> Selection | None:
        candidates = [bound for bound in self.bounds_on(trait, args[0]) if self._bound_matches(bound, args)]
        if not candidates:
            return None
        distinct = [
            bound
            for at, bound in enumerate(candidates)
            if not any(self._same_arguments(bound, earlier) for earlier in candidates[:at])
        ]
        if len(distinct) > 1:
            return AMBIGUOUS
        with_bindings = next((bound for bound in candidates if bound.assoc), candidates[0])
        self.unify(with_bindings.subject, args[0])
        for own, asked in zip(with_bindings.args, args[1:], strict=False):
            self.unify(own, asked)
        return Selection(bound=with_bindings)

    def _same_arguments(self, left: Bound, right: Bound) -> bool:
        return len(left.args) == len(right.args) and all(
            self._is_same(a, b) for a, b in zip(left.args, right.args, strict=True)
        )

    def _bound_matches(self, bound: Bound, args: tuple[Ty, ...]) -> bool:
        mark = self.mark()
        holds = self._unify(bound.subject, args[0]) and all(
            self._unify(own, asked) for own, asked in zip(bound.args, args[1:], strict=False)
        )
        self.rollback(mark)
        return holds

    def bounds_on(self, trait: str, subject: Ty) -> list[Bound]:
        """The bounds in force that say the trait of the subject, and those that it declares itself."""
        found = [bound for bound in self.assumptions.get(trait, ()) if self._may_be(bound.subject, subject)]
        if subject.kind in (Kind.OPAQUE, Kind.DYN, Kind.PROJECTION):
            found += [bound for bound in self.own_bounds(subject) if bound.trait == trait]
        return found

    def _may_be(self, left: Ty, right: Ty) -> bool:
        left = self.shallow(left)
        return left.kind is Kind.VAR or left.kind is Kind.PROJECTION or left.head == right.head

    def own_bounds(self, subject: Ty) -> list[Bound]:
        """What `dyn`, `impl` and associated types declare of themselves, supertraits included."""
        found: list[Bound] = []
        waiting: list[Bound] = []
        if isinstance(subject, Bounded):
            waiting = [Bound(subject, bound[0], bound[1], bound[2]) for bound in subject.bounds]
        elif isinstance(subject, Projection):
            waiting = self._declared_bounds(subject)
        while waiting:
            bound = waiting.pop(0)
            if any(bound.trait == known.trait and bound.args == known.args for known in found):
                continue
            found.append(bound)
            waiting += self.supertraits(bound)
        return found

    def _declared_bounds(self, subject: Projection) -> list[Bound]:
        trait = self.world.find_trait(subject.trait)
        declared = trait.assoc.get(subject.name) if trait is not None else None
        if trait is None or declared is None:
            return []
        mapping = {"Self": subject.args[0]}
        names = [*(parameter.name for parameter in trait.generics.params), *declared.generics]
        mapping.update(zip(names, subject.args[1:], strict=False))
        found = []
        for bound in declared.bounds:
            made = substitute_bound(bound, mapping)
            found.append(made._replace(subject=subject))
        return found

    def _select_builtin(self, trait: str, args: tuple[Ty, ...]) -> Selection | None:
        subject = args[0]
        if trait in CALLABLES:
            signature = signature_of(subject)
            if signature is None:
                return None
            parameters, result = signature
            if len(args) > 1:
                self.unify(args[1], parameters)
            return Selection(builtin={"Output": result})
        if trait == _FUTURE and subject.kind is Kind.CORO:
            return Selection(builtin={"Output": subject.args[0]})
        if trait in MARKERS or subject is NEVER or (trait in _COPYING and _is_copied_by_language(subject)):
            return Selection(builtin={})
        return None

    def _select_impl(self, trait: str, args: tuple[Ty, ...], heads: Sequence[str]) -> Selection | None:
        candidates = [impl for head in heads for impl in self.world.impls(trait, head) if self._may_match(impl, args)]
        candidates += [impl for impl in self.world.impls(trait, "") if self._may_match(impl, args)]
        if not candidates:
            return None
        if len(candidates) == 1:
            mark = self.mark()
            answer = self._match(candidates[0], args)
            if answer is None:
                self.rollback(mark)
                return None
            return Selection(impl=candidates[0], mapping=answer[0])
        return self._select_among(candidates, args)

    def _select_among(self, candidates: list[Impl], args: tuple[Ty, ...]) -> Selection | None:
        """Try each impl; what the one that matches has bound is bound again."""
        matching: list[_Match] = []
        is_known = all(self.deep(argument).is_closed for argument in args)
        for impl in candidates:
            mark = self.mark()
            answer = self._match(impl, args)
            if answer is not None:
                links = [(var, var.link) for var in self._trail[mark[0] :]]
                matching.append(_Match(impl, answer[0], answer[1], links, self.goals[mark[1] :]))
            self.rollback(mark)
            if len(matching) > 1 and not is_known:
                return AMBIGUOUS
        if len(matching) > 1:
            matching = _most_special(matching)
        if not matching:
            return None
        chosen = matching[0]
        for var, link in chosen.links:
            var.link = link
            self._trail.append(var)
        self._bound_total += len(chosen.links)
        self.goals += chosen.goals
        return Selection(impl=chosen.impl, mapping=chosen.mapping)

    def _may_match(self, impl: Impl, args: tuple[Ty, ...]) -> bool:
        """A quick look at the outermost constructors."""
        if not self._heads_agree(impl.self_type, args[0]):
            return False
        return not impl.trait_args or all(map(self._heads_agree, impl.trait_args, args[1:]))

    def _heads_agree(self, own: Ty, asked: Ty) -> bool:
        if own.kind is not Kind.APP:
            return own.kind is not Kind.CONST or asked.kind is not Kind.CONST or asked is own
        asked = self.shallow(asked)
        if asked.kind is Kind.VAR:
            family = asked.family  # type: ignore[attr-defined]
            return not family or own.head in (INTEGERS if family == "int" else FLOATS)
        if asked.kind in (Kind.PROJECTION, Kind.UNKNOWN):
            return True
        if own.head != asked.head or len(own.args) != len(asked.args):
            return False
        return not own.args or all(map(self._heads_agree, own.args, asked.args))

    def _match(self, impl: Impl, args: tuple[Ty, ...]) -> tuple[dict[str, Ty], bool] | None:
        """The impl's arguments if it matches, and whether all its bounds certainly hold."""
        mapping = self.instantiate(impl.generics)
        if not self._unify(self._instance(impl.self_type, mapping), args[0]):
            return None
        mapping["Self"] = args[0]
        for own, asked in zip(impl.trait_args, args[1:], strict=False):
            if not self._unify(self._instance(own, mapping), asked):
                return None
        is_sure = True
        for bound in impl.generics.bounds:
            holds = self.holds(substitute_bound(bound, mapping))
            if holds is False:
                return None
            is_sure = is_sure and holds is True
        return mapping, is_sure

    def _instance(self, ty: Ty, mapping: dict[str, Ty]) -> Ty:
        return ty if ty.is_ground else substitute(ty, mapping)

    def holds(self, bound: Bound) -> bool | None:
        """Whether a bound holds; None if that is not known. Binds what the answer fixes."""
        if bound.trait in MARKERS:
            return True
        subject = self.shallow(bound.subject)
        if subject.kind is Kind.VAR and not subject.family:  # type: ignore[attr-defined]
            return None
        args = (subject, *bound.args)
        selection = self.select(bound.trait, args)
        if selection is None:
            return None if self.deep(subject).kind is Kind.UNKNOWN else False
        if selection is AMBIGUOUS:
            return None
        for name, ty in bound.assoc:
            declaring = self._declaring(Bound(subject, bound.trait, bound.args), name)
            value = self.project(declaring.trait, name, (subject, *declaring.args))
            if value is not None and not self.unify(value, ty):
                return False
        return True

    def _declaring(self, bound: Bound, name: str) -> Bound:
        """The bound, or the one by a supertrait whose trait declares the type: `I: DoubleEndedIterator<Item = T>`."""
        waiting = [bound]
        for reached in waiting:
            trait = self.world.find_trait(reached.trait)
            if trait is None or name in trait.assoc:
                return reached
            if len(waiting) < _GOALS:
                waiting += self.supertraits(reached)
        return bound

    # goals
    def require(self, bound: Bound) -> None:
        """Remember a bound that must hold, if knowing it can tell a type."""
        if bound.trait in MARKERS or not (bound.args or bound.assoc):
            return
        if len(self.goals) < _GOALS:
            args = tuple([self.normalize(ty) for ty in (bound.subject, *bound.args)])
            assoc = tuple([(name, self.normalize(ty)) for name, ty in bound.assoc])
            self.goals.append(Goal(bound.trait, args, assoc))
            self._solved_at = -1

    def solve(self) -> None:
        """Work off the goals until nothing more can be known."""
        if self._is_solving or not self.goals or self._solved_at == self._bound_total:
            return
        self._is_solving = True
        try:
            while self._solved_at != self._bound_total:
                self._solved_at = self._bound_total
                waiting, self.goals = self.goals, []
                kept = [goal for goal in waiting if not self._try(goal)]
                if self.goals:
                    self._solved_at = -1 if self._solved_at != self._bound_total else self._solved_at
                self.goals = kept + self.goals
        finally:
            self._is_solving = False

    def _try(self, goal: Goal) -> bool:
        subject = self.shallow(goal.args[0])
        if subject.kind is Kind.VAR and not subject.family:  # type: ignore[attr-defined]
            return False
        open_now = self._open_variables(goal.args)
        if open_now and open_now == goal.tried_with:
            return False
        goal.tried_with = open_now
        if goal.name:
            value = self.project(goal.trait, goal.name, goal.args)
            if value is None:
                return False
            self.unify(goal.value, value)
            return True
        return self.holds(Bound(goal.args[0], goal.trait, goal.args[1:], goal.assoc)) is not None

    def _open_variables(self, types: Iterable[Ty]) -> frozenset[int]:
        """The variables in the types that are not bound, by identity."""
        found: set[int] = set()
        waiting = list(types)
        while waiting:
            ty = self.shallow(waiting.pop())
            if ty.kind is Kind.VAR:
                found.add(id(ty))
            elif not ty.is_closed:
                waiting += ty.args
        return frozenset(found)

    def structure(self, ty: Ty) -> Ty:
        """The type with its outermost constructor known if it can be: solves goals where it is a variable."""
        ty = self.shallow(ty)
        if ty.kind is Kind.VAR and self.goals:
            self.solve()
            ty = self.shallow(ty)
        if ty.kind is Kind.PROJECTION:
            ty = self.shallow(self.normalize(ty))
        return ty


_selections: WeakKeyDictionary[Definitions, dict[tuple[str, tuple[Ty, ...]], Selection | None]] = WeakKeyDictionary()


def world_selections(world: Definitions) -> dict[tuple[str, tuple[Ty, ...]], Selection | None]:
    """The answers about ground types, which hold for every body of a world."""
    return _selections.setdefault(world, {})


class _Match(NamedTuple):
    """An impl that matches, what stands for its parameters, whether it surely does, and what that has bound."""

    impl: Impl
    mapping: dict[str, Ty]
    is_sure: bool
    links: list[tuple[Var, Ty | None]]
    goals: list[Goal]


def _most_special(matching: list[_Match]) -> list[_Match]:
    """Of several impls for a type that is fully known, those that certainly match; of these the most special."""
    sure = [found for found in matching if found.is_sure] or matching
    special = [found for found in sure if found.impl.self_type.kind is not Kind.PARAM]
    return (special or sure)[:1]


def _is_copied_by_language(ty: Ty) -> bool:
    """Types whose `Clone` and `Copy` the compiler makes itself; whether each part has them is not looked at."""
    return ty.kind in (Kind.CLOSURE, Kind.FN_ITEM) or ty.head in (FUNCTION, TUPLE)


def substitute_bound(bound: Bound, mapping: dict[str, Ty]) -> Bound:
    """The bound with parameters replaced."""
    return Bound(
        substitute(bound.subject, mapping),
        bound.trait,
        tuple([substitute(argument, mapping) for argument in bound.args]),
        tuple([(name, substitute(ty, mapping)) for name, ty in bound.assoc]),
    )
