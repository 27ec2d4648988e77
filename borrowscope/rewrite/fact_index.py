"""The facts of a file by what they are about: what is asked for each function must not cost what the file holds.

In: a file's facts. Out: moves, borrows and captures of bindings and closures, calls and borrows by place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from borrowscope.analyzer.facts import BindingFact, BorrowFact, CallFact, CaptureFact, FileFacts, MoveFact
from borrowscope.text.span import Span


class FactIndex:
    """Each index is made when it is asked for first."""

    def __init__(self, facts: FileFacts) -> None:
        self._facts = facts

    def moves_of(self, bindings: Iterable[int]) -> list[MoveFact]:
        """The moves of bindings, by the starts of their names; in the order of the file's facts."""
        return [
            move for _, move in sorted((one for start in bindings for one in self._moves.get(start, ())), key=_rank)
        ]

    def borrows_of(self, binding: int) -> list[BorrowFact]:
        """The borrows of a binding."""
        return self._borrows.get(binding, [])

    def captures_of(self, closure: int) -> list[CaptureFact]:
        """The captures of a closure, by its start."""
        return self._captures.get(closure, [])

    def bindings_within(self, span: Span) -> Iterator[tuple[int, BindingFact]]:
        """The bindings whose names stand in a range, by their starts; in the order of the file's facts."""
        starts, ranks = self._binding_starts
        found = starts[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        for start in sorted(found, key=ranks.__getitem__):
            fact = self._facts.bindings[start]
            if span.contains(fact.span):
                yield start, fact

    @cached_property
    def nameless_borrows(self) -> dict[Span, BorrowFact]:
        """Borrows that no binding takes, by their place."""
        return {borrow.span: borrow for borrow in self._facts.borrows if borrow.target is None}

    @cached_property
    def calls(self) -> dict[Span, CallFact]:
        """Calls by the place of the whole call."""
        return {call.span: call for call in self._facts.calls}

    @cached_property
    def _moves(self) -> dict[int, list[tuple[int, MoveFact]]]:
        found: dict[int, list[tuple[int, MoveFact]]] = defaultdict(list)
        for rank, move in enumerate(self._facts.moves):
            found[move.binding].append((rank, move))
        return found

    @cached_property
    def _borrows(self) -> dict[int, list[BorrowFact]]:
        found: dict[int, list[BorrowFact]] = defaultdict(list)
        for borrow in self._facts.borrows:
            found[borrow.binding].append(borrow)
        return found

    @cached_property
    def _captures(self) -> dict[int, list[CaptureFact]]:
        found: dict[int, list[CaptureFact]] = defaultdict(list)
        for capture in self._facts.captures:
            found[capture.closure].append(capture)
        return found

    @cached_property
    def _binding_starts(self) -> tuple[list[int], dict[int, int]]:
        return sorted(self._facts.bindings), {start: rank for rank, start in enumerate(self._facts.bindings)}


def _rank(entry: tuple[int, MoveFact]) -> int:
    return entry[0]
