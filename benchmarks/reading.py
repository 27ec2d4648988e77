"""Time and memory of reading a recording and summing it up, as ratios to a plain pass over the same bytes.

In: nothing; recordings are made here, whose events come in the mix of a traced program. Out: a table on stdout. Each
figure comes from a process of its own, for sizes a factor of ten apart: time and memory must grow with the events.
"""

from __future__ import annotations

import argparse
import json
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from borrowscope.export.jsonl import write_jsonl
from borrowscope.report.render import render
from borrowscope.report.summary import summarize
from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_NAME
from borrowscope.tables.recording_files import SiteRecord, SitesFile, SourceFile
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.checks import corrections
from borrowscope.trace.recording import load_recording

# One turn of the program: (event, its instance, the other party, its mark), numbers count from the turn's first.
TURN: tuple[tuple[str, int, int, int | None], ...] = (
    ("FnEnter", 1, 0, None),
    ("New", 2, 0, None),
    ("Borrow", 3, 2, None),
    ("LoopEnter", 4, 0, None),
    *((("LoopIteration", 4, 0, None), ("Branch", 0, 0, None)) * 3),
    ("LoopExit", 4, 0, None),
    ("Clone", 5, 2, None),
    ("RcNew", 6, 0, 1),
    ("RcClone", 7, 6, 2),
    ("Move", 2, 8, None),
    ("Drop", 7, 0, None),
    ("Drop", 6, 0, None),
    ("Drop", 5, 0, None),
    ("Drop", 8, 0, None),
    ("Drop", 3, 0, None),
    ("FnExit", 1, 0, None),
)
NUMBERS = 8  # instances of a turn
CHUNK = 1 << 20
VERSION = max(spec.HISTORY)
NONE = (1 << 64) - 1  # the complement of zero
GOAL_EVENTS, GOAL_SECONDS, GOAL_BYTES = 10_000_000, 3, 1 << 30


def write_recording(folder: Path, events: int, threads: int) -> None:
    """A recording with about so many events, in one process."""
    sites = [
        SiteRecord(
            file=1,
            index=index,
            kind="let",
            event=event,
            line=index + 1,
            column=1,
            end_line=index + 1,
            end_column=9,
            function=f"demo::f{index % 3}",
            name=f"x{index}",
            ty="std::string::String",
            needs_drop=True,
            is_guarded=True,
        )
        for index, (event, *_) in enumerate(TURN)
    ]
    files = [SourceFile(id=1, path="src/main.rs", sha256="00")]
    (folder / "sites.json").write_text(SitesFile(tool="benchmark", files=files, sites=sites).model_dump_json())
    with (folder / "1-1.bsstream").open("wb") as out:
        out.write(_header())
        turns = events // len(TURN) // threads
        for thread in range(threads):
            for sequence, slots in enumerate(_chunks(turns, 1 + thread * turns * NUMBERS)):
                ticks = 1000 + sequence * 100_000_000
                head = spec.CHUNK.pack(spec.CHUNK_MAGIC, thread, sequence, CHUNK, ticks, ticks)
                head += spec.CHUNK_CHECK.pack(spec.chunk_check(thread, sequence, CHUNK, ticks, ticks))
                body = head.ljust(spec.CHUNK_HEADER_SIZE, b"\0") + slots.tobytes()
                out.write(body.ljust(CHUNK, b"\0"))


def _header() -> bytes:
    page = bytearray(spec.HEADER_SIZE)
    spec.HEADER.pack_into(
        page, 0, spec.MAGIC, VERSION, spec.HEADER_SIZE, 1, spec.CLOCK_MONOTONIC, 1000, 1000, 0, 0, 0, 0, 0, 0, 0
    )
    at = spec.HEADER_TAIL_FIELDS[0].offset
    spec.HEADER_TAIL.pack_into(page, at, 0, 0, 0, NONE, NONE >> 32, NONE, NONE)
    struct.pack_into("<I", page, at, spec.stream_check(bytes(page)))
    return bytes(page)


