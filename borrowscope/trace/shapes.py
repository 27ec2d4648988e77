"""What all events with the same kind and the same site have in common: name, type, place, fixed fields.

In: the sites by number, the paths of files. Out: `Shapes.of(word)`, one shape for each first word of a slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_TAG, EventRow
from borrowscope.tables.recording_files import SiteRecord


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
    may_be_torn_down: bool = False  # by whoever drops a suspended coroutine: a way out may be somebody else's


class Shapes:
    """Makes shapes and keeps them."""

    def __init__(self, sites: Mapping[int, SiteRecord], paths: Mapping[int, str]) -> None:
        self._sites = sites
        self._paths = paths
        self._shapes: dict[int, Shape] = {}

    def of(self, word: int) -> Shape:
        """The shape of the events that begin with this word."""
        shape = self._shapes.get(word)
        if shape is None:
            shape = self._shapes[word] = self._make(BY_TAG[word >> spec.KIND_SHIFT], word & spec.SITE_MASK)
        return shape

    def type_of(self, number: int) -> str | None:
        """The type that a site tells, or the site of its binding."""
        site = self._sites.get(number)
        if site is None:
            return None
        binding = self._binding(site)
        return site.ty or (binding.ty if binding else None)

    def _make(self, row: EventRow, number: int) -> Shape:
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
