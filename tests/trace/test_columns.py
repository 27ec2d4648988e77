"""The reader of columns says the same as a plain one, event by event, of whole and of damaged streams."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from borrowscope.tables.events import EVENTS
from borrowscope.tables.recording_files import SiteRecord
from borrowscope.trace import columns, events
from borrowscope.trace.event import Event
from borrowscope.trace.events import Events
from borrowscope.trace.shapes import Shapes
from borrowscope.trace.stream import decode_stream
from borrowscope.trace.table import make_table
from tests.trace import plain_reader
from tests.trace.plain_calls import replace_calls
from tests.trace.random_streams import SITES, damaged, random_recording

FAR = 1 << 62  # a damaged clock may tell times beyond what columns hold


@pytest.fixture(params=[1 << 18, 7], ids=["one block", "many blocks"])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns.blocks, "__defaults__", (request.param,))
    monkeypatch.setattr(events, "_BLOCK", request.param)


def sites(random: Random) -> dict[int, SiteRecord]:
    """Sites of all sorts: some name a binding's site, some tell no type."""
    made = []
    for index in range(SITES):
        place = {"line": index + 1, "column": 1, "end_line": index + 1, "end_column": 2, "function": "demo::main"}
        told: dict[str, Any] = {
            "name": random.choice((None, f"x{index}")),
            "ty": random.choice((None, f"T{index}")),
            "binding": random.choice((None, random.randrange(SITES))),
            "owner": random.choice((None, random.randrange(SITES))),
            "fields": random.choice(({}, {"may_leave_early": True}, {"pattern": "_"})),
        }
        made.append(SiteRecord(file=1, index=index, kind="let", event=random.choice(EVENTS).name, **place, **told))
    return {site.number: site for site in made}


def both(streams: Iterable[bytes], known: dict[int, SiteRecord]) -> tuple[list[Event], list[Event]]:
    """What both readers make of the same bytes."""
    data = list(streams)
    shapes = Shapes(known, {1: "src/main.rs"})
    ours = [decode_stream(one, f"{place}") for place, one in enumerate(data)]
    plain = [plain_reader.decode(one, f"{place}") for place, one in enumerate(data)]
    for left, right in zip(ours, plain, strict=True):
        assert [note for note in left.notes if "cut off" not in note] == right.notes
        assert left.event_count == right.event_count
    found = list(Events(make_table(ours, shapes)))
    apart = Shapes(known, {1: "src/main.rs"})
    first = replace_calls(plain, apart)
    expected = plain_reader.join_events(plain, apart)
    for event in expected:
        event.time_ns = min(event.time_ns, FAR)
    for left, right in zip(ours, plain, strict=True):
        assert [note for note in left.notes if "cut off" not in note] == right.notes
    compare_sites(found, expected, first)
    return found, expected


def compare_sites(found: list[Event], expected: list[Event], first: int) -> None:
    """The plain reader gives each event of a call a site of its own, here they share what is the same."""
    shared: dict[int, str] = {}
    for one, other in zip(found, expected, strict=True):
        if other.site is not None and other.site >= first:
            assert one.site is not None
            assert one.site >= 256 + SITES
            told = repr((one.event, one.file, one.line, one.column))
            assert shared.setdefault(one.site, told) == told
            one.site = other.site = None


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("seed", range(60))
def test_whole_streams(seed: int):
    random = Random(seed)
    ours, plain = both(random_recording(random), sites(random))
    assert ours == plain


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("seed", range(60))
def test_damaged_streams(seed: int):
    random = Random(seed)
    streams = [damaged(random, data) for data in random_recording(random)]
    ours, plain = both(streams, sites(random))
    assert ours == plain
