"""Recordings of real programs, cut off and with changed bytes: what is read was written, what is missing is told.

`python -m tests.trace.test_damage ROUNDS` changes bytes in more recordings than the tests do.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from borrowscope.build.recording_folder import write_model
from borrowscope.errors import InputError
from borrowscope.export.jsonl import write_jsonl
from borrowscope.report.render import render
from borrowscope.report.summary import summarize
from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS
from borrowscope.tables.recording_files import RunFile, SiteRecord, SitesFile, SourceFile
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.recording import Recording, load_recording
from borrowscope.trace.stream import Stream, decode_stream
from tests.runtime.recorded import FILE_ID, program, run, runtime_rlib

SOURCE = r"""
use borrowscope_runtime::*;
use std::{rc::Rc, cell::RefCell, sync::Mutex};
fn work(turns: usize) {
    for turn in 0..turns {
        let _f = site::track_fn_enter_with_id(256);
        let x = String::from("x");
        let gx = site::track_new_with_id(257, &x);
        let cell = RefCell::new(1);
        let _gc = site::track_refcell_new_with_id(258, &cell);
        let rc = Rc::new(turn);
        let _grc = site::track_rc_new_with_id(259, &rc);
        let lock = Mutex::new(0);
        let _gl = site::track_new_with_id(257, &lock);
        drop(gx);
        let y = track_new_with_id(turn, "y", "Vec<i32>", "src/main.rs:7:9", vec![1]);
        track_borrow_with_id(turn + 1000, turn, "lent", "src/main.rs:8:9", true, &y);
        track_rc_clone("other", "rc", Rc::clone(&rc));
        track_match_arm_with_bindings(3, turn, "Some((a, b))", "src/main.rs:9:9", &["a", "b", "a longer name"]);
        if turn % 16 == 0 { track_new(&format!("number {turn} of many"), turn); }
        track_drop_with_id(turn + 1000, "src/main.rs:10:9");
        if turn % 50 == 0 { std::thread::sleep(std::time::Duration::from_millis(4)); }
    }
}
fn main() {
    let threads: Vec<_> = (0..2)
        .map(|_| std::thread::Builder::new().name("a worker".into()).spawn(|| work(40)).unwrap())
        .collect();
    work(40);
    for thread in threads { thread.join().unwrap(); }
}
"""
SITES = (("FnEnter", None), ("New", "x"), ("RefCellNew", "cell"), ("RcNew", "rc"))
HOW_MUCH = (1, 1, 1, 2, 5, 12)
LAST = 4096
ROUNDS = 150

Row = tuple[Any, ...]


@cache
def whole() -> Path:
    """A recording as a run writes it, with two kinds of events on three threads."""
    folder = Path(tempfile.mkdtemp(prefix="borrowscope-damage-")) / "whole"
    folder.mkdir()
    place = {"line": 3, "column": 9, "end_line": 3, "end_column": 12, "function": "demo::work", "kind": "let"}
    sites = [
        SiteRecord(file=FILE_ID, index=index, event=event, name=name, ty="String", needs_drop=True, **place)
        for index, (event, name) in enumerate(SITES)
    ]
    files = [SourceFile(id=FILE_ID, path="src/main.rs", sha256="00" * 32)]
    write_model(folder / "sites.json", SitesFile(tool="test", files=files, sites=sites))
    write_model(folder / "run.json", RunFile(tool="test", command=["run"], cwd="/demo", started="now", duration_ns=5))
    assert run(program(SOURCE, rlib=runtime_rlib("--cfg", 'feature="track"')), folder).returncode == 0
    (stream,) = folder.glob(f"*{spec.SUFFIX}")
    stream.write_bytes(_without_the_end(stream.read_bytes()))
    return folder


def _without_the_end(data: bytes) -> bytes:
    """Give up most of the space that was reserved and not written to: changes there meet nothing."""
    end = (len(data.rstrip(b"\0")) // spec.PAGE_SIZE + 2) * spec.PAGE_SIZE
    page = bytearray(data[:end])
    used = next(field for field in spec.HEADER_FIELDS if field.name == "used")
    twin = next(field for field in spec.HEADER_TAIL_FIELDS if field.name == "used_twin")
    page[used.offset : used.offset + 8] = len(page).to_bytes(8, "little")
    page[twin.offset : twin.offset + 8] = ((1 << 64) - 1 - len(page)).to_bytes(8, "little")
    return bytes(page)


@cache
def stream_bytes() -> bytes:
    """The stream of the recording."""
    (stream,) = whole().glob(f"*{spec.SUFFIX}")
    return stream.read_bytes()


def rows(stream: Stream) -> dict[int, list[Row]]:
    """The events of each thread with all that was told of them."""
    found = {}
    for number, thread in stream.threads.items():
        columns = (thread.ticks, thread.words, thread.instances, thread.others)
        events: list[list[Any]] = [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
        for places, values in (
            (thread.object_rows, thread.objects),
            (thread.flag_rows, thread.flags),
            (thread.arg_rows, thread.args),
        ):
            for place, value in zip(places.tolist(), values.tolist(), strict=True):
                events[place].append(repr(value))
        found[number] = [tuple(event) for event in events]
    return found


@cache
def original() -> tuple[dict[int, list[Row]], dict[int, dict[int, str]]]:
    """The whole stream's events and texts."""
    stream = whole_stream()
    return rows(stream), {number: thread.texts for number, thread in stream.threads.items()}


