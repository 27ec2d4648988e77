"""Joins what the text says of a binding with what the compiler says: one `Variable` record per binding.

In: a file's text, syntax tree, the compiler's facts, the package's items. Out: records in source order, what was
skipped, and the ownership calls of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from borrowscope.analyzer import obvious_types
from borrowscope.analyzer.bindings import FileBindings, SourceBinding, find_bindings, find_uses
from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import BindingFact, FileFacts, TypeSource
from borrowscope.analyzer.full_path import full_path
from borrowscope.analyzer.kinds import KindContext, initializer_kind
from borrowscope.analyzer.ownership_traits import OwnershipTraits, trait_flags
from borrowscope.analyzer.producer import producing_call, syntax_of
from borrowscope.analyzer.source_items import SourceItems, use_names
from borrowscope.analyzer.sources import SourceText
from borrowscope.analyzer.static_types import StaticTypes
from borrowscope.analyzer.type_info import DropPlace, Expression, Initializer, Variable
from borrowscope.analyzer.type_text import Shape, TypeText, parse_type, short_type
from borrowscope.analyzer.uses import UseReader
from borrowscope.parse.functions import FunctionItem
from borrowscope.parse.syntax import Node
from borrowscope.tables.type_flags import OWNERSHIP_CALLS, TYPE_FLAGS
from borrowscope.text.span import LineIndex, Span

_LIFETIME = re.compile(r"^&\s*'(\w+)")
_UNKNOWN = "unknown"


@dataclass(slots=True)
class SourceTree:
    """One file, parsed."""

    text: SourceText
    root: Node
    functions: list[FunctionItem]
    items: list[Node]
    lines: LineIndex


@dataclass(slots=True)
class FileRecords:
    """What one file adds to type-info.json."""

    variables: list[Variable] = field(default_factory=list)
    expressions: list[Expression] = field(default_factory=list)
    found: FileBindings = field(default_factory=FileBindings)


def file_records(
    tree: SourceTree, facts: FileFacts | None, items: SourceItems, types: dict[str, str], traits: OwnershipTraits
) -> FileRecords:
    """The records of one file. `items` are its package's, `types` what defines each type of the whole workspace."""
    return _FileReader(tree, facts or FileFacts(tree.text.path), items, types, traits).read()


