"""Unsafe blocks without a `SAFETY` comment above, before or inside them.

In: a file. Out: one draft for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView, nodes_of
from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_SAFETY = re.compile(r"(?://|/\*|^\s*\*).*\bSAFETY\b", re.IGNORECASE)
_ABOVE = re.compile(r"\s*(?://|/\*|\*|#\[)")


@rule("undocumented_unsafe")
def undocumented_unsafe(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each block."""
    texts: list[str] = []
    for block in nodes_of(file, "unsafe_block", b"unsafe"):
        texts = texts or file.source.decode("utf-8", "replace").split("\n")
        if not _is_documented(file, texts, block):
            yield at_place(Span(block.start, block.start + len("unsafe")))


def _is_documented(file: FileView, texts: list[str], block: Node) -> bool:
    first = block
    while first.parent is not None and not first.parent.kind.endswith(("block", "_list", "source_file")):
        first = first.parent  # the statement or arm that holds the block
    line, top = file.lines.line_of(block.start), file.lines.line_of(first.start)
    return any(_SAFETY.search(text) for start in {line, top} for text in _comments_at(texts, start))


def _comments_at(texts: list[str], line: int) -> Iterator[str]:
    """The line itself, the one below, and the comments right above."""
    yield from texts[line - 1 : line + 1]
    at = line - 2
    while at >= 0 and _ABOVE.match(texts[at]):
        yield texts[at]
        at -= 1
