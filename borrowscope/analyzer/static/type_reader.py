"""Type texts to types: one reader for the sources of crates and for std's catalog.

In: the text of a type, of bounds, of generics, and an environment that knows what paths mean. Out: `Ty`, `Generics`,
`Bound`. Lifetimes are read past. What cannot be read is `UNKNOWN`; nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import ClassVar, Protocol

from borrowscope.analyzer.static.definitions import Bound, Generic, Generics
from borrowscope.analyzer.static.types import (
    ARRAY,
    NEVER,
    POINTER,
    POINTER_MUT,
    REF,
    REF_MUT,
    SLICE,
    TUPLE,
    UNIT,
    UNKNOWN,
    Kind,
    TraitRef,
    Ty,
    make,
    make_bounded,
    make_function,
    make_param,
    make_projection,
)

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|('(?:\\.|[^\\'])'|'\w+|b?"(?:\\.|[^"\\])*"|(?:r\#)?[^\W\d]\w*|\d[\w.]*|::|->|[^\w\s])""",
    re.DOTALL,
)
_NO_NAMES = frozenset({"_", "dyn", "extern", "fn", "for", "impl", "unsafe"})
_PLAIN_PARAMETERS = re.compile(r"<?\s*(\w+(?:\s*,\s*\w+)*)\s*,?\s*>?\Z")
_OPEN = {"(": ")", "[": "]", "{": "}", "<": ">"}
AUTO_TRAITS = frozenset(
    f"std::{path}"
    for path in ("marker::Send", "marker::Sync", "marker::Unpin", "panic::RefUnwindSafe", "panic::UnwindSafe")
)

_BOUND_STARTS = frozenset({"::", "(", "?", "~", "["})

Segment = tuple[str, tuple[Ty, ...]]


class TypeScope(Protocol):
    """What names mean where the type is written."""

    def path(self, segments: list[Segment]) -> Ty:
        """The type that a path names: `Vec<T>`, `Self`, `T::Item`, `super::X`, `u8`, an alias; UNKNOWN if none."""

    def trait(self, segments: list[Segment]) -> str | None:
        """The canonical path of the trait that a path names (type arguments are in the last segment)."""

    def hole(self) -> Ty:
        """What `_` stands for."""

    def anonymous(self, text: str, bounds: list[TraitRef]) -> Ty:
        """What `impl A + B`, written as `text`, stands for: a parameter, or the opaque type of a result."""

    def macro(self, path: tuple[str, ...], tokens: str) -> Ty:
        """The type that a call of a macro becomes; UNKNOWN where that is not known."""

    def length(self, text: str) -> Ty:
        """A constant expression as an array's length or a const argument: its value, a parameter, or UNKNOWN."""


def read_type(text: str, scope: TypeScope) -> Ty:
    """The type that the text spells. Most are one name, or a reference to it."""
    if text.isidentifier() and text not in _NO_NAMES:
        return scope.path([(text, ())])
    head, name = (REF_MUT, text[5:]) if text.startswith("&mut ") else (REF, text[1:])
    if text[:1] == "&" and name.isidentifier() and name not in _NO_NAMES:
        return make(head, (scope.path([(name, ())]),))
    reader = _Reader(text, scope)
    try:
        return reader.type()
    except _Unreadable:
        return UNKNOWN


def read_arguments(text: str, scope: TypeScope) -> tuple[Ty, ...]:
    """The types of `<A, B>` or `A, B`; bindings (`Item = T`) and lifetimes are left out."""
    reader = _Reader(text if text.startswith("<") else f"<{text}>", scope)
    try:
        return reader.generic_arguments()[0]
    except _Unreadable:
        return ()


def read_bounds(text: str, subject: Ty, scope: TypeScope) -> tuple[Bound, ...]:
    """`A + B<T> + ?Sized` as bounds of the subject."""
    reader = _Reader(text, scope)
    try:
        return tuple(_bound(subject, found) for found in reader.bounds())
    except _Unreadable:
        return ()


def read_trait(text: str, scope: TypeScope) -> TraitRef | None:
    """One trait reference, or None where the trait is not known."""
    reader = _Reader(text, scope)
    try:
        found = reader.bounds()
    except _Unreadable:
        return None
    return found[0] if found else None


