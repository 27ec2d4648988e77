"""`// borrowscope: allow(CODE) reason`: comments that hide findings.

In: a file, its findings' places. Out: which findings are hidden with which reason, and what is wrong with comments:
those without a reason, those without effect and those that cannot be read are findings themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from borrowscope.check.places import comment_at, is_comment
from borrowscope.check.registry import Draft, at_place
from borrowscope.check.view import FileView
from borrowscope.parse.syntax import COMMENTS, Node
from borrowscope.tables.check_rules import BY_CODE, BY_NAME, find_rule
from borrowscope.text.span import Span

WITHOUT_REASON, WITHOUT_EFFECT, UNREADABLE = (
    BY_NAME[name].code for name in ("allow_without_reason", "allow_without_effect", "allow_unreadable")
)

_WORDS = rb"\s*borrowscope\s*:\s*allow\s*\(([^)\n]*)\)[ \t:]*"
_ALLOW = re.compile(rb"//[!/]*" + _WORDS + rb"([^\n]*)|/\*[!*]*" + _WORDS + rb"((?:[^*]|\*(?!/))*)\*/", re.IGNORECASE)
_MEANT = re.compile(rb"(?://[!/]*|/\*[!*]*)\s*borrowscope\b\s*:?\s*(?:allow\b|\w+\s*\()[^\n]*", re.IGNORECASE)
_BLANK = re.compile(rb"\s*")
_ENDS = ("block", "declaration_list", "source_file", "match_block", "field_declaration_list", "enum_variant_list")
_MARKED = frozenset({"match_arm", "field_initializer"})  # they hold their attributes themselves
_PASSED = frozenset({"attribute_item", *COMMENTS})


@dataclass(slots=True)
class Allowance:
    """One comment: the codes that it allows, why, where it stands, and the range that it speaks of."""

    codes: tuple[str, ...]
    reason: str
    span: Span
    reach: Span
    used: set[str] = field(default_factory=set)

    def hides(self, code: str, at: int) -> bool:
        """Whether a finding is hidden; remembers that it was."""
        is_hidden = code in self.codes and self.reach.start <= at < self.reach.end
        if is_hidden:
            self.used.add(code)
        return is_hidden


def find_allowances(file: FileView) -> list[Allowance]:
    """The comments of a file."""
    return [_read(file, found) for found in _ALLOW.finditer(file.source) if is_comment(file.tree.root, found.start())]


def _read(file: FileView, found: re.Match[bytes]) -> Allowance:
    parts = (part for part in found.groups() if part is not None)
    codes, reason = (" ".join(part.decode("utf-8", "replace").split()) for part in parts)
    return Allowance(_codes(codes), reason, Span(*found.span()), _reach(file, found))


def _codes(text: str) -> tuple[str, ...]:
    names = (part.strip() for part in text.split(",") if part.strip())
    return tuple(map(_code, names))


def _code(name: str) -> str:
    rule = find_rule(name)
    return rule.code if rule is not None else name


def _reach(file: FileView, comment: re.Match[bytes]) -> Span:
    """What a comment speaks of: its line, or, where it stands alone, whatever begins in the next line of code."""
    source = file.source
    line, end = source.rfind(b"\n", 0, comment.start()) + 1, source.find(b"\n", comment.end())
    rest = source[comment.end() : end if end >= 0 else len(source)].strip()
    if source[line : comment.start()].strip() or (rest and not rest.startswith((b"//", b"/*"))):
        return Span(line, end if end >= 0 else len(source))
    start = _code_after(file, comment.end())
    end = source.find(b"\n", start)
    return Span(start, max(end if end >= 0 else len(source), _end_of(file, start)))


def _code_after(file: FileView, at: int) -> int:
    """Where code begins: behind white space, comments and attributes."""
    while True:
        blank = _BLANK.match(file.source, at)
        at = blank.end() if blank is not None else at
        end = _passed(file, at) if at < len(file.source) else None
        if end is None:
            return at
        at = end


def _passed(file: FileView, at: int) -> int | None:
    """The end of the comment or the attribute that begins there."""
    comment = comment_at(file.tree.root, at)
    if comment is not None:
        return comment.end
    if not file.source.startswith(b"#[", at):
        return None
    node: Node | None = file.node_at(Span(at, at + 2))
    while node is not None and node.start == at:
        if node.kind == "attribute_item":
            return node.end
        node = node.parent
    return None


def _end_of(file: FileView, start: int) -> int:
    """The end of the statement, arm or item that begins there."""
    node = file.node_at(Span(start, start + 1))
    while node.parent is not None and node.parent.kind not in _ENDS and _is_first(node, node.parent):
        node = node.parent
    return node.end if _is_begun(node, start) else start


def _is_first(node: Node, parent: Node) -> bool:
    """Whether the parent begins with the node, attributes apart."""
    return parent.start == node.start or (parent.kind in _MARKED and _is_begun(parent, node.start))


def _is_begun(node: Node, start: int) -> bool:
    before = (child for child in node.named if child.start < start)
    return node.start == start or (node.kind in _MARKED and all(child.kind in _PASSED for child in before))


def complaints(
    file: FileView, allowances: list[Allowance], is_needed: Callable[[Allowance, str], bool]
) -> Iterator[tuple[str, Draft]]:
    """What is wrong with comments: code and draft. `is_needed` tells of a code that hid nothing whether it may."""
    for one in allowances:
        text = file.text_of(one.span)
        codes = ", ".join(f"`{code}`" for code in one.codes) or "nothing"
        if not one.reason:
            yield WITHOUT_REASON, at_place(one.span, None, text=text, codes=", ".join(one.codes) or "CODE")
        unused = [code for code in one.codes if code not in one.used and not is_needed(one, code)]
        if unused or not one.codes:
            named = ", ".join(_named(code) for code in unused) or codes
            yield WITHOUT_EFFECT, at_place(one.span, None, codes=named)
    read = {one.span.start for one in allowances}
    for found in _MEANT.finditer(file.source):
        if found.start() not in read and is_comment(file.tree.root, found.start()):
            span = Span(*found.span())
            yield UNREADABLE, at_place(span, None, text=file.text_of(span))


def _named(code: str) -> str:
    return f"`{code}`" if code in BY_CODE else f"`{code}` (no such rule)"
