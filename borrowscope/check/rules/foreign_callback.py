"""Functions and closures that are handed to foreign code: by the types of parameters and of arguments.

In: a file. Out: one draft for each argument that foreign code may call.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.analyzer.unsafety.operations import OperationKind
from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView


@rule("foreign_callback")
def foreign_callback(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each argument."""
    for kind in (OperationKind.FFI_CALL, OperationKind.UNSAFE_CALL):
        for one in file.operations[kind]:
            called = f"the foreign function `{one.target}`" if one.target else "foreign code through a pointer"
            for span in one.callbacks:
                yield at_place(span, one.target, callback=file.text_of(span), called=called)
