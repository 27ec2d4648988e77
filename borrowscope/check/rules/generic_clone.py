"""Clones of type parameters and of boxed trait objects.

In: a file. Out: one draft for each, with the types that the crate itself puts in, where the compiler tells them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.analyzer.callee import parse_callee
from borrowscope.check.clones import Clone, find_clones
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView

_SHOWN = 3
_ARGUMENTS = re.compile(r"::<")


@rule("generic_clone")
def generic_clone(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each clone."""
    for clone in find_clones(file):
        types = _instances(project, clone)
        told = f" (here {', '.join(f'`{one}`' for one in types)})" if types else ""
        words = {"text": file.text_of(clone.span), "type": clone.ty, "instances": told}
        yield at_place(clone.span, clone.ty, **words)


def _instances(project: ProjectView, clone: Clone) -> list[str]:
    """The generic arguments that calls of the clone's function have."""
    if clone.function is None:
        return []
    name = clone.function.rpartition("::")[2]
    found: dict[str, None] = {}
    for file in project.files:
        for call in file.analysis.facts.calls:
            if name in call.callee and parse_callee(call.callee).path.rpartition("::")[2] == name:
                arguments = _ARGUMENTS.split(call.callee, maxsplit=1)
                if len(arguments) > 1:
                    found[arguments[1].partition(">::")[0].removesuffix(">")] = None
    return list(found)[:_SHOWN]
