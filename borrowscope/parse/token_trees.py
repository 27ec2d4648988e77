"""Rust's tokens as macros see them: identifiers, lifetimes, literals, glued operators, delimiters with partners.

In: a byte range of a text. Out: `Tokens`, parallel lists. Comments are dropped, doc comments are tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from borrowscope.text.constants import Constant


class TokenKind(Constant):
    """What a token is. `GROUP` is a fragment that an outer macro handed on as one unit."""

    __slots__ = ()

    IDENT: ClassVar[TokenKind]
    LIFETIME: ClassVar[TokenKind]
    LITERAL: ClassVar[TokenKind]
    PUNCT: ClassVar[TokenKind]
    OPEN: ClassVar[TokenKind]
    CLOSE: ClassVar[TokenKind]
    DOC: ClassVar[TokenKind]
    GROUP: ClassVar[TokenKind]
    END: ClassVar[TokenKind]


class Group(NamedTuple):
    """A range of a text that is one unit: the fragment kind that it was parsed as."""

    start: int
    end: int
    fragment: str


_GAP = r"[ \t\r\n\f\v]+|\xef\xbb\xbf|//(?!/(?!/)|!)[^\n]*"
_PATTERN = re.compile(
    rf"""(?P<gap>{_GAP})
    |(?P<doc>//[/!][^\n]*)
    |(?P<comment>/\*)
    |(?P<literal>
        (?:b|c)?r(?P<hashes>\#*)".*?"(?P=hashes)(?:[A-Za-z_]\w*)?
        |(?:b|c)?"(?:[^"\\]|\\.)*"(?:[A-Za-z_]\w*)?
        |b?'(?:[^'\\\n\x80-\xff]|[\xc0-\xff][\x80-\xbf]+|\\(?:x[0-9a-fA-F]{{2}}|u\{{[0-9a-fA-F_]*\}}|.))'
        |0[xob][0-9a-fA-F_]+\w*
        |[0-9][0-9_]*(?:\.(?![._A-Za-z\x80-\xff])[0-9_]*)?(?:[eE][+-]?[0-9_]+)?\w*)
    |(?P<lifetime>'(?:r\#)?[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*)
    |(?P<ident>(?:r\#)?[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*)
    |(?P<open>[(\[{{])
    |(?P<close>[)\]}}])
    |(?P<punct><<=|>>=|\.\.\.|\.\.=|::|->|=>|<-|==|!=|<=|>=|&&|\|\||\+=|-=|\*=|/=|%=|\^=|&=|\|=|<<|>>|\.\.
        |[-+*/%^!&|=<>@.,;:\#$?~])
    """.encode(),
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "doc": TokenKind.DOC,
    "literal": TokenKind.LITERAL,
    "hashes": TokenKind.LITERAL,
    "lifetime": TokenKind.LIFETIME,
    "ident": TokenKind.IDENT,
    "open": TokenKind.OPEN,
    "close": TokenKind.CLOSE,
    "punct": TokenKind.PUNCT,
}
_PARTNERS = {b"(": b")", b"[": b"]", b"{": b"}"}
_BLOCK_COMMENT_EDGE = re.compile(rb"/\*|\*/")
_DOC_BLOCK = re.compile(rb"/\*(?:!|\*(?![*/]))")


class Tokens:
    """The tokens of a range as parallel lists, closed by an `END` token; `partners` leads from `(` to `)` and back."""

    __slots__ = ("ends", "kinds", "partners", "source", "starts", "texts", "was_split")

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.kinds: list[TokenKind] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.texts: list[bytes] = []
        self.partners: list[int] = []
        self.was_split = False

    def __len__(self) -> int:
        return len(self.kinds)

    def add(self, kind: TokenKind, start: int, end: int, text: bytes) -> None:
        """Append a token; a delimiter gets its partner later."""
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.texts.append(text)
        self.partners.append(-1)

    def split(self, index: int, length: int) -> None:
        """Make two of a glued token (`>>`, `>=`): the parser took only its first `length` bytes."""
        self.was_split = True
        middle = self.starts[index] + length
        self.partners = [partner + 1 if partner > index else partner for partner in self.partners]
        self.kinds.insert(index + 1, TokenKind.PUNCT)
        self.starts.insert(index + 1, middle)
        self.ends.insert(index + 1, self.ends[index])
        self.texts.insert(index + 1, self.texts[index][length:])
        self.partners.insert(index + 1, -1)
        self.ends[index] = middle
        self.texts[index] = self.texts[index][:length]

    def after(self, index: int) -> int:
        """The index behind the token tree that starts here."""
        return self.partners[index] + 1 if self.kinds[index] is TokenKind.OPEN else index + 1


def tokenize(source: bytes, start: int, end: int, groups: Sequence[Group] = ()) -> Tokens | None:
    """The tokens of a range, or None where its delimiters do not match or a byte is no token.

    `groups` are disjoint ranges in source order that count as one token each.
    """
    tokens = Tokens(source)
    position = start
    for group in groups:
        if not _read(tokens, position, group.start):
            return None
        tokens.add(TokenKind.GROUP, group.start, group.end, group.fragment.encode())
        position = group.end
    if not _read(tokens, position, end) or not _pair(tokens):
        return None
    tokens.add(TokenKind.END, end, end, b"")
    return tokens


def end_of_group(source: bytes, opening: int) -> int | None:
    """Where the group whose opening delimiter stands there ends, behind its closing one; None where it does not."""
    depth, position = 0, opening
    while (found := _PATTERN.match(source, position)) is not None:
        position = found.end()
        if found.lastgroup == "comment":
            position = _comment_end(source, found.start(), len(source))
            if position < 0:
                return None
        elif found.lastgroup == "open":
            depth += 1
        elif found.lastgroup == "close":
            depth -= 1
            if depth == 0:
                return position
    return None


def _read(tokens: Tokens, position: int, end: int) -> bool:
    """Append the tokens of a range without groups; False where a byte is no token."""
    source, match, add = tokens.source, _PATTERN.match, tokens.add
    while position < end:
        found = match(source, position, end)
        if found is None:
            return False
        name, until = found.lastgroup, found.end()
        if name == "comment":
            until = _comment_end(source, position, end)
            if until < 0:
                return False
            if _DOC_BLOCK.match(source, position):
                add(TokenKind.DOC, position, until, source[position:until])
        elif name != "gap":
            assert name is not None
            add(_KINDS[name], position, until, found.group())
        position = until
    return True


def _comment_end(source: bytes, start: int, end: int) -> int:
    """Where the nested block comment ends, or -1."""
    depth = 0
    for edge in _BLOCK_COMMENT_EDGE.finditer(source, start, end):
        depth += 1 if edge.group() == b"/*" else -1
        if depth == 0:
            return edge.end()
    return -1


def _pair(tokens: Tokens) -> bool:
    """Join opening and closing delimiters; False if they do not match."""
    waiting: list[int] = []
    for index, kind in enumerate(tokens.kinds):
        if kind is TokenKind.OPEN:
            waiting.append(index)
        elif kind is TokenKind.CLOSE:
            if not waiting or _PARTNERS[tokens.texts[waiting[-1]]] != tokens.texts[index]:
                return False
            opening = waiting.pop()
            tokens.partners[opening], tokens.partners[index] = index, opening
    return not waiting
