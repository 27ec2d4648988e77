"""Whether an expression is an unsafe operation: one function for each kind of node.

In: a body that was read, an expression's node. Out: a `Verdict`, or None where it is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.callables import Closure, FunctionItem
from borrowscope.analyzer.static.calls import names_method
from borrowscope.analyzer.static.definitions import Function, Impl, Trait, TypeDef, Value
from borrowscope.analyzer.static.methods import autoderef
from borrowscope.analyzer.static.types import FUNCTION, POINTER, POINTER_MUT, FunctionPointer, Kind, Ty
from borrowscope.analyzer.unsafety.callbacks import callbacks_of
from borrowscope.analyzer.unsafety.features import is_feature_call
from borrowscope.analyzer.unsafety.operations import OperationKind, public_path
from borrowscope.analyzer.unsafety.places import is_assigned, is_raw_borrowed
from borrowscope.analyzer.unsafety.seen import Decision, SeenBody, Verdict
from borrowscope.analyzer.unsafety.transmutes import TRANSMUTES
from borrowscope.tables.std_types import SAFE_BEFORE

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

_BOTH: Final = 2  # types has `transmute`
_OPEN: Final = (Kind.VAR, Kind.UNKNOWN)


def _open(kind: OperationKind) -> Verdict:
    return Verdict(kind, is_resolved=False)


# 1. dereferences
def _deref(body: SeenBody, node: Node) -> Verdict | None:
    operand = node.named[-1] if node.named else None
    if operand is None or node.children[0].kind != "*" or is_raw_borrowed(node, body.addressed):
        return None
    if operand not in body.types:
        return None
    ty = body.structure(body.types[operand])
    if ty.head in (POINTER, POINTER_MUT):
        return Verdict(OperationKind.RAW_DEREF)
    return _open(OperationKind.RAW_DEREF) if ty.kind in _OPEN else None


# 2. fields
def _field(body: SeenBody, node: Node) -> Verdict | None:
    value, name = node.field("value"), node.field("field")
    receiver = body.types.get(value) if value is not None else None
    if receiver is None or name is None:
        return None
    field = name.text.removeprefix("r#")
    union = _union_of(body, receiver, field)
    if union is None:
        is_open = body.structure(receiver).kind in _OPEN
        return _open(OperationKind.UNION_READ) if is_open else None
    if is_raw_borrowed(node, body.addressed, lambda outer: _is_union_field(body, outer)):
        return None
    if is_assigned(node, lambda outer: _is_direct_field(body, outer)):
        return None
    return Verdict(OperationKind.UNION_READ, f"{union.path}::{field}")


def _union_of(body: SeenBody, receiver: Ty, field: str) -> TypeDef | None:
    """The union whose field an access reaches, through references and smart pointers."""
    for step in autoderef(body.solver, receiver):
        definition = _definition(body, step)
        if definition is not None and definition.own is not None and field in definition.own.fields:
            return definition if definition.kind == "union" else None
    return None


def _definition(body: SeenBody, ty: Ty) -> TypeDef | None:
    found = body.world.find_type(ty.head) if ty.kind is Kind.APP else None
    return found if isinstance(found, TypeDef) else None


def _is_union_field(body: SeenBody, node: Node) -> bool:
    value, name = node.field("value"), node.field("field")
    ty = body.types.get(value) if value is not None else None
    return ty is not None and name is not None and _union_of(body, ty, name.text.removeprefix("r#")) is not None


def _is_direct_field(body: SeenBody, node: Node) -> bool:
    """Whether the value has the field itself: nothing is dereferenced."""
    value, name = node.field("value"), node.field("field")
    ty = body.structure(body.types[value]) if value is not None and value in body.types else None
    if ty is None or name is None:
        return False
    definition = _definition(body, ty)
    own = definition.own if definition is not None else None
    return ty.head == "()" or (own is not None and name.text.removeprefix("r#") in own.fields)


def patterns_read(node: Node) -> Iterator[tuple[str, Node]]:
    """The parts of a union's pattern that look at the value, with the field that they stand for."""
    for part in node.named:
        name = part.field("name") if part.kind == "field_pattern" else None
        pattern = part.field("pattern") if part.kind == "field_pattern" else None
        if name is not None:
            for read in [part] if pattern is None else _reads(pattern):
                yield name.text, read


def _reads(pattern: Node) -> Iterator[Node]:
    is_group = pattern.kind == "tuple_pattern" and len(pattern.named) == 1 and pattern.child(",") is None
    if pattern.kind == "or_pattern" or is_group:
        for part in pattern.named:
            yield from _reads(part)
    elif pattern.kind == "captured_pattern":  # rustc takes the name alone for the place of `name @ ..`
        yield pattern.named[0]
    elif pattern.kind not in ("_", "remaining_field_pattern"):
        yield pattern


