"""JSON lines: the keys of the reference, always present and in order, then the variant's own fields."""

from __future__ import annotations

import io
import json

import pytest

from borrowscope.export.jsonl import write_jsonl
from borrowscope.tables.events import EVENTS
from borrowscope.trace.recording import load_recording
from tests.runtime.recorded import write_sites
from tests.trace.streams import chunk, head, stream

KEYS = [
    *["seq", "time_ns", "process", "thread", "thread_name", "event", "name", "instance", "ty"],
    *["owner", "from", "to", "source", "object", "file", "line", "column", "function"],
]


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """One event of each variant, as exported."""
    folder = tmp_path_factory.mktemp("rec")
    write_sites(folder, [{"name": 'ünder "quotes"', "fields": {"pattern": "Some(_)", "operation": "lock"}}])
    (folder / "1-1.bsstream").write_bytes(stream(chunk(head(row.name, instance=1) for row in EVENTS)))
    out = io.StringIO()
    write_jsonl(load_recording(folder).events, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_variant_has_every_key(objects):
    assert [one["event"] for one in objects] == [row.name for row in EVENTS]
    for one, row in zip(objects, EVENTS, strict=True):
        assert list(one)[: len(KEYS)] == KEYS
        assert set(list(one)[len(KEYS) :]) == {own.name for own in row.fields if not own.optional}


def test_own_fields_come_from_the_site(objects):
    by_name = {one["event"]: one for one in objects}
    assert by_name["MatchArm"]["pattern"] == "Some(_)"
    assert by_name["Attempt"]["operation"] == "lock"
    assert by_name["Drop"]["cause"] == "scope_end"
    assert by_name["FnEnter"]["fn_name"] == "demo::main"
    assert by_name["New"]["name"] == 'ünder "quotes"'
    assert by_name["LoopEnter"]["name"] is None


def test_no_own_field_hides_a_key_of_the_table():
    assert all(own.name not in KEYS for row in EVENTS for own in row.fields)
