"""The analysis of a project that was analyzed before: only what a change can have changed is found out again.

In: an `AnalysisRequest` with a cache. Out: `Recalled`: the records of each file. Where only statements of functions
changed, `patching` reads these alone. Else a file's facts hold as long as its own text and the outlines of all files
stay as they are; its records as long as its text, those outlines and its facts do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from borrowscope.analyzer.analyze import AnalysisRequest, analyze, assembled, dependencies_cache, parsed
from borrowscope.analyzer.facts import BindingFact, CallFact, FileFacts, TypeSource
from borrowscope.analyzer.kept_files import digest, tool_stamp
from borrowscope.analyzer.kept_items import ItemKnowledge
from borrowscope.analyzer.known_bindings import SourceTree
from borrowscope.analyzer.memory import BodyKey, Known, Memory, State, digests_of
from borrowscope.analyzer.outline import blanked, read_outline
from borrowscope.analyzer.part_patches import Notes
from borrowscope.analyzer.patching import find_patches
from borrowscope.analyzer.static.source import Contribution, StaticSource, merged
from borrowscope.analyzer.type_info import FilePart, TypeInfo
from borrowscope.analyzer.unsafety.kept import operation_rows, operations_of
from borrowscope.parse.syntax import parse_source
from borrowscope.text.collector import collector_paused
from borrowscope.text.deep_stack import run_deep
from borrowscope.text.span import Span

_Json = Any
_NO_FACTS: Final = FileFacts("")


@dataclass(slots=True)
class Recalled:
    """The records of each file, in the order of the files; those that are kept are read when somebody asks for them.

    `read` names the files that were analyzed anew.
    """

    request: AnalysisRequest
    parts: dict[str, Callable[[], FilePart]]
    read: list[str] = field(default_factory=list)

    def info(self) -> TypeInfo:
        """Everything that type-info.json says."""
        with collector_paused():
            return assembled(self.request, {path: part() for path, part in self.parts.items()})


def analyze_remembered(request: AnalysisRequest) -> TypeInfo:
    """What `analyze` tells, with what is remembered. Where the compiler answers, nothing is."""
    if request.cache is None or request.facts or request.crates is None:
        return analyze(request)
    return recall(request).info()


def recall(request: AnalysisRequest) -> Recalled:
    """The records of all files, from the cache as far as they hold."""
    with collector_paused():
        return run_deep(lambda: _Recall(Memory(request, tool_stamp())).run())


class _Recall:
    """One analysis."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._texts = memory.texts
        self._old = memory.old
        self._state = State()
        self._full: dict[str, SourceTree] = {}
        self._facts: dict[str, FileFacts] = {}

    def run(self) -> Recalled:
        """Find out what changed, and read that again."""
        changed = [path for path, content in self._memory.contents.items() if self._old.content(path) != content]
        patched = find_patches(self._memory, changed) if changed else None
        if patched is not None:
            self._state = patched.state
        elif changed:
            self._read_changed(changed)
        else:
            self._state = self._old
        kept = {path for path in self._texts if self._memory.has_part(path, self._state)}
        parts = {path: self._kept_part(path) if path in kept else self._new_part(path) for path in self._texts}
        read = self._texts.keys() - kept | {*(patched.files if patched is not None else ())}
        if changed or read:
            self._memory.write_state(self._state)
        names = {path: text.relative for path, text in self._texts.items()}
        return Recalled(
            self._memory.request,
            {names[path]: part for path, part in parts.items()},
            [name for path, name in names.items() if path in read],
        )

    # 1. outlines
    def _read_changed(self, changed: Collection[str]) -> None:
        """Read whatever the changed files can have changed."""
        for path, content in self._memory.contents.items():
            known = self._old.files.get(path)
            outline = known.outline if known is not None and known.content == content else None
            self._state.files[path] = Known(content, outline or read_outline(self._tree(path).root))
        for path in changed:
            self._memory.write_text(path)
        # the interface keeps its name when functions come that nobody else can feel
        is_same = self._old.outlines() == self._state.outlines()
        self._state.interface = self._old.interface if is_same else self._state.outlines()
        is_same = is_same and self._memory.read_layouts(self._state) is not None
        self._read_bodies(self._old.speaking_of(changed) | self._old.stale, is_same)

    def _tree(self, path: str) -> SourceTree:
        """A file with all its bodies."""
        found = self._full.get(path)
        if found is None:
            found = self._full[path] = parsed(self._texts[path])
        return found

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
    def _read_bodies(self, stale: set[BodyKey], is_same: bool) -> None:  # noqa: FBT001
        """Ask the static source about the bodies that are stale; all, where an outline is another."""
        old = self._old
        if is_same and not stale:
            self._state.bodies, self._state.outside = old.bodies, old.outside
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
                self._state.outside = old.outside | {key: digests_of(found.outside) for key, found in new.items()}
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
        self._state.outside = {key: digests_of(contribution.outside) for key, contribution in found.items()}
        self._state.stale = set()
        self._merge(found.values(), self._texts)
        self._store(found)

    def _infer(self, wanted: set[str] | None) -> dict[BodyKey, Contribution]:
        """What bodies say. Functions that hold impls for all to see are read in any case, in their order."""
        if wanted is not None:
            for path in wanted & self._texts.keys():
                self._tree(path)
            wanted = wanted | {path for path, known in self._state.files.items() if known.outline.has_loose_impls}
        crates = self._memory.crates
        static = StaticSource(lambda: crates, self._trees, dependencies_cache(self._memory.request))
        contributions = static.contributions(wanted)
        if wanted is None:
            self._memory.write_layouts(self._state, static.layouts())
        return {(found.crate, found.file): found for found in contributions}

    def _merge(self, contributions: Iterable[Contribution], touched: Container[str]) -> None:
        for path, facts in merged(contributions).items():
            if path in touched:
                self._facts[path] = facts
        for path, known in self._state.files.items():
            if path in touched:
                known.facts = digest(json.dumps(_facts_json(self._facts.get(path, _NO_FACTS))))

    def _body_key(self, key: BodyKey, paths: Iterable[str]) -> str:
        """What the facts of a body follow from: all outlines, its own text, and the texts that it speaks of."""
        contents = (self._state.content(path) or "" for path in (key[1], *sorted(paths)))
        return digest(self._state.interface, *contents)

    def _store(self, found: dict[BodyKey, Contribution]) -> None:
        for key, contribution in found.items():
            facts = {path: _facts_json(facts) for path, facts in contribution.facts.items()}
            content = json.dumps([self._body_key(key, facts), facts], separators=(",", ":"))
            self._memory.write(content.encode(), "facts", *key)

    def _read_contribution(self, key: BodyKey) -> Contribution | None:
        content = self._memory.read("facts", *key)
        if content is None:
            return None
        own_key, facts = json.loads(content)
        if own_key != self._body_key(key, facts):
            return None
        return Contribution(*key, {path: _facts_of(path, rows) for path, rows in facts.items()}, {})

    # 3. records
    def _kept_part(self, path: str) -> Callable[[], FilePart]:
        """The records as they are kept; what turns out to be damaged is made anew."""
        return lambda: self._memory.read_part(path, self._state) or run_deep(lambda: self._made(path))

    def _new_part(self, path: str) -> Callable[[], FilePart]:
        part = self._made(path)
        return lambda: part

    def _made(self, path: str) -> FilePart:
        part, analysis = self._knowledge.part(self._tree(path), self._facts_of(path))
        self._memory.write_part(path, self._state, part, Notes.of(analysis, part))
        return part

    @cached_property
    def _knowledge(self) -> ItemKnowledge:
        return ItemKnowledge(self._memory, self._state.interface, lambda: self._trees)

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


def _facts_json(facts: FileFacts) -> list[_Json]:
    bindings = [
        [start, fact.span.end, fact.name, fact.ty, [one.ty for one in fact.alternatives], fact.is_inactive]
        for start, fact in facts.bindings.items()
    ]
    calls = [[call.span.start, call.span.end, call.callee_span.end, call.callee] for call in facts.calls]
    return [bindings, calls, operation_rows(facts.operations)]


def _facts_of(path: str, rows: Sequence[_Json]) -> FileFacts:
    found = FileFacts(path, operations=operations_of(rows[2]))
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
