"""The lives of bindings: which instance was born where, and whether its end was seen.

In: events in `seq` order, and the sites. Out: `Life` values. A binding whose site says that its end is not recorded
(`is_guarded` false, or no drop at all) is never called alive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from borrowscope.tables.events import EVENTS
from borrowscope.tables.recording_files import SiteRecord
from borrowscope.trace.event import Event

BIRTHS = frozenset(row.name for row in EVENTS if row.is_birth)
ENDS = frozenset(row.name for row in EVENTS if row.is_death)


@dataclass(slots=True)
class Life:
    """One instance of a binding. `site` is its own site's number; `has_ended` once a drop or a move took it."""

    instance: int
    name: str
    ty: str | None
    file: str
    line: int
    site: int | None
    has_ended: bool = False


class Lives:
    """All lives of a recording, filled event by event."""

    def __init__(self, sites: Mapping[int, SiteRecord]) -> None:
        self._sites = sites
        self._lives: dict[int, Life] = {}
        self._ending_sites: set[int | None] = set()

    @property
    def count(self) -> int:
        """How many instances there were."""
        return len(self._lives)

    def find(self, instance: int) -> Life | None:
        """The life of an instance."""
        return self._lives.get(instance)

    def add(self, event: Event) -> None:
        """Take one event: a birth, an end, or neither."""
        if event.event in ENDS:
            self._end(event.instance)
        elif event.event == "Move":
            self._move(event)
        elif event.instance is not None and event.event in BIRTHS and event.instance not in self._lives:
            self._born(event.instance, event)

    def alive(self) -> Iterator[Life]:
        """Lives that need a drop and have not ended, where the end would have been recorded."""
        for life in self._lives.values():
            site = self._sites.get(life.site) if life.site is not None else None
            if life.has_ended or site is None or not site.needs_drop:
                continue
            if is_end_recorded(site) or (is_end_recorded(site) is None and life.site in self._ending_sites):
                yield life

    def _move(self, event: Event) -> None:
        if not event.fields.get("partial"):
            self._end(event.from_ if event.from_ is not None else event.instance)
        if event.to is not None and event.to not in self._lives:
            self._born(event.to, event)

    def _born(self, instance: int, event: Event) -> None:
        # A move tells the name of what moved; its site is the new binding's own.
        site = self._sites.get(event.site) if event.site is not None else None
        name = (site.name if site else None) or event.name or "(unnamed)"
        ty = event.ty or (site.ty if site else None)
        self._lives[instance] = Life(instance, name, ty, event.file or "", event.line or 0, event.site)

    def _end(self, instance: int | None) -> None:
        life = self._lives.get(instance) if instance is not None else None
        if life:
            life.has_ended = True
            self._ending_sites.add(life.site)


def is_end_recorded(site: SiteRecord) -> bool | None:
    """Whether the end of the site's binding is recorded; None where the recording does not say."""
    if site.is_guarded is not None:
        return site.is_guarded
    told: bool | None = site.fields.get("guarded")
    return told
