"""The runtime's public `Event`: 93 variants with their exact fields, and the questions that can be asked of one.

In: `tables/events.py`, whose rows say what the variants mean. Out: `PUBLISHED_EVENTS` in the order of the enum, and
`PREDICATES`; the runtime crate's `event.rs` is generated from them, and hand-made calls are turned into these fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from borrowscope.tables.events import BY_NAME


class Role(Enum):
    """What a field tells of an event that generated code records; hand-made calls say by themselves what it holds."""

    NAME = auto()  # name of the binding
    INSTANCE = auto()  # text of the binding's instance, `{name}_{number}`
    OWNER = auto()  # text of the other party's instance: what is borrowed, locked, read, cloned
    OWNER_NAME = auto()  # its name
    FROM = auto()  # text of the instance that moves
    TO_NAME = auto()  # name of the binding that a value moves to
    TO = auto()  # text of its instance
    TYPE = auto()  # the type
    LOCATION = auto()  # `file:line:column`
    EXECUTION = auto()  # number of this execution of a construct, else of the site
    OWNER_EXECUTION = auto()  # number of the execution of the other party: the closure of a capture
    OBJECT = auto()  # address of the object, in hexadecimal
    OWN = auto()  # what only this variant tells


@dataclass(frozen=True, slots=True)
class PublishedField:
    """A field of a variant. `own` is its name in `tables/events.py` where it is called otherwise there."""

    name: str
    role: Role
    type: str = "String"
    own: str = ""


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """A variant; `timestamp: u64` comes before its fields.

    `label` is the field that `Event::var_name` gives. `more` are the fields that are told beside the event, in `Record`
    and in recordings: a name, and whether it is a list.
    """

    name: str
    fields: tuple[PublishedField, ...]
    label: str | None = None
    more: tuple[PublishedField, ...] = ()

    @property
    def doc(self) -> str:
        """What the event says, in one sentence."""
        return BY_NAME[self.name].doc

    @property
    def tag(self) -> int:
        """The number of the variant in streams."""
        return BY_NAME[self.name].tag


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question: whether an event is one of these variants, or answers one of these other questions."""

    name: str
    doc: str
    variants: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


def _text(name: str, own: str = "") -> PublishedField:
    return PublishedField(name, Role.OWN, own=own)


def _number(name: str) -> PublishedField:
    return PublishedField(name, Role.OWN, "usize")


def _flag(name: str) -> PublishedField:
    return PublishedField(name, Role.OWN, "bool")


def _maybe(name: str) -> PublishedField:
    return PublishedField(name, Role.OWN, "Option<String>")


def _list(name: str) -> PublishedField:
    return PublishedField(name, Role.OWN, "Vec<String>")


def _execution(name: str) -> PublishedField:
    return PublishedField(name, Role.EXECUTION)


def _owner(name: str) -> PublishedField:
    return PublishedField(name, Role.OWNER)


def _instance(name: str) -> PublishedField:
    return PublishedField(name, Role.INSTANCE)


_NAME = PublishedField("var_name", Role.NAME)
_ID = _instance("var_id")
_OF_OWNER = PublishedField("var_name", Role.OWNER_NAME)
_SOURCE = _owner("source_id")
_TYPE = PublishedField("type_name", Role.TYPE)
_AT = PublishedField("location", Role.LOCATION)
_COUNTS = (_number("strong_count"), _number("weak_count"))
_BLOCK = (_execution("block_id"), _AT)
_CHANNEL = PublishedField("channel_id", Role.OBJECT)


def _named(name: str, *fields: PublishedField) -> PublishedEvent:
    """A variant that tells of a binding."""
    return PublishedEvent(name, (_NAME, _ID, *fields), label="var_name")


def _row(name: str, *fields: PublishedField) -> PublishedEvent:
    return PublishedEvent(name, fields)


def _with(row: PublishedEvent, *more: PublishedField) -> PublishedEvent:
    return PublishedEvent(row.name, row.fields, row.label, more)


