"""Rust source to syntax trees: the only importer of tree_sitter.

In: the bytes of a file. Out: `Node` trees with byte offsets, parents and named fields, and macro arguments
parsed again as expressions (tree-sitter leaves them as flat token trees).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import tree_sitter
import tree_sitter_rust

from borrowscope.text.collector import collector_paused


class Node:
    """One syntax node of tree-sitter-rust's grammar: kind, byte span, field name in its parent, children.

    `children` holds anonymous tokens too; comments are extras and kept. Nodes are identity-stable.
    """

    __slots__ = ("children", "end", "field_name", "has_error", "is_named", "kind", "parent", "source", "start")

    def __init__(self, kind: str, start: int, end: int, source: bytes, *, is_named: bool) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.source = source
        self.is_named = is_named
        self.has_error = False
        self.field_name: str | None = None
        self.parent: Node | None = None
        self.children: list[Node] = []

    @property
    def text(self) -> str:
        """The node's source text."""
        return self.source[self.start : self.end].decode("utf-8", "replace")

    @property
    def named(self) -> list[Node]:
        """Named children without comments."""
        return [child for child in self.children if child.is_named and child.kind not in COMMENTS]

    def field(self, name: str) -> Node | None:
        """The first child that the grammar gives this field name, or None."""
        for child in self.children:
            if child.field_name == name:
                return child
        return None

    def fields(self, name: str) -> list[Node]:
        """All children that the grammar gives this field name."""
        return [child for child in self.children if child.field_name == name]

    def child(self, kind: str) -> Node | None:
        """The first child of the kind, or None."""
        for child in self.children:
            if child.kind == kind:
                return child
        return None

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in source order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def ancestors(self) -> Iterator[Node]:
        """Parent, grandparent, ... up to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def __repr__(self) -> str:
        return f"<{self.kind} {self.start}..{self.end} {self.text[:30]!r}>"


COMMENTS = frozenset({"line_comment", "block_comment"})


@cache
def language() -> tree_sitter.Language:
    """The installed Rust grammar."""
    return tree_sitter.Language(tree_sitter_rust.language())


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(language())


def parse_source(source: bytes) -> Node:
    """Parse a file; never fails: what cannot be parsed stands in `ERROR` nodes (see `Node.has_error`)."""
    return _convert(_parser().parse(source).walk(), source, 0)


def parse_bare(source: bytes) -> tree_sitter.Tree:
    """The bare tree-sitter parse without our nodes: the baseline that benchmarks compare with."""
    return _parser().parse(source)


def _convert(cursor: tree_sitter.TreeCursor, source: bytes, shift: int) -> Node:
    """Copy the tree under the cursor; `shift` is added to every offset."""
    with collector_paused():
        return _copy_tree(cursor, source, shift)


def _copy_tree(cursor: tree_sitter.TreeCursor, source: bytes, shift: int) -> Node:
    root = _copy(cursor, source, shift)
    has_errors = root.has_error
    parent, first, following, up = root, cursor.goto_first_child, cursor.goto_next_sibling, cursor.goto_parent
    if not first():
        return root
    while True:
        found = cursor.node
        assert found is not None
        node = Node(found.type, found.start_byte + shift, found.end_byte + shift, source, is_named=found.is_named)
        if has_errors:
            node.has_error = found.has_error or found.is_missing
        node.field_name = cursor.field_name
        node.parent = parent
        parent.children.append(node)
        if first():
            parent = node
            continue
        while not following():
            if parent is root:
                return root
            up()
            assert parent.parent is not None
            parent = parent.parent


def _copy(cursor: tree_sitter.TreeCursor, source: bytes, shift: int) -> Node:
    found = cursor.node
    assert found is not None
    node = Node(found.type, found.start_byte + shift, found.end_byte + shift, source, is_named=found.is_named)
    node.has_error = found.has_error or found.is_missing
    return node


def parse_arguments(source: bytes, start: int, end: int) -> list[Node] | None:
    """The byte range parsed as a comma-separated list of expressions, or None if it is none.

    The nodes carry offsets in `source`, so that edits can be made in a macro's arguments.
    """
    arguments = _parse_within(source, start, end, (b"fn f(){_(", b");}"), "arguments")
    return arguments.named if arguments is not None else None


def parse_repeat(source: bytes, start: int, end: int) -> list[Node] | None:
    """The byte range parsed as `ELEMENT; COUNT`, or None if it is none. Both are named without a field."""
    array = _parse_within(source, start, end, (b"fn f(){_=[", b"];}"), "array_expression")
    if array is None:
        return None
    for child in array.named:
        child.field_name = None
    return array.named


def _parse_within(source: bytes, start: int, end: int, around: tuple[bytes, bytes], kind: str) -> Node | None:
    """Parse a byte range inside a frame that makes it a file; the node of `kind` that holds exactly the range."""
    prefix, suffix = around
    tree = _parser().parse(prefix + source[start:end] + suffix)
    if tree.root_node.has_error:
        return None
    root = _convert(tree.walk(), source, start - len(prefix))
    found = next((node for node in root.walk() if node.kind == kind and node.start == start - 1), None)
    if found is None or found.end != end + 1:
        return None
    found.parent = None
    return found


def parse_items(source: bytes, start: int, end: int) -> Node | None:
    """The byte range parsed as a list of items or statements, or None if it has a syntax error."""
    tree = _parser().parse(source[start:end])
    if tree.root_node.has_error:
        return None
    return _convert(tree.walk(), source, start)
