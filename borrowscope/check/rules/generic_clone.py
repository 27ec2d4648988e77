"""Clones of type parameters and of boxed trait objects.

In: a file. Out: one draft for each, with the types that the crate itself puts in.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.clones import find_clones
from borrowscope.check.instances import instances_of
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView

_SHOWN = 3


@rule("generic_clone")
def generic_clone(project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each clone."""
    for clone in find_clones(project, file):
        types = instances_of(project, file, clone.function, clone.ty) if clone.function is not None else []
        shown = ", ".join(f"`{one}`" for one in types[:_SHOWN]) + (", .." if len(types) > _SHOWN else "")
        told = f" (here {shown})" if types else ""
        yield at_place(clone.span, clone.ty, text=file.text_of(clone.span), type=clone.ty, instances=told)