PUBLISHED_EVENTS: tuple[PublishedEvent, ...] = (
    _named("New", _TYPE),
    PublishedEvent(
        "Borrow",
        (
            PublishedField("borrower_name", Role.NAME),
            _instance("borrower_id"),
            _owner("owner_id"),
            _flag("mutable"),
        ),
        label="borrower_name",
    ),
    PublishedEvent(
        "Move",
        (
            PublishedField("from_id", Role.FROM),
            PublishedField("to_name", Role.TO_NAME),
            PublishedField("to_id", Role.TO),
        ),
        label="to_name",
    ),
    PublishedEvent("Drop", (_ID,), label="var_id", more=(PublishedField("location", Role.LOCATION, "Option<String>"),)),
    _named("RcNew", _TYPE, *_COUNTS),
    _named("RcClone", _SOURCE, *_COUNTS),
    _named("ArcNew", _TYPE, *_COUNTS),
    _named("ArcClone", _SOURCE, *_COUNTS),
    _named("RefCellNew", _TYPE),
    _row("RefCellBorrow", _instance("borrow_id"), _owner("refcell_id"), _flag("is_mutable"), _AT),
    _row("RefCellDrop", _instance("borrow_id"), _AT),
    _named("CellNew", _TYPE),
    _row("CellGet", _owner("cell_id"), _AT),
    _row("CellSet", _owner("cell_id"), _AT),
    _named("StaticInit", _TYPE, _flag("is_mutable")),
    PublishedEvent("StaticAccess", (_ID, _NAME, _flag("is_write"), _AT), label="var_name"),
    PublishedEvent(
        "ConstEval",
        (PublishedField("const_name", Role.NAME), _instance("const_id"), _TYPE, _AT),
        label="const_name",
    ),
    _named("RawPtrCreated", _text("ptr_type"), _number("address"), _AT),
    _row("RawPtrDeref", _owner("ptr_id"), _AT, _flag("is_write")),
    _with(_row("UnsafeBlockEnter", *_BLOCK), _maybe("operation_kind"), _maybe("operation_context")),
    _row("UnsafeBlockExit", *_BLOCK),
    _row("UnsafeFnCall", _text("fn_name"), _AT),
    _row("FfiCall", _text("fn_name"), _AT),
    _row("Transmute", _text("from_type"), _text("to_type"), _AT),
    _row("UnionFieldAccess", _text("union_name"), _text("field_name"), _AT),
    _row("AsyncBlockEnter", *_BLOCK),
    _row("AsyncBlockExit", *_BLOCK),
    _with(_row("AwaitStart", _execution("await_id"), _text("future_name"), _AT), _list("live_variables")),
    _row("AwaitEnd", _execution("await_id"), _AT),
    _row("LoopEnter", _execution("loop_id"), _text("loop_type"), _AT),
    _row("LoopIteration", _execution("loop_id"), _number("iteration"), _AT),
    _row("LoopExit", _execution("loop_id"), _AT),
    _row("MatchEnter", _execution("match_id"), _AT),
    _with(
        _row("MatchArm", _execution("match_id"), _number("arm_index"), _text("pattern"), _AT),
        _list("bindings"),
    ),
    _row("MatchExit", _execution("match_id"), _AT),
    _row("Branch", _execution("branch_id"), _text("branch_type"), _AT),
    _row("Return", _execution("return_id"), _flag("has_value"), _AT),
    _row("Try", _execution("try_id"), _AT),
    _row("IndexAccess", _execution("access_id"), _text("container"), _AT),
    _row("FieldAccess", _execution("access_id"), _text("base"), _text("field"), _AT),
    _with(
        _row("Call", _execution("call_id"), _text("fn_name"), _AT),
        _maybe("receiver_type"),
        _maybe("result_type"),
    ),
    _row("Lock", _owner("lock_id"), _text("lock_type"), _OF_OWNER, _AT),
    _row("Unwrap", _execution("unwrap_id"), _text("method"), _OF_OWNER, _AT),
    _row("Clone", _instance("clone_id"), _OF_OWNER, _AT),
    _row("Deref", _execution("deref_id"), _OF_OWNER, _AT),
    _row("Break", _execution("break_id"), _maybe("loop_label"), _AT),
    _row("Continue", _execution("continue_id"), _maybe("loop_label"), _AT),
    _with(_row("ClosureCreate", _execution("closure_id"), _text("capture_mode"), _AT), _maybe("fn_trait")),
    _row("StructCreate", _execution("struct_id"), _TYPE, _AT),
    _row("TupleCreate", _execution("tuple_id"), _number("len"), _AT),
    _row("LetElse", _execution("let_id"), _text("pattern"), _AT),
    _row("Range", _execution("range_id"), _text("range_type"), _AT),
    _row("BinaryOp", _execution("op_id"), _text("operator"), _AT),
    _row("ArrayCreate", _execution("array_id"), _number("len"), _AT),
    _row("TypeCast", _execution("cast_id"), _text("to_type"), _AT),
    _row("RegionEnter", _execution("region_id"), _text("name", own="region_name"), _AT),
    _row("RegionExit", _execution("region_id"), _AT),
    _row("FnEnter", _execution("fn_id"), _text("fn_name"), _AT),
    _row("FnExit", _execution("fn_id"), _text("fn_name"), _AT),
    _row("ClosureCapture", PublishedField("closure_id", Role.OWNER_EXECUTION), _NAME, _text("capture_mode"), _AT),
    _named("WeakNew", _SOURCE, _number("weak_count"), _AT),
    _named("WeakClone", _SOURCE, _number("weak_count"), _AT),
    _row("WeakUpgrade", _owner("weak_id"), _flag("success"), _AT),
    _named("BoxNew", _TYPE, _AT),
    _row("BoxIntoRaw", _owner("box_id"), _AT),
    _named("BoxFromRaw", _AT),
    _row("LockGuardAcquire", _instance("guard_id"), _owner("lock_id"), _text("lock_type"), _AT),
    _row("LockGuardDrop", _instance("guard_id"), _AT),
    _named("PinNew", _AT),
    _row("PinIntoInner", _owner("pin_id"), _AT),
    _named("CowBorrowed", _AT),
    _named("CowOwned", _AT),
    _row("CowToMut", _owner("cow_id"), _flag("cloned"), _AT),
    _row("ThreadSpawn", _instance("thread_id"), _AT),
    _row("ThreadJoin", _owner("thread_id"), _AT),
    PublishedEvent("ChannelSenderNew", (_instance("sender_id"), _CHANNEL, _AT), label="sender_id"),
    PublishedEvent("ChannelReceiverNew", (_instance("receiver_id"), _CHANNEL, _AT), label="receiver_id"),
    _row("ChannelSend", _owner("sender_id"), _AT),
    _row("ChannelRecv", _owner("receiver_id"), _flag("success"), _AT),
    _named("OnceCellNew", _text("cell_type"), _AT),
    _row("OnceCellSet", _owner("cell_id"), _flag("success"), _AT),
    _row("OnceCellGet", _owner("cell_id"), _flag("was_initialized"), _AT),
    _row("OnceCellGetOrInit", _owner("cell_id"), _flag("was_initialized"), _AT),
    _named("MaybeUninitNew", _flag("initialized"), _AT),
    _row("MaybeUninitWrite", _owner("var_id"), _AT),
    _row("MaybeUninitAssumeInit", _owner("var_id"), _AT),
    _row("MaybeUninitAssumeInitRead", _owner("var_id"), _AT),
    _row("MaybeUninitAssumeInitDrop", _owner("var_id"), _AT),
    _named("StackAddr", _number("addr"), _number("size"), _TYPE, _AT),
    _row("StackField", _ID, _text("field_name"), _text("field_value"), _number("offset")),
    PublishedEvent(
        "HeapAddr",
        (
            _ID,
            _text("owner_name"),
            _number("addr"),
            _number("size"),
            _number("capacity"),
            _text("content_preview"),
        ),
        label="owner_name",
    ),
    _row(
        "HeapRealloc",
        _ID,
        _number("old_addr"),
        _number("new_addr"),
        _number("old_size"),
        _number("new_size"),
    ),
    _row("StackPadding", _text("after_var"), _number("addr"), _number("bytes")),
)

