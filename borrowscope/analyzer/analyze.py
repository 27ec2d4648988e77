"""The analyzer stage: texts and the compiler's facts to everything that type-info.json says.

In: an `AnalysisRequest`. Out: an `Analysis`, and the `TypeInfo` that describes it. Nothing here touches the disk
or starts a program.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from borrowscope.analyzer.facts import FileFacts, TypeSource
from borrowscope.analyzer.item_records import foreign_functions_of, functions_of, statics_of, unions_of
from borrowscope.analyzer.kept_files import tool_stamp
from borrowscope.analyzer.known_bindings import FileAnalysis, SourceTree, TypeKnowledge, analyze_file
from borrowscope.analyzer.ownership_traits import OwnershipTraits
from borrowscope.analyzer.source_items import SourceItems, read_items
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crate_cache import CrateCache
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.static.source import StaticSource
from borrowscope.analyzer.type_info import AnalyzerInfo, FilePart, Skipped, TypeInfo, Variable
from borrowscope.analyzer.unsafety.records import operation_records
from borrowscope.analyzer.unsafety.rustc_calls import is_open
from borrowscope.analyzer.user_types import read_user_types
from borrowscope.analyzer.variables import file_records
from borrowscope.parse.syntax import Node, parse_source
from borrowscope.tables.tool import VERSION
from borrowscope.text.collector import collector_paused
from borrowscope.text.deep_stack import run_deep

_UNSAFE = re.compile(rb"\bunsafe\b")


@dataclass(slots=True, frozen=True)
class AnalysisRequest:
    """What to analyze. `facts` by absolute path (`read_dump`); empty where the crate does not build.

    `crates` tells what the static source reads, which answers where the compiler does not; it is asked only then, and
    without it there is no static source. `cache` is a folder for what the next run need not find out again. `editions`
    by package; `targets`, `features` and `rustc_version` are only told on.
    """

    sources: SourceTexts
    facts: Mapping[str, FileFacts] = field(default_factory=dict)
    crates: Callable[[], Sequence[CrateSource]] | None = None
    cache: Path | None = None
    rustc_version: str | None = None
    editions: Mapping[str, str] = field(default_factory=dict)
    features: Sequence[str] = ()
    targets: Sequence[str] = ()


@dataclass(slots=True, frozen=True)
class OtherFile:
    """A file whose analysis is made when somebody asks for it."""

    tree: SourceTree
    analysis: Callable[[], FileAnalysis]


@dataclass(slots=True)
class Analysis:
    """All that is known, before records are made of it. `items` by crate, `files` in the order of their paths.

    `static` answers further questions. `others` are there where only some files were asked for.
    """

    request: AnalysisRequest
    items: dict[str, SourceItems]
    files: list[FileAnalysis]
    static: StaticSource = field(default_factory=lambda: StaticSource(None, ()))
    others: Sequence[OtherFile] = ()


def analyze(request: AnalysisRequest) -> TypeInfo:
    """Every binding with its type, and the other records of type-info.json."""
    return describe(examine(request))


def examine(request: AnalysisRequest) -> Analysis:
    """The analysis proper: every binding with its type, who says so, and its initializer's kind."""
    with collector_paused():
        return run_deep(lambda: _examine(request))


def _examine(request: AnalysisRequest) -> Analysis:
    trees = [parsed(text) for text in in_order(request)]
    items = items_of(trees)
    types = types_of(items)
    static = StaticSource(request.crates, trees, dependencies_cache(request))
    files = [examined_file(tree, request, partial(static.facts, tree.text.path), types) for tree in trees]
    settle_calls(files, static)
    return Analysis(request, items, files, static)


def settle_calls(files: Iterable[FileAnalysis], static: StaticSource) -> None:
    """Ask the compiler's answers about calls that the sources leave open."""
    for file in files:
        if file.facts.calls and any(map(is_open, file.operations)) and static.lookup is not None:
            file.operations = static.lookup.settled(file.tree.text.path, file.operations, file.facts.calls)


def dependencies_cache(request: AnalysisRequest) -> CrateCache | None:
    """Where dependencies are remembered."""
    return CrateCache(request.cache / "crates", tool_stamp()) if request.cache is not None else None


def in_order(request: AnalysisRequest) -> list[SourceText]:
    """The files in the order in which they are told."""
    return sorted(request.sources.files, key=lambda text: text.relative)


def parsed(text: SourceText) -> SourceTree:
    """A file with its tree."""
    return SourceTree(text, text.tree or parse_source(text.source))


def items_of(trees: Sequence[SourceTree]) -> dict[str, SourceItems]:
    """The items of each crate."""
    return {crate: read_items(_roots(trees, crate)) for crate in sorted({tree.text.crate for tree in trees})}


def types_of(items: Mapping[str, SourceItems]) -> dict[str, dict[str, str]]:
    """By crate: what defines each type that its code may name."""
    types = {f"{crate}::{path}": kind for crate, found in items.items() for path, kind in found.types.items()}
    return {crate: {**types, **found.types} for crate, found in items.items()}


