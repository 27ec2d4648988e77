"""Whole recordings: joining, order, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from borrowscope.errors import InputError
from borrowscope.tables import stream_format as spec
from borrowscope.tables.stream_format import Cause, Mark
from borrowscope.trace.recording import Recording, load_recording
from tests.runtime.recorded import write_sites
from tests.trace.streams import NEWEST, Slot, chunk, head, mark, stream, text

SITES: list[dict[str, Any]] = [
    {"name": "x", "ty": "T"},
    {"event": "Move", "name": "y", "ty": "T"},
    {"event": "Move", "kind": "move", "binding": 0},
    {"event": "RefCellBorrow", "name": "g"},
    {"event": "LoopIteration", "kind": "loop"},
]


def load(folder: Path, *streams: bytes) -> Recording:
    write_sites(folder, SITES)
    for number, data in enumerate(streams):
        (folder / f"{number}-1.bsstream").write_bytes(data)
    return load_recording(folder)


def load_slots(folder: Path, slots: list[Slot]) -> Recording:
    return load(folder, stream(chunk(slots)))


def test_streams_are_merged_by_time(tmp_path):
    one = stream(
        chunk([head("New", delta=10), head("New", delta=100)]), chunk([head("New", delta=50)], thread=1), pid=1
    )
    two = stream(chunk([head("New", delta=20), head("New", delta=60)]), pid=2)
    events = load(tmp_path, one, two).events
    assert [(event.seq, event.time_ns, event.process, event.thread) for event in events] == [
        (0, 10, 1, 0),
        (1, 20, 2, 0),
        (2, 50, 1, 1),
        (3, 80, 2, 0),
        (4, 110, 1, 0),
    ]


def test_instances_are_unique_in_the_recording(tmp_path):
    slots = [head("New", instance=1), head("Drop", instance=1), head("New", instance=1), head("Drop", instance=1)]
    events = load(tmp_path, stream(chunk(slots)), stream(chunk(slots), pid=8)).events
    by_process = [[event.instance for event in events if event.process == process] for process in (7, 8)]
    assert all(first == second != third == fourth for first, second, third, fourth in by_process)
    assert len({number for numbers in by_process for number in numbers}) == 4


def test_an_instance_seen_before_its_birth_is_the_same(tmp_path):
    events = load_slots(tmp_path, [head("Borrow", other=5), head("New", instance=5)]).events
    assert events[0].owner == events[1].instance


def test_the_type_of_run_time_follows_its_value(tmp_path):
    slots = [
        *text(Mark.STRING, 1, "Vec<u8>"),
        head("New", 256, 1, 1),
        head("Move", 257, 1, 2),
        head("Move", 258, 2, 0),
    ]
    first, to_binding, away = load_slots(tmp_path, slots).events
    assert [first.ty, to_binding.ty, away.ty] == ["Vec<u8>"] * 3
    assert [first.name, to_binding.name, away.name] == ["x", "x", "y"]
    assert (to_binding.from_, to_binding.to, away.from_, away.to) == (1, 2, 2, None)


def test_a_partial_move_marks_the_drop(tmp_path):
    slots = [head("New", instance=1), head("Move", 258, 1), mark(Mark.FLAGS, spec.FLAG_PARTIAL)]
    events = load_slots(tmp_path, [*slots, head("Drop", instance=1), head("New"), head("Drop")]).events
    assert [event.fields for event in events if event.event == "Move"] == [{"partial": True}]
    assert [event.fields for event in events if event.event == "Drop"] == [
        {"cause": "scope_end", "partial": True},
        {"cause": "scope_end"},
    ]


@pytest.mark.parametrize("cause", Cause)
def test_causes(cause, tmp_path):
    (event,) = load_slots(tmp_path, [head("Drop", instance=1, other=cause)]).events
    assert event.fields == {"cause": cause.text}


def test_the_end_of_a_moved_cell_guard_keeps_its_owner(tmp_path):
    slots = [
        head("RefCellNew", instance=1),
        mark(Mark.OBJECT, value=4096),
        head("RefCellBorrow", 259, 2, 1),
        mark(Mark.OBJECT, spec.FLAG_MUTABLE, value=4096),
        head("Move", 257, 2, 3),
        head("RefCellDrop", 257, 3),
    ]
    _, borrow, _, end = load_slots(tmp_path, slots).events
    assert borrow.fields == {"is_mutable": True, "success": False}
    assert (end.owner, end.object) == (1, "0x1000#0")


def test_epochs_tell_objects_at_one_address_apart(tmp_path):
    made = [head("RcNew", instance=1), mark(Mark.OBJECT, 0, 1, 4096)]
    shared = [head("RcClone", instance=2, other=1), mark(Mark.OBJECT, 0, 2, 4096)]
    ends = [head("Drop", instance=1), head("Move", 257, 2, 3), head("Drop", instance=3)]
    again = [head("RcNew", instance=4), mark(Mark.OBJECT, 0, 1, 4096)]
    events = load_slots(tmp_path, [*made, *shared, *made[:0], *ends, *again]).events
    births = [event.object for event in events if event.event.startswith("Rc")]
    assert births == ["0x1000#0", "0x1000#0", "0x1000#1"]


def test_an_own_number(tmp_path):
    (event,) = load_slots(tmp_path, [head("LoopIteration", 260, 1, 41)]).events
    assert event.fields == {"iteration": 41}
    assert (event.name, event.instance) == (None, 1)


def test_unknown_sites_are_told(tmp_path):
    recording = load_slots(tmp_path, [head("New", 9999, 1)])
    assert recording.events[0].file is None
    assert recording.notes == ["1 sites of the streams are not in sites.json: their events have no place"]


def test_an_empty_stream_beside_another(tmp_path):
    recording = load(tmp_path, b"", stream(chunk([head("New")])), b"\0" * 8192, stream()[:2000])
    assert (len(recording.events), len(recording.notes)) == (1, 3)


def test_nothing_but_empty_streams(tmp_path):
    write_sites(tmp_path, SITES)
    for name in ("1-1.bsstream", "2-2.bsstream"):
        (tmp_path / name).write_bytes(b"")
    assert "the recording is empty" in refused(tmp_path)


def test_run_json_may_be_missing_or_there(tmp_path):
    assert load_slots(tmp_path, []).run is None
    plain = {"version": "1.0", "tool": "t", "command": ["run"], "cwd": ".", "started": "now"}
    (tmp_path / "run.json").write_text(json.dumps(plain))
    run = load_recording(tmp_path).run
    assert run is not None
    assert run.command == ["run"]


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        load_recording(folder)
    assert error.value.hint
    assert error.value.exit_code == 2
    assert "\n" not in error.value.message
    return error.value.message


def test_what_is_no_recording_is_refused(tmp_path):
    assert "no such recording" in refused(tmp_path / "nowhere")
    assert "folder is empty" in refused(tmp_path)
    (tmp_path / "notes.txt").write_text("hello")
    assert "this is no recording" in refused(tmp_path)
    assert "this is no recording" in refused(tmp_path / "notes.txt")
    write_sites(tmp_path, SITES)
    assert "the recording is empty" in refused(tmp_path)
    (tmp_path / "1-1.bsstream").write_bytes(b"")
    assert "the recording is empty" in refused(tmp_path)
    (tmp_path / "1-1.bsstream").write_bytes(b"\x7fELF")
    assert "no stream" in refused(tmp_path)


def test_damaged_files_are_refused(tmp_path):
    load_slots(tmp_path, [head("New")])
    for content, message in (
        ("{", "cannot be read as JSON"),
        ("[]", "not as it should be"),
        ('{"version": "1.0", "tool": "t", "files": [], "sites": [{}]}', "sites.0"),
        ('{"version": "2.0", "new": 1}', "newer than this BorrowScope"),
    ):
        (tmp_path / "sites.json").write_text(content)
        assert message in refused(tmp_path)
    (tmp_path / "sites.json").unlink()
    assert "no sites.json" in refused(tmp_path)


def test_a_newer_stream_is_refused(tmp_path):
    load_slots(tmp_path, [head("New")])
    (tmp_path / "0-1.bsstream").write_bytes(stream(version=NEWEST + 1))
    assert "version 3" in refused(tmp_path)


def test_a_recording_that_does_not_fit_into_memory(tmp_path, monkeypatch):
    load_slots(tmp_path, [head("New")])

    def too_large(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("borrowscope.trace.recording.make_table", too_large)
    assert "too large for the memory" in refused(tmp_path)


def test_a_process_that_was_killed_in_its_header_costs_nothing_of_the_others(tmp_path):
    """The header's magic is written last: the other fields may stand already."""
    whole = stream(chunk([head("New"), head("New", 1)]))
    half = bytes(len(spec.MAGIC)) + whole[len(spec.MAGIC) : spec.HEADER_SIZE] + bytes(spec.PAGE_SIZE)
    recording = load(tmp_path, whole, half)
    assert len(recording.events) == 2
    assert [note for note in recording.notes if "could not begin" in note]


def test_a_stream_that_lost_its_magic_is_refused(tmp_path):
    whole = stream(chunk([head("New")]))
    with pytest.raises(InputError, match="no stream"):
        load(tmp_path, whole, bytes(len(spec.MAGIC)) + whole[len(spec.MAGIC) :])
