"""The arguments of `#[trace_borrow(..)]`: one row for each, with its form and what it sets.

In: the tokens between the parentheses. Out: `TraceOptions`, and a `Problem` at each argument that cannot be understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from borrowscope.parse.token_trees import TokenKind, Tokens
from borrowscope.rewrite.choice import TraceOptions
from borrowscope.tables.events import Group
from borrowscope.tables.groups import GROUP_NAMES, Preset, find_group, nearest_word
from borrowscope.text.span import Span


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a mark: the place, what is said, and a remedy."""

    span: Span
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as written. `values` are its tokens behind `=` or between parentheses, `end` is where it ends."""

    name: str
    span: Span
    values: tuple[tuple[TokenKind, str, Span], ...] = ()
    form: str = ""  # "=", "(" or "" for a word


@dataclass(slots=True)
class _Reader:
    """What one mark has said so far."""

    tokens: Tokens
    problems: list[Problem] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # the argument that set an option

    def complain(self, span: Span, message: str, remedy: str) -> None:
        self.problems.append(Problem(span, message, remedy))

    def set(self, argument: Argument, option: str, value: object) -> None:
        """Set an option; a second value for it is a problem."""
        if option in self.places:
            other = self.places[option]
            message = (
                f"`{argument.name}` is given twice"
                if other == argument.name
                else f"`{other}` and `{argument.name}` are two values for one option"
            )
            self.complain(argument.span, message, "keep one of them")
            return
        self.places[option] = argument.name
        self.values[option] = value


def read_arguments(tokens: Tokens, start: int, end: int) -> tuple[TraceOptions, list[Problem]]:
    """Read the tokens `start..end`, which stand between the parentheses of a mark."""
    reader = _Reader(tokens)
    for first, behind in split_at_commas(tokens, start, end):
        argument = _argument(reader, first, behind)
        if argument is None:
            continue
        row = ARGUMENTS.get(argument.name)
        if row is None:
            near = nearest_word(argument.name, ARGUMENTS)
            reader.complain(argument.span, f"unknown argument `{argument.name}`", f"did you mean `{near}`?")
        elif argument.form not in row.forms:
            reader.complain(argument.span, _wrong_form(argument, row), f"write `{row.example}`")
        else:
            row.read(reader, argument)
    conditions = tuple(reader.values.pop(name) for name in _CONDITIONS if name in reader.values)
    return TraceOptions(**reader.values, conditions=conditions), reader.problems


_CONDITIONS = ("debug_only", "release_only", "feature")


def split_at_commas(tokens: Tokens, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of tokens between top-level commas; one comma at the end is none."""
    ranges: list[tuple[int, int]] = []
    first = at = start
    while at < end:
        if tokens.texts[at] == b"," and tokens.kinds[at] is TokenKind.PUNCT:
            ranges.append((first, at))
            first = at = at + 1
        else:
            at = tokens.after(at)
    return [*ranges, (first, end)] if first < end else ranges


def _argument(reader: _Reader, first: int, behind: int) -> Argument | None:
    tokens = reader.tokens
    if first == behind:
        comma = Span(tokens.starts[first], tokens.ends[first])
        reader.complain(comma, "an argument is missing before this comma", "remove the comma")
        return None
    whole = Span(tokens.starts[first], tokens.ends[behind - 1])
    if tokens.kinds[first] is not TokenKind.IDENT:
        reader.complain(whole, "this is no argument of `#[trace_borrow]`", f"there are: {', '.join(ARGUMENTS)}")
        return None
    name = tokens.texts[first].decode().removeprefix("r#")
    span = Span(tokens.starts[first], tokens.ends[first])
    form = tokens.texts[first + 1].decode() if first + 1 < behind else ""
    values = range(first + 2, behind - 1) if form == "(" else range(first + 2, behind)
    is_whole = form in ("", "=") or (form == "(" and tokens.after(first + 1) == behind)
    if not is_whole and name in ARGUMENTS:
        reader.complain(whole, f"`{name}` cannot be understood here", f"write `{ARGUMENTS[name].example}`")
        return None
    return Argument(name, span if name not in ARGUMENTS else whole, tuple(_value(tokens, at) for at in values), form)


def _value(tokens: Tokens, at: int) -> tuple[TokenKind, str, Span]:
    return tokens.kinds[at], tokens.texts[at].decode("utf-8", "replace"), Span(tokens.starts[at], tokens.ends[at])


def _wrong_form(argument: Argument, row: Row) -> str:
    if row.forms == ("",):
        return f"`{argument.name}` takes no value"
    return f"`{argument.name}` needs a value" if not argument.form else f"`{argument.name}` is not written like this"


# the forms of values


def _string(argument: Argument) -> tuple[str, Span] | None:
    """The one string literal behind `=`, without quotes, and where its text stands."""
    if len(argument.values) != 1 or argument.values[0][0] is not TokenKind.LITERAL:
        return None
    return _text(argument.values[0][1], argument.values[0][2])


def _text(literal: str, span: Span) -> tuple[str, Span] | None:
    found = re.fullmatch(r'(r(#*)"|")(.*?)(?:"\2|")', literal, re.DOTALL)
    if found is None or not literal.endswith(('"', "#")):
        return None
    text = found.group(3) if found.group(1) != '"' else re.sub(r"\\(.)", r"\1", found.group(3))
    start = span.start + len(found.group(1))
    return text, Span(start, start + len(found.group(3).encode()))