def _roots(trees: Sequence[SourceTree], crate: str) -> list[tuple[Node, str]]:
    return [(tree.root, tree.text.module_path) for tree in trees if tree.text.crate == crate]


def examined_file(
    tree: SourceTree,
    request: AnalysisRequest,
    static: Callable[[], FileFacts],
    types: Mapping[str, Mapping[str, str]],
) -> FileAnalysis:
    """The compiler's answers where it has them; the static source is only asked where something is missing."""
    path, own = tree.text.path, types[tree.text.crate]
    rustc = request.facts.get(path)
    if rustc is not None:
        analysis = analyze_file(tree, TypeKnowledge(rustc, FileFacts(path)), own)
        if not _UNSAFE.search(tree.text.source) and all(known.ty is not None for known in analysis.bindings):
            return analysis
    return analyze_file(tree, TypeKnowledge(rustc or FileFacts(path), static()), own)


def describe(analysis: Analysis) -> TypeInfo:
    """The records of type-info.json: what is written to the file."""
    with collector_paused():
        return run_deep(lambda: _describe(analysis))


def _items(trees: Sequence[SourceTree], crate: str) -> list[tuple[list[Node], str]]:
    return [(tree.items, tree.text.module_path) for tree in trees if tree.text.crate == crate]


def _describe(analysis: Analysis) -> TypeInfo:
    traits = traits_of([file.tree for file in analysis.files])
    parts = {
        file.tree.text.relative: file_part(file, analysis.items[crate], traits[crate])
        for file in analysis.files
        for crate in (file.tree.text.crate,)
    }
    return assembled(analysis.request, parts)


def traits_of(trees: Sequence[SourceTree]) -> dict[str, OwnershipTraits]:
    """By crate: which of its types are `Send`, `Copy` and so on."""
    crates = {tree.text.crate for tree in trees}
    return {crate: OwnershipTraits(read_user_types(_items(trees, crate))) for crate in crates}


def file_part(file: FileAnalysis, items: SourceItems, traits: OwnershipTraits) -> FilePart:
    """The records of one file; `items` and `traits` are its crate's."""
    records = file_records(file, items, traits)
    tree = file.tree
    return FilePart(
        variables=records.variables,
        expressions=records.expressions,
        unsafe_operations=list(operation_records(file.operations, tree.text.relative, tree.lines)),
        functions=functions_of(tree),
        statics=list(statics_of(tree)),
        unions=list(unions_of(tree)),
        foreign_functions=list(foreign_functions_of(tree)),
        skipped=list(_skipped(file)),
    )


def assembled(request: AnalysisRequest, parts: Mapping[str, FilePart]) -> TypeInfo:
    """All of type-info.json from what each file adds, by relative path."""
    files = {path: part.variables for path, part in parts.items()}
    return TypeInfo(
        analyzer_version=VERSION,
        analyzer=_analyzer_info(request, parts.values()),
        files=files,
        by_name=_index(files, "name"),
        by_function=_index(files, "function_path"),
        expressions=[expression for part in parts.values() for expression in part.expressions],
        unsafe_operations=[operation for part in parts.values() for operation in part.unsafe_operations],
        functions={path: part.functions for path, part in parts.items()},
        statics=[static for part in parts.values() for static in part.statics],
        unions=[union for part in parts.values() for union in part.unions],
        foreign_functions=[function for part in parts.values() for function in part.foreign_functions],
        skipped=[
            *(Skipped(path=path, span=None, reason=reason) for path, reason in request.sources.unreadable),
            *(skipped for part in parts.values() for skipped in part.skipped),
        ],
    )


def _index(
    files: Mapping[str, list[Variable]], key: Literal["name", "function_path"]
) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for file, variables in files.items():
        for position, variable in enumerate(variables):
            name = getattr(variable, key)
            if name is not None:
                found[name].append((file, position))
    return dict(sorted(found.items()))


def _skipped(file: FileAnalysis) -> Iterator[Skipped]:
    path, root = file.tree.text.relative, file.tree.root
    for place in file.found.skipped:
        yield Skipped(path=path, span=place.span, reason=place.reason)
    if root.has_error:
        for node in root.walk():
            if node.kind == "ERROR" and node.text != "safe":
                yield Skipped(path=path, span=(node.start, node.end), reason="syntax_error")


def _analyzer_info(request: AnalysisRequest, parts: Iterable[FilePart]) -> AnalyzerInfo:
    """How the answer came about. How long it took is not told: the same tree gives the same bytes."""
    sources = Counter(variable.type_source for part in parts for variable in part.variables)
    by_rustc, static, unknown = (sources[source.value] for source in TypeSource)
    return AnalyzerInfo(
        types="static" if not by_rustc else "mixed" if static else "rustc",
        rustc_version=request.rustc_version,
        edition=dict(sorted(request.editions.items())),
        features=sorted(request.features),
        targets=list(request.targets),
        packages=sorted(request.editions),
        variables=sources.total(),
        resolved_by_rustc=by_rustc,
        resolved_statically=static,
        unresolved=unknown,
    )
