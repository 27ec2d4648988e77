"""The specification of a stream, the binary file that one process of a traced program writes.

In: nothing, these are tables. Out: constants for the reader; the runtime crate's `format.rs` is generated from them.

History: version 1, the first. Version 2: every head, every chunk's header and the stream's header carry a check; CALL
and ARGS; a ring that keeps the newest events.

A stream is little-endian. It begins with a header page, chunks follow. A chunk belongs to one thread and holds
slots of 16 bytes. The first chunk of a thread is small, the next ones grow (`CHUNK_SIZES`); a chunk may be smaller
where space was short. Chunks start at multiples of 4096. Where a page does not begin with a chunk's magic it is
space that was reserved and not handed out: it is all zero, and a reader goes on at the next page. A chunk whose magic
is `FREE_MAGIC` is being made ready for another thread: a reader passes over its `size`.

A slot is four u32 words. In a *head* slot they are

    word 0   kind (7 bits) << 25 | site (25 bits)      0: nothing was written here, the chunk's end
    word 1   ticks since the thread's previous head (or Clock) slot (22 bits); 0 if the clock went back. Above them,
             since version 2, the check of the head and of all slots that follow it (10 bits << 22)
    word 2   the event's instance, 0 = none
    word 3   the other party: what it is, the table of events says (`borrowscope.tables.events.Other`)

Kinds below `FIRST_MARK` are events (their tags stand in the table of events). Kinds from `FIRST_MARK` on are marks:

    CLOCK    head     word 2+3: absolute ticks (u64). One TICK mark follows, with CLOCK_MONOTONIC ns.
                      The delta of the next head counts from these ticks. Written after a pause, so that deltas fit.
    TICK     follows  word 2+3: CLOCK_MONOTONIC ns (u64)
    STRING   head     site bits: the string's number in its thread (from 1); word 1: length in bytes (22 bits, more is
                      told as the most), no ticks;
                      word 2: bytes that follow in TEXT marks (less than the length if the text was cut)
    THREAD   head     the thread's name: word 1 and word 2 as in STRING
    TEXT     follows  12 bytes of text in words 1 to 3 (the last one padded with zeros)
    OBJECT   follows  site bits: `small`, word 1: `count`, word 2+3: address (u64). What `small` and `count` are, the
                      event's row says (`Payload`): weak and strong count, or flags.
    FLAGS    follows  site bits: flags of the event before (`FLAG_PARTIAL`)
    CALL     head     a call made by hand. Site bits: the function's number in `tables/published_api.py` (10 bits),
                      above it (<< `CALL_SHIFT`) the number of ARGS marks that follow (14 bits), and `CALL_NARROW`.
                      Words 2 and 3: its first two argument words
    ARGS     follows  words 1 to 3: further argument words, zero where there is none

The argument words of a call stand in the order of its row: a text is one word, its number among the thread's STRING
texts (0: none); a flag is one word; a number is two, low and high, or with `CALL_NARROW` the low one alone; an address
is always two; a list of texts is their count and then their words.

Checks. The check of a head is chosen so that the XOR of all u64 (words 0 and 1, words 2 and 3) of the head and of its
followers, folded into ten bits (bit n of the result is the XOR of all bits whose places are n + 54 modulo 10), is
`CHECK`: see `is_whole`. Neighbouring bits fall into different places, so that no change inside one byte is missed. A
reader ends a chunk where a check fails. The check of a chunk's header and that of the stream's header are the XOR of
the u64 that they stand for, folded into 32 bits, XOR `CHECK_WORD`: see `header_check`. A chunk's check stands for its
bytes 8 to 32 with the chunk's thread before them as another u64; the stream's for all bytes up to `HEADER_CHECKED` but
those of fields that change and the check itself, which count as zero. Fields that change have a twin, which is their
complement.

Ring (`BORROWSCOPE_MAX_EVENTS`, in the header as `limit`): chunks whose events are all older than that many others are
given to other threads. The pieces of a thread that are missing are then no damage; `given_up` counts their events (a
CALL is one). Chunks do not stand in the order of their sequence numbers. Texts and the thread's name are stored anew in
each chunk, texts under new numbers. What is kept may be more than `limit` (a reader passes over the oldest), and less
where texts and short threads needed the space.

Writing order: marks that follow a head are written before the head, and the head's word 0 last. A process that is
killed in the middle of an event leaves a slot whose word 0 is zero, so no reader ever sees half an event.

Ticks are the time stamp counter where it is invariant (`CLOCK_TSC`), else nanoseconds of CLOCK_MONOTONIC. The header,
each chunk and each Clock mark hold a pair (ticks, CLOCK_MONOTONIC ns), from which a reader turns ticks into time.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

VERSION = 2
HISTORY = {1: "the first version", 2: "checks, calls made by hand, a ring"}
CHECKED_SINCE = 2

MAGIC = b"BSSTREAM"
CHUNK_MAGIC = 0x4B484342  # "BCHK"
FREE_MAGIC = 0x45455246  # "FREE"
SUFFIX = ".bsstream"

PAGE_SIZE = 4096
HEADER_SIZE = 4096
CHUNK_HEADER_SIZE = 64
SLOT_SIZE = 16
CHUNK_SIZES = (4096, 16384, 65536, 262144, 1048576)
SEGMENT_SIZES = (8192, 65536, 262144, 1048576)  # space is reserved on disk in these steps; chunks are cut from them
LARGEST_STREAM = 4 << 30  # bytes of one stream, unless BORROWSCOPE_MAX_BYTES says otherwise (0: no limit)
LARGEST_MEMORY = 1 << 30  # bytes of a stream that lies in memory alone
RESERVE_BYTES = 1 << 30  # so much of the disk stays free ...
RESERVE_SHARE = 20  # ... or one of so many parts, if that is more; of a small disk its half
TEXT_LIMIT = 2048  # bytes of a dynamic text that are stored
TEXT_PER_SLOT = 12

KIND_SHIFT = 25
SITE_MASK = (1 << KIND_SHIFT) - 1
FIRST_MARK = 112
CLOCK_EVERY = 1 << 22  # ticks without an event after which a Clock mark is written
CHECK_SHIFT = 22  # in word 1; what lies below are ticks
TICKS_MASK = (1 << CHECK_SHIFT) - 1
CHECK = 0x2D6
CHECK_WORD = 0x9C3A5F71
CALL_SHIFT = 10  # in the site bits of a CALL; below it the function's number
CALL_MASK = (1 << CALL_SHIFT) - 1
CALL_NARROW = 1 << (KIND_SHIFT - 1)  # no number of the call needs more than one word
CALL_SLOTS = (CALL_NARROW - 1) >> CALL_SHIFT  # mask of the number of slots that follow

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
    CALL = 119
    ARGS = 120


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
    Field("lost", 56, 4, "events that were not stored: of a handler that interrupted an event, or too large"),
    Field("parent_pid", 60, 4, "the process that was forked, 0 for a started program"),
    Field("used", 64, 8, "bytes of the file that were reserved: a shorter file was truncated"),
    Field("executable_size", 72, 4, "bytes of the text that follows"),
    Field("executable", 76, 1024, "path of the executable"),
)
HEADER_TAIL_FIELDS = (  # since version 2
    Field("check", 1100, 4, "check of all that never changes"),
    Field("limit", 1104, 8, "the ring's size in events (BORROWSCOPE_MAX_EVENTS), 0: all are kept"),
    Field("given_up", 1112, 8, "events that the ring has given up"),
    Field("stopped_twin", 1120, 8, "complement of `stopped` and `stopped_errno`"),
    Field("lost_twin", 1128, 4, "complement of `lost`"),
    Field("used_twin", 1136, 8, "complement of `used`"),
    Field("given_up_twin", 1144, 8, "complement of `given_up`"),
)
HEADER_CHECKED = 1112
CHANGING_FIELDS = ("stopped", "stopped_errno", "lost", "used")
CHUNK_FIELDS = (
    Field("magic", 0, 4, "BCHK, written last"),
    Field("thread", 4, 4, "number of the thread, from 0 = first seen"),
    Field("sequence", 8, 4, "number of the chunk in its thread, from 0"),
    Field("size", 12, 4, "bytes, this header included"),
    Field("ticks", 16, 8, "ticks from which the first delta counts"),
    Field("ns", 24, 8, "CLOCK_MONOTONIC at the same moment, in ns"),
    Field("check", 32, 4, "check of thread, sequence, size, ticks and ns (since version 2)"),
    Field("reserved", 36, 28, "zero"),
)

HEADER = struct.Struct("<8sIIIIQQQIIIIQI")
HEADER_TAIL = struct.Struct("<IQQQI4xQQ")  # from the check on
CHUNK = struct.Struct("<IIIIQQ")
CHUNK_CHECK = struct.Struct("<I")  # behind those
SLOT = struct.Struct("<IIII")


def is_whole(slots: bytes) -> bool:
    """Whether a head and all slots that follow it are as they were written."""
    mixed = _mixed(slots)
    folded = 0
    for place in range(64):
        folded ^= (mixed >> place & 1) << (place - 54) % 10
    return folded == CHECK


def header_check(data: bytes) -> int:
    """The check of a header; `data` is what it stands for, as many bytes as fill u64."""
    mixed = _mixed(data)
    return (mixed ^ mixed >> 32) & 0xFFFFFFFF ^ CHECK_WORD


def stream_check(header: bytes) -> int:
    """The check of a stream's header page."""
    data = bytearray(header[:HEADER_CHECKED])
    for field in (*HEADER_FIELDS, HEADER_TAIL_FIELDS[0]):
        if field.name in CHANGING_FIELDS or field.name == "check":
            data[field.offset : field.offset + field.size] = bytes(field.size)
    return header_check(bytes(data))


def chunk_check(thread: int, sequence: int, size: int, ticks: int, ns: int) -> int:
    """The check of a chunk's header."""
    return header_check(struct.pack("<QIIQQ", thread, sequence, size, ticks, ns))


def _mixed(data: bytes) -> int:
    mixed = 0
    for (number,) in struct.iter_unpack("<Q", data):
        mixed ^= number
    return mixed
