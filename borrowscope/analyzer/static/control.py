"""Control flow: blocks, `let`, branches, loops, closures, async blocks, ways out.

In: nodes with their expected types. Out: types; names are bound on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.producer import producing_call
from borrowscope.analyzer.static.binders import may_bind, may_matter
from borrowscope.analyzer.static.body import Body, Join, Loop, handles
from borrowscope.analyzer.static.callables import AsyncBlock, Closure
from borrowscope.analyzer.static.definitions import Bound
from borrowscope.analyzer.static.patterns import bind_pattern
from borrowscope.analyzer.static.types import (
    BOOL,
    NEVER,
    UNIT,
    UNKNOWN,
    Bounded,
    Kind,
    Ty,
    make,
    make_projection,
)

if TYPE_CHECKING:
    from borrowscope.parse.syntax import Node

_ITERATOR: Final = "std::iter::IntoIterator"
_FUTURE: Final = "std::future::Future"
_STATEMENTS: Final = frozenset(
    {"let_declaration", "expression_statement", "empty_statement", "attribute_item", "inner_attribute_item", "label"}
)
_TRY: Final = {"std::result::Result": 0, "std::option::Option": 0}


# blocks
@handles("block")
def check_block(body: Body, node: Node, expected: Ty | None) -> Ty:
    """A block's type is its tail's; never if it does not get to its end."""
    label = _label(node)
    if label is None:
        return _block(body, node, expected)
    join = Join(body, expected)
    loop = Loop(label, takes_value=True, join=join)
    body.frames[-1].loops.append(loop)
    diverges = body.diverges
    ty = _block(body, node, expected)
    body.frames[-1].loops.pop()
    join.add(ty)
    if loop.is_left:
        body.diverges = diverges
    return join.result


def _block(body: Body, node: Node, expected: Ty | None) -> Ty:
    with body.names_within(node):
        return check_statements(body, node.named, expected)


def check_statements(body: Body, statements: list[Node], expected: Ty | None) -> Ty:
    """Statements one after the other; the type is the tail's.

    While no binding's type is open, those before the last that bind nothing and leave nothing are passed by.
    """
    statements = _active(body, statements)
    for statement in statements[:-1]:
        if may_matter(statement.source, statement.start, statement.end) or body.has_open_types():
            _statement(body, statement)
    if not statements:
        return NEVER if body.diverges else UNIT
    last = statements[-1]
    if not _is_tail(last):
        _statement(body, last)
        return NEVER if body.diverges else UNIT
    ty = body.check(last, expected)
    return NEVER if body.diverges and body.solver.shallow(ty).kind is Kind.VAR else ty


def check_function_block(body: Body, node: Node, result: Ty) -> None:
    """A function's body. Statements that bind nothing are passed by while no binding's type is open."""
    with body.names_within(node):
        statements = _active(body, node.named)
        tail = statements[-1] if statements and _is_tail(statements[-1]) else None
        for statement in statements:
            if not may_bind(statement.source, statement.start, statement.end) and not body.has_open_types():
                continue
            if statement is tail:
                body.coerce(body.check(statement, result), result)
            else:
                _statement(body, statement)


def _active(body: Body, statements: list[Node]) -> list[Node]:
    """The statements whose cfgs hold; the others are read for the names that they bind, and forgotten."""
    if not any(node.kind == "attribute_item" for node in statements):
        return statements
    kept: list[Node] = []
    attributes = ""
    for node in statements:
        if node.kind == "attribute_item":
            attributes += node.text
            continue
        if body.scope.is_active(attributes):
            kept.append(node)
        else:
            with body.inactive():
                _statement(body, node)
        attributes = ""
    return kept


def _is_tail(node: Node) -> bool:
    if node.kind == "expression_statement":
        return node.children[-1].kind != ";"
    return node.kind not in _STATEMENTS and not node.kind.endswith(("_item", "_declaration", "_definition"))


def _statement(body: Body, node: Node) -> None:
    if node.kind == "let_declaration":
        _let(body, node)
    elif node.kind == "expression_statement":
        for child in node.named:
            if child.kind != "attribute_item":
                body.check(child, UNIT if node.children[-1].kind != ";" and child.kind != "match_expression" else None)
    elif not node.kind.endswith(("_item", "_declaration", "_definition")):
        body.check(node)


def _let(body: Body, node: Node) -> None:
    pattern, written, value = node.field("pattern"), node.field("type"), node.field("value")
    target = body.written(written) if written is not None else None
    if value is not None:
        body.producing.add(id(producing_call(value)))
        ty = body.check(value, target)
        if target is not None:
            body.coerce(ty, target)
    else:
        ty = body.solver.fresh()
    alternative = node.field("alternative")
    if alternative is not None:
        diverges = body.diverges
        body.check(alternative)
        body.diverges = diverges
    if pattern is not None:
        bind_pattern(body, pattern, target if target is not None else ty)


@handles("unsafe_block", "const_block", "try_block")
def _wrapped(body: Body, node: Node, expected: Ty | None) -> Ty:
    inner = node.field("body") or next((child for child in node.named if child.kind == "block"), None)
    return body.check(inner, expected) if inner is not None else UNKNOWN


# conditions
def check_condition(body: Body, node: Node) -> None:
    """`if`, `while` and guard conditions; names that `let` binds stay until the scope ends."""
    if node.kind == "let_condition":
        pattern, value = node.field("pattern"), node.field("value")
        ty = body.check(value) if value is not None else UNKNOWN
        if pattern is not None:
            bind_pattern(body, pattern, ty)
    elif node.kind == "let_chain" or (node.kind == "binary_expression" and _holds_let(node)):
        for part in node.named:
            check_condition(body, part)
    else:
        body.check_coerced(node, BOOL)


def _holds_let(node: Node) -> bool:
    return any(
        child.kind in ("let_condition", "let_chain") or (child.kind == "binary_expression" and _holds_let(child))
        for child in node.named
    )


@handles("let_condition", "let_chain")
def _condition(body: Body, node: Node, _: Ty | None) -> Ty:
    check_condition(body, node)
    return BOOL


@handles("if_expression")
def _if(body: Body, node: Node, expected: Ty | None) -> Ty:
    condition, consequence, otherwise = node.field("condition"), node.field("consequence"), node.field("alternative")
    join = Join(body, expected if otherwise is not None else None)
    diverges = body.diverges
    with body.names_within():
        if condition is not None:
            check_condition(body, condition)
        diverges = diverges or body.diverges
        if consequence is not None:
            join.add(body.check(consequence, join.hint))
    first, body.diverges = body.diverges, diverges
    if otherwise is None:
        return UNIT
    inner = otherwise.named[-1] if otherwise.kind == "else_clause" and otherwise.named else otherwise
    join.add(body.check(inner, join.hint))
    body.diverges = diverges or (first and body.diverges)
    return join.result


@handles("match_expression")
def _match(body: Body, node: Node, expected: Ty | None) -> Ty:
    value, arms = node.field("value"), node.field("body")
    scrutinee = body.check(value) if value is not None else UNKNOWN
    join = Join(body, expected)
    before = body.diverges
    all_diverge = True
    for arm in arms.named if arms is not None else []:
        if arm.kind == "match_arm":
            body.diverges = before
            attributes = "".join(child.text for child in arm.children if child.kind == "attribute_item")
            if not body.scope.is_active(attributes):
                with body.inactive():
                    _arm(body, arm, scrutinee, Join(body, None))
                continue
            _arm(body, arm, scrutinee, join)
            all_diverge = all_diverge and body.diverges
    body.diverges = before or all_diverge
    return join.result


def _arm(body: Body, arm: Node, scrutinee: Ty, join: Join) -> None:
    pattern, value = arm.field("pattern"), arm.field("value")
    with body.names_within():
        if pattern is not None:
            bind_pattern(body, pattern, scrutinee)
            condition = pattern.field("condition")
            if condition is not None:
                check_condition(body, condition)
        if value is not None:
            join.add(body.check(value, join.hint))


# loops
def _label(node: Node) -> str | None:
    label = node.child("label")
    return label.text if label is not None else None


def _looped(body: Body, node: Node, loop: Loop) -> None:
    inner = node.field("body")
    body.frames[-1].loops.append(loop)
    diverges = body.diverges
    if inner is not None:
        body.check(inner, UNIT)
    body.diverges = diverges
    body.frames[-1].loops.pop()


@handles("loop_expression")
def _loop(body: Body, node: Node, expected: Ty | None) -> Ty:
    join = Join(body, expected)
    loop = Loop(_label(node), takes_value=True, join=join)
    _looped(body, node, loop)
    return join.result if loop.is_left else NEVER


@handles("while_expression")
def _while(body: Body, node: Node, _: Ty | None) -> Ty:
    condition = node.field("condition")
    with body.names_within():
        if condition is not None:
            check_condition(body, condition)
        _looped(body, node, Loop(_label(node), takes_value=False))
    return UNIT


@handles("for_expression")
def _for(body: Body, node: Node, _: Ty | None) -> Ty:
    pattern, value = node.field("pattern"), node.field("value")
    iterated = body.structure(body.check(value)) if value is not None else UNKNOWN
    item = UNKNOWN
    if iterated.kind is not Kind.UNKNOWN:
        item = body.solver.normalize(make_projection(_ITERATOR, "Item", (iterated,)))
    with body.names_within():
        if pattern is not None:
            bind_pattern(body, pattern, item)
        _looped(body, node, Loop(_label(node), takes_value=False))
    return UNIT


# ways out
@handles("break_expression")
def _break(body: Body, node: Node, _: Ty | None) -> Ty:
    label = _label(node)
    value = next((child for child in node.named if child.kind != "label"), None)
    loops = body.frames[-1].loops if body.frames else []
    loop = next((known for known in reversed(loops) if (known.label == label if label else True)), None)
    ty = (
        body.check(value, loop.join.hint if loop is not None and loop.join is not None else None)
        if value is not None
        else UNIT
    )
    if loop is not None:
        loop.is_left = True
        if loop.join is not None:
            loop.join.add(ty)
    return NEVER


@handles("continue_expression")
def _continue(_: Body, __: Node, ___: Ty | None) -> Ty:
    return NEVER


@handles("return_expression")
def _return(body: Body, node: Node, _: Ty | None) -> Ty:
    value = next(iter(node.named), None)
    target = body.frames[-1].result if body.frames else UNKNOWN
    if value is not None:
        body.coerce(body.check(value, target), target)
    else:
        body.coerce(UNIT, target)
    return NEVER


@handles("yield_expression")
def _yield(body: Body, node: Node, _: Ty | None) -> Ty:
    for value in node.named:
        body.check(value)
    return UNKNOWN


@handles("try_expression")
def _try(body: Body, node: Node, _: Ty | None) -> Ty:
    value = next(iter(node.named), None)
    ty = body.structure(body.check(value)) if value is not None else UNKNOWN
    if ty.head in _TRY:
        _note_residual(body, ty)
        return ty.args[_TRY[ty.head]]
    if ty.kind in (Kind.VAR, Kind.UNKNOWN):
        return (
            UNKNOWN
            if ty.kind is Kind.UNKNOWN
            else body.solver.normalize(make_projection("std::ops::Try", "Output", (ty,)))
        )
    return body.solver.project("std::ops::Try", "Output", (ty,)) or UNKNOWN


def _note_residual(body: Body, ty: Ty) -> None:
    """`e?` in a closure whose result is open: at least the family of the result is known then."""
    if not body.frames:
        return
    result = body.structure(body.frames[-1].result)
    if result.kind is Kind.VAR and ty.head == "std::option::Option":
        body.solver.unify(result, make(ty.head, (body.solver.fresh(),)))


@handles("await_expression")
def _await(body: Body, node: Node, _: Ty | None) -> Ty:
    value = next(iter(node.named), None)
    ty = body.structure(body.check(value)) if value is not None else UNKNOWN
    if ty.kind is Kind.UNKNOWN:
        return UNKNOWN
    return body.solver.normalize(make_projection("std::future::IntoFuture", "Output", (ty,)))


# closures and async
@handles("closure_expression")
def _closure(body: Body, node: Node, expected: Ty | None) -> Ty:
    parameters, inner = node.field("parameters"), node.field("body")
    signature = body.expected_signature(expected)
    nodes = _closure_parameters(parameters) if parameters is not None else []
    types = []
    unseen = UNKNOWN if expected is UNKNOWN else None  # whoever takes the closure says what it gets, not its body
    result = _closure_result(body, node, signature)
    with body.names_within():
        for at, parameter in enumerate(nodes):
            wanted = signature[0][at] if signature is not None and at < len(signature[0]) else unseen
            types.append(_closure_parameter(body, parameter, wanted))
        written = node.field("return_type")
        end = written.end if written is not None else parameters.end if parameters is not None else node.start
        ty = Closure(body.place(node.start, end), tuple(types), result)
        if any(child.kind == "async" for child in node.children):
            _async_closure(body, node, inner, ty)
        elif inner is not None:
            with body.frame(result):
                body.coerce(body.check(inner, result), result)
    return ty


def _closure_parameters(parameters: Node) -> list[Node]:
    """The parameters; `_` alone is an anonymous token."""
    return [
        child
        for child in parameters.children
        if (child.is_named and child.kind not in ("attribute_item", "line_comment", "block_comment"))
        or child.kind == "_"
    ]


def _closure_parameter(body: Body, node: Node, wanted: Ty | None) -> Ty:
    written = node.field("type") if node.kind == "parameter" else None
    pattern = node.field("pattern") if node.kind == "parameter" else node
    ty = body.written(written) if written is not None else body.solver.fresh()
    if wanted is not None:
        if written is None:
            ty = wanted
        elif wanted is not UNKNOWN:
            body.solver.unify(ty, wanted)
    if pattern is not None:
        bind_pattern(body, pattern, ty)
    return ty


def _closure_result(body: Body, node: Node, signature: tuple[tuple[Ty, ...], Ty | None] | None) -> Ty:
    written = node.field("return_type")
    result = body.written(written) if written is not None else body.solver.fresh()
    if signature is not None and signature[1] is not None:
        if written is not None:
            body.solver.unify(result, signature[1])
        else:
            result = signature[1]
    return result


def _async_closure(body: Body, node: Node, inner: Node | None, ty: Closure) -> None:
    ty.is_async = True
    output = body.solver.fresh()
    body.solver.unify(ty.result, AsyncBlock(body.place(node.start, node.end), output))
    if inner is not None:
        with body.frame(output):
            body.coerce(body.check(inner, output), output)


@handles("async_block", "gen_block")
def _async(body: Body, node: Node, expected: Ty | None) -> Ty:
    inner = next((child for child in node.named if child.kind == "block"), None)
    output = body.solver.fresh()
    _expect_output(body, output, expected)
    if inner is not None:
        with body.frame(output):
            body.coerce(body.check(inner, output), output)
    head = inner.start if inner is not None else node.end
    end = body.trimmed(node, head)
    return AsyncBlock(body.place(node.start, end), output) if node.kind == "async_block" else UNKNOWN


def _expect_output(body: Body, output: Ty, expected: Ty | None) -> None:
    if expected is None:
        return
    wanted = body.structure(expected)
    bounds = body.solver.own_bounds(wanted) if isinstance(wanted, Bounded) else []
    if wanted.kind is Kind.VAR:
        bounds = [
            Bound(goal.args[0], goal.trait, goal.args[1:], goal.assoc)
            for goal in body.solver.goals
            if not goal.name and body.solver.shallow(goal.args[0]) is wanted
        ]
    for bound in bounds:
        for name, ty in bound.assoc if bound.trait == _FUTURE else ():
            if name == "Output":
                body.solver.unify(output, ty)
