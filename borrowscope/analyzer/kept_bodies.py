"""What MIR bodies say, remembered: a body is read again when its dump changed, or the lines that its spans name.

In: the texts of dumps, the user's files, a place among `KeptFiles`. Out: `BodyFacts`, fresh objects for each asking.
The library and its tests share most bodies: they are read once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from borrowscope.analyzer.kept_files import KeptFiles, digest
from borrowscope.analyzer.kept_values import find_read, written
from borrowscope.analyzer.mir import parse_body, parse_span
from borrowscope.analyzer.mir_facts import BodyFacts, read_body
from borrowscope.analyzer.source_files import SourceFile, SourceFiles
from borrowscope.text.span import Span

_MOST: Final = 64_000_000  # bytes that are kept of one project


class _Lines(NamedTuple):
    """Lines of a file that a body was read with, and what stood there; None where there was no such file."""

    file: str
    first: int
    last: int
    content: str | None


class _Entry(NamedTuple):
    """What is kept of a body. `facts` are None where the dump is none of a body."""

    lines: tuple[_Lines, ...]
    facts: bytes | None


class _Files(SourceFiles):
    """The user's files, and a note of each span that somebody asks for."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: set[str] = set()

    def find_span(self, text: str) -> tuple[SourceFile, Span] | None:
        self.asked.add(text)
        return super().find_span(text)

    def asked_lines(self) -> tuple[_Lines, ...]:
        """All that the answers since the last time followed from; a look at the line before belongs to it."""
        ranges: dict[str, tuple[int, int]] = {}
        for text in self.asked:
            raw = parse_span(text)
            if raw is not None and not text.startswith(("/rustc/", "<")):
                first, last = ranges.get(raw.file, (raw.start_line, raw.end_line))
                ranges[raw.file] = min(first, raw.start_line - 1), max(last, raw.end_line)
        self.asked.clear()
        return tuple(_Lines(file, *lines, self._content(file, *lines)) for file, lines in sorted(ranges.items()))

    def is_as_before(self, lines: _Lines) -> bool:
        """Whether the lines are what they were, at the very place where they were."""
        return self._content(lines.file, lines.first, lines.last) == lines.content

    def _content(self, name: str, first: int, last: int) -> str | None:
        file = self._open(name)
        if file is None:
            return None
        start, end = file.lines.range_of(first, last)
        return digest(f"{start} {end} {last <= file.lines.count}", file.source[start:end])

    def by_path(self, path: str) -> SourceFile | None:
        """A file that some span named."""
        return next((file for file in self._files.values() if file is not None and file.path == path), None)


class KeptBodies:
    """The bodies of all units of one project. Without `files` nothing outlives the run."""

    def __init__(self, root: Path, files: KeptFiles | None = None, name: str = "bodies") -> None:
        self._sources = _Files(root)
        self._files = files
        self._name = digest(name, str(root.absolute()))
        content = files.read(self._name) if files is not None else None
        kept = find_read(content) if content is not None else None
        self._old: dict[str, tuple[object, ...]] = kept if isinstance(kept, dict) else {}
        self._used: dict[str, _Entry] = {}
        self._paths: dict[str, SourceFile | None] = {}
        self._is_new = False

    def read(self, texts: Iterable[tuple[str, float]]) -> list[BodyFacts]:
        """The facts of all dumps that are bodies, each with its time stamp."""
        found = []
        for text, stamp in texts:
            facts = self._read(text)
            if facts is not None:
                facts.written = stamp
                found.append(facts)
        return found

    def keep(self) -> None:
        """Remember what this run has read, and nothing that it did not."""
        size = sum(len(entry.facts or b"") for entry in self._used.values())
        if self._files is not None and size <= _MOST and (self._is_new or len(self._used) != len(self._old)):
            rows = {key: (tuple(map(tuple, lines)), facts) for key, (lines, facts) in self._used.items()}
            self._files.write(self._name, written(rows))

    def _read(self, text: str) -> BodyFacts | None:
        key = digest(text)
        entry = self._used.get(key) or self._find_old(key)
        if entry is not None:
            self._used[key] = entry
            facts = find_read(entry.facts, self._named) if entry.facts is not None else None
            if entry.facts is None or isinstance(facts, BodyFacts):
                return facts
        return self._read_anew(key, text)

    def _find_old(self, key: str) -> _Entry | None:
        """What an earlier run has kept, where all lines are as they were."""
        row = self._old.get(key)
        if row is None:
            return None
        lines, facts = row
        entry = _Entry(tuple(_Lines(*each) for each in lines), facts)  # type: ignore[attr-defined,arg-type]
        return entry if all(map(self._sources.is_as_before, entry.lines)) else None

    def _read_anew(self, key: str, text: str) -> BodyFacts | None:
        self._is_new = True
        self._sources.asked.clear()
        body = parse_body(text)
        facts = read_body(body, self._sources) if body is not None else None
        content = written(facts, _name_of) if facts is not None else None
        self._used[key] = _Entry(self._sources.asked_lines(), content)
        return facts

    def _named(self, path: str) -> SourceFile | None:
        if path not in self._paths:
            self._paths[path] = self._sources.by_path(path)
        return self._paths[path]


def _name_of(value: object) -> str | None:
    return value.path if isinstance(value, SourceFile) else None
