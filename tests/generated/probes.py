"""Compares the state of locks and cells, where programs probe it, with the guards that are recorded as alive.

In: a stream of truths among events. Out: one message for each probe at which the recording says something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.generated.families import is_recorded
from tests.generated.order import Context
from tests.generated.recorded import is_birth, is_death
from tests.generated.streams import Event, Stream, Truth

ACQUIRES = ("LockGuardAcquire", "RefCellBorrow")
RELEASES = ("LockGuardDrop", "RefCellDrop")


@dataclass(slots=True)
class Guards:
    """The guards that live, by instance: whom they guard, and whether alone; and the locks that may be guarded."""

    alive: dict[int, tuple[set[int | str], bool]] = field(default_factory=dict)
    bindings: dict[str, list[int]] = field(default_factory=dict)  # by label: the instances that live, oldest first

    def read(self, event: Event, labels: dict[int, str]) -> None:
        """One more event."""
        instance = event["instance"]
        if event["event"] in ACQUIRES and event.get("success", True) and instance is not None:
            whom = {event["owner"], address(event)} - {None}
            self.alive[instance] = (whom, is_alone(event))
        elif event["event"] in RELEASES:
            self.alive.pop(instance, None)
        elif event["event"] == "Move" and not event.get("partial") and event["from"] in self.alive:
            guard = self.alive.pop(event["from"])
            if event["to"] is not None:
                self.alive[event["to"]] = guard
        self.follow(event, labels)

    def follow(self, event: Event, labels: dict[int, str]) -> None:
        """Which bindings live."""
        if is_birth(event):
            self.bindings.setdefault(labels.get(event["instance"], ""), []).append(event["instance"])
        elif is_death(event) or event["event"] == "Move":
            living = self.bindings.get(labels.get(event["instance"], ""), [])
            if event["instance"] in living and not event.get("partial"):
                living.remove(event["instance"])
        if event["to"] is not None:
            self.bindings.setdefault(labels.get(event["to"], ""), []).append(event["to"])

    def of(self, label: str, lies_at: str) -> list[bool]:
        """Whether the guards of a lock, known by its binding or its address, hold it alone."""
        names = {lies_at, *self.bindings.get(label, [])[-1:]}
        return [alone for whom, alone in self.alive.values() if whom & names]


def address(event: Event) -> str | None:
    """Where the guarded thing lies."""
    return event["object"].split("#", maxsplit=1)[0] if event["object"] is not None else None


def is_alone(event: Event) -> bool:
    """Whether the guard excludes all others."""
    return bool(event["is_mutable"]) if "is_mutable" in event else event.get("lock_type") != "RwLock::read"


FITS: dict[str, Callable[[list[bool]], bool]] = {
    "free": lambda guards: not guards,
    "shared": lambda guards: bool(guards) and not any(guards),
    "exclusive": lambda guards: guards == [True],
}


def check_probes(stream: Stream, context: Context) -> list[str]:
    """The probes that the recording contradicts. Where a guard may be unobserved, only false holders count."""
    guards, complaints = Guards(), []
    for item in stream.items:
        if not isinstance(item, Truth):
            guards.read(item, context.recorded.labels)
            continue
        kind, *words = item.words
        if kind not in ("probe", "probe?") or not all(map(is_recorded, ACQUIRES)):
            continue
        label, state, lies_at = words
        found = guards.of(label, lies_at.removeprefix("@"))
        if not FITS[state](found) and not (kind == "probe?" and len(found) <= 1 and state != "free"):
            complaints.append(f"round {stream.round}, thread {stream.thread}: {item.text}, recorded holders: {found}")
    return complaints
