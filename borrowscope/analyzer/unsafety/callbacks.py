"""Which arguments of a call foreign code may call back: by the parameters' types, else by the arguments' own.

In: a body that was read, a call's arguments with the parameters' types. Out: the arguments. `None` is no callback; a
function or closure is one whatever it is cast to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.callables import Closure, FunctionItem
from borrowscope.analyzer.static.types import FUNCTION, Kind, Ty

if TYPE_CHECKING:
    from borrowscope.analyzer.unsafety.seen import SeenBody
    from borrowscope.parse.syntax import Node

_OPTION: Final = "std::option::Option"
_AROUND: Final = frozenset({"type_cast_expression", "parenthesized_expression"})


def callbacks_of(body: SeenBody, call: Node, parameters: Sequence[Ty]) -> Iterator[Node]:
    """The arguments that may be called."""
    arguments = call.field("arguments")
    values = [one for one in arguments.named if one.kind != "attribute_item"] if arguments is not None else []
    for at, value in enumerate(values):
        inner = _unwrapped(value)
        is_asked_for = at < len(parameters) and _is_callable(body, parameters[at])
        is_none = inner.text.partition("::<")[0].rpartition("::")[2].strip() == "None"
        is_callable = is_asked_for or (inner in body.types and _is_callable(body, body.types[inner]))
        if is_callable and not is_none:
            yield value


def _unwrapped(value: Node) -> Node:
    """What stands below casts, parentheses and `Some(..)`."""
    while True:
        inner = value.named[0] if value.kind in _AROUND and value.named else None
        function, arguments = value.field("function"), value.field("arguments")
        if value.kind == "call_expression" and function is not None and arguments is not None and arguments.named:
            inner = arguments.named[0] if function.text.rpartition("::")[2] == "Some" else None
        if inner is None:
            return value
        value = inner


def _is_callable(body: SeenBody, ty: Ty) -> bool:
    ty = body.structure(ty)
    if isinstance(ty, (Closure, FunctionItem)):
        return True
    if ty.kind is not Kind.APP:
        return False
    return ty.head == FUNCTION or (ty.head == _OPTION and _is_callable(body, ty.args[0]))
