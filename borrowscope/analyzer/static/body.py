"""The inference of one body: its names, its scopes, its coercions, and what was found.

In: an item with its scope and the bounds in force. Out: a type for every name that it binds and a callee for every
call. How each kind of expression and pattern is read stands in `expressions`, `calls`, `control`, `patterns`, ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from borrowscope.analyzer.static.callables import CALLABLES, Closure, FunctionItem
from borrowscope.analyzer.static.definitions import Bound, Function
from borrowscope.analyzer.static.methods import autoderef
from borrowscope.analyzer.static.solver import Solver
from borrowscope.analyzer.static.type_reader import read_arguments, read_trait, read_type
from borrowscope.analyzer.static.types import (
    ARRAY,
    FUNCTION,
    NEVER,
    POINTER,
    POINTER_MUT,
    REF,
    REF_MUT,
    SLICE,
    UNKNOWN,
    Bounded,
    Kind,
    TraitRef,
    Ty,
    make_function,
)
from borrowscope.parse.macro_rules import Expansion, MacroText

if TYPE_CHECKING:
    from borrowscope.analyzer.static.scopes import ItemContext, Scope
    from borrowscope.analyzer.static.symbols import World
    from borrowscope.analyzer.unsafety.operations import Operation
    from borrowscope.parse.syntax import Node

_REFERENCES: Final = (REF, REF_MUT)


class Named(NamedTuple):
    """One name that the body binds, and where it stands."""

    file: str
    name: str
    start: int
    end: int
    ty: Ty
    is_inactive: bool = False  # in a statement or arm whose cfg does not hold


class Called(NamedTuple):
    """One resolved call: the expression's span, the callee, the type that stands for `Self` in a trait's function."""

    file: str
    start: int
    end: int
    callee_end: int
    function: Function
    self_type: Ty | None
    trait: str


@dataclass(slots=True)
class Loop:
    """A loop or labelled block that `break` may leave with a value."""

    label: str | None
    takes_value: bool
    join: Join | None = None
    is_left: bool = False


@dataclass(slots=True)
class Frame:
    """What `return` and `?` belong to: a function, a closure, an async block."""

    result: Ty
    loops: list[Loop] = field(default_factory=list)


class Body:
    """The state while one item's body is read."""

    reads_all = False  # whether also what binds nothing is read
    reached: dict[Node, Function] | None = None  # what calls reach, for those who ask
    receivers: dict[Node, Ty | None]  # and what stands for `Self` there
    generics_at: dict[Node, tuple[Ty, ...]]  # and for the function's own parameters

    def __init__(self, world: World, context: ItemContext, places: Places) -> None:
        generics = context.generics
        self.world = world
        self.scope = context.scope
        self.generics: frozenset[str] = frozenset(parameter.name for parameter in generics.params)
        self._constants = {parameter.name: parameter.ty for parameter in generics.params if parameter.is_const}
        self.self_type = context.self_type
        self.solver = Solver(world, generics.bounds)
        self.names: list[dict[str, Ty]] = [{}]
        self.item_scopes: dict[int, Scope] = {}  # of those of `names` whose blocks hold items: by their place
        self.frames: list[Frame] = []
        self.diverges = False
        self.is_inactive = False  # while a statement or arm is read that is not compiled
        self.bound: list[Named] = []
        self._closed_count = 0  # so many of `bound` are known to have no variable
        self.diverging: list[Ty] = []  # variables that a value of the never type went into
        self.deferred_casts: list[tuple[Ty, Ty]] = []  # `as _`: what else is known of the target comes first
        self.called: list[Called] = []
        self.producing: set[int] = set()  # the calls that make the value of a binding, by identity of their nodes
        self.text: MacroText = context.text
        self.expanding: list[MacroText] = []
        self.expansions = 0
        self.called_at: tuple[bytes, int] | None = None  # where the macro stands in a file that is expanded now
        self.inner_scopes: list[tuple[Scope, MacroText]] = []
        self._places = places
        self._types: dict[tuple[int, str], Ty] = {}

    # names
    def names_within(self, block: Node | None = None) -> _Names:
        """A lexical scope; with a block also the items and uses that it holds."""
        return _Names(self, block)

    @contextmanager
    def inactive(self) -> Iterator[None]:
        """Code whose cfg does not hold: it is read for the names that it binds, which end with it; it leads nowhere."""
        before, diverges = self.is_inactive, self.diverges
        self.is_inactive = True
        try:
            with self.names_within():
                yield
        finally:
            self.is_inactive, self.diverges = before, diverges

    @contextmanager
    def frame(self, result: Ty) -> Iterator[Frame]:
        """A function, closure or async block."""
        frame = Frame(result)
        self.frames.append(frame)
        diverges, self.diverges = self.diverges, False
        try:
            yield frame
        finally:
            self.frames.pop()
            self.diverges = diverges

    def find_name(self, name: str) -> Ty | None:
        """The type of a local name; items of a block hide the names that are bound around it."""
        for level in range(len(self.names) - 1, -1, -1):
            names = self.names[level]
            if name in names:
                return names[name]
            if self.item_scopes and level in self.item_scopes and self.item_scopes[level].has_own(name):
                return None
        return None

    def bind(self, name: str, node: Node, ty: Ty) -> None:
        """A pattern binds a name."""
        self.names[-1][name] = ty
        found = self.locate(node.start)
        if found is not None:
            end = found[1] + node.end - node.start
            self.bound.append(Named(found[0], name, found[1], end, ty, self.is_inactive))

    def has_open_types(self) -> bool:
        """Whether the type of a name bound so far holds a variable."""
        deep = self.solver.deep
        while self._closed_count < len(self.bound):
            ty = self.bound[self._closed_count].ty
            if not ty.is_closed and not deep(ty).is_closed:
                return True
            self._closed_count += 1
        return False

    def destructured(self, node: Node, ty: Ty) -> None:
        """A struct pattern matches values of the type: for those who ask."""

    def operations(self) -> Iterable[tuple[str, Operation]]:
        """The unsafe operations by file, once the body was read: of a body that looks for them."""
        return ()

    # places
    def locate(self, offset: int) -> tuple[str, int] | None:
        """The file and the offset of a byte of the text that is read now: a file, or a macro's expansion."""
        text = self.text
        if isinstance(text, Expansion):
            found = text.origin_of(offset)
            return (found.file, found.offset) if found is not None else None
        return text.file, offset  # type: ignore[attr-defined]

    def place(self, start: int, end: int) -> str:
        """A range as rustc prints it in the names of closures: `src/lib.rs:3:9: 3:12`."""
        first, last = self.locate(start), self.locate(end - 1)
        if first is None or last is None or first[0] != last[0]:
            return ""
        return self._places(first[0], first[1], last[1] + 1)

    @contextmanager
    def within(self, expansion: Expansion) -> Iterator[None]:
        """Reads an expansion's text."""
        outer = self.text
        self.expanding.append(outer)
        self.text = expansion
        try:
            yield
        finally:
            self.text = outer
            self.expanding.pop()

    def generic_constant(self, name: str) -> Ty:
        """The type of a const parameter."""
        return self._constants.get(name) or UNKNOWN

    def trimmed(self, node: Node, end: int) -> int:
        """`end` moved back over white space."""
        while end > node.start and node.source[end - 1 : end].isspace():
            end -= 1
        return end

    # types as written
    def written(self, node: Node) -> Ty:
        """A type as the text has it, in a place where `_` is inferred."""
        text = node.text
        key = (id(self.scope), text)
        known = self._types.get(key)
        if known is None:
            scope = self.scope.type_scope(self.generics, self.self_type, self.solver.fresh, fill="default")
            known = read_type(text, scope)
            if known.is_closed:
                known = self.solver.normalize(known)
                self._types[key] = known
                return known
        return self.solver.normalize(known)

    def written_arguments(self, node: Node) -> tuple[Ty, ...]:
        """The types of `::<A, _>`."""
        scope = self.scope.type_scope(self.generics, self.self_type, self.solver.fresh, fill="default")
        return tuple(self.solver.normalize(ty) for ty in read_arguments(node.text, scope))

    def written_trait(self, node: Node) -> TraitRef | None:
        """The trait of `<T as Trait>`."""
        scope = self.scope.type_scope(self.generics, self.self_type, self.solver.fresh, fill="default")
        return read_trait(node.text, scope)

    # expressions
    def check(self, node: Node, expected: Ty | None = None) -> Ty:
        """The type of an expression. `expected` is a hint: what it is coerced to, where it has to have a type."""
        handler = HANDLERS.get(node.kind)
        if handler is None:
            self.check_unseen(node.named)
            return UNKNOWN
        ty = handler(self, node, expected)
        if ty is NEVER:
            self.diverges = True
        return ty

    def check_unseen(self, nodes: Iterable[Node]) -> None:
        """Expressions that go into something that is not known."""
        for node in nodes:
            self.solver.taint(self.check(node, UNKNOWN if node.kind == "closure_expression" else None))

    def check_constant(self, node: Node, target: Ty) -> None:
        """A constant that has no name: a body of its own, which knows no local names."""
        around = self.names, self.item_scopes
        self.names, self.item_scopes = [{}], {}
        try:
            with self.frame(target), self.safe():
                self.check_coerced(node, target)
        finally:
            self.names, self.item_scopes = around

    @contextmanager
    def safe(self) -> Iterator[None]:
        """Code in which nothing is allowed that needs `unsafe`, whatever stands around it."""
        yield

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Code in which nobody asks for `unsafe`."""
        yield

    def check_coerced(self, node: Node, target: Ty) -> Ty:
        """An expression at a coercion site; the target."""
        self.coerce(self.check(node, target), target)
        return target

    def structure(self, ty: Ty) -> Ty:
        """See `Solver.structure`."""
        return self.solver.structure(ty)

    # coercion
    def coerce(self, actual: Ty, target: Ty) -> bool:
        """Make a value of one type fit a place of another: by unification, or as rustc's coercions do."""
        solver = self.solver
        actual, target = solver.shallow(actual), solver.shallow(target)
        if actual is NEVER or actual is target:
            if target.kind is Kind.VAR:
                self.diverging.append(target)
            return True
        if actual.kind is Kind.VAR or target.kind is Kind.VAR:
            actual = solver.structure(actual)
            target = solver.structure(target)
            if actual.kind is Kind.VAR or target.kind is Kind.VAR:
                return solver.unify(actual, target)
        if target.kind is Kind.PROJECTION:
            target = solver.structure(target)
        if target.head in _REFERENCES and actual.head in _REFERENCES:
            return self._coerce_reference(actual, target)
        if target.head in (POINTER, POINTER_MUT) and actual.head in (REF, REF_MUT, POINTER_MUT):
            return self._unsized(actual.args[0], target.args[0])
        if target.head == FUNCTION and target.kind is Kind.APP:
            return self._coerce_callable(actual, target)
        if solver.unify(actual, target):
            return True
        return self._coerce_unsized(actual, target)

    def _coerce_reference(self, actual: Ty, target: Ty) -> bool:
        solver = self.solver
        wanted = solver.structure(target.args[0])
        if wanted.kind is Kind.VAR:
            return solver.unify(actual.args[0], wanted)
        for step in autoderef(solver, actual.args[0]):
            if step.kind is Kind.UNKNOWN:
                return False
            if step.kind is Kind.VAR or (step.head == wanted.head and step.kind is wanted.kind):
                return solver.unify(step, wanted)
            if self._unsized(step, wanted):
                return True
        return False

    def _unsized(self, actual: Ty, wanted: Ty) -> bool:
        """`[T; N]` to `[T]`, a type to `dyn Trait`; also equal types."""
        solver = self.solver
        actual, wanted = solver.structure(actual), solver.structure(wanted)
        if actual.head == ARRAY and wanted.head == SLICE:
            return solver.unify(actual.args[0], wanted.args[0])
        if wanted.kind is Kind.DYN and actual.kind is not Kind.DYN:
            if actual.kind is not Kind.VAR and isinstance(wanted, Bounded):
                for bound in wanted.bounds:
                    solver.holds(Bound(actual, bound[0], bound[1], bound[2]))
            return actual.kind is not Kind.VAR
        return solver.unify(actual, wanted)

    def _coerce_callable(self, actual: Ty, target: Ty) -> bool:
        if isinstance(actual, (Closure, FunctionItem)) and len(actual.parameters) == len(target.args) - 1:
            for own, wanted in zip((*actual.parameters, actual.result), target.args, strict=True):
                self.solver.unify(own, wanted)
            return True
        return self.solver.unify(actual, target)

    def _coerce_unsized(self, actual: Ty, target: Ty) -> bool:
        """`Box<T>` to `Box<dyn Trait>`, `Rc<[T; N]>` to `Rc<[T]>`, `Pin<Box<T>>`."""
        if actual.kind is not Kind.APP or actual.head != target.head or not actual.args:
            return False
        if len(actual.args) != len(target.args):
            return False
        own, wanted = self.solver.structure(actual.args[0]), self.solver.structure(target.args[0])
        return self._unsized(own, wanted) or self._coerce_unsized(own, wanted)

    # callables
    def expected_signature(self, expected: Ty | None) -> tuple[tuple[Ty, ...], Ty | None] | None:
        """`(parameters, result)` that a closure in this place must have, as far as bounds tell."""
        if expected is None:
            return None
        ty = self.solver.structure(expected)
        if ty.kind is Kind.APP and ty.head == FUNCTION:
            return ty.args[:-1], ty.args[-1]
        if ty.kind is Kind.VAR:
            bounds: Iterable[Bound] = (
                Bound(goal.args[0], goal.trait, goal.args[1:], goal.assoc)
                for goal in self.solver.goals
                if not goal.name and self.solver.shallow(goal.args[0]) is ty
            )
            return self._signature_among(bounds)
        if ty.kind in (Kind.DYN, Kind.OPAQUE, Kind.PROJECTION):
            return self._signature_among(self.solver.own_bounds(ty))
        return None

    def _signature_among(self, bounds: Iterable[Bound]) -> tuple[tuple[Ty, ...], Ty | None] | None:
        for bound in bounds:
            for found in (bound, *self.solver.supertraits(bound)):
                if found.trait in CALLABLES and found.args:
                    parameters = self.solver.shallow(found.args[0])
                    if parameters.head == "()":
                        return parameters.args, next((ty for name, ty in found.assoc if name == "Output"), None)
        return None

    def as_pointer(self, ty: Ty) -> Ty:
        """The fn pointer type that closures and function items join to."""
        if isinstance(ty, (Closure, FunctionItem)):
            unsafe = "unsafe " if isinstance(ty, FunctionItem) and ty.is_unsafe else ""
            return make_function(unsafe, (*ty.parameters, ty.result))
        return ty


