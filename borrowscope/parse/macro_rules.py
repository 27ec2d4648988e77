"""Expands calls of `macro_rules!` macros as the compiler does, and remembers where each piece of the new text stands.

In: a definition and the range of a call's tokens. Out: the expanded text, with a map back to the files: a name that
was handed to the macro leads to the call, a name that the macro writes leads to its definition.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol, TypeAlias

from borrowscope.parse.macro_matcher import (
    Binding,
    Bindings,
    Fragment,
    Matcher,
    compile_matcher,
    match,
    repetition_tail,
)
from borrowscope.parse.syntax import Node, parse_arguments, parse_framed, parse_items
from borrowscope.parse.token_trees import Group, TokenKind, Tokens, tokenize

LONGEST_EXPANSION = 1_000_000
"""Bytes; whatever becomes longer is not expanded."""

Context = Literal["items", "expression", "statements", "type", "pattern"]


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One expansion. Names with different marks are different names, however they are spelled (hygiene of locals)."""

    macro: str


class Segment(NamedTuple):
    """A piece of a text that stands byte for byte in a file; `mark` is None where no macro wrote it."""

    start: int
    end: int
    file: str
    offset: int
    mark: Mark | None


class Origin(NamedTuple):
    """Where a byte of a text stands in a file, and which expansion wrote it (None: the user, at the call)."""

    file: str
    offset: int
    mark: Mark | None


class MacroText(Protocol):
    """A text that macros are defined or called in: a file, or the expansion of another macro."""

    @property
    def text(self) -> bytes:
        """The bytes."""
        ...

    def segments_within(self, start: int, end: int) -> Iterator[Segment]:
        """The segments of a range, cut to it."""
        ...

    def groups_within(self, start: int, end: int) -> list[Group]:
        """The outermost groups of a range."""
        ...

    def all_groups_within(self, start: int, end: int) -> list[Group]:
        """The groups of a range, those in groups included."""
        ...


class SourceText(NamedTuple):
    """A file as a text of macros."""

    file: str
    text: bytes

    def segments_within(self, start: int, end: int) -> Iterator[Segment]:
        """The range itself."""
        yield Segment(start, end, self.file, start, None)

    def groups_within(self, start: int, end: int) -> list[Group]:  # noqa: ARG002 - a file has none
        """None: groups are made by expansions."""
        return []

    def all_groups_within(self, start: int, end: int) -> list[Group]:  # noqa: ARG002 - a file has none
        """None: groups are made by expansions."""
        return []


