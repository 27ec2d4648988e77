"""`guards.rs`: functions that take locks and cells, each followed by the guard events that it must record.

In: an exported recording. Out: for each function its guard events as short lines, with names for instances and objects.
A line `//~ ..` holds for both editions, `//2021~ ..` and `//2024~ ..` for one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("guards.rs")
_FUNCTION = re.compile(r"^(?:    )?(?:pub )?(?:async )?fn (\w+)")
_LINE = re.compile(r"^ *//(\d*)~ (.+)$")
_WORDS = {
    "Attempt": "attempt",
    "Lock": "lock",
    "LockGuardAcquire": "acquire",
    "LockGuardDrop": "release",
    "RefCellBorrow": "borrow",
    "RefCellDrop": "release",
    "Move": "move",
}


def expected(edition: str) -> dict[str, list[str]]:
    """The lines below each function."""
    found: dict[str, list[str]] = defaultdict(list)
    name = ""
    for text in FILE.read_text(encoding="utf-8").splitlines():
        if function := _FUNCTION.match(text):
            name = function.group(1)
        elif (line := _LINE.match(text)) and line.group(1) in ("", edition):
            found[name].append(line.group(2))
    return found


def recorded(events: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """The guard events of each function, closures included, in order."""
    events = list(events)
    names = {event["instance"]: event["name"] for event in events if event["name"] is not None}
    names |= {event["to"]: event["name"] for event in events if event["to"] is not None and event["to"] not in names}
    objects: dict[str, dict[str, str]] = defaultdict(dict)
    found: dict[str, list[str]] = defaultdict(list)
    for event in events:
        function = (event["function"] or "").split("::{closure")[0].rpartition("::")[2]
        if not _is_about_guards(event):
            continue
        mine = objects[function]
        place = mine.setdefault(event["object"], f"@{len(mine) + 1}") if event["object"] else "@?"
        found[function].append(_line(event, names, place))
    return found


def _is_about_guards(event: dict[str, Any]) -> bool:
    if event["event"] == "Move":
        return (event["ty"] or "").startswith(("MutexGuard", "Ref<", "RefMut<", "RwLock"))
    return event["event"] in _WORDS and event.get("operation") != "join"


def _line(event: dict[str, Any], names: dict[int | None, str], place: str) -> str:
    """Who and whose, then where, then the own fields that matter."""
    kind = event["event"]
    whose = [f"of {names.get(event['owner'], '?')}"] if event["owner"] is not None else []
    who = [event["name"] or "_"] if event["instance"] is not None or kind == "Move" else []
    to = [f"to {names.get(event['to'], '?')}"] if event["to"] is not None else []
    every: dict[str, list[Any]] = {
        "Attempt": [event.get("operation")],
        "Lock": [event.get("lock_type"), "taken" if event.get("success") else "refused"],
        "LockGuardAcquire": [event.get("lock_type")],
        "RefCellBorrow": [
            "mut" if event.get("is_mutable") else "shared",
            *([] if event.get("success") else ["refused"]),
        ],
        "Move": [],
    }
    own = every.get(kind, [str(event.get("cause"))])
    return " ".join([_WORDS[kind], *who, *to, *whose, place, *map(str, own)])
