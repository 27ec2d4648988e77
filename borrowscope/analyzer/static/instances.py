"""The types that a body puts in for a function's type parameters: in calls, and where the function is named as a value.

In: a body that was read in full, the function. Out: types, which may be open. A call of a trait's function is one of
the impl's, where the receiver is what the impl is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from borrowscope.analyzer.static.callables import FunctionItem
from borrowscope.analyzer.static.definitions import Function, Impl, Trait
from borrowscope.analyzer.static.types import Kind, Ty

if TYPE_CHECKING:
    from borrowscope.analyzer.unsafety.seen import SeenBody


class _Use(NamedTuple):
    """A function that is named, its own generic arguments, and what stands for `Self`."""

    function: Function
    generics: tuple[Ty, ...]
    receiver: Ty | None


def arguments_for(body: SeenBody, wanted: Function, parameter: str) -> Iterator[Ty]:
    """What stands for a type parameter of the function, of its impl, or for `Self` in a trait."""
    for use in _uses(body):
        if use.function is wanted or _is_implemented_by(body, use, wanted):
            ty = _argument(body, use, wanted, parameter)
            if ty is not None:
                yield ty


def _uses(body: SeenBody) -> Iterator[_Use]:
    for node, function in body.reached.items():
        yield _Use(function, body.generics_at.get(node, ()), body.receivers.get(node))
    for ty in body.types.values():
        if isinstance(ty, FunctionItem) and isinstance(ty.function, Function):
            yield _Use(ty.function, ty.generics, ty.self_type)


def _is_implemented_by(body: SeenBody, use: _Use, wanted: Function) -> bool:
    """Whether a trait's function that is used is this one of an impl."""
    of, impl = use.function.owner, wanted.owner
    if not isinstance(of, Trait) or not isinstance(impl, Impl) or use.receiver is None:
        return False
    is_same = impl.trait == of.path and use.function.name == wanted.name
    return is_same and _matches(body, impl.self_type, use.receiver)


def _argument(body: SeenBody, use: _Use, wanted: Function, parameter: str) -> Ty | None:
    names = [one.name for one in wanted.generics.params]
    if parameter in names:
        at = names.index(parameter)
        return use.generics[at] if at < len(use.generics) else None
    own = wanted.owner
    if isinstance(own, Impl) and use.receiver is not None:
        return _part(body, own.self_type, use.receiver, parameter)
    is_own = parameter == "Self" and use.receiver is not None and not _is_overridden(body, use.receiver, wanted)
    return use.receiver if is_own else None


def _is_overridden(body: SeenBody, receiver: Ty, function: Function) -> bool:
    """Whether a type has a function of its own in place of the one that its trait gives."""
    trait = function.owner
    head = body.structure(receiver).head
    impls = body.world.impls(trait.path, head) if isinstance(trait, Trait) else ()
    found = [impl for impl in impls if _matches(body, impl.self_type, receiver)]
    return any(function.name in impl.functions for impl in found)


def _matches(body: SeenBody, pattern: Ty, actual: Ty) -> bool:
    """Whether a type is one that an impl for the pattern is for, as far as its form tells."""
    if pattern.kind is Kind.PARAM:
        return True
    actual = body.structure(actual)
    if pattern.head != actual.head or len(pattern.args) != len(actual.args):
        return False
    return all(_matches(body, one, other) for one, other in zip(pattern.args, actual.args, strict=True))


def _part(body: SeenBody, pattern: Ty, actual: Ty, parameter: str) -> Ty | None:
    """What stands in a type where the pattern has the parameter."""
    if pattern.kind is Kind.PARAM:
        return actual if pattern.head == parameter else None
    actual = body.structure(actual)
    if pattern.head != actual.head or len(pattern.args) != len(actual.args):
        return None
    found = (_part(body, one, other, parameter) for one, other in zip(pattern.args, actual.args, strict=True))
    return next((one for one in found if one is not None), None)
