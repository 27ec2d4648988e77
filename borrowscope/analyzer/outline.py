"""What of a file other files can see: everything but the insides of its functions.

In: a file's tree. Out: an `Outline`: the digest of all that is left, and the ranges that were left out. A text with
these ranges blanked has the same items at the same places, and costs little to parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from borrowscope.analyzer.kept_files import digest
from borrowscope.parse.syntax import COMMENTS, Node

# Functions that hold items, or that constants are computed with, are seen from outside.
_SEEN: Final = re.compile(
    rb"(?:^|[;{}\]])\s*(?:pub(?:\([^)]*\))?\s+|unsafe\s+)*"
    rb"(?:struct|enum|union|trait|impl|mod|macro_rules|type|use|include)\b",
    re.MULTILINE,
)
_HOLDERS: Final = frozenset({"mod_item", "impl_item", "trait_item"})
_IMPL: Final = re.compile(rb"\bimpl\b[^{};]*?(?:\bfor\s+|[\s>])&?(?:'\w+\s+)?(?:mut\s+)?(\w+)\s*(?:<[^{};]*)?\{")
_SPACE: Final = re.compile(rb"\s*")
_NEWLINE: Final = b"\n"
_NOT_NEWLINE: Final = re.compile(rb"[^\n]")


@dataclass(slots=True, frozen=True)
class Outline:
    """`blanks` are starts and ends in turn; `has_loose_impls`: functions hold impls for types that others know."""

    digest: str
    blanks: Sequence[int] = ()
    has_loose_impls: bool = False


def read_outline(root: Node) -> Outline:
    """The outline of a file. One with syntax errors is seen as a whole."""
    if root.has_error:
        return Outline(digest(root.source), (), has_loose_impls=True)
    hidden: list[tuple[int, int]] = []
    blanks: list[int] = []
    marks: list[str] = []
    has_loose_impls = False
    for node in _items(root):
        if node.kind in COMMENTS:
            hidden.append((node.start, _SPACE.match(root.source, node.end).end()))  # type: ignore[union-attr]
        elif node.kind == "macro_definition":
            marks += _position(node)
        else:
            body = node.field("body")
            if body is None:
                continue
            if _is_seen(node, body):
                has_loose_impls = has_loose_impls or _has_loose_impls(body)
            else:
                hidden.append((body.start + 1, body.end - 1))
                blanks += (body.start + 1, body.end - 1)
    return Outline(digest(b"".join(_visible(root.source, hidden)), *marks), blanks, has_loose_impls)


def blanked(source: bytes, blanks: Sequence[int]) -> bytes:
    """The text with the ranges blanked; lines stay where they are."""
    parts: list[bytes] = []
    at = 0
    for start, end in zip(blanks[::2], blanks[1::2], strict=True):
        inside = source[start:end]
        parts += (source[at:start], _NOT_NEWLINE.sub(b" ", inside))
        at = end
    return b"".join((*parts, source[at:]))


def _items(root: Node) -> Iterator[Node]:
    """Functions, macro definitions and comments between items, in source order."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.kind in _HOLDERS or node is root:
            body = node if node is root else node.field("body")
            stack += reversed(body.parts if body is not None else ())
        elif node.kind in ("function_item", "macro_definition") or node.kind in COMMENTS:
            yield node


def _is_seen(function: Node, body: Node) -> bool:
    head = function.source[function.start : body.start]
    return b"const" in head or _SEEN.search(body.source, body.start, body.end) is not None


def _has_loose_impls(body: Node) -> bool:
    """Whether the body has an impl for a type that it does not define itself."""
    text = body.source[body.start : body.end]
    impls = len(re.findall(rb"(?:^|[;{}\]])\s*(?:unsafe\s+)?impl\b", text))
    own = [
        name
        for name in _IMPL.findall(text)
        if re.search(rb"\b(?:struct|enum|union)\s+" + re.escape(name) + rb"\b", text)
    ]
    return impls > len(own)


def _position(macro: Node) -> Iterator[str]:
    """Where a macro stands is seen in the names of closures that it writes."""
    if b"|" in macro.source[macro.start : macro.end]:
        line = macro.source.rfind(_NEWLINE, 0, macro.start) + 1
        yield f"{macro.source.count(_NEWLINE, 0, macro.start)}:{macro.start - line}"


def _visible(source: bytes, hidden: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    at = 0
    for start, end in sorted(hidden):
        yield source[at:start]
        at = end
    yield source[at:]
