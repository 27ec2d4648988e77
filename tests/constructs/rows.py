"""The crate `fixtures/rust/rows`: one module for each row of what a construct records, with the events it must record.

In: an exported recording. Out: for each module its events as short lines, with instances, parties and objects by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from borrowscope.tables.events import BY_NAME, Group

ROWS = Path(__file__).parents[2] / "fixtures" / "rust" / "rows"
MODULES = sorted(path.stem for path in (ROWS / "src").glob("*.rs") if path.stem != "main")
_MARK = "//~ "
_PARTIES = ("from", "to", "owner", "source")


def expected_lines(module: str, crate: Path = ROWS) -> list[str]:
    """The lines that the module says it records, blanks and all."""
    text = (crate / "src" / f"{module}.rs").read_text(encoding="utf-8")
    return [line.removeprefix(_MARK) for line in text.splitlines() if line.startswith(_MARK)]


def recorded_lines(events: Iterable[dict[str, Any]], module: str, crate: Path = ROWS) -> list[str]:
    """The events of the module's functions in order; functions' own only where the module is about them."""
    events = sorted(events, key=lambda event: event["thread"])  # how threads run beside each other is theirs
    labels = _Labels({event["instance"]: event["name"] for event in events if event["name"] is not None})
    found = []
    for event in events:
        if not (event["function"] or "").startswith(f"{crate.name}::{module}::"):
            continue
        if event["event"].startswith("Fn") and module != "function":
            continue
        found.append(labels.line(event))
    return found


class _Labels:
    """Names for instances and objects: `x`, `x#2` for the second one of that name, `_` without a name, `@1`."""

    def __init__(self, names: dict[int | None, str]) -> None:
        self._names = names
        self._instances: dict[int, str] = {}
        self._objects: dict[str, str] = {}
        self._counts: dict[str, int] = defaultdict(int)

    def _instance(self, number: int) -> str:
        if number not in self._instances:
            base = self._names.get(number, "_")
            self._counts[base] += 1
            self._instances[number] = base if self._counts[base] == 1 else f"{base}#{self._counts[base]}"
        return self._instances[number]

    def _object(self, text: str) -> str:
        return self._objects.setdefault(text, f"@{len(self._objects) + 1}")

    def line(self, event: dict[str, Any]) -> str:
        row = BY_NAME[event["event"]]
        parts = [event["event"]]
        if event["instance"] is not None:
            parts.append(self._instance(event["instance"]))
        elif event["name"] is not None:
            parts.append(f"({event['name']})")
        others = [party for party in _PARTIES if event[party] not in (None, event["instance"])]
        parts.extend(f"{party}={self._instance(event[party])}" for party in others)
        parts.extend(
            f"{own.name}={_text(event[own.name])}"
            for own in row.fields
            if own.name in event and own.name != "address"  # differs from run to run; the object tells it
        )
        if (row.is_birth or row.group is Group.EXPRESSIONS) and event["ty"] is not None:
            parts.append(f"ty={event['ty']}")
        if event["object"] is not None:
            parts.append(self._object(event["object"]))
        return " ".join(parts)


def _text(value: object) -> str:
    words = {True: "true", False: "false", None: "null"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
