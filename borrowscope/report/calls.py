"""One execution of a function: the events between its entry and its exit on one thread, without what it called.

In: events in `seq` order and a function's path. Out: `Call`, and how many there were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from borrowscope.trace.event import Event


@dataclass(slots=True)
class Call:
    """One execution. `number` counts from 1 in the order of entry; `entry` is None where entries are not recorded."""

    number: int
    entry: Event | None
    events: list[Event] = field(default_factory=list)
    has_ended: bool = False


@dataclass(slots=True)
class _Frame:
    instance: int | None
    call: Call | None


def find_call(events: Iterable[Event], function: str, number: int) -> tuple[Call | None, int]:
    """The call with the number, and how many calls there were; closures inside the function belong to it."""
    stacks: dict[tuple[int, int], list[_Frame]] = defaultdict(list)
    total, found = 0, None
    for event in events:
        stack = stacks[(event.process, event.thread)]
        if event.event == "FnEnter":
            call = None
            if event.function == function:
                total += 1
                call = Call(total, event) if total == number else None
                found = call or found
            stack.append(_Frame(event.instance, call))
        elif event.event == "FnExit":
            _leave(stack, event.instance)
        elif stack and stack[-1].call and _is_within(event.function, function):
            stack[-1].call.events.append(event)
    if total == 0:
        found = _without_entries(events, function)
        total = 1 if found else 0
    return found, total


def _leave(stack: list[_Frame], instance: int | None) -> None:
    """Pop the frame of the instance, and those above it whose exits were not seen."""
    if all(frame.instance != instance for frame in stack):
        return
    while stack:
        frame = stack.pop()
        if frame.instance == instance:
            if frame.call:
                frame.call.has_ended = True
            return


def _is_within(path: str | None, function: str) -> bool:
    return path is not None and (path == function or path.startswith(f"{function}::{{"))


def _without_entries(events: Iterable[Event], function: str) -> Call | None:
    mine = [event for event in events if _is_within(event.function, function)]
    if not mine:
        return None
    thread = (mine[0].process, mine[0].thread)
    return Call(1, None, [event for event in mine if (event.process, event.thread) == thread])
