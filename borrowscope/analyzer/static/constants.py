"""Constant expressions as far as array lengths and const arguments need them: literals, consts, arithmetic.

In: the text of an expression, where it stands. Out: its value, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol

from borrowscope.analyzer.static.item_tree import VALUE, ImplNode, Item, Module
from borrowscope.analyzer.static.resolution import Resolver
from borrowscope.analyzer.static.type_scope import NO_ENVIRONMENT, Environment, Owner
from borrowscope.parse.syntax import Node

_INTEGER: Final = re.compile(r"(0x[\da-fA-F_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*)(?:[ui](?:8|16|32|64|128|size))?\Z")
_ARITHMETIC: Final = re.compile(r"[^\W\d][\w]*(?:\s*::\s*[^\W\d]\w*)*|\d\w*|<<|>>|[-+*/%()]|\s+|(.)")
_OPERATORS: Final = frozenset({"+", "-", "*", "/", "%", "(", ")", "<<", ">>"})
_WIDTHS: Final = {
    "u8": 8,
    "i8": 8,
    "u16": 16,
    "i16": 16,
    "u32": 32,
    "i32": 32,
    "u64": 64,
    "i64": 64,
    "u128": 128,
    "i128": 128,
    "usize": 64,
    "isize": 64,
}


class Surroundings(Protocol):
    """What constants ask of the definitions."""

    @property
    def resolver(self) -> Resolver:
        """What names mean."""

    def impl_owner(self, entry: ImplNode) -> Owner:
        """An impl with its members."""

    def associated_constant(self, item: Item, name: str) -> int | None:
        """The value of an associated constant of a type."""


class Constants:
    """Evaluates constant expressions."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._evaluating: set[int] = set()

    def evaluate(self, text: str, module: Module, environment: Environment) -> int | None:
        """The value of a constant expression of literals, consts and arithmetic."""
        match = _INTEGER.match(text)
        if match is not None:
            return int(match[1].replace("_", ""), 0) if not match[1].isdigit() else int(match[1])
        parts: list[str] = []
        for piece in _ARITHMETIC.finditer(text):
            if piece[1]:
                return None
            part = self._operand(piece[0], module, environment)
            if part is None:
                return None
            parts.append(part)
        return _calculated(" ".join(parts))

    def _operand(self, text: str, module: Module, environment: Environment) -> str | None:
        if not text.strip() or text in _OPERATORS:
            return "//" if text == "/" else text
        if text == "as" or text in _WIDTHS:  # `N as usize`: without effect on what lengths are
            return ""
        match = _INTEGER.match(text)
        if match is not None:
            return str(self.evaluate(text, module, environment))
        segments = [segment.strip() for segment in text.split("::")]
        if segments[0] in _WIDTHS and len(segments) == 2:
            return _limits(segments[0], segments[1])
        value = self._constant(segments, module, environment)
        return f"({value})" if value is not None else None

    def _constant(self, segments: list[str], module: Module, environment: Environment) -> int | None:
        owner = environment.owner
        if segments[0] == "Self" and len(segments) == 2 and owner is not None and not owner.is_trait:
            member = owner.members.get(segments[1])
            return self._node_value(member.node, module, environment) if member is not None else None
        found, taken = self._surroundings.resolver.resolve(module, segments, VALUE)
        if isinstance(found, Item) and found.kind == "const" and taken == len(segments):
            return self._node_value(found.node, found.module, NO_ENVIRONMENT)
        if isinstance(found, Item) and taken == len(segments) - 1:
            return self._surroundings.associated_constant(found, segments[-1])
        return None

    def _node_value(self, node: Node, module: Module, environment: Environment) -> int | None:
        value = node.field("value")
        if value is None or id(node) in self._evaluating:
            return None
        self._evaluating.add(id(node))
        try:
            return self.evaluate(value.text, module, environment)
        finally:
            self._evaluating.discard(id(node))

    def constant_of(self, entry: ImplNode, name: str) -> int | None:
        """The value of an impl's associated constant."""
        owner = self._surroundings.impl_owner(entry)
        member = owner.members.get(name)
        return self._node_value(member.node, entry.module, owner.environment) if member is not None else None


def _limits(name: str, which: str) -> str | None:
    bits = _WIDTHS[name]
    is_signed = name.startswith("i")
    values = {
        "BITS": bits,
        "MAX": (1 << bits - is_signed) - 1,
        "MIN": -(1 << bits - 1) if is_signed else 0,
    }
    value = values.get(which)
    return f"({value})" if value is not None else None


_CALCULATION: Final = re.compile(r"[\d\s()+\-*/%<>]+\Z")


def _calculated(text: str) -> int | None:
    """The value of integers and operators; None for anything else, and for what would be large."""
    if not _CALCULATION.match(text) or len(text) > 200:
        return None
    try:
        return _Calculator(text).value()
    except (ArithmeticError, ValueError, IndexError):
        return None


class _Calculator:
    """Arithmetic with Rust's precedence: `* / %`, `+ -`, `<< >>`."""

    _LEVELS: Final = (("<<", ">>"), ("+", "-"), ("*", "//", "%"))

    def __init__(self, text: str) -> None:
        self._tokens = re.findall(r"\d+|<<|>>|//|[-+*%()]", text)
        self._at = 0

    def value(self) -> int:
        """The value of the whole text."""
        found = self._level(0)
        if self._at < len(self._tokens):
            raise ValueError
        return found

    def _level(self, level: int) -> int:
        if level == len(self._LEVELS):
            return self._atom()
        left = self._level(level + 1)
        while self._at < len(self._tokens) and self._tokens[self._at] in self._LEVELS[level]:
            operator = self._tokens[self._at]
            self._at += 1
            left = _OPERATIONS[operator](left, self._level(level + 1))
        return left

    def _atom(self) -> int:
        token = self._tokens[self._at]
        self._at += 1
        if token == "(":
            found = self._level(0)
            if self._tokens[self._at] != ")":
                raise ValueError
            self._at += 1
            return found
        return -self._atom() if token == "-" else int(token)


def _shifted(left: int, right: int) -> int:
    if not 0 <= right < 128:
        raise ValueError
    return left << right


_OPERATIONS: Final[dict[str, Callable[[int, int], int]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "<<": _shifted,
    ">>": lambda left, right: left >> right,
}
