"""What all events with the same kind and the same site have in common: name, type, place, fixed fields.

In: the sites by number, the paths of files. Out: `Shapes.of(word)`, one shape for each first word of a slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_TAG, EventRow
from borrowscope.tables.recording_files import SiteRecord
from borrowscope.trace.meanings import HandSite


@dataclass(frozen=True, slots=True)
class Shape:
    """The part of an event that does not change."""

    row: EventRow
    site: int
    name: str | None = None
    ty: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    function: str | None = None
    fields: dict[str, Any] | None = None
    giver: str | None = None  # the name of the binding that a value comes from, as the site has it
    may_leave_early: bool = False  # the scope has other ways out than its end, and the stream does not tell which
    is_by_hand: bool = False  # a call told the event, not generated code
    may_be_torn_down: bool = False  # by whoever drops a suspended coroutine: a way out may be somebody else's


class Shapes:
    """Makes shapes and keeps them."""

    def __init__(self, sites: Mapping[int, SiteRecord], paths: Mapping[int, str]) -> None:
        self._sites = sites
        self._paths = paths
        self._shapes: dict[int, Shape] = {}
        self._first_by_hand = spec.SITE_MASK + 1
        self._by_hand: Sequence[HandSite] = ()

    @property
    def last_site(self) -> int:
        """The largest number of a site of generated code."""
        return max((number for number in self._sites if number <= spec.SITE_MASK), default=0)

    def declare(self, first: int, sites: Sequence[HandSite]) -> None:
        """Make the sites of calls known; they are numbered from `first` on."""
        self._first_by_hand, self._by_hand = first, sites

    @property
    def has_hand_made(self) -> bool:
        """Whether there are events of calls made by hand."""
        return len(self._by_hand) > 0

    def is_by_hand(self, number: int) -> bool:
        """Whether a site is that of calls."""
        return number >= self._first_by_hand

    def _of_calls(self, number: int) -> HandSite | None:
        place = number - self._first_by_hand
        return self._by_hand[place] if 0 <= place < len(self._by_hand) else None

    def of(self, word: int) -> Shape:
        """The shape of the events that begin with this word."""
        shape = self._shapes.get(word)
        if shape is None:
            shape = self._shapes[word] = self._make(BY_TAG[word >> spec.KIND_SHIFT], word & spec.SITE_MASK)
        return shape

    def type_of(self, number: int) -> str | None:
        """The type that a site tells, or the site of its binding."""
        if self.is_by_hand(number):
            told = self._of_calls(number)
            return told.ty if told else None
        site = self._sites.get(number)
        if site is None:
            return None
        binding = self._binding(site)
        return site.ty or (binding.ty if binding else None)

    def _make(self, row: EventRow, number: int) -> Shape:
        if self.is_by_hand(number):
            return _by_hand(row, number, self._of_calls(number))
        site = self._sites.get(number)
        if site is None:
            return Shape(row, number, fields=_fixed_fields(row, {}, None))
        binding = self._binding(site)
        return Shape(
            row,
            number,
            None if row.is_construct else site.name or (binding.name if binding else None),
            self.type_of(number),
            self._paths.get(site.file),
            site.line,
            site.column,
            site.function,
            _fixed_fields(row, site.fields, site.function),
            giver=self._owner_name(site),
            may_leave_early=bool(site.fields.get("may_leave_early")),
            may_be_torn_down=bool(site.fields.get("may_be_torn_down")),
        )

    def _binding(self, site: SiteRecord) -> SiteRecord | None:
        """The site of the binding that a construct concerns."""
        return None if site.binding is None else self._sites.get(site.number - site.index + site.binding)

    def _owner_name(self, site: SiteRecord) -> str | None:
        owner = None if site.owner is None else self._sites.get(site.number - site.index + site.owner)
        return owner.name if owner else None


def _by_hand(row: EventRow, number: int, site: HandSite | None) -> Shape:
    """The shape of a call's event. Why a value ended is not told by hand, which is what an open cause says."""
    if site is None:
        return Shape(row, number, fields=_fixed_fields(row, {}, None), is_by_hand=True)
    return Shape(
        row,
        number,
        None if row.is_construct else site.name,
        site.ty,
        site.file,
        site.line,
        site.column,
        fields=_fixed_fields(row, site.fields, None),
        giver=site.giver,
        may_leave_early=True,
        is_by_hand=True,
    )


def _fixed_fields(row: EventRow, known: Mapping[str, Any], function: str | None) -> dict[str, Any]:
    """The variant's own fields as far as the site knows them; the name of a traced function is the site's."""
    fields = {}
    for own in row.fields:
        value = known.get(own.name)
        if value is None and own.name == "fn_name" and row.is_construct:
            value = function
        if value or not own.optional:
            fields[own.name] = value
    return fields
