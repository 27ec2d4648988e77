"""The types that the project itself puts in for a type parameter: in calls of the function that has it.

In: a function, a parameter's name. Out: the types, as the compiler's calls and the sources tell them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from borrowscope.analyzer.type_text import split_arguments
from borrowscope.check.view import FileView, ProjectView
from borrowscope.parse.functions import FunctionItem
from borrowscope.parse.syntax import Node

_NO_TYPE = frozenset({"lifetime_parameter", "lifetime", "attribute_item", "line_comment", "block_comment"})
_WORD = re.compile(r"\w+")


def instances_of(project: ProjectView, file: FileView, function: FunctionItem, parameter: str) -> list[str]:
    """Each type once, those that the compiler tells first."""
    found = dict.fromkeys(_by_rustc(project, function, parameter))
    if project.lookup is not None:
        found.update(dict.fromkeys(project.lookup.instances(file.absolute, function.node.start, parameter)))
    return list(found)


def _by_rustc(project: ProjectView, function: FunctionItem, parameter: str) -> Iterator[str]:
    """What stands in the compiler's callees where the parameter stands in the definition."""
    own, holder = _parameters(function.node), _holder(function)
    for file in project.files:
        for call in file.analysis.facts.calls:
            path, arguments, receiver = _taken_apart(call.callee)
            if path != function.name:
                continue
            known = [*zip(own, arguments, strict=False)]
            if holder is not None and holder[0] == receiver[0]:
                known += zip(holder[1], receiver[1], strict=False)
            elif holder is not None:
                continue
            caller = generic_names(file.function_around(call.span)) | {"impl"}
            yield from (ty for name, ty in known if name == parameter and caller.isdisjoint(_WORD.findall(ty)))


def generic_names(function: FunctionItem | None) -> set[str]:
    """The type parameters that a function sees, and `Self` in a trait."""
    nodes = (function.node, *function.containers) if function is not None else ()
    names = {name for node in nodes for name in _parameters(node)}
    return names | ({"Self"} if any(node.kind == "trait_item" for node in nodes) else set())


def _parameters(node: Node) -> list[str]:
    parameters = node.field("type_parameters")
    named = [one for one in parameters.named if one.kind not in _NO_TYPE] if parameters is not None else []
    return [(one.field("name") or one).text.partition(":")[0].strip() for one in named]


def _holder(function: FunctionItem) -> tuple[str, list[str]] | None:
    """The name of the type whose impl the function stands in, and its arguments as written."""
    holder = function.containers[-1] if function.containers else None
    ty = holder.field("type") if holder is not None and holder.kind == "impl_item" else None
    return _named(ty.text) if ty is not None else None


def _named(ty: str) -> tuple[str, list[str]]:
    head, _, rest = ty.replace("::<", "<").partition("<")
    arguments = split_arguments(rest.rpartition(">")[0]) if rest else []
    return head.rpartition("::")[2].strip(), [one for one in arguments if not one.startswith("'")]


def _taken_apart(callee: str) -> tuple[str, Sequence[str], tuple[str, list[str]]]:
    """The function's name, its own arguments, and the type before it: `S::<A>::get::<B>`, `<S<A> as T>::get`."""
    start = _own_arguments(callee)
    arguments = split_arguments(callee[start + 3 : -1]) if start is not None else []
    holder, _, name = (callee[:start] if start is not None else callee).rpartition("::")
    if holder.startswith("<"):
        holder = holder[1:].partition(" as ")[0]
    return name, arguments, _named(holder)


def _own_arguments(callee: str) -> int | None:
    """Where the `::<` stands that the callee's last `>` closes."""
    depth = 0
    for at in range(len(callee) - 1, -1, -1) if callee.endswith(">") else ():
        depth += (callee[at] == ">" and callee[at - 1] not in "-=") - (callee[at] == "<")
        if depth == 0:
            return at - 2 if callee.startswith("::", at - 2) else None
    return None
