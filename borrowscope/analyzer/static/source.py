"""The static source: what the sources alone say of every file, found out when somebody first asks.

In: the crates to read, the files that are parsed already. Out: `FileFacts` by absolute path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from borrowscope.analyzer.facts import BindingFact, FileFacts
from borrowscope.analyzer.static.catalog import load_catalog
from borrowscope.analyzer.static.crates import CrateSource, Trees
from borrowscope.analyzer.static.infer import CrateInference
from borrowscope.analyzer.static.symbols import World
from borrowscope.parse.syntax import Node
from borrowscope.text.span import LineIndex


class NamedFile(Protocol):
    """What a file is called."""

    @property
    def path(self) -> str:
        """Where it lies, absolute."""

    @property
    def relative(self) -> str:
        """Relative to the project's root, as rustc has it in the names of closures."""


class ParsedFile(Protocol):
    """A file that was read already."""

    @property
    def text(self) -> NamedFile:
        """Its names."""

    @property
    def root(self) -> Node:
        """Its tree."""

    @property
    def lines(self) -> LineIndex:
        """Its lines."""


class StaticSource:
    """The facts of the static source about all crates."""

    def __init__(self, crates: Callable[[], Sequence[CrateSource]] | None, files: Sequence[ParsedFile]) -> None:
        self._crates = crates
        self._files = {file.text.path: file for file in files}

    def facts(self, path: str) -> FileFacts:
        """What is known of a file; nothing without crates."""
        return self._facts.get(path) or FileFacts(path)

    @cached_property
    def _facts(self) -> dict[str, FileFacts]:
        if self._crates is None:
            return {}
        trees = Trees({Path(path): file.root for path, file in self._files.items()})
        world = World(load_catalog(), self._crates(), trees)
        found: dict[str, FileFacts] = {}
        for crate in world.crates:
            for path, facts in CrateInference(world, crate, self._place).facts().items():
                _merge(found.setdefault(path, FileFacts(path)), facts)
        return found

    def _place(self, path: str, start: int, end: int) -> str:
        """A range as rustc prints it: `src/lib.rs:3:9: 3:12`."""
        file = self._files.get(path)
        if file is None:
            return ""
        first, last = file.lines.position(start), file.lines.position(end)
        return f"{file.text.relative}:{first[0]}:{first[1]}: {last[0]}:{last[1]}"


def _merge(into: FileFacts, found: FileFacts) -> None:
    """A file that several crates have: what was found first stays, other types are alternatives."""
    for start, fact in found.bindings.items():
        known = into.bindings.get(start)
        into.bindings[start] = fact if known is None else _joined(known, fact)
    into.calls += found.calls


def _joined(one: BindingFact, other: BindingFact) -> BindingFact:
    return other if one.ty is None and not one.alternatives else one
