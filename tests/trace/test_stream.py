"""The decoder of streams, fed with bytes that are made by hand."""

from __future__ import annotations

import random

import pytest

from borrowscope.errors import InputError
from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.stream import decode_stream
from tests.trace.streams import NEWEST, call, chunk, head, mark, stream, text


def test_sizes_are_pinned():
    assert (spec.SLOT.size, spec.HEADER.size, spec.CHUNK.size) == (16, 76, 32)
    assert spec.VERSION in spec.HISTORY
    for fields, size in ((spec.HEADER_FIELDS, spec.HEADER_SIZE), (spec.CHUNK_FIELDS, spec.CHUNK_HEADER_SIZE)):
        ends = [field.offset + field.size for field in fields]
        assert [field.offset for field in fields] == [0, *ends[:-1]]
        assert ends[-1] <= size
    assert spec.HEADER_FIELDS[-1].offset == spec.HEADER.size
    assert all(size % spec.PAGE_SIZE == 0 for size in (*spec.CHUNK_SIZES, *spec.SEGMENT_SIZES))


def test_tags_are_pinned():
    assert [row.tag for row in EVENTS] == list(range(1, 95))
    assert (EVENTS[0].name, EVENTS[3].name, EVENTS[58].name, EVENTS[93].name) == ("New", "Drop", "FnEnter", "Attempt")
    assert max(row.tag for row in EVENTS) < spec.FIRST_MARK <= min(Mark) <= max(Mark) < 128


def test_events_and_marks():
    slots = [
        *text(Mark.THREAD, 0, "a worker, ünnamed"),
        *text(Mark.STRING, 3, "Vec<u8>"),
        head("New", 300, 1, 3),
        head("RcClone", 301, 2, 1),
        mark(Mark.OBJECT, 4, 5, 0x7FFF_1234_5678),
        mark(Mark.CLOCK, value=9_000_000_000),
        mark(Mark.TICK, value=9_000_000_000),
        head("Move", 302, 2),
        mark(Mark.FLAGS, spec.FLAG_PARTIAL),
    ]
    decoded = decode_stream(stream(chunk(slots)), "s")
    thread = decoded.threads[0]
    assert (thread.name, thread.texts) == ("a worker, ünnamed", {3: "Vec<u8>"})
    assert thread.ticks.tolist() == [1010, 1020, 9_000_000_010]
    assert (thread.words & spec.SITE_MASK).tolist() == [300, 301, 302]
    assert (thread.instances.tolist(), thread.others.tolist()) == ([1, 2, 2], [3, 1, 0])
    assert (thread.object_rows.tolist(), thread.objects.tolist()) == ([1], [[4, 5, 0x1234_5678, 0x7FFF]])
    assert (thread.flag_rows.tolist(), thread.flags.tolist()) == ([2], [spec.FLAG_PARTIAL])
    assert (decoded.header.executable, decoded.header.pid, decoded.notes) == ("/bin/demo", 7, [])


def test_a_text_that_was_cut_says_so():
    decoded = decode_stream(stream(chunk([*text(Mark.STRING, 1, "abc", length=9), head("New")])), "s")
    assert decoded.threads[0].texts == {1: "abc…"}


def test_chunks_come_in_any_order_and_with_gaps():
    first = chunk([head("New", 256)] * 252)
    second = chunk([head("New", 257)], sequence=1, size=16384, ticks=9000)
    other = chunk([head("New", 258)], thread=1)
    decoded = decode_stream(stream(second, b"\0" * 8192, other, first), "s")
    assert [word & spec.SITE_MASK for word in decoded.threads[0].words] == [256] * 252 + [257]
    assert decoded.threads[1].ticks.tolist() == [1010]
    assert decoded.notes == []


def test_a_missing_piece_is_named():
    decoded = decode_stream(stream(chunk([head("New")]), chunk([head("New")], sequence=2)), "s")
    assert decoded.notes == ["s: a piece of thread 0 is missing"]


def test_half_an_event_is_not_seen():
    half = (0, 10, 5, 5)
    decoded = decode_stream(stream(chunk([head("New"), half, mark(Mark.OBJECT, 1, 1, 1)])), "s")
    assert (decoded.event_count, decoded.threads[0].objects.tolist(), decoded.notes) == (1, [], [])


