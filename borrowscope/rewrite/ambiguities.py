"""What `warn` asks for: the places of a marked function of which nobody can say what they do.

In: a file's text, what is known of it, its marks. Out: one `Problem` for each place, in source order; names that the
mark declares (`ffi`, `unions`, `statics`) are none. The words are those of `check`'s rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.parse.functions import find_functions
from borrowscope.parse.item_macros import enter_item_macros
from borrowscope.parse.syntax import parse_source
from borrowscope.rewrite.choice import NO_WISHES, TraceOptions
from borrowscope.rewrite.mark_options import Problem
from borrowscope.rewrite.marks import WORD, find_marks
from borrowscope.rewrite.nested_items import is_directly_in
from borrowscope.tables.check_rules import BY_NAME

_CALLEE = re.compile(r"([^()]*?)(?:::<.*>)?\s*\(", re.DOTALL)
_FIELD = re.compile(r"(.*?)\s*\.\s*\w+\s*\Z", re.DOTALL)


def find_ambiguities(
    source: bytes,
    facts: FileFacts,
    inherited: TraceOptions | None = None,
    module_path: str = "",
    *,
    silent: frozenset[str] = frozenset(),
) -> list[Problem]:
    """The warnings of a file, without those of the rules whose codes are `silent`."""
    open_operations = [one for one in facts.operations if _is_open(one) and BY_NAME[_rule_name(one)].code not in silent]
    if not open_operations or (WORD not in source and inherited is None):
        return []
    root = parse_source(source)
    enter_item_macros(root)
    marks = find_marks(root)
    marks.inherited = inherited
    found = [
        problem
        for item in find_functions(root, module_path)
        if item.body is not None and (mark := marks.of(item.node, item.containers) or NO_WISHES).warns
        for operation in open_operations
        if is_directly_in(item.node, operation.span)
        for problem in _problem(source, operation, mark)
    ]
    return sorted(found, key=lambda problem: problem.span)


def _is_open(operation: Operation) -> bool:
    """What could not be resolved, and calls through pointers: no text tells where these lead."""
    is_call = operation.kind is OperationKind.UNSAFE_CALL
    return not operation.is_inactive and (not operation.is_resolved or (is_call and operation.target is None))


def _problem(source: bytes, operation: Operation, mark: TraceOptions) -> Iterator[Problem]:
    text = source[operation.span.start : operation.span.end].decode("utf-8", "replace")
    declarable = _DECLARABLE.get(operation.kind)
    if declarable is None:
        yield _told(operation, text, "write the type of what is followed")
        return
    name = declarable.name_of(text, operation)
    if name not in getattr(mark, declarable.argument):
        yield _told(operation, text, declarable.help.format(name=name))


def _told(operation: Operation, text: str, remedy: str) -> Problem:
    """The words of the rule that `check` has for such a place, and its code."""
    rule = BY_NAME[_rule_name(operation)]
    message = rule.message.format(text=" ".join(text.split()), pointer=operation.pointer)
    return Problem(operation.span, f"{message} ({rule.code})", remedy)


def _rule_name(operation: Operation) -> str:
    if operation.kind is OperationKind.UNSAFE_CALL and operation.pointer is not None:
        return "foreign_pointer_call" if "extern" in operation.pointer else "unsafe_pointer_call"
    return _RULES.get(operation.kind, "unresolved_deref")


def _callee_name(text: str, operation: Operation) -> str:
    """The last name before the arguments; of a method the name where it is told."""
    if operation.at > operation.span.start:
        found = re.match(rb"\w+", text.encode()[operation.at - operation.span.start :])
        return found.group().decode() if found is not None else text
    found_path = _CALLEE.match(text)
    path = found_path.group(1) if found_path is not None else text
    return path.strip().rpartition("::")[2].strip("() ") or path


def _base_name(text: str, _operation: Operation) -> str:
    found = _FIELD.match(text)
    return found.group(1).rpartition(".")[2].strip("() ") if found is not None else text


def _static_name(text: str, _operation: Operation) -> str:
    return text.rpartition("::")[2].strip()


class _Declarable(NamedTuple):
    """The argument that declares a name, the name, and what is said of it."""

    argument: str
    name_of: Callable[[str, Operation], str]
    help: str


_RULES = {
    OperationKind.UNSAFE_CALL: "unresolved_call",
    OperationKind.UNION_READ: "unresolved_field",
    OperationKind.STATIC_MUT: "unresolved_static",
}
_DECLARABLE = {
    OperationKind.UNSAFE_CALL: _Declarable("ffi", _callee_name, 'declare it if it is foreign: `ffi = ["{name}"]`'),
    OperationKind.UNION_READ: _Declarable(
        "unions", _base_name, 'write the type of `{name}`, or declare it: `unions = ["{name}"]`'
    ),
    OperationKind.STATIC_MUT: _Declarable("statics", _static_name, 'declare it if it is one: `statics = ["{name}"]`'),
}
