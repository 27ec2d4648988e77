"""Rust source to syntax trees: the only importer of tree_sitter.

In: the bytes of a file. Out: `Node` trees with byte offsets, parents and named fields, and macro arguments
parsed again as expressions (tree-sitter leaves them as flat token trees).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import tree_sitter
import tree_sitter_rust

from borrowscope.parse.disguises import parse_disguised

COMMENTS = frozenset({"line_comment", "block_comment"})
_LEAF_KINDS = """
identifier type_identifier field_identifier shorthand_field_identifier primitive_type self super crate metavariable
mutable_specifier integer_literal float_literal char_literal doc_comment string_content escape_sequence
"""
_LEAVES = frozenset(_LEAF_KINDS.split())


@dataclass(slots=True, eq=False)
class _Tree:
    """What the nodes of one parse share: the file's bytes, what to add to offsets, macros' contents read so far."""

    source: bytes
    shift: int = 0
    arguments: dict[int, list[Node] | None] = field(default_factory=dict)
    items: dict[int, Node | None] = field(default_factory=dict)


_NO_CHILDREN: list[Node] = []  # shared by all leaves


class Node:
    """One syntax node of tree-sitter-rust's grammar: kind, byte span, field name in its parent, children.

    `children` holds anonymous tokens and comments too, `named` neither. Nodes are identity-stable. They are made when
    somebody first asks their parent for them, tokens apart from the others: few ask for tokens, and they are half of a
    tree. Until then a node is an `_Unread` one. `raw`, `tree` and `everything` are for this module alone.

    There is no `__getattr__` on purpose: with one, Python reads each attribute five times as slowly.
    """

    __slots__ = (
        "end",
        "everything",
        "field_name",
        "kind",
        "named",
        "parent",
        "parts",
        "raw",
        "start",
        "tree",
    )

    raw: tree_sitter.Node
    tree: _Tree
    kind: str
    field_name: str | None
    parent: Node | None
    named: list[Node]  # without comments
    parts: list[Node]  # the named children, comments included, and the tokens that have a field
    everything: list[Node]
    start: int
    end: int
    is_named = True

    @property
    def has_error(self) -> bool:
        """Whether it holds what cannot be parsed, or is missing itself."""
        return self.raw.has_error or self.raw.is_missing

    @property
    def children(self) -> list[Node]:
        """All children, in source order."""
        try:
            return self.everything
        except AttributeError:  # nobody has asked yet
            return _fill_everything(self)

    @children.setter
    def children(self, children: list[Node]) -> None:
        self.__class__ = Node
        self.everything = children
        self.parts = [child for child in children if child.is_named or child.field_name is not None]
        self.named = [child for child in children if child.is_named and child.kind not in COMMENTS]

    @property
    def source(self) -> bytes:
        """The whole file."""
        return self.tree.source

    @property
    def text(self) -> str:
        """The node's source text."""
        return self.tree.source[self.start : self.end].decode("utf-8", "replace")

    def field(self, name: str) -> Node | None:
        """The first child that the grammar gives this field name, or None."""
        for child in self.parts:
            if child.field_name == name:
                return child
        return None

    def fields(self, name: str) -> list[Node]:
        """All children that the grammar gives this field name."""
        return [child for child in self.parts if child.field_name == name]

    def child(self, kind: str) -> Node | None:
        """The first child of the kind, or None."""
        for child in self.children if kind in _TOKEN_KINDS else self.parts:
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


class _Unread(Node):
    """A node whose children nobody has asked for; when somebody does, it becomes a plain one."""

    __slots__ = ()
    parts = property(lambda self: _fill_parts(self))  # noqa: PLW0108 - defined below
    named = property(lambda self: _fill_named(self))  # noqa: PLW0108


class _Leaf(Node):
    """A named node that never has children: the grammar has a token for it."""

    __slots__ = ()
    parts = named = everything = _NO_CHILDREN


class _Comment(_Unread):
    """A comment; documentation has children."""

    __slots__ = ()


class _Token(_Leaf):
    """An anonymous node: a keyword or a sign."""

    __slots__ = ()
    is_named = False


class _BareToken(_Token):
    """A token without a field: hardly anybody asks where it stands."""

    __slots__ = ()
    start = property(lambda self: self.raw.start_byte + self.tree.shift)
    end = property(lambda self: self.raw.end_byte + self.tree.shift)


_LANGUAGE = tree_sitter.Language(tree_sitter_rust.language())
_PARSER = tree_sitter.Parser(_LANGUAGE)
_ERROR_NUMBER = 0xFFFF
_FIELD_NAMES: dict[int | None, str | None] = {
    None: None,
    **{number: sys.intern(_LANGUAGE.field_name_for_id(number) or "") for number in range(1, _LANGUAGE.field_count + 1)},
}