@dataclass(slots=True)
class Expansion:
    """An expanded text, its segments in order, and its groups by their start: fragments that stay one unit.

    `definition` is the macro's, where one was expanded.
    """

    text: bytes
    segments: list[Segment]
    groups: list[Group]
    mark: Mark | None
    definition: MacroDefinition | None = field(default=None, repr=False)
    _starts: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._starts = [segment.start for segment in self.segments]

    def origin_of(self, offset: int) -> Origin | None:
        """Where the byte stands in a file; None for what the expansion itself inserted."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset >= self.segments[index].end:
            return None
        found = self.segments[index]
        return Origin(found.file, found.offset + offset - found.start, found.mark)

    def segments_within(self, start: int, end: int) -> Iterator[Segment]:
        """The segments of a range, cut to it."""
        for index in range(max(0, bisect_right(self._starts, start) - 1), len(self.segments)):
            found = self.segments[index]
            if found.start >= end:
                return
            begin, until = max(start, found.start), min(end, found.end)
            if begin < until:
                yield Segment(begin, until, found.file, found.offset + begin - found.start, found.mark)

    def groups_within(self, start: int, end: int) -> list[Group]:
        """The outermost groups of a range."""
        outermost: list[Group] = []
        for index in range(bisect_left(self.groups, start, key=_start), len(self.groups)):
            group = self.groups[index]
            if group.start >= end:
                break
            if group.end <= end and (not outermost or group.start >= outermost[-1].end):
                outermost.append(group)
        return outermost

    def all_groups_within(self, start: int, end: int) -> list[Group]:
        """The groups of a range, those in groups included."""
        first, last = (bisect_left(self.groups, place, key=_start) for place in (start, end))
        return [group for group in self.groups[first:last] if group.end <= end]


def _start(group: Group) -> int:
    return group.start


class _Piece(NamedTuple):
    """Tokens of the definition that are copied as they are, as a byte range."""

    start: int
    end: int
    last: bytes


class _Use(NamedTuple):
    """A `$name`; `following` is the text of the token behind it, empty where that is not known."""

    name: str
    start: int
    end: int
    following: bytes


class _Crate(NamedTuple):
    """A `$crate`."""


@dataclass(slots=True)
class _Repeat:
    body: Template
    separator: _Piece | None
    names: frozenset[str]


Template: TypeAlias = "list[_Piece | _Use | _Crate | _Repeat]"


class Arm(NamedTuple):
    """One rule of a macro, compiled."""

    matcher: Matcher
    template: Template


@dataclass(eq=False)
class MacroDefinition:
    """A `macro_rules!` definition: its name, whether it is exported, and the range of its rules in a text."""

    name: str
    exported: bool
    origin: MacroText
    start: int
    end: int
    edition: int = 2021

    @cached_property
    def arms(self) -> list[Arm] | None:
        """The rules, compiled on first use; None where one cannot be read."""
        tokens = tokenize(self.origin.text, self.start, self.end, self.origin.groups_within(self.start, self.end))
        return None if tokens is None else _arms(tokens)


def definitions_in(node: Node, origin: MacroText | None = None, edition: int = 2021) -> list[MacroDefinition]:
    """The macro definitions at and below a node, in source order; `origin` is the text that was parsed."""
    text = origin if origin is not None else SourceText("", node.source)
    return [
        found
        for definition in node.walk()
        if definition.kind == "macro_definition" and (found := _definition(definition, text, edition)) is not None
    ]


def _definition(node: Node, origin: MacroText, edition: int) -> MacroDefinition | None:
    name = node.field("name")
    opening = next((child for child in node.children if child.kind in {"(", "[", "{"}), None)
    closing = next((child for child in reversed(node.children) if child.kind in {")", "]", "}"}), None)
    if name is None or opening is None or closing is None:
        return None
    return MacroDefinition(name.text, _is_exported(node), origin, opening.end, closing.start, edition)


def _is_exported(node: Node) -> bool:
    """Whether `#[macro_export]` stands among the attributes before the definition."""
    siblings = node.parent.children if node.parent is not None else []
    index = next((index for index, sibling in enumerate(siblings) if sibling is node), 0)
    for sibling in reversed(siblings[:index]):
        if sibling.kind not in {"attribute_item", "line_comment", "block_comment"}:
            break
        if sibling.kind == "attribute_item" and "macro_export" in sibling.text:
            return True
    return False


def call_range(call: Node) -> tuple[int, int] | None:
    """The byte range of a macro call's tokens, without their delimiters."""
    tree = call.child("token_tree")
    return (tree.start + 1, tree.end - 1) if tree is not None else None


def _arms(tokens: Tokens) -> list[Arm] | None:
    arms: list[Arm] = []
    index, end = 0, len(tokens) - 1
    while index < end:
        if tokens.kinds[index] is not TokenKind.OPEN:
            return None
        arrow = tokens.partners[index] + 1
        if tokens.texts[arrow] != b"=>" or tokens.kinds[arrow + 1] is not TokenKind.OPEN:
            return None
        arm = _arm(tokens, index, arrow + 1)
        if arm is None:
            return None
        arms.append(arm)
        index = tokens.partners[arrow + 1] + 1
        if tokens.texts[index] == b";":
            index += 1
    return arms


def _arm(tokens: Tokens, left: int, right: int) -> Arm | None:
    matcher = compile_matcher(tokens, left + 1, tokens.partners[left])
    if matcher is None:
        return None
    template = _Templates(tokens, frozenset(matcher.names)).compile(right + 1, tokens.partners[right])
    return Arm(matcher, template) if template is not None else None


