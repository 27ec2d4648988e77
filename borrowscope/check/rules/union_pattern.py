"""Reads of union fields by patterns.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.union_reads import union_reads
from borrowscope.check.view import FileView, ProjectView


@rule("union_pattern")
def union_pattern(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each part of a union's pattern that looks at the value."""
    for one in union_reads(file, in_pattern=True):
        yield of_operation(file, one)
