"""What a call of `transmute` turns into what: both types, their sizes, and the sizes of what they lead to.

In: a body that was read, both types. Out: `Transmute`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.printer import Printer
from borrowscope.analyzer.static.sizes import UNKNOWN_SIZE, pointee_of, size_of
from borrowscope.analyzer.static.types import F64, I32, SLICE, Kind, Ty, Var
from borrowscope.analyzer.unsafety.operations import Bytes, Transmute

if TYPE_CHECKING:
    from borrowscope.analyzer.unsafety.seen import SeenBody

TRANSMUTES: Final = frozenset({"std::mem::transmute", "std::mem::transmute_copy", "std::intrinsics::transmute"})


def transmute_of(body: SeenBody, source: Ty, target: Ty) -> Transmute:
    """All that is known of both, once the body was read."""
    types = [_closed(body, one) for one in (source, target)]
    texts = [_text(body, one) for one in types]
    inner = [pointee_of(one) if one is not None else None for one in types]
    pointees = (_size(body, inner[0]), _size(body, inner[1])) if inner[0] is not None and inner[1] is not None else None
    return Transmute(
        source=texts[0],
        target=texts[1],
        sizes=(_size(body, types[0]), _size(body, types[1])),
        pointees=pointees,
        counts_elements=all(one is not None and one.args and one.args[0].head == SLICE for one in types),
    )


def _closed(body: SeenBody, ty: Ty) -> Ty | None:
    """The type without variables: an open number is what the language takes it for."""
    ty = body.solver.deep(ty)
    for var in _numbers(body, ty):
        body.solver.unify(var, I32 if var.family == "int" else F64)
    ty = body.solver.normalize(body.solver.deep(ty))
    return ty if ty.is_closed and not _has_unknown(ty) else None


def _numbers(body: SeenBody, ty: Ty) -> list[Var]:
    ty = body.solver.shallow(ty)
    if isinstance(ty, Var):
        return [ty] if ty.family and not ty.is_tainted else []
    return [var for argument in ty.args for var in _numbers(body, argument)]


def _has_unknown(ty: Ty) -> bool:
    return ty.kind in (Kind.UNKNOWN, Kind.VAR) or any(map(_has_unknown, ty.args))


def _text(body: SeenBody, ty: Ty | None) -> str | None:
    return Printer(body.world, body.scope.crate).text(ty) if ty is not None else None


def _size(body: SeenBody, ty: Ty | None) -> Bytes:
    return size_of(body.world, ty) if ty is not None else UNKNOWN_SIZE
