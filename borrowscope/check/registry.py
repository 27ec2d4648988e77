"""How a rule is written: a function from the project and one file to drafts, registered under its name in the table.

In: `@rule("name")`. Out: `FUNCTIONS` by code; `Draft`, what a rule says of one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.check.places import code_of
from borrowscope.check.view import FileView, ProjectView, shortened
from borrowscope.tables.check_rules import BY_NAME
from borrowscope.text.span import Span


class Draft(NamedTuple):
    """A finding before it has a level. `words` fill the message's and the help's blanks."""

    span: Span
    at: int
    words: dict[str, str]
    target: str | None = None
    operation: Operation | None = None


Rule = Callable[[ProjectView, FileView], Iterator[Draft]]
FUNCTIONS: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register the function of the rule that has this name."""

    def register(function: Rule) -> Rule:
        FUNCTIONS[BY_NAME[name].code] = function
        return function

    return register


def of_operation(file: FileView, operation: Operation, **words: str) -> Draft:
    """What a rule says of an operation."""
    all_words = {"target": operation.target or "", "text": shown_code(file, operation.span), **words}
    return Draft(operation.span, operation.at, all_words, operation.target, operation)


def shown_code(file: FileView, span: Span) -> str:
    """The code of a place on one line without its comments, cut."""
    return shortened(code_of(file.source, span))


def at_place(span: Span, target: str | None = None, **words: str) -> Draft:
    """What a rule says of a place that is no operation."""
    return Draft(span, span.start, {"target": target or "", **words}, target)
