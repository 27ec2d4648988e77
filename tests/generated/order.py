"""Compares what happened one after the other on a thread with what was recorded: births, moves, deaths, control flow.

In: a stream of truths among events. Out: one message for each family whose orders differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.drops.drop_order import difference
from tests.generated.families import OPERATIONS, is_recorded
from tests.generated.generator import Program
from tests.generated.recorded import Recorded, is_birth, is_death, label
from tests.generated.streams import Event, Stream, Truth


@dataclass(frozen=True, slots=True)
class Token:
    """One thing that happened: as text, at a place of the stream. What is optional need not have happened for us to
    see; what an assignment ends is recorded when the new value is there.
    """

    text: str
    place: int
    is_optional: bool = False
    may_be_late: bool = False
    is_panic: bool = False  # it died while its thread was panicking


@dataclass(frozen=True, slots=True)
class Context:
    """Whose stream it is, and the recording that it is from."""

    program: Program
    recorded: Recorded

    def is_unmarked(self, label: str) -> bool:
        """Whether the end of the binding could not be told."""
        return (self.program.name, label.rsplit(".", maxsplit=1)[-1]) in self.recorded.unmarked


# 1. births, moves, deaths
def true_lifetimes(stream: Stream, context: Context) -> Iterator[Token]:
    """What the program says. Several parts of one binding die as one; a part that was seen starts the next death."""
    seen: set[str] = set()
    last = ""
    for place, item in enumerate(stream.items):
        if not isinstance(item, Truth) or item.words[0] not in ("born", "move", "drop") or item.words[1] == "_":
            continue
        kind, named = item.words[:2]
        binding = re.split("[@#]", named)[0]
        if kind != "born" and context.is_unmarked(binding):
            continue
        if kind == "drop" and "#" in named and last == f"drop {binding}" and named not in seen and seen:
            seen.add(named)
            continue
        seen = {named} if kind == "drop" and "#" in named else set()
        last = f"{kind} {binding}"
        yield Token(last, place, is_panic=item.words[-1] == "panicking")


def told_lifetimes(stream: Stream, context: Context) -> Iterator[Token]:
    """What was recorded."""
    labels, empty = context.program.labels, context.program.sometimes_empty
    for place, item in enumerate(stream.items):
        if isinstance(item, Truth) or item["function"] is None:
            continue
        own = label(item["function"], item["name"]) if item["name"] is not None else ""
        if item["event"] == "Move":
            if not item.get("partial") and own in labels:
                yield Token(f"move {own}", place, is_optional=True)
            target = context.recorded.labels.get(item["to"], "")
            if target in labels:
                yield Token(f"born {target}", place)
        elif own in labels and is_death(item):
            is_optional = own in empty or context.is_unmarked(own)
            cause = item["cause"]
            yield Token(f"drop {own}", place, is_optional, may_be_late=cause == "assign", is_panic=cause == "panic")
        elif own in labels and (is_birth(item) or item["event"] == "New"):
            yield Token(f"born {own}", place)


# 2. control flow
CONTROL = {
    "iter": "LoopIteration",
    "arm": "MatchArm",
    "if": "Branch",
    "else": "Branch",
    "letelse": "LetElse",
    "try": "Try",
    "break": "Break",
    "continue": "Continue",
    "return": "Return",
    "struct": "StructCreate",
    "tuple": "TupleCreate",
}
SITES = CONTROL | {"iter": "LoopEnter"}  # the event under which sites.json has the construct


def true_control(stream: Stream, context: Context) -> Iterator[Token]:
    """The branches, iterations and exits that the program tells, where there is a site for them."""
    for place, item in enumerate(stream.items):
        if isinstance(item, Truth) and item.words[0] in CONTROL:
            kind, line = item.words[:2]
            if (SITES[kind], context.program.name, int(line)) in context.recorded.site_lines:
                yield Token(item.text, place)


def told_control(stream: Stream, context: Context) -> Iterator[Token]:
    """What was recorded of the same lines."""
    kinds = {event: kind for kind, event in CONTROL.items() if event != "Branch"}
    for place, item in enumerate(stream.items):
        if isinstance(item, Truth) or item["event"] not in CONTROL.values():
            continue
        kind = kinds.get(item["event"]) or item["branch_type"]
        known = f"{item['line']}" if kind == "try" else f"{kind} {item['line']}"
        if known in context.program.places:
            arm = f" {item['arm_index']}" if kind == "arm" else ""
            yield Token(f"{kind} {item['line']}{arm}", place)


# 3. operations of std
def true_operations(stream: Stream, _context: Context) -> Iterator[Token]:
    """`op EVENT BINDING [FIELD=VALUE ..]`, for the events that something records."""
    for place, item in enumerate(stream.items):
        if isinstance(item, Truth) and item.words[0] == "op" and is_recorded(item.words[1]):
            yield Token(item.text, place)


def told_operations(stream: Stream, context: Context) -> Iterator[Token]:
    """The same as recorded; of an owner that cannot be known the program says `?`."""
    for place, item in enumerate(stream.items):
        if isinstance(item, Truth) or item["event"] not in OPERATIONS or not is_recorded(item["event"]):
            continue
        text = operation(item, context.recorded)
        if " ".join(text.split()[:3]) in context.program.operations:
            yield Token(text, place)


def operation(event: Event, recorded: Recorded) -> str:
    """An event as the program tells it."""
    row = OPERATIONS[event["event"]]
    is_meant = not row.is_named or event["name"] is not None
    party = recorded.labels.get(event[row.party], "?") if is_meant else "?"
    return " ".join(["op", event["event"], party, *(f"{name}={told(event.get(name))}" for name in row.fields)])


def told(value: object) -> str:
    """A value as generated programs print it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


