"""Joins what the text says of a file's bindings with what is known of their types: the analysis proper.

In: a file's tree, the compiler's facts, the static source's. Out: `FileAnalysis`: each binding with its type, who says
so, and its initializer's kind. Records of type-info.json are made of it in `variables.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from borrowscope.analyzer.bindings import FileBindings, SourceBinding, find_bindings
from borrowscope.analyzer.facts import BindingFact, FileFacts, TypeSource
from borrowscope.analyzer.kinds import KindContext, initializer_kind
from borrowscope.analyzer.source_items import item_nodes
from borrowscope.analyzer.sources import SourceText
from borrowscope.analyzer.unsafety.joining import known_operations
from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.parse.functions import FunctionItem, find_functions, path_around
from borrowscope.parse.syntax import Node
from borrowscope.text.span import LineIndex


@dataclass(frozen=True, eq=False)
class SourceTree:
    """One file, parsed. What only records need is made when they ask for it."""

    text: SourceText
    root: Node

    @cached_property
    def functions(self) -> list[FunctionItem]:
        """Every `fn`."""
        return find_functions(self.root, self.text.module_path)

    @cached_property
    def items(self) -> list[Node]:
        """Every item."""
        return list(item_nodes(self.root))

    @cached_property
    def lines(self) -> LineIndex:
        """Where lines begin."""
        return LineIndex(self.text.source)


@dataclass(slots=True, eq=False)
class KnownBinding:
    """A binding and its type. `fact` is the compiler's; a name that a macro binds several times has several."""

    source: SourceBinding
    fact: BindingFact | None
    ty: str | None  # as rustc prints it
    type_source: TypeSource
    kind: str | None  # of the initializer


@dataclass(slots=True, eq=False)
class FileAnalysis:
    """What is known of one file."""

    tree: SourceTree
    facts: FileFacts
    kinds: KindContext
    found: FileBindings = field(default_factory=FileBindings)
    bindings: list[KnownBinding] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)  # that need `unsafe`


@dataclass(slots=True, frozen=True)
class TypeKnowledge:
    """Who is asked about one file's types: the compiler first, then the static source."""

    rustc: FileFacts
    static: FileFacts


def analyze_file(tree: SourceTree, knowledge: TypeKnowledge, types: Mapping[str, str]) -> FileAnalysis:
    """All bindings of one file. `types` tells what defines each type of the workspace (`struct`, `enum`, `union`)."""
    rustc, static = knowledge.rustc, knowledge.static
    callees = {
        call.span: call.callee
        for facts in (static, rustc)  # the compiler has the last word
        for call in facts.calls
        if call.callee_span != call.span
    }
    analysis = FileAnalysis(tree, rustc, KindContext(types, callees), operations=known_operations(rustc, static))

    def is_binding(name: str, start: int, in_unknown_macro: bool) -> bool:  # noqa: FBT001
        """A name in a pattern binds if somebody says so; else if it does not look like a constant."""
        if start in rustc.bindings or start in static.bindings:
            return True
        return not in_unknown_macro and not name[0].isupper()

    found = find_bindings(tree.root, tree.text.module_path, is_binding)
    found.bindings.extend(_unseen(tree, found.bindings, knowledge))
    found.bindings.sort(key=lambda binding: binding.span)
    analysis.found = found
    shared = _alternatives(rustc, found.bindings)
    for binding in found.bindings:
        start = binding.span.start
        by_rustc = rustc.bindings.get(start) or shared.get(start)
        if by_rustc is None:
            analysis.bindings += _by_static(binding, static.bindings.get(start), analysis.kinds)
        else:
            analysis.bindings += _by_rustc(binding, by_rustc, analysis.kinds)
    return analysis


def _by_rustc(binding: SourceBinding, fact: BindingFact, kinds: KindContext) -> Iterator[KnownBinding]:
    for one in fact.alternatives or [fact]:
        yield _known(binding, one, one.ty, TypeSource.RUSTC, kinds)


def _by_static(binding: SourceBinding, fact: BindingFact | None, kinds: KindContext) -> Iterator[KnownBinding]:
    texts = [one.ty for one in fact.alternatives or [fact]] if fact is not None else [None]
    for ty in texts:
        yield _known(binding, None, ty, TypeSource.STATIC, kinds)


def _known(
    binding: SourceBinding, fact: BindingFact | None, ty: str | None, source: TypeSource, kinds: KindContext
) -> KnownBinding:
    if not ty:
        return KnownBinding(binding, fact, None, TypeSource.UNKNOWN, None)
    kind = None
    if binding.value is not None:
        kind = initializer_kind(ty, binding.value if binding.is_whole else None, binding.generics, kinds)
    return KnownBinding(binding, fact, ty, source, kind)


def _alternatives(facts: FileFacts, bindings: Iterable[SourceBinding]) -> dict[int, BindingFact]:
    """The compiler knows a name of `A(x) | B(x)` at its first place only: the others are the same variable."""
    first: dict[tuple[int, str], BindingFact] = {}
    shared: dict[int, BindingFact] = {}
    for binding in bindings if facts.bindings else ():
        key = (id(binding.pattern), binding.name)
        fact = facts.bindings.get(binding.span.start)
        if fact is not None:
            first.setdefault(key, fact)
        elif binding.pattern is not None and key in first:
            shared[binding.span.start] = first[key]
    return shared


def _unseen(tree: SourceTree, bindings: Iterable[SourceBinding], knowledge: TypeKnowledge) -> Iterator[SourceBinding]:
    """Bindings that the walk did not see: in the tokens of macros that nobody entered."""
    seen = {binding.span.start for binding in bindings}
    for start, fact in {**knowledge.static.bindings, **knowledge.rustc.bindings}.items():
        if start not in seen:
            yield _token_binding(tree, fact)


def _token_binding(tree: SourceTree, fact: BindingFact) -> SourceBinding:
    line = tree.text.source[max(0, fact.span.start - 80) : fact.span.start].decode("utf-8", "replace")
    kind = next((kind for kind, before in _BEFORE if before.search(line)), "pattern")
    return SourceBinding(
        name=fact.name,
        span=fact.span,
        kind="self" if fact.name == "self" else kind,
        function=path_around(tree.root, tree.text.module_path, fact.span.start, fact.span.end),
        decl_index=0,
        scope_id=0,
        generics=frozenset(),
        self_type=None,
        is_whole=False,
        is_mut=bool(re.search(r"\bmut\s+$", line)),
        is_ref=bool(re.search(r"\bref\s+(mut\s+)?$", line)),
    )


_BEFORE = (
    ("let", re.compile(r"\blet\s+(?:ref\s+)?(?:mut\s+)?$")),
    ("for", re.compile(r"\bfor\s+(?:mut\s+)?$")),
    ("static", re.compile(r"\bstatic\s+(?:mut\s+)?$")),
    ("const", re.compile(r"\bconst\s+$")),
    ("closure_param", re.compile(r"\|\s*(?:[\w\s:&,]*,\s*)?(?:mut\s+)?$")),
    ("param", re.compile(r"\bfn\s+\w+[^{;]*[(,]\s*(?:mut\s+)?$", re.DOTALL)),
)
