"""What MIR bodies say, remembered: a body is read again when its dump changed, or the lines that its spans name.

In: the texts of dumps, the user's files, a place among `KeptFiles`. Out: `KeptBody` values, and `BodyFacts` of those
that somebody asks for, fresh objects each time. The library and its tests share most bodies: they are read once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from borrowscope.analyzer.kept_files import KeptFiles, digest
from borrowscope.analyzer.kept_values import find_read, written
from borrowscope.analyzer.mir import parse_body, parse_span
from borrowscope.analyzer.mir_facts import BodyFacts, Place, read_body
from borrowscope.analyzer.source_files import SourceFile, SourceFiles
from borrowscope.analyzer.stale_bodies import without_stale
from borrowscope.text.span import Span

_MOST: Final = 64_000_000  # bytes that are kept of one project


class _Lines(NamedTuple):
    """Lines of a file that a body was read with, and what stood there; None where there was no such file."""

    file: str
    first: int
    last: int
    content: str | None


class _Entry(NamedTuple):
    """What is kept of a body. `facts` are None where the dump is none of a body; `mark` is of what they follow from."""

    lines: tuple[_Lines, ...]
    facts: bytes | None
    mark: str
    path: str
    claims: tuple[Place, ...]


class KeptBody(NamedTuple):
    """A body that is known: the name of its text, the time stamp of its dump, the mark of what its facts follow from.

    `files` are those that it may speak of; `claims` the names that it binds.
    """

    key: str
    path: str
    stamp: float
    mark: str
    files: tuple[str, ...]
    claims: tuple[Place, ...]


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

    def path_of(self, name: str) -> str | None:
        """The path of a file that spans name, where it is there."""
        file = self._open(name)
        return file.path if file is not None else None

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
        self._new: dict[str, BodyFacts] = {}  # just read, and not yet asked for
        self._paths: dict[str, SourceFile | None] = {}
        self._is_new = False

    def known(self, texts: Iterable[tuple[str, float]]) -> list[KeptBody]:
        """All dumps that are bodies and still stand in the sources; those that nobody has read so far are read."""
        found = []
        for text, stamp in texts:
            key = digest(text)
            entry = self._used.get(key) or self._find_old(key) or self._read_anew(key, text)
            self._used[key] = entry
            if entry.facts is not None:
                found.append(KeptBody(key, entry.path, stamp, entry.mark, self._files_of(entry), entry.claims))
        return without_stale(found, self.source_of)

    def facts(self, body: KeptBody) -> BodyFacts:
        """What a body says."""
        facts = self._new.pop(body.key, None) or find_read(self._used[body.key].facts or b"", self._named)
        assert isinstance(facts, BodyFacts)
        return facts

    def keep(self) -> None:
        """Remember what this run has read, and nothing that it did not."""
        size = sum(len(entry.facts or b"") for entry in self._used.values())
        if self._files is not None and size <= _MOST and (self._is_new or len(self._used) != len(self._old)):
            rows = {key: (tuple(map(tuple, lines)), *rest) for key, (lines, *rest) in self._used.items()}
            self._files.write(self._name, written(rows))

    def _find_old(self, key: str) -> _Entry | None:
        """What an earlier run has kept, where all lines are as they were."""
        row = self._old.get(key)
        if row is None:
            return None
        lines, *rest = row
        entry = _Entry(tuple(_Lines(*each) for each in lines), *rest)  # type: ignore[attr-defined,arg-type]
        return entry if all(map(self._sources.is_as_before, entry.lines)) else None

    def _read_anew(self, key: str, text: str) -> _Entry:
        self._is_new = True
        self._sources.asked.clear()
        body = parse_body(text)
        facts = read_body(body, self._sources) if body is not None else None
        lines = self._sources.asked_lines()
        mark = digest(key, repr(lines))
        if facts is None:
            return _Entry(lines, None, mark, "", ())
        self._new[key] = facts
        claims = tuple({(known.file.path, known.fact.span.start): None for known in facts.locals.values()})
        return _Entry(lines, written(facts, _name_of), mark, facts.path, claims)

    def source_of(self, path: str) -> bytes:
        """The text of a file that some body speaks of."""
        file = self._named(path)
        return file.source if file is not None else b""

    def _files_of(self, entry: _Entry) -> tuple[str, ...]:
        """The files whose lines a body was read with."""
        paths = (self._sources.path_of(lines.file) for lines in entry.lines)
        return tuple(dict.fromkeys(path for path in paths if path is not None))

    def _named(self, path: str) -> SourceFile | None:
        if path not in self._paths:
            self._paths[path] = self._sources.by_path(path)
        return self._paths[path]


def _name_of(value: object) -> str | None:
    return value.path if isinstance(value, SourceFile) else None
