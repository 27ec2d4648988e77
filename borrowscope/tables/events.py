"""The events of a recording: 93 variants of the runtime's `Event` and `Attempt`, one row each.

In: nothing, this is a table. Out: `EVENTS` with wire tags, groups, own fields and roles; `BY_NAME` and `BY_TAG`.
Derived from it: the runtime crate's `format.rs`, the reader of recordings, the exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Group(StrEnum):
    """The feature groups of `#[trace_borrow]`; the first four are the parts of `ownership`."""

    NEW = "new"
    MOVE = "move"
    BORROW = "borrow"
    DROP = "drop"
    SMART_POINTERS = "smart_pointers"
    CONCURRENCY = "concurrency"
    METHODS = "methods"
    LOOPS = "loops"
    BRANCHES = "branches"
    CONTROL_FLOW = "control_flow"
    TRY = "try"
    ASYNC = "async"
    UNSAFE = "unsafe"
    EXPRESSIONS = "expressions"
    FUNCTIONS = "functions"
    HAND_MADE = "hand_made"  # no construct records these


class Other(Enum):
    """What word 3 of an event's head slot is."""

    NONE = auto()
    TYPE = auto()  # number of the text that names the type, 0 = the site's type
    OWNER = auto()
    SOURCE = auto()
    TO = auto()
    CAUSE = auto()
    NUMBER = auto()  # the event's one own number


class Payload(Enum):
    """What the OBJECT mark after an event's head says beside the address (`small` and `count`)."""

    NONE = auto()  # no mark
    ADDRESS = auto()  # the address only
    COUNTS = auto()  # small: weak count, count: strong count
    FLAGS = auto()  # small: FLAG_MUTABLE, FLAG_SUCCESS
    TYPE = auto()  # count: number of the text that names the type; no mark: the site's type


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of one variant. An optional one is left out of exports where it is not known or empty."""

    name: str
    type: str  # bool, int, str, list
    optional: bool = False


@dataclass(frozen=True, slots=True)
class EventRow:
    """One variant. A birth gives an instance its life, a death ends it; a construct's instance is one execution."""

    name: str
    tag: int
    group: Group
    doc: str
    fields: tuple[OwnField, ...] = ()
    other: Other = Other.NONE
    payload: Payload = Payload.NONE
    is_birth: bool = False
    is_death: bool = False
    is_construct: bool = False


def _bool(name: str) -> OwnField:
    return OwnField(name, "bool")


def _int(name: str) -> OwnField:
    return OwnField(name, "int")


def _str(name: str) -> OwnField:
    return OwnField(name, "str")


def _optional(name: str, kind: str = "str") -> OwnField:
    return OwnField(name, kind, optional=True)


_COUNTS = (_int("strong_count"), _int("weak_count"))
_PARTIAL = _optional("partial", "bool")
_END = (_str("cause"), _PARTIAL)
_G, _O, _P = Group, Other, Payload

