"""What is done with columns, on columns that fit on a line."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from borrowscope.report.summary import summarize
from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import Group, chased, counted, groups, last_of_each, one_of
from borrowscope.trace.recording import load_recording
from tests.runtime.recorded import write_sites
from tests.trace.streams import check_slots, chunk, head, stream

MOST_BYTES = 100  # of memory for each event, at the peak


def test_groups_stand_in_the_order_of_their_first_rows():
    words, types = np.array([7, 3, 7, 3, 7]), np.array([1, 1, 2, 1, 1])
    assert groups(words, types) == [Group((7, 1), 2, 0), Group((3, 1), 2, 1), Group((7, 2), 1, 2)]
    assert groups(words[:0], types[:0]) == []


def test_ways_are_followed_to_their_ends():
    parents = np.array([0, 0, 1, 2, 0, 4, 3], np.uint32)
    assert chased(parents).tolist() == [0, 1, 1, 1, 4, 4, 1]
    line = np.arange(-1, 1000).clip(0).astype(np.uint32)
    assert set(chased(line).tolist()[1:]) == {1}


def test_the_last_of_equal_keys():
    assert last_of_each(np.array([1, 1, 2, 5, 5])).tolist() == [False, True, True, False, True]
    assert last_of_each(np.array([], int)).tolist() == []


def test_counts_and_membership():
    column = np.array([5, 9, 5, 1], np.uint32)
    assert counted(column) == {1: 1, 5: 2, 9: 1}
    assert one_of(column, [5, 4]).tolist() == [True, False, True, False]
    assert one_of(column, []).tolist() == [False] * 4


def test_memory_is_some_bytes_for_each_event(tmp_path: Path):
    """Between two sizes: what a reader takes for a block or a chunk does not count."""
    few, many = 200_000, 1_000_000
    peaks = [_peak(tmp_path / str(events), events) for events in (few, many)]
    assert (peaks[1] - peaks[0]) / (many - few) < MOST_BYTES


def _peak(folder: Path, events: int) -> int:
    write_sites(folder, [{"name": "x", "ty": "T"}, {"event": "Borrow", "name": "r"}, {"event": "Move"}])
    (folder / "1-1.bsstream").write_bytes(stream(*_chunks(events)))
    tracemalloc.start()
    summary = summarize(load_recording(folder))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert summary.events == events
    return peak


def _chunks(events: int) -> Iterator[bytes]:
    """Values that are born, lent and given away, in chunks as large as they get."""
    turn = [head("New", 256, 1), head("Borrow", 257, 2, 1), head("Move", 258, 1), head("Drop", 257, 2)]
    size = spec.CHUNK_SIZES[-1]
    per_chunk = (size - spec.CHUNK_HEADER_SIZE) // spec.SLOT_SIZE // len(turn)
    for sequence, start in enumerate(range(0, events // len(turn), per_chunk)):
        count = min(per_chunk, events // len(turn) - start)
        slots = np.tile(np.array(turn, np.uint32), (count, 1))
        base = np.repeat(np.arange(start, start + count, dtype=np.uint32) * 2, len(turn))
        slots[:, 2] += base
        slots[1 :: len(turn), 3] += base[1 :: len(turn)]
        check_slots(slots)
        empty = chunk([], sequence=sequence, size=size, ticks=1000 + sequence * 10_000_000)
        body = empty[: spec.CHUNK_HEADER_SIZE] + slots.tobytes()
        yield body.ljust(size, b"\0")
