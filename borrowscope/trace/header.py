"""The header page of a stream (format: `tables/stream_format.py`).

In: its bytes. Out: `Header`, and notes on what it tells: why a recording stopped, what was lost. Foreign, newer and
damaged streams raise InputError.
"""

from __future__ import annotations

from dataclasses import dataclass

from borrowscope.errors import InputError
from borrowscope.tables import stream_format as spec

NEWEST = max(spec.HISTORY)
_CHECK = spec.HEADER_TAIL_FIELDS[0]
_EXECUTABLE = spec.HEADER_FIELDS[-1]


@dataclass(frozen=True, slots=True)
class Header:
    """The header page of a stream. What changes while the program runs is None where it is damaged."""

    name: str
    version: int
    size: int
    pid: int
    clock: int
    start_ns: int
    start_ticks: int
    start_unix_ns: int
    stopped: int | None
    stopped_errno: int
    lost: int | None
    parent_pid: int
    used: int | None
    executable: str
    limit: int = 0
    given_up: int | None = 0

    @property
    def is_checked(self) -> bool:
        """Whether heads and the headers of chunks carry checks."""
        return self.version >= spec.CHECKED_SINCE

    @property
    def is_whole(self) -> bool:
        """Whether all that changes while the program runs is told."""
        return None not in (self.stopped, self.lost, self.used, self.given_up)


def decode_header(data: bytes, name: str) -> Header:
    """Decode the header page.

    Raises:
        InputError: the file is empty, no stream, of a newer format, or its header is damaged.
    """
    _refuse_others(data, name)
    version = int.from_bytes(data[8:12], "little")
    values = spec.HEADER.unpack_from(data)
    _, _, start, pid, clock, start_ns, start_ticks, start_unix_ns, stopped, number, lost, parent, used, size = values
    executable = data[_EXECUTABLE.offset : _EXECUTABLE.offset + size].decode("utf-8", "replace")
    plain = (name, version, start, pid, clock, start_ns, start_ticks, start_unix_ns)
    if version < spec.CHECKED_SINCE:
        return Header(*plain, stopped, number, lost, parent, used, executable)
    _, limit, given_up, stopped_twin, lost_twin, used_twin, given_up_twin = spec.HEADER_TAIL.unpack_from(
        data, _CHECK.offset
    )
    told = _told(stopped | number << 32, stopped_twin)
    return Header(
        *plain,
        None if told is None else stopped,
        number,
        _told(lost, lost_twin, 32),
        parent,
        _told(used, used_twin),
        executable,
        limit,
        _told(given_up, given_up_twin),
    )


def _told(value: int, twin: int, bits: int = 64) -> int | None:
    """A value that changes while the program runs, if its twin says the same."""
    return value if value ^ twin == (1 << bits) - 1 else None


def _refuse_others(data: bytes, name: str) -> None:
    """Refuse what is no stream that can be read."""
    if not data:
        raise InputError(f"{name}: the stream is empty", hint="nothing could be recorded; record the program again")
    if not data.startswith(spec.MAGIC):
        raise InputError(f"{name}: this is no stream of BorrowScope", hint="give the folder of a recording")
    version = int.from_bytes(data[8:12], "little")
    if version > NEWEST:
        raise InputError(
            f"{name}: the stream has version {version} of the format, this BorrowScope reads up to {NEWEST}",
            hint="update BorrowScope",
        )
    if version == 0 or len(data) < spec.HEADER_SIZE:
        raise InputError(f"{name}: the stream ends in its header", hint="record the program again")
    check = int.from_bytes(data[_CHECK.offset : _CHECK.offset + _CHECK.size], "little")
    if check != (spec.stream_check(data) if version >= spec.CHECKED_SINCE else 0):
        raise InputError(f"{name}: the stream's header is damaged", hint="record the program again")


def header_notes(header: Header) -> list[str]:
    """What a reader must say."""
    notes = []
    if header.stopped:
        try:
            reason = spec.STOP_TEXTS[spec.Stop(header.stopped)]
        except ValueError:
            reason = f"reason {header.stopped}"
        number = f" (error {header.stopped_errno})" if header.stopped_errno else ""
        notes.append(f"{header.name}: the recording stopped before the program ended: {reason}{number}")
    if header.lost:
        notes.append(
            f"{header.name}: {header.lost} events of signal handlers, or with too many texts, could not be recorded"
        )
    changing = {"why it stopped": header.stopped, "how many events were lost": header.lost, "its size": header.used}
    unknown = [what for what, value in changing.items() if value is None]
    if unknown:
        notes.append(f"{header.name}: the stream's header is damaged, it does not tell {', '.join(unknown)}")
    return notes
