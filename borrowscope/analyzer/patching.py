"""The analysis of a project in which only statements of single functions changed: nothing but these is read again.

In: what is kept of the project. Out: `Patched`, the new state; None where something else may have changed, or where
what a function says of other places is not what it said before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from borrowscope.analyzer.analyze import dependencies_cache
from borrowscope.analyzer.body_change import Change, find_body_change
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.item_change import find_item_change
from borrowscope.analyzer.kept_files import digest
from borrowscope.analyzer.kept_items import ItemKnowledge
from borrowscope.analyzer.known_bindings import SourceTree
from borrowscope.analyzer.memory import Memory, State, digests_of
from borrowscope.analyzer.outline import blanked
from borrowscope.analyzer.part_patches import Patches
from borrowscope.analyzer.sources import SourceText
from borrowscope.analyzer.static.source import Contribution, StaticSource, merged
from borrowscope.parse.syntax import Node, parse_source
from borrowscope.text.span import LineIndex

_NOTHING: Final = "nothing"


@dataclass(slots=True)
class Patched:
    """The new state, and the changed files, whose records are patched."""

    state: State
    files: list[str]


def find_patches(memory: Memory, changed: Collection[str]) -> Patched | None:
    """What the changes come to, if they are inside of one function of each file."""
    changes: dict[str, Change] = {}
    parts: dict[str, Patches] = {}
    for path in changed:
        known, text = memory.old.files.get(path), memory.read_text(path)
        part = memory.read_patches(path, memory.old) if known is not None else None
        if known is None or text is None or part is None:
            return None
        new = memory.texts[path].source
        change = find_body_change(text, new, known.outline) or find_item_change(text, new, known.outline)
        if change is None or _touches_shared(part.notes.shared, change, text) or _names_others(memory, change, text):
            return None
        if _is_named(memory, path, change) or _may_be_included(memory, path):
            return None
        changes[path], parts[path] = change, part
    return _Patching(memory, changes, parts).run() if changes else None


def _touches_shared(names: Iterable[str], change: Change, old: bytes) -> bool:
    """Whether methods are called on what other functions of the file see, too: that is told with its binding."""
    called = [rb"\b%b\s*(?:\.|/[/*])" % re.escape(name.encode()) for name in names]
    texts = (old[change.start : change.end], change.source[change.start : change.new_end])
    return any(re.search(name, text) is not None for name in called for text in texts)


def _names_others(memory: Memory, change: Change, old: bytes) -> bool:
    """Whether the function names other crates than before: the compiler loads those that are named anywhere."""
    names = {name.encode() for crate in memory.crates if crate.is_workspace for name in crate.dependencies}
    before, now = old[change.start : change.end], change.source[change.start : change.new_end]
    return any((name in before) != (name in now) for name in names)


def _is_named(memory: Memory, path: str, change: Change) -> bool:
    """Whether a function that came or went has a name that stands elsewhere: another function may be meant there."""
    sources = [text.source for other, text in memory.texts.items() if other != path]
    sources += (change.source[: change.start], change.source[change.new_end :])
    return any(re.search(rb"\b%b\b" % name, source) is not None for name in change.names for source in sources)


def _may_be_included(memory: Memory, path: str) -> bool:
    """Whether a file says `include!` with the name of this one: its bodies are read as parts of the other."""
    name = Path(path).name.encode()
    return any(b"include" in text.source and name in text.source for text in memory.texts.values())


class _Patching:
    """One attempt."""

    def __init__(self, memory: Memory, changes: dict[str, Change], parts: dict[str, Patches]) -> None:
        self._memory = memory
        self._changes = changes
        self._parts = parts
        self._state = replace(memory.old, files={**memory.old.files}, outside={**memory.old.outside})

    def run(self) -> Patched | None:
        """The new state; what is kept is written when all is known."""
        for path, change in self._changes.items():
            known = self._state.files[path]
            facts = digest(known.facts, "patched")
            self._state.files[path] = replace(
                known, content=self._memory.contents[path], outline=change.outline, facts=facts
            )
        said = self._said()
        if not self._is_as_before(said):
            return None
        parts = self._with_patches(said)
        if parts is None:
            return None
        for path, part in parts.items():
            self._memory.write_text(path)
            self._memory.write_patches(path, self._state, part)
        self._state.stale = self._state.stale | self._state.speaking_of(self._changes)
        return Patched(self._state, list(parts))

    def _said(self) -> list[Contribution]:
        """What the changed functions say; nothing where that cannot be told."""
        layouts = self._memory.read_layouts(self._state)
        if layouts is None:
            return []
        loose = {path for path, known in self._state.files.items() if known.outline.has_loose_impls}
        crates = self._memory.crates
        static = StaticSource(lambda: crates, self._trees, dependencies_cache(self._memory.request))
        places = {
            path: [end - 1 for end in change.new_ends] for path, change in self._changes.items() if change.new_ends
        }
        if not places:
            return []
        try:
            said = static.contributions_at(places, loose, layouts)
        except LookupError:
            return []
        return [found for found in said if found.file in self._changes]

    @cached_property
    def _trees(self) -> list[_Outer]:
        return [_Outer(text, lambda path=path: self._outer(path)) for path, text in self._memory.texts.items()]  # type: ignore[misc]

    def _outer(self, path: str) -> bytes:
        """A file without the insides of functions, but for the one that changed."""
        change = self._changes.get(path)
        if change is not None:
            return change.beside_others
        return blanked(self._memory.texts[path].source, self._state.files[path].outline.blanks)

    def _is_as_before(self, said: Sequence[Contribution]) -> bool:
        """Whether the functions say of other places what they said before; moves what is known of the others."""
        told = {(found.crate, found.file): found for found in said}
        for key in self._state.bodies:
            change, found = self._changes.get(key[1]), told.pop(key, None)
            if change is None:
                continue
            before = self._state.outside.get(key, {})
            now = digests_of(found.outside) if found is not None else {}
            own = [now.get(end, _NOTHING) for end in change.new_ends]
            gone = [before.get(end, _NOTHING) for end in change.old_ends]
            is_told = found is not None or not change.new_ends
            if not is_told or "" in own or _said(own) != _said(gone) or (change.lines and "" in before.values()):
                return False
            self._state.outside[key] = _moved(change, before, dict(zip(change.new_ends, own, strict=True)))
        return not told

    def _with_patches(self, said: Sequence[Contribution]) -> dict[str, Patches] | None:
        facts = merged(
            found._replace(facts={found.file: _within(self._changes[found.file], found.facts.get(found.file))})
            for found in said
        )
        knowledge = ItemKnowledge(self._memory, self._state.interface, self._all_trees)
        patched: dict[str, Patches] = {}
        for path, change in self._changes.items():
            text, kept = self._memory.texts[path], self._parts[path]
            tree = SourceTree(replace(text, source=change.alone, tree=None), change.root)
            part, analysis = knowledge.part(tree, facts.get(path) or FileFacts(path))
            if any(function.path in kept.notes.repeated for function in part.functions):
                return None
            new = kept.with_patch(change, text.relative, analysis.found.scopes, part)
            if new is None:
                return None
            patched[path] = new
        return patched

    def _all_trees(self) -> list[SourceTree]:
        return [SourceTree(tree.text, tree.root) for tree in self._trees]


class _Outer:
    """A file that is parsed when somebody asks for its tree."""

    def __init__(self, text: SourceText, source: Callable[[], bytes]) -> None:
        self.text = text
        self._source = source

    @cached_property
    def root(self) -> Node:
        """The tree."""
        return parse_source(self._source())

    @cached_property
    def lines(self) -> LineIndex:
        """Where lines begin."""
        return LineIndex(self.text.source)


def _said(words: Sequence[str]) -> list[str]:
    return [each for each in words if each != _NOTHING]


def _moved(change: Change, before: Mapping[int, str], own: Mapping[int, str]) -> dict[int, str]:
    """What single bodies say of other places, by the ends that they have now."""
    others = {end: words for end, words in before.items() if not change.start < end <= change.end}
    moved = {end + change.shift if end > change.end else end: words for end, words in others.items()}
    return moved | {end: words for end, words in own.items() if words != _NOTHING}


def _within(change: Change, facts: FileFacts | None) -> FileFacts:
    """What a file's facts say of the function itself."""
    if facts is None:
        return FileFacts("")
    bindings = {start: fact for start, fact in facts.bindings.items() if change.holds(start)}
    calls = [call for call in facts.calls if change.holds(call.span.start)]
    operations = [operation for operation in facts.operations if change.holds(operation.span.start)]
    return replace(facts, bindings=bindings, calls=calls, operations=operations)
