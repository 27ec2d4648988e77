"""The records of a file's variables: everything that type-info.json says of each binding.

In: what is known of a file's bindings, the package's items. Out: records in source order, and the ownership calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from borrowscope.analyzer import obvious_types
from borrowscope.analyzer.bindings import SourceBinding, find_uses
from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import BindingFact
from borrowscope.analyzer.full_path import full_path
from borrowscope.analyzer.known_bindings import FileAnalysis, KnownBinding
from borrowscope.analyzer.ownership_traits import OwnershipTraits, trait_flags
from borrowscope.analyzer.producer import producing_call, syntax_of
from borrowscope.analyzer.source_items import SourceItems
from borrowscope.analyzer.type_info import DropPlace, Expression, Initializer, Variable
from borrowscope.analyzer.type_text import Shape, TypeText, parse_type
from borrowscope.analyzer.uses import UseReader
from borrowscope.tables.type_flags import OWNERSHIP_CALLS, TYPE_FLAGS
from borrowscope.text.span import Span
from borrowscope.text.type_names import short_type

_CLOSURES = re.compile(r"(::\{closure#\d+\})+$")
_LIFETIME = re.compile(r"^&\s*'(\w+)")
_UNKNOWN = "unknown"


@dataclass(slots=True)
class FileRecords:
    """What one file adds to type-info.json."""

    variables: list[Variable] = field(default_factory=list)
    expressions: list[Expression] = field(default_factory=list)


def file_records(analysis: FileAnalysis, items: SourceItems, traits: OwnershipTraits) -> FileRecords:
    """The records of one file; `items` and `traits` are its package's."""
    return _FileReader(analysis, items, traits).read()


class _FileReader:
    """Makes the records of one file."""

    def __init__(self, analysis: FileAnalysis, items: SourceItems, traits: OwnershipTraits) -> None:
        self._analysis = analysis
        self._traits = traits
        self._tree = analysis.tree
        self._facts = analysis.facts
        self._items = items
        self._kinds = analysis.kinds
        self._uses = UseReader(analysis.facts, analysis.tree.lines)

    def read(self) -> FileRecords:
        found = self._analysis.found
        find_uses(self._tree.root, self._tree.text.module_path, found)
        self._uses.learn(found.bindings)
        variables = [self._variable(known) for known in self._analysis.bindings]
        return FileRecords(variables, list(self._expressions()))

    def _variable(self, known: KnownBinding) -> Variable:
        binding, fact, ty = known.source, known.fact, known.ty
        line, column = self._tree.lines.byte_column(binding.span.start)
        function = _CLOSURES.sub("", binding.function) if binding.function else None
        short = short_type(ty) if ty else None
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
            ty=short or _UNKNOWN,
            ty_path=full_path(ty, self._tree.text.crate, self._items, binding.generics) if ty else _UNKNOWN,
            type_source=known.type_source.value,
            initializer_kind=known.kind,
            initializer=self._initializer(binding),
            is_mut_binding=binding.is_mut,
            is_ref_binding=binding.is_ref,
            is_tuple_binding=binding.pattern is not None and binding.pattern.kind == "tuple_pattern",
            binding_mode=_binding_mode(binding),
            lifetime=_lifetime(binding),
            is_sized=True,
            method_calls=self._uses.method_calls(binding, short),
            usages=self._uses.usages(binding) if fact is not None else [],
            closure_captures=self._uses.captures(binding),
            drops=self._drops(fact),
            **(self._description(parse_type(ty), fact, binding.generics) if ty else {}),
        )

    def _description(self, tree: TypeText, fact: BindingFact | None, generics: frozenset[str]) -> dict[str, Any]:
        """The fields that follow from a known type."""
        is_copy = fact.is_copy if fact is not None else obvious_types.is_copy(tree.text)
        needs_drop = fact.needs_drop if fact is not None else obvious_types.needs_drop(tree.text)
        return {
            **_flags(tree),
            "type_arguments": [short_type(argument) for argument in tree.arguments],
            "is_union": tree.shape is Shape.PATH and self._kinds.items.get(tree.head) == "union",
            "is_copy": is_copy,
            "needs_drop": needs_drop,
            **trait_flags(self._traits, tree.text, generics, is_copy=is_copy, needs_drop=needs_drop),
            "copy_semantics": None if is_copy is None else "copy" if is_copy else "move",
        }

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
                    result_type=short_type(call.result) if call.result is not None else None,
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
