"""Every binding of one file as its text has it: name, place, form, function, scope, initializer.

In: a file's syntax tree and its module path. Out: `FileBindings`. Two walks: the first finds bindings and looks only
where the text has words that bind; the second, for records, finds the places of their names and what was not entered.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from borrowscope.analyzer.patterns import PatternName, names_of
from borrowscope.analyzer.static.generic_text import read_parameters
from borrowscope.parse.functions import type_name
from borrowscope.parse.syntax import Node, arguments_of, items_of
from borrowscope.tables.macros import MACROS
from borrowscope.text.span import Span

_NO_BINDINGS = """
attribute_item inner_attribute_item line_comment block_comment use_declaration struct_item enum_item union_item
type_item foreign_mod_item function_signature_item type_arguments type_parameters lifetime label scoped_identifier ERROR
"""
_SKIPPED = frozenset(_NO_BINDINGS.split())
# `=>`: an arm of a match. No `\b` first: what begins with plain letters is found much faster; `outlet` does no harm.
_BINDING_WORD = re.compile(rb"(?:let|for|fn|const|static|async|gen)\b|=>|\|")


@dataclass(slots=True, frozen=True, eq=False)
class Use:
    """A place where a binding's name stands in an expression, and the function or closure that it stands in."""

    node: Node
    function: str | None


@dataclass(slots=True, eq=False)
class SourceBinding:
    """One name. `value` initializes it (alone if `is_whole`), `annotation` is its written type."""

    name: str
    span: Span
    kind: str  # let, param, self, pattern, for, closure_param, static, const
    function: str | None
    decl_index: int
    scope_id: int
    generics: frozenset[str]
    self_type: str | None
    pattern: Node | None = None
    value: Node | None = None
    annotation: Node | None = None
    is_whole: bool = True
    is_mut: bool = False
    is_ref: bool = False
    uses: list[Use] = field(default_factory=list)  # filled by `find_uses`


@dataclass(slots=True)
class SkippedPlace:
    """A node that was not entered, with the reason."""

    span: Span
    reason: str


@dataclass(slots=True)
class FileBindings:
    """What one file binds, in source order."""

    bindings: list[SourceBinding] = field(default_factory=list)
    skipped: list[SkippedPlace] = field(default_factory=list)  # filled by `find_uses`
    scopes: list[int] = field(default_factory=list)  # where each scope begins, in the order of their numbers from 1


IsBinding = Callable[[str, int, bool], bool]


def find_bindings(root: Node, module_path: str, is_binding: IsBinding) -> FileBindings:
    """All bindings of a file.

    `is_binding` tells names that bind from constants in patterns: by name, start offset, and whether the name stands
    in a macro that nobody knows, where it may be anything.
    """
    finder = _BindingFinder(root, is_binding)
    finder.walk(root, module_path)
    return FileBindings(sorted(finder.bindings, key=lambda binding: binding.span), scopes=finder.scopes)


def find_uses(root: Node, module_path: str, found: FileBindings) -> None:
    """Fill in the uses of the bindings, and the macros that were not entered."""
    finder = _UseFinder(found)
    finder.walk(root, module_path)


class _Scope:
    """Names in force at a place; inner scopes lead to outer ones."""

    __slots__ = ("names", "number", "outer")

    def __init__(self, number: int, outer: _Scope | None) -> None:
        self.number = number
        self.outer = outer
        self.names: dict[str, SourceBinding] = {}

    def lookup(self, name: str) -> SourceBinding | None:
        """What the name means here."""
        scope: _Scope | None = self
        while scope is not None:
            binding = scope.names.get(name)
            if binding is not None:
                return binding
            scope = scope.outer
        return None


class _Place(NamedTuple):
    """Where the walk is."""

    path: str
    scope: _Scope
    function: str | None = None
    generics: frozenset[str] = frozenset()
    self_type: str | None = None
    in_unknown_macro: bool = False


class _Declaration(NamedTuple):
    """What a pattern is part of."""

    kind: str
    pattern: Node | None
    value: Node | None = None
    annotation: Node | None = None
    is_mut: bool = False


_Step = Callable[[Node, _Place], None]