class _Names:
    """See `Body.names_within`."""

    __slots__ = ("_block", "_body", "_outer")

    def __init__(self, body: Body, block: Node | None) -> None:
        self._body = body
        self._block = block
        self._outer = body.scope

    def __enter__(self) -> None:
        body = self._body
        if self._block is not None:
            body.scope = body.scope.block(self._block)
            if body.scope is not self._outer:
                body.inner_scopes.append((body.scope, body.text))
                body.item_scopes[len(body.names)] = body.scope
        body.names.append({})

    def __exit__(self, *_: object) -> None:
        self._body.names.pop()
        self._body.item_scopes.pop(len(self._body.names), None)
        self._body.scope = self._outer


class Join:
    """The common type of branches: `if`, `match`, arrays, `break` values, returns of a closure."""

    def __init__(self, body: Body, expected: Ty | None) -> None:
        self._body = body
        known = body.solver.shallow(expected) if expected is not None else None
        self.expected = None if known is None or known.kind in (Kind.VAR, Kind.UNKNOWN) else known
        self._hint = expected
        self.ty: Ty | None = None

    @property
    def hint(self) -> Ty | None:
        """What the next branch may expect."""
        if self.expected is not None:
            return self.expected
        return self.ty if self.ty is not None else self._hint

    def add(self, ty: Ty) -> None:
        """One more branch."""
        body = self._body
        ty = body.solver.shallow(ty)
        if self.expected is not None:
            body.coerce(ty, self.expected)
        if ty is NEVER:
            return
        if self.ty is None:
            self.ty = ty
        elif self.expected is None:
            self._merge(ty)

    def _merge(self, ty: Ty) -> None:
        body = self._body
        assert self.ty is not None
        own = body.structure(self.ty)
        if isinstance(own, (Closure, FunctionItem)) and own is not ty:
            self.ty = body.as_pointer(own)
        if own.kind is Kind.UNKNOWN:
            self.ty = ty
            return
        if not body.coerce(ty, self.ty) and body.coerce(self.ty, ty):
            self.ty = ty

    @property
    def result(self) -> Ty:
        """The type of the whole: never if no branch ends."""
        if self.ty is None:
            return NEVER
        return self.expected if self.expected is not None else self.ty


Places = Callable[[str, int, int], str]
Handler = Callable[[Body, "Node", "Ty | None"], Ty]
HANDLERS: dict[str, Handler] = {}


def handles(*kinds: str) -> Callable[[Handler], Handler]:
    """Register the function that reads expressions of these node kinds."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            HANDLERS[kind] = handler
        return handler

    return register