@pytest.mark.parametrize("word", [100 << spec.KIND_SHIFT, 127 << spec.KIND_SHIFT, 5])
def test_damage_is_named_and_ends_the_chunk(word):
    decoded = decode_stream(stream(chunk([head("New"), (word, 0, 0, 0), head("New")])), "s")
    assert decoded.event_count == 1
    assert len(decoded.notes) == 1


def test_stop_and_loss_are_told():
    notes = decode_stream(stream(stopped=spec.Stop.DISK_FULL, lost=3), "s").notes
    assert notes == [
        "s: the recording stopped before the program ended: the disk was full (error 28)",
        "s: 3 events of signal handlers, or with too many texts, could not be recorded",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 something else", "no stream of BorrowScope"),
        (stream()[:3000], "ends in its header"),
        (stream(version=NEWEST + 1), "version 3 of the format"),
    ],
)
def test_what_cannot_be_read_is_refused(data, message):
    with pytest.raises(InputError, match=message) as refused:
        decode_stream(data, "s")
    assert refused.value.hint
    assert "\n" not in refused.value.message


def whole_events(slots: list[tuple[int, int, int, int]], count: int) -> int:
    """How many events lie with all their marks in the first slots."""
    events = [place for place, slot in enumerate(slots) if slot[0] >> spec.KIND_SHIFT < spec.FIRST_MARK]
    events.append(len(slots))
    return sum(end <= count for end in events[1:])


def test_cut_anywhere_it_is_read_up_to_the_last_whole_event():
    slots = []
    for number in range(1, 40):
        slots += [head("New", instance=number), head("RcNew", instance=number), mark(Mark.OBJECT, 1, 1, 4096)]
        slots += [head("Move", instance=number), mark(Mark.FLAGS, 1), head("Drop", instance=number)]
    data = stream(chunk(slots))
    start = spec.HEADER_SIZE + spec.CHUNK_HEADER_SIZE
    for size in range(start, start + len(slots) * spec.SLOT_SIZE + 1, 4):
        decoded = decode_stream(data[:size], "s")
        assert decoded.event_count == whole_events(slots, (size - start) // spec.SLOT_SIZE), size
        assert len(decoded.notes) == 1
        assert "cut off" in decoded.notes[0]


def test_noise_never_breaks_the_decoder():
    random.seed(7)
    good = stream(chunk([*text(Mark.STRING, 1, "x" * 50), *[head("RcNew"), mark(Mark.OBJECT)] * 50]))
    for _ in range(300):
        data = bytearray(good)
        for _ in range(random.randint(1, 20)):
            data[random.randrange(spec.HEADER_SIZE, len(data))] = random.randrange(256)
        decode_stream(bytes(data), "s")


def test_a_ring_keeps_the_newest_events_without_a_complaint():
    threads = [
        chunk([head("New", 256 + n, n, delta=10) for n in range(1, 6)], thread=0, sequence=7),
        chunk(
            [*call(2, 1, delta=35), head("RcNew", 300, 9, delta=2), mark(Mark.OBJECT, 1, 1, 4096)], thread=1, sequence=3
        ),
    ]
    decoded = decode_stream(stream(*threads, limit=3, given_up=90), "s")
    kept = {number: (thread.words & spec.SITE_MASK).tolist() for number, thread in decoded.threads.items()}
    assert kept == {0: [260, 261], 1: [300]}
    assert decoded.threads[1].object_rows.tolist() == [0]
    assert decoded.notes == ["s: the newest 3 events were kept (BORROWSCOPE_MAX_EVENTS=3), 94 older ones were given up"]
    assert decode_stream(stream(*threads, limit=9), "s").notes == []


def test_a_damaged_header_is_refused_or_told():
    good = stream(chunk([head("New")]))
    for field in (*spec.HEADER_FIELDS, *spec.HEADER_TAIL_FIELDS):
        data = bytearray(good)
        data[field.offset] ^= 0x40
        if field.name in {*spec.CHANGING_FIELDS, "given_up"} or field.name.endswith("_twin"):
            decoded = decode_stream(bytes(data), "s")
            assert decoded.event_count == 1
            assert len(decoded.notes) == (field.name.removesuffix("_twin") != "given_up"), field.name
        else:
            with pytest.raises(InputError):
                decode_stream(bytes(data), "s")
    older = bytearray(good)
    older[8] = 1
    with pytest.raises(InputError, match="damaged"):
        decode_stream(bytes(older), "s")
