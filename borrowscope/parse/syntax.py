"""Rust source to syntax trees: the only importer of tree_sitter.

In: the bytes of a file. Out: `Node` trees with byte offsets, parents and named fields, and macro arguments
parsed again as expressions (tree-sitter leaves them as flat token trees).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import tree_sitter
import tree_sitter_rust

COMMENTS = frozenset({"line_comment", "block_comment"})
_LEAF_KINDS = """
identifier type_identifier field_identifier shorthand_field_identifier primitive_type self super crate metavariable
mutable_specifier integer_literal float_literal char_literal doc_comment string_content escape_sequence
"""
_LEAVES = frozenset(_LEAF_KINDS.split())


@dataclass(slots=True, eq=False)
class _Tree:
    """What the nodes of one parse share: the file's bytes, what to add to offsets, and macro arguments read so far."""

    source: bytes
    shift: int = 0
    arguments: dict[int, list[Node] | None] = field(default_factory=dict)


class Node:
    """One syntax node of tree-sitter-rust's grammar: kind, byte span, field name in its parent, children.

    `children` holds anonymous tokens too; comments are extras and kept. Nodes are identity-stable. Children are made
    when somebody first asks for them, as are the span of a token and `has_error`: their slots are empty until then.
    `raw` and `tree` are for this module alone.
    """

    __slots__ = ("children", "end", "field_name", "has_error", "is_named", "kind", "parent", "raw", "start", "tree")

    raw: tree_sitter.Node
    tree: _Tree
    kind: str
    is_named: bool
    field_name: str | None
    parent: Node | None
    children: list[Node]
    start: int
    end: int
    has_error: bool

    def __getattr__(self, name: str) -> Any:
        """Fill an empty slot; `AttributeError` where there is none of the name."""
        fill = _FILLERS.get(name)
        if fill is None:
            raise AttributeError(name)
        value = fill(self)
        setattr(self, name, value)
        return value

    @property
    def source(self) -> bytes:
        """The whole file."""
        return self.tree.source

    @property
    def text(self) -> str:
        """The node's source text."""
        return self.tree.source[self.start : self.end].decode("utf-8", "replace")

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


@cache
def language() -> tree_sitter.Language:
    """The installed Rust grammar."""
    return tree_sitter.Language(tree_sitter_rust.language())


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(language())


def parse_source(source: bytes) -> Node:
    """Parse a file; never fails: what cannot be parsed stands in `ERROR` nodes (see `Node.has_error`)."""
    return _root(_parser().parse(source), _Tree(source))


def parse_bare(source: bytes) -> tree_sitter.Tree:
    """The bare tree-sitter parse without our nodes: the baseline that benchmarks compare with."""
    return _parser().parse(source)


def _root(parsed: tree_sitter.Tree, tree: _Tree) -> Node:
    raw = parsed.root_node
    root = Node()
    root.raw, root.tree, root.parent, root.field_name = raw, tree, None, None
    root.kind, root.is_named, _ = _kinds()[raw.kind_id]
    root.start, root.end = raw.start_byte + tree.shift, raw.end_byte + tree.shift
    return root


@cache
def _kinds() -> dict[int, tuple[str, bool, bool]]:
    """By the grammar's number: the kind, whether it is named, whether it never has children."""
    rust = language()
    kinds = {
        number: (sys.intern(kind), rust.node_kind_is_named(number), not rust.node_kind_is_named(number))
        for number in range(rust.node_kind_count)
        if (kind := rust.node_kind_for_id(number)) is not None
    }
    leaves = {number: (kind, True, True) for number, (kind, _, _) in kinds.items() if kind in _LEAVES}
    return kinds | leaves | {_ERROR_NUMBER: ("ERROR", True, False)}


_ERROR_NUMBER = 0xFFFF


@cache
def _field_names() -> tuple[str | None, ...]:
    """By the grammar's number; 0 is none."""
    rust = language()
    return (None, *(sys.intern(rust.field_name_for_id(number) or "") for number in range(1, rust.field_count + 1)))


def _children(node: Node) -> list[Node]:
    """The children, made in one pass of a cursor. This loop is the cost of every tree: it calls nothing of ours."""
    children: list[Node] = []
    cursor = node.raw.walk()
    if not cursor.goto_first_child():
        return children
    tree, kinds, names, following = node.tree, _kinds(), _field_names(), cursor.goto_next_sibling
    shift = tree.shift
    while True:
        raw = cursor.node
        assert raw is not None
        child = Node()
        child.raw = raw
        child.tree = tree
        child.parent = node
        child.field_name = names[cursor.field_id or 0]
        child.kind, is_named, is_leaf = kinds[raw.kind_id]
        child.is_named = is_named
        if is_named:
            child.start = raw.start_byte + shift
            child.end = raw.end_byte + shift
        if is_leaf:
            child.children = _NO_CHILDREN
        children.append(child)
        if not following():
            return children


_NO_CHILDREN: list[Node] = []  # shared by all tokens

_FILLERS: dict[str, Callable[[Node], Any]] = {
    "children": _children,
    "start": lambda node: node.raw.start_byte + node.tree.shift,
    "end": lambda node: node.raw.end_byte + node.tree.shift,
    "has_error": lambda node: node.raw.has_error or node.raw.is_missing,
}


def arguments_of(tokens: Node) -> list[Node] | None:
    """A macro's token tree parsed as a comma-separated list of expressions, or None if it is none.

    Read once: whoever asks again gets the same nodes. Their parent is the macro's call.
    """
    known = tokens.tree.arguments
    if tokens.start not in known:
        found = parse_arguments(tokens.source, tokens.start + 1, tokens.end - 1)
        for argument in found or ():
            argument.parent = tokens.parent
        known[tokens.start] = found
    return known[tokens.start]


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
    root = _root(tree, _Tree(source, start - len(prefix)))
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
    return _root(tree, _Tree(source, start))


def parse_arm(source: bytes, start: int, end: int) -> Node | None:
    """The byte range parsed as `PATTERN if CONDITION` (the condition may be missing), or None if it is none."""
    prefix = b"fn f(){match x{"
    tree = _parser().parse(prefix + source[start:end].rstrip().removesuffix(b",") + b"=>x}}")
    if tree.root_node.has_error:
        return None
    root = _root(tree, _Tree(source, start - len(prefix)))
    return next((node for node in root.walk() if node.kind == "match_pattern"), None)
