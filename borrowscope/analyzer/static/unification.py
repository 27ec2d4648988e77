"""Unification: inference variables, what they are linked to, and two types made the same.

In: types. Out: variables bound to what they must be, or no trace where two types cannot be the same. What a projection
stands for is the solver's to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from borrowscope.analyzer.static.definitions import Generics
from borrowscope.analyzer.static.types import (
    FLOATS,
    INTEGERS,
    UNKNOWN,
    Bounded,
    Kind,
    Projection,
    Ty,
    Var,
    rebuild,
)


@dataclass(slots=True, eq=False)
class Goal:
    """`args[0]: trait<args[1:], assoc>`, or with a `name` that this projection is `value`."""

    trait: str
    args: tuple[Ty, ...]
    assoc: tuple[tuple[str, Ty], ...] = ()
    name: str = ""
    value: Ty = UNKNOWN
    tried_with: frozenset[int] = frozenset()  # the variables that were open when it was last tried


class Unifier:
    """Variables and links, with a trail to take them back."""

    def __init__(self) -> None:
        self._trail: list[Var] = []
        self._count = 0
        self._bound_total = 0
        self.goals: list[Goal] = []

    def normalize(self, ty: Ty) -> Ty:
        """The type with projections replaced by what they are, as far as anybody knows."""
        return ty

    # variables
    def fresh(self, family: str = "") -> Var:
        """A new variable."""
        self._count += 1
        return Var(self._count, family)

    def instantiate(self, generics: Generics) -> dict[str, Ty]:
        """A fresh variable for each parameter."""
        return {parameter.name: self.fresh() for parameter in generics.params}

    def shallow(self, ty: Ty) -> Ty:
        """What a variable is linked to, through all links; other types as they are."""
        while ty.kind is Kind.VAR:
            link = ty.link  # type: ignore[attr-defined]
            if link is None:
                return ty
            ty = link
        return ty

    def deep(self, ty: Ty) -> Ty:
        """The type with every bound variable replaced."""
        if ty.is_closed:
            return ty
        ty = self.shallow(ty)
        if ty.is_closed or ty.kind is Kind.VAR:
            return ty
        args = tuple([self.deep(argument) for argument in ty.args])
        return rebuild(ty, args)

    def mark(self) -> tuple[int, int]:
        """A point to come back to."""
        return len(self._trail), len(self.goals)

    def rollback(self, mark: tuple[int, int]) -> None:
        """Undo every binding and goal since the mark."""
        size, goals = mark
        while len(self._trail) > size:
            self._trail.pop().link = None
            self._bound_total -= 1
        del self.goals[goals:]

    def _bind(self, var: Var, ty: Ty) -> bool:
        if ty.kind is Kind.VAR:
            if var.is_tainted or ty.is_tainted:  # type: ignore[attr-defined]
                var.is_tainted = ty.is_tainted = True  # type: ignore[attr-defined]
            if var.family and not ty.family:  # type: ignore[attr-defined]
                var, ty = ty, var  # type: ignore[assignment]
            elif var.family and ty.family and var.family != ty.family:  # type: ignore[attr-defined]
                return False
            var.link = ty
        else:
            if var.family and ty.head not in (INTEGERS if var.family == "int" else FLOATS):
                return False
            if not ty.is_closed and self._occurs(var, ty):
                return False
            var.link = ty
        self._trail.append(var)
        self._bound_total += 1
        return True

    def _occurs(self, var: Var, ty: Ty) -> bool:
        for argument in ty.args:
            if argument.is_closed:
                continue
            argument = self.shallow(argument)  # noqa: PLW2901
            if argument is var or (not argument.is_closed and self._occurs(var, argument)):
                return True
        return False

    # unification
    def unify(self, left: Ty, right: Ty) -> bool:
        """Make two types the same; if they cannot be, nothing is bound and the answer is False."""
        mark = self.mark()
        if self._unify(left, right):
            return True
        self.rollback(mark)
        return False

    def _unify(self, left: Ty, right: Ty) -> bool:
        left, right = self.shallow(left), self.shallow(right)
        if left is right:
            return True
        one, other = left.kind, right.kind
        if one is Kind.UNKNOWN or other is Kind.UNKNOWN:
            self.taint(right if one is Kind.UNKNOWN else left)
            return True
        if one is Kind.VAR:
            return self._bind_normalized(left, right)
        if other is Kind.VAR:
            return self._bind_normalized(right, left)
        if one is Kind.PROJECTION or other is Kind.PROJECTION:
            return self._unify_projection(left, right)
        if left.head != right.head or one is not other or len(left.args) != len(right.args):
            return False
        if one in (Kind.PARAM, Kind.CLOSURE, Kind.CORO, Kind.CONST):
            return one is Kind.CONST and "unknown" in (left.head, right.head)
        if one in (Kind.DYN, Kind.OPAQUE, Kind.FN_ITEM) and not _is_same_shape(left, right):
            return False
        for own, asked in zip(left.args, right.args, strict=True):  # no `all`: this is called most of all
            if own is not asked and not self._unify(own, asked):
                return False
        return True

    def _bind_normalized(self, var: Ty, ty: Ty) -> bool:
        if ty.kind is Kind.PROJECTION:
            ty = self.shallow(self.normalize(ty))
            if ty is var:
                return True
        return self._bind(var, ty)  # type: ignore[arg-type]

    def _unify_projection(self, left: Ty, right: Ty) -> bool:
        """Two types of which one is a projection; one that is still there when it is normalized is rigid."""
        one, other = self.shallow(self.normalize(left)), self.shallow(self.normalize(right))
        if isinstance(one, Projection) and isinstance(other, Projection):
            if one.name != other.name or len(one.args) != len(other.args) or one.trait != other.trait:
                return False
            return all(self._unify(a, b) for a, b in zip(one.args, other.args, strict=True))
        if not (isinstance(one, Projection) or isinstance(other, Projection)):
            return self._unify(one, other)
        rigid, side = (one, other) if isinstance(one, Projection) else (other, one)
        if side.kind is Kind.UNKNOWN:
            self.taint(rigid)
        return side.kind is Kind.UNKNOWN or (isinstance(side, Var) and self._bind(side, rigid))

    def taint(self, ty: Ty) -> None:
        """The type meets one that is not known: its variables may be anything that is not seen here."""
        ty = self.shallow(ty)
        if isinstance(ty, Var):
            ty.is_tainted = True
        elif not ty.is_closed:
            for argument in ty.args:
                self.taint(argument)


def _is_same_shape(left: Ty, right: Ty) -> bool:
    if isinstance(left, Bounded) and isinstance(right, Bounded):
        return left.shape == right.shape and left.origin == right.origin
    return getattr(left, "function", None) is getattr(right, "function", None)