def missing(stream: Stream) -> int:
    """How many of the original events are not there; fails for one that was not written like this, or not there."""
    events, texts = original()
    count = 0
    read = rows(stream)
    assert read.keys() <= events.keys()
    for number, written in events.items():
        rest = iter(written)
        for event in read.get(number, []):
            assert any(event == one for one in rest), f"thread {number}: {event} was never written there"
        count += len(written) - len(read.get(number, []))
    for number, thread in stream.threads.items():
        wrong = {key: text for key, text in thread.texts.items() if texts[number].get(key) != text}
        assert not wrong, f"thread {number}: texts that were never written"
    return count


def missing_at_the_end(stream: Stream) -> int:
    """How many events each thread lacks at its end; fails where another event is not as it was written."""
    count = 0
    for number, written in whole_stream().threads.items():
        read = stream.threads.get(number)
        length = len(read.words) if read else 0
        count += len(written.words) - length
        if read is None:
            continue
        for name in ("ticks", "words", "instances", "others"):
            assert (getattr(read, name) == getattr(written, name)[:length]).all(), f"thread {number}: {name}"
        for places, values in (("object_rows", "objects"), ("flag_rows", "flags"), ("arg_rows", "args")):
            known = getattr(written, places) < length
            assert getattr(read, places).tolist() == getattr(written, places)[known].tolist(), f"{number}: {places}"
            assert getattr(read, values).tolist() == getattr(written, values)[known].tolist(), f"{number}: {values}"
        assert read.texts.items() <= written.texts.items()
    return count


@cache
def whole_stream() -> Stream:
    """The stream, decoded."""
    stream = decode_stream(stream_bytes(), "s")
    assert stream.notes == []
    return stream


def whole_events(data: bytes) -> list[int]:
    """Where the last slot of each event ends, in the order of the file."""
    ends = []
    at = spec.HEADER_SIZE
    while at < len(data):
        magic, _, _, size, *_ = spec.CHUNK.unpack_from(data, at)
        if magic != spec.CHUNK_MAGIC:
            at += spec.PAGE_SIZE
            continue
        end = slot = at + spec.CHUNK_HEADER_SIZE
        is_event = False
        while slot < at + size and (word := int.from_bytes(data[slot : slot + 4], "little")):
            kind = word >> spec.KIND_SHIFT
            if kind in _HEADS:
                ends += [end] if is_event else []
                is_event = kind not in {Mark.CLOCK, Mark.STRING, Mark.THREAD}
            slot += spec.SLOT_SIZE
            end = slot
        ends += [end] if is_event else []
        at += size
    return ends


_HEADS = {row.tag for row in EVENTS} | {Mark.CLOCK, Mark.STRING, Mark.THREAD, Mark.CALL}


def cuts() -> Iterator[int]:
    """Every byte of the last 4 KiB, and of those that end with the last event."""
    data = stream_bytes()
    last = max(whole_events(data))
    yield from range(last - LAST, last + 1)
    yield from range(len(data) - LAST, len(data) + 1, 7)


