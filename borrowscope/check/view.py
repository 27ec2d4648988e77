"""What rules look at: the files of an analysis, and what the project defines.

In: an `Analysis`. Out: `ProjectView` with one `FileView` for each file; all of it is found out when a rule asks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from borrowscope.analyzer.analyze import Analysis
from borrowscope.analyzer.item_records import foreign_functions_of, statics_of, unions_of
from borrowscope.analyzer.known_bindings import FileAnalysis, SourceTree
from borrowscope.analyzer.type_info import ForeignFunction, StaticInfo, UnionInfo
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.check.places import node_at
from borrowscope.parse.functions import FunctionItem, path_around
from borrowscope.parse.syntax import Node
from borrowscope.text.span import LineIndex, Span

SHORT = 60  # characters of source that a sentence shows


@dataclass(eq=False)
class FileView:
    """One file."""

    analysis: FileAnalysis

    @property
    def tree(self) -> SourceTree:
        """The file's text and its syntax."""
        return self.analysis.tree

    @property
    def path(self) -> str:
        """Relative to the workspace root, with forward slashes."""
        return self.tree.text.relative

    @property
    def source(self) -> bytes:
        """The text."""
        return self.tree.text.source

    @property
    def lines(self) -> LineIndex:
        """Where lines begin."""
        return self.tree.lines

    @cached_property
    def operations(self) -> dict[OperationKind, list[Operation]]:
        """What needs `unsafe` in code that is compiled, by kind, in source order."""
        found: dict[OperationKind, list[Operation]] = defaultdict(list)
        for one in sorted(self.analysis.operations, key=lambda one: (one.at, one.span.end, one.kind)):
            if not one.is_inactive:
                found[one.kind].append(one)
        return found

    @cached_property
    def functions(self) -> list[FunctionItem]:
        """Every `fn`, in source order."""
        return self.tree.functions

    @cached_property
    def _function_starts(self) -> list[int]:
        return [function.node.start for function in self.functions]

    def function_around(self, span: Span) -> FunctionItem | None:
        """The innermost function that the span stands in."""
        for number in range(bisect_right(self._function_starts, span.start) - 1, -1, -1):
            function = self.functions[number]
            if function.node.end >= span.end:
                return function
        return None

    def path_around(self, span: Span) -> str | None:
        """The path of that function, closures not named."""
        function = self.function_around(span)
        if function is not None:
            return function.path
        return path_around(self.tree.root, self.tree.text.module_path, span.start, span.end)

    def text_of(self, span: Span) -> str:
        """The source on one line, cut."""
        text = self.full_text_of(span)
        return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"

    def full_text_of(self, span: Span) -> str:
        """The source on one line."""
        return " ".join(self.source[span.start : span.end].decode("utf-8", "replace").split())

    def node_at(self, span: Span) -> Node:
        """The smallest node that covers the span."""
        return node_at(self.tree.root, span)

    def says(self, word: bytes) -> bool:
        """Whether the text holds the word at all."""
        return word in self.source


@dataclass(eq=False)
class ProjectView:
    """All files, in the order of their paths."""

    files: list[FileView]
    written_union_fields: dict[str, set[str]] | None = None  # found out by the rule that asks first

    @classmethod
    def of(cls, analysis: Analysis) -> ProjectView:
        """The view of an analysis."""
        return cls([FileView(file) for file in analysis.files])

    @cached_property
    def statics(self) -> list[StaticInfo]:
        """Every static."""
        return [one for file in self.files if file.says(b"static") for one in statics_of(file.tree)]

    @cached_property
    def statics_by_name(self) -> dict[str, StaticInfo]:
        """Statics whose name only one of them has."""
        return _unique((one.name, one) for one in self.statics)

    @cached_property
    def unions(self) -> dict[str, UnionInfo]:
        """Every union by path."""
        return {one.path: one for file in self.files if file.says(b"union") for one in unions_of(file.tree)}

    @cached_property
    def foreign_functions(self) -> list[ForeignFunction]:
        """Every function of an extern block."""
        return [one for file in self.files if file.says(b"extern") for one in foreign_functions_of(file.tree)]

    @cached_property
    def foreign_abi_functions(self) -> dict[str, FunctionItem]:
        """Functions of the project with a foreign ABI, by their last name."""
        return {
            one.name: one
            for file in self.files
            if file.says(b"extern")
            for one in file.functions
            if one.abi is not None
        }


def _unique(pairs: Iterable[tuple[str, StaticInfo]]) -> dict[str, StaticInfo]:
    found: dict[str, list[StaticInfo]] = defaultdict(list)
    for name, one in pairs:
        found[name].append(one)
    return {name: ones[0] for name, ones in found.items() if len(ones) == 1}


def nodes_of(file: FileView, kind: str, word: bytes) -> Iterator[Node]:
    """The nodes of a kind below functions and items, looked for only where the text holds the word."""
    if file.says(word):
        yield from (node for node in _walk(file.tree.root, word) if node.kind == kind)


def _walk(root: Node, word: bytes) -> Iterator[Node]:
    """The nodes that hold the word."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += [child for child in reversed(node.named) if node.source.find(word, child.start, child.end) >= 0]
