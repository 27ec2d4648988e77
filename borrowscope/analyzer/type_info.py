"""The definition of `.borrowscope/type-info.json`: pydantic models, one per record.

In: nothing, these are values. Out: `TypeInfo`; `borrowscope schema type-info` prints its JSON Schema. `null` and an
empty list mean that nobody has computed the field, never that it was guessed.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = "3.1"

BindingKind = Literal["let", "param", "self", "pattern", "for", "closure_param", "static", "const"]


class Record(BaseModel):
    """A part of type-info.json: unknown keys are refused, the order of keys is that of the fields."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Initializer(Record):
    """The expression that a binding starts with."""

    syntax: str
    callee: str | None = None
    span: tuple[int, int]


class MethodCall(Record):
    """A method called on the binding."""

    method: str
    line: int
    column: int
    operation: str | None = None
    self_borrow: Literal["immutable", "mutable", "consuming"] | None = None
    receiver_type: str | None = None
    result_type: str | None = None
    trait_name: str | None = None


class Usage(Record):
    """A place where the binding is used."""

    line: int
    column: int
    kind: Literal["read", "write", "move", "borrow", "borrow_mut", "capture"]


class Capture(Record):
    """A variable that a closure captures."""

    name: str
    capture_kind: Literal["ref", "mut_ref", "move"]
    ty: str | None = None


class DropPlace(Record):
    """A place where the compiler schedules the binding's drop; a null `cause` is one that nobody has worked out."""

    line: int
    column: int
    cause: Literal["scope_end", "return", "try", "break", "continue", "assign", "maybe_moved"] | None = None


class Variable(Record):
    """One binding."""

    name: str
    file: str
    line: int
    column: int
    span_start: int
    span_end: int
    binding: BindingKind
    function_name: str | None
    function_path: str | None
    decl_index: int
    scope_id: int
    ty: str
    ty_path: str
    type_source: Literal["rustc", "static", "unknown"]
    type_arguments: list[str] = Field(default_factory=list)
    initializer_kind: str | None = None
    initializer: Initializer | None = None
    is_copy: bool | None = None
    is_clone: bool | None = None
    is_drop: bool | None = None
    needs_drop: bool | None = None
    is_send: bool | None = None
    is_sync: bool | None = None
    is_sized: bool | None = None
    is_future: bool | None = None
    is_iterator: bool | None = None
    is_rc: bool | None = None
    is_arc: bool | None = None
    is_weak: bool | None = None
    is_box: bool | None = None
    is_pin: bool | None = None
    is_cow: bool | None = None
    is_cell: bool | None = None
    is_refcell: bool | None = None
    is_unsafe_cell: bool | None = None
    is_once_cell: bool | None = None
    is_once_lock: bool | None = None
    is_mutex: bool | None = None
    is_rwlock: bool | None = None
    is_guard: bool | None = None
    is_manually_drop: bool | None = None
    is_maybe_uninit: bool | None = None
    is_nonnull: bool | None = None
    is_vec: bool | None = None
    is_string: bool | None = None
    is_option: bool | None = None
    is_result: bool | None = None
    is_channel: bool | None = None
    is_atomic: bool | None = None
    is_reference: bool | None = None
    is_mutable_reference: bool | None = None
    is_raw_ptr: bool | None = None
    is_closure: bool | None = None
    is_dyn_trait: bool | None = None
    is_impl_trait: bool | None = None
    is_fn_ptr: bool | None = None
    is_tuple: bool | None = None
    is_array: bool | None = None
    is_slice: bool | None = None
    is_union: bool | None = None
    copy_semantics: Literal["copy", "move"] | None = None
    is_mut_binding: bool = False
    is_ref_binding: bool = False
    is_tuple_binding: bool = False
    binding_mode: Literal["move", "ref", "ref_mut"] | None = None
    lifetime: str | None = None
    method_calls: list[MethodCall] = Field(default_factory=list)
    usages: list[Usage] = Field(default_factory=list)
    closure_captures: list[Capture] = Field(default_factory=list)
    drops: list[DropPlace] = Field(default_factory=list)


class Expression(Record):
    """A call of a standard function that matters to ownership."""

    file: str
    line: int
    column: int
    span_start: int
    span_end: int
    path: str
    argument: str | None = None
    result_type: str | None = None


class UnsafeOperation(Record):
    """One operation that needs `unsafe`."""

    kind: str
    target: str | None
    file: str
    line: int
    column: int
    inside: tuple[int, int] | None
    in_macro: bool
    source: Literal["rustc", "static"]


class FunctionInfo(Record):
    """One function; `traceable` is true or the reason why not."""

    path: str
    span: tuple[int, int]
    line: int
    is_async: bool
    is_const: bool
    is_unsafe: bool
    abi: str | None
    has_body: bool
    attribute: dict[str, object] | None = None
    traceable: bool | str


class StaticInfo(Record):
    """One `static`, also of an extern block."""

    name: str
    path: str
    ty: str
    is_mutable: bool
    is_extern: bool
    has_interior_mutability: bool | None
    file: str
    line: int
    column: int


class UnionField(Record):
    """One field of a union."""

    name: str
    ty: str


class UnionInfo(Record):
    """One `union`."""

    name: str
    path: str
    fields: list[UnionField]
    repr: str | None
    file: str
    line: int
    column: int


class ForeignFunction(Record):
    """One function of an extern block; `block` is the block's span."""

    name: str
    path: str
    abi: str
    link_name: str | None
    is_safe: bool
    block: tuple[int, int]
    file: str
    line: int
    column: int


class Skipped(Record):
    """A file or a node that was not read; `span` is null for a whole file."""

    path: str
    span: tuple[int, int] | None
    reason: str


class AnalyzerInfo(Record):
    """How the answer came about."""

    types: Literal["rustc", "static", "mixed"]
    rustc_version: str | None
    edition: dict[str, str]
    features: list[str]
    targets: list[str]
    packages: list[str]
    duration_ms: float | None = None
    variables: int
    resolved_by_rustc: int
    resolved_statically: int
    unresolved: int


class FilePart(Record):
    """What one file adds to `TypeInfo`."""

    variables: list[Variable]
    expressions: list[Expression]
    unsafe_operations: list[UnsafeOperation]
    functions: list[FunctionInfo]
    statics: list[StaticInfo]
    unions: list[UnionInfo]
    foreign_functions: list[ForeignFunction]
    skipped: list[Skipped]


class TypeInfo(Record):
    """The whole file. `by_name` and `by_function` hold `[file, position in files[file]]`."""

    version: str = VERSION
    analyzer_version: str
    analyzer: AnalyzerInfo
    files: dict[str, list[Variable]]
    by_name: dict[str, list[tuple[str, int]]]
    by_function: dict[str, list[tuple[str, int]]]
    expressions: list[Expression]
    unsafe_operations: list[UnsafeOperation]
    functions: dict[str, list[FunctionInfo]]
    statics: list[StaticInfo]
    unions: list[UnionInfo]
    foreign_functions: list[ForeignFunction]
    skipped: list[Skipped]
