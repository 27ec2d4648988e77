"""The values of the rewriting stage: sites, skipped constructs, and the rewritten text with its map back.

A site is (file id, index in the file). Its number in a stream is `file_id * 256 + index`; a file that has more
than 256 sites owns as many consecutive ids as it needs (`FileIds` in build/ hands them out). 25 bits are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from borrowscope.rewrite.choice import NO_WISHES, TraceOptions
from borrowscope.rewrite.macro_calls import MacroCalls
from borrowscope.text.span import Span

SITES_PER_FILE_ID = 256


class SkipReason(StrEnum):
    """Why something is not observed: the closed list of files.md."""

    CONST_CONTEXT = "const_context"
    FOREIGN_ABI = "foreign_abi"
    NO_BODY = "no_body"
    SYNTAX_ERROR = "syntax_error"
    MACRO_BODY = "macro_body"
    MACRO_UNKNOWN = "macro_unknown"
    TYPE_UNKNOWN = "type_unknown"
    INFERENCE = "inference"
    UNMARKED_MOVE = "unmarked_move"
    GUARD_ESCAPES = "guard_escapes"
    GENERATED_CODE = "generated_code"
    PANIC_HANDLER = "panic_handler"
    NAKED = "naked"
    EXCLUDED = "excluded"
    FILTERED = "filtered"
    HEALED = "healed"


@dataclass(slots=True)
class Site:
    """One observed construct. `event` is the variant that is recorded (`New`, `RcClone`, `Move`, `FnEnter`, ...).

    `span` is where the event is told: a birth at the binding's name, a method call at the method's name,
    everything else at its expression. `statement` is the enclosing statement's span (for healing).
    `binding` and `owner` are indices of the sites of the binding itself and of the borrowed owner or clone source.
    """

    index: int
    kind: str  # binding kind or construct: let, param, self, pattern, for, closure_param, move, assign, call, fn
    event: str
    span: Span
    function: str  # full function path
    function_span: Span
    statement: Span
    name: str | None = None
    ty: str | None = None
    binding: int | None = None
    owner: int | None = None
    needs_drop: bool | None = None
    is_guarded: bool = False  # whether a Drop will be recorded for the binding
    is_off: bool = False  # nothing is recorded under this site's number: its group is off, or the name is not wanted
    last_use: Span | None = None
    depends_on: tuple[int, ...] = ()  # sites whose guard this one names: switched off together
    outcome: str | None = None  # of an Attempt: the variant that tells how it ended, whose group it belongs to
    fields: dict[str, object] = field(default_factory=dict)

    @property
    def told_with(self) -> str:
        """The variant whose group says whether the site's event is recorded."""
        return self.outcome or self.event


@dataclass(slots=True, frozen=True)
class Skipped:
    """One construct that is not observed, and why."""

    span: Span
    construct: str
    reason: SkipReason
    name: str | None = None


@dataclass(slots=True, frozen=True)
class FunctionRecord:
    """One function with a body: traced, or the reason why not."""

    path: str
    span: Span
    traced: bool
    reason: SkipReason | None = None


@dataclass(slots=True, frozen=True)
class Insertion:
    """Text that goes in at a byte offset of the original, on behalf of a site (None: file-level)."""

    at: int
    text: str
    site: int | None


@dataclass(slots=True)
class RewriteOptions:
    """What to trace in this file. `file_id` makes the numbers in emitted calls; `disabled` are healed sites."""

    file_id: int
    edition: str = "2021"
    trace_all: bool = True
    trace: tuple[str, ...] = ()  # globs: functions whose path matches are traced beside marked ones
    wishes: TraceOptions = NO_WISHES  # the command line's, joined with those of marks
    inherited: TraceOptions | None = None  # the mark of a module around the file
    disabled: frozenset[int] = frozenset()
    runtime_crate: str = "borrowscope_runtime"
    module_path: str = ""  # `krate::module` of the file's root
    crate_root: bool = False
    is_bare: bool = False  # the package has a panic handler of its own: nothing in it can be traced
    macros: MacroCalls | None = None  # None: those that the file defines


@dataclass(slots=True)
class RewrittenFile:
    """The new text of one file. `text` equals the source where nothing is traced.

    `insertions` are sorted as applied: `source_offset` and `sites_in` read them.
    """

    text: bytes
    sites: list[Site]
    skipped: list[Skipped]
    functions: list[FunctionRecord]
    macros: dict[str, int]
    insertions: list[Insertion]

    def source_offset(self, offset: int) -> int:
        """The original byte offset that a byte offset of `text` stands at (inserted text: where it was put)."""
        shift = 0
        for insertion in self.insertions:
            size = len(insertion.text.encode())
            if insertion.at + shift >= offset:
                break
            if insertion.at + shift + size > offset:
                return insertion.at
            shift += size
        return offset - shift

    def sites_in(self, start: int, end: int) -> set[int]:
        """Sites whose inserted text overlaps the byte range of `text`."""
        found: set[int] = set()
        shift = 0
        for insertion in self.insertions:
            size = len(insertion.text.encode())
            at = insertion.at + shift
            if at >= end:
                break
            if at + size > start and insertion.site is not None:
                found.add(insertion.site)
            shift += size
        return found
