"""What the compiler (or the static source) knows about one file, as plain values for the rewriter and type-info.

In: nothing, these are values. Out: `FileFacts`, one per source file; keys are byte offsets in the original file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.text.span import Span


class TypeSource(StrEnum):
    """Who says so (type_info.md, `type_source`)."""

    RUSTC = "rustc"
    STATIC = "static"
    UNKNOWN = "unknown"


class MoveShape(StrEnum):
    """How a value leaves its variable in MIR."""

    OPERAND = "operand"  # `= move _N`, also as argument of a call: the whole variable
    PARTIAL = "partial"  # `= move (_N.0: T)`: a field, or an enum's payload
    DEREF = "deref"  # `= move (*_N)`: out of a Box
    CAPTURE = "capture"  # `{closure} { y: move _N }`, also coroutines (async blocks)


class DropCause(StrEnum):
    """Why a drop happens where it does (type_info.md, `drops`)."""

    SCOPE_END = "scope_end"
    RETURN = "return"
    TRY = "try"
    BREAK = "break"
    CONTINUE = "continue"
    ASSIGN = "assign"
    MAYBE_MOVED = "maybe_moved"  # a flag decides at run time whether there is still something to drop


class DropFact(NamedTuple):
    """A place where a binding's value can die; the cause is None where nobody knows it."""

    span: Span
    cause: DropCause | None


@dataclass(slots=True)
class BindingFact:
    """One binding: a name that a pattern, a parameter or a `let` brings into scope.

    `span` covers the name alone (rustc's span covers `mut x`, `&self`, `x @ ..`: already narrowed here).
    `ty` uses full paths and is None if unknown. The tri-state flags are None where nobody knows.
    `drops` are the places where the value can die; `needs_drop` is True where MIR schedules a drop, even in vain.
    """

    name: str
    span: Span
    ty: str | None
    source: TypeSource
    needs_drop: bool | None = None
    is_copy: bool | None = None
    is_reference: bool | None = None
    is_mutable_reference: bool | None = None
    body: str = ""  # the MIR body's path, closures included: tells bindings of one span in several bodies apart
    is_captured: bool = False  # True for a closure's view of an outer variable: no binding of its own
    drops: list[DropFact] = field(default_factory=list)
    # Where a macro binds one written name several times with different types: each of them. `ty` is None then.
    alternatives: list[BindingFact] = field(default_factory=list)
    is_assigned_by_macro: bool = False  # some macro's own text says `$x = ..`
    is_inactive: bool = False  # bound by code that is not compiled: what compiled code binds there comes first


@dataclass(slots=True, frozen=True)
class MoveFact:
    """One move of a named local. `binding` is the start offset of the binding's name, `span` the operand's own.

    Where a pattern takes the value (`match x { whole => .. }`, `let (a, b) = x`), `span` is that of the receiving
    pattern; for captures that of the closure or async block, for `S { ..x }` that of the struct expression. A move
    whose operand lies in another file (a macro's definition) has the empty span at 0 and `in_macro`.
    """

    binding: int
    span: Span
    shape: MoveShape
    body: str
    target: int | None = None  # start offset of the binding that receives it (`let y = x;`), if one does directly
    in_macro: bool = False  # something else than the variable stands at the span: `$x` in a macro's definition
    field: str | None = None  # the projection as MIR prints it, for PARTIAL, DEREF and captures of a part


@dataclass(slots=True, frozen=True)
class BorrowFact:
    """One borrow `&_N` of a named local or of a place below it, as MIR as built has it (autorefs included)."""

    binding: int
    span: Span
    is_mutable: bool
    projection: str  # "" for the variable itself, else as MIR prints it
    body: str
    target: int | None = None  # start offset of the binding that the reference is bound to, if there is one


class CaptureFact(NamedTuple):
    """What a closure captures: starts of the closure literal and of the variable's name; `ref`, `ref mut` or `move`."""

    closure: int
    binding: int
    mode: str


@dataclass(slots=True, frozen=True)
class CallFact:
    """One resolved call: span of the whole call expression, span of the callee's name, and its full path."""

    span: Span
    callee_span: Span
    callee: str  # as MIR prints it: `<Rc<D> as Clone>::clone`, `std::mem::drop::<D>`
    target: int | None  # start offset of the binding that the result initializes directly, if one does
    result: str | None = None  # the result's type, where the call stands in code that was compiled once


@dataclass(slots=True, frozen=True)
class StaticFact:
    """One use of a static; `path` as MIR prints it, without the crate's name where it is the crate's own."""

    span: Span
    path: str
    ty: str
    is_mutable: bool = False
    is_foreign: bool = False
    is_write: bool = False  # written, or borrowed to be written
    is_address: bool = False  # only its address is taken
    is_followed: bool = False  # by `Deref`, right there


@dataclass(slots=True)
class FileFacts:
    """Everything known about one file. `bindings` is keyed by the start offset of the name."""

    path: str  # absolute, of the user's file
    bindings: dict[int, BindingFact] = field(default_factory=dict)
    moves: list[MoveFact] = field(default_factory=list)
    borrows: list[BorrowFact] = field(default_factory=list)
    calls: list[CallFact] = field(default_factory=list)
    closure_spans: set[Span] = field(default_factory=set)
    # By start of a binding's name and of the place: assignments to a part of it, and what closures do to captures.
    written_parts: set[tuple[int, int]] = field(default_factory=set)
    captured_uses: dict[tuple[int, int], str] = field(default_factory=dict)  # "move", "copy", "&", "&mut"
    captures: list[CaptureFact] = field(default_factory=list)
    closure_traits: dict[int, str] = field(default_factory=dict)  # by start of the literal: Fn, FnMut, FnOnce
    made: dict[Span, str | None] = field(default_factory=dict)  # types of struct, variant, tuple, array expressions
    statics: dict[Span, StaticFact] = field(default_factory=dict)
    raw_pointers: dict[Span, str | None] = field(default_factory=dict)  # types of pointers made by `as` and `&raw`
    mutable_borrows: set[Span] = field(default_factory=set)  # of places, autorefs included
    operations: list[Operation] = field(default_factory=list)  # that need `unsafe`
    unions: frozenset[str] = frozenset()  # names that only unions have in the project
    origin: str = field(default="", compare=False)  # names all that the fields above `operations` follow from, if known
