"""`// borrowscope: allow(CODE) reason`: comments that hide findings.

In: a file, its findings' places. Out: which findings are hidden with which reason, and what is wrong with comments:
those without a reason and those without effect are findings themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from borrowscope.check.places import is_comment
from borrowscope.check.registry import Draft, at_place
from borrowscope.check.view import FileView
from borrowscope.tables.check_rules import BY_CODE, BY_NAME
from borrowscope.text.span import Span

WITHOUT_REASON, WITHOUT_EFFECT = (BY_NAME[name].code for name in ("allow_without_reason", "allow_without_effect"))

_ALLOW = re.compile(rb"//+[!/]*\s*borrowscope\s*:\s*allow\s*\(([^)\n]*)\)[ \t:]*([^\n]*)", re.IGNORECASE)
_ENDS = ("block", "declaration_list", "source_file", "match_block", "field_declaration_list", "enum_variant_list")


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
    codes, reason = (part.decode("utf-8", "replace").strip() for part in found.groups())
    return Allowance(_codes(codes), reason, Span(*found.span()), _reach(file, found))


def _codes(text: str) -> tuple[str, ...]:
    names = (part.strip() for part in text.split(",") if part.strip())
    return tuple(map(_code, names))


def _code(name: str) -> str:
    """A rule's code, however it is written: `BS0501`, `bs0501`, `raw_deref`, `raw-deref`."""
    rule = BY_NAME.get(name.lower().replace("-", "_")) or BY_CODE.get(name.upper())
    return rule.code if rule is not None else name


def _reach(file: FileView, comment: re.Match[bytes]) -> Span:
    """What a comment speaks of: its line, or, where it stands alone, whatever begins in the next line of code."""
    source = file.source
    line = source.rfind(b"\n", 0, comment.start()) + 1
    if source[line : comment.start()].strip():
        return Span(line, comment.start())
    at = comment.end()
    while at < len(source):
        end = source.find(b"\n", at)
        end = len(source) if end < 0 else end
        text = source[at:end].strip()
        start = at + len(source[at:end]) - len(source[at:end].lstrip())
        if text.startswith(b"#["):
            at = max(end, _end_of(file, start)) + 1
            continue
        if text and not text.startswith(b"//"):
            return Span(at, max(end, _end_of(file, start)))
        at = end + 1
    return Span(comment.end(), comment.end())


def _end_of(file: FileView, start: int) -> int:
    """The end of the statement or item that begins there."""
    node = file.node_at(Span(start, start + 1))
    while node.parent is not None and node.parent.start == start and node.parent.kind not in _ENDS:
        node = node.parent
    return node.end if node.start == start else start


def complaints(file: FileView, allowances: list[Allowance]) -> Iterator[tuple[str, Draft]]:
    """What is wrong with comments: code and draft."""
    for one in allowances:
        text = file.text_of(one.span)
        codes = ", ".join(f"`{code}`" for code in one.codes) or "nothing"
        if not one.reason:
            yield WITHOUT_REASON, at_place(one.span, None, text=text, codes=", ".join(one.codes) or "CODE")
        unused = [code for code in one.codes if code not in one.used]
        if unused or not one.codes:
            named = ", ".join(_named(code) for code in unused) or codes
            yield WITHOUT_EFFECT, at_place(one.span, None, codes=named)


def _named(code: str) -> str:
    return f"`{code}`" if code in BY_CODE else f"`{code}` (no such rule)"
