"""What one recording of generated programs holds, ready for questions: events, sites, what was skipped, names.

In: the folder of a recording. Out: `Recorded`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from borrowscope.tables.events import BY_NAME
from tests.drops.drop_order import function_name
from tests.drops.programs import exported_events, instrument_report
from tests.generated.streams import Event


@dataclass(slots=True, frozen=True)
class Site:
    """One observed construct, as sites.json has it."""

    event: str
    file: str
    line: int
    column: int
    name: str | None


class Recorded:
    """One recording."""

    def __init__(self, folder: Path) -> None:
        self.events = exported_events(folder)
        self.report: dict[str, Any] = instrument_report(folder)
        written = json.loads((folder / "sites.json").read_text())
        paths = {file["id"]: file["path"] for file in written["files"]}
        self.sites = [
            Site(one["event"], find_path(paths, one["file"]), one["line"], one["column"], one["name"])
            for one in written["sites"]
        ]

    @cached_property
    def site_lines(self) -> set[tuple[str, str, int]]:
        """Where each event may be told: event, program, line."""
        return {(site.event, Path(site.file).stem, site.line) for site in self.sites}

    @cached_property
    def unmarked(self) -> set[tuple[str, str]]:
        """Program and name of bindings whose end nobody could tell: one of their moves cannot be marked."""
        reasons = ("unmarked_move", "type_unknown")
        return {(Path(one["file"]).stem, one["name"]) for one in self.report["skipped"] if one["reason"] in reasons}

    @cached_property
    def labels(self) -> dict[int, str]:
        """`FUNCTION.BINDING` of every instance whose name is known."""
        found: dict[int, str] = {}
        targets: dict[int, Event] = {}
        for event in self.events:
            instance, name = event["instance"], event["name"]
            if instance is not None and name is not None and event["function"] is not None:
                found.setdefault(instance, label(event["function"], name))
            if event["to"] is not None:
                targets[event["to"]] = event
        names = {(site.file, site.line, site.column): site.name for site in self.sites if site.event == "Move"}
        for instance, event in targets.items():
            name = names.get((event["file"], event["line"], event["column"]))
            if instance not in found and name is not None:
                found[instance] = label(event["function"], name)
        return found


def find_path(paths: dict[int, str], number: int) -> str:
    """The path of a file that owns this id, or the ids that follow its own."""
    return paths[max(known for known in paths if known <= number)]


def label(function: str, name: str) -> str:
    """How generated programs call a binding."""
    return f"{function_name(function)}.{name}"


def is_birth(event: Event) -> bool:
    """Whether the event gives its own instance its life."""
    return event["event"] != "Move" and BY_NAME[event["event"]].is_birth and event["instance"] is not None


def is_death(event: Event) -> bool:
    """Whether the event ends its instance."""
    return BY_NAME[event["event"]].is_death
