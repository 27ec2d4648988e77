"""What is kept of a project between two runs of the static analysis: a state, and files by name.

In: an `AnalysisRequest` with a cache. Out: `State`, texts and records as they were; what is damaged or of another
version is not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from borrowscope.analyzer.analyze import AnalysisRequest, in_order
from borrowscope.analyzer.kept_files import KeptFiles, digest
from borrowscope.analyzer.outline import Outline
from borrowscope.analyzer.part_patches import MOST_PATCHES, Notes, Patches
from borrowscope.analyzer.sources import SourceText
from borrowscope.analyzer.static.crate_keys import crate_key
from borrowscope.analyzer.static.layout import Layout
from borrowscope.analyzer.type_info import FilePart

BodyKey = tuple[str, str]
_Json = Any
_KEY: Final = 32


@dataclass(slots=True)
class Known:
    """What is remembered of one file."""

    content: str
    outline: Outline
    facts: str = ""  # the digest of what the bodies of all files say of it


@dataclass(slots=True)
class State:
    """What is remembered of a project. `bodies` lead from crate and file to the paths that its bodies speak of.

    `outside` likewise, to digests of what single bodies say of places outside of themselves, by their ends (see
    `digests_of`). `stale` are those whose facts are not kept, since only one of their functions was read again.
    """

    interface: str = ""
    files: dict[str, Known] = field(default_factory=dict)
    bodies: dict[BodyKey, list[str]] = field(default_factory=dict)
    outside: dict[BodyKey, dict[int, str]] = field(default_factory=dict)
    stale: set[BodyKey] = field(default_factory=set)

    def content(self, path: str) -> str | None:
        """The digest of a file's text."""
        known = self.files.get(path)
        return known.content if known is not None else None

    def outlines(self) -> str:
        """The digest of all outlines."""
        return digest(*(known.outline.digest for known in self.files.values()))

    def speaking_of(self, paths: Iterable[str]) -> set[BodyKey]:
        """The bodies that stand in one of the files or speak of it."""
        asked = {*paths}
        return {key for key, told in self.bodies.items() if not asked.isdisjoint((key[1], *told))}


def digests_of(outside: Mapping[int, Sequence[object]]) -> dict[int, str]:
    """One for equal words; empty where these tell lines, which are others when the text before becomes longer."""
    texts = {end: json.dumps(words) for end, words in outside.items()}
    return {end: "" if "@" in text else digest(text) for end, text in texts.items()}


