"""The static source: what the sources alone say of every file, found out when somebody first asks.

In: the crates to read, the files that are parsed already. Out: `FileFacts` by absolute path.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Protocol

from borrowscope.analyzer.facts import BindingFact, FileFacts, TypeSource
from borrowscope.analyzer.static.catalog import load_catalog
from borrowscope.analyzer.static.crate_cache import CrateCache
from borrowscope.analyzer.static.crates import CrateSource, Trees
from borrowscope.analyzer.static.infer import CrateInference
from borrowscope.analyzer.static.item_tree import Module
from borrowscope.analyzer.static.layout import Layout
from borrowscope.analyzer.static.lookup import Lookup
from borrowscope.analyzer.static.symbols import ItemContext, World
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


class Contribution(NamedTuple):
    """What the bodies of one file of one crate say, by path: a macro binds names in the file that defines it."""

    crate: str
    file: str
    facts: dict[str, FileFacts]
    outside: Mapping[int, Sequence[object]]  # by end of a body: what it says of places outside of itself


class StaticSource:
    """The facts of the static source about all crates."""

    def __init__(
        self,
        crates: Callable[[], Sequence[CrateSource]] | None,
        files: Sequence[ParsedFile],
        cache: CrateCache | None = None,
    ) -> None:
        self._crates = crates
        self._files = {file.text.path: file for file in files}
        self._cache = cache
        self._read: World | None = None

    def facts(self, path: str) -> FileFacts:
        """What is known of a file; nothing without crates."""
        return self._facts.get(path) or FileFacts(path)

    @cached_property
    def _facts(self) -> dict[str, FileFacts]:
        return merged(self.contributions())

    def contributions(self, wanted: Container[str] | None = None) -> list[Contribution]:
        """What the bodies of the wanted files say (all, where none are named), in the order of their modules."""
        world = self._world(wanted)
        if world is None:
            return []
        found = [
            self._contribution(world, crate, file, _contexts(world, modules))
            for crate in world.crates
            for file, modules in _by_file(world, crate).items()
            if wanted is None or file in wanted
        ]
        world.remember()
        self._read = world
        return found

    def layouts(self) -> dict[str, Layout]:
        """Where things are in the crates of the workspace, once all contributions were asked for."""
        return {crate: self._read.layout(crate) for crate in self._read.crates} if self._read is not None else {}

    @cached_property
    def lookup(self) -> Lookup | None:
        """Who answers what is asked of single places and bodies; None without crates."""
        world = self._read or self._world(None)
        return Lookup(world) if world is not None else None

    def contributions_at(
        self, places: Mapping[str, Collection[int]], others: Collection[str], layouts: Mapping[str, Layout]
    ) -> list[Contribution]:
        """What the bodies at some places say, for each file, and what all bodies of the other files say.

        These are the files whose functions hold impls for all to see. `LookupError` where a layout does not fit.
        """
        world = self._world(others, layouts)
        if world is None or not layouts.keys() >= {*world.crates}:
            return []
        asked = {*places, *others}
        return [
            self._contribution(world, crate, file, _contexts(world, modules, None if file in others else places[file]))
            for crate in world.crates
            for file, modules in world.modules_of(crate, asked).items()
        ]

    def _world(self, wanted: Container[str] | None, layouts: Mapping[str, Layout] | None = None) -> World | None:
        if self._crates is None:
            return None
        trees = Trees({Path(path): file for path, file in self._files.items()})
        return World(load_catalog(), self._crates(), trees, self._cache, wanted, layouts=layouts)

    def _contribution(self, world: World, crate: str, file: str, contexts: Iterable[ItemContext]) -> Contribution:
        inference = CrateInference(world, crate, self._place)
        facts = inference.facts(contexts)
        return Contribution(crate, file, facts, inference.outside)

    def _place(self, path: str, start: int, end: int) -> str:
        """A range as rustc prints it: `src/lib.rs:3:9: 3:12`."""
        file = self._files.get(path)
        if file is None:
            return ""
        first, last = file.lines.position(start), file.lines.position(end)
        return f"{file.text.relative}:{first[0]}:{first[1]}: {last[0]}:{last[1]}"


def _by_file(world: World, crate: str) -> dict[str, list[Module]]:
    """The modules of a crate, file by file."""
    modules: dict[str, list[Module]] = {}
    for module in world.modules(crate):
        if module.file is not None:
            modules.setdefault(str(module.file), []).append(module)
    return modules


def _contexts(world: World, modules: Iterable[Module], at: Collection[int] | None = None) -> Iterator[ItemContext]:
    """The bodies of modules; with offsets only those that stand there."""
    return (context for module in modules for context in world.contexts_of(module, at))


def merged(contributions: Iterable[Contribution]) -> dict[str, FileFacts]:
    """All facts by path: those of a crate together, then those of others where the first knows nothing."""
    found: dict[str, FileFacts] = {}
    for _, group in groupby(contributions, key=lambda contribution: contribution.crate):
        for path, facts in _of_crate(group).items():
            _merge(found.setdefault(path, FileFacts(path)), facts)
    return found


def _of_crate(contributions: Iterable[Contribution]) -> dict[str, FileFacts]:
    found: dict[str, FileFacts] = {}
    for contribution in contributions:
        for path, facts in contribution.facts.items():
            into = found.setdefault(path, FileFacts(path))
            for start, fact in facts.bindings.items():
                known = into.bindings.get(start)
                into.bindings[start] = fact if known is None else _together(known, fact)
            into.calls += facts.calls
            into.operations = list(dict.fromkeys([*into.operations, *facts.operations]))
    return found


def _together(one: BindingFact, other: BindingFact) -> BindingFact:
    """A name that a macro binds in several files' bodies: each type once."""
    if one.is_inactive != other.is_inactive:
        return other if one.is_inactive else one
    found = list(one.alternatives or [one])
    for fact in other.alternatives or [other]:
        if not any(fact.ty == known.ty for known in found):
            found.append(fact)
    if len(found) == 1:
        return found[0]
    return BindingFact(one.name, one.span, None, TypeSource.STATIC, alternatives=found, is_inactive=one.is_inactive)


def _merge(into: FileFacts, found: FileFacts) -> None:
    """A file that several crates have: what was found first stays, other types are alternatives."""
    for start, fact in found.bindings.items():
        known = into.bindings.get(start)
        into.bindings[start] = fact if known is None else _joined(known, fact)
    into.calls += found.calls
    into.operations = list(dict.fromkeys([*into.operations, *found.operations]))


def _joined(one: BindingFact, other: BindingFact) -> BindingFact:
    return other if one.ty is None and not one.alternatives else one
