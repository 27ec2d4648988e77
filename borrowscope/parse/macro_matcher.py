"""Matches the tokens of a macro call against the matcher of an arm, by the compiler's own algorithm.

In: a matcher's tokens, compiled once to a list of locations, and the tokens of a call. Out: what each metavariable
is bound to. All ways through repetitions are followed side by side, one token at a time, without backtracking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from borrowscope.parse.macro_fragments import ENDS, may_begin
from borrowscope.parse.token_trees import TokenKind, Tokens


class Fragment(NamedTuple):
    """What one metavariable is bound to: a byte range of the call's text."""

    kind: str
    start: int
    end: int
    tokens: int


Binding: TypeAlias = "Fragment | list[Binding]"
Bindings: TypeAlias = dict[str, Binding]

# A way's past, newest first: a sequence entered at a depth, or a fragment bound at a depth.
Trail: TypeAlias = "tuple[Trail, int, int, Fragment | int] | None"


@dataclass(slots=True)
class _Run:
    """The state between two tokens: the ways that still stand, and what they ask of the current token."""

    tokens: Tokens
    edition: int
    position: int = 0
    current: list[tuple[int, Trail]] = field(default_factory=list)
    following: list[tuple[int, Trail]] = field(default_factory=list)
    fragments: list[tuple[int, Trail, str, int, int]] = field(default_factory=list)
    finished: list[Trail] = field(default_factory=list)

    def reads(self, kind: TokenKind, text: bytes) -> bool:
        """Whether the current token is this one."""
        return self.tokens.texts[self.position] == text and self.tokens.kinds[self.position] is kind


class _Location:
    """One place of a matcher; `step` says where a way leads that has come here."""

    __slots__ = ()

    def step(self, run: _Run, index: int, trail: Trail) -> None:
        raise NotImplementedError


@dataclass(slots=True)
class _Token(_Location):
    kind: TokenKind
    text: bytes

    def step(self, run: _Run, index: int, trail: Trail) -> None:
        if run.reads(self.kind, self.text):
            run.following.append((index + 1, trail))


@dataclass(slots=True)
class _Enter(_Location):
    """The begin of a repetition: `first` to `first + count` are the metavariables inside."""

    may_be_empty: bool
    first: int
    count: int
    depth: int
    after: int = 0

    def step(self, run: _Run, index: int, trail: Trail) -> None:
        for variable in range(self.first, self.first + self.count):
            trail = (trail, variable, self.depth, 0)
        if self.may_be_empty:
            run.current.append((self.after, trail))
        run.current.append((index + 1, trail))


@dataclass(slots=True)
class _Again(_Location):
    """The end of a repetition without separator; `first` is None where it happens at most once."""

    first: int | None

    def step(self, run: _Run, index: int, trail: Trail) -> None:
        run.current.append((index + 1, trail))
        if self.first is not None:
            run.current.append((self.first, trail))


@dataclass(slots=True)
class _Separator(_Location):
    """The end of a repetition with a separator: on it stands an `_Again` for the next turn."""

    kind: TokenKind
    text: bytes
    first: int

    def step(self, run: _Run, index: int, trail: Trail) -> None:
        run.current.append((index + 1, trail))
        if run.reads(self.kind, self.text):
            run.following.append((self.first, trail))


@dataclass(slots=True)
class _Variable(_Location):
    fragment: str
    number: int
    depth: int

    def step(self, run: _Run, index: int, trail: Trail) -> None:
        if may_begin(run.tokens, run.position, self.fragment, run.edition):
            run.fragments.append((index + 1, trail, self.fragment, self.number, self.depth))


@dataclass(slots=True)
class _End(_Location):
    def step(self, run: _Run, index: int, trail: Trail) -> None:  # noqa: ARG002 - the place is the last
        if run.tokens.kinds[run.position] is TokenKind.END:
            run.finished.append(trail)


class Matcher(NamedTuple):
    """A compiled matcher: its locations and the names of its metavariables by number."""

    locations: list[_Location]
    names: list[str]


def compile_matcher(tokens: Tokens, start: int, end: int) -> Matcher | None:
    """Compile the tokens of an arm's left side, without its outer delimiters; None where it is malformed."""
    compiler = _Compiler(tokens)
    if compiler.compile(start, end, 0) is None:
        return None
    compiler.locations.append(_End())
    return Matcher(compiler.locations, compiler.names)


