"""Declarations of the documentation as compact rows: names shortened, lifetimes gone, parts between bars.

In: the HTML of declarations and headers. Out: the rows that `borrowscope/analyzer/static/catalog.py` reads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from borrowscope.tables.std_catalog import BETWEEN, FIELD, PART

_ANCHOR = re.compile(r"<a ([^>]*)>(.*?)</a>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_COMMENT_SPAN = re.compile(r'<span class="comment">.*?</span>', re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*(?=\n|$)|/\*.*?\*/|ⓘ", re.DOTALL)
_WRITTEN_PATH = re.compile(r"(?:\w+::)*\x07")
_DETAILS = re.compile(r"<summary.*?</summary>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WHERE = re.compile(r'<(?:div|span) class="where[^"]*">\s*where\b')
_BR = re.compile(r"<br\s*/?>")
_SPACE = re.compile(r"\s+")
_QUALIFIED = re.compile(r"\b(\w+)::\x01(\w[\w:]*)\x02(\w+)")
_OPEN, _CLOSE = "([{<", ")]}>"
_LIFETIMES = (
    (re.compile(r"\bfor<[^<>]*>\s*"), ""),
    (re.compile(r"&'\w+ "), "&"),
    (re.compile(r"'\w+ \+ "), ""),
    (re.compile(r" \+ '\w+"), ""),
    (re.compile(r"(?<=[<,])\s*'\w+(?:: ?(?:'\w+)?)?(?=[,>])"), " "),
    (re.compile(r"\?Sized \+ | \+ \?Sized"), ""),
    (re.compile(r"\[const\] |(?<![*\w])const (?=[A-Z])(?![A-Z]\w*: )"), ""),
)
_TIDY = (
    (re.compile(r"<(?:\s*,)+\s*"), "<"),
    (re.compile(r",(?:\s*,)+"), ","),
    (re.compile(r",\s*(?=[>)])"), ""),
    (re.compile(r"<\s*>"), ""),
    (re.compile(r"(?<=<) "), ""),
)
WHERE = "\x03"
SKIPPED = "\x04"  # in place of a name that the catalog leaves out
LINKED = "\x07"  # before a name that stands for its whole path
_EMPTY_CLAUSE = re.compile(r"(?:'\w+: ?(?:'\w+)?|(?:[\w:<> ]+): ?(?:\?Sized|'\w+)?|Self: Sized)\Z")


def text_of(fragment: str, link: Callable[[dict[str, str], str], str]) -> str:
    """The fragment as text: links replaced by what `link` answers, `where` marked, white space single."""
    fragment = _COMMENT_SPAN.sub("", _DETAILS.sub("", fragment))

    def anchor(found: re.Match[str]) -> str:
        return link(dict(_ATTRIBUTE.findall(found.group(1))), _TAG.sub("", found.group(2)))

    fragment = _WHERE.sub(WHERE, _ANCHOR.sub(anchor, fragment))
    text = html.unescape(_TAG.sub("", _BR.sub(" ", fragment)))
    text = _WRITTEN_PATH.sub("", _COMMENT.sub("", text))
    text = _SPACE.sub(" ", text).strip()
    while _QUALIFIED.search(text):
        text = _QUALIFIED.sub(r"<\1 as \2>::\3", text)
    text = re.sub("\x01[^\x02]*\x02", "", text)
    for pattern, new in (*_LIFETIMES, *_LIFETIMES, *_TIDY):
        text = pattern.sub(new, text)
    return text


def match_bracket(text: str, start: int) -> int:
    """The position behind the bracket that closes the one at `start`."""
    depth = 0
    for at in range(start, len(text)):
        character = text[at]
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE and not (character == ">" and text[at - 1] in "-="):
            depth -= 1
            if depth == 0:
                return at + 1
    return len(text)


def split_top(text: str, separator: str = ",") -> list[str]:
    """The pieces between separators outside of brackets, stripped, without empty ones."""
    pieces, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE and not (character == ">" and text[at - 1] in "-="):
            depth -= 1
        elif character == separator and depth == 0:
            pieces.append(text[start:at])
            start = at + 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def find_top(text: str, word: str) -> int:
    """Where the word stands outside of brackets; -1 if nowhere."""
    depth = 0
    for at, character in enumerate(text):
        if depth == 0 and text.startswith(word, at):
            return at
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE and not (character == ">" and text[at - 1] in "-="):
            depth -= 1
    return -1


def take_generics(text: str) -> tuple[str, str]:
    """`<T: A>rest` as `T: A` and `rest`."""
    text = text.strip()
    if not text.startswith("<"):
        return "", text
    end = match_bracket(text, 0)
    return ", ".join(_parameters(text[1 : end - 1])), text[end:].strip()


def _parameters(text: str) -> Iterator[str]:
    for piece in split_top(text):
        if not piece.startswith("'"):
            yield re.sub(r": ?(?:\?Sized)?(?= =|\Z)", "", piece)


def clauses(text: str) -> str:
    """Where clauses without those that say nothing about types."""
    return ", ".join(piece for piece in split_top(text) if not _EMPTY_CLAUSE.match(piece))


def split_where(text: str) -> tuple[str, str]:
    """What stands before `where`, and its clauses."""
    head, _, tail = text.partition(WHERE)
    return head.strip(), clauses(tail)


def function_row(text: str) -> str:
    """`pub const fn push(&mut self, value: T) -> R where ..` as a row."""
    before, _, rest = text.partition("fn ")
    found = re.match(r"(?:r#)?\w+", rest)
    if found is None:
        return ""
    generics, rest = take_generics(rest[found.end() :])
    end = match_bracket(rest, 0)
    parameters = split_top(rest[1 : end - 1])
    result, where = split_where(rest[end:].rstrip("; "))
    has_self = bool(parameters) and bool(re.match(r"(?:&\s*)?(?:mut )?self\b", parameters[0]))
    words = before.split()
    flags = "s" * has_self + "".join(word[0] for word in ("async", "unsafe", "const", "extern") if word in words)
    types = [_parameter(parameter) for parameter in parameters if parameter != "..."]
    name = found.group().removeprefix("r#")
    return join(name, flags, generics, BETWEEN.join(types), result.removeprefix("->").strip(), where)


def _parameter(text: str) -> str:
    if re.match(r"(?:&\s*)?(?:mut )?self\Z", text):
        prefix = "&mut " if text.startswith("&mut") else "&" if text.startswith("&") else ""
        return f"{prefix}Self"
    return text.partition(": ")[2] or text


def join(*parts: str) -> str:
    """The parts between bars; empty ones at the end are left out."""
    return PART.join(parts).rstrip(PART)


def typed_row(text: str) -> tuple[str, str]:
    """`pub const NAME: T = value;` as name and type."""
    head = re.sub(r"^(?:pub |const |static |mut |unsafe |safe )+", "", text)
    name, _, rest = head.partition(":")
    value = find_top(rest, " = ")
    return name.strip(), (rest if value < 0 else rest[:value]).strip().rstrip(";")


def associated_row(text: str) -> str:
    """`type Item<'a>: Bounds = D where ..` as `name|bounds|default|clauses`."""
    head, where = split_where(re.sub(r"^(?:pub |type )+", "", text).rstrip(";"))
    equals = find_top(head, " = ")
    head, default = (head, "") if equals < 0 else (head[:equals], head[equals + 3 :])
    name, _, bounds = head.partition(":")
    return join(take_name(name), "" if bounds.strip() == "?Sized" else bounds.strip(), default.strip(), where)


def take_name(text: str) -> str:
    """The first identifier."""
    found = re.match(r"\s*(?:r#)?(\w+)", text)
    return found.group(1) if found else ""


def impl_parts(text: str) -> tuple[str, str, str, str] | None:
    """`impl<T> Trait<A> for Type where ..` as generics, clauses, trait (or ""), type; None for negative impls."""
    head, where = split_where(re.sub(r"^(?:pub |default |unsafe |const )*impl\b", "", text))
    generics, head = take_generics(head)
    head = re.sub(r"^(?:const |unsafe )+", "", head)
    if head.startswith("!"):
        return None
    at = find_top(head, " for ")
    trait, subject = ("", head) if at < 0 else (head[:at], head[at + 5 :])
    return generics, where, trait.strip(), subject.strip()


def constructor_row(text: str, *, is_variant: bool = True) -> str:
    """`Name`, `Name(A, B)`, `Name { a: A }` as `Name`, `Name(~A~B`, `Name{~a:A`; private fields are left out."""
    name = take_name(text)
    rest = text[text.find(name) + len(name) :].strip()
    if not rest[:1] or rest[0] not in "({":
        return name
    inner = rest[1 : match_bracket(rest, 0) - 1]
    fields = [_field(piece, named=rest[0] == "{") for piece in split_top(inner) if is_variant or _is_public(piece)]
    return FIELD.join([name + rest[0], *fields])


def _is_public(text: str) -> bool:
    return re.search(r"\bpub ", text) is not None or text == "_"


def _field(text: str, *, named: bool) -> str:
    text = re.sub(r"#\[[^\]]*\]\s*", "", text).removeprefix("pub ").strip()
    if not named:
        return text
    name, _, ty = text.partition(":")
    return f"{name.strip().removeprefix('r#')}:{ty.strip()}"
