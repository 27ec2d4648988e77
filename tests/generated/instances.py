"""What must hold of every recording: each instance is born once, ends once at most, and nothing is told of the dead.

In: the events of a recording. Out: one message for each event that contradicts an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.generated.recorded import Recorded, is_birth, is_death
from tests.generated.streams import Event

PARTIES = ("owner", "source", "from")
CONSTRUCTS = {
    "FnEnter": "FnExit",
    "LoopEnter": "LoopExit",
    "MatchEnter": "MatchExit",
    "UnsafeBlockEnter": "UnsafeBlockExit",
    "AsyncBlockEnter": "AsyncBlockExit",
}
EXITS = {end: begin for begin, end in CONSTRUCTS.items()}
# Events of an owner that their own expression has taken away: `h.join()`, `for value in receiver`.
CONSUMERS = frozenset(
    {
        "Attempt",
        "BoxIntoRaw",
        "ChannelRecv",
        "MaybeUninitAssumeInit",
        "PinIntoInner",
        "ThreadJoin",
        "Unwrap",
    }
)
NESTED = frozenset({"FnEnter", "LoopEnter", "MatchEnter"})  # an async block may pause among others


@dataclass(slots=True)
class Lives:
    """What is known while events are read."""

    born: dict[int, Event] = field(default_factory=dict)
    ended: dict[int, Event] = field(default_factory=dict)
    constructs: dict[int, Event] = field(default_factory=dict)
    iterations: dict[int, int] = field(default_factory=dict)
    arms: set[int] = field(default_factory=set)
    closures: set[int] = field(default_factory=set)
    open: dict[int, list[int]] = field(default_factory=dict)  # by thread: nested constructs

    def birth(self, instance: int, event: Event) -> Iterator[str]:
        """An instance is born."""
        if instance in self.born:
            yield f"{told(event)}: born twice, first by {told(self.born[instance])}"
        self.born[instance] = event

    def end(self, instance: int, event: Event) -> Iterator[str]:
        """An instance ends or is given away."""
        if instance not in self.born:
            yield f"{told(event)}: ends without birth"
        if instance in self.ended:
            yield f"{told(event)}: ended before by {told(self.ended[instance])}"
        self.ended[instance] = event

    def enter(self, event: Event) -> Iterator[str]:
        """A construct begins."""
        instance = event["instance"]
        if instance in self.constructs:
            yield f"{told(event)}: begun twice"
        self.constructs[instance] = event
        if event["event"] in NESTED:
            self.open.setdefault(event["thread"], []).append(instance)

    def leave(self, event: Event) -> Iterator[str]:
        """A construct ends: the innermost of its thread."""
        instance = event["instance"]
        begin = self.constructs.pop(instance, None)
        if begin is None or begin["event"] != EXITS[event["event"]]:
            yield f"{told(event)}: left but not entered"
            return
        stack = self.open.get(event["thread"], [])
        if begin["event"] not in NESTED:
            return
        if not stack or stack[-1] != instance:
            yield f"{told(event)}: left while an inner construct had not ended"
        if instance in stack:
            stack.remove(instance)

    def iteration(self, event: Event) -> Iterator[str]:
        """The next round of a loop."""
        instance = event["instance"]
        expected = self.iterations.get(instance, 0)
        if instance not in self.constructs or event["iteration"] != expected:
            yield f"{told(event)}: iteration {event['iteration']} instead of {expected}, or outside of its loop"
        self.iterations[instance] = expected + 1

    def arm(self, event: Event) -> Iterator[str]:
        """The one arm of a match."""
        instance = event["instance"]
        if instance not in self.constructs or instance in self.arms:
            yield f"{told(event)}: a second arm, or outside of its match"
        self.arms.add(instance)

    def close_over(self, event: Event) -> Iterator[str]:
        """A closure is made: not a binding, but an instance that captures name."""
        if event["instance"] in self.closures or event["instance"] in self.born:
            yield f"{told(event)}: made twice"
        self.closures.add(event["instance"])

    def named(self, event: Event) -> Iterator[str]:
        """Nothing is told of an instance before its birth or after its end."""
        for party in PARTIES:
            instance = event[party]
            if instance is None or is_death(event) or (party == "owner" and instance in self.closures):
                continue
            if instance not in self.born:
                yield f"{told(event)}: {party} {instance} was never born"
            elif instance in self.ended and not self.is_consumed(instance, event):
                yield f"{told(event)}: {party} ended before by {told(self.ended[instance])}"

    def is_consumed(self, instance: int, event: Event) -> bool:
        """Whether the event itself is, or tells the outcome of, what took the instance away."""
        end = self.ended[instance]
        return end is event or (end["event"] == "Move" and event["event"] in CONSUMERS)

    def read(self, event: Event) -> Iterator[str]:
        """One more event."""
        kind = event["event"]
        yield from self.named(event)
        if kind == "Move":
            if event["from"] is not None and not event.get("partial"):
                yield from self.end(event["from"], event)
            if event["to"] is not None:
                yield from self.birth(event["to"], event)
        elif is_death(event):
            if event["instance"] is not None:
                yield from self.end(event["instance"], event)
        elif is_birth(event):
            yield from self.birth(event["instance"], event)
        elif kind in CONSTRUCTS:
            yield from self.enter(event)
        elif kind in EXITS:
            yield from self.leave(event)
        elif kind == "ClosureCreate" and event["instance"] is not None:
            yield from self.close_over(event)
        elif kind == "LoopIteration":
            yield from self.iteration(event)
        elif kind == "MatchArm":
            yield from self.arm(event)

    def close(self, unmarked: set[tuple[str, str]]) -> Iterator[str]:
        """The program is over: what still lives must have had moves that cannot be marked."""
        for instance, event in self.born.items():
            if instance not in self.ended and (place(event)[0], event["name"]) not in unmarked:
                yield f"{told(event)}: never ended"
        for event in self.constructs.values():
            yield f"{told(event)}: never left"


def check_instances(recorded: Recorded) -> dict[str, list[str]]:
    """What contradicts itself, by the program in whose file it was recorded."""
    lives = Lives()
    found: dict[str, list[str]] = {}
    for event in recorded.events:
        for complaint in lives.read(event):
            found.setdefault(place(event)[0], []).append(complaint)
    for complaint in lives.close(recorded.unmarked):
        found.setdefault(complaint.split(":", maxsplit=1)[0], []).append(complaint)
    return found


def place(event: Event) -> tuple[str, int]:
    """The program and the line of an event."""
    return Path(event["file"] or "?").stem, event["line"] or 0


def told(event: Event) -> str:
    """An event in short, program first."""
    program, line = place(event)
    return (
        f"{program}:{line}: #{event['seq']} {event['event']} {event['name'] or ''} {event['instance'] or ''}".rstrip()
    )
