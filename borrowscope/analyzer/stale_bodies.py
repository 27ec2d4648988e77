"""Throws out dumps of functions that are no more: a kept dump folder never forgets a renamed function by itself.

In: the facts of all bodies. Out: those that still stand in the sources.
"""

from __future__ import annotations

import re
from collections import defaultdict

from borrowscope.analyzer.mir_facts import BodyFacts, Place

_CLOSURES = re.compile(r"(?:::\{[a-z]+#\d+\})+$")
_ONE_RUN = 1.0  # seconds
_WORD = re.compile(rb"\w+")


def without_stale(bodies: list[BodyFacts]) -> list[BodyFacts]:
    """All bodies but those whose function lost its name to another one.

    Where two functions claim to bind the same written name, one is either a copy that a macro makes, or an older
    state of the other: then its own name is gone from all files, while the other's still stands somewhere, and its
    dump is older than one run of rustc (functions whose names a macro puts together are dumped side by side).
    """
    claims: dict[Place, set[str]] = defaultdict(set)
    sources: dict[str, bytes] = {}
    for body in bodies:
        for known in body.locals.values():
            claims[known.file.path, known.fact.span.start].add(_function(body))
            sources[known.file.path] = known.file.source
    rivals = {frozenset(functions) for functions in claims.values() if len(functions) > 1}
    if not rivals:
        return bodies
    words = {word for source in sources.values() for word in _WORD.findall(source)}
    missing = {function for functions in rivals for function in functions if _name(function) not in words}
    written: dict[str, float] = {}
    for body in bodies:
        written[_function(body)] = max(body.written, written.get(_function(body), 0.0))
    gone: set[str] = set()
    for functions in rivals:
        newest = max((written[function] for function in functions - missing), default=0.0)
        gone |= {function for function in functions & missing if written[function] < newest - _ONE_RUN}
    return [body for body in bodies if _function(body) not in gone]


def _function(body: BodyFacts) -> str:
    """The body's path without closures: a closure stands and falls with its function."""
    return _CLOSURES.sub("", body.path)


def _name(function: str) -> bytes:
    """The path's last word. A macro's function may be named in another file than it is written in."""
    words: list[bytes] = _WORD.findall(function.encode())
    return words[-1] if words else b""
