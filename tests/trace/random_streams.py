"""Streams with everything in them: all events and marks, several processes and threads, numbers that come again."""

from __future__ import annotations

from random import Random

from borrowscope.tables import stream_format as spec
from borrowscope.tables.events import EVENTS, EventRow, Other, Payload
from borrowscope.tables.published_api import FUNCTIONS
from borrowscope.tables.published_calls import Kind, Section
from borrowscope.tables.stream_format import Cause, Mark
from tests.trace.streams import Slot, call, chunk, head, mark, stream, text

SITES = 24
TYPES = ("Vec<u8>", "std::rc::Rc<String>", "i32")


def random_recording(random: Random) -> list[bytes]:
    """The streams of some processes."""
    return [_random_stream(random, pid) for pid in range(random.randint(1, 3))]


def damaged(random: Random, data: bytes) -> bytes:
    """The same stream, cut off somewhere or with bytes that changed."""
    body = bytearray(data)
    for _ in range(random.randint(0, 12)):
        body[random.randrange(spec.HEADER_SIZE, len(body))] = random.randrange(256)
    return bytes(body[: random.randrange(spec.HEADER_SIZE, len(body))] if random.random() < 0.5 else body)


def _random_stream(random: Random, pid: int) -> bytes:
    version = random.choice(list(spec.HISTORY))
    numbers = random.choice((3, 12, 60, 2**31))  # the fewer there are, the more are born twice
    chunks = []
    for thread in range(random.randint(1, 3)):
        ticks = 1000
        for sequence in range(random.randint(1, 3)):
            slots = _random_slots(random, numbers, version)
            ticks += random.randint(0, 3000)
            chunks.append(chunk(slots[:250], thread=thread, sequence=sequence, ticks=ticks, ns=ticks, version=version))
    random.shuffle(chunks)
    return stream(*chunks, pid=pid, version=version)


def _random_slots(random: Random, numbers: int, version: int) -> list[Slot]:
    slots: list[Slot] = []
    with_calls = random.choice((0, 0, 0.5, 1)) if version >= spec.CHECKED_SINCE else 0
    for _ in range(random.randint(0, 90)):
        if random.random() < with_calls:
            slots += _random_call(random)
            continue
        if random.random() < 0.05:
            slots += _random_mark(random)
        row = random.choice(EVENTS if random.random() < 0.5 else _TELLING)
        other = _random_other(random, row, numbers)
        instance = random.choice((0, _number(random, numbers), _number(random, numbers)))
        slots.append(head(row.name, 256 + random.randrange(SITES + 1), instance, other, random.randrange(60)))
        if row.payload is not Payload.NONE and random.random() < 0.95:
            address = random.choice((0, 4096, 4096, 8192, 0x7FFF_1234_5678))
            slots.append(mark(Mark.OBJECT, random.randrange(4), random.randrange(4), address))
        if row.other is Other.TO and random.random() < 0.2:
            slots.append(mark(Mark.FLAGS, random.randrange(4)))
    return slots


_TELLING = [row for row in EVENTS if row.is_birth or row.is_death]


def _number(random: Random, numbers: int) -> int:
    return random.randint(1, numbers) if numbers < 2**31 else random.choice((7, 2**31 + 5, 2**32 - 1, 1))


def _random_other(random: Random, row: EventRow, numbers: int) -> int:
    if row.other in {Other.OWNER, Other.SOURCE, Other.TO}:
        return random.choice((0, _number(random, numbers), _number(random, numbers)))
    return random.choice((0, random.choice(list(Cause)), random.randrange(9)))


NAMES = ("x", "y", "Rc<i32>", "src/main.rs:3:9", "lib.rs:7", "alloc::string::String", "")
_FUNCTIONS = [row for row in FUNCTIONS if row.number]
_USUAL = [row for row in _FUNCTIONS if row.section in {Section.OWNERSHIP, Section.SMART_POINTERS}]


def _random_call(random: Random) -> list[Slot]:
    """A call of any function with words that name each other's values often; some words are missing, some wrong."""
    row = random.choice(_USUAL if random.random() < 0.7 else _FUNCTIONS)
    slots: list[Slot] = []
    if random.random() < 0.1:
        slots += text(Mark.STRING, random.randrange(1, 9), random.choice(NAMES))
    words: list[int] = []
    is_narrow = random.random() < 0.5
    for word in row.words:
        if word.kind is Kind.NUMBER and is_narrow:
            words.append(random.choice((random.randrange(4), 2**31 + 5)))
        elif word.kind in {Kind.NUMBER, Kind.ADDRESS}:
            words += random.choice(((random.randrange(4), 0), (4096, 0x7FFF), (2**31 + 5, 0), (1, 2**31)))
        elif word.kind is Kind.TEXTS:
            count = random.randrange(4)
            words += [count, *(random.randrange(9) for _ in range(count))]
        else:
            words.append(random.randrange(9) if word.kind is Kind.TEXT else random.randrange(2))
    if random.random() < 0.02:
        words = words[: random.randrange(len(words) + 1)]
    number = row.number if random.random() < 0.98 else random.randrange(1 << spec.CALL_SHIFT)
    return [*slots, *call(number, *words, delta=random.randrange(60), is_narrow=is_narrow)]


def _random_mark(random: Random) -> list[Slot]:
    choice = random.randrange(4)
    if choice == 0:
        return text(Mark.STRING, random.randrange(1, 5), random.choice(TYPES))
    if choice == 1:
        return text(Mark.THREAD, 0, "worker")
    if choice == 2:
        return [mark(random.choice((Mark.TICK, Mark.TEXT, Mark.FLAGS, Mark.OBJECT)), 1, 1, 4096)]
    at = random.choice((0, random.randrange(9000), 2**61 + 5))
    return [mark(Mark.CLOCK, value=at), mark(Mark.TICK, value=at)]