class Memory:
    """The texts of a request, and what is kept of them. `name` tells the project and its crates."""

    def __init__(self, request: AnalysisRequest, stamp: str) -> None:
        assert request.cache is not None
        assert request.crates is not None
        self.request = request
        self.texts: dict[str, SourceText] = {text.path: text for text in in_order(request)}
        self.crates = request.crates()
        self.contents = {path: digest(text.source) for path, text in self.texts.items()}
        self._stamp = stamp
        self._files = KeptFiles(request.cache / "files", stamp)
        self._name = digest(json.dumps([*_described(self.texts.values()), *map(crate_key, self.crates)]))

    def name(self, what: str, *of: str) -> str:
        """What a kept file is called."""
        return f"{what}-{digest(self._name, *of)}"

    def read(self, what: str, *of: str) -> bytes | None:
        """The contents of a kept file."""
        return self._files.read(self.name(what, *of))

    def write(self, content: bytes, what: str, *of: str) -> None:
        """Keep contents."""
        self._files.write(self.name(what, *of), content)

    @cached_property
    def old(self) -> State:
        """The state that the run before left."""
        content = self.read("state")
        return _state_of(json.loads(content)) if content is not None else State()

    def write_state(self, state: State) -> None:
        """Keep the state for the next run."""
        self.write(_state_json(state), "state")

    def has_part(self, path: str, state: State) -> bool:
        """Whether the records of a file are kept that follow from that state."""
        return self._files.begins_with(self.name("patches", path), self._part_key(path, state))

    def read_patches(self, path: str, state: State) -> Patches | None:
        """How the kept records of a file become those that follow from that state."""
        content = self.read("patches", path) or b""
        return Patches.read(content[_KEY:]) if content and content[:_KEY] == self._part_key(path, state) else None

    def read_part(self, path: str, state: State) -> FilePart | None:
        """The records of a file, where they follow from that state."""
        patches = self.read_patches(path, state)
        records = self._records(path, patches) if patches is not None else None
        return FilePart.model_validate_json(records) if records is not None else None

    def _records(self, path: str, patches: Patches) -> bytes | None:
        content = self.read("records", path)
        if content is None or content[:_KEY] != patches.base.encode():
            return None
        return patches.applied(content[_KEY:])

    def write_part(self, path: str, state: State, part: FilePart, notes: Notes) -> None:
        """Keep the records of a file."""
        self._write_records(path, state, part.model_dump_json().encode(), notes)

    def _write_records(self, path: str, state: State, records: bytes, notes: Notes) -> None:
        key = self._part_key(path, state)
        self.write(key + records, "records", path)
        self.write(key + Patches(key.decode(), notes).written(), "patches", path)

    def write_patches(self, path: str, state: State, patches: Patches) -> None:
        """Keep what changed in the records of a file; when that is much, the records themselves."""
        records = self._records(path, patches) if len(patches.patches) >= MOST_PATCHES else None
        if records is not None:
            self._write_records(path, state, records, patches.notes)
        else:
            self.write(self._part_key(path, state) + patches.written(), "patches", path)

    def _part_key(self, path: str, state: State) -> bytes:
        """What the records of a file follow from: all outlines, its own text, and what bodies say of it."""
        known = state.files[path]
        return digest(self._stamp, state.interface, known.content, known.facts).encode()

    def read_layouts(self, state: State) -> dict[str, Layout] | None:
        """Where things are in the crates, as all outlines have it."""
        content = self.read("layouts")
        interface, rows = json.loads(content) if content is not None else ("", {})
        return {crate: Layout(*row) for crate, row in rows.items()} if interface == state.interface else None

    def write_layouts(self, state: State, layouts: Mapping[str, Layout]) -> None:
        """Keep where things are."""
        rows = {crate: [getattr(layout, name) for name in Layout.__slots__] for crate, layout in layouts.items()}
        self.write(json.dumps([state.interface, rows], separators=(",", ":")).encode(), "layouts")

    def read_text(self, path: str) -> bytes | None:
        """The text of a file as the old state knows it."""
        content = self.read("text", path)
        return content if content is not None and digest(content) == self.old.content(path) else None

    def write_text(self, path: str) -> None:
        """Keep the text of a file."""
        self.write(self.texts[path].source, "text", path)


def _described(texts: Iterable[SourceText]) -> Iterator[list[str]]:
    return ([text.path, text.relative, text.crate, text.module_path] for text in texts)


def _state_json(state: State) -> bytes:
    files = {path: [known.content, known.facts, *_outline_row(known.outline)] for path, known in state.files.items()}
    bodies = [
        [*key, paths, [*state.outside.get(key, {}).items()], key in state.stale] for key, paths in state.bodies.items()
    ]
    return json.dumps([state.interface, files, bodies], separators=(",", ":")).encode()


def _outline_row(outline: Outline) -> list[_Json]:
    return [getattr(outline, name) for name in Outline.__slots__]


def _state_of(found: _Json) -> State:
    interface, files, bodies = found
    return State(
        interface,
        {path: Known(content, Outline(*outline), facts) for path, (content, facts, *outline) in files.items()},
        {(crate, file): paths for crate, file, paths, _, _ in bodies},
        {(crate, file): dict(outside) for crate, file, _, outside, _ in bodies if outside},
        {(crate, file) for crate, file, _, _, is_stale in bodies if is_stale},
    )