def _groups(reader: _Reader, argument: Argument) -> None:
    named = _group_words(argument)
    if named is None:
        reader.complain(argument.span, f"`{argument.name}` needs names of groups", f'write `{argument.name} = "loops"`')
        return
    members: set[Group] = set()
    for word, span in named:
        found = find_group(word)
        if found is None:
            near = nearest_word(word, GROUP_NAMES)
            reader.complain(span, f"unknown group `{word}`", f"did you mean `{near}`?")
        members |= found or set()
    if not named:
        reader.complain(argument.span, f"`{argument.name}` names no group", f"there are: {', '.join(GROUP_NAMES)}")
    reader.set(argument, argument.name, frozenset(members))


def _group_words(argument: Argument) -> list[tuple[str, Span]] | None:
    """The words of `"a, b"` or `(a, b)`, keywords included, each with its place."""
    if argument.form == "=":
        found = _string(argument)
        if found is None:
            return None
        text, span = found
        shifts = [(part.group(), len(text[: part.start()].encode())) for part in re.finditer(r"[^\s,]+", text)]
        return [(word, Span(span.start + at, span.start + at + len(word.encode()))) for word, at in shifts]
    words: list[tuple[str, Span]] = []
    for kind, text, span in argument.values:
        quoted = _text(text, span) if kind is TokenKind.LITERAL else None
        if quoted is not None:
            words.append(quoted)
        elif kind is TokenKind.IDENT:
            words.append((text.removeprefix("r#"), span))
        elif text != ",":
            return None
    return words


def _word(option: str, value: object) -> Callable[[_Reader, Argument], None]:
    return lambda reader, argument: reader.set(argument, option, value)


def _feature(reader: _Reader, argument: Argument) -> None:
    found = _string(argument)
    if found is None or not re.fullmatch(r"[\w+.-]+", found[0]):
        reader.complain(argument.span, "`feature` needs the name of a cargo feature", f"write `{_FEATURE}`")
        return
    reader.set(argument, "feature", f'feature = "{found[0]}"')


def _filter(reader: _Reader, argument: Argument) -> None:
    found = _string(argument)
    if found is None:
        reader.complain(argument.span, "`filter` needs a text", f"write `{_FILTER}`")
    elif not found[0]:
        reader.complain(argument.span, "this filter is empty: no name matches it", f"write `{_FILTER}`")
    else:
        reader.set(argument, "filters", (found[0],))


def _sample(reader: _Reader, argument: Argument) -> None:
    text = "".join(value[1] for value in argument.values)
    if not re.fullmatch(r"[-+]?[0-9][0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9]+)?(?:_?f(?:32|64))?", text):
        reader.complain(argument.span, "`sample` needs a number from 0 to 1", f"write `{_SAMPLE}`")
        return
    rate = float(re.sub(r"_?f(?:32|64)$", "", text).replace("_", ""))
    if not 0 <= rate <= 1:
        remedy = "1 records every instance, 0.1 one in ten, 0 none"
        reader.complain(argument.span, f"a sample of {text} is not between 0 and 1", remedy)
        return
    reader.set(argument, "sample", rate)


def _names(reader: _Reader, argument: Argument) -> None:
    names = _name_list(argument)
    if names is None:
        message = f"`{argument.name}` needs a list of names in quotes"
        reader.complain(argument.span, message, f'write `{argument.name} = ["a", "b"]`')
        return
    reader.set(argument, argument.name, names)


def _name_list(argument: Argument) -> tuple[str, ...] | None:
    texts = [text for _, text, _ in argument.values]
    if len(texts) < 2 or (texts[0], texts[-1]) != ("[", "]"):
        return None
    names = []
    for place, (kind, text, span) in enumerate(argument.values[1:-1]):
        if place % 2:
            if text != ",":
                return None
            continue
        found = _text(text, span) if kind is TokenKind.LITERAL else None
        if found is None:
            return None
        names.append(found[0])
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Row:
    """One argument: its forms, how its value is read, and an example."""

    forms: tuple[str, ...]
    read: Callable[[_Reader, Argument], None]
    example: str


_FEATURE, _FILTER, _SAMPLE = 'feature = "tracing"', 'filter = "data*"', "sample = 0.1"
_WORD, _VALUE = ("",), ("=",)

ARGUMENTS: dict[str, Row] = {
    "quiet": Row(_WORD, _word("preset", Preset.QUIET), "quiet"),
    "verbose": Row(_WORD, _word("preset", Preset.VERBOSE), "verbose"),
    "skip": Row(("=", "("), _groups, 'skip = "loops,branches"'),
    "only": Row(("=", "("), _groups, 'only = "ownership"'),
    "debug_only": Row(_WORD, _word("debug_only", "debug_assertions"), "debug_only"),
    "release_only": Row(_WORD, _word("release_only", "not(debug_assertions)"), "release_only"),
    "feature": Row(_VALUE, _feature, _FEATURE),
    "warn": Row(_WORD, _word("warns", value=True), "warn"),
    "warn_ambiguous": Row(_WORD, _word("warns", value=True), "warn_ambiguous"),
    "ffi": Row(_VALUE, _names, 'ffi = ["a", "b"]'),
    "unions": Row(_VALUE, _names, 'unions = ["a", "b"]'),
    "statics": Row(_VALUE, _names, 'statics = ["a", "b"]'),
    "filter": Row(_VALUE, _filter, _FILTER),
    "sample": Row(_VALUE, _sample, _SAMPLE),
    "off": Row(_WORD, _word("is_off", value=True), "off"),
}