def test_cut_at_every_byte():
    data = stream_bytes()
    ends = whole_events(data)
    assert len(ends) == sum(map(len, original()[0].values()))
    tried = 0
    for size in cuts():
        stream = decode_stream(data[:size], "s")
        lost = missing_at_the_end(stream)
        assert lost == sum(end > size for end in ends), f"cut at {size}, after {tried} other cuts"
        assert (size < len(data)) == any("cut off" in note for note in stream.notes)
        tried += 1
    assert tried > LAST, f"only {tried} cuts were tried"


def change(random: Random, data: bytes) -> bytes:
    """The bytes with some that are others now."""
    body = bytearray(data)
    for _ in range(random.choice(HOW_MUCH)):
        place = random.randrange(len(body))
        body[place] ^= random.randrange(1, 256)
    return bytes(body)


@pytest.mark.parametrize("seed", range(2))
def test_bytes_of_a_stream_that_changed(seed: int):
    outcomes = change_streams(seed, ROUNDS)
    assert outcomes.total() == ROUNDS
    assert outcomes["refused"] > 0 < outcomes["read in part"], f"of {ROUNDS}: {outcomes}"


def change_streams(seed: int, rounds: int) -> Counter[str]:
    """Read streams with changed bytes; fails where one says what was not written, or leaves out silently."""
    random, outcomes = Random(seed), Counter[str]()
    for turn in range(rounds):
        data = change(random, stream_bytes())
        try:
            stream = decode_stream(data, "s")
        except InputError as error:
            check_refusal(error)
            outcomes["refused"] += 1
            continue
        lost = missing(stream)
        assert lost == 0 or stream.notes, f"{lost} events are silently missing (seed {seed}, turn {turn})"
        outcomes["read in part" if lost else "read whole"] += 1
    return outcomes


def test_whole_recordings_whose_files_changed(tmp_path: Path):
    outcomes = change_recordings(7, 60, tmp_path)
    assert outcomes.total() == 60
    assert outcomes["refused"] > 0 < outcomes["read"], f"of 60: {outcomes}"


def check_refusal(error: InputError) -> None:
    """A refusal is one line with a hint."""
    assert error.hint
    assert "\n" not in error.message


def change_recordings(seed: int, rounds: int, scratch: Path) -> Counter[str]:
    """Read recordings with changed bytes in any file, with every report; nothing but InputError may come of it."""
    random, outcomes = Random(seed), Counter[str]()
    plain = load_recording(whole())
    for _ in range(rounds):
        folder = scratch / "changed"
        shutil.copytree(whole(), folder)
        for file in random.sample(sorted(folder.iterdir()), random.choice((1, 1, 2))):
            file.write_bytes(change(random, file.read_bytes()))
        try:
            recording = load_recording(folder)
        except InputError as error:
            check_refusal(error)
            outcomes["refused"] += 1
        else:
            assert recording.sites == plain.sites
            assert recording.files == plain.files
            assert recording.run == plain.run
            assert is_told(recording, plain)
            outcomes["read"] += 1
        shutil.rmtree(folder)
    return outcomes


def is_told(recording: Recording, plain: Recording) -> bool:
    """Whether reports and exports can be made of it; what is missing must be in a note."""
    out = io.StringIO()
    write_jsonl(recording.events, out)
    assert len([json.loads(line) for line in out.getvalue().splitlines()]) == len(recording.events)
    assert list(render(summarize(recording)))
    return len(recording.events) == len(plain.events) or bool(recording.notes)


def test_what_sites_json_says_cannot_change_unseen(tmp_path: Path):
    folder = tmp_path / "rec"
    shutil.copytree(whole(), folder)
    for name in ("sites.json", "run.json"):
        file = folder / name
        content = file.read_text()
        changed = content.replace("demo", "dexo")
        assert changed != content
        file.write_text(changed)
        with pytest.raises(InputError, match="damaged"):
            load_recording(folder)
        file.write_text(json.dumps(json.loads(content)))  # the same, laid out in another way
        load_recording(folder)
        file.write_text(json.dumps({key: value for key, value in json.loads(content).items() if key != "digest"}))
        load_recording(folder)


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    sys.stdout.write(f"streams {change_streams(wanted, wanted)}\n")
    sys.stdout.write(f"recordings {change_recordings(wanted, wanted, Path(tempfile.mkdtemp()))}\n")
