"""Finds the instances that calls made by hand name: the newest live one of a name on the thread, or of an id.

In: parties as numbers, call by call in the order of time. Out: instances, numbered from 1 in the order of their births.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

UNKNOWN = -1  # a name that is not known, and a party without a name or id

Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Party:
    """The parties of one event of many calls.

    By the call: `names` (thread and name as one number), `labels` (the name alone), `ids` (thread and id), `wide_ids`
    (the id alone). `found` takes the instances.
    """

    is_born: bool
    ends: bool
    names: list[int]
    labels: list[int]
    ids: list[int]
    wide_ids: list[int]
    found: list[int]


class Joins:
    """The instances of one process."""

    def __init__(self) -> None:
        self.labels: list[int] = [UNKNOWN]  # of each instance, 0 is none
        self._is_live = bytearray(1)
        self._by_name: dict[int, list[int]] = {}
        self._by_id: dict[int, list[int]] = {}
        self._by_wide_id: dict[int, list[int]] = {}

    def reset(self, _: int = 0) -> None:
        """Names and ids start over; what lives is not ended."""
        for known in (self._by_name, self._by_id, self._by_wide_id):
            known.clear()

    def step(self, parties: list[Party]) -> Step:
        """What is done with a call that has these parties, those that are looked up before those that are born."""
        steps = [self._birth(party) if party.is_born else self._look(party) for party in parties]
        if len(steps) == 1:
            return steps[0]

        def run(call: int) -> None:
            for step in steps:
                step(call)

        return run

    def _birth(self, party: Party) -> Step:
        names, labels, ids, wide_ids, found = party.names, party.labels, party.ids, party.wide_ids, party.found
        is_live, told, push = self._is_live, self.labels, self._push
        by_name, by_id, by_wide_id = self._by_name, self._by_id, self._by_wide_id

        def birth(call: int) -> None:
            found[call] = number = len(told)
            told.append(labels[call])
            is_live.append(1)
            if names[call] != UNKNOWN:
                push(by_name, names[call], number)
            if ids:
                push(by_id, ids[call], number)
                push(by_wide_id, wide_ids[call], number)

        return birth

    def _look(self, party: Party) -> Step:
        names, ids, wide_ids, found, ends = party.names, party.ids, party.wide_ids, party.found, party.ends
        is_live, newest = self._is_live, self._newest
        by_name, by_id, by_wide_id = self._by_name, self._by_id, self._by_wide_id

        def look(call: int) -> None:
            if ids:
                number = newest(by_id, ids[call]) or newest(by_wide_id, wide_ids[call])
            else:
                number = newest(by_name, names[call])
            found[call] = number
            if ends:
                is_live[number] = 0

        return look

    def _push(self, known: dict[int, list[int]], key: int, number: int) -> None:
        stack = known.get(key)
        if stack is None:
            known[key] = [number]
            return
        while stack and not self._is_live[stack[-1]]:
            stack.pop()
        stack.append(number)

    def _newest(self, known: dict[int, list[int]], key: int) -> int:
        stack = known.get(key)
        if stack is None:
            return 0
        while stack:
            if self._is_live[stack[-1]]:
                return stack[-1]
            stack.pop()
        return 0
