"""What the grammar does not know, disguised as something as long that it knows: offsets stay what they are.

In: a text and the parser. Out: the root of its tree, and what has to be put right in the nodes that are made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

_TYPE = rb"\b(?:str|char|bool|f(?:32|64)|[iu](?:8|16|32|64|128|size))"
_LIKE_TYPES = re.compile(_TYPE + rb"(?=\s*!\s*[(\[{]|\s*::\s*<)")
_OLD_NAMES = re.compile(rb"(?<!r#)\b(?:async|await|try|dyn(?=\s*[=;,.)\]:}]))\b")
_OPEN_RANGE = re.compile(rb"\.\.\s*([*-]|&(?!&|\s*mut\b))")
_OPEN_GROUP = re.compile(rb"(\.\.)\s*[(\[|&]")
_UNIT_BOUND = re.compile(rb"((?:\bwhere|,)\s*)\(\)(?=\s*:)")
_MACRO_BOUND = re.compile(rb"\b\w+\s*!\s*\([^()]*\)(?=\s*:(?!:))")
_UNIT_STRUCT = re.compile(rb"(\bstruct\s+\w+\s*(?:<[^;{}]*?>)?\s*)(\bwhere\b[^;{}]*)(?=;)")
_ESCAPE = re.compile(rb"\\u\{[0-9a-fA-F_]+\}")
_RAW_NAME = re.compile(rb"\braw(?=\s*@)")
_RANGE_BODY = re.compile(rb"(?<=\|)(\s*\.\.)=")
_NEGATIVE_ARGUMENTS = re.compile(rb"<[\w\s,:'-]*-[\s\d][\w\s,:'-]*>")
_REST = re.compile(rb"\.\.(?=\s*\})")
_TURBOFISH = re.compile(rb"::(?=\s*<)(?!\s*<[^<>{}();]*>\s*\{)")
_RETURNED = re.compile(rb"(->\s*\w+(?:::\w+)*)::(?=\s*<)")
_PATTERN_ARGUMENTS = re.compile(rb"::\s*<[^<>{}();]*>(?=\s*\{)")
_GAP = rb"(?:\s|/\*.*?\*/|//[^\n]*\n)*"
_BREAK = re.compile(rb"\bbreak\b(?:%b'[\w\x80-\xff]+)?(?=%b[(\[*&|<-])" % (_GAP, _GAP), re.DOTALL)
_ATTRIBUTE = re.compile(rb'#\[(?:[^\[\]"]|"(?:\\.|[^"\\])*"|\[[^\[\]]*\])*\]')
_LOOK_BEHIND = 200  # bytes before an attribute, with the comments that stand there
_COMMENTS = re.compile(rb"//[^\n]*\n|/\*.*?\*/", re.DOTALL)
_FIELD = re.compile(rb"\s*(?:/\*.*?\*/\s*|//[^\n]*\s*)*(?:(?:ref\s+)?(?:mut\s+)?(?:r#)?\w+\s*[,:}|)]|\.\.|#\[)")
_KNOWN_PLACES = frozenset({"attribute_item", "token_tree", "macro_definition", "line_comment", "block_comment"})


class Raw(Protocol):
    """A node of tree-sitter's."""

    @property
    def type(self) -> str: ...  # noqa: D102 - as in tree_sitter
    @property
    def start_byte(self) -> int: ...  # noqa: D102
    @property
    def end_byte(self) -> int: ...  # noqa: D102
    @property
    def is_missing(self) -> bool: ...  # noqa: D102
    @property
    def has_error(self) -> bool: ...  # noqa: D102
    @property
    def parent(self) -> Raw | None: ...  # noqa: D102
    @property
    def children(self) -> Sequence[Raw]: ...  # noqa: D102
    def child_by_field_name(self, name: str, /) -> Raw | None: ...  # noqa: D102
    def descendant_for_byte_range(self, start_byte: int, end_byte: int, /) -> Raw | None: ...  # noqa: D102


