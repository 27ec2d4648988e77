"""One event of a recording, as readers see it (reference: recording.md, "One event as JSON").

In: nothing, this is a value. Out: `Event`, shared by every report and export.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Event:
    """The keys of the table in recording.md; `fields` holds the variant's own, in the table's order."""

    seq: int
    time_ns: int
    process: int
    thread: int
    thread_name: str | None
    event: str
    name: str | None
    instance: int | None
    ty: str | None
    owner: int | None
    from_: int | None
    to: int | None
    source: int | None
    object: str | None
    file: str | None
    line: int | None
    column: int | None
    function: str | None
    site: int | None = None  # number of the site, key into Recording.sites; not exported
    fields: dict[str, Any] = field(default_factory=dict)
