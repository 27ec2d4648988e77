"""Compares the deaths that a program printed with those that its recording tells.

In: the text of a run (`== NAME` starts a situation, `drop FUNCTION.BINDING` tells a death) and the events of
`export --format jsonl`. Out: one precise message for each situation whose recorded order differs.
A printed label is the binding that holds the value when it dies: `FUNCTION.BINDING`, with `@n` for one value of
several and `#n` for one part of what the binding holds; `_...` where no named binding holds the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

CLOSURE_SUFFIX = re.compile(r"(::\{[^{}]*\})+$")
GENERIC_ARGUMENTS = re.compile(r"::<[^<>]*>$")


@dataclass(slots=True)
class Situation:
    """One situation of a program's output: its lines, the deaths of named bindings, and what may end empty."""

    name: str
    lines: list[str] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    sometimes_empty: set[str] = field(default_factory=set)
    last_parts: set[str] = field(default_factory=set)

    def add(self, line: str) -> None:
        """Take one more line of output."""
        self.lines.append(line)
        if line.startswith("sometimes empty "):
            self.sometimes_empty.add(line.removeprefix("sometimes empty "))
        if line.startswith("drop ") and not line.startswith("drop _"):
            self._add_death(line.removeprefix("drop "))

    def _add_death(self, label: str) -> None:
        """The parts of one binding die as one: a part that was seen already starts the next death."""
        binding = re.split("[@#]", label)[0]
        is_further_part = "#" in label and bool(self.deaths) and self.deaths[-1] == binding
        if is_further_part and self.last_parts and label not in self.last_parts:
            self.last_parts.add(label)
            return
        self.last_parts = {label} if "#" in label else set()
        self.deaths.append(binding)


def parse_situations(text: str) -> dict[str, Situation]:
    """The situations of a program's standard output, by name; what stands before the first is dropped."""
    situations: dict[str, Situation] = {}
    current: Situation | None = None
    for line in text.splitlines():
        if line.startswith("== "):
            current = situations.setdefault(line[3:], Situation(line[3:]))
        elif current is not None:
            current.add(line)
    return situations


def function_name(path: str) -> str:
    """The bare name of a function path: closures, generic arguments and what leads to it are left out.

    >>> function_name("drops::calls::<D as Consume>::consume::{closure#0}")
    'consume'
    """
    bare = CLOSURE_SUFFIX.sub("", path)
    while GENERIC_ARGUMENTS.search(bare):
        bare = GENERIC_ARGUMENTS.sub("", bare)
    return bare.rsplit("::", 1)[-1]


def recorded_deaths(events: Iterable[dict[str, Any]]) -> list[str]:
    """`FUNCTION.BINDING` of every recorded Drop of a named binding, in the order of the recording."""
    return [
        f"{function_name(event['function'])}.{event['name']}"
        for event in events
        if event["event"] == "Drop" and event["name"] is not None and event["function"] is not None
    ]


def ambiguous_labels(situations: dict[str, Situation]) -> list[str]:
    """Labels that two situations share, which would make the comparison meaningless."""
    owners: dict[str, set[str]] = {}
    for situation in situations.values():
        for label in situation.deaths:
            owners.setdefault(label, set()).add(situation.name)
    return [label for label, names in owners.items() if len(names) > 1]


def compare_deaths(situation: Situation, recorded: Sequence[str]) -> str | None:
    """Why the recorded order is not the printed one, or None. Recorded deaths of unlabelled bindings do not count."""
    labels = set(situation.deaths)
    told = [label for label in recorded if label in labels]
    printed = situation.deaths
    position = 0
    kept: list[str] = []
    for label in told:
        if position < len(printed) and printed[position] == label:
            position += 1
            kept.append(label)
        elif label not in situation.sometimes_empty:
            return difference(situation.name, printed, told)
    return None if position == len(printed) else difference(situation.name, printed, told)


def difference(name: str, printed: Sequence[str], recorded: Sequence[str]) -> str:
    """Both orders side by side from the first line that differs."""
    width = max((len(label) for label in printed), default=10)
    rows = []
    for index in range(max(len(printed), len(recorded))):
        left = printed[index] if index < len(printed) else "-"
        right = recorded[index] if index < len(recorded) else "-"
        rows.append(f"  {' ' if left == right else '!'} {left:<{width}}  {right}")
    missing = sorted(set(printed) - set(recorded))
    heading = f"{name}: printed (left) and recorded (right) deaths differ"
    return "\n".join([heading + (f"; never recorded: {', '.join(missing)}" if missing else ""), *rows])


def compare_output(untouched: Situation, traced: Situation | None) -> str | None:
    """Why the traced program said something else, or None."""
    if traced is None:
        return f"{untouched.name}: the traced program never came here"
    if untouched.lines == traced.lines:
        return None
    return (
        difference(untouched.name, untouched.lines, traced.lines)
        .replace("deaths", "lines")
        .replace("recorded", "traced")
    )


def compare_programs(untouched: str, traced: str, events: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """The complaints of each situation; no situation has any where all is right."""
    before, after = parse_situations(untouched), parse_situations(traced)
    assert before, "the untouched program printed no situation"
    assert not ambiguous_labels(before), ambiguous_labels(before)
    recorded = recorded_deaths(events)
    return {
        name: [
            complaint
            for complaint in (compare_output(situation, after.get(name)), compare_deaths(situation, recorded))
            if complaint is not None
        ]
        for name, situation in before.items()
    }
