"""`unsafe impl Send` and `unsafe impl Sync`.

In: a file. Out: one draft for each; negative implementations promise nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from borrowscope.check.registry import Draft, at_place, rule
from borrowscope.check.view import FileView, ProjectView
from borrowscope.parse.syntax import Node
from borrowscope.text.span import Span

_SHARED = {"Send": "moved", "Sync": "shared"}


@rule("unsafe_impl")
def unsafe_impl(_project: ProjectView, file: FileView) -> Iterator[Draft]:
    """Each implementation."""
    if not file.says(b"unsafe"):
        return
    for node in file.tree.items:
        if node.kind != "impl_item" or not any(child.kind == "unsafe" for child in node.children):
            continue
        trait, implementor = node.field("trait"), node.field("type")
        name = trait.text.rpartition("::")[2].strip() if trait is not None else ""
        if name in _SHARED and implementor is not None:
            words = {"trait": name, "type": " ".join(implementor.text.split()), "shared": _SHARED[name]}
            yield at_place(_head(node), words["type"], **words)


def _head(node: Node) -> Span:
    """The implementation without its body."""
    body = node.field("body")
    end = body.start if body is not None else node.end
    return Span(node.start, node.start + len(node.source[node.start : end].rstrip()))
