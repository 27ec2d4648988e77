"""Statics with interior mutability that several functions use.

In: the project. Out: one draft for each, at its definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView
from borrowscope.text.span import Span

_SHOWN = 3


@rule("shared_interior_mutability")
def shared_interior_mutability(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each static of the file."""
    for static in project.statics:
        is_candidate = static.file == file.path and static.has_interior_mutability and not static.is_mutable
        if not is_candidate or project.statics_by_name.get(static.name) is not static:
            continue
        users = sorted(set(_users(project, static.name)))
        if len(users) > 1:
            start = file.lines.offset(static.line, 1) + static.column
            shown = ", ".join(f"`{user.rpartition('::')[2]}`" for user in users[:_SHOWN])
            more = ", .." if len(users) > _SHOWN else ""
            span = Span(start, start + len(static.name.encode()))
            yield at_place(span, static.path, count=str(len(users)), functions=f"{shown}{more}")


def _users(project: ProjectView, name: str) -> Iterator[str]:
    """The functions that say the name."""
    word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    for file in project.files:
        for found in word.finditer(file.source):
            span = Span(*found.span())
            if file.node_at(span).kind == "identifier" and (path := file.path_around(span)) is not None:
                yield path
