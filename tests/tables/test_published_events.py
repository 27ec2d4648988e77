"""The public event's variants: complete, and in step with the table of recorded events."""

from __future__ import annotations

import pytest

from borrowscope.tables.events import BY_NAME, EVENTS
from borrowscope.tables.published_events import (
    BY_VARIANT,
    FIELD_DOCS,
    PREDICATES,
    PUBLISHED_EVENTS,
    PublishedEvent,
    Role,
)

LATER = {"StackAddr", "StackField", "HeapAddr", "HeapRealloc", "StackPadding"}
RUST_TYPES = {"bool": "bool", "int": "usize", "str": "String", "list": "Vec<String>"}


def test_every_recorded_event_has_a_public_variant_but_attempts():
    assert len(BY_VARIANT) == len(PUBLISHED_EVENTS) == 93
    assert set(BY_VARIANT) == {row.name for row in EVENTS} - {"Attempt"}


def test_the_later_variants_stand_last():
    assert {row.name for row in PUBLISHED_EVENTS[-5:]} == LATER


@pytest.mark.parametrize("row", PUBLISHED_EVENTS, ids=lambda row: row.name)
def test_fields(row: PublishedEvent):
    names = [field.name for field in row.fields]
    assert len(set(names)) == len(names)
    assert row.label is None or row.label in names
    recorded = {own.name: own for own in BY_NAME[row.name].fields}
    for field in (*row.fields, *row.more):
        own = recorded.get(field.own or field.name)
        if field.role is Role.OWN:
            assert own, field.name
            assert field.type in {RUST_TYPES[own.type], f"Option<{RUST_TYPES[own.type]}>"}
        else:
            assert "String" in field.type


def test_predicates_ask_for_what_there_is():
    names = [row.name for row in PREDICATES]
    assert len(set(names)) == len(names) == 25
    for at, row in enumerate(PREDICATES):
        assert bool(row.variants) != bool(row.any_of)
        assert set(row.variants) <= set(BY_VARIANT)
        assert set(row.any_of) <= set(names[:at])


def test_every_field_is_documented():
    assert set(FIELD_DOCS) == {field.name for row in PUBLISHED_EVENTS for field in row.fields}
    assert all(doc.endswith(".") for doc in FIELD_DOCS.values())