BY_VARIANT: dict[str, PublishedEvent] = {row.name: row for row in PUBLISHED_EVENTS}

_UNSAFE = (
    *("RawPtrCreated", "RawPtrDeref", "UnsafeBlockEnter", "UnsafeBlockExit"),
    *("UnsafeFnCall", "FfiCall", "Transmute", "UnionFieldAccess"),
)

PREDICATES: tuple[Predicate, ...] = (
    Predicate("is_new", "a variable that was born", ("New",)),
    Predicate("is_borrow", "a borrow, shared or mutable", ("Borrow",)),
    Predicate("is_move", "a move", ("Move",)),
    Predicate("is_drop", "the end of a variable", ("Drop",)),
    Predicate("is_rc", "about an `Rc`", ("RcNew", "RcClone")),
    Predicate("is_arc", "about an `Arc`", ("ArcNew", "ArcClone")),
    Predicate("is_refcounted", "about an `Rc` or an `Arc`", any_of=("is_rc", "is_arc")),
    Predicate("is_refcell", "about a `RefCell`", ("RefCellNew", "RefCellBorrow", "RefCellDrop")),
    Predicate("is_cell", "about a `Cell`", ("CellNew", "CellGet", "CellSet")),
    Predicate("is_interior_mutability", "about a `RefCell` or a `Cell`", any_of=("is_refcell", "is_cell")),
    Predicate("is_static", "about a static", ("StaticInit", "StaticAccess")),
    Predicate("is_const", "about a constant", ("ConstEval",)),
    Predicate("is_global", "about a static or a constant", any_of=("is_static", "is_const")),
    Predicate("is_unsafe", "an unsafe operation, or the begin or end of an unsafe block", _UNSAFE),
    Predicate("is_raw_ptr", "about a raw pointer", ("RawPtrCreated", "RawPtrDeref")),
    Predicate("is_ffi", "a call of a foreign function", ("FfiCall",)),
    Predicate("is_weak", "about a `Weak`", ("WeakNew", "WeakClone", "WeakUpgrade")),
    Predicate("is_box", "about a `Box`", ("BoxNew", "BoxIntoRaw", "BoxFromRaw")),
    Predicate("is_lock_guard", "about the guard of a lock", ("LockGuardAcquire", "LockGuardDrop")),
    Predicate("is_pin", "about a `Pin`", ("PinNew", "PinIntoInner")),
    Predicate("is_cow", "about a `Cow`", ("CowBorrowed", "CowOwned", "CowToMut")),
    Predicate("is_thread", "the start or the join of a thread", ("ThreadSpawn", "ThreadJoin")),
    Predicate(
        "is_channel",
        "about a channel",
        ("ChannelSenderNew", "ChannelReceiverNew", "ChannelSend", "ChannelRecv"),
    ),
    Predicate(
        "is_once_cell",
        "about a `OnceCell` or a `OnceLock`",
        ("OnceCellNew", "OnceCellSet", "OnceCellGet", "OnceCellGetOrInit"),
    ),
    Predicate(
        "is_maybe_uninit",
        "about a `MaybeUninit`",
        (
            *("MaybeUninitNew", "MaybeUninitWrite", "MaybeUninitAssumeInit"),
            *("MaybeUninitAssumeInitRead", "MaybeUninitAssumeInitDrop"),
        ),
    ),
)

