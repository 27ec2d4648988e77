"""Makes streams by hand, byte by byte from the specification, without a Rust program."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_NAME
from borrowscope.tables.stream_format import Mark
from borrowscope.trace.checks import corrections

Slot = tuple[int, int, int, int]
NEWEST = max(spec.HISTORY)
FOLLOWERS = frozenset({Mark.TICK, Mark.TEXT, Mark.OBJECT, Mark.FLAGS, Mark.ARGS})


def head(event: str, site: int = 256, instance: int = 0, other: int = 0, delta: int = 10) -> Slot:
    """An event's head slot."""
    return (BY_NAME[event].tag << spec.KIND_SHIFT | site, delta, instance, other)


def mark(kind: Mark, small: int = 0, first: int = 0, value: int = 0) -> Slot:
    """A mark with a value of 64 bits."""
    return (kind << spec.KIND_SHIFT | small, first, value & 0xFFFFFFFF, value >> 32)


def text(kind: Mark, number: int, content: str, length: int | None = None) -> list[Slot]:
    """A text: its head and the slots with its bytes."""
    raw = content.encode()
    slots: list[Slot] = [(kind << spec.KIND_SHIFT | number, length or len(raw), len(raw), 0)]
    for at in range(0, len(raw), spec.TEXT_PER_SLOT):
        part = raw[at : at + spec.TEXT_PER_SLOT].ljust(spec.TEXT_PER_SLOT, b"\0")
        slots.append((Mark.TEXT << spec.KIND_SHIFT, *struct.unpack("<III", part)))
    return slots


def call(function: int, *words: int, delta: int = 10, is_narrow: bool = False) -> list[Slot]:
    """A call made by hand: its head and the slots with its further words."""
    first, second, *more = *words, 0, 0
    more = more[: max(0, len(words) - 2)]
    more += [0] * (-len(more) % 3)
    count = len(more) // 3
    narrow = spec.CALL_NARROW if is_narrow else 0
    slots: list[Slot] = [
        (Mark.CALL << spec.KIND_SHIFT | narrow | count << spec.CALL_SHIFT | function, delta, first, second),
        *((Mark.ARGS << spec.KIND_SHIFT, more[at], more[at + 1], more[at + 2]) for at in range(0, len(more), 3)),
    ]
    return slots


def chunk(
    slots: Iterable[Slot],
    *,
    thread: int = 0,
    sequence: int = 0,
    size: int = 4096,
    ticks: int = 1000,
    ns: int = 1000,
    version: int = NEWEST,
) -> bytes:
    """A chunk, filled up with zeros."""
    raw = spec.CHUNK.pack(spec.CHUNK_MAGIC, thread, sequence, size, ticks, ns)
    if version >= spec.CHECKED_SINCE:
        raw += spec.CHUNK_CHECK.pack(spec.chunk_check(thread, sequence, size, ticks, ns))
        slots = checked(slots)
    raw = raw.ljust(spec.CHUNK_HEADER_SIZE, b"\0") + b"".join(spec.SLOT.pack(*slot) for slot in slots)
    assert len(raw) <= size
    return raw.ljust(size, b"\0")


def checked(slots: Iterable[Slot]) -> list[Slot]:
    """The slots with the checks of their heads, found by trying."""
    groups: list[list[Slot]] = []
    for slot in slots:
        if not groups or slot[0] >> spec.KIND_SHIFT not in FOLLOWERS:
            groups.append([])
        groups[-1].append(slot)
    return [slot for group in groups for slot in ([_checked(group), *group[1:]] if group[0][0] else group)]


def _checked(group: list[Slot]) -> Slot:
    kind, ticks, *rest = group[0]
    raw = b"".join(spec.SLOT.pack(*slot) for slot in [(kind, ticks & spec.TICKS_MASK, *rest), *group[1:]])
    mixed = 0
    for (half,) in struct.iter_unpack("<Q", raw):
        mixed ^= half
    check = spec.CHECK
    for place in range(64):
        check ^= (mixed >> place & 1) << (place - 54) % 10
    return (kind, ticks & spec.TICKS_MASK | check << spec.CHECK_SHIFT, rest[0], rest[1])


def stream(
    *chunks: bytes,
    version: int = NEWEST,
    stopped: int = 0,
    lost: int = 0,
    pid: int = 7,
    used: int | None = None,
    limit: int = 0,
    given_up: int = 0,
) -> bytes:
    """A whole stream whose ticks are nanoseconds."""
    body = b"".join(chunks)
    used = spec.HEADER_SIZE + len(body) if used is None else used
    executable = b"/bin/demo"
    number = 28 if stopped else 0
    raw = spec.HEADER.pack(
        spec.MAGIC,
        version,
        spec.HEADER_SIZE,
        pid,
        spec.CLOCK_MONOTONIC,
        1000,
        1000,
        1_700_000_000_000_000_000,
        stopped,
        number,
        lost,
        0,
        used,
        len(executable),
    )
    page = bytearray((raw + executable).ljust(spec.HEADER_SIZE, b"\0"))
    if version >= spec.CHECKED_SINCE:
        twins = (_twin(stopped | number << 32), _twin(lost, 32), _twin(used), _twin(given_up))
        at = spec.HEADER_TAIL_FIELDS[0].offset
        spec.HEADER_TAIL.pack_into(page, at, 0, limit, given_up, *twins)
        struct.pack_into("<I", page, at, spec.stream_check(bytes(page)))
    return bytes(page) + body


def _twin(value: int, bits: int = 64) -> int:
    return value ^ (1 << bits) - 1


def check_slots(slots: np.ndarray[tuple[int, int], np.dtype[np.uint32]]) -> None:
    """Give millions of heads their checks at once, where slots come as rows of an array."""
    heads = np.flatnonzero(~np.isin(slots[:, 0] >> spec.KIND_SHIFT, list(FOLLOWERS)))
    slots[heads, 1] |= (corrections(slots.view("<u8"), heads) << np.uint64(spec.CHECK_SHIFT)).astype(np.uint32)
