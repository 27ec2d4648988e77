"""Constant expressions as far as array lengths and const arguments need them: literals, consts, arithmetic.

In: the text or node of an expression, and where it stands. Out: its value, or None. Values are mathematical integers:
an expression that overflows does not compile.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol

from borrowscope.analyzer.static.item_tree import TYPE, VALUE, CrateItems, ImplNode, Item, Module
from borrowscope.analyzer.static.resolution import Primitive, Resolver
from borrowscope.analyzer.static.type_scope import NO_ENVIRONMENT, Environment, Owner
from borrowscope.parse.syntax import Node, parse_arguments

_INTEGER: Final = re.compile(r"(0x[\da-fA-F_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*?)(?:_*[ui](?:8|16|32|64|128|size))?\Z")
_QUALIFIED: Final = re.compile(r"<\s*([\w:]+)(?:\s+as\b.*)?>\s*::\s*(\w+)\Z", re.DOTALL)
_WIDTHS: Final = {
    f"{sign}{width}": 64 if width == "size" else int(width)
    for sign in "ui"
    for width in ("8", "16", "32", "64", "128", "size")
}
_SIZES: Final = {name: width // 8 for name, width in _WIDTHS.items()} | {"bool": 1, "char": 4, "f32": 4, "f64": 8}
_LARGEST_SHIFT: Final = 128


class Surroundings(Protocol):
    """What constants ask of the definitions."""

    @property
    def resolver(self) -> Resolver:
        """What names mean."""

    def impl_owner(self, entry: ImplNode) -> Owner:
        """An impl with its members."""

    def associated_constant(self, crate: CrateItems, head: str, name: str) -> int | None:
        """The value of an associated constant of a type, as a crate sees it."""


class Constants:
    """Evaluates constant expressions."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._evaluating: set[int] = set()

    def evaluate(self, text: str, module: Module, environment: Environment) -> int | None:
        """The value of an expression's text."""
        match = _INTEGER.match(text)
        if match is not None:
            return _integer(match[1])
        source = text.encode()
        nodes = parse_arguments(source, 0, len(source))
        return self.value(nodes[0], module, environment) if nodes is not None and len(nodes) == 1 else None

    def value(self, node: Node, module: Module, environment: Environment) -> int | None:
        """The value of an expression's node."""
        handler = _HANDLERS.get(node.kind)
        return handler(self, node, module, environment) if handler is not None else None

    def constant_of(self, entry: ImplNode, name: str) -> int | None:
        """The value of an impl's associated constant."""
        owner = self._surroundings.impl_owner(entry)
        member = owner.members.get(name)
        return self._initial(member.node, entry.module, owner.environment) if member is not None else None

    def _literal(self, node: Node, _module: Module, _environment: Environment) -> int | None:
        match = _INTEGER.match(node.text)
        return _integer(match[1]) if match is not None else None

    def _inner(self, node: Node, module: Module, environment: Environment) -> int | None:
        """`(a)`, `{ a }`, `a as usize`."""
        inner = node.named[0] if node.named and (len(node.named) == 1 or node.kind == "type_cast_expression") else None
        return self.value(inner, module, environment) if inner is not None else None

    def _unary(self, node: Node, module: Module, environment: Environment) -> int | None:
        value = self.value(node.named[0], module, environment) if node.named else None
        return -value if value is not None and node.text.startswith("-") else None

    def _binary(self, node: Node, module: Module, environment: Environment) -> int | None:
        left, right, sign = node.field("left"), node.field("right"), node.field("operator")
        operation = _OPERATIONS.get(sign.text) if sign is not None else None
        if left is None or right is None or operation is None:
            return None
        values = self.value(left, module, environment), self.value(right, module, environment)
        if values[0] is None or values[1] is None:
            return None
        return operation(values[0], values[1])

    def _call(self, node: Node, module: Module, environment: Environment) -> int | None:
        function, arguments = node.field("function"), node.field("arguments")
        if function is None or arguments is None:
            return None
        if function.kind == "generic_function":
            return _size(function) if not arguments.named else None
        receiver, name = function.field("value"), function.field("field")
        method = _METHODS.get(name.text) if name is not None and function.kind == "field_expression" else None
        if receiver is None or method is None:
            return None
        values = [self.value(part, module, environment) for part in (receiver, *arguments.named)]
        known = [value for value in values if value is not None]
        return method[1](*known) if len(known) == len(values) == method[0] else None

    def _path(self, node: Node, module: Module, environment: Environment) -> int | None:
        text = node.text
        qualified = _QUALIFIED.match(text)
        segments = (
            [*qualified[1].split("::"), qualified[2]]
            if qualified is not None
            else [segment.strip() for segment in text.split("::")]
        )
        if len(segments) > 1 and segments[-2] in _WIDTHS:
            limit = _limit(segments[-2], segments[-1])
            if limit is not None:
                return limit
        if segments[0] == "Self":
            return self._of_self(segments, module, environment)
        found, taken = self._surroundings.resolver.resolve(module, segments, VALUE)
        if isinstance(found, Item) and found.kind == "const" and taken == len(segments):
            return self._initial(found.node, found.module, NO_ENVIRONMENT)
        if len(segments) == 1:
            return None
        found, taken = self._surroundings.resolver.resolve(module, segments[:-1], TYPE)
        head = found.name if isinstance(found, Primitive) else found.path if isinstance(found, Item) else None
        if head is None or taken < len(segments) - 1:
            return None
        return self._surroundings.associated_constant(module.crate, head, segments[-1])

    def _of_self(self, segments: list[str], module: Module, environment: Environment) -> int | None:
        owner = environment.owner
        if owner is None or owner.is_trait or len(segments) != 2:
            return None
        member = owner.members.get(segments[1])
        if member is not None:
            return self._initial(member.node, module, environment)
        return self._surroundings.associated_constant(module.crate, owner.self_type.head, segments[1])

    def _initial(self, node: Node, module: Module, environment: Environment) -> int | None:
        """The value that a const is declared with."""
        value = node.field("value")
        if value is None or id(node) in self._evaluating:
            return None
        self._evaluating.add(id(node))
        try:
            return self.value(value, module, environment)
        finally:
            self._evaluating.discard(id(node))


