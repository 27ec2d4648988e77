"""The analyzer stage: texts and the compiler's facts to everything that type-info.json says.

In: an `AnalysisRequest`. Out: a `TypeInfo`. Nothing here touches the disk or starts a program.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.item_records import foreign_functions_of, functions_of, statics_of, unions_of
from borrowscope.analyzer.ownership_traits import OwnershipTraits
from borrowscope.analyzer.source_items import SourceItems, item_nodes, read_items
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.type_info import AnalyzerInfo, Skipped, TypeInfo, Variable
from borrowscope.analyzer.user_types import read_user_types
from borrowscope.analyzer.variables import FileRecords, SourceTree, file_records
from borrowscope.parse.functions import find_functions
from borrowscope.parse.syntax import Node, parse_source
from borrowscope.tables.tool import VERSION
from borrowscope.text.collector import collector_paused
from borrowscope.text.span import LineIndex


@dataclass(slots=True, frozen=True)
class AnalysisRequest:
    """What to analyze. `facts` by absolute path (`read_dump`); empty where the crate does not build.

    `editions` by package; `targets`, `features` and `rustc_version` are only told on.
    """

    sources: SourceTexts
    facts: Mapping[str, FileFacts] = field(default_factory=dict)
    rustc_version: str | None = None
    editions: Mapping[str, str] = field(default_factory=dict)
    features: Sequence[str] = ()
    targets: Sequence[str] = ()


def analyze(request: AnalysisRequest) -> TypeInfo:
    """Every binding with its type, and the other records of type-info.json."""
    with collector_paused():
        return _analyze(request)


def _analyze(request: AnalysisRequest) -> TypeInfo:
    started = time.perf_counter()
    trees = [_parse(text) for text in sorted(request.sources.files, key=lambda text: text.relative)]
    items = {crate: read_items(_roots(trees, crate)) for crate in {tree.text.crate for tree in trees}}
    types = {f"{crate}::{path}": kind for crate, found in items.items() for path, kind in found.types.items()}
    traits = {crate: OwnershipTraits(read_user_types(_items(trees, crate))) for crate in items}
    records = [_records(tree, request, items[tree.text.crate], types, traits[tree.text.crate]) for tree in trees]
    files = {tree.text.relative: record.variables for tree, record in zip(trees, records, strict=True)}
    return TypeInfo(
        analyzer_version=VERSION,
        analyzer=_analyzer_info(request, files, started),
        files=files,
        by_name=_index(files, "name"),
        by_function=_index(files, "function_path"),
        expressions=[expression for record in records for expression in record.expressions],
        unsafe_operations=[],
        functions={tree.text.relative: functions_of(tree) for tree in trees},
        statics=[static for tree in trees for static in statics_of(tree)],
        unions=[union for tree in trees for union in unions_of(tree)],
        foreign_functions=[function for tree in trees for function in foreign_functions_of(tree)],
        skipped=_skipped(request, trees, records),
    )


def _parse(text: SourceText) -> SourceTree:
    root = parse_source(text.source)
    return SourceTree(
        text, root, find_functions(root, text.module_path), list(item_nodes(root)), LineIndex(text.source)
    )


def _roots(trees: Sequence[SourceTree], crate: str) -> list[tuple[Node, str]]:
    return [(tree.root, tree.text.module_path) for tree in trees if tree.text.crate == crate]


def _items(trees: Sequence[SourceTree], crate: str) -> list[tuple[list[Node], str]]:
    return [(tree.items, tree.text.module_path) for tree in trees if tree.text.crate == crate]


def _records(
    tree: SourceTree, request: AnalysisRequest, items: SourceItems, types: dict[str, str], traits: OwnershipTraits
) -> FileRecords:
    try:
        return file_records(tree, request.facts.get(tree.text.path), items, {**types, **items.types}, traits)
    except RecursionError:
        tree.root.has_error = True
        return FileRecords()


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


def _skipped(request: AnalysisRequest, trees: Sequence[SourceTree], records: Sequence[FileRecords]) -> list[Skipped]:
    found = [Skipped(path=path, span=None, reason=reason) for path, reason in request.sources.unreadable]
    for tree, record in zip(trees, records, strict=True):
        path = tree.text.relative
        found += [Skipped(path=path, span=place.span, reason=place.reason) for place in record.found.skipped]
        if tree.root.has_error:
            errors = [node for node in tree.root.walk() if node.kind == "ERROR" and node.text != "safe"]
            found += [Skipped(path=path, span=(node.start, node.end), reason="syntax_error") for node in errors]
    return found


def _analyzer_info(request: AnalysisRequest, files: Mapping[str, list[Variable]], started: float) -> AnalyzerInfo:
    sources = [variable.type_source for variables in files.values() for variable in variables]
    by_rustc, static = sources.count("rustc"), sources.count("static")
    return AnalyzerInfo(
        types="static" if not by_rustc else "mixed" if static else "rustc",
        rustc_version=request.rustc_version,
        edition=dict(sorted(request.editions.items())),
        features=sorted(request.features),
        targets=list(request.targets),
        packages=sorted(request.editions),
        duration_ms=round((time.perf_counter() - started) * 1000, 1),
        variables=len(sources),
        resolved_by_rustc=by_rustc,
        resolved_statically=static,
        unresolved=sources.count("unknown"),
    )