class _Walker:
    """Goes through a file with its modules, functions, closures and scopes: steps on a stack, however deep it nests."""

    def __init__(self) -> None:
        self._steps: list[tuple[_Step, Node, _Place]] = []
        self.scopes: list[int] = []
        self._closures: Counter[str | None] = Counter()
        self._handlers: dict[str, _Step] = {
            "mod_item": self._module,
            "impl_item": self._impl,
            "trait_item": self._trait,
            "function_item": self._function_item,
            "const_item": self._item_binding,
            "static_item": self._item_binding,
            "macro_definition": self._macro_definition,
            "macro_invocation": self._macro,
            "block": self._block,
            "let_declaration": self._let,
            "let_condition": self._let,
            "match_arm": self._arm,
            "if_expression": self._block,
            "while_expression": self._block,
            "for_expression": self._for,
            "closure_expression": self._closure,
            "async_block": self._async,
            "gen_block": self._async,
        }

    def walk(self, root: Node, module_path: str) -> None:
        """The whole file, in source order."""
        steps = self._steps
        self._push(root.named, _Place(module_path, _Scope(0, None)))
        while steps:
            step, node, place = steps.pop()
            step(node, place)

    # what the two walks do differently
    def _is_wanted(self, _: Node) -> bool:
        return True

    def _declare(self, name: PatternName, declaration: _Declaration, place: _Place) -> None:
        raise NotImplementedError

    def _skip(self, node: Node, reason: str) -> None:
        """Tell that a node is not entered."""

    # 1. where we are
    def _scope(self, node: Node, outer: _Scope) -> _Scope:
        self.scopes.append(node.start)
        return _Scope(len(self.scopes), outer)

    def _scoped(self, node: Node, place: _Place) -> _Place:
        path, outer, function, generics, self_type, in_unknown_macro = place
        return _Place(path, self._scope(node, outer), function, generics, self_type, in_unknown_macro)

    def _item(self, node: Node, place: _Place, path: str, self_type: str | None, function: str | None = None) -> _Place:
        """Inside of an item only the file's own names are seen."""
        outermost = place.scope
        while outermost.outer is not None:
            outermost = outermost.outer
        generics = place.generics | _generic_names(node)
        return _Place(path, self._scope(node, outermost), function, generics, self_type, place.in_unknown_macro)

    def _frame(self, node: Node, place: _Place) -> _Place:
        """A closure or an async block: numbered together within what surrounds them, as rustc does."""
        number = self._closures[place.function]
        self._closures[place.function] = number + 1
        function = f"{place.function or place.path}::{{closure#{number}}}"
        return place._replace(scope=self._scope(node, place.scope), function=function)

    def _push(self, nodes: Iterable[Node | None], place: _Place) -> None:
        """Visit the nodes next, in their order."""
        steps, first, handlers = self._steps, len(self._steps), self._handlers
        for node in nodes:
            if node is None or node.kind in _SKIPPED or not self._is_wanted(node):
                continue
            handler = handlers.get(node.kind)
            if handler is not None:
                steps.append((handler, node, place))
            elif node.named:
                steps.append((self._inside, node, place))
        steps[first:] = reversed(steps[first:])

    def _inside(self, node: Node, place: _Place) -> None:
        self._push(node.named, place)

    # 2. items
    def _module(self, node: Node, place: _Place) -> None:
        name, body = node.field("name"), node.field("body")
        if name is not None and body is not None:
            self._push([body], self._item(node, place, f"{place.path}::{name.text}", None))

    def _impl(self, node: Node, place: _Place) -> None:
        implementor, trait, body = node.field("type"), node.field("trait"), node.field("body")
        if implementor is None or body is None:
            return
        name = type_name(implementor)
        path = f"{place.path}::{name}" if trait is None else f"{place.path}::<{name} as {type_name(trait)}>"
        self._push([body], self._item(node, place, path, implementor.text))

    def _trait(self, node: Node, place: _Place) -> None:
        name, body = node.field("name"), node.field("body")
        if name is not None and body is not None:
            inside = self._item(node, place, f"{place.path}::{name.text}", "Self")
            self._push([body], inside._replace(generics=inside.generics | {"Self"}))

    def _function_item(self, node: Node, place: _Place) -> None:
        name, body, parameters = node.field("name"), node.field("body"), node.field("parameters")
        if name is None or body is None:
            return
        path = f"{place.path}::{name.text}"
        inside = self._item(node, place, path, place.self_type, path)
        for parameter in parameters.named if parameters is not None else []:
            self._parameter(parameter, inside)
        self._push([body], inside)

    def _parameter(self, node: Node, place: _Place) -> None:
        pattern = node if node.kind == "self_parameter" else node.field("pattern")
        declared = _Declaration("self", node, annotation=node.field("type"))
        if node.kind == "parameter" and pattern is not None and pattern.kind == "self":
            self._declare(PatternName(pattern, _is_mut(node), is_ref=False, is_whole=True), declared, place)
        elif node.kind == "self_parameter" and (word := node.child("self")) is not None:
            is_mut = _is_mut(node) and node.child("&") is None
            self._declare(PatternName(word, is_mut, is_ref=False, is_whole=True), declared, place)
        elif pattern is not None and pattern.kind != "self_parameter":
            declared = _Declaration("param", pattern, annotation=declared.annotation, is_mut=_is_mut(node))
            self._declare_all(declared, place)

    def _item_binding(self, node: Node, place: _Place) -> None:
        name, value = node.field("name"), node.field("value")
        if name is not None and name.text != "_":
            kind = "const" if node.kind == "const_item" else "static"
            declared = _Declaration(kind, None, value, node.field("type"))
            self._declare(PatternName(name, _is_mut(node), is_ref=False, is_whole=True), declared, place)
        self._push([value], self._scoped(node, place))

    # 3. what binds inside functions
    def _block(self, node: Node, place: _Place) -> None:
        self._push(node.named, self._scoped(node, place))

    def _let(self, node: Node, place: _Place) -> None:
        """The value and the `else` do not see the names."""
        self._steps.append((self._let_names, node, place))
        self._push([node.field("value"), node.field("alternative")], place)

    def _let_names(self, node: Node, place: _Place) -> None:
        pattern = node.field("pattern")
        if pattern is None:
            return
        names = names_of(pattern)
        is_statement = node.kind == "let_declaration"
        kind = "let" if is_statement and all(name.is_whole for name in names) else "pattern"
        value = node.field("value") if is_statement else None
        self._declare_all(_Declaration(kind, pattern, value, node.field("type"), _is_mut(node)), place, names)

    def _arm(self, node: Node, place: _Place) -> None:
        pattern, value = node.field("pattern"), node.field("value")
        inside = self._scoped(node, place)
        if pattern is not None:
            self._declare_all(_Declaration("pattern", pattern), inside)
        self._push([pattern.field("condition") if pattern is not None else None, value], inside)

    def _for(self, node: Node, place: _Place) -> None:
        """The value does not see the names."""
        self._steps.append((self._for_body, node, place))
        self._push([node.field("value")], place)

    def _for_body(self, node: Node, place: _Place) -> None:
        pattern, inside = node.field("pattern"), self._scoped(node, place)
        if pattern is not None:
            self._declare_all(_Declaration("for", pattern), inside)
        self._push([node.field("body")], inside)

    def _closure(self, node: Node, place: _Place) -> None:
        parameters, inside = node.field("parameters"), self._frame(node, place)
        for parameter in parameters.named if parameters is not None else []:
            is_typed = parameter.kind == "parameter"
            pattern = parameter.field("pattern") if is_typed else parameter
            if pattern is not None:
                annotation = parameter.field("type") if is_typed else None
                declared = _Declaration("closure_param", pattern, annotation=annotation, is_mut=_is_mut(parameter))
                self._declare_all(declared, inside)
        self._push([node.field("body")], inside)

    def _async(self, node: Node, place: _Place) -> None:
        self._push(node.named, self._frame(node, place))

    def _declare_all(
        self, declaration: _Declaration, place: _Place, names: Sequence[PatternName] | None = None
    ) -> None:
        """What a pattern binds. Its `mut` and its type are those of a name only where that is all of the pattern."""
        if names is None:
            assert declaration.pattern is not None
            names = names_of(declaration.pattern)
        for name in names:
            if self._binds(name.node, place):
                is_mut = declaration.is_mut and name.is_whole and not name.is_mut
                self._declare(name._replace(is_mut=True) if is_mut else name, declaration, place)

    def _binds(self, _: Node, __: _Place) -> bool:
        return True

    # 4. macros
    def _macro_definition(self, node: Node, _: _Place) -> None:
        self._skip(node, "macro_body")

    def _macro(self, node: Node, place: _Place) -> None:
        macro, tokens = node.field("macro"), node.child("token_tree")
        if macro is None or tokens is None or tokens.end - tokens.start <= len("()"):
            return
        is_known = macro.text.rpartition("::")[2] in MACROS
        parts: Sequence[Node] | None = arguments_of(tokens)
        if parts is None and not is_known and (items := items_of(tokens)) is not None:
            parts = [items]
        if parts is None:
            self._skip(tokens, "macro_unknown")
            return
        self._push(parts, place if is_known or place.in_unknown_macro else place._replace(in_unknown_macro=True))


