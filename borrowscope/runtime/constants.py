"""The runtime crate's `format.rs`: the tables of the stream format and of the events as Rust constants.

In: `borrowscope.tables.stream_format` (the specification) and `borrowscope.tables.events`. Out: Rust text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS

_HEAD = """//! Constants of the stream format, made from BorrowScope's `tables/stream_format.py` and `tables/events.py`.

#![allow(dead_code)]
"""


def format_module() -> str:
    """The text of `format.rs`, formatted as rustfmt does."""
    parts = [_HEAD, "\n".join(_scalars())]
    parts.append(_module("kind", ((constant_name(row.name), row.tag) for row in EVENTS)))
    parts.append(_module("mark", ((mark.name, int(mark)) for mark in spec.Mark)))
    parts.append(_module("cause", ((cause.name, int(cause)) for cause in spec.Cause)))
    parts.append(_module("stop", ((stop.name, int(stop)) for stop in spec.Stop)))
    header = (*spec.HEADER_FIELDS, *spec.HEADER_TAIL_FIELDS)
    parts.append(_offsets("header", header, executable_limit=spec.HEADER_FIELDS[-1].size))
    parts.append(_offsets("chunk", spec.CHUNK_FIELDS))
    return "\n".join(parts)


def _scalars() -> list[str]:
    magic = spec.MAGIC.decode("ascii")
    rows: list[tuple[str, str, object]] = [
        ("VERSION", "u32", spec.VERSION),
        ("MAGIC", f"[u8; {len(magic)}]", f'*b"{magic}"'),
        ("CHUNK_MAGIC", "u32", f"0x{spec.CHUNK_MAGIC:08x}"),
        ("FREE_MAGIC", "u32", f"0x{spec.FREE_MAGIC:08x}"),
        ("SUFFIX", "&str", f'"{spec.SUFFIX}"'),
        ("PAGE_SIZE", "usize", spec.PAGE_SIZE),
        ("HEADER_SIZE", "usize", spec.HEADER_SIZE),
        ("CHUNK_HEADER_SIZE", "usize", spec.CHUNK_HEADER_SIZE),
        ("SLOT_SIZE", "usize", spec.SLOT_SIZE),
        ("CHUNK_SIZES", f"[usize; {len(spec.CHUNK_SIZES)}]", list(spec.CHUNK_SIZES)),
        ("SEGMENT_SIZES", f"[usize; {len(spec.SEGMENT_SIZES)}]", list(spec.SEGMENT_SIZES)),
        ("LARGEST_STREAM", "u64", spec.LARGEST_STREAM),
        ("LARGEST_MEMORY", "u64", spec.LARGEST_MEMORY),
        ("RESERVE_BYTES", "u64", spec.RESERVE_BYTES),
        ("RESERVE_SHARE", "u64", spec.RESERVE_SHARE),
        ("TEXT_LIMIT", "usize", spec.TEXT_LIMIT),
        ("TEXT_PER_SLOT", "usize", spec.TEXT_PER_SLOT),
        ("KIND_SHIFT", "u32", spec.KIND_SHIFT),
        ("SITE_MASK", "u32", f"0x{spec.SITE_MASK:08x}"),
        ("FIRST_MARK", "u32", spec.FIRST_MARK),
        ("CLOCK_EVERY", "u64", spec.CLOCK_EVERY),
        ("CHECKED_SINCE", "u32", spec.CHECKED_SINCE),
        ("CHECK_SHIFT", "u32", spec.CHECK_SHIFT),
        ("TICKS_MASK", "u32", f"0x{spec.TICKS_MASK:08x}"),
        ("CHECK", "u32", f"0x{spec.CHECK:x}"),
        ("CHECK_WORD", "u32", f"0x{spec.CHECK_WORD:x}"),
        ("HEADER_CHECKED", "usize", spec.HEADER_CHECKED),
        ("CALL_SHIFT", "u32", spec.CALL_SHIFT),
        ("CALL_MASK", "u32", f"0x{spec.CALL_MASK:x}"),
        ("CALL_NARROW", "u32", f"0x{spec.CALL_NARROW:x}"),
        ("CLOCK_TSC", "u32", spec.CLOCK_TSC),
        ("CLOCK_MONOTONIC", "u32", spec.CLOCK_MONOTONIC),
        ("FLAG_PARTIAL", "u32", spec.FLAG_PARTIAL),
        ("FLAG_MUTABLE", "u32", spec.FLAG_MUTABLE),
        ("FLAG_SUCCESS", "u32", spec.FLAG_SUCCESS),
    ]
    return [f"pub(crate) const {name}: {kind} = {value};" for name, kind, value in rows] + [""]


def _module(name: str, rows: Iterable[tuple[str, int]]) -> str:
    lines = [f"    pub(crate) const {key}: u32 = {value};" for key, value in rows]
    return "\n".join([f"pub(crate) mod {name} {{", *lines, "}", ""])


def _offsets(name: str, fields: tuple[spec.Field, ...], **more: int) -> str:
    rows = [(field.name.upper(), field.offset) for field in fields]
    rows += [(key.upper(), value) for key, value in more.items()]
    lines = [f"    pub(crate) const {key}: usize = {value};" for key, value in rows]
    return "\n".join([f"pub(crate) mod {name} {{", *lines, "}", ""])


def constant_name(name: str) -> str:
    """`RefCellNew` as constants are called: `REF_CELL_NEW`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
