"""Calls: of paths, of values that can be called, of methods.

In: a call's node with its expected type. Out: the result's type; arguments are checked against the parameters, closures
last, as rustc does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from borrowscope.analyzer.static.active_parts import active_parts
from borrowscope.analyzer.static.body import Body, Called, handles
from borrowscope.analyzer.static.callables import Closure, FunctionItem
from borrowscope.analyzer.static.definitions import Bound, Function
from borrowscope.analyzer.static.methods import Pick, Probe, autoderef
from borrowscope.analyzer.static.paths import instantiate_function, path_value
from borrowscope.analyzer.static.solver import AMBIGUOUS
from borrowscope.analyzer.static.types import FUNCTION, TUPLE, UNKNOWN, Kind, Ty, substitute
from borrowscope.tables.type_flags import OWNERSHIP_CALLS

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

_CALL_TRAITS: Final = ("std::ops::Fn", "std::ops::FnMut", "std::ops::FnOnce")


@handles("call_expression")
def check_call(body: Body, node: Node, expected: Ty | None) -> Ty:
    """`f(a)`, `value.method(a)`, `Type::f(a)`, `(expression)(a)`."""
    function = node.field("function")
    arguments = node.field("arguments")
    values = _values(body, arguments) if arguments is not None else []
    if function is None:
        return UNKNOWN
    inner, turbofish = function, None
    if function.kind == "generic_function":
        inner, turbofish = function.field("function") or function, function.field("type_arguments")
    if names_method(inner):
        value, name = inner.field("value"), inner.field("field")
        if value is None or name is None:
            return UNKNOWN
        receiver = body.check(value)
        args = body.written_arguments(turbofish) if turbofish is not None else None
        return call_method(body, MethodCall(node, name.text.removeprefix("r#"), values, args), receiver, expected)
    callee = body.structure(body.check(function))
    if isinstance(callee, FunctionItem):
        _note(body, node, callee)
        return _apply(body, callee.parameters, callee.result, values, expected)
    return _call_value(body, callee, values, expected)


def names_method(callee: Node) -> bool:
    """Whether it is the `value.name` of a method's call; `value.0(..)` calls what is in the field."""
    name = callee.field("field") if callee.kind == "field_expression" else None
    return name is not None and not name.text.isdigit()


def _values(body: Body, arguments: Node) -> list[Node]:
    return active_parts(body, arguments, [child for child in arguments.named if child.kind != "attribute_item"])


def _note(body: Body, node: Node, callee: FunctionItem) -> None:
    if isinstance(callee.function, Function):
        if body.reached is not None:
            body.generics_at[node] = callee.generics
        note_call(body, node, callee.function, callee.self_type, callee.trait)


def note_call(body: Body, node: Node, function: Function, self_type: Ty | None, trait: str) -> None:
    """Remember which function a call reaches, if it makes the value of a binding or matters to ownership."""
    if body.reached is not None:
        body.reached[node] = function
        body.receivers[node] = self_type
    if id(node) not in body.producing and function.path not in OWNERSHIP_CALLS:
        return
    first, last = body.locate(node.start), body.locate(node.end - 1)
    if first is None or last is None or first[0] != last[0]:
        return
    callee = node.field("function")
    end = callee.end - node.start if callee is not None else 0
    body.called.append(Called(first[0], first[1], last[1] + 1, first[1] + end, function, self_type, trait))


def _call_value(body: Body, callee: Ty, values: list[Node], expected: Ty | None) -> Ty:
    """A closure, a fn pointer, anything that implements a `Fn` trait, through references and boxes."""
    for step in autoderef(body.solver, callee):
        if isinstance(step, Closure):
            return _apply(body, step.parameters, step.result, values, expected)
        if step.kind is Kind.APP and step.head == FUNCTION:
            return _apply(body, step.args[:-1], step.args[-1], values, expected)
        if step.kind in (Kind.VAR, Kind.UNKNOWN):
            break
        if step.kind is not Kind.APP:
            signature = body.expected_signature(step) or _by_bounds(body, step)
            if signature is not None:
                return _apply(body, signature[0], signature[1] or UNKNOWN, values, expected)
    body.check_unseen(values)
    return UNKNOWN


def _by_bounds(body: Body, callee: Ty) -> tuple[tuple[Ty, ...], Ty | None] | None:
    for trait in _CALL_TRAITS:
        parameters = body.solver.fresh()
        selection = body.solver.select(trait, (callee, parameters))
        if selection is not None and selection is not AMBIGUOUS:
            found = body.structure(parameters)
            if found.head == TUPLE:
                return found.args, body.solver.project("std::ops::FnOnce", "Output", (callee, found))
    return None