Root = TypeVar("Root", bound=Raw)


def parse_disguised(source: bytes, parse: Callable[[bytes], Root]) -> tuple[Root, list[int]]:
    """The root, and where signs stand that were parsed as `!`, dots as `||`, `break` as `yield`: as long, as tight.

    The grammar takes `a..*b` for a product of `a..` and `b`, and `x = a..(b)` for a call; to rustc, whatever can end a
    range does, and whatever can begin an expression is the value of a `break`: `break (a)`, `break -1`. It
    knows no macros and functions that are named like primitive types (`str![]`, `f32::<E>()`): they get another name as
    long. So do names of edition 2015 that are words of the language by now: `try!(..)`, `async`.
    """
    text = _LIKE_TYPES.sub(_in_capitals, source)
    root = parse(text)
    for mend in _MENDS if root.has_error else ():
        changed = mend(text, root)
        other = parse(changed) if changed != text else root
        if _errors(other) < _errors(root):
            text, root = changed, other
    breaks = [found for found in _BREAK.finditer(text) if _is_left_alone(root, found)]
    if breaks:
        text = _with_values(text, breaks)
        root = parse(text)
    signs = [found.start(1) for found in _OPEN_RANGE.finditer(text) if _splits_range(root, found.start(1))]
    openings = (found for found in _OPEN_GROUP.finditer(text) if found.end() - 1 not in signs)
    groups = [found.start(1) for found in openings if _splits_group(root, found)]
    if signs or groups:
        signed = bytearray(text)
        for at in signs:
            signed[at : at + 1] = b"!"
        for at in groups:
            signed[at : at + 2] = b"||"
        root = parse(bytes(signed))
    return root, [found.start() for found in breaks] + signs + groups


def _in_capitals(found: re.Match[bytes]) -> bytes:
    return found[0].upper()


def _is_left_alone(root: Raw, found: re.Match[bytes]) -> bool:
    """Whether the tree has a `break` there without what follows as its value."""
    node = root.descendant_for_byte_range(found.start(), found.start() + 1)
    holder = node.parent if node is not None else None
    return holder is not None and holder.type == "break_expression" and holder.end_byte <= found.end()


def _with_values(text: bytes, breaks: Sequence[re.Match[bytes]]) -> bytes:
    """Each `break 'a` as a `yield`, which the grammar gives its value."""
    changed = bytearray(text)
    for found in breaks:
        word = b"yield"
        changed[found.start() : found.end()] = word + _blank(found[0][len(word) :])
    return bytes(changed)