def _kinds() -> Iterator[tuple[int, tuple[str, type[Node]]]]:
    """By the grammar's number: the kind, and the class of its nodes."""
    classes: dict[str, type[Node]] = {**dict.fromkeys(_LEAVES, _Leaf), **dict.fromkeys(COMMENTS, _Comment)}
    for number in range(_LANGUAGE.node_kind_count):
        kind = sys.intern(_LANGUAGE.node_kind_for_id(number) or "")
        yield number, (kind, classes.get(kind, _Unread) if _LANGUAGE.node_kind_is_named(number) else _Token)
    yield _ERROR_NUMBER, ("ERROR", _Unread)


_KINDS = dict(_kinds())
_TOKEN_KINDS = frozenset(kind for kind, made in _KINDS.values() if made is _Token)


def language() -> tree_sitter.Language:
    """The installed Rust grammar."""
    return _LANGUAGE


def parse_source(source: bytes) -> Node:
    """Parse a file; never fails: what cannot be parsed stands in `ERROR` nodes (see `Node.has_error`)."""
    raw, signs = _parse(source)
    return _top(raw, _Tree(source), signs)


def parse_bare(source: bytes) -> tree_sitter.Tree:
    """The bare tree-sitter parse without our nodes: the baseline that benchmarks compare with."""
    return _PARSER.parse(source)


def _parse(source: bytes) -> tuple[tree_sitter.Node, list[int]]:
    return parse_disguised(source, lambda text: _PARSER.parse(text).root_node)


_BREAK_LABEL = re.compile(rb"break(?:\s|/\*.*?\*/|//[^\n]*\n)*('[\w\x80-\xff]+)", re.DOTALL)


def _restore_break(word: Node, operation: Node) -> None:
    """A `yield` that stands for a `break`, which may have a label."""
    word.kind, operation.kind = "break", "break_expression"
    found = _BREAK_LABEL.match(operation.source, operation.start)
    if found is not None:
        prefix = b"fn f(){break "
        quote = _PARSER.parse(prefix + found[1] + b";}").root_node.descendant_for_byte_range(
            len(prefix), len(prefix) + 1
        )
        assert quote is not None
        assert quote.parent is not None
        label = _top(quote.parent, _Tree(operation.source, found.start(1) - len(prefix)))
        label.parent = operation
        operation.children = [operation.children[0], label, *operation.children[1:]]


def _restore_sign(top: Node, at: int) -> None:
    """Give the sign or word that stands for another one its own kind, and the expression that it belongs to."""
    node = top
    while (inner := next((child for child in node.children if child.start <= at < child.end), None)) is not None:
        node = inner
    operation = node.parent
    if operation is None or node.kind not in ("!", "||", "yield"):  # it stands outside of what is looked at
        return
    if node.kind == "yield":
        _restore_break(node, operation)
        return
    if node.kind == "||":
        node.kind, operation.kind = "..", "range_expression"
        for child in operation.children:
            child.field_name = None
        operation.children = operation.children  # the dots have no field any more
        return
    node.kind = sys.intern(chr(top.source[at]))
    if node.kind == "&":
        operation.kind, operation.named[0].field_name = "reference_expression", "value"


def _top(raw: tree_sitter.Node, tree: _Tree, signs: Iterable[int] = ()) -> Node:
    """A node without a parent."""
    kind, made = _KINDS[raw.kind_id]
    node = made()
    node.raw, node.tree, node.kind, node.parent, node.field_name = raw, tree, kind, None, None
    node.start, node.end = raw.start_byte + tree.shift, raw.end_byte + tree.shift
    for at in signs:
        _restore_sign(node, at + tree.shift)
    return node


def _fill_parts(node: Node) -> list[Node]:
    """Make the children but plain tokens, in one pass of a cursor. This loop is the cost of every tree."""
    parts: list[Node] = []
    node.__class__ = Node
    node.parts = node.named = parts
    cursor = node.raw.walk()
    has_more = cursor.goto_first_child()
    tree, kinds, names, following = node.tree, _KINDS, _FIELD_NAMES, cursor.goto_next_sibling
    shift = tree.shift
    has_tokens = has_unnamed = False
    while has_more:
        raw = cursor.node
        assert raw is not None
        kind, made = kinds[raw.kind_id]
        field_name = names[cursor.field_id]
        has_more = following()
        if made is _Token:
            has_tokens = True
            if field_name is None:
                continue
            has_unnamed = True
        elif made is _Comment:
            has_unnamed = True
        child = made()
        child.raw = raw
        child.tree = tree
        child.kind = kind
        child.parent = node
        child.field_name = field_name
        child.start = raw.start_byte + shift
        child.end = raw.end_byte + shift
        parts.append(child)
    if has_unnamed:
        node.named = [child for child in parts if child.is_named and type(child) is not _Comment]
    if not has_tokens:
        node.everything = parts
    return parts


