"""The lives of bindings that never ended: values that nobody dropped or gave away.

In: a recording. Out: counts by birth. A binding whose site says that its end is not recorded (`is_guarded` false, or no
drop at all) is never called alive. Of what was told by hand, ends are expected where another value of the same site had
one.
"""

from __future__ import annotations

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS
from borrowscope.tables.recording_files import SiteRecord
from borrowscope.trace.recording import Recording
from borrowscope.trace.tallies import Typed, finished_sites, unfinished

BIRTHS = frozenset(row.name for row in EVENTS if row.is_birth)
ENDS = frozenset(row.name for row in EVENTS if row.is_death)


def find_alive(recording: Recording) -> list[Typed]:
    """Lives that need a drop and have not ended, where the end would have been recorded; in the order of birth."""
    sites, shapes = recording.sites, recording.table.shapes
    ending: set[int] = set()
    if shapes.has_hand_made or any(site.needs_drop and is_end_recorded(site) is None for site in sites.values()):
        ending = finished_sites(recording.table)

    def is_wanted(word: int) -> bool:
        number = word & spec.SITE_MASK
        site = sites.get(number)
        if site is None:
            return shapes.is_by_hand(number) and number in ending
        if not site.needs_drop:
            return False
        told = is_end_recorded(site)
        return number in ending if told is None else told

    return unfinished(recording.table, is_wanted)


def is_end_recorded(site: SiteRecord) -> bool | None:
    """Whether the end of the site's binding is recorded; None where the recording does not say."""
    if site.is_guarded is not None:
        return site.is_guarded
    told: bool | None = site.fields.get("guarded")
    return told