def _blank(text: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", text)


def _without_attributes(text: bytes, root: Raw) -> bytes:
    """Without the attributes that the grammar does not expect, on fields of patterns and on expressions."""

    def blanked(found: re.Match[bytes]) -> bytes:
        at = root.descendant_for_byte_range(found.start(), found.start() + 1)
        place = at.parent if at is not None else None
        is_known = place is not None and place.type in _KNOWN_PLACES
        if is_known and not (_is_of_field(text, found) and _is_in_broken_function(place)):
            return found[0]
        return _blank(found[0])

    return _ATTRIBUTE.sub(blanked, text)


def _with_other_types(text: bytes, _root: Raw) -> bytes:
    """Bounds of `()` and of a macro's type, and numbers below zero as arguments, become names of types."""
    text = _MACRO_BOUND.sub(lambda found: b"M" * len(found[0]), _UNIT_BOUND.sub(rb"\1Un", text))
    return _NEGATIVE_ARGUMENTS.sub(lambda found: found[0].replace(b"-", b"_"), text)


def _with_known_names(text: bytes, _root: Raw) -> bytes:
    """`raw @ ..` is a name and no part of `&raw`; digits of a character may be set apart by `_`."""
    text = _ESCAPE.sub(lambda found: found[0].replace(b"_", b"0"), text)
    return _RAW_NAME.sub(_in_capitals, text)


def _with_known_forms(text: bytes, root: Raw) -> bytes:
    """A closure may give `..=b`, a struct without fields may have a `where`, the rest of an assignee be left out.

    Types may be written with a turbofish: `Vec::<u8>`.
    """
    text = _UNIT_STRUCT.sub(lambda found: found[1] + _blank(found[2]), _RANGE_BODY.sub(rb"\1 ", text))
    text = _RETURNED.sub(rb"\1  ", text)
    text = _REST.sub(lambda found: b"__" if _is_error(root, found.start()) else found[0], text)
    return _TURBOFISH.sub(lambda found: b"  " if _is_error(root, found.start()) else found[0], text)


def _without_pattern_arguments(text: bytes, root: Raw) -> bytes:
    """`S::<T> { a, .. }` as a pattern."""
    return _PATTERN_ARGUMENTS.sub(lambda found: _blank(found[0]) if _is_error(root, found.start()) else found[0], text)


def _is_error(root: Raw, at: int) -> bool:
    """Whether something begins there that the grammar does not expect."""
    node = root.descendant_for_byte_range(at, at + 2)
    while node is not None and node.start_byte == at and node.type != "ERROR":
        node = node.parent
    return node is not None and node.start_byte == at


_MENDS: tuple[Callable[[bytes, Raw], bytes], ...] = (
    lambda text, _root: _OLD_NAMES.sub(_in_capitals, text),
    _without_attributes,
    _with_other_types,
    _with_known_names,
    _with_known_forms,
    _without_pattern_arguments,
)


def _is_of_field(text: bytes, attribute: re.Match[bytes]) -> bool:
    """Whether what follows may be a field of a pattern, or a parameter of a closure."""
    before = _COMMENTS.sub(b"", text[max(0, attribute.start() - _LOOK_BEHIND) : attribute.start()]).rstrip()
    return before.endswith((b"{", b"(", b",", b"|", b"]")) and _FIELD.match(text, attribute.end()) is not None


def _is_in_broken_function(place: Raw | None) -> bool:
    while place is not None and place.type != "function_item":
        if place.type in ("token_tree", "ERROR"):
            return place.type == "ERROR"
        place = place.parent
    return place is not None and place.has_error


def _errors(root: Raw) -> tuple[int, int]:
    """How many places cannot be parsed, and how many bytes they have: one mend may leave a smaller error behind."""
    places = list(_broken(root))
    return len(places), sum(place.end_byte - place.start_byte for place in places)


def _broken(node: Raw) -> Iterator[Raw]:
    if node.type == "ERROR" or node.is_missing:
        yield node
        return
    for child in node.children:
        if child.has_error or child.is_missing:
            yield from _broken(child)


def _splits_range(root: Raw, at: int) -> bool:
    sign = root.descendant_for_byte_range(at, at + 1)
    operation = sign.parent if sign is not None else None
    if operation is None or operation.type != "binary_expression":
        return False
    return _is_open(operation.child_by_field_name("left"))


def _splits_group(root: Raw, found: re.Match[bytes]) -> bool:
    """Whether a range with a start is called, indexed or an operand, as far as the tree goes."""
    opening = root.descendant_for_byte_range(found.end() - 1, found.end())
    holder = opening.parent if opening is not None else None
    if holder is not None and holder.type == "arguments":
        holder = holder.parent
    if holder is None or holder.type not in ("call_expression", "index_expression", "binary_expression"):
        return False
    first: Raw | None = holder.children[0]
    if first is not None and first.type in ("assignment_expression", "compound_assignment_expr"):
        first = first.child_by_field_name("right")
    return _is_open(first) and first is not None and len(first.children) > 1


def _is_open(node: Raw | None) -> bool:
    return node is not None and node.type == "range_expression" and node.children[-1].type == ".."
