"""The table of events and the table of trackers: complete, unambiguous, in step with each other."""

from __future__ import annotations

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_NAME, BY_TAG, EVENTS, Group, Other, Payload, find_event
from borrowscope.tables.trackers import BY_FUNCTION, TRACKERS


def test_93_variants_and_attempt():
    assert len(EVENTS) == len(BY_NAME) == len(BY_TAG) == 94
    assert EVENTS[-1].name == "Attempt"
    assert all(0 < row.tag < spec.FIRST_MARK for row in EVENTS)
    assert find_event("Nothing") is None


def test_every_row_says_what_it_is():
    for row in EVENTS:
        assert row.doc.endswith(".")
        assert len({own.name for own in row.fields}) == len(row.fields)
        assert not (row.is_birth and row.is_death)
        assert not (row.is_construct and (row.is_birth or row.is_death))


def test_the_fields_fit_what_the_stream_carries():
    for row in EVENTS:
        names = {own.name for own in row.fields}
        assert row.payload is not Payload.COUNTS or "weak_count" in names
        assert row.payload is not Payload.FLAGS or any(own.type == "bool" for own in row.fields)
        assert (row.other is Other.CAUSE) == row.is_death == ("cause" in names)
        assert row.other is not Other.NUMBER or len(row.fields) == 1


def test_groups_that_nothing_belongs_to():
    assert {row.group for row in EVENTS} == set(Group)


def test_trackers_record_events_of_the_table():
    assert len(BY_FUNCTION) == len(TRACKERS)
    for row in TRACKERS:
        assert row.event is None or row.event in BY_NAME
        assert row.end is None or BY_NAME[row.end].is_death or BY_NAME[row.end].is_construct
        assert row.doc
