"""Unsafe operations that this build does not compile: no finding speaks of them here, and one may in another build.

In: a view. Out: `Sleeping`: whether a range holds such an operation, and whether a baseline's entry may be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.view import FileView, ProjectView, nodes_of
from borrowscope.parse.syntax import Node
from borrowscope.tables.check_rules import BY_CODE, CheckRule
from borrowscope.text.span import Span

_CALLS = frozenset({OperationKind.FFI_CALL.value, OperationKind.UNSAFE_CALL.value})  # nobody resolves what sleeps
_KINDS = frozenset(kind.value for kind in OperationKind)


@dataclass(eq=False)
class Sleeping:
    """Asked for single places; what it takes is read when somebody asks."""

    view: ProjectView

    def is_in(self, file: FileView, span: Span) -> bool:
        """Whether an operation in the range sleeps, or the range stands in a macro that nobody calls."""
        if any(span.start <= one.at < span.end for one in file.inactive):
            return True
        return any(node.start <= span.start < node.end for node in self.uncalled_macros(file))

    def may_be(self, code: str, path: str, function: str | None) -> bool:
        """Whether a finding of the rule in that function may be there when other code is compiled."""
        rule = BY_CODE.get(code)
        return rule is not None and (path, function, _family(rule.kind)) in self._places

    @cached_property
    def _places(self) -> set[tuple[str, str | None, str]]:
        return {
            (file.path, file.path_around(one.span), _family(one.kind.value))
            for file in self.view.checked
            for one in file.inactive
        }

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


def _family(kind: str) -> str:
    return "call" if kind in _CALLS else kind