class _FileReader:
    """Reads one file."""

    def __init__(
        self, tree: SourceTree, facts: FileFacts, items: SourceItems, types: dict[str, str], traits: OwnershipTraits
    ) -> None:
        self._tree = tree
        self._traits = traits
        self._facts = facts
        self._items = items
        callees = {call.span: call.callee for call in facts.calls if call.callee_span != call.span}
        self._kinds = KindContext(types, callees)
        self._uses = UseReader(facts, tree.lines)

    def read(self) -> FileRecords:
        static = StaticTypes(self._items, use_names(self._tree.items))
        found = find_bindings(self._tree.root, self._tree.text.module_path, self._is_binding, static.infer)
        find_uses(self._tree.root, self._tree.text.module_path, found)
        found.bindings.extend(self._unseen(found.bindings))
        found.bindings.sort(key=lambda binding: binding.span)
        self._uses.learn(found.bindings)
        shared = self._alternatives(found.bindings)
        variables = [
            self._variable(binding, fact) for binding in found.bindings for fact in self._facts_of(binding, shared)
        ]
        return FileRecords(variables, list(self._expressions()), found)

    def _is_binding(self, name: str, start: int, in_unknown_macro: bool) -> bool:  # noqa: FBT001
        """A name in a pattern binds if the compiler says so; else if it does not look like a constant."""
        if start in self._facts.bindings:
            return True
        return not in_unknown_macro and not name[0].isupper()

    def _facts_of(self, binding: SourceBinding, shared: dict[int, BindingFact]) -> list[BindingFact] | list[None]:
        """What the compiler says of a written name: nothing, one thing, or one for each copy that a macro makes."""
        fact = self._facts.bindings.get(binding.span.start) or shared.get(binding.span.start)
        return [None] if fact is None else fact.alternatives or [fact]

    def _alternatives(self, bindings: Iterable[SourceBinding]) -> dict[int, BindingFact]:
        """The compiler knows a name of `A(x) | B(x)` at its first place only: the others are the same variable."""
        first: dict[tuple[int, str], BindingFact] = {}
        shared: dict[int, BindingFact] = {}
        for binding in bindings:
            key = (id(binding.pattern), binding.name)
            fact = self._facts.bindings.get(binding.span.start)
            if fact is not None:
                first.setdefault(key, fact)
            elif binding.pattern is not None and key in first:
                shared[binding.span.start] = first[key]
        return shared

    def _unseen(self, bindings: Iterable[SourceBinding]) -> list[SourceBinding]:
        """Bindings that only the compiler sees: in the tokens of macros that nobody entered."""
        seen = {binding.span.start for binding in bindings}
        return [self._token_binding(fact) for start, fact in self._facts.bindings.items() if start not in seen]

    def _token_binding(self, fact: BindingFact) -> SourceBinding:
        line = self._tree.text.source[max(0, fact.span.start - 80) : fact.span.start].decode("utf-8", "replace")
        kind = next((kind for kind, before in _BEFORE if before.search(line)), "pattern")
        function = self._enclosing_function(fact.span)
        return SourceBinding(
            name=fact.name,
            span=fact.span,
            kind="self" if fact.name == "self" else kind,
            function=function.path if function else None,
            decl_index=0,
            scope_id=0,
            generics=frozenset(),
            self_type=None,
            is_whole=False,
            is_mut=bool(re.search(r"\bmut\s+$", line)),
            is_ref=bool(re.search(r"\bref\s+(mut\s+)?$", line)),
        )

    def _enclosing_function(self, span: Span) -> FunctionItem | None:
        around = [item for item in self._tree.functions if item.node.start <= span.start and span.end <= item.node.end]
        return max(around, key=lambda item: item.node.start, default=None)

    def _variable(self, binding: SourceBinding, fact: BindingFact | None) -> Variable:
        known = fact.ty if fact is not None and fact.ty is not None else None
        ty = known or (binding.static_type if fact is None else None)
        line, column = self._tree.lines.byte_column(binding.span.start)
        function = re.sub(r"(::\{closure#\d+\})+$", "", binding.function) if binding.function else None
        source = TypeSource.RUSTC if known else TypeSource.STATIC if ty else TypeSource.UNKNOWN
        return Variable(
            name=binding.name,
            file=self._tree.text.relative,
            line=line,
            column=column,
            span_start=binding.span.start,
            span_end=binding.span.end,
            binding=binding.kind,
            function_name=function.rpartition("::")[2] if function else None,
            function_path=binding.function,
            decl_index=binding.decl_index,
            scope_id=binding.scope_id,
            ty=short_type(ty) if ty else _UNKNOWN,
            ty_path=full_path(ty, self._tree.text.crate, self._items, binding.generics) if ty else _UNKNOWN,
            type_source=source.value,
            initializer=self._initializer(binding),
            is_mut_binding=binding.is_mut,
            is_ref_binding=binding.is_ref,
            is_tuple_binding=binding.pattern is not None and binding.pattern.kind == "tuple_pattern",
            binding_mode=_binding_mode(binding),
            lifetime=_lifetime(binding),
            is_sized=True,
            method_calls=self._uses.method_calls(binding, short_type(ty) if ty else None),
            usages=self._uses.usages(binding) if fact is not None else [],
            closure_captures=self._uses.captures(binding),
            drops=self._drops(fact),
            **(self._description(parse_type(ty), fact, binding) if ty else {}),
        )

    def _description(self, tree: TypeText, fact: BindingFact | None, binding: SourceBinding) -> dict[str, Any]:
        """The fields that follow from a known type."""
        is_copy = fact.is_copy if fact is not None else obvious_types.is_copy(tree.text)
        needs_drop = fact.needs_drop if fact is not None else obvious_types.needs_drop(tree.text)
        return {
            **_flags(tree),
            "type_arguments": [short_type(argument) for argument in tree.arguments],
            "initializer_kind": self._kind(tree, binding),
            "is_union": tree.shape is Shape.PATH and self._kinds.items.get(tree.head) == "union",
            "is_copy": is_copy,
            "needs_drop": needs_drop,
            **trait_flags(self._traits, tree.text, binding.generics, is_copy=is_copy, needs_drop=needs_drop),
            "copy_semantics": None if is_copy is None else "copy" if is_copy else "move",
        }

    def _kind(self, tree: TypeText, binding: SourceBinding) -> str | None:
        if binding.value is None:
            return None
        return initializer_kind(tree.text, binding.value if binding.is_whole else None, binding.generics, self._kinds)

    def _initializer(self, binding: SourceBinding) -> Initializer | None:
        value = binding.value
        if value is None:
            return None
        call = producing_call(value)
        callee = self._kinds.callees.get(Span(call.start, call.end))
        return Initializer(
            syntax=syntax_of(value),
            callee=parse_callee(callee).path if callee else None,
            span=(value.start, value.end),
        )

    def _drops(self, fact: BindingFact | None) -> list[DropPlace]:
        places = []
        for span, cause in fact.drops if fact is not None else ():
            line, column = self._tree.lines.byte_column(span.start)
            places.append(DropPlace(line=line, column=column, cause=cause.value if cause else None))
        return places

    def _expressions(self) -> Iterable[Expression]:
        source = self._tree.text.source
        for call in self._facts.calls:
            path = parse_callee(call.callee).path
            if path in OWNERSHIP_CALLS and call.callee_span != call.span:
                line, column = self._tree.lines.byte_column(call.span.start)
                argument = re.match(
                    rb"\s*\(\s*(?:&\s*(?:mut\s+)?)?([A-Za-z_]\w*)\s*[,)]", source[call.callee_span.end :]
                )
                yield Expression(
                    file=self._tree.text.relative,
                    line=line,
                    column=column,
                    span_start=call.span.start,
                    span_end=call.span.end,
                    path=path,
                    argument=argument.group(1).decode() if argument else None,
                )


