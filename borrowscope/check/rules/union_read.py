"""Reads of union fields by expressions.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.registry import Draft, of_operation, rule
from borrowscope.check.union_reads import union_reads
from borrowscope.check.view import FileView, ProjectView


@rule("union_read")
def union_read(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each read that an expression makes."""
    for one in union_reads(file, in_pattern=False):
        yield of_operation(file, one)