# 3. calls
def _call(body: SeenBody, node: Node) -> Verdict | None:
    function = node.field("function")
    if function is None:
        return None
    reached = body.reached.get(node)
    if reached is not None:
        return _told(body, node, _reach(body, reached), body.types.get(function))
    inner = function.field("function") or function if function.kind == "generic_function" else function
    if names_method(inner):
        return _open(OperationKind.UNSAFE_CALL)
    callee = body.types.get(function)
    return _told(body, node, _call_value(body, callee), callee) if callee is not None else None


def _told(body: SeenBody, node: Node, verdict: Verdict | None, callee: Ty | None) -> Verdict | None:
    """What is told of some calls beside what they reach: types that change, functions that are handed on."""
    if verdict is None or callee is None:
        return verdict
    found = body.structure(callee)
    if verdict.target in TRANSMUTES and isinstance(found, FunctionItem) and len(found.generics) == _BOTH:
        return verdict._replace(transmuted=(found.generics[0], found.generics[1]))
    if verdict.kind is not OperationKind.FFI_CALL and "extern" not in (verdict.pointer or ""):
        return verdict
    parameters = _parameters(body, found)
    return verdict._replace(callbacks=tuple(callbacks_of(body, node, parameters)))


def _parameters(body: SeenBody, callee: Ty) -> tuple[Ty, ...]:
    for step in autoderef(body.solver, callee):
        if isinstance(step, FunctionItem):
            return step.parameters
        if isinstance(step, FunctionPointer):
            return step.args[:-1]
    return ()


def _reach(body: SeenBody, function: Function) -> Verdict | None:
    if body.scope.edition < SAFE_BEFORE.get(function.path, 0):
        return None
    if function.is_unsafe:
        kind = OperationKind.FFI_CALL if function.is_foreign else OperationKind.UNSAFE_CALL
        return Verdict(kind, public_path(function.path), is_trait=_is_of_trait(function))
    if is_feature_call(function, body.context.function):
        return Verdict(OperationKind.TARGET_FEATURE_CALL, function.path)
    return None


def _is_of_trait(function: Function) -> bool:
    owner = function.owner
    return isinstance(owner, Trait) or (isinstance(owner, Impl) and bool(owner.trait))


def _call_value(body: SeenBody, callee: Ty) -> Verdict | None:
    for step in autoderef(body.solver, callee):
        if isinstance(step, FunctionItem) and isinstance(step.function, Function):
            return _reach(body, step.function)
        if isinstance(step, FunctionPointer):
            is_unsafe = "unsafe" in step.qualifiers
            return Verdict(OperationKind.UNSAFE_CALL, pointer=step.qualifiers.strip()) if is_unsafe else None
        if isinstance(step, (Closure, FunctionItem)) or (step.kind is Kind.APP and step.head == FUNCTION):
            return None
        if step.kind in _OPEN:
            return _open(OperationKind.UNSAFE_CALL)
    return None


# 4. statics
def _path(body: SeenBody, node: Node) -> Verdict | None:
    if is_raw_borrowed(node, body.addressed):
        return None
    names = [name.strip().removeprefix("r#") or "::" for name in node.text.split("::")]
    found, taken = body.scopes[node].resolve(names, "value")
    if found is None and names[-1].isupper() and len(names[-1]) > 1:  # nobody knows the name, and it looks like one
        return _open(OperationKind.STATIC_MUT) if body.structure(body.types[node]).kind in _OPEN else None
    if not isinstance(found, Value) or taken != len(names):
        return None
    if found.kind == "static mut":
        return Verdict(OperationKind.STATIC_MUT, found.path)
    return Verdict(OperationKind.EXTERN_STATIC, found.path) if found.is_foreign and not found.is_safe else None


# 5. assembly
def _invocation(body: SeenBody, node: Node) -> Verdict | None:
    path = node.field("macro")
    is_asm = path is not None and path.text.rpartition("::")[2] == "asm"
    if not is_asm or path is None or body.scopes[node].find_macro(path.text) is not None:
        return None
    return Verdict(OperationKind.INLINE_ASM)


DECISIONS: Final[dict[str, Decision]] = {
    "unary_expression": _deref,
    "field_expression": _field,
    "call_expression": _call,
    "identifier": _path,
    "scoped_identifier": _path,
    "macro_invocation": _invocation,
}