def _fill_named(node: Node) -> list[Node]:
    _fill_parts(node)
    return node.named


def _fill_everything(node: Node) -> list[Node]:
    """Make the tokens, between the children that are there already."""
    made = iter(node.parts)
    children: list[Node] = []
    cursor, tree = node.raw.walk(), node.tree
    has_more = cursor.goto_first_child()
    while has_more:
        raw = cursor.node
        assert raw is not None
        kind, kind_class = _KINDS[raw.kind_id]
        if kind_class is not _Token or cursor.field_id is not None:
            children.append(next(made))
        else:
            token = _BareToken()
            token.raw, token.tree, token.kind, token.parent, token.field_name = raw, tree, kind, node, None
            children.append(token)
        has_more = cursor.goto_next_sibling()
    node.everything = children
    return children


_ARM = re.compile(rb"[^(){}\[\]\"'/]*=>")  # an arrow outside of all brackets: no expression has that
_END_OF_ITEM = re.compile(rb"[;}!#]")  # no item and no statement without one of these


def arguments_of(tokens: Node) -> list[Node] | None:
    """A macro's token tree parsed as a comma-separated list of expressions, or None if it is none.

    Read once: whoever asks again gets the same nodes. Their parent is the macro's call.
    """
    known = tokens.tree.arguments
    if tokens.start not in known:
        found = None
        if _ARM.match(tokens.source, tokens.start + 1, tokens.end - 1) is None:
            found = parse_arguments(tokens.source, tokens.start + 1, tokens.end - 1)
        for argument in found or ():
            argument.parent = tokens.parent
        known[tokens.start] = found
    return known[tokens.start]


def items_of(tokens: Node) -> Node | None:
    """A macro's token tree parsed as a list of items or statements, or None if it is none. Read once, as arguments."""
    known = tokens.tree.items
    if tokens.start not in known:
        found = None
        if _END_OF_ITEM.search(tokens.source, tokens.start + 1, tokens.end - 1) is not None:
            found = parse_items(tokens.source, tokens.start + 1, tokens.end - 1)
        if found is not None:
            found.parent = tokens.parent
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
    parsed, signs = _parse(b"%b%b%b" % (prefix, source[start:end], suffix))
    if parsed.has_error:
        return None
    first, last = len(prefix) - 1, len(prefix) + end - start + 1
    found = parsed.descendant_for_byte_range(first, last)
    if found is None or found.type != kind or found.byte_range != (first, last):
        return None
    return _top(found, _Tree(source, start - len(prefix)), signs)


def parse_framed(source: bytes, around: tuple[bytes, bytes], kind: str, field_name: str) -> Node | None:
    """The whole text parsed in a frame that makes it a file: the field of the frame's leading node of the kind.

    Offsets are those of the text; None where the text does not parse there.
    """
    prefix, suffix = around
    parsed, signs = _parse(prefix + source + suffix)
    if parsed.has_error:
        return None
    holder: tree_sitter.Node | None = parsed
    while holder is not None and holder.type != kind:
        holder = next(iter(holder.named_children), None)
    found = holder.child_by_field_name(field_name) if holder is not None else None
    return _top(found, _Tree(source, -len(prefix)), signs) if found is not None else None


def parse_items(source: bytes, start: int, end: int) -> Node | None:
    """The byte range parsed as a list of items or statements, or None if it has a syntax error."""
    parsed, signs = _parse(source[start:end])
    is_known = not parsed.has_error or _lacks_only_safe(parsed)
    return _top(parsed, _Tree(source, start), signs) if is_known else None


def _lacks_only_safe(node: tree_sitter.Node) -> bool:
    """Whether all that the grammar does not know below the node is the word `safe` of items in extern blocks."""
    if node.is_error or node.is_missing:
        return node.text == b"safe"
    return all(_lacks_only_safe(child) for child in node.children if child.has_error)


def parse_arm(source: bytes, start: int, end: int) -> Node | None:
    """The byte range parsed as `PATTERN if CONDITION` (the condition may be missing), or None if it is none."""
    prefix = b"fn f(){match x{"
    text = source[start:end].lstrip()
    start = end - len(text)
    parsed, signs = _parse(b"%b%b=>x}}" % (prefix, text.rstrip().removesuffix(b",")))
    if parsed.has_error:
        return None
    found = parsed.descendant_for_byte_range(len(prefix), len(prefix) + 1)
    while found is not None and found.type != "match_pattern":
        found = found.parent
    return _top(found, _Tree(source, start - len(prefix)), signs) if found is not None else None