_HANDLERS: Final[dict[str, Callable[[Constants, Node, Module, Environment], int | None]]] = {
    "integer_literal": Constants._literal,  # noqa: SLF001
    "parenthesized_expression": Constants._inner,  # noqa: SLF001
    "block": Constants._inner,  # noqa: SLF001
    "type_cast_expression": Constants._inner,  # noqa: SLF001
    "unary_expression": Constants._unary,  # noqa: SLF001
    "binary_expression": Constants._binary,  # noqa: SLF001
    "call_expression": Constants._call,  # noqa: SLF001
    "identifier": Constants._path,  # noqa: SLF001
    "scoped_identifier": Constants._path,  # noqa: SLF001
}


def _integer(digits: str) -> int:
    digits = digits.replace("_", "")
    return int(digits) if digits.isdigit() else int(digits, 0)


def _limit(name: str, which: str) -> int | None:
    bits = _WIDTHS[name]
    is_signed = name.startswith("i")
    limits = {
        "BITS": bits,
        "MAX": (1 << bits - is_signed) - 1,
        "MIN": -(1 << bits - 1) if is_signed else 0,
    }
    return limits.get(which)


def _size(function: Node) -> int | None:
    """`size_of::<u8>()`, for primitives."""
    name, arguments = function.field("function"), function.field("type_arguments")
    if name is None or arguments is None or name.text.rpartition("::")[2] != "size_of":
        return None
    return _SIZES.get(arguments.text.strip("<> "))


def _shifted_left(left: int, right: int) -> int | None:
    return left << right if 0 <= right < _LARGEST_SHIFT else None


def _shifted_right(left: int, right: int) -> int | None:
    return left >> right if 0 <= right < _LARGEST_SHIFT else None


def _quotient(left: int, right: int) -> int | None:
    if not right:
        return None
    return abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)


def _remainder(left: int, right: int) -> int | None:
    quotient = _quotient(left, right)
    return left - quotient * right if quotient is not None else None


def _power(base: int, exponent: int) -> int | None:
    return base**exponent if 0 <= exponent < _LARGEST_SHIFT and abs(base) < 1 << 64 else None


_OPERATIONS: Final[dict[str, Callable[[int, int], int | None]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _quotient,
    "%": _remainder,
    "<<": _shifted_left,
    ">>": _shifted_right,
    "&": lambda left, right: left & right,
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
}
_METHODS: Final[dict[str, tuple[int, Callable[..., int | None]]]] = {
    "pow": (2, _power),
    "abs": (1, abs),
    "ilog10": (1, lambda value: len(str(value)) - 1 if value > 0 else None),
    "ilog2": (1, lambda value: value.bit_length() - 1 if value > 0 else None),
    "count_ones": (1, lambda value: value.bit_count() if value >= 0 else None),
    "div_ceil": (2, lambda left, right: -(-left // right) if right > 0 else None),
    "next_power_of_two": (1, lambda value: 1 << max(value - 1, 0).bit_length() if value >= 0 else None),
}