# 4. comparison
Tokens = Callable[[Stream, Context], Iterator[Token]]
FAMILIES: dict[str, tuple[Tokens, Tokens]] = {
    "lifetimes": (true_lifetimes, told_lifetimes),
    "control flow": (true_control, told_control),
    "operations": (true_operations, told_operations),
}


def compare_orders(stream: Stream, context: Context) -> list[str]:
    """Why recorded orders are not the true ones."""
    complaints = []
    for family, (true, recorded) in FAMILIES.items():
        truths, events = list(true(stream, context)), list(recorded(stream, context))
        if not is_same(truths, events):
            heading = f"{family} of round {stream.round}, thread {stream.thread}"
            complaints.append(first_difference(heading, truths, events))
        complaints += [f"{family}: `{truth.text}` was recorded {word}" for truth, word in out_of_place(truths, events)]
    return complaints


def is_same(truths: list[Token], events: list[Token]) -> bool:
    """Whether each truth is told in its order and nothing else is, but for what is optional."""
    return pairs(truths, events) is not None


def pairs(truths: list[Token], events: list[Token]) -> list[tuple[Token, Token]] | None:
    """Each truth with the event that tells it; None where they do not fit."""
    found: list[tuple[Token, Token]] = []
    for event in events:
        if len(found) < len(truths) and truths[len(found)].text == event.text:
            found.append((truths[len(found)], event))
        elif not event.is_optional:
            return None
    return found if len(found) == len(truths) else None


def first_difference(heading: str, truths: list[Token], events: list[Token]) -> str:
    """The first truth that is not told where it should be, with its surroundings."""
    position = 0
    for event in events:
        if position < len(truths) and truths[position].text == event.text:
            position += 1
        elif not event.is_optional:
            break
    told = [token.text for token in events if not token.is_optional or token.text in {t.text for t in truths}]
    rows = [truth.text for truth in truths]
    return difference(
        f"{heading}, from truth {position} on", rows[max(0, position - 3) : position + 6], _near(told, rows, position)
    )


def _near(told: list[str], rows: list[str], position: int) -> list[str]:
    before = rows[max(0, position - 3) : position]
    for start in range(len(told)):
        if told[start : start + len(before)] == before:
            return told[start : start + len(before) + 6]
    return told[:9]


BEFORE = ("born", "drop", "iter", "arm", "if", "else", "letelse")  # recorded, then printed
AFTER = ("move", "break", "continue", "return", "try")  # printed, then recorded


def out_of_place(truths: list[Token], events: list[Token]) -> Iterator[tuple[Token, str]]:
    """Truths whose event stands on the wrong side of their line, or tells a panic where there was none."""
    for truth, event in pairs(truths, events) or ():
        kind = truth.text.split()[0]
        if kind in BEFORE and event.place > truth.place and not event.may_be_late:
            yield truth, "too late"
        if kind == "drop" and truth.is_panic != event.is_panic:
            yield truth, "with another cause"
        if kind in AFTER and event.place < truth.place:
            yield truth, "too early"
