"""Statics in which something can be changed, and that several functions use.

In: the project. Out: one draft for each, at its definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView

_SHOWN = 3
_STATIC = re.compile(rb"(?<!')\bstatic\b|_static\b|thread_local")


@rule("shared_interior_mutability")
def shared_interior_mutability(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each static of the file."""
    statics = project.lookup.statics.values() if project.lookup is not None and _STATIC.search(file.source) else ()
    for static in statics:
        if static.file != file.absolute or not static.can_change or static.is_mutable:
            continue
        users = sorted(set(_users(project, static.path)))
        if len(users) > 1:
            shown = ", ".join(f"`{user.rpartition('::')[2]}`" for user in users[:_SHOWN])
            more = ", .." if len(users) > _SHOWN else ""
            yield at_place(static.span, static.path, count=str(len(users)), functions=f"{shown}{more}")


def _users(project: ProjectView, path: str) -> Iterator[str]:
    """The functions that name it."""
    for file in project.files:
        for use in project.static_uses.get(file.path, ()):
            if use.path == path and (user := file.path_around(use.name)) is not None:
                yield user