EVENTS: tuple[EventRow, ...] = (
    EventRow("New", 1, _G.NEW, "A binding was born.", other=_O.TYPE, payload=_P.ADDRESS, is_birth=True),
    EventRow("Borrow", 2, _G.BORROW, "A value was borrowed.", (_bool("mutable"),), _O.OWNER, is_birth=True),
    EventRow("Move", 3, _G.MOVE, "A value moved away; `to` is born if known.", (_PARTIAL,), _O.TO, is_birth=True),
    EventRow("Drop", 4, _G.DROP, "A binding's life ended.", _END, _O.CAUSE, is_death=True),
    EventRow(
        "RcNew",
        5,
        _G.SMART_POINTERS,
        "An Rc was made.",
        _COUNTS,
        payload=_P.COUNTS,
        is_birth=True,
    ),
    EventRow("RcClone", 6, _G.SMART_POINTERS, "An Rc was cloned.", _COUNTS, _O.SOURCE, _P.COUNTS, is_birth=True),
    EventRow("ArcNew", 7, _G.SMART_POINTERS, "An Arc was made.", _COUNTS, payload=_P.COUNTS, is_birth=True),
    EventRow("ArcClone", 8, _G.SMART_POINTERS, "An Arc was cloned.", _COUNTS, _O.SOURCE, _P.COUNTS, is_birth=True),
    EventRow("RefCellNew", 9, _G.SMART_POINTERS, "A RefCell was made.", payload=_P.ADDRESS, is_birth=True),
    EventRow(
        "RefCellBorrow",
        10,
        _G.SMART_POINTERS,
        "A RefCell was borrowed, or the attempt failed.",
        (_bool("is_mutable"), _bool("success")),
        _O.OWNER,
        _P.FLAGS,
        is_birth=True,
    ),
    EventRow("RefCellDrop", 11, _G.SMART_POINTERS, "A RefCell's guard ended.", _END, _O.CAUSE, is_death=True),
    EventRow("CellNew", 12, _G.SMART_POINTERS, "A Cell was made.", payload=_P.ADDRESS, is_birth=True),
    EventRow("CellGet", 13, _G.SMART_POINTERS, "A Cell was read.", (), _O.OWNER, _P.ADDRESS),
    EventRow("CellSet", 14, _G.SMART_POINTERS, "A Cell was written.", (), _O.OWNER, _P.ADDRESS),
    EventRow("StaticInit", 15, _G.UNSAFE, "A static was initialised.", (_bool("is_mutable"),)),
    EventRow("StaticAccess", 16, _G.UNSAFE, "A static was read or written.", (_bool("is_write"),)),
    EventRow("ConstEval", 17, _G.HAND_MADE, "A constant was evaluated.", (_str("const_name"),)),
    EventRow(
        "RawPtrCreated",
        18,
        _G.UNSAFE,
        "A raw pointer was made.",
        (_str("ptr_type"), _int("address")),
        payload=_P.ADDRESS,
    ),
    EventRow("RawPtrDeref", 19, _G.UNSAFE, "A raw pointer was followed.", (_bool("is_write"),), _O.OWNER),
    EventRow(
        "UnsafeBlockEnter",
        20,
        _G.UNSAFE,
        "An unsafe block began.",
        (_optional("operation_kind"), _optional("operation_context")),
        is_construct=True,
    ),
    EventRow("UnsafeBlockExit", 21, _G.UNSAFE, "An unsafe block ended.", is_construct=True),
    EventRow("UnsafeFnCall", 22, _G.UNSAFE, "An unsafe function was called.", (_str("fn_name"),)),
    EventRow("FfiCall", 23, _G.UNSAFE, "A foreign function was called.", (_str("fn_name"),)),
    EventRow("Transmute", 24, _G.UNSAFE, "A value was transmuted.", (_str("from_type"), _str("to_type"))),
    EventRow("UnionFieldAccess", 25, _G.UNSAFE, "A union's field was used.", (_str("union_name"), _str("field_name"))),
    EventRow("AsyncBlockEnter", 26, _G.ASYNC, "An async block or function began.", is_construct=True),
    EventRow("AsyncBlockExit", 27, _G.ASYNC, "An async block or function ended.", is_construct=True),
    EventRow(
        "AwaitStart",
        28,
        _G.ASYNC,
        "An await began.",
        (_str("future_name"), _optional("live_variables", "list")),
        is_construct=True,
    ),
    EventRow("AwaitEnd", 29, _G.ASYNC, "An await ended.", is_construct=True),
    EventRow("LoopEnter", 30, _G.LOOPS, "A loop began.", (_str("loop_type"),), is_construct=True),
    EventRow(
        "LoopIteration",
        31,
        _G.LOOPS,
        "A loop's body began again.",
        (_int("iteration"),),
        _O.NUMBER,
        is_construct=True,
    ),
    EventRow("LoopExit", 32, _G.LOOPS, "A loop ended.", is_construct=True),
    EventRow("MatchEnter", 33, _G.BRANCHES, "A match began.", is_construct=True),
    EventRow(
        "MatchArm",
        34,
        _G.BRANCHES,
        "A match's arm was taken.",
        (_int("arm_index"), _str("pattern"), _optional("bindings", "list")),
        is_construct=True,
    ),
    EventRow("MatchExit", 35, _G.BRANCHES, "A match ended.", is_construct=True),
    EventRow("Branch", 36, _G.BRANCHES, "A branch was taken.", (_str("branch_type"),)),
    EventRow("Return", 37, _G.CONTROL_FLOW, "A function returned early.", (_bool("has_value"),)),
    EventRow("Try", 38, _G.TRY, "A `?` left the function."),
    EventRow("IndexAccess", 39, _G.EXPRESSIONS, "An index was used.", (_str("container"),)),
    EventRow("FieldAccess", 40, _G.EXPRESSIONS, "A field was used.", (_str("base"), _str("field"))),
    EventRow(
        "Call",
        41,
        _G.HAND_MADE,
        "A function was called.",
        (_str("fn_name"), _optional("receiver_type"), _optional("result_type")),
    ),
    EventRow("Lock", 42, _G.METHODS, "A lock was taken.", (_str("lock_type"), _bool("success")), _O.OWNER, _P.FLAGS),
    EventRow("Unwrap", 43, _G.METHODS, "An Option or Result was unwrapped.", (_str("method"),), _O.OWNER),
    EventRow("Clone", 44, _G.METHODS, "A value was cloned.", other=_O.SOURCE, payload=_P.TYPE, is_birth=True),
    EventRow("Deref", 45, _G.EXPRESSIONS, "A reference was followed.", other=_O.OWNER),
    EventRow("Break", 46, _G.CONTROL_FLOW, "A loop was left by break.", (_str("loop_label"),)),
    EventRow("Continue", 47, _G.CONTROL_FLOW, "A loop was continued.", (_str("loop_label"),)),
    EventRow(
        "ClosureCreate",
        48,
        _G.EXPRESSIONS,
        "A closure was made.",
        (_str("capture_mode"), _optional("fn_trait")),
    ),
    EventRow("ClosureCapture", 49, _G.EXPRESSIONS, "A closure captured a variable.", (_str("capture_mode"),), _O.OWNER),
    EventRow("StructCreate", 50, _G.EXPRESSIONS, "A struct was made.", other=_O.TYPE),
    EventRow("TupleCreate", 51, _G.EXPRESSIONS, "A tuple was made.", (_int("len"),)),
    EventRow("ArrayCreate", 52, _G.EXPRESSIONS, "An array was made.", (_int("len"),), _O.NUMBER),
    EventRow("LetElse", 53, _G.BRANCHES, "A let-else took its else.", (_str("pattern"),)),
    EventRow("Range", 54, _G.EXPRESSIONS, "A range was made.", (_str("range_type"),)),
    EventRow("BinaryOp", 55, _G.HAND_MADE, "A binary operator was applied.", (_str("operator"),)),
    EventRow("TypeCast", 56, _G.EXPRESSIONS, "A value was cast.", (_str("to_type"),)),
    EventRow("RegionEnter", 57, _G.HAND_MADE, "A region began.", (_str("region_name"),), is_construct=True),
    EventRow("RegionExit", 58, _G.HAND_MADE, "A region ended.", is_construct=True),
    EventRow("FnEnter", 59, _G.FUNCTIONS, "A function began.", (_str("fn_name"),), is_construct=True),
    EventRow("FnExit", 60, _G.FUNCTIONS, "A function was left.", (_str("fn_name"),), is_construct=True),
    EventRow(
        "WeakNew",
        61,
        _G.SMART_POINTERS,
        "A Weak was made.",
        (_int("weak_count"),),
        _O.SOURCE,
        _P.COUNTS,
        is_birth=True,
    ),
    EventRow(
        "WeakClone",
        62,
        _G.SMART_POINTERS,
        "A Weak was cloned.",
        (_int("weak_count"),),
        _O.SOURCE,
        _P.COUNTS,
        is_birth=True,
    ),
    EventRow("WeakUpgrade", 63, _G.SMART_POINTERS, "A Weak was upgraded.", (_bool("success"),), _O.OWNER, _P.FLAGS),
    EventRow("BoxNew", 64, _G.SMART_POINTERS, "A Box was made.", payload=_P.ADDRESS, is_birth=True),
    EventRow("BoxIntoRaw", 65, _G.SMART_POINTERS, "A Box became a raw pointer.", (), _O.OWNER, _P.ADDRESS),
    EventRow(
        "BoxFromRaw",
        66,
        _G.SMART_POINTERS,
        "A Box was made of a raw pointer.",
        payload=_P.ADDRESS,
        is_birth=True,
    ),
    EventRow("PinNew", 67, _G.SMART_POINTERS, "A Pin was made.", is_birth=True),
    EventRow("PinIntoInner", 68, _G.SMART_POINTERS, "A Pin was taken apart.", other=_O.OWNER),
    EventRow("CowBorrowed", 69, _G.SMART_POINTERS, "A borrowed Cow was made.", is_birth=True),
    EventRow("CowOwned", 70, _G.SMART_POINTERS, "An owned Cow was made.", is_birth=True),
    EventRow("CowToMut", 71, _G.SMART_POINTERS, "A Cow was made writable.", (_bool("cloned"),), _O.OWNER, _P.FLAGS),
    EventRow(
        "LockGuardAcquire",
        72,
        _G.CONCURRENCY,
        "A lock's guard was born.",
        (_str("lock_type"),),
        _O.OWNER,
        _P.ADDRESS,
        is_birth=True,
    ),
    EventRow("LockGuardDrop", 73, _G.CONCURRENCY, "A lock's guard ended.", _END, _O.CAUSE, is_death=True),
    EventRow("ThreadSpawn", 74, _G.CONCURRENCY, "A thread was started.", is_birth=True),
    EventRow("ThreadJoin", 75, _G.CONCURRENCY, "A thread was joined.", other=_O.OWNER),
    EventRow("ChannelSenderNew", 76, _G.CONCURRENCY, "A sender was made.", payload=_P.ADDRESS, is_birth=True),
    EventRow("ChannelReceiverNew", 77, _G.CONCURRENCY, "A receiver was made.", payload=_P.ADDRESS, is_birth=True),
    EventRow("ChannelSend", 78, _G.CONCURRENCY, "A value was sent.", (), _O.OWNER, _P.ADDRESS),
    EventRow("ChannelRecv", 79, _G.CONCURRENCY, "A value was received.", (_bool("success"),), _O.OWNER, _P.FLAGS),
    EventRow(
        "OnceCellNew",
        80,
        _G.SMART_POINTERS,
        "A once cell was made.",
        (_str("cell_type"),),
        payload=_P.ADDRESS,
        is_birth=True,
    ),
    EventRow("OnceCellSet", 81, _G.SMART_POINTERS, "A once cell was set.", (_bool("success"),), _O.OWNER, _P.FLAGS),
    EventRow(
        "OnceCellGet",
        82,
        _G.SMART_POINTERS,
        "A once cell was read.",
        (_bool("was_initialized"),),
        _O.OWNER,
        _P.FLAGS,
    ),
    EventRow(
        "OnceCellGetOrInit",
        83,
        _G.SMART_POINTERS,
        "A once cell was read or set.",
        (_bool("was_initialized"),),
        _O.OWNER,
        _P.FLAGS,
    ),
    EventRow(
        "MaybeUninitNew",
        84,
        _G.SMART_POINTERS,
        "A MaybeUninit was made.",
        (_bool("initialized"),),
        is_birth=True,
    ),
    EventRow("MaybeUninitWrite", 85, _G.SMART_POINTERS, "A MaybeUninit was written.", other=_O.OWNER),
    EventRow("MaybeUninitAssumeInit", 86, _G.SMART_POINTERS, "A MaybeUninit became its value.", other=_O.OWNER),
    EventRow("MaybeUninitAssumeInitRead", 87, _G.SMART_POINTERS, "A MaybeUninit was read.", other=_O.OWNER),
    EventRow("MaybeUninitAssumeInitDrop", 88, _G.SMART_POINTERS, "A MaybeUninit's value ended.", other=_O.OWNER),
    EventRow("StackAddr", 89, _G.HAND_MADE, "Where a variable lies.", (_int("addr"), _int("size"))),
    EventRow(
        "StackField",
        90,
        _G.HAND_MADE,
        "A field of a variable.",
        (_str("field_name"), _str("field_value"), _int("offset")),
    ),
    EventRow(
        "HeapAddr",
        91,
        _G.HAND_MADE,
        "Where a variable's heap part lies.",
        (_str("owner_name"), _int("addr"), _int("size"), _int("capacity"), _str("content_preview")),
    ),
    EventRow(
        "HeapRealloc",
        92,
        _G.HAND_MADE,
        "A variable's heap part moved.",
        (_int("old_addr"), _int("new_addr"), _int("old_size"), _int("new_size")),
    ),
    EventRow(
        "StackPadding",
        93,
        _G.HAND_MADE,
        "Unused bytes after a variable.",
        (_str("after_var"), _int("addr"), _int("bytes")),
    ),
    EventRow(
        "Attempt",
        94,
        _G.SMART_POINTERS,
        "Something that may fail or block was tried; its outcome follows. Belongs to the outcome's group.",
        (_str("operation"),),
        _O.OWNER,
        _P.ADDRESS,
    ),
)

BY_NAME: dict[str, EventRow] = {row.name: row for row in EVENTS}
BY_TAG: dict[int, EventRow] = {row.tag: row for row in EVENTS}


def find_event(name: str) -> EventRow | None:
    """The row of a variant, None if there is no such variant."""
    return BY_NAME.get(name)
