"""Lays the lines that a traced program printed between the events that were recorded at the same moments.

In: a traced program's standard output and its events. Out: one `Stream` for each program, round and thread.
Each line is `[THREAD] TEXT`; its moment is the execution of `rt::mark`. Bits tell which thread is which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
TAGGED = re.compile(r"\[(\d+)\] (.*)$")
ADDRESS = re.compile(r"@0x[0-9a-f]+")
BEGIN = "== "
UNMARKED = "panic at line "  # printed by the panic hook and by macros of the programs: no mark beside it
MARKS = {"generated::witness::mark": "mark", "generated::witness::bit_set": "1", "generated::witness::bit_clear": "0"}


@dataclass(frozen=True, slots=True)
class Truth:
    """A line that the program printed."""

    text: str

    @property
    def words(self) -> list[str]:
        """Its words: what happened, and to whom."""
        return self.text.split()


@dataclass(slots=True)
class Stream:
    """What happened on one thread in one round of one program: truths among events, in order."""

    program: str
    round: str
    thread: int
    items: list[Truth | Event] = field(default_factory=list)

    def truths(self) -> list[Truth]:
        """The lines alone."""
        return [item for item in self.items if isinstance(item, Truth)]


def lines_by_thread(output: str) -> dict[int, list[str]]:
    """The lines of each thread, without addresses. A line in the middle of which another began is no one's."""
    found: dict[int, list[str]] = {}
    for line in output.splitlines():
        if tagged := TAGGED.match(line):
            found.setdefault(int(tagged[1]), []).append(tagged[2])
    return found


def without_addresses(lines: Iterable[str]) -> list[str]:
    """Lines as every run prints them."""
    return [ADDRESS.sub("@", line) for line in lines]


def rounds_of(lines: Iterable[str]) -> dict[str, list[str]]:
    """The lines of each `PROGRAM ROUND` in order."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if line.startswith(BEGIN):
            current = found.setdefault(line.removeprefix(BEGIN), [])
        current.append(line)
    return found


def join(output: str, events: Iterable[Event]) -> tuple[list[Stream], list[str]]:
    """The streams, and what does not fit together."""
    lines = {number: [line for line in told if is_marked(line)] for number, told in lines_by_thread(output).items()}
    by_thread: dict[int, list[Event]] = {}
    for event in events:
        by_thread.setdefault(event["thread"], []).append(event)
    streams: list[Stream] = []
    complaints = []
    for own in by_thread.values():
        number, rest = split_number(own)
        told = lines.pop(number, [])
        marks = sum(MARKS.get(event["function"]) == "mark" and event["event"] == "FnEnter" for event in rest)
        if marks != len(told):
            complaints.append(f"thread {number} printed {len(told)} lines and recorded {marks} marks")
        streams += lay(number, told, rest)
    return streams, [*complaints, *(f"thread {number} recorded nothing" for number in lines)]


def is_marked(line: str) -> bool:
    """Whether the line was printed by `tell`."""
    return not line.startswith(UNMARKED) and not line[:1].isdigit()


def split_number(events: list[Event]) -> tuple[int, list[Event]]:
    """The thread's number, told in bits, and the events behind."""
    bits = ""
    for place, event in enumerate(events):
        meaning = MARKS.get(event["function"], "")
        if meaning not in ("0", "1"):
            if meaning == "mark" or bits:
                return int(bits[::-1] or "0", 2), events[place:]
        elif event["event"] == "FnEnter":
            bits += meaning
    return int(bits[::-1] or "0", 2), []


def lay(thread: int, lines: list[str], events: list[Event]) -> list[Stream]:
    """The lines at their marks, cut where a round begins."""
    waiting = iter(lines)
    streams: list[Stream] = []
    for event in events:
        if event["function"] not in MARKS:
            if streams:
                streams[-1].items.append(event)
        elif event["event"] == "FnEnter":
            line = next(waiting, "")
            if line.startswith(BEGIN):
                program, _, number = line.removeprefix(BEGIN).partition(" ")
                streams.append(Stream(program, number, thread))
            elif streams:
                streams[-1].items.append(Truth(line))
    return streams
