"""What the compiler's MIR does not tell of unsafe code: which operations need it, and what they reach.

In: a project's facts. Out: the same, with the operations of each file.
"""

from __future__ import annotations

from pathlib import Path

from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_files import KeptFiles, tool_stamp
from borrowscope.analyzer.sources import SourceTexts, read_sources
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.unsafety.words import may_have_operations, union_names
from borrowscope.build.kept_operations import Found, KeptOperations
from borrowscope.build.pipeline import ProjectFacts
from borrowscope.project.cargo import find_graph
from borrowscope.project.options import CargoOptions


def add_operations(facts: ProjectFacts, options: CargoOptions) -> None:
    """Find the unsafe operations of the files that are traced."""
    project = facts.project
    targets = [(traced.package, traced.target) for traced in facts.targets]
    texts = read_sources(project.root, targets)
    unions = union_names(texts)
    for text in texts.files if unions else ():
        if text.path in facts.facts:
            facts.facts[text.path].unions = unions
    if not may_have_operations(texts):
        return
    own = project.own_dir / "static"
    graph = find_graph(project.manifest, project.directory, project.workspace_root, options, own / "cargo")
    crates = crate_sources(project, graph, targets)
    kept = KeptOperations(KeptFiles(own / "operations", tool_stamp()), texts, crates)
    found = kept.find()
    if found is None:
        found = _found(texts, crates, own / "crates", kept)
    for path, operations in found.items():
        facts.facts.setdefault(path, FileFacts(path)).operations = operations


def _found(texts: SourceTexts, crates: list[CrateSource], cache: Path, kept: KeptOperations) -> Found:
    # the static analysis is slow to load, and most crates say no `unsafe`
    from borrowscope.analyzer.static.crate_cache import CrateCache  # noqa: PLC0415
    from borrowscope.analyzer.unsafety.contexts import KNOWN_MACROS  # noqa: PLC0415
    from borrowscope.analyzer.unsafety.finding import find_operations  # noqa: PLC0415

    found = find_operations(texts, crates, CrateCache(cache, tool_stamp()))
    kept.keep(found, KNOWN_MACROS)
    return found
