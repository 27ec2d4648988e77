"""Calls of `macro_rules!` macros whose definition is known: what becomes of their arguments.

In: the definitions of the project, the nodes of calls. Out: the steps of a call, or None where nobody knows what the
macro is. Macros that a file takes from crates outside of the project are known by `tables/macro_shapes.py` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from borrowscope.parse.functions import cfgs_of
from borrowscope.parse.macro_arguments import Step, hands_items_on, read_call
from borrowscope.parse.macro_book import MacroBook
from borrowscope.parse.macro_rules import MacroDefinition, SourceText
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.macro_rows import import_of
from borrowscope.tables.macro_shapes import SHAPES
from borrowscope.text.span import Span

_HERE = frozenset({"", "crate", "self", "super", "$crate"})
_CALL = re.compile(rb"\b([A-Za-z_]\w*)\s*!\s*[({\[]")
Definitions = Sequence[MacroDefinition]


class MacroCalls:
    """What the macros mean that one package calls."""

    def __init__(self, book: MacroBook, package: str) -> None:
        self._book = book
        self._package = package
        self._known: dict[tuple[tuple[int, ...], bytes], list[Step]] = {}

    def steps(self, call: Node) -> list[Step] | None:
        """What the call evaluates, with spans of its file; None where its macro is not known by a definition."""
        macro, tokens = call.field("macro"), call.child("token_tree")
        definitions = self.definitions(call)
        if definitions is None or macro is None or tokens is None:
            return None
        text = tokens.source[tokens.start + 1 : tokens.end - 1]
        key = (tuple(map(id, definitions)), text)
        if key not in self._known:
            self._known[key] = read_call(text, 0, len(text), definitions, self._find)
        return [_moved(step, tokens.start + 1) for step in self._known[key]]

    def hands_items_on(self, call: Node) -> bool:
        """Whether a call outside of functions stands for the very items that are its tokens."""
        tokens, definitions = call.child("token_tree"), self.definitions(call)
        if tokens is None or definitions is None:
            return False
        return hands_items_on(tokens.source, tokens.start + 1, tokens.end - 1, definitions, self._find)

    def definitions(self, call: Node) -> Definitions | None:
        """All definitions that the call may mean; None where none is known."""
        macro = call.field("macro")
        path = macro.text.replace(" ", "").removeprefix("::") if macro is not None else ""
        module, _, name = path.rpartition("::")
        if not module:
            around = self._around(call, name)
            if around:
                return around
            imported = import_of(call, name)
            if imported is not None and imported[0].partition("::")[0] not in _HERE:
                return _joined(self._foreign(*imported), self._book.of(self._package).get(name))
            return _joined(self._find(name), self._book.exported(name, self._package))
        return self._find(path)

    def _around(self, call: Node, name: str) -> Definitions:
        """Where the package has several: those that the call's own file spells out before it, in a scope around it."""
        known = self._book.of(self._package).get(name, ())
        if len(known) < _SEVERAL:
            return ()
        found: list[MacroDefinition] = []
        for definition, is_certain in _definitions_before(call, name):
            within = Span(definition.start, definition.end)
            found += [one for one in known if within.contains(Span(one.start, one.end)) and _is_of(one, call.source)]
            if is_certain:
                return found
        return ()

    def code(self, call: Node) -> bytes:
        """The macro's own code, and that of the macros that it calls: what may lead away from the call."""
        found: dict[int, MacroDefinition] = {}
        waiting = list(self.definitions(call) or ())
        while waiting:
            one = waiting.pop()
            if id(one) in found:
                continue
            found[id(one)] = one
            for name in _CALL.findall(one.origin.text, one.start, one.end):
                waiting += self._find(name.decode()) or ()
        return b"\n".join(one.origin.text[one.start : one.end] for one in found.values())

    def _find(self, path: str) -> Definitions | None:
        """What a path means where nothing is imported under its name."""
        module, _, name = path.rpartition("::")
        first = module.partition("::")[0]
        if first not in _HERE:
            return self._foreign(module, name)
        return self._book.of(self._package).get(name) or _shape(module if first else "", name)

    def _foreign(self, module: str, name: str) -> Definitions | None:
        first = module.partition("::")[0]
        for package in self._book.packages():
            if package.replace("-", "_") == first:
                return self._book.of(package).get(name)
        return _shape(module, name)


_SEVERAL = 2
_SCOPES = frozenset({"block", "declaration_list", "source_file"})


def _definitions_before(call: Node, name: str) -> Iterator[tuple[Node, bool]]:
    """Nearest first, each with whether it stands under no condition: what is beyond that one does not count."""
    for scope in call.ancestors():
        for child in reversed(scope.children) if scope.kind in _SCOPES else ():
            named = child.field("name") if child.kind == "macro_definition" and child.end <= call.start else None
            if named is not None and named.text == name:
                yield child, not cfgs_of(child)


def _is_of(definition: MacroDefinition, source: bytes) -> bool:
    return definition.origin.text is source or definition.origin.text == source


def _joined(found: Definitions | None, others: Definitions | None) -> Definitions | None:
    """With what the name means elsewhere: a `use` may hold for one block, a definition for one module of the file."""
    return [*found, *others] if found and others else found


@cache
def _shape(module: str, name: str) -> Definitions | None:
    rules = SHAPES.get((module, name))
    return [MacroDefinition(name, True, SourceText("", rules), 0, len(rules))] if rules is not None else None  # noqa: FBT003


def _moved(step: Step, by: int) -> Step:
    body = Span(step.body.start + by, step.body.end + by) if step.body is not None else None
    return Step(step.kind, Span(step.span.start + by, step.span.end + by), body)


def calls_of_file(source: bytes) -> MacroCalls:
    """The macros that a file knows by itself."""
    book = MacroBook()
    book.add("", source, 2021)
    return MacroCalls(book, "")
