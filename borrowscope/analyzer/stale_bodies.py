"""Throws out dumps of functions that are no more: a kept dump folder never forgets a renamed function by itself.

In: the facts of all bodies. Out: those that still stand in the sources.
"""

from __future__ import annotations

import re
from collections import defaultdict

from borrowscope.analyzer.mir_facts import BodyFacts, Place

_CLOSURES = re.compile(r"(?:::\{[a-z]+#\d+\})+$")
_NAME = re.compile(r"(\w+)$")


def without_stale(bodies: list[BodyFacts]) -> list[BodyFacts]:
    """All bodies but those whose function lost its name to another one.

    Where two functions claim to bind the same written name, one is either a copy that a macro makes, or an older
    state of the other: then its own name is gone from all files, while the other's still stands somewhere.
    """
    claims: dict[Place, set[str]] = defaultdict(set)
    sources: dict[str, bytes] = {}
    for body in bodies:
        for known in body.locals.values():
            claims[known.file.path, known.fact.span.start].add(_function(body))
            sources[known.file.path] = known.file.source
    rivals = {frozenset(functions) for functions in claims.values() if len(functions) > 1}
    missing = {function for function in frozenset().union(*rivals) if not _stands_in(function, sources)}
    gone = {function for functions in rivals if not functions <= missing for function in functions & missing}
    return [body for body in bodies if _function(body) not in gone] if gone else bodies


def _function(body: BodyFacts) -> str:
    """The body's path without closures: a closure stands and falls with its function."""
    return _CLOSURES.sub("", body.path)


def _stands_in(function: str, sources: dict[str, bytes]) -> bool:
    """Whether the function's own name is a word of any file: a macro's function may be named in another one."""
    name = _NAME.search(function)
    if name is None:
        return True
    word = re.compile(rb"\b%s\b" % re.escape(name.group(1).encode()))
    return any(word.search(source) for source in sources.values())