class _Templates:
    """Compiles the right side of an arm."""

    def __init__(self, tokens: Tokens, names: frozenset[str]) -> None:
        self.tokens = tokens
        self.names = names

    def compile(self, start: int, end: int, behind: bytes = b"") -> Template | None:
        """The parts of a token range; `behind` is the token after it, where there is only one."""
        tokens = self.tokens
        parts: Template = []
        index = copied = start
        while index < end:
            part, after = self._special(index, end, behind) if tokens.texts[index] == b"$" else (None, index + 1)
            if after < 0:
                return None
            if part is not None:
                self._copy(parts, copied, index)
                parts.append(part)
                copied = after
            index = after
        self._copy(parts, copied, end)
        return parts

    def _copy(self, parts: Template, start: int, end: int) -> None:
        if start < end:
            parts.append(_Piece(self.tokens.starts[start], self.tokens.ends[end - 1], self.tokens.texts[end - 1]))

    def _special(self, index: int, end: int, behind: bytes) -> tuple[_Use | _Crate | _Repeat | None, int]:
        """What a `$` begins (None: plain text), and the index behind it: negative where it is malformed."""
        tokens, following = self.tokens, index + 1
        if following >= end:
            return None, following
        if tokens.kinds[following] is TokenKind.OPEN:
            return self._repeat(following, end)
        if tokens.texts[following] == b"$":
            return None, -1
        if tokens.texts[following] == b"crate":
            return _Crate(), following + 1
        name = tokens.texts[following].decode("utf-8", "replace")
        if name not in self.names:
            return None, following + 1
        after = tokens.texts[following + 1] if following + 1 < end else behind
        return _Use(name, tokens.starts[index], tokens.ends[following], after), following + 1

    def _repeat(self, opening: int, end: int) -> tuple[_Repeat | None, int]:
        closing = self.tokens.partners[opening]
        found = repetition_tail(self.tokens, closing + 1, end)
        if found is None or self.tokens.texts[opening] != b"(":
            return None, -1
        separator, _, after = found
        piece = None
        if separator is not None:
            text = self.tokens.texts[separator]
            piece = _Piece(self.tokens.starts[separator], self.tokens.ends[separator], text)
        body = self.compile(opening + 1, closing, piece.last if piece is not None else b"")
        return (_Repeat(body, piece, frozenset(_names(body))), after) if body is not None else (None, -1)


def _names(parts: Template) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Use):
            yield part.name
        elif isinstance(part, _Repeat):
            yield from part.names


def expand(
    definition: MacroDefinition, call: MacroText, start: int, end: int, crate_path: bytes = b"crate"
) -> Expansion | None:
    """What the macro makes of the call's tokens in the byte range; None where no rule matches or it grows too large.

    `crate_path` is what stands for `$crate`. Calls inside of the expansion are left as they are; to expand one, give
    this expansion as `call`.
    """
    arms = definition.arms
    tokens = tokenize(call.text, start, end, call.groups_within(start, end))
    if arms is None or tokens is None:
        return None
    if TokenKind.DOC in tokens.kinds:
        call = _plain_attributes(tokens, call, start, end)
        start, end = 0, len(call.text)
        return expand(definition, call, start, end, crate_path)
    for arm in arms:
        if tokens.was_split:
            tokens = tokenize(call.text, start, end, call.groups_within(start, end))
            assert tokens is not None
        bindings = match(arm.matcher, tokens, definition.edition)
        if bindings is not None:
            return _Writer(definition, call, crate_path).write(arm.template, bindings)
    return None


def _plain_attributes(tokens: Tokens, call: MacroText, start: int, end: int) -> Expansion:
    """The call with `#[doc = ".."]` in place of doc comments, as macros see them."""
    output = _Output()
    position = start
    for index, kind in enumerate(tokens.kinds):
        if kind is TokenKind.DOC:
            output.copy(call, position, tokens.starts[index], None)
            output.write(_doc_attribute(tokens.texts[index]))
            position = tokens.ends[index]
    output.copy(call, position, end, None)
    return output.expansion(None)


_QUOTES = re.compile(rb'"#*')


def _doc_attribute(comment: bytes) -> bytes:
    content = comment[3:-2] if comment.startswith(b"/*") else comment[3:]
    fences = b"#" * (1 + max((len(run) - 1 for run in _QUOTES.findall(content)), default=-1))
    begin = b"#![doc = r" if comment[2:3] == b"!" else b"#[doc = r"
    return begin + fences + b'"' + content + b'"' + fences + b"]"


