"""The functions of the runtime's `site` module that generated code calls, one row each.

In: nothing, this is a table. Out: `TRACKERS`, `BY_FUNCTION`. A test compares it with the runtime crate's `site.rs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Yield(StrEnum):
    """What a call gives back."""

    GUARD = "Guard"  # records the end of a binding
    FN_GUARD = "FnGuard"  # records that the function was left
    CONSTRUCT = "Construct"  # records that a construct was left
    COROUTINE = "Coroutine"  # records that an async body was left, also where it is cancelled
    FUTURE = "Awaited"  # its last argument as a future, which records the end of its await
    CLOSURE_NOTE = "ClosureNote"  # records what a closure captures
    FRAME = "Frame"  # keeps what ways out note inside a body
    HELD = "Held"  # a temporary beside the record of its end
    VALUE = "value"  # its last argument, unchanged
    OWNER = "owner"  # the owner's instance, for the call around it
    NOTHING = "()"


@dataclass(frozen=True, slots=True)
class TrackerRow:
    """One function. `event` is what it records at once, `end` what its guard records; None: nothing."""

    function: str
    event: str | None
    arguments: tuple[str, ...]
    yields: Yield
    end: str | None
    doc: str


def _birth(function: str, event: str, arguments: str, doc: str, end: str = "Drop") -> TrackerRow:
    return TrackerRow(function, event, tuple(arguments.split()), Yield.GUARD, end, doc)


def _held(function: str, event: str, end: str, doc: str) -> TrackerRow:
    return TrackerRow(function, event, ("site", "attempt", "T"), Yield.HELD, end, doc)


def _attempt(function: str, lock: str, doc: str) -> TrackerRow:
    return TrackerRow(function, "Attempt", ("site", "owner", lock), Yield.VALUE, None, doc)


def _passing(function: str, event: str | None, doc: str, arguments: str = "site owner T") -> TrackerRow:
    return TrackerRow(function, event, tuple(arguments.split()), Yield.VALUE, None, doc)


def _note(function: str, event: str, doc: str) -> TrackerRow:
    return TrackerRow(function, event, ("site",), Yield.NOTHING, None, doc)


def _construct(function: str, event: str, end: str, doc: str) -> TrackerRow:
    return TrackerRow(function, event, ("site",), Yield.CONSTRUCT, end, doc)


_AT = "site owner before T"  # with what is known of the place before

TRACKERS: tuple[TrackerRow, ...] = (
    _birth("track_new_with_id", "New", "site &T", "a binding"),
    _birth("track_new_typed_with_id", "New", "site &T", "a binding whose type is named at run time"),
    _birth("track_lock_new_with_id", "New", "site &T", "a lock, which is known by its address"),
    _birth("track_borrow_with_id", "Borrow", "site owner", "a reference"),
    _birth("track_clone_with_id", "Clone", "site source &T", "a clone"),
    _birth("track_clone_typed_with_id", "Clone", "site source &T", "a clone whose type is named at run time"),
    _birth("track_rc_new_with_id", "RcNew", "site &Rc<T>", "an Rc"),
    _birth("track_arc_new_with_id", "ArcNew", "site &Arc<T>", "an Arc"),
    _birth("track_rc_clone_with_id", "RcClone", "site source &Rc<T>", "a clone of an Rc"),
    _birth("track_arc_clone_with_id", "ArcClone", "site source &Arc<T>", "a clone of an Arc"),
    _birth("track_box_new_with_id", "BoxNew", "site &Box<T>", "a Box"),
    _birth("track_refcell_new_with_id", "RefCellNew", "site &RefCell<T>", "a RefCell"),
    _birth("track_cell_new_with_id", "CellNew", "site &Cell<T>", "a Cell"),
    _birth("track_weak_new_with_id", "WeakNew", "site source &rc::Weak<T>", "a Weak of an Rc"),
    _birth("track_weak_clone_with_id", "WeakClone", "site source &rc::Weak<T>", "a clone of a Weak of an Rc"),
    _birth("track_weak_new_sync_with_id", "WeakNew", "site source &sync::Weak<T>", "a Weak of an Arc"),
    _birth("track_weak_clone_sync_with_id", "WeakClone", "site source &sync::Weak<T>", "a clone of a Weak of an Arc"),
    _birth("track_refcell_borrow_with_id", "RefCellBorrow", "site attempt &Ref<T>", "a cell's guard", "RefCellDrop"),
    _birth(
        "track_refcell_borrow_mut_with_id",
        "RefCellBorrow",
        "site attempt &RefMut<T>",
        "a cell's unique guard",
        "RefCellDrop",
    ),
    _birth(
        "track_lock_guard_acquire_with_id", "LockGuardAcquire", "site attempt &T", "a lock's guard", "LockGuardDrop"
    ),
    _held("cell_held", "RefCellBorrow", "RefCellDrop", "a cell's guard without a name"),
    _held("lock_held", "LockGuardAcquire", "LockGuardDrop", "a lock's guard without a name"),
    _attempt("attempt_refcell", "&RefCell<T>", "a cell that is about to be borrowed by a function"),
    _attempt("attempt_mutex", "&Mutex<T>", "a lock that is about to be taken by a function"),
    _attempt("attempt_rwlock", "&RwLock<T>", "a lock that is about to be taken by a function"),
    TrackerRow("expecting", "Attempt", ("site",), Yield.FRAME, None, "a borrow whose guard is not seen, if it panics"),
    TrackerRow("passed", None, ("expecting", "T"), Yield.VALUE, None, "the guard of such a borrow"),
    TrackerRow("cell_tried", "RefCellBorrow", ("site", "attempt", "T"), Yield.VALUE, None, "a borrow that was refused"),
    TrackerRow("locked", "Lock", ("site", "T"), Yield.VALUE, None, "what came of taking a lock"),
    TrackerRow("replaced", "Drop", ("site",), Yield.NOTHING, None, "an assignment inside a closure: Drop, then New"),
    TrackerRow("track_fn_enter_with_id", "FnEnter", ("site",), Yield.FN_GUARD, "FnExit", "a function's execution"),
    _construct("track_loop_enter_with_id", "LoopEnter", "LoopExit", "a loop; the guard counts its iterations"),
    _construct("track_match_enter_with_id", "MatchEnter", "MatchExit", "a match; the guard tells its arm"),
    _construct("track_unsafe_block_enter_with_id", "UnsafeBlockEnter", "UnsafeBlockExit", "an unsafe block"),
    TrackerRow(
        "track_async_block_enter_with_id",
        "AsyncBlockEnter",
        ("site",),
        Yield.COROUTINE,
        "AsyncBlockExit",
        "an async block, function or closure that runs",
    ),
    TrackerRow("awaited", "AwaitStart", ("site", "task", "F"), Yield.FUTURE, "AwaitEnd", "the operand of an await"),
    TrackerRow("track_branch_with_id", "Branch", ("site",), Yield.NOTHING, None, "a branch that was taken"),
    TrackerRow("track_let_else_with_id", "LetElse", ("site",), Yield.NOTHING, None, "a let-else that took its else"),
    TrackerRow("cloned", "Clone", ("site", "source", "T"), Yield.VALUE, None, "a clone without a binding"),
    TrackerRow(
        "cloned_typed",
        "Clone",
        ("site", "source", "T"),
        Yield.VALUE,
        None,
        "a clone without a binding whose type is named at run time",
    ),
    TrackerRow("rc_cloned", "RcClone", ("site", "source", "Rc<T>"), Yield.VALUE, None, "an Rc without a binding"),
    TrackerRow("arc_cloned", "ArcClone", ("site", "source", "Arc<T>"), Yield.VALUE, None, "an Arc without a binding"),
    _birth("track_once_cell_new_with_id", "OnceCellNew", "site &OnceCell<T>", "a OnceCell"),
    _birth("track_once_lock_new_with_id", "OnceCellNew", "site &OnceLock<T>", "a OnceLock"),
    _birth("track_maybe_uninit_new_with_id", "MaybeUninitNew", "site &MaybeUninit<T>", "a MaybeUninit"),
    _birth("track_pin_new_with_id", "PinNew", "site &Pin<T>", "a Pin"),
    _birth("track_cow_new_with_id", "CowOwned", "site &Cow<T>", "a Cow: CowBorrowed where its variant is that"),
    _birth("track_box_from_raw_with_id", "BoxFromRaw", "site &Box<T>", "a Box of a raw pointer"),
    _birth("track_thread_spawn_with_id", "ThreadSpawn", "site &T", "the handle of a thread"),
    _birth("track_channel_sender_new_with_id", "ChannelSenderNew", "site &T", "the sender of a channel"),
    _birth("track_channel_receiver_new_with_id", "ChannelReceiverNew", "site &T", "the receiver of a channel"),
    _passing("cell_read", "CellGet", "a read of a Cell", _AT),
    _passing("cell_written", "CellSet", "a write of a Cell", _AT),
    _passing("cell_changed", "CellGet", "a read and a write of a Cell", _AT),
    TrackerRow("cell_updating", "CellGet", ("site", "owner", "before"), Yield.OWNER, None, "the read of an update"),
    _passing("once_cell_read", "OnceCellGet", "a read of a once cell", _AT),
    _passing("once_cell_set", "OnceCellSet", "a write of a once cell", _AT),
    _passing("once_cell_read_or_set", "OnceCellGetOrInit", "a read of a once cell, or its first write", _AT),
    _passing("maybe_uninit_written", "MaybeUninitWrite", "a write of a MaybeUninit"),
    _passing("maybe_uninit_assumed", "MaybeUninitAssumeInit", "a MaybeUninit becomes its value"),
    _passing("maybe_uninit_read", "MaybeUninitAssumeInitRead", "a read of a MaybeUninit"),
    _passing("maybe_uninit_dropped", "MaybeUninitAssumeInitDrop", "the end of a MaybeUninit's value"),
    _passing("pin_taken_apart", "PinIntoInner", "a Pin gives its pointer back"),
    _passing("cow_made_mutable", "CowToMut", "a Cow made writable", _AT),
    _passing("box_made_raw", "BoxIntoRaw", "a Box becomes a raw pointer"),
    _passing("box_leaked", "BoxIntoRaw", "a Box becomes a reference for good"),
    _passing("weak_upgraded", "WeakUpgrade", "an upgrade of a Weak of an Rc"),
    _passing("weak_upgraded_sync", "WeakUpgrade", "an upgrade of a Weak of an Arc"),
    _passing("unwrapped", "Unwrap", "a value out of an Option or a Result"),
    _passing("spawned", "ThreadSpawn", "a thread whose handle no binding receives"),
    _passing("spawned_if_possible", "ThreadSpawn", "the same, if it was started"),
    _passing("joined", "ThreadJoin", "a thread that was joined"),
    TrackerRow("attempting", "Attempt", ("site", "owner", "before"), Yield.OWNER, None, "something that may block"),
    _passing("attempting_with", "Attempt", "the value with which something is tried that may block", "site T"),
    _passing("sent", "ChannelSend", "a value sent, if there was a receiver", _AT),
    _passing("received", "ChannelRecv", "a value received, or none", _AT),
    _passing("receiving", "ChannelRecv", "what a `for` loop receives, each time", "attempt site owner before T"),
    TrackerRow("borrowed", "Borrow", ("site", "owner"), Yield.NOTHING, None, "a borrow without a binding"),
    TrackerRow("track_return_with_id", "Return", ("site",), Yield.NOTHING, None, "a return of nothing or of a place"),
    TrackerRow("returning", "Return", ("site", "T"), Yield.VALUE, None, "a return of a value"),
    TrackerRow("track_break_with_id", "Break", ("site",), Yield.NOTHING, None, "a break"),
    TrackerRow("breaking", "Break", ("site", "T"), Yield.VALUE, None, "a break with a value"),
    TrackerRow("landed", None, ("T",), Yield.VALUE, None, "the value of a loop that ways out lead to"),
    TrackerRow("track_continue_with_id", "Continue", ("site",), Yield.NOTHING, None, "a continue"),
    TrackerRow("tried", "Try", ("site", "T"), Yield.VALUE, None, "the operand of a `?`, if it leaves"),
    TrackerRow("before", None, ("N", "T"), Yield.VALUE, None, "a value behind what was noted"),
    TrackerRow("after", None, ("T", "N"), Yield.VALUE, None, "a value before what is noted"),
    _note("track_struct_create_with_id", "StructCreate", "a struct or variant"),
    TrackerRow("struct_made", "StructCreate", ("site", "T"), Yield.VALUE, None, "a struct with its type at run time"),
    _note("track_tuple_create_with_id", "TupleCreate", "a tuple"),
    TrackerRow("track_array_create_with_id", "ArrayCreate", ("site", "len"), Yield.NOTHING, None, "an array"),
    TrackerRow("array_made", "ArrayCreate", ("site", "[T; N]"), Yield.VALUE, None, "an array with its length"),
    _note("track_range_with_id", "Range", "a range"),
    _note("track_type_cast_with_id", "TypeCast", "a cast"),
    _note("track_index_access_with_id", "IndexAccess", "an element that is used"),
    _note("track_field_access_with_id", "FieldAccess", "a field that is used"),
    TrackerRow("track_deref_with_id", "Deref", ("site", "owner"), Yield.NOTHING, None, "a reference that is followed"),
    TrackerRow(
        "track_closure_create_with_id",
        "ClosureCreate",
        ("site",),
        Yield.CLOSURE_NOTE,
        None,
        "a closure; the note tells its captures",
    ),
    _passing("raw_ptr_created", "RawPtrCreated", "a raw pointer", "site P"),
    TrackerRow(
        "track_raw_ptr_deref_with_id",
        "RawPtrDeref",
        ("site", "owner"),
        Yield.NOTHING,
        None,
        "a raw pointer that is followed",
    ),
    _note("track_unsafe_fn_call_with_id", "UnsafeFnCall", "a call of an unsafe function"),
    _note("track_ffi_call_with_id", "FfiCall", "a call of a foreign function"),
    _note("track_transmute_with_id", "Transmute", "a transmutation"),
    _note("track_union_field_access_with_id", "UnionFieldAccess", "a field of a union that is used"),
    TrackerRow(
        "track_static_access_with_id",
        "StaticAccess",
        ("site", "init", "*const T"),
        Yield.NOTHING,
        None,
        "a static that is used, after the site of its initialisation",
    ),
    _note("track_declared_static_with_id", "StaticAccess", "what a mark declares to be a static"),
    TrackerRow(
        "lazy_static_access",
        "StaticAccess",
        ("site", "init", "&L"),
        Yield.NOTHING,
        None,
        "a static that is used and computes its value at its first use",
    ),
    TrackerRow("arrived", None, (), Yield.NOTHING, None, "the end of a loop that ways out lead to"),
    TrackerRow("frame", None, (), Yield.FRAME, None, "a closure's body that has ways out of its own"),
    TrackerRow("vacant", None, (), Yield.GUARD, None, "a guard that tells nothing"),
    TrackerRow("assigning", None, (), Yield.GUARD, None, "a vacant guard; the next end's cause is the assignment"),
)

BY_FUNCTION: dict[str, TrackerRow] = {row.function: row for row in TRACKERS}
