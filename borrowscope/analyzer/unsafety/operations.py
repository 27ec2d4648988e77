"""Operations that need `unsafe`, as plain values.

In: nothing, these are values. Out: `Operation` with its place, its kind, what it reaches, and the block that it is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from borrowscope.analyzer.unbuilt import Unbuilt
from borrowscope.text.span import Span


class OperationKind(StrEnum):
    """The kinds of type_info.md, `unsafe_operations`."""

    UNSAFE_CALL = "unsafe_call"
    FFI_CALL = "ffi_call"
    RAW_DEREF = "raw_deref"
    UNION_READ = "union_read"
    STATIC_MUT = "static_mut"
    EXTERN_STATIC = "extern_static"
    INLINE_ASM = "inline_asm"
    TARGET_FEATURE_CALL = "target_feature_call"


class Enclosure(StrEnum):
    """What allows an operation."""

    BLOCK = "unsafe_block"
    FUNCTION = "unsafe_fn"


class Bytes(NamedTuple):
    """A size on targets of 32 and of 64 bits; None where nobody promises it."""

    narrow: int | None
    wide: int | None


class Transmute(NamedTuple):
    """Both types of a `transmute`, as rustc prints them, and their sizes.

    `pointees` are the sizes of what pointers lead to, of slices those of an element. `counts_elements`: both lead to
    slices, whose number of elements stays while these change.
    """

    source: str | None
    target: str | None
    sizes: tuple[Bytes, Bytes]
    pointees: tuple[Bytes, Bytes] | None
    counts_elements: bool


@dataclass(slots=True, frozen=True)
class Operation:
    """One operation. `at` is where it is told: a method's name, else where its expression begins.

    One that is not resolved stands in an unsafe context, and nobody can say whether it needs it: its `kind` is what it
    would be. `inside` is None where the block stands in another file, or in a macro that is not known.
    """

    kind: OperationKind
    span: Span
    at: int
    target: str | None = None
    inside: Span | None = None
    enclosure: Enclosure | None = None
    in_macro: bool = False
    is_resolved: bool = True
    is_inactive: bool = False  # in code that is not compiled, as far as the text tells
    pointer: str | None = None  # of a call through a function pointer: what stands before its `fn`
    is_trait: bool = False  # a call of a trait's function
    source: Literal["rustc", "static"] = "static"  # who says what it reaches
    transmute: Transmute | None = None  # of a call of `transmute`
    callbacks: tuple[Span, ...] = ()  # of a call of foreign code: the arguments that it may call
    unbuilt: Unbuilt | None = None  # of an open one: the file that only a build makes, and that would tell


_PRIMITIVES = {"*const": "pointer", "*mut": "pointer", "[]": "slice", "[;]": "array"}


def public_path(path: str) -> str:
    """The path as std's documentation has it: methods of pointers and slices are in a primitive's page."""
    head, _, name = path.partition("::")
    return f"{_PRIMITIVES[head]}::{name}" if head in _PRIMITIVES else path
