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
SEEN: Final = re.compile(
    rb"(?:^|[;{}\]])\s*(?:pub(?:\([^)]*\))?\s+|unsafe\s+)*"
    rb"(?:struct|enum|union|trait|impl|mod|macro_rules|type|use|include)\b",
    re.MULTILINE,
)
_HOLDERS: Final = frozenset({"mod_item", "impl_item", "trait_item"})
_READ: Final = frozenset({"function_item", "macro_definition"})
_IMPL: Final = re.compile(rb"\bimpl\b[^{};]*?(?:\bfor\s+|[\s>])&?(?:'\w+\s+)?(?:mut\s+)?(\w+)\s*(?:<[^{};]*)?\{")
# `|` after a value is an operator; what stands before a comment is not looked for.
_CLOSURE: Final = re.compile(
    rb"(?:[^\s\w)\]}'\"|]|\b(?:move|return|break|else|in|if|while|match|static)|\*/|//[^\n]*\n)\s*\||\basync\b"
)
_SPACE: Final = re.compile(rb"\s*")
_NEWLINE: Final = b"\n"
_BLANK: Final = bytes(byte if byte == ord(_NEWLINE) else ord(" ") for byte in range(256))


@dataclass(slots=True, frozen=True)
class Outline:
    """`blanks`, `functions` and `holders` are flat lists of offsets, in source order.

    Each blank is a start and an end: what can change without anybody else seeing it. Functions that have blanks are a
    start (of their attributes) and an end; `function_holders` are the numbers of what they stand in, -1 for the file.
    Holders (modules, impls, traits) are a start, the end of the opening brace and the end; `holder_holders` likewise.
    `others` are starts and ends of what else stands beside them, comments left out.
    `has_loose_impls`: functions hold impls for types that others know. `has_marks`: the digest tells where macros are.
    """

    digest: str
    blanks: Sequence[int] = ()
    has_loose_impls: bool = False
    functions: Sequence[int] = ()
    function_holders: Sequence[int] = ()
    holders: Sequence[int] = ()
    holder_holders: Sequence[int] = ()
    has_marks: bool = False
    others: Sequence[int] = ()


def read_outline(root: Node) -> Outline:
    """The outline of a file. One with syntax errors is seen as a whole."""
    if root.has_error:
        return Outline(digest(root.source), has_loose_impls=True)
    return _Reader(root).read()


class _Reader:
    """One walk over the items of a file."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._source = root.source
        self._hidden: list[tuple[int, int]] = []
        self._marks: list[str] = []
        self._blanks: list[int] = []
        self._functions: list[int] = []
        self._function_holders: list[int] = []
        self._holders: list[int] = []
        self._holder_holders: list[int] = []
        self._others: list[int] = []
        self._has_loose_impls = False

    def read(self) -> Outline:
        """The outline."""
        stack: list[tuple[Node, int, int]] = [(self._root, 0, -1)]
        while stack:
            node, start, holder = stack.pop()
            body = node if node is self._root else node.field("body")
            if node.kind == "function_item":
                self._function(node, body, start, holder)
            elif node.kind == "macro_definition":
                self._others += (start, node.end)
                self._marks += _position(node)
            elif node.kind in COMMENTS:
                self._hidden.append((node.start, _SPACE.match(self._source, node.end).end()))  # type: ignore[union-attr]
            elif body is None:
                self._others += (start, node.end)
            else:
                if body is not self._root:
                    holder = self._holder(node, body, holder, start)
                children = list(_with_attributes(body))
                self._others += (at for child, start in children if not _is_read(child) for at in (start, child.end))
                stack += reversed([(child, at, holder) for child, at in children if _is_read(child)])
        return Outline(
            digest(b"".join(_visible(self._source, self._hidden)), *self._marks),
            self._blanks,
            self._has_loose_impls,
            self._functions,
            self._function_holders,
            self._holders,
            self._holder_holders,
            bool(self._marks),
            self._others,
        )

    def _holder(self, node: Node, body: Node, outer: int, attributes_at: int) -> int:
        if attributes_at < node.start:
            self._others += (attributes_at, node.start)
        self._holders += (node.start, body.start + 1, node.end)
        self._holder_holders.append(outer)
        return len(self._holder_holders) - 1

    def _function(self, node: Node, body: Node | None, start: int, holder: int) -> None:
        if body is None or b"const" in self._source[node.start : body.start]:
            self._others += (start, node.end)
            return
        gaps = [(body.start + 1, body.end - 1)]
        if SEEN.search(self._source, body.start, body.end) is not None:
            if _has_loose_impls(body):
                self._has_loose_impls = True
                self._others += (start, node.end)
                return
            gaps = list(_gaps(body))
        if not gaps:
            self._others += (start, node.end)
        else:
            self._functions += (start, node.end)
            self._function_holders.append(holder)
            self._hidden += gaps
            self._blanks += (offset for gap in gaps for offset in gap)


def _is_read(node: Node) -> bool:
    return node.kind in _HOLDERS or node.kind in _READ or node.kind in COMMENTS


def _with_attributes(body: Node) -> Iterator[tuple[Node, int]]:
    """What stands in a body, and where the attributes before it begin."""
    attributes_at = -1
    for child in body.parts:
        if child.kind == "attribute_item":
            attributes_at = child.start if attributes_at < 0 else attributes_at
            continue
        yield child, child.start if attributes_at < 0 else attributes_at
        if child.kind not in COMMENTS:
            attributes_at = -1


def _gaps(body: Node) -> Iterator[tuple[int, int]]:
    """What stands between the items of a function's body."""
    source, at, last = body.source, body.start + 1, body.start + 1
    for child, start in _with_attributes(body):
        if SEEN.search(source, last - 1, child.end) is not None:
            if at < start:
                yield at, start
            at = child.end
        if child.kind not in COMMENTS:
            last = child.end
    if at < body.end - 1:
        yield at, body.end - 1


def blanked(source: bytes, blanks: Sequence[int]) -> bytes:
    """The text with the ranges blanked; lines stay where they are."""
    parts: list[bytes] = []
    at = 0
    for start, end in zip(blanks[::2], blanks[1::2], strict=True):
        parts += (source[at:start], source[start:end].translate(_BLANK))
        at = end
    return b"".join((*parts, source[at:]))


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
    """Where a macro stands is seen in the names of closures and async blocks that it writes."""
    text = macro.source[macro.start : macro.end]
    if _CLOSURE.search(text) is not None:
        line = macro.source.rfind(_NEWLINE, 0, macro.start) + 1
        yield f"{macro.source.count(_NEWLINE, 0, macro.start)}:{macro.start - line}"


def _visible(source: bytes, hidden: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    at = 0
    for start, end in sorted(hidden):
        yield source[at:start]
        at = end
    yield source[at:]
