"""Where the project's statics are named: by what names mean in their places, however they are imported.

In: who knows what names mean, the files. Out: `StaticUse` values by file. A static cannot be shadowed by a variable, so
that a name that leads to one is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from borrowscope.check.places import is_code
from borrowscope.text.span import Span

if TYPE_CHECKING:
    from borrowscope.analyzer.static.definitions import Value
    from borrowscope.analyzer.static.lookup import Lookup, StaticItem
    from borrowscope.parse.syntax import Node

_PREFIX: Final = re.compile(rb"((?:(?:::\s*)?\b[\w#]+\s*::\s*)+|::\s*)\Z")
_LONGEST_PREFIX: Final = 300
_DEFINITIONS: Final = frozenset({"static_item", "const_item", "macro_definition", "attribute_item"})
_STATIC: Final = re.compile(rb"\bstatic\s+(?:ref\s+|mut\s+)?(?:r#)?(\w+)\s*:")
_RENAMED: Final = re.compile(rb"\b(\w+)\s+as\s+(\w+)")  # in `use` declarations, among others


class StaticUse(NamedTuple):
    """One name. `span` covers the whole path; `item` is what is known of a static of a module."""

    path: str
    name: Span
    span: Span
    is_mutable: bool
    item: StaticItem | None


class File(Protocol):
    """What is asked of a file."""

    @property
    def path(self) -> str:
        """Relative to the root."""

    @property
    def absolute(self) -> str:
        """Where it lies."""

    @property
    def source(self) -> bytes:
        """The text."""

    def node_at(self, span: Span) -> Node:
        """The smallest node that covers the span."""


def find_static_uses(lookup: Lookup, files: Iterable[File]) -> dict[str, list[StaticUse]]:
    """All of them."""
    files = list(files)
    names = {one.name.encode() for one in lookup.statics.values()}
    names |= {name for file in files for name in _STATIC.findall(file.source)}
    if not names:
        return {}
    names |= {alias for file in files for name, alias in _RENAMED.findall(file.source) if name in names}
    word = re.compile(rb"(?<![\w'])(?:" + b"|".join(sorted(map(re.escape, names))) + rb")\b(?!\s*(?:!|::))")
    return {file.path: list(_uses(lookup, file, word)) for file in files}


def _uses(lookup: Lookup, file: File, word: re.Pattern[bytes]) -> Iterator[StaticUse]:
    for found in word.finditer(file.source):
        name = Span(*found.span())
        node = file.node_at(name)
        if node.kind == "field_identifier" or _is_definition(node) or not is_code(_root(node), name.start):
            continue
        start, names = _path(file.source, name)
        means = lookup.static_at(file.absolute, name.start, names)
        if means is not None:
            yield _use(means, name, Span(start, name.end), lookup)


def _use(means: Value | StaticItem, name: Span, span: Span, lookup: Lookup) -> StaticUse:
    kind = getattr(means, "kind", "")
    is_mutable = kind == "static mut" or getattr(means, "is_mutable", False)
    return StaticUse(means.path, name, span, is_mutable, lookup.statics.get(means.path))


def _root(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def _is_definition(node: Node) -> bool:
    """Whether the name is what an item defines, or a part of a macro's rules."""
    if node.kind in _DEFINITIONS or (node.parent is not None and node.parent.kind in _DEFINITIONS):
        return node.field_name == "name" or node.kind in _DEFINITIONS
    return any(parent.kind in ("macro_definition", "use_declaration") for parent in node.ancestors())


def _path(source: bytes, name: Span) -> tuple[int, list[str]]:
    """Where the path begins that ends in the name, and its segments."""
    before = source[max(0, name.start - _LONGEST_PREFIX) : name.start]
    found = _PREFIX.search(before)
    prefix = found.group(1) if found is not None else b""
    text = (prefix + source[name.start : name.end]).decode("utf-8", "replace")
    segments = [part.strip().removeprefix("r#") or "::" for part in text.split("::")]
    return name.start - len(prefix), segments