_BEFORE = (
    ("let", re.compile(r"\blet\s+(?:ref\s+)?(?:mut\s+)?$")),
    ("for", re.compile(r"\bfor\s+(?:mut\s+)?$")),
    ("static", re.compile(r"\bstatic\s+(?:mut\s+)?$")),
    ("const", re.compile(r"\bconst\s+$")),
    ("closure_param", re.compile(r"\|\s*(?:[\w\s:&,]*,\s*)?(?:mut\s+)?$")),
    ("param", re.compile(r"\bfn\s+\w+[^{;]*[(,]\s*(?:mut\s+)?$", re.DOTALL)),
)


@lru_cache(maxsize=16384)
def _flags(tree: TypeText) -> dict[str, bool | None]:
    """What the type's outermost constructor tells, the published flags."""
    flags: dict[str, bool | None] = {
        flag.name: tree.head in flag.heads or tree.shape.value in flag.shapes for flag in TYPE_FLAGS
    }
    return flags


def _binding_mode(binding: SourceBinding) -> str | None:
    """As resolved: a name inside a pattern may bind by reference without saying so, which is not known here."""
    if binding.is_ref:
        return "ref_mut" if binding.is_mut else "ref"
    return "move" if binding.is_whole else None


def _lifetime(binding: SourceBinding) -> str | None:
    text = ""
    if binding.annotation is not None:
        text = binding.annotation.text
    elif binding.kind == "self" and binding.pattern is not None:
        text = binding.pattern.text
    match = _LIFETIME.match(text)
    return match.group(1) if match else None
