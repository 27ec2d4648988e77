"""What the table of events says of a kind, as columns: `IS_DEATH[kind]` for millions of kinds at once.

In: `tables/events.py`. Out: look-up columns by wire tag.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from borrowscope.tables.events import EVENTS, EventRow, Other, Payload
from borrowscope.trace.columns import Mask

KINDS = 128  # kinds of slots have seven bits
_BEGINNINGS = ("Enter", "AwaitStart")
_PARTIES = frozenset({Other.OWNER, Other.SOURCE, Other.TO})


def is_beginning(row: EventRow) -> bool:
    """Whether the event's own instance begins with it (a move's target apart)."""
    is_birth = row.is_birth and row.other is not Other.TO
    return is_birth or (row.is_construct and row.name.endswith(_BEGINNINGS))


def _where(holds: Callable[[EventRow], bool]) -> Mask:
    mask = np.zeros(KINDS, np.bool_)
    mask[[row.tag for row in EVENTS if holds(row)]] = True
    return mask


def named(*names: str) -> Mask:
    """The kinds of these variants."""
    return _where(lambda row: row.name in names)


BEGINS = _where(is_beginning)
IS_BIRTH = _where(lambda row: row.is_birth)
IS_DEATH = _where(lambda row: row.is_death)
IS_MOVE = _where(lambda row: row.other is Other.TO)
HAS_PARTY = _where(lambda row: row.other in _PARTIES)
HAS_OWNER = _where(lambda row: row.other is Other.OWNER)
HAS_TYPE = _where(lambda row: row.other is Other.TYPE)
HAS_TYPE_MARK = _where(lambda row: row.payload is Payload.TYPE)
HAS_OBJECT = _where(lambda row: row.payload not in {Payload.NONE, Payload.TYPE})