# methods
class MethodCall(NamedTuple):
    """What is written: `.name::<args>(values)`."""

    node: Node
    name: str
    values: list[Node]
    args: tuple[Ty, ...] | None = None


def call_method(body: Body, call: MethodCall, receiver: Ty, expected: Ty | None) -> Ty:
    """The result of calling a method on a value of the receiver's type."""
    pick = Probe(body.solver, call.name, body.scope.traits()).pick(receiver)
    if pick is None:
        body.check_unseen(call.values)
        return UNKNOWN
    function, mapping = pick.function, {**pick.mapping, "Self": pick.self_type}
    if pick.trait and (function.is_async or _has_opaque(function.result)):
        function, mapping = _implemented(body, pick) or (function, mapping)
    full, parameters, result = instantiate_function(body, function, mapping, call.args)
    _require_trait(body, pick)
    if pick.receiver is not None and parameters:
        body.solver.unify(parameters[0], pick.receiver)
    if body.reached is not None:
        body.generics_at[call.node] = tuple([full[parameter.name] for parameter in function.generics.params])
    note_call(body, call.node, pick.function, pick.self_type, pick.trait)
    return _apply(body, parameters[1:], result, call.values, expected)


def _has_opaque(ty: Ty) -> bool:
    return ty.kind is Kind.OPAQUE or any(map(_has_opaque, ty.args))


def _implemented(body: Body, pick: Pick) -> tuple[Function, dict[str, Ty]] | None:
    """The impl's own function where a trait's promises `impl Trait`: each impl has a type of its own there."""
    selection = body.solver.select(pick.trait, (pick.self_type, *pick.trait_args))
    if selection is None or selection.impl is None:
        return None
    function = selection.impl.functions.get(pick.function.name)
    return (function, {**selection.mapping, "Self": pick.self_type}) if function is not None else None


def _require_trait(body: Body, pick: Pick) -> None:
    if pick.trait and pick.trait_args:
        body.solver.require(Bound(pick.self_type, pick.trait, pick.trait_args))


def find_field(body: Body, receiver: Ty, name: str) -> Ty | None:
    """The type of a field, through autoderef."""
    for step in autoderef(body.solver, receiver):
        if step.head == TUPLE and step.kind is Kind.APP and name.isdigit():
            return step.args[int(name)] if int(name) < len(step.args) else None
        if step.kind is Kind.APP:
            definition = body.world.find_type(step.head)
            own = getattr(definition, "own", None)
            if own is not None and name in own.fields:
                params = definition.generics.params  # type: ignore[union-attr]
                mapping = dict(zip((parameter.name for parameter in params), step.args, strict=False))
                return body.solver.normalize(substitute(own.fields[name], mapping))
    return None


# arguments
def _apply(body: Body, parameters: tuple[Ty, ...], result: Ty, values: list[Node], expected: Ty | None) -> Ty:
    """Check the arguments against the parameters; closures after all others."""
    hints = _hints(body, parameters, result, expected)
    closures: list[tuple[Node, Ty, Ty]] = []
    for at, value in enumerate(values):
        formal = parameters[at] if at < len(parameters) else UNKNOWN
        hint = hints[at] if at < len(hints) else formal
        if value.kind == "closure_expression":
            closures.append((value, formal, hint))
        else:
            _argument(body, value, formal, hint)
    if closures:
        body.solver.solve()
        for value, formal, hint in closures:
            _argument(body, value, formal, hint)
    return result


def _argument(body: Body, value: Node, formal: Ty, hint: Ty) -> None:
    if formal.kind is Kind.UNKNOWN:
        body.check_unseen([value])
        return
    ty = body.check(value, hint)
    if hint is not formal and hint.is_closed and body.coerce(ty, hint):
        body.coerce(hint, formal)
        return
    body.coerce(ty, formal)


def _hints(body: Body, parameters: tuple[Ty, ...], result: Ty, expected: Ty | None) -> tuple[Ty, ...]:
    """What the expected result says of the arguments; nothing is bound by it."""
    if expected is None or not parameters or result.is_ground:
        return parameters
    solver = body.solver
    wanted = solver.shallow(expected)
    if wanted.kind in (Kind.VAR, Kind.UNKNOWN):
        return parameters
    mark = solver.mark()
    hints = parameters
    if solver.unify(result, wanted):
        found = tuple([solver.deep(ty) for ty in parameters])
        hints = tuple([hint if hint.is_closed else formal for hint, formal in zip(found, parameters, strict=True)])
    solver.rollback(mark)
    return hints


@handles("identifier", "scoped_identifier", "self", "generic_function", "crate", "super")
def check_path(body: Body, node: Node, expected: Ty | None) -> Ty:
    """A name, a path to an item, an associated item."""
    return path_value(body, node, expected)
