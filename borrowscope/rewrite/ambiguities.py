"""What `warn` asks for: the places of a marked function of which nobody can say what they do.

In: a file's text, what is known of it, its marks. Out: one `Problem` for each place, in source order; names that the
mark declares (`ffi`, `unions`, `statics`) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.parse.functions import find_functions
from borrowscope.parse.item_macros import enter_item_macros
from borrowscope.parse.syntax import parse_source
from borrowscope.rewrite.choice import NO_WISHES, TraceOptions
from borrowscope.rewrite.mark_options import Problem
from borrowscope.rewrite.marks import WORD, find_marks
from borrowscope.rewrite.nested_items import is_directly_in

_CALLEE = re.compile(r"([^()]*?)(?:::<.*>)?\s*\(", re.DOTALL)
_FIELD = re.compile(r"(.*?)\s*\.\s*\w+\s*\Z", re.DOTALL)


def find_ambiguities(
    source: bytes, facts: FileFacts, inherited: TraceOptions | None = None, module_path: str = ""
) -> list[Problem]:
    """The warnings of a file."""
    open_operations = [one for one in facts.operations if _is_open(one)]
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
    if operation.kind is OperationKind.UNSAFE_CALL:
        name = _callee_name(text, operation)
        if name not in mark.ffi:
            yield Problem(operation.span, *_call_words(name, is_pointer=operation.is_resolved))
    elif operation.kind is OperationKind.UNION_READ:
        base = _base_name(text)
        if base not in mark.unions:
            message = f"nobody can say whether `{' '.join(text.split())}` is a union's field"
            yield Problem(operation.span, message, f'write the type of `{base}`, or declare it: `unions = ["{base}"]`')
    elif operation.kind is OperationKind.STATIC_MUT:
        name = text.rpartition("::")[2].strip()
        if name not in mark.statics:
            message = f"nobody can say whether `{name}` is a static that can be changed"
            yield Problem(operation.span, message, f'declare it if it is one: `statics = ["{name}"]`')
    else:
        message = f"nobody can say whether `{' '.join(text.split())}` follows a raw pointer"
        yield Problem(operation.span, message, "write the type of what is followed")


def _call_words(name: str, *, is_pointer: bool) -> tuple[str, str]:
    if is_pointer:
        message = f"`{name}` is called through a pointer: nobody can say whether the function is foreign"
    else:
        message = f"nobody can say whether `{name}` is a foreign or an unsafe function"
    return message, f'declare it if it is foreign: `ffi = ["{name}"]`'


def _callee_name(text: str, operation: Operation) -> str:
    """The last name before the arguments; of a method the name where it is told."""
    if operation.at > operation.span.start:
        found = re.match(rb"\w+", text.encode()[operation.at - operation.span.start :])
        return found.group().decode() if found is not None else text
    found_path = _CALLEE.match(text)
    path = found_path.group(1) if found_path is not None else text
    return path.strip().rpartition("::")[2].strip("() ") or path


def _base_name(text: str) -> str:
    found = _FIELD.match(text)
    return found.group(1).rpartition(".")[2].strip("() ") if found is not None else text
