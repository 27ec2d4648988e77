"""Macros in expressions: what std's give, and the crate's own, expanded.

In: an invocation's node with its expected type. Out: its type; arguments are read as expressions where they are such.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.active_parts import active_parts
from borrowscope.analyzer.static.assembly import OperandKind, assembly_operands
from borrowscope.analyzer.static.binders import may_bind
from borrowscope.analyzer.static.body import Body, Join, handles
from borrowscope.analyzer.static.calls import MethodCall, call_method
from borrowscope.analyzer.static.cfg_select import check_cfg_select
from borrowscope.analyzer.static.control import check_condition
from borrowscope.analyzer.static.expansion import check_expanded
from borrowscope.analyzer.static.expressions import compare
from borrowscope.analyzer.static.format_texts import captured_names
from borrowscope.analyzer.static.paths import path_value
from borrowscope.analyzer.static.patterns import bind_pattern
from borrowscope.analyzer.static.types import (
    BOOL,
    NEVER,
    POINTER,
    POINTER_MUT,
    REF_MUT,
    REF_STR,
    UNIT,
    UNKNOWN,
    USIZE,
    Ty,
    make,
)
from borrowscope.parse.syntax import Node, arguments_of, parse_arguments, parse_arm, parse_repeat

if TYPE_CHECKING:
    from collections.abc import Sequence

_GLOBAL: Final = make("std::alloc::Global")
_POLL: Final = "std::task::Poll"
_STRING: Final = make("std::string::String")


@handles("macro_invocation")
def check_macro(body: Body, node: Node, expected: Ty | None) -> Ty:
    """A macro where an expression stands."""
    macro = node.field("macro")
    if macro is None:
        return UNKNOWN
    path = macro.text
    name = path.rpartition("::")[2]
    is_std = "::" not in path or path.startswith(("std::", "core::", "alloc::", "::std::", "::core::", "::alloc::"))
    is_std = is_std or body.scope.is_std_macro(path)
    if not (is_std and name in _MACROS) or body.scope.find_macro(path) is not None:
        expanded = check_expanded(body, node, path, expected)
        if expanded is not None:
            return expanded
    handler = _MACROS.get(name) if is_std or name in _FOREIGN else None
    if handler is not None:
        if body.reads_all:
            body.check_unseen(captured_names(name, _arguments(node) or [], body.scope.edition))
        return handler(body, node, expected)
    arguments = _arguments(node)
    if arguments is not None:  # a macro that nobody knows: what looks like expressions is read for its names
        with body.names_within():
            body.check_unseen(arguments)
    return UNKNOWN


def _tokens(node: Node) -> Node | None:
    return next((child for child in node.children if child.kind == "token_tree"), None)


def _arguments(node: Node) -> list[Node] | None:
    tokens = _tokens(node)
    if tokens is None:
        return None
    if tokens.end - tokens.start <= 2:
        return []
    return arguments_of(tokens)


def _checked(body: Body, node: Node) -> list[Ty]:
    return [_check_argument(body, argument) for argument in _arguments(node) or []]


def _check_argument(body: Body, argument: Node) -> Ty:
    """An argument; `name = value` of format macros is no assignment."""
    if argument.kind == "assignment_expression":
        value = argument.field("right")
        return body.check(value) if value is not None else UNKNOWN
    return body.check(argument)


def _gives(ty: Ty) -> Callable[[Body, Node, Ty | None], Ty]:
    """Macros that take their arguments by reference: read where they may bind names, or tell types that are open."""

    def check(body: Body, node: Node, _: Ty | None) -> Ty:
        if may_bind(node.source, node.start + 1, node.end) or body.has_open_types():
            _checked(body, node)
        return ty

    return check


def _plain(ty: Ty) -> Callable[[Body, Node, Ty | None], Ty]:
    """Macros whose arguments are no expressions, or not worth reading."""
    return lambda _, __, ___: ty


def _vec(body: Body, node: Node, expected: Ty | None) -> Ty:
    tokens = _tokens(node)
    wanted = body.structure(expected) if expected is not None else None
    hint = wanted.args[0] if wanted is not None and wanted.head == "std::vec::Vec" else None
    written = [part for part in _arguments(node) or [] if part.kind != "attribute_item"]
    parts: Sequence[Node] = active_parts(body, node, written)
    if not parts and tokens is not None:
        repeat = parse_repeat(tokens.source, tokens.start + 1, tokens.end - 1)
        if repeat and len(repeat) == 2:
            element = body.check(repeat[0], hint)
            body.check(repeat[1], USIZE)
            return make("std::vec::Vec", (element, _GLOBAL))
    join = Join(body, hint)
    for part in parts:
        join.add(body.check(part, join.hint))
    element = join.result if parts else hint or body.solver.fresh()
    if not parts and tokens is not None and tokens.end - tokens.start > 2 and len(tokens.named) > 0:
        return UNKNOWN
    return make("std::vec::Vec", (element if element is not NEVER else body.solver.fresh(), _GLOBAL))


def _write(body: Body, node: Node, _: Ty | None) -> Ty:
    types = _checked(body, node)
    if not types:
        return UNKNOWN
    return call_method(body, MethodCall(node, "write_fmt", []), types[0], None)


def _compare(body: Body, node: Node, _: Ty | None) -> Ty:
    arguments = _arguments(node) or []
    if len(arguments) >= 2:
        compare(body, arguments[0], arguments[1])
    for argument in arguments[2:]:
        _check_argument(body, argument)
    return UNIT


def _first(body: Body, node: Node, expected: Ty | None) -> Ty:
    arguments = _arguments(node) or []
    return body.check(arguments[0], expected) if len(arguments) == 1 else UNKNOWN


def _pin(body: Body, node: Node, _: Ty | None) -> Ty:
    found = _checked(body, node)
    return make("std::pin::Pin", (make(REF_MUT, (found[0],)),)) if found else UNKNOWN


def _ready(body: Body, node: Node, _: Ty | None) -> Ty:
    """`ready!(poll)`: what is ready; where nothing is, the function returns `Poll::Pending`."""
    arguments = _arguments(node) or []
    if len(arguments) != 1:
        return UNKNOWN
    value = body.solver.fresh()
    body.coerce(body.check(arguments[0]), make(_POLL, (value,)))
    if body.frames:
        body.coerce(make(_POLL, (body.solver.fresh(),)), body.frames[-1].result)
    return value


def _address(head: str) -> Callable[[Body, Node, Ty | None], Ty]:
    def check(body: Body, node: Node, _: Ty | None) -> Ty:
        found = _checked(body, node)
        return make(head, (found[0],)) if found else UNKNOWN

    return check


def _matches(body: Body, node: Node, _: Ty | None) -> Ty:
    """`matches!(value, pattern if guard)`, read as the `match` that it is."""
    tokens = _tokens(node)
    comma = next((child for child in tokens.children if child.kind == ","), None) if tokens is not None else None
    if tokens is None or comma is None:
        return BOOL
    value = parse_arguments(tokens.source, tokens.start + 1, comma.start)
    arm = parse_arm(tokens.source, comma.end, tokens.end - 1)
    scrutinee = body.check(value[0]) if value else UNKNOWN
    if arm is not None:
        with body.names_within():
            bind_pattern(body, arm, scrutinee)
            condition = arm.field("condition")
            if condition is not None:
                check_condition(body, condition)
    return BOOL


def _diverging(body: Body, node: Node, _: Ty | None) -> Ty:
    if body.reads_all or may_bind(node.source, node.start + 1, node.end):
        diverges = body.diverges
        _checked(body, node)
        body.diverges = diverges
    return NEVER


def _assert(body: Body, node: Node, _: Ty | None) -> Ty:
    for at, argument in enumerate(_arguments(node) or []):
        body.check(argument, BOOL) if at == 0 else _check_argument(body, argument)
    return UNIT


def _constant(body: Body, value: Node) -> None:
    with body.unwatched():
        body.check_constant(value, body.solver.fresh())


def _label(body: Body, block: Node) -> None:
    with body.safe():
        body.check(block, UNIT)


_OPERANDS: Final[dict[OperandKind, Callable[[Body, Node], object]]] = {
    OperandKind.VALUE: lambda body, value: body.check(value),
    OperandKind.CONSTANT: _constant,
    OperandKind.SYMBOL: lambda body, path: path_value(body, path, None),
    OperandKind.LABEL: _label,
}


def _assembly(body: Body, node: Node, _: Ty | None) -> Ty:
    tokens = _tokens(node)
    if tokens is not None:
        for operand in assembly_operands(tokens):
            _OPERANDS[operand.kind](body, operand.node)
    return UNKNOWN  # `()`, or `!` by its options


_MACROS: Final[dict[str, Callable[[Body, Node, Ty | None], Ty]]] = {
    "vec": _vec,
    "format": _gives(_STRING),
    "format_args": _gives(make("std::fmt::Arguments")),
    "write": _write,
    "writeln": _write,
    "assert": _assert,
    "debug_assert": _assert,
    "matches": _matches,
    "dbg": _first,
    "pin": _pin,
    "ready": _ready,
    "cfg_select": check_cfg_select,
    "addr_of": _address(POINTER),
    "addr_of_mut": _address(POINTER_MUT),
    **dict.fromkeys(("print", "println", "eprint", "eprintln"), _gives(UNIT)),
    **dict.fromkeys(("assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne"), _compare),
    **dict.fromkeys(("panic", "todo", "unimplemented", "unreachable"), _diverging),
    **dict.fromkeys(("line", "column"), _plain(make("u32"))),
    **dict.fromkeys(("file", "module_path", "stringify", "concat", "env", "include_str"), _plain(REF_STR)),
    "option_env": _plain(make("std::option::Option", (REF_STR,))),
    "cfg": _plain(BOOL),
    "is_x86_feature_detected": _plain(BOOL),
    "compile_error": _plain(NEVER),
    "thread_local": _plain(UNIT),
    "asm": _assembly,
    "naked_asm": _assembly,
    "global_asm": _plain(UNIT),
    "offset_of": _plain(USIZE),
}
STD_MACROS: Final = frozenset(_MACROS)
# Macros of crates that everybody uses, where the crate's source cannot be had.
_FOREIGN: Final = frozenset({"matches"})