def _chunks(turns: int, first: int) -> list[np.ndarray[tuple[int, int], np.dtype[np.uint32]]]:
    """The slots of many turns, cut into chunks."""
    rows = []
    for index, (event, instance, other, strong) in enumerate(TURN):
        rows.append((BY_NAME[event].tag << spec.KIND_SHIFT | 256 + index, 20, instance, other))
        if strong is not None:
            rows.append((Mark.OBJECT << spec.KIND_SHIFT, strong, 0x1000, 0x7F00))
    turn = np.array(rows, np.uint32)
    is_head = turn[:, 0] >> spec.KIND_SHIFT < spec.FIRST_MARK
    per_chunk = (CHUNK - spec.CHUNK_HEADER_SIZE) // spec.SLOT_SIZE // len(turn)
    found = []
    for start in range(0, turns, per_chunk):
        slots = np.tile(turn, (min(per_chunk, turns - start), 1))
        base = (np.arange(len(slots), dtype=np.uint32) // len(turn) + start) * NUMBERS + first
        for column in (2, 3):
            told = np.tile(is_head & (turn[:, column] != 0), len(slots) // len(turn))
            slots[told, column] += base[told] - 1
        heads = np.flatnonzero(slots[:, 0] >> spec.KIND_SHIFT < spec.FIRST_MARK)
        slots[heads, 1] |= (corrections(slots.view("<u8"), heads) << np.uint64(spec.CHECK_SHIFT)).astype(np.uint32)
        found.append(slots)
    return found


def plain_pass(folder: Path) -> None:
    """What every reader must do at least: look at each byte."""
    for path in folder.glob(f"*{spec.SUFFIX}"):
        with path.open("rb") as file:
            while part := file.read(CHUNK):
                np.frombuffer(part, np.uint8).sum()


def summary(folder: Path) -> None:
    """What `borrowscope report` does."""
    render(summarize(load_recording(folder)))


def export(folder: Path) -> None:
    """What `borrowscope export` does."""
    with Path("/dev/null").open("w") as out:
        write_jsonl(load_recording(folder).events, out)


WORK: dict[str, Callable[[Path], None]] = {"plain": plain_pass, "summary": summary, "export": export}


def measure(work: str, folder: Path, rounds: int) -> tuple[float, float]:
    """Seconds and bytes at the peak: processor time of the work alone, memory above that of an idle process."""
    runs = [
        json.loads(
            subprocess.run(
                [sys.executable, __file__, "--do", work, str(folder)], check=True, capture_output=True, text=True
            ).stdout
        )
        for _ in range(rounds)
    ]
    return median(run[0] for run in runs), median(run[1] for run in runs)


def do(work: str, folder: Path) -> None:
    """One measurement, in this process."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    WORK[work](folder)
    seconds = time.process_time() - start
    print(json.dumps([seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024]))


def main() -> None:
    """Make the recordings, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=GOAL_EVENTS)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--do", nargs=2, metavar=("WORK", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.do:
        do(arguments.do[0], Path(arguments.do[1]))
        return
    print(
        f"{'events':>11} {'plain s':>9} {'summary s':>10} {'ratio':>7} {'MB':>6} {'B/event':>8} {'export us/event':>16}"
    )
    for events in (arguments.events // 10, arguments.events):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_recording(folder, events, arguments.threads)
            plain, _ = measure("plain", folder, arguments.rounds)
            seconds, memory = measure("summary", folder, arguments.rounds)
            exported = measure("export", folder, 1)[0] / events * 1e6 if events <= arguments.events // 10 else None
        row = f"{events:>11,} {plain:>9.2f} {seconds:>10.2f} {seconds / plain:>6.0f}x {memory / 1e6:>6.0f}"
        print(f"{row} {memory / events:>8.0f} {f'{exported:.2f}' if exported else '-':>16}")
    print(f"goal for {GOAL_EVENTS:,} events: {GOAL_SECONDS} s, {GOAL_BYTES / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
