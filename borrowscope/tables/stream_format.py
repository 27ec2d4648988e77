"""The specification of a stream, the binary file that one process of a traced program writes.

In: nothing, these are tables. Out: constants for the reader; the runtime crate's `format.rs` is generated from them.

History: version 1, the first.

A stream is little-endian. It begins with a header page, chunks follow. A chunk belongs to one thread and holds
slots of 16 bytes. The first chunk of a thread is small, the next ones grow (`CHUNK_SIZES`); a chunk may be smaller
where space was short. Chunks start at multiples of 4096. Where a page does not begin with a chunk's magic it is
space that was reserved and not handed out: it is all zero, and a reader goes on at the next page.

A slot is four u32 words. In a *head* slot they are

    word 0   kind (7 bits) << 25 | site (25 bits)      0: nothing was written here, the chunk's end
    word 1   ticks since the thread's previous head (or Clock) slot; saturating, 0 if the clock went back
    word 2   the event's instance, 0 = none
    word 3   the other party: what it is, the table of events says (`borrowscope.tables.events.Other`)

Kinds below `FIRST_MARK` are events (their tags stand in the table of events). Kinds from `FIRST_MARK` on are marks:

    CLOCK    head     word 2+3: absolute ticks (u64). One TICK mark follows, with CLOCK_MONOTONIC ns.
                      The delta of the next head counts from these ticks. Written after a pause, so that deltas fit.
    TICK     follows  word 2+3: CLOCK_MONOTONIC ns (u64)
    STRING   head     site bits: the string's number in its thread (from 1); word 1: length in bytes;
                      word 2: bytes that follow in TEXT marks (less than the length if the text was cut)
    THREAD   head     the thread's name: word 1 and word 2 as in STRING
    TEXT     follows  12 bytes of text in words 1 to 3 (the last one padded with zeros)
    OBJECT   follows  site bits: `small`, word 1: `count`, word 2+3: address (u64). What `small` and `count` are, the
                      event's row says (`Payload`): weak and strong count, or flags.
    FLAGS    follows  site bits: flags of the event before (`FLAG_PARTIAL`)

Writing order: marks that follow a head are written before the head, and the head's word 0 last. A process that is
killed in the middle of an event leaves a slot whose word 0 is zero, so no reader ever sees half an event.

Ticks are the time stamp counter where it is invariant (`CLOCK_TSC`), else nanoseconds of CLOCK_MONOTONIC. The header,
each chunk and each Clock mark hold a pair (ticks, CLOCK_MONOTONIC ns), from which a reader turns ticks into time.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

VERSION = 1
HISTORY = {1: "the first version"}

MAGIC = b"BSSTREAM"
CHUNK_MAGIC = 0x4B484342  # "BCHK"
SUFFIX = ".bsstream"

PAGE_SIZE = 4096
HEADER_SIZE = 4096
CHUNK_HEADER_SIZE = 64
SLOT_SIZE = 16
CHUNK_SIZES = (4096, 16384, 65536, 262144, 1048576)
SEGMENT_SIZES = (65536, 262144, 1048576)  # space is reserved on disk in these steps; chunks are cut from them
LARGEST_STREAM = 4 << 30  # bytes of one stream, unless BORROWSCOPE_MAX_BYTES says otherwise (0: no limit)
RESERVE_BYTES = 1 << 30  # so much of the disk stays free ...
RESERVE_SHARE = 20  # ... or one of so many parts, if that is more; of a small disk its half
TEXT_LIMIT = 2048  # bytes of a dynamic text that are stored
TEXT_PER_SLOT = 12

KIND_SHIFT = 25
SITE_MASK = (1 << KIND_SHIFT) - 1
FIRST_MARK = 112
CLOCK_EVERY = 1 << 22  # ticks without an event after which a Clock mark is written

CLOCK_TSC = 1
CLOCK_MONOTONIC = 2

FLAG_PARTIAL = 1
FLAG_MUTABLE = 1
FLAG_SUCCESS = 2


class Mark(IntEnum):
    """Kinds of slots that are no events."""

    CLOCK = 112
    TICK = 113
    STRING = 114
    THREAD = 115
    TEXT = 116
    OBJECT = 117
    FLAGS = 118


class Cause(IntEnum):
    """Why a value was dropped: word 3 of a Drop, RefCellDrop or LockGuardDrop."""

    SCOPE_END = 0
    PANIC = 1
    ASSIGN = 2
    RETURN = 3
    TRY = 4
    BREAK = 5
    CONTINUE = 6
    CANCEL = 7

    @property
    def text(self) -> str:
        """The word of recording.md."""
        return self.name.lower()


class Stop(IntEnum):
    """Why a process stopped recording: the header's `stopped`."""

    NONE = 0
    DISK_FULL = 1
    FILE_SIZE_LIMIT = 2
    FOLDER_LOST = 3
    IO_ERROR = 4
    NO_MEMORY = 5
    DISK_NEARLY_FULL = 6
    SIZE_LIMIT = 7


STOP_TEXTS = {
    Stop.NONE: "",
    Stop.DISK_FULL: "the disk was full",
    Stop.FILE_SIZE_LIMIT: "the limit of the size of files (ulimit -f) was reached",
    Stop.FOLDER_LOST: "the folder or the file of the recording could not be opened any more",
    Stop.IO_ERROR: "writing failed",
    Stop.NO_MEMORY: "the stream could not be mapped into memory",
    Stop.DISK_NEARLY_FULL: "the disk was nearly full, and what is left was not ours to take",
    Stop.SIZE_LIMIT: "the largest size of a recording was reached (max-bytes)",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a byte table: where a value lies, its size, and what it says."""

    name: str
    offset: int
    size: int
    doc: str


HEADER_FIELDS = (
    Field("magic", 0, 8, "BSSTREAM"),
    Field("version", 8, 4, "version of the format"),
    Field("header_size", 12, 4, "where the first chunk may begin"),
    Field("pid", 16, 4, "process id"),
    Field("clock", 20, 4, "what ticks are: 1 the time stamp counter, 2 nanoseconds of CLOCK_MONOTONIC"),
    Field("start_ns", 24, 8, "CLOCK_MONOTONIC at the start of the recording, in ns"),
    Field("start_ticks", 32, 8, "ticks at the same moment"),
    Field("start_unix_ns", 40, 8, "wall clock at the same moment, ns since 1970"),
    Field("stopped", 48, 4, "reason why the recording stopped before the process ended, 0 none"),
    Field("stopped_errno", 52, 4, "the system's error number at that moment"),
    Field("lost", 56, 4, "events that a signal handler recorded while its thread was recording: not stored"),
    Field("parent_pid", 60, 4, "the process that was forked, 0 for a started program"),
    Field("used", 64, 8, "bytes of the file that were reserved: a shorter file was truncated"),
    Field("executable_size", 72, 4, "bytes of the text that follows"),
    Field("executable", 76, 1024, "path of the executable"),
)
CHUNK_FIELDS = (
    Field("magic", 0, 4, "BCHK, written last"),
    Field("thread", 4, 4, "number of the thread, from 0 = first seen"),
    Field("sequence", 8, 4, "number of the chunk in its thread, from 0"),
    Field("size", 12, 4, "bytes, this header included"),
    Field("ticks", 16, 8, "ticks from which the first delta counts"),
    Field("ns", 24, 8, "CLOCK_MONOTONIC at the same moment, in ns"),
    Field("reserved", 32, 32, "zero"),
)

HEADER = struct.Struct("<8sIIIIQQQIIIIQI")
CHUNK = struct.Struct("<IIIIQQ")
SLOT = struct.Struct("<IIII")
