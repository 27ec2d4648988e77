"""What an access of a `static mut` does with it.

In: a file. Out: a draft for each access of one sort.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.check.places import Access, access_of
from borrowscope.check.registry import Draft, of_operation
from borrowscope.check.view import FileView


def static_accesses(file: FileView, access: Access) -> Iterator[Draft]:
    """The accesses of that sort; the address of an element (`&raw const TABLE[1]`) is one that reads."""
    for one in file.operations[OperationKind.STATIC_MUT]:
        if one.is_resolved and one.target is not None and _access_of(file, one) is access:
            yield of_operation(file, one)


def _access_of(file: FileView, operation: Operation) -> Access:
    found = access_of(file.node_at(operation.span))
    return Access.READ if found is Access.ADDRESS else found
