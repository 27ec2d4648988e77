"""Programs that call the runtime by hand, and what they wrote: each call with its words, by a reader of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borrowscope.tables import stream_format as spec
from borrowscope.tables.published_api import BY_NUMBER
from borrowscope.tables.published_calls import Function, Kind
from borrowscope.tables.stream_format import Mark
from tests.runtime.recorded import program, run, runtime_rlib
from tests.trace.plain_reader import Stream, Thread, decode

TRACK = ("--cfg", 'feature="track"')
Word = Any  # a text, a flag, a number, texts, or None


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it stands in a stream."""

    row: Function
    words: dict[str, Word]
    thread: int


def tracked(source: str) -> Path:
    """A program whose runtime has the feature `track`."""
    return program(source, rlib=runtime_rlib(*TRACK))


def streams(folder: Path) -> list[Stream]:
    """All streams of a recording."""
    return [decode(path.read_bytes(), path.name) for path in sorted(folder.glob("*" + spec.SUFFIX))]


def calls(folder: Path) -> list[Call]:
    """All calls of a recording, by process and thread, oldest first."""
    return [call for stream in streams(folder) for thread in stream.threads.values() for call in calls_of(thread)]


def calls_of(thread: Thread) -> Iterator[Call]:
    """The calls of a thread, oldest first."""
    for place, word in enumerate(thread.words):
        if word >> spec.KIND_SHIFT == Mark.CALL:
            row = BY_NUMBER[word & spec.CALL_MASK]
            raw = [thread.instances[place], thread.others[place], *thread.args.get(place, [])]
            yield Call(row, _words(row, raw, thread.texts, word & spec.CALL_NARROW), thread.number)


def _words(row: Function, raw: list[int], texts: dict[int, str], narrow: int) -> dict[str, Word]:
    found: dict[str, Word] = {}
    rest = iter(raw)
    for word in row.words:
        first = next(rest)
        if word.kind is Kind.ADDRESS or (word.kind is Kind.NUMBER and not narrow):
            found[word.name] = first | next(rest) << 32
        elif word.kind is Kind.NUMBER:
            found[word.name] = first
        elif word.kind is Kind.TEXTS:
            found[word.name] = [texts[next(rest)] for _ in range(first)]
        else:
            found[word.name] = bool(first) if word.kind is Kind.FLAG else texts.get(first)
    assert not any(rest), row.name
    return found


def call(source: str, folder: Path, **options: object) -> list[Call]:
    """Run the body of a `main` that uses everything of the runtime, and give its calls."""
    done = run(tracked(f"use borrowscope_runtime::*;\nfn main() {{\n{source}\n}}\n"), folder, **options)
    assert done.returncode == 0, done.stderr
    return calls(folder)
