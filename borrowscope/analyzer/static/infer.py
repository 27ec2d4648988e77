"""The static source of a crate: runs the inference over every body and hands out facts in the compiler's form.

In: the world of definitions, a crate. Out: `FileFacts` by file: a type for each binding, a callee for each call.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from borrowscope.analyzer.facts import BindingFact, CallFact, FileFacts, TypeSource
from borrowscope.analyzer.producer import producing_call
from borrowscope.analyzer.static import expressions, macro_calls  # noqa: F401 - they register their handlers
from borrowscope.analyzer.static.active_parts import active_parts
from borrowscope.analyzer.static.binders import may_bind
from borrowscope.analyzer.static.body import Body, Called, Named
from borrowscope.analyzer.static.cfg import TEST
from borrowscope.analyzer.static.control import check_function_block
from borrowscope.analyzer.static.definitions import Bound, Function
from borrowscope.analyzer.static.patterns import bind_pattern
from borrowscope.analyzer.static.printer import Printer
from borrowscope.analyzer.static.types import (
    F64,
    I32,
    NEVER,
    UNIT,
    UNKNOWN,
    Bounded,
    Kind,
    Ty,
    Var,
    rebuild,
    substitute,
)
from borrowscope.analyzer.unsafety.contexts import body_of
from borrowscope.text.span import Span

if TYPE_CHECKING:
    from borrowscope.analyzer.static.symbols import ItemContext, World
    from borrowscope.analyzer.unsafety.operations import Operation
    from borrowscope.parse.syntax import Node


# Without these nothing needs `unsafe`, and nobody has to look what the called macros write.
_UNSAFE = re.compile(rb"unsafe|!\s*[(\[{]")
NEVER_FALLBACK = 2024  # the edition from which on a diverging expression's open type is `!`, before it is `()`


class CrateInference:
    """Reads the bodies of one crate."""

    def __init__(self, world: World, crate: str, places: Callable[[str, int, int], str]) -> None:
        self._world = world
        self._crate = crate
        self._printer = Printer(world, crate)
        self._places = places
        self._bindings: dict[str, dict[int, list[BindingFact]]] = defaultdict(dict)
        self._calls: dict[str, list[CallFact]] = defaultdict(list)
        self._operations: dict[str, dict[Operation, None]] = defaultdict(dict)
        self.failed: list[tuple[str, str]] = []
        self.outside: dict[int, Sequence[object]] = {}
        self._own = ("", 0, 0)  # the file and the range of the body that is read
        self._said_outside: list[tuple[object, ...]] = []

    def facts(self, contexts: Iterable[ItemContext] | None = None) -> dict[str, FileFacts]:
        """Everything found in these bodies (all, where none are given), by absolute path."""
        for context in self._world.item_contexts(self._crate) if contexts is None else contexts:
            self._own = (getattr(context.text, "file", ""), context.node.start, context.node.end)
            self._read(context)
            if self._said_outside:
                self.outside[context.node.end] = self._said_outside
                self._said_outside = []
        return {path: self._file(path) for path in {*self._bindings, *self._calls, *self._operations}}

    def _note_outside(self, file: str, start: int, *what: object) -> None:
        """Keep what is said of a place outside of the body; what follows in its file moves with the body's end."""
        own_file, own_start, own_end = self._own
        if file != own_file:
            self._said_outside.append((file, start, *what))
        elif start >= own_end:
            self._said_outside.append(("", start - own_end, *what))
        elif start < own_start:
            self._said_outside.append((file, start, *what))

    def _file(self, path: str) -> FileFacts:
        facts = FileFacts(path, calls=self._calls[path], operations=list(self._operations[path]))
        for start, found in sorted(self._bindings[path].items()):
            facts.bindings[start] = _one(found)
        return facts

    def _read(self, context: ItemContext) -> None:
        makes = body_of if _UNSAFE.search(context.node.source, context.node.start, context.node.end) else Body
        body = makes(self._world, context, self._places)
        try:
            check_item(body, context)
            fall_back(body)
        except RecursionError:
            self.failed.append((context.path, "nested too deeply"))
        for named in body.bound:
            self._note(body, named, is_inactive=named.is_inactive or context.rank <= TEST)
        for called in body.called:
            self._note_call(body, called)
        for file, operation in body.operations():
            self._note_operation(file, operation)
        for scope, text in body.inner_scopes:
            for inner in scope.item_contexts():
                own = inner._replace(rank=min(inner.rank, context.rank))
                self._read(own if text is context.text else own._replace(text=text))  # type: ignore[arg-type]

    def _note(self, body: Body, named: Named, *, is_inactive: bool) -> None:
        ty = _resolved(body, named.ty)
        text = self._printer.text(ty) if ty is not None else None
        span = Span(named.start, named.end)
        fact = BindingFact(named.name, span, text, TypeSource.STATIC, is_inactive=is_inactive)
        self._note_outside(named.file, named.start, named.name, text, is_inactive)
        known = self._bindings[named.file].setdefault(named.start, [])
        if known and known[0].is_inactive != is_inactive:
            if is_inactive:
                return
            known.clear()
        if not any(other.ty == text for other in known):
            known.append(fact)

    def _note_call(self, body: Body, called: Called) -> None:
        text = self._callee(body, called)
        self._note_outside(called.file, called.start, called.end - called.start, text)
        span = Span(called.start, called.end)
        self._calls[called.file].append(CallFact(span, Span(called.start, called.callee_end), text, None))

    def _note_operation(self, file: str, operation: Operation) -> None:
        words = (operation.kind, operation.target, operation.enclosure, operation.is_resolved, operation.is_inactive)
        self._note_outside(file, operation.span.start, *words)
        self._operations[file][operation] = None

    def _callee(self, body: Body, called: Called) -> str:
        """The callee in the form that the compiler's MIR has."""
        function = called.function
        if called.trait:
            ty = _resolved(body, called.self_type) if called.self_type is not None else None
            text = self._printer.text(ty) if ty is not None else None
            return f"<{text or '_'} as {self._printer.path(called.trait)}>::{function.name}"
        return self._printer.path(function.path)