class _BindingFinder(_Walker):
    """The first walk: enters only what has a word that binds."""

    def __init__(self, root: Node, is_binding: IsBinding) -> None:
        super().__init__()
        self.bindings: list[SourceBinding] = []
        self._is_binding = is_binding
        self._declared: Counter[str | None] = Counter()
        self._words = [match.start() for match in _BINDING_WORD.finditer(root.source)]

    def _is_wanted(self, node: Node) -> bool:
        first = bisect_left(self._words, node.start)
        return first < len(self._words) and self._words[first] < node.end

    def _binds(self, name: Node, place: _Place) -> bool:
        return self._is_binding(name.text, name.start, place.in_unknown_macro)

    def _declare(self, name: PatternName, declaration: _Declaration, place: _Place) -> None:
        number = self._declared[place.function]
        self._declared[place.function] = number + 1
        binding = SourceBinding(
            name=name.node.text,
            span=Span(name.node.start, name.node.end),
            kind=declaration.kind,
            function=place.function,
            decl_index=number,
            scope_id=place.scope.number,
            generics=place.generics,
            self_type=place.self_type,
            pattern=declaration.pattern,
            value=declaration.value,
            annotation=declaration.annotation if name.is_whole else None,
            is_whole=name.is_whole,
            is_mut=name.is_mut,
            is_ref=name.is_ref,
        )
        self.bindings.append(binding)


