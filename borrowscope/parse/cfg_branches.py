"""The branches of `cfg_if! { if #[cfg(..)] { .. } else { .. } }` and of `cfg_select! { .. => { .. } _ => { .. } }`.

In: the token tree of a call. Out: each branch's condition, as an attribute's text, and where its code stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from borrowscope.parse.syntax import Node

_ALWAYS: Final = "_"
_COMMENT: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


class Branch(NamedTuple):
    """What is compiled where the condition holds and no branch before it: braces, or an expression's byte range."""

    condition: str
    braces: Node | None
    source: bytes
    start: int
    end: int


def branches_of(tokens: Node) -> Iterator[Branch]:
    """Every branch, in the order of the text."""
    inner = iter(tokens.children[1:-1])
    before = tokens.start + 1
    for child in inner:
        if _is_braced(child):  # of `cfg_if!`: the attribute stands before it, or `else` alone
            yield Branch(_text(tokens, before, child.start), child, child.source, child.start, child.end)
            before = child.end
        elif child.kind == "=>":
            branch = _selected(_text(tokens, before, child.start), inner)
            if branch is None:
                return
            yield branch
            before = branch.end


def _selected(predicate: str, following: Iterator[Node]) -> Branch | None:
    """What stands behind `=>`: braces, or all up to the next comma."""
    predicate = _COMMENT.sub(" ", predicate).strip(", \t\r\n")
    condition = "" if predicate == _ALWAYS else f"#[cfg({predicate})]"
    first = next(following, None)
    if first is None:
        return None
    if _is_braced(first):
        return Branch(condition, first, first.source, first.start, first.end)
    end = first.end
    for child in following:
        if child.kind == ",":
            break
        end = child.end
    return Branch(condition, None, first.source, first.start, end)


def _is_braced(node: Node) -> bool:
    return node.kind == "token_tree" and node.text.startswith("{")


def _text(tokens: Node, start: int, end: int) -> str:
    return tokens.source[start:end].decode("utf-8", "replace")
