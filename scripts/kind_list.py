"""The list of node kinds that the code relies on: every kind of the grammar that a stage names.

In: the tree and the installed grammar. Out: `grammars/rust/kinds.txt`, one kind a line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from borrowscope.parse.syntax import language

ROOT = Path(__file__).parent.parent
LIST = ROOT / "grammars" / "rust" / "kinds.txt"
STAGES = ("parse", "analyzer", "rewrite")


def grammar_kinds() -> set[str]:
    """The named kinds of the installed grammar."""
    grammar = language()
    numbers = range(grammar.node_kind_count)
    return {grammar.node_kind_for_id(number) or "" for number in numbers if grammar.node_kind_is_named(number)}


def words() -> Iterator[str]:
    """Every text constant of the stages that read syntax trees."""
    for stage in STAGES:
        for module in (ROOT / "borrowscope" / stage).rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_bytes())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


if __name__ == "__main__":
    LIST.write_text("".join(f"{kind}\n" for kind in sorted(grammar_kinds() & set(words()))), encoding="utf-8")
