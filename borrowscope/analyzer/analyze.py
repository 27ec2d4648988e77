"""The analyzer stage: texts and the compiler's facts to everything that type-info.json says.

In: an `AnalysisRequest`. Out: an `Analysis`, and the `TypeInfo` that describes it. Nothing here touches the disk
or starts a program.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from borrowscope.analyzer.facts import FileFacts, TypeSource
from borrowscope.analyzer.item_records import foreign_functions_of, functions_of, statics_of, unions_of
from borrowscope.analyzer.known_bindings import FileAnalysis, SourceTree, TypeKnowledge, analyze_file
from borrowscope.analyzer.ownership_traits import OwnershipTraits
from borrowscope.analyzer.source_items import SourceItems, read_items
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.static.source import StaticSource
from borrowscope.analyzer.type_info import AnalyzerInfo, Skipped, TypeInfo, Variable
from borrowscope.analyzer.user_types import read_user_types
from borrowscope.analyzer.variables import file_records
from borrowscope.parse.syntax import Node, parse_source
from borrowscope.tables.tool import VERSION
from borrowscope.text.collector import collector_paused
from borrowscope.text.deep_stack import run_deep


@dataclass(slots=True, frozen=True)
class AnalysisRequest:
    """What to analyze. `facts` by absolute path (`read_dump`); empty where the crate does not build.

    `crates` tells what the static source reads, which answers where the compiler does not; it is asked only then, and
    without it there is no static source. `editions` by package; `targets`, `features` and `rustc_version` are only told
    on.
    """

    sources: SourceTexts
    facts: Mapping[str, FileFacts] = field(default_factory=dict)
    crates: Callable[[], Sequence[CrateSource]] | None = None
    rustc_version: str | None = None
    editions: Mapping[str, str] = field(default_factory=dict)
    features: Sequence[str] = ()
    targets: Sequence[str] = ()


@dataclass(slots=True)
class Analysis:
    """All that is known, before records are made of it. `items` by crate, `files` in the order of their paths."""

    request: AnalysisRequest
    items: dict[str, SourceItems]
    files: list[FileAnalysis]
    seconds: float


def analyze(request: AnalysisRequest) -> TypeInfo:
    """Every binding with its type, and the other records of type-info.json."""
    return describe(examine(request))


def examine(request: AnalysisRequest) -> Analysis:
    """The analysis proper: every binding with its type, who says so, and its initializer's kind."""
    with collector_paused():
        return run_deep(lambda: _examine(request))


def _examine(request: AnalysisRequest) -> Analysis:
    started = time.perf_counter()
    trees = [_parse(text) for text in sorted(request.sources.files, key=lambda text: text.relative)]
    items = {crate: read_items(_roots(trees, crate)) for crate in sorted({tree.text.crate for tree in trees})}
    types = {f"{crate}::{path}": kind for crate, found in items.items() for path, kind in found.types.items()}
    types_in = {crate: {**types, **found.types} for crate, found in items.items()}
    static = StaticSource(request.crates, trees)
    files = [_examine_file(tree, request, static, types_in[tree.text.crate]) for tree in trees]
    return Analysis(request, items, files, time.perf_counter() - started)


def _parse(text: SourceText) -> SourceTree:
    return SourceTree(text, text.tree or parse_source(text.source))


def _roots(trees: Sequence[SourceTree], crate: str) -> list[tuple[Node, str]]:
    return [(tree.root, tree.text.module_path) for tree in trees if tree.text.crate == crate]


def _examine_file(
    tree: SourceTree, request: AnalysisRequest, static: StaticSource, types: Mapping[str, str]
) -> FileAnalysis:
    """The compiler's answers where it has them; the static source is only asked where something is missing."""
    path = tree.text.path
    rustc = request.facts.get(path)
    if rustc is not None:
        analysis = analyze_file(tree, TypeKnowledge(rustc, FileFacts(path)), types)
        if all(known.ty is not None for known in analysis.bindings):
            return analysis
    return analyze_file(tree, TypeKnowledge(rustc or FileFacts(path), static.facts(path)), types)


def describe(analysis: Analysis) -> TypeInfo:
    """The records of type-info.json: what is written to the file."""
    with collector_paused():
        return run_deep(lambda: _describe(analysis))


def _items(trees: Sequence[SourceTree], crate: str) -> list[tuple[list[Node], str]]:
    return [(tree.items, tree.text.module_path) for tree in trees if tree.text.crate == crate]


def _with_crates(analysis: Analysis) -> Iterator[tuple[FileAnalysis, str]]:
    return ((file, file.tree.text.crate) for file in analysis.files)


def _describe(analysis: Analysis) -> TypeInfo:
    trees = [file.tree for file in analysis.files]
    traits = {crate: OwnershipTraits(read_user_types(_items(trees, crate))) for crate in analysis.items}
    records = [file_records(file, analysis.items[crate], traits[crate]) for file, crate in _with_crates(analysis)]
    files = {tree.text.relative: record.variables for tree, record in zip(trees, records, strict=True)}
    return TypeInfo(
        analyzer_version=VERSION,
        analyzer=_analyzer_info(analysis),
        files=files,
        by_name=_index(files, "name"),
        by_function=_index(files, "function_path"),
        expressions=[expression for record in records for expression in record.expressions],
        unsafe_operations=[],
        functions={tree.text.relative: functions_of(tree) for tree in trees},
        statics=[static for tree in trees for static in statics_of(tree)],
        unions=[union for tree in trees for union in unions_of(tree)],
        foreign_functions=[function for tree in trees for function in foreign_functions_of(tree)],
        skipped=_skipped(analysis),
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


def _skipped(analysis: Analysis) -> list[Skipped]:
    found = [Skipped(path=path, span=None, reason=reason) for path, reason in analysis.request.sources.unreadable]
    for file in analysis.files:
        path, root = file.tree.text.relative, file.tree.root
        found += [Skipped(path=path, span=place.span, reason=place.reason) for place in file.found.skipped]
        if root.has_error:
            errors = [node for node in root.walk() if node.kind == "ERROR" and node.text != "safe"]
            found += [Skipped(path=path, span=(node.start, node.end), reason="syntax_error") for node in errors]
    return found


def _analyzer_info(analysis: Analysis) -> AnalyzerInfo:
    request = analysis.request
    sources = Counter(known.type_source for file in analysis.files for known in file.bindings)
    by_rustc, static, unknown = (sources[source] for source in TypeSource)
    return AnalyzerInfo(
        types="static" if not by_rustc else "mixed" if static else "rustc",
        rustc_version=request.rustc_version,
        edition=dict(sorted(request.editions.items())),
        features=sorted(request.features),
        targets=list(request.targets),
        packages=sorted(request.editions),
        duration_ms=round(analysis.seconds * 1000, 1),
        variables=sources.total(),
        resolved_by_rustc=by_rustc,
        resolved_statically=static,
        unresolved=unknown,
    )
