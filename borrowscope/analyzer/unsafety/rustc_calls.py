"""Calls that the sources leave open, settled by what the compiler says they reach.

In: a file's operations, the compiler's calls, who knows functions by the path that the compiler prints. Out: the
operations; a call that reaches a safe function is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.static.definitions import Alias, Function, Impl, Trait, TypeDef
from borrowscope.analyzer.static.scopes import PrimitiveRef
from borrowscope.analyzer.static.types import ARRAY, POINTER, POINTER_MUT, SLICE
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind, public_path
from borrowscope.tables.std_types import SAFE_BEFORE

if TYPE_CHECKING:
    from borrowscope.analyzer.facts import CallFact
    from borrowscope.analyzer.static.scopes import Scope
    from borrowscope.analyzer.static.symbols import World
    from borrowscope.text.span import Span

_HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "pointer": (POINTER, POINTER_MUT),
    "slice": (SLICE,),
    "array": (ARRAY,),
}


def is_open(operation: Operation) -> bool:
    """Whether it is a call of which nobody knows what it reaches."""
    return operation.kind is OperationKind.UNSAFE_CALL and operation.target is None and operation.pointer is None


def settled_calls(
    operations: Iterable[Operation], calls: Mapping[Span, CallFact], world: World, scope: Scope
) -> Iterator[Operation]:
    """The operations, those that are open as far as the compiler and the definitions tell."""
    for one in operations:
        call = calls.get(one.span) if is_open(one) else None
        function = called_function(world, scope, call.callee) if call is not None else None
        if function is None:
            yield one
        elif function.is_unsafe and scope.edition >= SAFE_BEFORE.get(function.path, 0):
            kind = OperationKind.FFI_CALL if function.is_foreign else OperationKind.UNSAFE_CALL
            is_trait = isinstance(function.owner, Trait) or (isinstance(function.owner, Impl) and function.owner.trait)
            yield replace(
                one,
                kind=kind,
                target=public_path(world.called_from(scope.crate, function.path)),
                is_trait=bool(is_trait),
                is_resolved=True,
                source="rustc",
                unbuilt=None,
            )
        elif function.features:
            yield one


def called_function(world: World, scope: Scope, text: str) -> Function | None:
    """The function that the compiler names in a crate; None where it is not known, or where several may be meant."""
    callee = parse_callee(text)
    *head, name = callee.path.split("::")
    if callee.self_type is None and callee.trait is None:
        free = _resolved(scope, [*head, name], "value")
        if isinstance(free, Function):
            return free
    owner = _resolved(scope, head, "type") if head else None
    if isinstance(owner, Trait):
        return owner.functions.get(name)
    found = [function for head_of in _heads(owner, head) for _, function in world.inherent_functions(head_of, name)]
    same = {(function.is_unsafe, function.is_foreign) for function in found}
    return found[0] if len(same) == 1 else None


def _heads(owner: object, path: list[str]) -> tuple[str, ...]:
    if isinstance(owner, TypeDef):
        return (owner.path,)
    if isinstance(owner, Alias):
        return (owner.target.head,)
    if isinstance(owner, PrimitiveRef):
        return (owner.name,)
    return _HEADS.get("::".join(path), ())


def _resolved(scope: Scope, segments: list[str], namespace: str) -> object:
    """What a path means at the root of the crate, where the compiler's paths begin, or in another crate."""
    for start in ("crate", "::"):
        target, taken = scope.resolve([start, *segments], namespace)
        if target is not None and taken == len(segments) + 1:
            return target
    return None