def _one(found: list[BindingFact]) -> BindingFact:
    """One fact of a place; several where a macro binds the name with different types."""
    if len(found) == 1:
        return found[0]
    first = found[0]
    return BindingFact(
        first.name, first.span, None, TypeSource.STATIC, alternatives=found, is_inactive=first.is_inactive
    )


def check_item(body: Body, context: ItemContext) -> None:
    """Read the body, or the value, of an item."""
    node = context.node
    if node.kind == "function_item":
        if context.function is not None:
            _check_function(body, context, context.function)
        return
    ty = body.solver.normalize(context.ty or UNKNOWN)
    if context.is_expression:
        body.check_constant(node, ty)
        return
    name, value = node.field("name"), node.field("value")
    if name is not None and name.text != "_":
        body.bind(name.text, name, ty)
        body.names.append({})
    if value is not None:
        body.producing.add(id(producing_call(value)))
        with body.frame(ty):
            body.coerce(body.check(value, ty), ty)


def _check_function(body: Body, context: ItemContext, function: Function) -> None:
    node = context.node
    parameters, inner = node.field("parameters"), node.field("body")
    mapping = {"Self": body.self_type} if body.self_type is not None else {}
    types = [body.solver.normalize(substitute(ty, mapping)) for ty in function.params]
    for parameter, ty in zip(_parameters(body, parameters), types, strict=False):
        _bind_parameter(body, parameter, ty)
    if inner is None or not (body.reads_all or may_bind(inner.source, inner.start, inner.end)):
        return
    result = _expected_result(body, body.solver.normalize(substitute(function.result, mapping)))
    with body.frame(result):
        check_function_block(body, inner, result)


def _parameters(body: Body, parameters: Node | None) -> list[Node]:
    """Those that are compiled; the others have the types that are written."""
    if parameters is None:
        return []

    def read(node: Node) -> None:
        written = node.field("type") if node.kind == "parameter" else None
        _bind_parameter(body, node, body.written(written) if written is not None else UNKNOWN)

    return active_parts(body, parameters, [child for child in parameters.named if _is_parameter(child.kind)], read)


def _is_parameter(kind: str) -> bool:
    return kind in ("parameter", "self_parameter", "variadic_parameter") or kind == "_" or kind.endswith("_type")


def _bind_parameter(body: Body, node: object, ty: Ty) -> None:
    kind = node.kind  # type: ignore[attr-defined]
    if kind == "self_parameter":
        word = node.child("self")  # type: ignore[attr-defined]
        if word is not None:
            body.bind("self", word, ty)
    elif kind == "parameter":
        pattern = node.field("pattern")  # type: ignore[attr-defined]
        if pattern is not None and pattern.kind == "self":
            body.bind("self", pattern, ty)
        elif pattern is not None:
            bind_pattern(body, pattern, ty)


def _expected_result(body: Body, ty: Ty) -> Ty:
    """The result with a variable for each `impl Trait`: inside, it is what the body makes it."""
    if ty.kind is Kind.OPAQUE and isinstance(ty, Bounded):
        hidden = body.solver.fresh()
        for bound in ty.bounds:
            body.solver.require(Bound(hidden, bound[0], bound[1], bound[2]))
        return hidden
    if not ty.args or ty.kind is not Kind.APP:
        return ty
    args = tuple([_expected_result(body, argument) for argument in ty.args])
    return rebuild(ty, args) if any(new is not old for new, old in zip(args, ty.args, strict=True)) else ty


# what is still open at the end
def fall_back(body: Body) -> None:
    """Goals first; then integers are i32, floats f64, and goals again."""
    solver = body.solver
    solver.solve()
    for found_type, target in body.deferred_casts:
        if solver.shallow(target).kind is Kind.VAR:
            body.coerce(found_type, target)
    for target in body.diverging:
        var = solver.shallow(target)
        if isinstance(var, Var) and not var.is_tainted and not var.family:
            solver.unify(var, NEVER if body.scope.edition >= NEVER_FALLBACK else UNIT)
    solver.solve()
    found = False
    for var in _open_variables(body):
        if var.family and not var.is_tainted:
            solver.unify(var, I32 if var.family == "int" else F64)
            found = True
    if found:
        solver.solve()


def _open_variables(body: Body) -> Iterator[Var]:
    solver = body.solver
    seen: set[int] = set()
    types = [named.ty for named in body.bound]
    types += [argument for goal in solver.goals for argument in (*goal.args, goal.value)]
    while types:
        ty = solver.shallow(types.pop())
        if isinstance(ty, Var):
            if id(ty) not in seen:
                seen.add(id(ty))
                yield ty
        elif not ty.is_closed:
            types += ty.args


def _resolved(body: Body, ty: Ty) -> Ty | None:
    """The type without variables; None where one is still open."""
    ty = body.solver.deep(ty)
    if not ty.is_ground and ty.is_closed:
        ty = body.solver.normalize(ty)
    return ty if ty.is_closed and not _has_unknown(ty) else None


@lru_cache(maxsize=65536)
def _has_unknown(ty: Ty) -> bool:
    if ty.kind is Kind.CORO:
        return False
    return ty.kind in (Kind.UNKNOWN, Kind.VAR) or any(map(_has_unknown, ty.args))