def read_generics(parameters: str, clauses: str, scope: TypeScope) -> Generics:
    """The generics of `<parameters>` (with or without the brackets) and `where clauses` (with or without `where`)."""
    params: list[Generic] = []
    bounds: list[Bound] = []
    parameters, clauses = parameters.strip(), clauses.strip()
    plain = _PLAIN_PARAMETERS.match(parameters)
    if plain is not None:
        params = [Generic(name.strip()) for name in plain[1].split(",")]
    elif parameters:
        with suppress(_Unreadable):
            params, bounds = _Reader(parameters, scope).generic_parameters()
    if clauses:
        with suppress(_Unreadable):
            bounds += _Reader(clauses.removeprefix("where"), scope).where_clauses()
    return Generics(tuple(params), tuple(bounds))


def _bound(subject: Ty, found: TraitRef) -> Bound:
    return Bound(subject, found[0], found[1], found[2])


class _Unreadable(Exception):  # noqa: N818
    """The text is no type."""


@lru_cache(maxsize=4096)
def _tokenize(text: str) -> tuple[list[str], list[int], list[bool]]:
    """The tokens, an empty one at the end; where each starts; which are words."""
    tokens: list[str] = []
    starts: list[int] = []
    for match in _TOKEN.finditer(text):
        token = match[1]
        if token:
            tokens.append(token)
            starts.append(match.start(1))
    tokens.append("")
    starts.append(len(text))
    return tokens, starts, [token.isidentifier() or token[:2] == "r#" for token in tokens]