class _UseFinder(_Walker):
    """The second walk: the bindings are known, their names are looked for everywhere."""

    def __init__(self, found: FileBindings) -> None:
        super().__init__()
        self._found = found
        self._by_start = {binding.span.start: binding for binding in found.bindings}
        self._handlers |= {"identifier": self._name, "self": self._name}

    def _declare(self, name: PatternName, _: _Declaration, place: _Place) -> None:
        binding = self._by_start.get(name.node.start)
        if binding is not None:
            place.scope.names[binding.name] = binding

    def _name(self, node: Node, place: _Place) -> None:
        binding = place.scope.lookup(node.text)
        if binding is not None:
            binding.uses.append(Use(node, place.function))

    def _skip(self, node: Node, reason: str) -> None:
        self._found.skipped.append(SkippedPlace(Span(node.start, node.end), reason))


def _is_mut(node: Node) -> bool:
    return node.child("mutable_specifier") is not None


def _generic_names(node: Node) -> frozenset[str]:
    """Type parameters that an item declares."""
    parameters = node.field("type_parameters")
    if parameters is None:
        return frozenset()
    text = parameters.text
    return _names_in(text) if "/" not in text else frozenset(_names_below(parameters))  # `/`: a comment


@lru_cache(maxsize=4096)
def _names_in(text: str) -> frozenset[str]:
    return frozenset(parameter.name for parameter in read_parameters(text) if not parameter.is_const)


def _names_below(parameters: Node) -> Iterator[str]:
    for parameter in parameters.named:
        name = parameter.field("name") or (parameter if parameter.kind == "type_identifier" else None)
        if name is not None and name.kind == "type_identifier":
            yield name.text
