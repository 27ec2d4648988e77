"""Compares how many hold a shared value, where programs count, with the counts and the holders that are recorded.

In: a stream of truths among events. Out: one message for each count at which the recording says something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.generated.order import Context
from tests.generated.recorded import is_birth, is_death
from tests.generated.streams import Event, Stream, Truth

STRONG = frozenset({"RcNew", "RcClone", "ArcNew", "ArcClone"})
WEAK = frozenset({"WeakNew", "WeakClone"})


@dataclass(slots=True)
class Holders:
    """Who holds what on one thread: instances by object, and objects that somebody unknown may hold."""

    strong: dict[int, str] = field(default_factory=dict)
    told: dict[str, Event] = field(default_factory=dict)  # the last event that told counts, by the binding's label
    escaped: set[str] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)  # bindings that hold something, nobody knows what

    def read(self, event: Event, label: str) -> None:
        """One more event."""
        kind, instance, object_ = event["event"], event["instance"], event["object"]
        if kind in STRONG | WEAK:
            self.told[label] = event
            if instance is None or event["name"] is None:
                self.escaped.add(object_)
            elif kind in STRONG:
                self.strong[instance] = object_
        elif kind == "Move" and event["from"] in self.strong:
            self.move(event)
        elif is_death(event):
            self.strong.pop(instance, None)
            self.unknown.discard(instance)
        elif is_birth(event):
            self.told.pop(label, None)
            if re.search(r"\bA?[Rr]c<", event["ty"] or ""):
                self.unknown.add(instance)

    def move(self, event: Event) -> None:
        """A holder gives its share to a binding, or to nobody that is known."""
        object_ = self.strong.pop(event["from"])
        if event["to"] is None or event.get("partial"):
            self.escaped.add(object_)
        else:
            self.strong[event["to"]] = object_


def check_counts(stream: Stream, context: Context) -> list[str]:
    """The counts that the recording contradicts."""
    holders, complaints = Holders(), []
    for place, item in enumerate(stream.items):
        if not isinstance(item, Truth):
            holders.read(item, context.recorded.labels.get(item["instance"], ""))
        elif item.words[0] in ("counts", "counts?"):
            kind, label = item.words[:2]
            if kind == "counts?" and label not in holders.told:
                continue
            event = holders.told.get(label)
            complaints += [
                f"round {stream.round}, thread {stream.thread}: {item.text}, recorded: {complaint}"
                for complaint in contradictions(item, event, holders, is_fresh=is_fresh(stream, place, event))
            ]
    return complaints


def contradictions(item: Truth, event: Event | None, holders: Holders, *, is_fresh: bool) -> list[str]:
    """What the recording says otherwise about the binding that was just counted."""
    if event is None:
        return ["no counts"]
    strong, weak = (int(count) for count in item.words[2:])
    found = []
    if is_fresh:
        if "strong_count" in event and event["strong_count"] != strong:
            found.append(f"strong_count {event['strong_count']}")
        if event["weak_count"] != weak:
            found.append(f"weak_count {event['weak_count']}")
    known = sum(object_ == event["object"] for object_ in holders.strong.values())
    may_be_more = event["object"] in holders.escaped or holders.unknown
    if event["object"] is not None and (known > strong or (known < strong and not may_be_more)):
        found.append(f"{known} holders")
    return found


def is_fresh(stream: Stream, place: int, event: Event | None) -> bool:
    """Whether the count was taken right behind the event that tells counts: nothing but truths lies between."""
    for item in reversed(stream.items[:place]):
        if not isinstance(item, Truth):
            return item is event
    return False
