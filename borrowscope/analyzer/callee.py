"""Callees as MIR prints them, taken apart: `<Rc<i32> as Clone>::clone`, `std::boxed::Box::<T>::from_raw`.

In: the text. Out: `Callee` with the path without generic arguments, the self type and the trait.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from borrowscope.analyzer.obvious_types import PRIMITIVES

_PRIMITIVE_IMPL = re.compile(r"(?:std|core|alloc)::(?:\w+::)+(?=<impl )")
_METHOD = re.compile(r">::(\w+)")
_CLONING = frozenset({"std::clone::Clone::clone", "std::borrow::ToOwned::to_owned"})


class Callee(NamedTuple):
    """`path` has no generic arguments; for a trait's method it is the trait's (`std::clone::Clone::clone`)."""

    path: str
    self_type: str | None = None
    trait: str | None = None

    @property
    def is_std(self) -> bool:
        """Whether the standard library or the language defines it."""
        head = self.path.partition("::")[0]
        return head in ("std", "core", "alloc", "slice", "pointer") or head in PRIMITIVES

    @property
    def is_clone(self) -> bool:
        """Whether it makes a copy of the same type."""
        return self.path in _CLONING


@lru_cache(maxsize=16384)
def parse_callee(text: str) -> Callee:
    """Take a callee's text apart; an inherent method's `self_type` is None, its path holds the type."""
    if not text.startswith("<"):
        of_primitive = _PRIMITIVE_IMPL.match(text)
        end = _closing(text, of_primitive.end()) if of_primitive else 0
        found = _METHOD.match(text, end)
        if of_primitive and found:
            return Callee(f"{_primitive(text[of_primitive.end() + len('<impl ') : end])}::{found.group(1)}")
        return Callee(_without_arguments(text))
    end = _closing(text, 0)
    inner, method = text[1:end], text[end + 1 :]
    at = _as(inner)
    if at < 0:
        return Callee(_without_arguments(inner) + _without_arguments(method), inner)
    trait = _without_arguments(inner[at + 4 :])
    return Callee(trait + _without_arguments(method), inner[:at], trait)


def _primitive(ty: str) -> str:
    """The name that the documentation has for a primitive: `slice`, `pointer`, `str`, `u8`."""
    return {"[": "slice", "*": "pointer"}.get(ty[0], ty)


def _closing(text: str, start: int) -> int:
    """Index of the `>` that closes the `<` at `start`."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "<":
            depth += 1
        elif text[at] == ">" and text[at - 1] not in "-=":
            depth -= 1
            if depth == 0:
                return at
    return len(text) - 1


def _as(text: str) -> int:
    """Index of the outermost ` as `, -1 without one."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "<([{") - (char in ")]}" or (char == ">" and text[at - 1] not in "-="))
        if depth == 0 and text.startswith(" as ", at):
            return at
    return -1


def _without_arguments(text: str) -> str:
    """The path with every `<..>` and the `::` before it taken out."""
    kept: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "<":
            at = _closing(text, at) + 1
            if kept[-2:] == [":", ":"]:
                del kept[-2:]
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)
