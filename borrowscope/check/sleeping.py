"""Unsafe operations that this build does not compile: no finding speaks of them here, and one may in another build.

In: a view. Out: `Sleeping`: whether a range holds such an operation, and whether a baseline's entry may be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.baseline import Entry
from borrowscope.check.fingerprints import possible_fingerprints
from borrowscope.check.view import FileView, ProjectView, nodes_of
from borrowscope.parse.syntax import Node
from borrowscope.tables.check_rules import BY_CODE, CheckRule
from borrowscope.text.span import Span

_KINDS = frozenset(kind.value for kind in OperationKind)


@dataclass(eq=False)
class Sleeping:
    """Asked for single places; what it takes is read when somebody asks."""

    view: ProjectView
    _known: dict[tuple[str, str | None], set[str]] = field(default_factory=dict)

    def is_in(self, file: FileView, span: Span) -> bool:
        """Whether an operation in the range sleeps, or the range stands in a macro that nobody calls."""
        if any(span.start <= one.at < span.end for one in file.inactive):
            return True
        if any(one.start < span.end and span.start < one.end for one in self._uncompiled(file)):
            return True
        return any(node.start <= span.start < node.end for node in self.uncalled_macros(file))

    def may_be(self, entry: Entry) -> bool:
        """Whether findings of a baseline's entry are there when other code is compiled."""
        rule = BY_CODE.get(entry.code)
        if rule is None or not can_sleep(rule):
            return False
        wanted = set(entry.fingerprints)
        keys = (
            (entry.code, entry.file, entry.function or "", text) for text in self._texts(entry.file, entry.function)
        )
        return any(not wanted.isdisjoint(possible_fingerprints(key)) for key in keys)

    def _texts(self, path: str, function: str | None) -> set[str]:
        """What operations that sleep in a function may be written like."""
        found = self._known.get((path, function))
        if found is None:
            files = [file for file in self.view.checked if file.path == path]
            found = {file.full_text_of(span) for file in files for span in self._spans(file, function)}
            self._known[path, function] = found
        return found

    def _spans(self, file: FileView, function: str | None) -> Iterator[Span]:
        yield from (one.span for one in file.inactive if file.path_around(one.span) == function)
        for item in self._uncompiled(file):
            if file.path_around(item) == function:
                nodes = (Span(node.start, node.end) for node in file.node_at(item).walk() if node.is_named)
                yield from filter(item.contains, nodes)

    def _uncompiled(self, file: FileView) -> list[Span]:
        """The functions that no build compiles: of a type that is not there nobody knows what its operations are."""
        return self.view.lookup.uncompiled(file.absolute) if self.view.lookup is not None else []

    def uncalled_macros(self, file: FileView) -> Iterator[Node]:
        """The definitions of macros with unsafe code whose name no file calls."""
        for node in nodes_of(file, "macro_definition", b"unsafe"):
            name = node.field("name")
            call = re.compile(rb"\b" + re.escape(name.text.encode()) + rb"\s*!\s*[(\[{]") if name is not None else None
            if call is not None and not any(call.search(one.source) for one in self.view.files):
                yield node


def can_sleep(rule: CheckRule) -> bool:
    """Whether the rule's findings are operations: others are found whether their code is compiled or not."""
    return rule.kind in _KINDS
