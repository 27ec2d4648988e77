"""References to `static mut`, those that method calls make included.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.places import Access
from borrowscope.check.registry import Draft, rule
from borrowscope.check.static_accesses import static_accesses
from borrowscope.check.view import FileView, ProjectView


@rule("static_mut_reference")
def static_mut_reference(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each reference."""
    yield from static_accesses(file, Access.REFERENCE)