class _Reader:
    def __init__(self, text: str, scope: TypeScope) -> None:
        self._scope = scope
        self._text = text
        self._tokens, self._starts, self._words = _tokenize(text)
        self._at = 0
        self._has_unknown_trait = False  # among the bounds that were read last
        self._nested: list[tuple[str, list[TraitRef]]] = []  # bounds on associated types of the traits read last

    # tokens
    @property
    def _token(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        token = self._tokens[self._at]
        if not token:
            raise _Unreadable
        self._at += 1
        return token

    def _eat(self, token: str) -> bool:
        if self._tokens[self._at] == token:
            self._at += 1
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._eat(token):
            raise _Unreadable

    def _lifetime(self) -> bool:
        if self._token.startswith("'"):
            self._at += 1
            return True
        return False

    def _skip_binder(self) -> None:
        """`for<'a, 'b>`."""
        if self._eat("for"):
            self._expect("<")
            while not self._eat(">"):
                self._next()

    # types
    def type(self) -> Ty:
        token = self._token
        handler = self._HANDLERS.get(token)
        if handler is not None:
            self._at += 1
            return handler(self)
        if token == "::" or self._words[self._at]:
            return self._path_type()
        raise _Unreadable

    def _reference(self) -> Ty:
        self._lifetime()
        head = REF_MUT if self._eat("mut") else REF
        return make(head, (self.type(),))

    def _pointer(self) -> Ty:
        word = self._next()
        return make(POINTER_MUT if word == "mut" else POINTER, (self.type(),))

    def _tuple(self) -> Ty:
        parts: list[Ty] = []
        is_tuple = False
        while not self._eat(")"):
            parts.append(self._type_sum())
            if self._eat(","):
                is_tuple = True
            elif self._token != ")":
                raise _Unreadable
        if not parts:
            return UNIT
        return make(TUPLE, tuple(parts)) if is_tuple else parts[0]

    def _type_sum(self) -> Ty:
        """A type that may be followed by `+ Bound` (old `dyn`-less or parenthesised bounds are in `type` itself)."""
        return self.type()

    def _bracket(self) -> Ty:
        element = self.type()
        if self._eat(";"):
            length = self._until("]")
            self._expect("]")
            return make(ARRAY, (element, self._scope.length(length)))
        self._expect("]")
        return make(SLICE, (element,))

    def _until(self, *ends: str) -> str:
        """The text up to one of the tokens, which is not taken; brackets are matched."""
        start = self._starts[self._at]
        depth: list[str] = []
        while self._token and (depth or self._token not in ends):
            token = self._next()
            if token in "([{" and token:
                depth.append(_OPEN[token])
            elif depth and token == depth[-1]:
                depth.pop()
        return self._text[start : self._starts[self._at]].strip()

    def _function(self, qualifiers: str = "") -> Ty:
        self._expect("(")
        parameters: list[Ty] = []
        while not self._eat(")"):
            if self._eat("."):
                while self._eat("."):
                    pass
                continue
            if (self._words[self._at] and self._tokens[self._at + 1] == ":") or (
                self._token == "_" and self._tokens[self._at + 1] == ":"
            ):
                self._at += 2
            parameters.append(self.type())
            self._eat(",")
        result = self.type() if self._eat("->") else UNIT
        return make_function(qualifiers, (*parameters, result))

    def _unsafe_function(self) -> Ty:
        qualifiers = "unsafe "
        if self._eat("extern"):
            return self._extern_function(qualifiers)
        self._expect("fn")
        return self._function(qualifiers)

    def _extern_function(self, before: str = "") -> Ty:
        abi = self._next() if self._token.startswith('"') else '"C"'
        self._expect("fn")
        return self._function(f"{before}extern {abi} ")

    def _binder(self) -> Ty:
        self._at -= 1
        self._skip_binder()
        if self._token in ("fn", "unsafe", "extern"):
            return self.type()
        return self._bare_bounds()

    def _bare_bounds(self) -> Ty:
        """A trait object: auto traits come last, by name, so that one type has one form, as rustc prints it."""
        found = self.bounds()
        if self._has_unknown_trait or not found:
            return UNKNOWN
        principal = [bound for bound in found if bound.trait not in AUTO_TRAITS]
        auto = {bound.trait: bound for bound in found if bound.trait in AUTO_TRAITS}
        return make_bounded(Kind.DYN, (*principal, *(auto[name] for name in sorted(auto))))

    def _dyn(self) -> Ty:
        if not (self._words[self._at] or self._token in ("::", "for", "(", "?", "'") or self._token[:1] == "'"):
            raise _Unreadable
        return self._bare_bounds()

    def _impl(self) -> Ty:
        start = self._starts[self._at - 1]
        found = self.bounds()
        end = self._starts[self._at - 1] + len(self._tokens[self._at - 1])
        return self._scope.anonymous(self._text[start:end], found)

    def _qualified(self) -> Ty:
        subject = self.type()
        trait = ""
        args: tuple[Ty, ...] = ()
        if self._eat("as"):
            found = self._trait_path()
            if found is None:
                self._skip_projection()
                return UNKNOWN
            trait, args = found[0], found[1]
        self._expect(">")
        ty = subject
        is_first = True
        while self._eat("::"):
            name = self._next().removeprefix("r#")
            own = self.generic_arguments()[0] if self._token == "<" else ()
            ty = make_projection(trait if is_first else "", name, (ty, *(args if is_first else ()), *own))
            is_first = False
        return ty

    def _skip_projection(self) -> None:
        self._expect(">")
        while self._eat("::"):
            self._next()
            if self._token == "<":
                self.generic_arguments()

    def _never(self) -> Ty:
        return NEVER

    def _hole(self) -> Ty:
        return self._scope.hole()

    def _path_type(self) -> Ty:
        segments = self._segments()[0]
        if self._token == "!":  # a macro in type position
            self._at += 1
            closing = _OPEN.get(self._next(), ")")
            tokens = self._until(closing)
            self._expect(closing)
            return self._scope.macro(tuple(name for name, _ in segments), tokens)
        return self._scope.path(segments)

    def _segments(self) -> tuple[list[Segment], tuple[tuple[str, Ty], ...]]:
        """`a::b<T>::C<U, Item = V>` and `Fn(A) -> B`; with the bindings of the last segment."""
        segments: list[Segment] = []
        assoc: tuple[tuple[str, Ty], ...] = ()
        if self._eat("::"):
            segments.append(("::", ()))
        tokens, words = self._tokens, self._words
        while True:
            if not words[self._at]:
                raise _Unreadable
            name = tokens[self._at]
            self._at += 1
            args: tuple[Ty, ...] = ()
            assoc = ()
            token = tokens[self._at]
            if token == "::" and tokens[self._at + 1] in ("<", "("):
                self._at += 1
                token = tokens[self._at]
            if token == "<":
                args, assoc = self.generic_arguments()
            elif token == "(":
                self._at += 1
                arguments = self._tuple_arguments()
                result = self.type() if self._eat("->") else UNIT
                args, assoc = (arguments,), (("Output", result),)
            segments.append((name.removeprefix("r#"), args))
            if not (tokens[self._at] == "::" and words[self._at + 1]):
                return segments, assoc
            self._at += 1

    def _tuple_arguments(self) -> Ty:
        parts: list[Ty] = []
        while not self._eat(")"):
            parts.append(self.type())
            self._eat(",")
        return make(TUPLE, tuple(parts))

    def generic_arguments(self) -> tuple[tuple[Ty, ...], tuple[tuple[str, Ty], ...]]:
        """`<'a, T, 3, { N }, Item = U, Item: Bound>`."""
        self._expect("<")
        args: list[Ty] = []
        assoc: list[tuple[str, Ty]] = []
        while not self._eat(">"):
            if self._lifetime():
                pass
            elif self._token in {"{", "-"} or self._token[:1].isdigit() or self._token[:1] in ('"', "'"):
                args.append(self._scope.length(self._until(",", ">")))
            elif self._token in ("true", "false"):
                args.append(self._scope.length(self._next()))
            elif self._words[self._at] and self._tokens[self._at + 1] == "=":
                name = self._next()
                self._at += 1
                if self._token[:1].isdigit() or self._token == "{":
                    self._until(",", ">")
                else:
                    assoc.append((name, self.type()))
            elif self._words[self._at] and self._tokens[self._at + 1] == ":":
                name = self._next()
                self._at += 1
                outer, self._nested = self._nested, []
                self._nested = [*outer, (name.removeprefix("r#"), self.bounds())]
            else:
                args.append(self.type())
                if self._token in ("=", ":"):  # a generic associated type's binding
                    args.pop()
                    self._at += 1
                    self.bounds() if self._tokens[self._at - 1] == ":" else self.type()
            if not self._eat(",") and self._token != ">":
                raise _Unreadable
        return tuple(args), tuple(assoc)

    # bounds and generics
    def _trait_path(self) -> TraitRef | None:
        segments, assoc = self._segments()
        trait = self._scope.trait(segments)
        return TraitRef((trait, segments[-1][1], assoc)) if trait is not None else None

    def bounds(self) -> list[TraitRef]:
        """`A + ?Sized + 'a + for<'b> B<'b> + (C)`; traits that are not known are left out."""
        found: list[TraitRef] = []
        has_unknown = False
        while True:
            if self._token == "use" and self._tokens[self._at + 1] == "<":
                self._at += 1
                while not self._eat(">"):
                    self._next()
            elif not self._lifetime() and (self._words[self._at] or self._token in _BOUND_STARTS):
                trait, is_relaxed = self._one_bound()
                if trait is not None and not is_relaxed:
                    found.append(trait)
                has_unknown = has_unknown or trait is None
            if not self._eat("+"):
                self._has_unknown_trait = has_unknown
                return found

    def _one_bound(self) -> tuple[TraitRef | None, bool]:
        """`?Sized`, `for<'a> A<'a>`, `[const] A`, `(A)`: the trait, and whether the bound only relaxes."""
        is_parenthesised = self._eat("(")
        if self._eat("["):
            self._until("]")
            self._expect("]")
        is_relaxed = self._eat("?")
        if self._eat("~"):
            self._next()
        if self._token in ("const", "async") and self._tokens[self._at + 1] != "::":
            self._at += 1
        self._skip_binder()
        trait = self._trait_path()
        if is_parenthesised:
            self._expect(")")
        return trait, is_relaxed

    def _bounds_on(self, subject: Ty) -> list[Bound]:
        """The bounds of a subject, and those of its associated types: `I: Iterator<Item: Clone>`."""
        self._nested = []
        found = [_bound(subject, trait) for trait in self.bounds()]
        for name, traits in self._nested:
            found += [_bound(make_projection("", name, (subject,)), trait) for trait in traits]
        return found

    def generic_parameters(self) -> tuple[list[Generic], list[Bound]]:
        """`<'a, T: A + B = D, const N: usize = 3>`."""
        params: list[Generic] = []
        bounds: list[Bound] = []
        if not self._token:
            return params, bounds
        self._eat("<")
        while self._token and not self._eat(">"):
            while self._eat("#"):
                self._expect("[")
                self._until("]")
                self._expect("]")
            if self._lifetime():
                if self._eat(":"):
                    self.bounds()
            elif self._eat("const"):
                name = self._next().removeprefix("r#")
                self._expect(":")
                ty = self.type()
                default = self._scope.length(self._until(",", ">")) if self._eat("=") else None
                params.append(Generic(name, default, is_const=True, ty=ty))
            else:
                name = self._next().removeprefix("r#")
                if self._eat(":"):
                    bounds += self._bounds_on(make_param(name))
                params.append(Generic(name, self.type() if self._eat("=") else None))
            self._eat(",")
        return params, bounds

    def where_clauses(self) -> list[Bound]:
        """`T: A, for<'a> &'a U: B, 'a: 'b`."""
        found: list[Bound] = []
        while self._token:
            if self._lifetime():
                if self._eat(":"):
                    self.bounds()
            else:
                self._skip_binder()
                subject = self.type()
                self._expect(":")
                found += self._bounds_on(subject)
            if not self._eat(","):
                break
        return found

    _HANDLERS: ClassVar[dict[str, Callable[[_Reader], Ty]]] = {
        "&": _reference,
        "*": _pointer,
        "(": _tuple,
        "[": _bracket,
        "!": _never,
        "_": _hole,
        "fn": _function,
        "unsafe": _unsafe_function,
        "extern": _extern_function,
        "for": _binder,
        "dyn": _dyn,
        "impl": _impl,
        "<": _qualified,
    }