class _Output:
    """The text that is being made, with its segments and groups."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.segments: list[Segment] = []
        self.groups: list[Group] = []
        self.length = 0

    def write(self, text: bytes) -> None:
        """Text that stands in no file."""
        self.parts.append(text)
        self.length += len(text)

    def copy(self, origin: MacroText, start: int, end: int, mark: Mark | None) -> None:
        """A range of another text; a `mark` replaces those of its segments."""
        if isinstance(origin, SourceText):  # one segment, no groups
            self.segments.append(Segment(self.length, self.length + end - start, origin.file, start, mark))
            self.write(origin.text[start:end])
            return
        shift = self.length - start
        for piece in origin.segments_within(start, end):
            self.segments.append(
                Segment(piece.start + shift, piece.end + shift, piece.file, piece.offset, mark or piece.mark)
            )
        for group in origin.all_groups_within(start, end):
            self.groups.append(Group(group.start + shift, group.end + shift, group.fragment))
        self.write(origin.text[start:end])

    def expansion(self, mark: Mark | None, definition: MacroDefinition | None = None) -> Expansion:
        """What was made."""
        return Expansion(b"".join(self.parts), self.segments, self.groups, mark, definition)


class _Impossible(Exception):  # noqa: N818 - never leaves this module
    """The expansion grows beyond the bound, or a variable stands at another depth than it was bound at."""


# Fragments that are no unit of their own: further macros see their tokens.
_TRANSPARENT = frozenset({"ident", "lifetime", "tt"})
_OPENINGS = (b"(", b"[", b",", b"=")
_STATEMENT_ENDS = frozenset({b"", b"{", b"}", b";", b"$"})
_BLOCK_BEGIN = re.compile(rb"\{|(?:if|match|loop|while|for|unsafe)\b")
_WORD = re.compile(rb"(?!as$)[A-Za-z_]")
_CLOSINGS = frozenset({b")", b"]", b",", b";"})


class _Writer:
    """Writes one expansion."""

    def __init__(self, definition: MacroDefinition, call: MacroText, crate_path: bytes) -> None:
        self.definition = definition
        self.origin = definition.origin
        self.call = call
        self.crate_path = crate_path
        self.mark = Mark(definition.name)
        self.output = _Output()
        self.last = b""

    def write(self, template: Template, bindings: Bindings) -> Expansion | None:
        """The expansion, or None where it cannot be made."""
        try:
            self._parts(template, bindings)
        except _Impossible:
            return None
        return self.output.expansion(self.mark, self.definition)

    def _parts(self, parts: Template, bindings: Bindings) -> None:
        for part in parts:
            if isinstance(part, _Piece):
                self._piece(part)
            elif isinstance(part, _Use):
                self._use(part, bindings)
            elif isinstance(part, _Repeat):
                self._repeat(part, bindings)
            else:
                self.output.write(self.crate_path + b" ")
                self.last = b"crate"
            if self.output.length > LONGEST_EXPANSION:
                raise _Impossible

    def _piece(self, piece: _Piece) -> None:
        self.output.copy(self.origin, piece.start, piece.end, self.mark)
        self.output.write(b"\n" if piece.last.startswith(b"//") else b" ")
        self.last = piece.last

    def _use(self, use: _Use, bindings: Bindings) -> None:
        bound = bindings[use.name]
        if isinstance(bound, list):
            raise _Impossible
        start = self.output.length
        if bound.end == bound.start:
            if bound.kind == "vis":  # an empty visibility stays a unit that only `$v:vis` takes
                self.output.write(b" ")
                self.output.groups.append(Group(start, start + 1, bound.kind))
            return
        wrapped = self._is_wrapped(bound, use.following)
        if wrapped:
            self.output.write(b"(")
        self.output.copy(self.call, bound.start, bound.end, None)
        if wrapped:
            self.output.write(b")")
        if bound.kind not in _TRANSPARENT:
            self._group(start, bound)
        if self.call.text[bound.start : bound.end] != b"$":  # the grammar knows `$name` and `$(` only without a gap
            self.output.write(b" ")
        self.last = b")" if wrapped else self.call.text[bound.end - 1 : bound.end]

    def _group(self, start: int, bound: Fragment) -> None:
        """The fragment becomes one unit, before the groups inside of it; one that is a group already stays as it is."""
        groups = self.output.groups
        inner = bisect_left(groups, start, key=_start)
        if inner == len(groups) or bound.tokens > 1:
            groups.insert(inner, Group(start, self.output.length, bound.kind))

    def _is_wrapped(self, bound: Fragment, following: bytes) -> bool:
        """Whether it takes parentheses to keep the fragment one unit where it is put."""
        if bound.tokens == 1 or (self.last in _OPENINGS and following in _CLOSINGS):
            return False
        text = self.call.text[bound.start : bound.end]
        if bound.kind == "ty":
            return b"+" in text and text.startswith((b"dyn", b"impl"))
        if bound.kind not in {"expr", "expr_2021"}:
            return False
        is_statement = self.last in _STATEMENT_ENDS and (following in _STATEMENT_ENDS or _WORD.match(following))
        return not (is_statement and text.endswith(b"}") and _BLOCK_BEGIN.match(text))

    def _repeat(self, repeat: _Repeat, bindings: Bindings) -> None:
        lists = {name: value for name in repeat.names if isinstance(value := bindings[name], list)}
        lengths = {len(value) for value in lists.values()}
        if len(lengths) != 1:
            raise _Impossible
        for turn in range(lengths.pop()):
            if turn and repeat.separator is not None:
                self._piece(repeat.separator)
            inner: dict[str, Binding] = {**bindings}
            inner.update((name, value[turn]) for name, value in lists.items())
            self._parts(repeat.body, inner)


def expansion_tree(expansion: Expansion, context: Context) -> Node | None:
    """The expansion parsed as what stands at the call; offsets are those of its text. None where it does not parse.

    The root is a `source_file` for items, a `block` for statements, else the expression, type or pattern.
    """
    tree = _parsed(expansion.text, context)
    if tree is not None:
        return tree
    blanked = _without_empty_lists(expansion.text)
    return _parsed(blanked, context) if blanked != expansion.text else None


def _parsed(text: bytes, context: Context) -> Node | None:
    if context == "items":
        return parse_items(text, 0, len(text))
    if context == "expression":
        return _expression(text, len(text)) or _expression(text, len(text.rstrip().removesuffix(b";")))
    frame, kind, field_name = _FRAMES[context]
    tree = parse_framed(text, frame, kind, field_name)
    if tree is not None and tree.kind == "block":
        tree.start, tree.end = 0, len(text)
    return tree


_AFTER_BOUNDS = frozenset({b">", b",", b")", b";", b"=", b"where"})


def _without_empty_lists(text: bytes) -> bytes:
    """The text with spaces for what repetitions leave over and the grammar does not know: `< >` and `A + >`."""
    tokens = tokenize(text, 0, len(text))
    if tokens is None:
        return text
    blanked = bytearray(text)
    for index, (token, following) in enumerate(pairwise(tokens.texts)):
        first, last = index, index
        if token == b"<" and following == b">":
            first, last = index - (tokens.texts[index - 1] == b"::"), index + 1
        elif token != b"+" or following not in _AFTER_BOUNDS:
            continue
        for place in range(max(first, 0), last + 1):
            blanked[tokens.starts[place] : tokens.ends[place]] = b" " * len(tokens.texts[place])
    return bytes(blanked)


def _expression(text: bytes, end: int) -> Node | None:
    """The one expression that the text is, without a `;` that some macros write behind it."""
    found = parse_arguments(text, 0, end)
    if found is None or len(found) != 1:
        return None
    found[0].parent = None
    return found[0]


_FRAMES: dict[Context, tuple[tuple[bytes, bytes], str, str]] = {
    "statements": ((b"fn f() {", b"}"), "function_item", "body"),
    "type": ((b"type T = ", b";"), "type_item", "type"),
    "pattern": ((b"let ", b" = 0;"), "let_declaration", "pattern"),
}
