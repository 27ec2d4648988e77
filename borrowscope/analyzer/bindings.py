"""Every binding of one file as its text has it: name, place, form, function, scope, initializer.

In: a file's syntax tree and its module path. Out: `FileBindings`. Types are asked of a callback while the scopes
stand, so that the static source sees what a name means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from borrowscope.analyzer.patterns import PatternName, names_of
from borrowscope.parse.functions import type_name
from borrowscope.parse.syntax import Node, parse_arguments, parse_items
from borrowscope.tables.macros import MACROS
from borrowscope.text.span import Span

_NO_BINDINGS = """
attribute_item inner_attribute_item line_comment block_comment use_declaration struct_item enum_item union_item
type_item foreign_mod_item function_signature_item type_arguments type_parameters lifetime label scoped_identifier ERROR
"""
_SKIPPED = frozenset(_NO_BINDINGS.split())


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
    static_type: str | None = None
    uses: list[Use] = field(default_factory=list)


@dataclass(slots=True)
class SkippedPlace:
    """A node that was not entered, with the reason."""

    span: Span
    reason: str


@dataclass(slots=True)
class FileBindings:
    """What one file binds, in source order."""

    bindings: list[SourceBinding] = field(default_factory=list)
    skipped: list[SkippedPlace] = field(default_factory=list)


Lookup = Callable[[str], SourceBinding | None]
Infer = Callable[[SourceBinding, Lookup], str | None]
IsBinding = Callable[[str, int, bool], bool]


def find_bindings(root: Node, module_path: str, is_binding: IsBinding, infer: Infer) -> FileBindings:
    """All bindings of a file.

    `is_binding` tells names that bind from constants in patterns: by name, start offset, and whether the name stands
    in a macro that nobody knows, where it may be anything.
    """
    walker = _Walker(module_path, is_binding, infer)
    walker.visit(root)
    walker.found.bindings.sort(key=lambda binding: binding.span)
    return walker.found


class _Walker:
    """Visits a file with its modules, functions, closures and scopes."""

    def __init__(self, module_path: str, is_binding: IsBinding, infer: Infer) -> None:
        self.found = FileBindings()
        self._is_binding = is_binding
        self._infer = infer
        self._path = module_path
        self._function: str | None = None
        self._generics: frozenset[str] = frozenset()
        self._self_type: str | None = None
        self._scopes: list[tuple[int, dict[str, SourceBinding]]] = [(0, {})]
        self._scope_count = 0
        self._declared: Counter[str | None] = Counter()
        self._closures: Counter[str | None] = Counter()
        self._in_unknown_macro = False
        self._handlers: dict[str, Callable[[Node], None]] = {
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
            "if_expression": self._scoped,
            "while_expression": self._scoped,
            "for_expression": self._for,
            "closure_expression": self._closure,
            "async_block": self._async,
            "identifier": self._identifier,
            "self": self._identifier,
            "gen_block": self._async,
        }

    # 1. where we are
    @contextmanager
    def _scope(self) -> Iterator[None]:
        self._scope_count += 1
        self._scopes.append((self._scope_count, {}))
        yield
        self._scopes.pop()

    @contextmanager
    def _item(self, path: str, node: Node, self_type: str | None, function: str | None) -> Iterator[None]:
        kept = (self._path, self._generics, self._self_type, self._function, self._scopes)
        self._path, self._self_type, self._function = path, self_type, function
        self._generics |= _generic_names(node)
        self._scopes = kept[4][:1]
        with self._scope():
            yield
        self._path, self._generics, self._self_type, self._function, self._scopes = kept

    @contextmanager
    def _frame(self) -> Iterator[None]:
        """A closure or an async block: numbered together within what surrounds them, as rustc does."""
        outer = self._function
        self._closures[outer] += 1
        self._function = f"{outer or self._path}::{{closure#{self._closures[outer] - 1}}}"
        with self._scope():
            yield
        self._function = outer

    def _lookup(self, name: str) -> SourceBinding | None:
        for _, names in reversed(self._scopes):
            if name in names:
                return names[name]
        return None

    # 2. items
    def visit(self, node: Node) -> None:
        """A node and all below it."""
        if node.kind in _SKIPPED:
            return
        handler = self._handlers.get(node.kind)
        if handler is not None:
            handler(node)
        else:
            self._children(node)

    def _children(self, node: Node) -> None:
        for child in node.children:
            if child.children or child.kind in self._handlers:
                self.visit(child)

    def _module(self, node: Node) -> None:
        name, body = node.field("name"), node.field("body")
        if name is not None and body is not None:
            with self._item(f"{self._path}::{name.text}", node, None, None):
                self._children(body)

    def _impl(self, node: Node) -> None:
        implementor, trait, body = node.field("type"), node.field("trait"), node.field("body")
        if implementor is None or body is None:
            return
        name = type_name(implementor)
        path = f"{self._path}::{name}" if trait is None else f"{self._path}::<{name} as {type_name(trait)}>"
        with self._item(path, node, implementor.text, None):
            self._children(body)

    def _trait(self, node: Node) -> None:
        name, body = node.field("name"), node.field("body")
        if name is not None and body is not None:
            with self._item(f"{self._path}::{name.text}", node, "Self", None):
                self._generics |= {"Self"}
                self._children(body)

    def _function_item(self, node: Node) -> None:
        name, body, parameters = node.field("name"), node.field("body"), node.field("parameters")
        if name is None or body is None:
            return
        path = f"{self._path}::{name.text}"
        with self._item(path, node, self._self_type, path):
            for parameter in parameters.named if parameters is not None else []:
                self._parameter(parameter)
            self.visit(body)

    def _parameter(self, node: Node) -> None:
        pattern = node if node.kind == "self_parameter" else node.field("pattern")
        if node.kind == "parameter" and pattern is not None and pattern.kind == "self":
            self._add(PatternName(pattern, _is_mut(node), is_ref=False, is_whole=True), "self", node)
        elif node.kind == "self_parameter" and (word := node.child("self")) is not None:
            is_mut = _is_mut(node) and node.child("&") is None
            self._add(PatternName(word, is_mut, is_ref=False, is_whole=True), "self", node)
        elif pattern is not None and pattern.kind != "self_parameter":
            self._bind(pattern, "param", annotation=node.field("type"), is_mut=_is_mut(node))

    def _item_binding(self, node: Node) -> None:
        name = node.field("name")
        if name is not None and name.text != "_":
            kind = "const" if node.kind == "const_item" else "static"
            binding = self._new(PatternName(name, _is_mut(node), is_ref=False, is_whole=True), kind, None)
            binding.annotation, binding.value = node.field("type"), node.field("value")
            self._finish(binding)
        if (value := node.field("value")) is not None:
            with self._scope():
                self.visit(value)

    # 3. what binds inside functions
    def _block(self, node: Node) -> None:
        with self._scope():
            self._children(node)

    _scoped = _block

    def _let(self, node: Node) -> None:
        pattern, value = node.field("pattern"), node.field("value")
        for part in (value, node.field("alternative")):
            if part is not None:
                self.visit(part)
        if pattern is not None:
            is_statement = node.kind == "let_declaration"
            kind = "let" if is_statement and all(name.is_whole for name in names_of(pattern)) else "pattern"
            own = value if is_statement else None
            self._bind(pattern, kind, value=own, annotation=node.field("type"), is_mut=_is_mut(node))

    def _arm(self, node: Node) -> None:
        pattern, value = node.field("pattern"), node.field("value")
        with self._scope():
            if pattern is not None:
                self._bind(pattern, "pattern")
                if (condition := pattern.field("condition")) is not None:
                    self.visit(condition)
            if value is not None:
                self.visit(value)

    def _for(self, node: Node) -> None:
        pattern, value, body = node.field("pattern"), node.field("value"), node.field("body")
        if value is not None:
            self.visit(value)
        with self._scope():
            if pattern is not None:
                self._bind(pattern, "for")
            if body is not None:
                self.visit(body)

    def _closure(self, node: Node) -> None:
        parameters, body = node.field("parameters"), node.field("body")
        with self._frame():
            for parameter in parameters.named if parameters is not None else []:
                is_typed = parameter.kind == "parameter"
                pattern = parameter.field("pattern") if is_typed else parameter
                if pattern is not None:
                    annotation = parameter.field("type") if is_typed else None
                    self._bind(pattern, "closure_param", annotation=annotation, is_mut=_is_mut(parameter))
            if body is not None:
                self.visit(body)

    def _async(self, node: Node) -> None:
        with self._frame():
            self._children(node)

    def _bind(
        self,
        pattern: Node,
        kind: str,
        *,
        value: Node | None = None,
        annotation: Node | None = None,
        is_mut: bool = False,
    ) -> None:
        for name in names_of(pattern):
            if self._binds(name.node):
                binding = self._new(name, kind, pattern)
                binding.value, binding.annotation = value, annotation if name.is_whole else None
                binding.is_mut = binding.is_mut or (is_mut and name.is_whole)
                self._finish(binding)

    def _binds(self, name: Node) -> bool:
        return self._is_binding(name.text, name.start, self._in_unknown_macro)

    def _add(self, name: PatternName, kind: str, parameter: Node) -> None:
        binding = self._new(name, kind, parameter)
        binding.annotation = parameter.field("type")
        self._finish(binding)

    def _new(self, name: PatternName, kind: str, pattern: Node | None) -> SourceBinding:
        function = self._function
        self._declared[function] += 1
        return SourceBinding(
            name=name.node.text,
            span=Span(name.node.start, name.node.end),
            kind=kind,
            function=function,
            decl_index=self._declared[function] - 1,
            scope_id=self._scopes[-1][0],
            generics=self._generics,
            self_type=self._self_type,
            pattern=pattern,
            is_whole=name.is_whole,
            is_mut=name.is_mut,
            is_ref=name.is_ref,
        )

    def _finish(self, binding: SourceBinding) -> None:
        binding.static_type = self._infer(binding, self._lookup)
        self._scopes[-1][1][binding.name] = binding
        self.found.bindings.append(binding)

    def _identifier(self, node: Node) -> None:
        binding = self._lookup(node.text)
        if binding is not None:
            binding.uses.append(Use(node, self._function))

    # 4. macros
    def _macro_definition(self, node: Node) -> None:
        self.found.skipped.append(SkippedPlace(Span(node.start, node.end), "macro_body"))

    def _macro(self, node: Node) -> None:
        macro, tokens = node.field("macro"), node.child("token_tree")
        if macro is None or tokens is None or tokens.end - tokens.start <= len("()"):
            return
        is_known = macro.text.rpartition("::")[2] in MACROS
        parts = parse_arguments(tokens.source, tokens.start + 1, tokens.end - 1)
        if parts is None and not is_known and (items := parse_items(tokens.source, tokens.start + 1, tokens.end - 1)):
            parts = [items]
        if parts is None:
            self.found.skipped.append(SkippedPlace(Span(tokens.start, tokens.end), "macro_unknown"))
            return
        outer, self._in_unknown_macro = self._in_unknown_macro, self._in_unknown_macro or not is_known
        for part in parts:
            part.parent = node
            self.visit(part)
        self._in_unknown_macro = outer


def _is_mut(node: Node) -> bool:
    return node.child("mutable_specifier") is not None


def _generic_names(node: Node) -> frozenset[str]:
    """Type parameters that an item declares."""
    parameters = node.field("type_parameters")
    names = []
    for parameter in parameters.named if parameters is not None else []:
        name = parameter.field("name") or (parameter if parameter.kind == "type_identifier" else None)
        if name is not None and name.kind == "type_identifier":
            names.append(name.text)
    return frozenset(names)
