"""Makes streams by hand, byte by byte from the specification, without a Rust program."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import BY_NAME
from borrowscope.tables.stream_format import Mark

Slot = tuple[int, int, int, int]


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


def chunk(
    slots: Iterable[Slot], *, thread: int = 0, sequence: int = 0, size: int = 4096, ticks: int = 1000, ns: int = 1000
) -> bytes:
    """A chunk, filled up with zeros."""
    raw = spec.CHUNK.pack(spec.CHUNK_MAGIC, thread, sequence, size, ticks, ns).ljust(spec.CHUNK_HEADER_SIZE, b"\0")
    raw += b"".join(spec.SLOT.pack(*slot) for slot in slots)
    assert len(raw) <= size
    return raw.ljust(size, b"\0")


def stream(
    *chunks: bytes, version: int = spec.VERSION, stopped: int = 0, lost: int = 0, pid: int = 7, used: int | None = None
) -> bytes:
    """A whole stream whose ticks are nanoseconds."""
    body = b"".join(chunks)
    used = spec.HEADER_SIZE + len(body) if used is None else used
    executable = b"/bin/demo"
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
        28 if stopped else 0,
        lost,
        0,
        used,
        len(executable),
    )
    return (raw + executable).ljust(spec.HEADER_SIZE, b"\0") + body
