"""The analysis of some files of a project: what a change touches is read, the rest is found out when somebody asks.

In: an `AnalysisRequest`, the lines that are meant. Out: an `Analysis` with the files of these, and the others as
`OtherFile`. What it says of the lines is what `examine` says; of other lines, what bodies elsewhere say may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from borrowscope.analyzer.analyze import (
    Analysis,
    AnalysisRequest,
    OtherFile,
    dependencies_cache,
    examined_file,
    in_order,
    items_of,
    parsed,
    types_of,
)
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.known_bindings import FileAnalysis, SourceTree
from borrowscope.analyzer.outline import read_outline
from borrowscope.analyzer.source_items import SourceItems
from borrowscope.analyzer.static.source import StaticSource, merged
from borrowscope.parse.syntax import Node
from borrowscope.text.collector import collector_paused
from borrowscope.text.deep_stack import run_deep

_MACRO: Final = re.compile(rb"\bmacro_rules!\s*(\w+)")
_OURS: Final = b"borrowscope"
_IMPL: Final = re.compile(rb"(?:^|[;{}\]])\s*(?:unsafe\s+)?impl\b", re.MULTILINE)


Lines = Mapping[str, Collection[int] | None]


def examine_selected(request: AnalysisRequest, selected: Lines) -> Analysis:
    """The analysis of lines, by relative path; None is all of a file."""
    with collector_paused():
        return run_deep(lambda: _Selection(request, selected).analysis())


class _Selection:
    """One analysis."""

    def __init__(self, request: AnalysisRequest, selected: Lines) -> None:
        self._request = request
        self._selected = selected
        self._trees = [parsed(text) for text in in_order(request)]
        self._chosen = [tree for tree in self._trees if tree.text.relative in selected]

    def analysis(self) -> Analysis:
        """The selected files, and the others for later."""
        facts = self._facts_of_chosen()
        files = [self._file(tree, facts) for tree in self._chosen]
        chosen = {id(tree) for tree in self._chosen}
        others = [OtherFile(tree, self._later(tree)) for tree in self._trees if id(tree) not in chosen]
        return Analysis(self._request, self._items, files, self._chosen_source, others)

    @cached_property
    def _items(self) -> dict[str, SourceItems]:
        return items_of(self._trees)

    @cached_property
    def _types(self) -> dict[str, dict[str, str]]:
        return types_of(self._items)

    def _file(self, tree: SourceTree, facts: Mapping[str, FileFacts]) -> FileAnalysis:
        path = tree.text.path
        return examined_file(tree, self._request, lambda: facts.get(path) or FileFacts(path), self._types)

    def _later(self, tree: SourceTree) -> Callable[[], FileAnalysis]:
        return cache(lambda: self._file(tree, self._all_facts))

    # 1. what bodies say
    @cached_property
    def _all_facts(self) -> dict[str, FileFacts]:
        return merged(self._source().contributions())

    @cached_property
    def _chosen_source(self) -> StaticSource:
        """Who has read the bodies of the chosen files, and answers further questions."""
        return self._source()

    def _source(self) -> StaticSource:
        return StaticSource(self._request.crates, self._trees, dependencies_cache(self._request))

    def _facts_of_chosen(self) -> dict[str, FileFacts]:
        if not self._chosen:
            return {}
        macros = _macros_of(self._chosen, self._selected)
        speaking = {tree.text.path for tree in _speaking_of(self._chosen, macros, self._trees)}
        loose = {tree.text.path for tree in self._trees if _has_loose_impls(tree)}
        return merged(self._chosen_source.contributions(speaking | loose))


def _has_loose_impls(tree: SourceTree) -> bool:
    """Whether functions of the file may hold impls for all to see."""
    impls = sum(1 for _ in _IMPL.finditer(tree.text.source))
    if not impls and not tree.root.has_error:
        return False
    return impls > _impls_in(tree.root) and read_outline(tree.root).has_loose_impls


def _impls_in(holder: Node) -> int:
    """How many impls stand in modules."""
    count = 0
    for child in holder.named:
        if child.kind == "impl_item":
            count += 1
        elif child.kind == "mod_item" and (body := child.field("body")) is not None:
            count += _impls_in(body)
    return count


# 2. whose bodies speak of the chosen lines
def _macros_of(chosen: Sequence[SourceTree], selected: Lines) -> set[bytes]:
    """The macros of the chosen files, if any is defined in the chosen lines: they may call each other."""
    if not any(_defines_macro(tree, selected[tree.text.relative]) for tree in chosen):
        return set()
    return {name for tree in chosen for name in _MACRO.findall(tree.text.source)}


def _defines_macro(tree: SourceTree, lines: Collection[int] | None) -> bool:
    """Whether the lines hold a part of a macro's definition, or one of our comments, which may speak of one."""
    source = tree.text.source
    found = list(_MACRO.finditer(source))
    if (
        not found
        or lines is None
        or any(_OURS in text.lower() for at, text in enumerate(source.split(b"\n"), 1) if at in lines)
    ):
        return bool(found)
    nodes = [_around(tree.root, *macro.span()) for macro in found]
    ranges = [(tree.lines.line_of(node.start), tree.lines.line_of(node.end)) for node in nodes]
    return any(first <= number <= last for number in lines for first, last in ranges)


def _around(node: Node, start: int, end: int) -> Node:
    """The smallest node that covers a range."""
    while (inner := next((one for one in node.named if one.start <= start and end <= one.end), None)) is not None:
        node = inner
    return node


def _speaking_of(
    chosen: Sequence[SourceTree], macros: Collection[bytes], trees: Sequence[SourceTree]
) -> list[SourceTree]:
    """The files whose bodies may be told as parts of the chosen ones: they call these macros, or include the files."""
    speaking, new, words = list(chosen), list(chosen), {*macros}
    others = [tree for tree in trees if tree not in speaking]
    while new:
        words = words | _renamed(words, new)
        names = {Path(tree.text.path).name.encode() for tree in new}
        new = [tree for tree in others if _calls(tree, words) or _includes(tree, names)]
        words = {name for tree in new for name in _MACRO.findall(tree.text.source)}
        speaking += new
        others = [tree for tree in others if tree not in new]
    return speaking


def _calls(tree: SourceTree, macros: Collection[bytes]) -> bool:
    """Whether the text may call a macro, hand it on to another, or give it another name."""
    names = _any_of(macros)
    return (
        re.search(rb"\b%b\s*!|[({\[,]\s*%b\s*[,)}\]]|\b%b\s+as\b" % (names, names, names), tree.text.source) is not None
    )


def _includes(tree: SourceTree, names: Collection[bytes]) -> bool:
    source = tree.text.source
    return b"include" in source and any(name in source for name in names)


def _renamed(words: Collection[bytes], trees: Iterable[SourceTree]) -> set[bytes]:
    """What the files call the macros."""
    renaming = re.compile(rb"\b%b\s+as\s+(\w+)" % _any_of(words))
    return {name for tree in trees for name in renaming.findall(tree.text.source)}


def _any_of(words: Collection[bytes]) -> bytes:
    """A pattern for one of the words; none of none."""
    return rb"(?:" + b"|".join(map(re.escape, sorted(words))) + rb")" if words else rb"(?!)"