FIELD_DOCS: dict[str, str] = {
    "access_id": "Id of this access.",
    "addr": "Where it begins.",
    "address": "The address that it points to.",
    "after_var": "Variable that the bytes follow.",
    "arm_index": "Number of the arm, from 0.",
    "array_id": "Id of this array.",
    "await_id": "Id of this await.",
    "base": "What the field belongs to.",
    "block_id": "Id of this execution of the block.",
    "borrow_id": "Id of the guard.",
    "borrower_id": "Id of the reference.",
    "borrower_name": "Name of the reference.",
    "box_id": "Id of the box.",
    "branch_id": "Id of this branch.",
    "branch_type": "Which branch: `if`, `else if`, `else`.",
    "break_id": "Id of this `break`.",
    "bytes": "How many bytes.",
    "call_id": "Id of this call.",
    "capacity": "Bytes that are reserved.",
    "capture_mode": "How variables are captured: `ref`, `ref mut`, `move`.",
    "cast_id": "Id of this cast.",
    "cell_id": "Id of the cell.",
    "cell_type": "`OnceCell` or `OnceLock`.",
    "channel_id": "Id of the channel.",
    "clone_id": "Id of the clone.",
    "cloned": "Whether the borrowed value had to be cloned.",
    "closure_id": "Id of the closure.",
    "const_id": "Id of the constant.",
    "const_name": "Name of the constant.",
    "container": "What is indexed.",
    "content_preview": "The first of what lies there.",
    "continue_id": "Id of this `continue`.",
    "cow_id": "Id of the `Cow`.",
    "deref_id": "Id of this dereference.",
    "field": "Name of the field.",
    "field_name": "Name of the field.",
    "field_value": "What the field holds.",
    "fn_id": "Id of this execution of the function.",
    "fn_name": "Name of the function.",
    "from_id": "Id of what moved.",
    "from_type": "The type before.",
    "future_name": "What is awaited.",
    "guard_id": "Id of the guard.",
    "has_value": "Whether a value is returned.",
    "initialized": "Whether it holds a value already.",
    "is_mutable": "Whether it is mutable.",
    "is_write": "Whether it was written.",
    "iteration": "Number of the iteration, from 0.",
    "len": "Number of elements.",
    "let_id": "Id of this let-else.",
    "location": "Where in the source: `file:line`, perhaps with the column.",
    "lock_id": "Id of the lock.",
    "lock_type": "Which lock: `Mutex`, `RwLock::read`, `RwLock::write`.",
    "loop_id": "Id of this execution of the loop.",
    "loop_label": "The label that is named, without its tick.",
    "loop_type": "Which loop: `for`, `while`, `while let`, `loop`.",
    "match_id": "Id of this execution of the match.",
    "method": "The method that was called.",
    "mutable": "Whether the borrow is mutable.",
    "name": "Name of the region.",
    "new_addr": "Where it lies now.",
    "new_size": "Bytes after.",
    "offset": "Where in the variable the field begins.",
    "old_addr": "Where it lay before.",
    "old_size": "Bytes before.",
    "op_id": "Id of this operation.",
    "operator": "The operator.",
    "owner_id": "Id of what is borrowed.",
    "owner_name": "Name of the variable that owns it.",
    "pattern": "The pattern, as in the source.",
    "pin_id": "Id of the pin.",
    "ptr_id": "Id of the pointer.",
    "ptr_type": "Type of the pointer.",
    "range_id": "Id of this range.",
    "range_type": "The range, as written.",
    "receiver_id": "Id of the receiver.",
    "refcell_id": "Id of the cell.",
    "region_id": "Id of this execution of the region.",
    "return_id": "Id of this return.",
    "sender_id": "Id of the sender.",
    "size": "Bytes that it takes.",
    "source_id": "Id of what was cloned or downgraded.",
    "strong_count": "Strong references after the operation.",
    "struct_id": "Id of this struct.",
    "success": "Whether it succeeded.",
    "thread_id": "Id of the thread.",
    "to_id": "Id of what it moved to.",
    "to_name": "Name of what it moved to.",
    "to_type": "The type after.",
    "try_id": "Id of this `?`.",
    "tuple_id": "Id of this tuple.",
    "type_name": "The type.",
    "union_name": "Name of the union.",
    "unwrap_id": "Id of this unwrap.",
    "var_id": "Id of the variable.",
    "var_name": "Name of the variable.",
    "was_initialized": "Whether it held a value before.",
    "weak_count": "Weak references after the operation.",
    "weak_id": "Id of the `Weak`.",
}
