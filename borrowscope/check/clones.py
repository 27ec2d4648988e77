"""Calls of `clone` whose type only the caller knows: type parameters, `impl Trait`, boxed trait objects.

In: the project, a file. Out: `Clone` values. The compiler names the type, else the sources do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from borrowscope.check.instances import generic_names
from borrowscope.check.view import FileView, ProjectView
from borrowscope.parse.functions import FunctionItem
from borrowscope.text.span import Span

_CALLEE = re.compile(r"<(.+) as (?:\w+::)*Clone>::clone\Z")
_REFERENCE = re.compile(r"^(?:&(?:'\w+\s+)?(?:mut\s+)?)+")
_BOXED = re.compile(r"^(?:\w+::)*Box<(?:\(?)dyn\b")
_PROJECTION = re.compile(r"^(?:<\w+ as |\w+::\w+$)")


class Clone(NamedTuple):
    """One call of `clone`, the type that it clones, and the function around it."""

    span: Span
    ty: str
    function: FunctionItem | None


def find_clones(project: ProjectView, file: FileView) -> Iterator[Clone]:
    """The clones of a file, in source order."""
    if not file.says(b"clone"):
        return
    types = {one.span: one.ty for one in project.clones.get(file.absolute, ())}
    types.update(_by_rustc(file))
    for span, ty in sorted(types.items()):
        function = file.function_around(span)
        bare = _REFERENCE.sub("", ty)
        if _is_hidden(bare, function):
            yield Clone(span, bare, function)


def _by_rustc(file: FileView) -> Iterator[tuple[Span, str]]:
    for call in file.analysis.facts.calls:
        found = _CALLEE.match(call.callee)
        if found is not None:
            yield call.span, found.group(1)


def _is_hidden(ty: str, function: FunctionItem | None) -> bool:
    if ty.startswith("impl ") or _BOXED.match(ty):
        return True
    names = generic_names(function)
    head = ty.removeprefix("<").partition(" as ")[0].partition("::")[0]
    return ty in names or (bool(_PROJECTION.match(ty)) and head in names)