class _Compiler:
    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.locations: list[_Location] = []
        self.names: list[str] = []

    def compile(self, index: int, end: int, depth: int) -> bool | None:
        """Append the locations of a token range: whether it takes at least one token; None where it is malformed."""
        kinds, texts = self.tokens.kinds, self.tokens.texts
        consumes = False
        while index < end:
            after: int | None = index + 1
            if texts[index] == b"$" and index + 1 < end and kinds[index + 1] is TokenKind.OPEN:
                after = self._repetition(index + 1, end, depth)
                consumes = consumes or (after is not None and texts[after - 1] == b"+")
            elif texts[index] == b"$" and index + 1 < end:
                after = self._variable(index + 1, end, depth)
                consumes = consumes or texts[index + 3] != b"vis"
            elif kinds[index] is not TokenKind.DOC:
                self.locations.append(_Token(kinds[index], texts[index]))
                consumes = True
            if after is None:
                return None
            index = after
        return consumes

    def _variable(self, index: int, end: int, depth: int) -> int | None:
        """`name:fragment`; a `$crate` is a plain token."""
        texts = self.tokens.texts
        if texts[index] == b"crate" and texts[index + 1] != b":":
            self.locations += [_Token(TokenKind.PUNCT, b"$"), _Token(TokenKind.IDENT, b"crate")]
            return index + 1
        if index + 2 >= end or texts[index + 1] != b":":
            return None
        fragment = texts[index + 2].decode("utf-8", "replace")
        if fragment not in ENDS:
            return None
        if fragment == "pat" and self._alternative_follows(index + 3):
            fragment = "pat_param"
        self.locations.append(_Variable(fragment, len(self.names), depth))
        self.names.append(texts[index].decode("utf-8", "replace"))
        return index + 3

    def _alternative_follows(self, index: int) -> bool:
        """Whether `|` stands behind a `$p:pat`: allowed only in editions where such a pattern has no `|` of its own."""
        kinds, texts = self.tokens.kinds, self.tokens.texts
        while kinds[index] is TokenKind.CLOSE and texts[self.tokens.partners[index] - 1] == b"$":
            index += 1
        if texts[index] == b"$" and kinds[index + 1] is TokenKind.OPEN:
            index += 2
        return texts[index] == b"|"

    def _repetition(self, opening: int, end: int, depth: int) -> int | None:
        """`( .. ) separator? operator`, with `opening` at the delimiter."""
        closing = self.tokens.partners[opening]
        found = repetition_tail(self.tokens, closing + 1, end)
        if found is None:
            return None
        separator, operator, after = found
        enter = _Enter(operator != b"+", len(self.names), 0, depth)
        self.locations.append(enter)
        first = len(self.locations)
        consumes = self.compile(opening + 1, closing, depth + 1)
        if not consumes and (consumes is None or separator is None):
            return None  # the compiler too rejects what can be repeated without end
        if separator is not None:
            kind, text = self.tokens.kinds[separator], self.tokens.texts[separator]
            self.locations.append(_Separator(kind, text, first))
        else:
            self.locations.append(_Again(None if operator == b"?" else first))
        enter.count = len(self.names) - enter.first
        enter.after = len(self.locations)
        return after


_OPERATORS = frozenset({b"*", b"+", b"?"})


def repetition_tail(tokens: Tokens, index: int, end: int) -> tuple[int | None, bytes, int] | None:
    """The separator's index, the operator and what is behind it, after the `)` of a `$( .. )`."""
    if index < end and tokens.texts[index] in _OPERATORS:
        return None, tokens.texts[index], index + 1
    if index + 1 < end and tokens.texts[index + 1] in _OPERATORS:
        return index, tokens.texts[index + 1], index + 2
    return None


def match(matcher: Matcher, tokens: Tokens, edition: int) -> Bindings | None:
    """The bindings of the metavariables, or None where the tokens do not match."""
    run = _Run(tokens, edition)
    run.current.append((0, None))
    locations = matcher.locations
    while True:
        run.following = []
        while run.current:
            index, trail = run.current.pop()
            locations[index].step(run, index, trail)
        if tokens.kinds[run.position] is TokenKind.END:
            return _bindings(matcher, run.finished[0]) if len(run.finished) == 1 else None
        if not _advance(run):
            return None


_MOST_WAYS = 10_000


def _advance(run: _Run) -> bool:
    """Go on to the next token, or behind the one fragment that may begin here; False where nothing fits."""
    asked, run.fragments = run.fragments, []
    if not asked:
        run.current, run.position = run.following, run.position + 1
        return 0 < len(run.current) <= _MOST_WAYS
    if run.following or len(asked) > 1:
        return False
    index, trail, fragment, number, depth = asked[0]
    tokens, start = run.tokens, run.position
    end = ENDS[fragment](tokens, start)
    if end is None:
        return False
    begin = tokens.starts[start]
    bound = Fragment(fragment, begin, max(begin, tokens.ends[end - 1]) if end > start else begin, end - start)
    run.position = end
    run.current = [(index, (trail, number, depth, bound))]
    return True


def _bindings(matcher: Matcher, trail: Trail) -> Bindings:
    """Replay a way's past, oldest first."""
    steps: list[tuple[int, int, Fragment | int]] = []
    while trail is not None:
        trail, number, depth, bound = trail
        steps.append((number, depth, bound))
    found: Bindings = {}
    for number, depth, bound in reversed(steps):
        value: Binding = [] if isinstance(bound, int) else bound
        name = matcher.names[number]
        if depth == 0:
            found[name] = value
            continue
        place = found[name]
        for _ in range(depth - 1):
            assert isinstance(place, list)
            place = place[-1]
        assert isinstance(place, list)
        place.append(value)
    return found
