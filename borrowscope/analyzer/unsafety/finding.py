"""The unsafe operations of a project by its text alone: only bodies that may hold some are read.

In: the files, the crates around them. Out: operations by path.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from borrowscope.analyzer.known_bindings import SourceTree
from borrowscope.analyzer.sources import SourceTexts
from borrowscope.analyzer.static.catalog import load_catalog
from borrowscope.analyzer.static.crate_cache import CrateCache
from borrowscope.analyzer.static.crates import CrateSource, Trees
from borrowscope.analyzer.static.infer import CrateInference
from borrowscope.analyzer.static.symbols import World
from borrowscope.analyzer.unsafety.contexts import may_hold_unsafe
from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.text.collector import collector_paused
from borrowscope.text.deep_stack import run_deep


def find_operations(
    texts: SourceTexts, crates: Sequence[CrateSource], cache: CrateCache | None = None
) -> dict[str, list[Operation]]:
    """The operations of each file that has some."""
    with collector_paused():
        return run_deep(lambda: _find(texts, crates, cache))


def _find(texts: SourceTexts, crates: Sequence[CrateSource], cache: CrateCache | None) -> dict[str, list[Operation]]:
    trees = Trees({Path(text.path): SourceTree(text, text.tree) for text in texts.files if text.tree is not None})
    world = World(load_catalog(), crates, trees, cache)
    found: dict[str, dict[Operation, None]] = {}
    for crate in world.crates:
        inference = CrateInference(world, crate, lambda _path, _start, _end: "")
        contexts = (
            context
            for module in world.modules(crate)
            if module.file is not None
            for context in world.contexts_of(module)
            if may_hold_unsafe(context)
        )
        for path, facts in inference.facts(contexts).items():
            found.setdefault(path, {}).update(dict.fromkeys(facts.operations))
    world.remember()
    return {path: list(operations) for path, operations in found.items()}
