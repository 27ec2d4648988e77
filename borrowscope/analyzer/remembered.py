"""The analysis of a project that was analyzed before: only what a change can have changed is found out again.

In: an `AnalysisRequest` with a cache. Out: `Recalled`: the records of each file. A file's facts hold as long as its own
text and the outlines of all files stay as they are; its records as long as its text, those outlines and its facts do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from borrowscope.analyzer.analyze import (
    AnalysisRequest,
    analyze,
    assembled,
    dependencies_cache,
    file_part,
    in_order,
    items_of,
    parsed,
    traits_of,
    types_of,
)
from borrowscope.analyzer.facts import BindingFact, CallFact, FileFacts, TypeSource
from borrowscope.analyzer.kept_files import KeptFiles, digest, tool_stamp
from borrowscope.analyzer.known_bindings import SourceTree, TypeKnowledge, analyze_file
from borrowscope.analyzer.outline import Outline, blanked, read_outline
from borrowscope.analyzer.source_items import SourceItems
from borrowscope.analyzer.sources import SourceText
from borrowscope.analyzer.static.crate_cache import is_immutable
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.static.source import Contribution, StaticSource, merged
from borrowscope.analyzer.type_info import FilePart, TypeInfo
from borrowscope.parse.syntax import parse_source
from borrowscope.text.collector import collector_paused
from borrowscope.text.deep_stack import run_deep
from borrowscope.text.span import Span

_Json = Any
_NO_FACTS: Final = FileFacts("")


@dataclass(slots=True)
class Recalled:
    """The records of each file as JSON, in the order of the files. `read` names the files that were analyzed anew."""

    request: AnalysisRequest
    parts: dict[str, bytes | FilePart]
    read: list[str] = field(default_factory=list)

    def info(self) -> TypeInfo:
        """Everything that type-info.json says."""
        with collector_paused():
            parts = {
                path: part if isinstance(part, FilePart) else FilePart.model_validate_json(part)
                for path, part in self.parts.items()
            }
            return assembled(self.request, parts)


def analyze_remembered(request: AnalysisRequest) -> TypeInfo:
    """What `analyze` tells, with what is remembered. Where the compiler answers, nothing is."""
    if request.cache is None or request.facts or request.crates is None:
        return analyze(request)
    return recall(request).info()


def recall(request: AnalysisRequest) -> Recalled:
    """The records of all files, from the cache as far as they hold."""
    with collector_paused():
        return run_deep(lambda: _Recall(request).run())


@dataclass(slots=True)
class _Known:
    """What is remembered of one file."""

    content: str
    outline: Outline
    facts: str = ""  # the digest of what the bodies of all files say of it


@dataclass(slots=True)
class _State:
    """What is remembered of a project. `bodies` lead from crate and file to the paths that its bodies speak of."""

    interface: str = ""
    files: dict[str, _Known] = field(default_factory=dict)
    bodies: dict[tuple[str, str], list[str]] = field(default_factory=dict)


class _Recall:
    """One analysis."""

    def __init__(self, request: AnalysisRequest) -> None:
        assert request.cache is not None
        assert request.crates is not None
        self._request = request
        self._texts = {text.path: text for text in in_order(request)}
        self._crates = request.crates()
        self._kept = KeptFiles(request.cache / "files", tool_stamp())
        self._name = digest(json.dumps([*_described(self._texts.values()), *map(_crate_key, self._crates)]))
        self._full: dict[str, SourceTree] = {}
        self._contents = {path: digest(text.source) for path, text in self._texts.items()}
        self._old = self._read_state()
        self._state = _State()
        self._bodies: dict[tuple[str, str], Contribution] = {}
        self._facts: dict[str, FileFacts] = {}

    def run(self) -> Recalled:
        """Find out what changed, and read that again."""
        self._read_outlines()
        changed = {path for path, known in self._state.files.items() if self._content(self._old, path) != known.content}
        is_same = self._old.interface == self._state.interface
        self._read_bodies({key for key, paths in self._old.bodies.items() if changed & {key[1], *paths}}, is_same)
        parts = dict(self._parts())
        read = [self._texts[path].relative for path, part in parts.items() if isinstance(part, FilePart)]
        if changed or read or not is_same:
            self._kept.write(f"state-{self._name}", _state_json(self._state))
        return Recalled(self._request, {self._texts[path].relative: part for path, part in parts.items()}, read)

    # 1. outlines
    def _read_outlines(self) -> None:
        for path, content in self._contents.items():
            known = self._old.files.get(path)
            outline = known.outline if known is not None and known.content == content else None
            self._state.files[path] = _Known(content, outline or read_outline(self._tree(path).root))
        self._state.interface = digest(*(known.outline.digest for known in self._state.files.values()))

    def _tree(self, path: str) -> SourceTree:
        """A file with all its bodies."""
        found = self._full.get(path)
        if found is None:
            found = self._full[path] = parsed(self._texts[path])
        return found

    @staticmethod
    def _content(state: _State, path: str) -> str | None:
        known = state.files.get(path)
        return known.content if known is not None else None

    @cached_property
    def _trees(self) -> list[SourceTree]:
        """All files; those that are the same as before without the insides of functions."""
        return [self._full.get(path) or self._outer(path) for path in self._texts]

    def _outer(self, path: str) -> SourceTree:
        text = self._texts[path]
        if text.tree is not None:
            return SourceTree(text, text.tree)
        return SourceTree(text, parse_source(blanked(text.source, self._state.files[path].outline.blanks)))

    # 2. what bodies say
    def _read_bodies(self, stale: set[tuple[str, str]], is_same: bool) -> None:  # noqa: FBT001
        """Ask the static source about the bodies that are stale; all, where an outline is another."""
        old = self._old
        if is_same and not stale:
            self._state.bodies = old.bodies
            for path, known in self._state.files.items():
                known.facts = old.files[path].facts
            return
        touched = {path for key in stale for path in old.bodies[key]}
        kept = {key: self._read_contribution(key) for key, paths in old.bodies.items() if touched & {*paths}}
        if is_same and all(kept[key] is not None for key in kept if key not in stale):
            new = {key: found for key, found in self._infer({file for _, file in stale}).items() if key in stale}
            order = list(old.bodies)
            touched |= {path for found in new.values() for path in found.facts}
            others = {key for key in old.bodies if touched & {*old.bodies[key]}} - kept.keys()
            kept |= {key: self._read_contribution(key) for key in others}
            if all(kept[key] is not None for key in others) and new.keys() == stale:
                self._state.bodies = {key: list(new[key].facts) if key in new else old.bodies[key] for key in order}
                self._merge([found for key in order if (found := new.get(key) or kept.get(key)) is not None], touched)
                for path, known in self._state.files.items():
                    known.facts = known.facts if path in touched else old.files[path].facts
                self._store(new)
                return
        self._read_all()

    def _read_all(self) -> None:
        for path in self._texts:
            self._tree(path)
        self.__dict__.pop("_trees", None)
        found = self._infer(None)
        self._state.bodies = {key: list(contribution.facts) for key, contribution in found.items()}
        self._merge(found.values(), self._texts)
        self._store(found)

    def _infer(self, wanted: set[str] | None) -> dict[tuple[str, str], Contribution]:
        """What bodies say. Functions that hold impls for all to see are read in any case, in their order."""
        if wanted is not None:
            for path in wanted & self._texts.keys():
                self._tree(path)
            wanted = wanted | {path for path, known in self._state.files.items() if known.outline.has_loose_impls}
        static = StaticSource(lambda: self._crates, self._trees, dependencies_cache(self._request))
        return {(found.crate, found.file): found for found in static.contributions(wanted)}

    def _merge(self, contributions: Iterable[Contribution], touched: Container[str]) -> None:
        for path, facts in merged(contributions).items():
            if path in touched:
                self._facts[path] = facts
        for path, known in self._state.files.items():
            if path in touched:
                known.facts = digest(json.dumps(_facts_json(self._facts.get(path, _NO_FACTS))))

    def _body_key(self, key: tuple[str, str], paths: Iterable[str]) -> str:
        """What the facts of a body follow from: all outlines, its own text, and the texts that it speaks of."""
        contents = (self._content(self._state, path) or "" for path in (key[1], *sorted(paths)))
        return digest(self._state.interface, *contents)

    def _store(self, found: dict[tuple[str, str], Contribution]) -> None:
        for key, contribution in found.items():
            facts = {path: _facts_json(facts) for path, facts in contribution.facts.items()}
            content = json.dumps([self._body_key(key, facts), facts], separators=(",", ":"))
            self._kept.write(f"facts-{digest(self._name, *key)}", content.encode())

    def _read_contribution(self, key: tuple[str, str]) -> Contribution | None:
        content = self._kept.read(f"facts-{digest(self._name, *key)}")
        if content is None:
            return None
        own_key, facts = json.loads(content)
        if own_key != self._body_key(key, facts):
            return None
        return Contribution(*key, {path: _facts_of(path, rows) for path, rows in facts.items()})

    # 3. records
    def _parts(self) -> Iterator[tuple[str, bytes | FilePart]]:
        for path in self._texts:
            known = self._state.files[path]
            key = digest(self._state.interface, known.content, known.facts).encode()
            name = f"records-{digest(self._name, path)}"
            content = self._kept.read(name) or b""
            if content.startswith(key):
                yield path, content[len(key) :]
                continue
            part = self._part(path)
            self._kept.write(name, key + part.model_dump_json().encode())
            yield path, part

    def _part(self, path: str) -> FilePart:
        tree = self._tree(path)
        crate = tree.text.crate
        knowledge = TypeKnowledge(FileFacts(path), self._facts_of(path))
        return file_part(analyze_file(tree, knowledge, self._types[crate]), self._items[crate], self._traits[crate])

    def _facts_of(self, path: str) -> FileFacts:
        """What all bodies say of a file."""
        if path not in self._facts:
            keys = [key for key, paths in self._state.bodies.items() if path in paths]
            found = [self._read_contribution(key) for key in keys]
            if None in found:
                self._read_all()
            else:
                self._merge([one for one in found if one is not None], {path})
        return self._facts.get(path) or FileFacts(path)

    @cached_property
    def _items(self) -> dict[str, SourceItems]:
        return items_of(self._trees)

    @cached_property
    def _types(self) -> dict[str, dict[str, str]]:
        return types_of(self._items)

    @cached_property
    def _traits(self) -> dict[str, Any]:
        return traits_of(self._trees)

    # the state on disk
    def _read_state(self) -> _State:
        content = self._kept.read(f"state-{self._name}")
        return _state_of(json.loads(content)) if content is not None else _State()


def _described(texts: Iterable[SourceText]) -> Iterator[list[str]]:
    return ([text.path, text.relative, text.crate, text.module_path] for text in texts)


def _crate_key(source: CrateSource) -> list[_Json]:
    """What a crate is; sources that may change, and that are none of the files to analyze, by size and time."""
    is_open = not source.is_workspace and not is_immutable(source.root)
    return [
        source.key,
        source.name,
        source.edition,
        str(source.root),
        sorted(source.dependencies.items()),
        sorted(source.features) if source.features is not None else None,
        source.is_workspace,
        list(_states(source.root.parent)) if is_open else [],
    ]


def _states(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in sorted(folder.rglob("*.rs")):
        state = path.stat()
        yield str(path), state.st_size, state.st_mtime_ns


def _state_json(state: _State) -> bytes:
    files = {
        path: [known.content, known.outline.digest, known.outline.blanks, known.outline.has_loose_impls, known.facts]
        for path, known in state.files.items()
    }
    bodies = [[*key, paths] for key, paths in state.bodies.items()]
    return json.dumps([state.interface, files, bodies], separators=(",", ":")).encode()


def _state_of(found: _Json) -> _State:
    interface, files, bodies = found
    return _State(
        interface,
        {path: _Known(content, Outline(*outline), facts) for path, (content, *outline, facts) in files.items()},
        {(crate, file): paths for crate, file, paths in bodies},
    )


def _facts_json(facts: FileFacts) -> list[_Json]:
    bindings = [
        [start, fact.span.end, fact.name, fact.ty, [one.ty for one in fact.alternatives], fact.is_inactive]
        for start, fact in facts.bindings.items()
    ]
    return [bindings, [[call.span.start, call.span.end, call.callee_span.end, call.callee] for call in facts.calls]]


def _facts_of(path: str, rows: Sequence[_Json]) -> FileFacts:
    found = FileFacts(path)
    for start, end, name, ty, alternatives, is_inactive in rows[0]:
        fact = _fact_maker(name, Span(start, end))
        found.bindings[start] = fact(ty)
        found.bindings[start].alternatives = [fact(one) for one in alternatives]
        found.bindings[start].is_inactive = is_inactive
    for start, end, callee_end, callee in rows[1]:
        found.calls.append(CallFact(Span(start, end), Span(start, callee_end), callee, None))
    return found


def _fact_maker(name: str, span: Span) -> Callable[[str | None], BindingFact]:
    return lambda ty: BindingFact(name, span, ty, TypeSource.STATIC)
