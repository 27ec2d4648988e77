"""The names that marks declare: `#[trace_borrow(ffi = ["f"], unions = ["U"], statics = ["S"])]`.

In: a file. Out: `Declaration` for each name, with the part of the file that it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from borrowscope.check.view import FileView, nodes_of
from borrowscope.parse.syntax import COMMENTS, Node
from borrowscope.parse.token_trees import TokenKind, tokenize
from borrowscope.text.span import Span

_WORD = b"trace_borrow"
_RENAMED = re.compile(rb"\btrace_borrow\s+as\s+(\w+)")
ARGUMENTS = frozenset({b"ffi", b"unions", b"statics"})


@dataclass(frozen=True, slots=True)
class Declaration:
    """One name. `scope` is what is marked; None where files below are meant, too. `span` is the name's own."""

    argument: str
    name: str
    span: Span
    mark: Span
    scope: Span | None


def declarations_of(file: FileView) -> Iterator[Declaration]:
    """Every declared name of the file, in source order."""
    if not file.says(_WORD) or not any(file.says(word) for word in ARGUMENTS):
        return
    names = {_WORD, *_RENAMED.findall(file.source)}
    for kind in ("attribute_item", "inner_attribute_item"):
        for node in (node for word in names for node in nodes_of(file, kind, word)):
            yield from _of_attribute(file, node, names)


def _of_attribute(file: FileView, node: Node, names: set[bytes]) -> Iterator[Declaration]:
    """Read the lists behind the arguments, wherever `cfg_attr` may have put the attribute."""
    tokens = tokenize(file.source, node.start, node.end)
    if tokens is None or not names.intersection(tokens.texts):
        return
    for at, text in enumerate(tokens.texts):
        if text not in ARGUMENTS or tokens.texts[at + 1 : at + 3] != [b"=", b"["]:
            continue
        for place in range(at + 3, tokens.partners[at + 2]):
            if tokens.kinds[place] is TokenKind.LITERAL:
                name = tokens.texts[place].decode("utf-8", "replace").strip('r#"')
                span = Span(tokens.starts[place], tokens.ends[place])
                yield Declaration(text.decode(), name, span, Span(node.start, node.end), _scope(node))


def _scope(attribute: Node) -> Span | None:
    """The item that the attribute marks; None for a whole file and for a module in another file."""
    parent = attribute.parent
    if attribute.kind == "inner_attribute_item":
        item = parent.parent if parent is not None else None
    else:
        around = parent.named if parent is not None else []
        passed = {"attribute_item", *COMMENTS}
        item = next((one for one in around if one.start >= attribute.end and one.kind not in passed), None)
    is_elsewhere = item is not None and item.kind == "mod_item" and item.field("body") is None
    return None if item is None or is_elsewhere else Span(item.start, item.end)
