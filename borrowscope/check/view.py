"""What rules look at: the files of an analysis, and what the project defines.

In: an `Analysis`. Out: `ProjectView` with one `FileView` for each file; all of it is found out when a rule asks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from borrowscope.analyzer.analyze import Analysis
from borrowscope.analyzer.item_records import unions_of
from borrowscope.analyzer.known_bindings import FileAnalysis, SourceTree
from borrowscope.analyzer.static.lookup import CloneCall, Lookup
from borrowscope.analyzer.static.source import StaticSource
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.check.places import node_at
from borrowscope.check.static_uses import StaticUse, find_static_uses
from borrowscope.parse.functions import FunctionItem, path_around
from borrowscope.parse.syntax import Node
from borrowscope.text.span import LineIndex, Span

SHORT = 60  # characters of source that a sentence shows


@dataclass(eq=False)
class FileView:
    """One file: its text and syntax, and what is known of it."""

    tree: SourceTree
    examine: Callable[[], FileAnalysis]

    @cached_property
    def analysis(self) -> FileAnalysis:
        """What is known of the file; of one that nobody asked for, this takes time."""
        return self.examine()

    @property
    def path(self) -> str:
        """Relative to the workspace root, with forward slashes."""
        return self.tree.text.relative

    @property
    def absolute(self) -> str:
        """Where the file lies."""
        return self.tree.text.path

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
        """What needs `unsafe` in code that is compiled, by kind, in source order; not what only a build can tell."""
        found: dict[OperationKind, list[Operation]] = defaultdict(list)
        for one in sorted(self.analysis.operations, key=lambda one: (one.at, one.span.end, one.kind)):
            if not one.is_inactive and one.unbuilt is None:
                found[one.kind].append(one)
        return found

    @cached_property
    def inactive(self) -> list[Operation]:
        """What would need `unsafe` in code that is not compiled here."""
        return [one for one in self.analysis.operations if one.is_inactive]

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
        return shortened(self.full_text_of(span))

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
    """All files, in the order of their paths; `checked` are those of which findings are wanted."""

    files: list[FileView]
    checked: list[FileView]
    static: StaticSource

    @classmethod
    def of(cls, analysis: Analysis) -> ProjectView:
        """The view of an analysis."""
        checked = [FileView(file.tree, partial(_known, file)) for file in analysis.files]
        others = [FileView(other.tree, other.analysis) for other in analysis.others]
        return cls(sorted([*checked, *others], key=lambda file: file.path), checked, analysis.static)

    @cached_property
    def lookup(self) -> Lookup | None:
        """Who answers questions about single places by types; None where only the compiler was asked."""
        return self.static.lookup

    @cached_property
    def clones(self) -> dict[str, list[CloneCall]]:
        """The calls of `clone` that the sources tell, by the absolute path of the file."""
        found: dict[str, list[CloneCall]] = defaultdict(list)
        if self.lookup is not None and any(file.says(b"clone") for file in self.checked):
            for one in self.lookup.clones(self._wanted):
                found[one.file].append(one)
        return found

    @cached_property
    def _wanted(self) -> set[str] | None:
        """The files whose modules are asked for; None where that is all of them, as any may include another's text."""
        is_all = len(self.checked) == len(self.files) or any(file.says(b"include!") for file in self.files)
        return None if is_all else {file.absolute for file in self.checked}

    @cached_property
    def written_union_fields(self) -> dict[str, set[str]]:
        """By path of a union of the project: the fields that some code writes."""
        found: dict[str, set[str]] = {path: set() for path in self._unions}
        if self.lookup is not None:
            for path, name in self.lookup.written_fields(found):
                if path in found:
                    found[path].add(name)
        return found

    @cached_property
    def _unions(self) -> list[str]:
        return [one.path for file in self.files if file.says(b"union") for one in unions_of(file.tree)]

    @cached_property
    def static_uses(self) -> dict[str, list[StaticUse]]:
        """By path of a file as it is told: every name there that means a static of the project."""
        return find_static_uses(self.lookup, self.files) if self.lookup is not None else {}


def shortened(text: str) -> str:
    """A text as a sentence shows it."""
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _known(analysis: FileAnalysis) -> FileAnalysis:
    return analysis


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
