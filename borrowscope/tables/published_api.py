"""The functions that people call by hand: the runtime crate's `track_*` functions, one row each.

In: the vocabulary of `published_calls.py`, which says what a row means. Out: `FUNCTIONS`, `BY_NUMBER`, `BY_NAME`; the
crate's functions, the replay inside a program and the reader of recordings derive from them.
"""

from __future__ import annotations

from functools import partial

from borrowscope.tables.published_calls import (
    INSTANCE_ID,
    OTHER_ID,
    SAME,
    Born,
    Constant,
    Draft,
    Ended,
    Function,
    InstanceId,
    Kind,
    Known,
    Section,
    Source,
    Value,
    Word,
    address,
    begins,
    ended,
    ends,
    event,
    flag,
    function,
    goes_on,
    known,
    number,
    static,
    type_of,
)

_BY_NAME = Born("{name}", "{name}_{#}")
_BY_ID = Born("{name}", "{name}_{id}", "id")
_BY_NEW_ID = Born("{name}", "{name}_{new_id}", "new_id")
_TRUE, _FALSE = Constant(value=True), Constant(value=False)
_AT = "(name: &str, location: &str)"

_control = partial(function, Section.CONTROL)
_own = partial(function, Section.OWNERSHIP)
_pointer = partial(function, Section.SMART_POINTERS)
_interior = partial(function, Section.INTERIOR)
_parallel = partial(function, Section.CONCURRENCY)
_flow = partial(function, Section.CONTROL_FLOW)
_async = partial(function, Section.ASYNC)
_expression = partial(function, Section.EXPRESSIONS)
_unsafe = partial(function, Section.UNSAFE)
_static = partial(function, Section.STATICS)
_memory = partial(function, Section.MEMORY)
_sample = partial(function, Section.SAMPLING)


def _new(born: Born, type_name: str, typed: str | None = None, named: str | None = None, name: str = "{name}") -> Draft:
    """A variable was created."""
    return event(
        "New",
        instance=born,
        typed=typed,
        named=named,
        var_name=name,
        var_id=INSTANCE_ID,
        type_name=type_name,
    )


def _borrow(*, mutable: bool) -> Draft:
    """A reference to something unknown."""
    return event(
        "Borrow",
        instance=_BY_NAME,
        borrower_name="{name}",
        borrower_id=INSTANCE_ID,
        owner_id="unknown",
        mutable=Constant(mutable),
    )


def _borrow_with_id(mutable: Source) -> Draft:
    """A reference to a variable with an id."""
    return event(
        "Borrow",
        instance=Born("{name}", "{name}_{borrower_id}", "borrower_id"),
        other=Known("owner_{owner_id}", id="owner_id"),
        borrower_name="{name} @ {location}",
        borrower_id=INSTANCE_ID,
        owner_id=OTHER_ID,
        mutable=mutable,
    )


def _borrow_itself(word: str, mutable: Source) -> Draft:
    """A borrow of a variable that no other variable receives."""
    text = "{" + word + "}"
    return event(
        "Borrow",
        other=known(word),
        named=text,
        borrower_name=text,
        borrower_id=OTHER_ID,
        owner_id=OTHER_ID,
        mutable=mutable,
    )


_CONTROL = (
    _control(
        1,
        "reset",
        "()",
        "Forgets the events so far: queries, names and counters start over. The recording keeps them.",
    ),
)

_OWNERSHIP = (
    _own(
        2,
        "track_new",
        "<T>(name: &str, value: T)",
        "A variable was created.",
        _new(_BY_NAME, "{type}"),
        more=type_of("T"),
    ),
    _own(
        3,
        "track_new_with_id",
        "<T>(id: usize, name: &str, type_name: &str, location: &str, value: T)",
        "A variable was created, whose id, type and place the caller tells.",
        _new(_BY_ID, "{type_name} @ {location}"),
    ),
    _own(
        4,
        "__track_new_with_id_helper",
        "<T>(id: usize, name: &str, location: &str, value: T)",
        "A variable was created, whose id and place the caller tells; its type is `T`.",
        _new(_BY_ID, "{type} @ {location}"),
        more=type_of("T"),
    ),
    _own(
        5,
        "track_borrow",
        "<'a, T: ?Sized>(name: &str, value: &'a T)",
        "A shared reference was made.",
        _borrow(mutable=False),
        more=type_of("&T"),
    ),
    _own(
        6,
        "track_borrow_mut",
        "<'a, T: ?Sized>(name: &str, value: &'a mut T)",
        "A unique reference was made.",
        _borrow(mutable=True),
        more=type_of("&mut T"),
    ),
    _own(
        7,
        "track_borrow_with_id",
        "<'a, T: ?Sized>(borrower_id: usize, owner_id: usize, name: &str, location: &str, mutable: bool, value: &'a T)",
        "A reference was made, whose id, owner and place the caller tells.",
        _borrow_with_id(Value("mutable")),
    ),
    _own(
        8,
        "track_borrow_mut_with_id",
        "<'a, T: ?Sized>(borrower_id: usize, owner_id: usize, name: &str, location: &str, value: &'a mut T)",
        "A unique reference was made, whose id, owner and place the caller tells.",
        _borrow_with_id(_TRUE),
    ),
    _own(
        9,
        "track_move",
        "<T>(from_name: &str, to_name: &str, value: T)",
        "A value moved from one variable to another.",
        event(
            "Move",
            instance=ended("from_name"),
            other=Born("{to_name}", "{to_name}_{#}"),
            named="{to_name}",
            from_id=INSTANCE_ID,
            to_name="{to_name}",
            to_id=OTHER_ID,
        ),
    ),
    _own(
        10,
        "track_move_with_id",
        "<T>(from_id: usize, to_id: usize, to_name: &str, location: &str, value: T)",
        "A value moved from one variable to another, whose ids and place the caller tells.",
        event(
            "Move",
            instance=Ended("var_{from_id}", id="from_id"),
            other=Born("{to_name}", "{to_name}_{to_id}", "to_id"),
            named="{to_name}",
            from_id=INSTANCE_ID,
            to_name="{to_name} @ {location}",
            to_id=OTHER_ID,
        ),
    ),
    _own(
        11,
        "track_drop",
        "(name: &str)",
        "A variable's life ended.",
        event("Drop", instance=ended("name"), var_id=INSTANCE_ID),
    ),
    _own(
        12,
        "track_drop_at",
        _AT,
        "A variable's life ended at this place.",
        event("Drop", "location", instance=ended("name"), var_id=INSTANCE_ID),
        is_later=True,
    ),
    _own(
        13,
        "track_drop_with_id",
        "(id: usize, location: &str)",
        "The life of the variable with this id ended.",
        event("Drop", "location", instance=Ended("var_{id} @ {location}", id="id"), var_id=INSTANCE_ID),
    ),
    _own(
        0,
        "track_drop_batch",
        "(names: &[&str])",
        "The lives of several variables ended, in this order.",
        records_as="track_drop",
        each="names",
    ),
    _own(
        14,
        "track_atomic_new",
        "<T>(name: &str, atomic_type: &str, location: &str, value: T)",
        "An atomic was created, whose type the caller tells.",
        _new(_BY_NAME, "{atomic_type}", typed="{atomic_type}"),
        is_later=True,
    ),
    _own(
        15,
        "track_duration_new",
        "<T>(name: &str, location: &str, value: T)",
        "A `Duration` was created.",
        _new(_BY_NAME, "Duration", typed="Duration"),
        is_later=True,
    ),
    _own(
        16,
        "track_instant_new",
        "<T>(name: &str, location: &str, value: T)",
        "An `Instant` was created.",
        _new(_BY_NAME, "Instant", typed="Instant"),
        is_later=True,
    ),
    _own(
        17,
        "track_autoref",
        _AT,
        "A method call borrowed its receiver.",
        _borrow_itself("name", _FALSE),
        is_later=True,
    ),
    _own(
        18,
        "track_autoderef",
        _AT,
        "A method call followed its receiver.",
        event("Deref", "location", other=known("name"), deref_id="0", var_name="{name}"),
        is_later=True,
    ),
    _own(19, "track_var_read", _AT, "A variable was read.", _borrow_itself("name", _FALSE), is_later=True),
    _own(20, "track_var_write", _AT, "A variable was written.", _borrow_itself("name", _TRUE), is_later=True),
    _own(
        21,
        "track_borrow_span",
        "(variable: &str, kind: &str, start_location: &str, end_location: &str)",
        "A variable was borrowed from one place to another; the kind `mutable` says that the borrow is unique.",
        _borrow_itself("variable", Value("mutable")),
        more=(flag("mutable", 'kind == "mutable"'),),
        is_later=True,
    ),
    _own(
        22,
        "track_destructure",
        "(kind: &str, bindings: &[&str], location: &str)",
        "A pattern took a value apart: each of its bindings was created.",
        _new(_BY_NAME, "destructure_{kind}", typed=""),
        each="bindings",
        is_later=True,
    ),
    _own(
        23,
        "track_variant_construct",
        "(enum_type: &str, variant_name: &str, location: &str)",
        "A value of an enum was created.",
        _new(
            Born("{enum_type}::{variant_name}", "{enum_type}::{variant_name}_{#}"),
            "{enum_type}",
            typed="{enum_type}",
            named="{enum_type}::{variant_name}",
            name="{enum_type}::{variant_name}",
        ),
        is_later=True,
    ),
)


def _counts(pointer: str) -> tuple[Word, ...]:
    """What an Rc or Arc tells: its counts and where its value lies."""
    return (
        number("strong_count", f"{pointer}::strong_count(&value)"),
        number("weak_count", f"{pointer}::weak_count(&value)"),
        address("address", f"address({pointer}::as_ptr(&value))"),
    )


def _shared(first: int, what: str, path: str) -> tuple[Function, ...]:
    """The functions of `Rc` or `Arc`."""
    short, counts = what.lower(), _counts(path)
    given = f"value: {path}<T>"
    return (
        _pointer(
            first,
            f"track_{short}_new",
            f"<T: ?Sized>(name: &str, {given})",
            f"An `{what}` was created.",
            event(
                f"{what}New",
                "strong_count weak_count",
                instance=_BY_NAME,
                var_name="{name}",
                var_id=INSTANCE_ID,
                type_name=f"{what}<T>",
            ),
            more=counts + type_of(f"{path}<T>"),
        ),
        _pointer(
            first + 1,
            f"track_{short}_new_with_id",
            f"<T: ?Sized>(id: usize, name: &str, type_name: &str, location: &str, {given})",
            f"An `{what}` was created, whose id, type and place the caller tells.",
            event(
                f"{what}New",
                "strong_count weak_count",
                instance=_BY_ID,
                var_name="{name}",
                var_id=INSTANCE_ID,
                type_name="{type_name} @ {location}",
            ),
            more=counts,
        ),
        _pointer(
            first + 2,
            f"track_{short}_clone",
            f"<T: ?Sized>(name: &str, source_name: &str, {given})",
            f"An `{what}` was cloned; the value is the new one.",
            event(
                f"{what}Clone",
                "strong_count weak_count",
                instance=_BY_NAME,
                other=known("source_name"),
                var_name="{name}",
                var_id=INSTANCE_ID,
                source_id=OTHER_ID,
            ),
            more=counts,
        ),
        _pointer(
            first + 3,
            f"track_{short}_clone_with_id",
            f"<T: ?Sized>(new_id: usize, source_id: usize, name: &str, location: &str, {given})",
            f"An `{what}` was cloned, whose ids and place the caller tells; the value is the new one.",
            event(
                f"{what}Clone",
                "strong_count weak_count",
                instance=_BY_NEW_ID,
                other=Known("var_{source_id}", id="source_id"),
                var_name="{name} @ {location}",
                var_id=INSTANCE_ID,
                source_id=OTHER_ID,
            ),
            more=counts,
        ),
    )


def _weak(first: int, variant: str, verb: str, done: str) -> tuple[Function, ...]:
    """A function of both kinds of Weak."""
    drafted = event(
        variant,
        "weak_count location",
        instance=_BY_NAME,
        other=known("source_name"),
        var_name="{name}",
        var_id=INSTANCE_ID,
        source_id=OTHER_ID,
    )
    more = (number("weak_count", "value.weak_count()"), address("address", "address(value.as_ptr())"))
    kinds = (("", "std::rc::Weak"), ("_sync", "std::sync::Weak"))
    return tuple(
        _pointer(
            first + at,
            f"track_weak_{verb}{suffix}",
            f"<T: ?Sized>(name: &str, source_name: &str, location: &str, value: {path}<T>)",
            f"A `{path.removeprefix('std::')}` was {done}.",
            drafted,
            more=more,
        )
        for at, (suffix, path) in enumerate(kinds)
    )


def _upgrade(number_: int, suffix: str, path: str) -> Function:
    return _pointer(
        number_,
        f"track_weak_upgrade{suffix}",
        f"<T>(weak_id: &str, location: &str, value: Option<{path}<T>>)",
        f"A `Weak` was upgraded to an `{path.rpartition(':')[2]}`, or could not be.",
        event("WeakUpgrade", "success location", other=known("weak_id"), weak_id=OTHER_ID),
        more=(flag("success", "value.is_some()"),),
    )


def _named(variant: str, same: str = "location", **fields: Source | str) -> Draft:
    """A variable of a special type was created."""
    return event(variant, same, instance=_BY_NAME, also={"var_name": "{name}", "var_id": INSTANCE_ID, **fields})


def _used(variant: str, word: str, same: str = "location", field: str = "") -> Draft:
    """Something happened to the variable whose name that word holds."""
    return event(variant, same, other=known(word), also={field or word: OTHER_ID})


_COW = "<'a, B: ?Sized + ToOwned>(name: &str, location: &str, value: std::borrow::Cow<'a, B>)"
_IS_BORROWED = "matches!(value, std::borrow::Cow::Borrowed(_))"
_BOX = (address("address", "address(&*value)"),)

_SMART_POINTERS = (
    *_shared(24, "Rc", "std::rc::Rc"),
    *_shared(28, "Arc", "std::sync::Arc"),
    *_weak(32, "WeakNew", "new", "made of a strong pointer"),
    *_weak(34, "WeakClone", "clone", "cloned"),
    _upgrade(36, "", "std::rc::Rc"),
    _upgrade(37, "_sync", "std::sync::Arc"),
    _pointer(
        38,
        "track_box_new",
        "<T: ?Sized>(name: &str, location: &str, value: Box<T>)",
        "A `Box` was created.",
        _named("BoxNew", type_name="{type}"),
        more=(*type_of("T"), *_BOX),
    ),
    _pointer(
        39,
        "track_box_into_raw",
        "<T>(box_id: &str, location: &str, ptr: *mut T)",
        "A `Box` became a raw pointer.",
        _used("BoxIntoRaw", "box_id"),
        more=(address("address", "address(ptr)"),),
    ),
    _pointer(
        40,
        "track_box_from_raw",
        "<T>(name: &str, location: &str, value: Box<T>)",
        "A `Box` was made of a raw pointer.",
        _named("BoxFromRaw"),
        more=_BOX,
    ),
    _pointer(
        41,
        "track_pin_new",
        "<P>(name: &str, location: &str, value: std::pin::Pin<P>)",
        "A `Pin` was created.",
        _named("PinNew"),
    ),
    _pointer(
        42,
        "track_pin_into_inner",
        "<T>(pin_id: &str, location: &str, value: T)",
        "A `Pin` was taken apart.",
        _used("PinIntoInner", "pin_id"),
    ),
    _pointer(
        43,
        "track_cow_borrowed",
        _COW,
        "A `Cow` that borrows was created; one that owns is recorded as such.",
        _named("CowBorrowed"),
        instead=(f"!{_IS_BORROWED}", "track_cow_owned"),
    ),
    _pointer(
        44,
        "track_cow_owned",
        _COW,
        "A `Cow` that owns was created; one that borrows is recorded as such.",
        _named("CowOwned"),
        instead=(_IS_BORROWED, "track_cow_borrowed"),
    ),
    _pointer(
        45,
        "track_cow_to_mut",
        "(cow_id: &str, cloned: bool, location: &str)",
        "A `Cow` was made writable.",
        _used("CowToMut", "cow_id", "cloned location"),
    ),
    _pointer(
        46,
        "track_lock_guard_acquire",
        "(guard_id: &str, lock_id: &str, lock_type: &str, location: &str)",
        "A lock's guard was made.",
        event(
            "LockGuardAcquire",
            "lock_type location",
            instance=Born("{guard_id}", "{guard_id}"),
            other=known("lock_id"),
            named="{guard_id}",
            guard_id=INSTANCE_ID,
            lock_id=OTHER_ID,
        ),
    ),
    _pointer(
        47,
        "track_lock_guard_drop",
        "(guard_id: &str, location: &str)",
        "A lock's guard ended.",
        event("LockGuardDrop", "location", instance=ended("guard_id"), named="{guard_id}", guard_id=INSTANCE_ID),
    ),
)


def _cell(number_: int, what: str) -> Function:
    short = what.lower()
    return _interior(
        number_,
        f"track_{short}_new",
        f"<T>(name: &str, value: std::cell::{what}<T>)",
        f"A `{what}` was created.",
        event(
            f"{what}New".replace("Refcell", "RefCell"),
            instance=Born("{name}", f"{short}_{{name}}"),
            var_name="{name}",
            var_id=INSTANCE_ID,
            type_name=f"{what}<T>",
        ),
        more=type_of(f"std::cell::{what}<T>"),
    )


def _cell_borrow(number_: int, suffix: str, path: str, *, mutable: bool) -> Function:
    return _interior(
        number_,
        f"track_refcell_borrow{suffix}",
        f"<'a, T>(borrow_id: &str, refcell_id: &str, location: &str, value: std::cell::{path}<'a, T>)",
        f"A `RefCell` was borrowed: a `{path}` was made.",
        event(
            "RefCellBorrow",
            "location",
            instance=Born("{borrow_id}", "{borrow_id}"),
            other=known("refcell_id"),
            named="{borrow_id}",
            borrow_id=INSTANCE_ID,
            refcell_id=OTHER_ID,
            is_mutable=Constant(mutable),
        ),
    )


def _once(number_: int, what: str, path: str) -> Function:
    short = {"OnceCell": "once_cell", "OnceLock": "once_lock"}[what]
    return _interior(
        number_,
        f"track_{short}_new",
        f"<T>(name: &str, location: &str, value: {path}<T>)",
        f"A `{what}` was created.",
        _named("OnceCellNew", cell_type=what),
    )


def _maybe_uninit(number_: int, name: str, variant: str, signature: str, doc: str) -> Function:
    return _interior(number_, f"track_maybe_uninit_{name}", signature, doc, _used(variant, "var_id"))


_MAYBE = "<T>(name: &str, location: &str, value: std::mem::MaybeUninit<T>)"
_TAKEN = "<T>(var_id: &str, location: &str, value: T)"
_CELL_AT = "(cell_id: &str, location: &str)"

_INTERIOR = (
    _cell(48, "RefCell"),
    _cell_borrow(49, "", "Ref", mutable=False),
    _cell_borrow(50, "_mut", "RefMut", mutable=True),
    _interior(
        51,
        "track_refcell_drop",
        "(borrow_id: &str, location: &str)",
        "The borrow of a `RefCell` ended.",
        event("RefCellDrop", "location", instance=ended("borrow_id"), named="{borrow_id}", borrow_id=INSTANCE_ID),
    ),
    _cell(52, "Cell"),
    _interior(
        53,
        "track_cell_get",
        "<T: Copy>(cell_id: &str, location: &str, value: T)",
        "A `Cell` was read.",
        _used("CellGet", "cell_id"),
    ),
    _interior(54, "track_cell_set", _CELL_AT, "A `Cell` was written.", _used("CellSet", "cell_id")),
    _once(55, "OnceCell", "std::cell::OnceCell"),
    _once(56, "OnceLock", "std::sync::OnceLock"),
    _interior(
        57,
        "track_once_cell_set",
        "<T>(cell_id: &str, location: &str, result: Result<(), T>)",
        "A once cell was set, or was full already.",
        _used("OnceCellSet", "cell_id", "success location"),
        more=(flag("success", "result.is_ok()"),),
    ),
    _interior(
        58,
        "track_once_cell_get",
        "<'a, T>(cell_id: &str, location: &str, value: Option<&'a T>)",
        "A once cell was read.",
        _used("OnceCellGet", "cell_id", "was_initialized location"),
        more=(flag("was_initialized", "value.is_some()"),),
    ),
    _interior(
        59,
        "track_once_cell_get_or_init",
        "<'a, T>(cell_id: &str, was_initialized: bool, location: &str, value: &'a T)",
        "A once cell was read, and set where it was empty.",
        _used("OnceCellGetOrInit", "cell_id", "was_initialized location"),
    ),
    _interior(
        60,
        "track_maybe_uninit_uninit",
        _MAYBE,
        "A `MaybeUninit` without a value was created.",
        _named("MaybeUninitNew", initialized=_FALSE),
    ),
    _interior(
        61,
        "track_maybe_uninit_new",
        _MAYBE,
        "A `MaybeUninit` with a value was created.",
        _named("MaybeUninitNew", initialized=_TRUE),
    ),
    _maybe_uninit(
        62,
        "write",
        "MaybeUninitWrite",
        "<'a, T>(var_id: &str, location: &str, value: &'a mut T)",
        "A `MaybeUninit` was written.",
    ),
    _maybe_uninit(63, "assume_init", "MaybeUninitAssumeInit", _TAKEN, "A `MaybeUninit` became its value."),
    _maybe_uninit(
        64, "assume_init_read", "MaybeUninitAssumeInitRead", _TAKEN, "The value of a `MaybeUninit` was read."
    ),
    _maybe_uninit(
        65,
        "assume_init_drop",
        "MaybeUninitAssumeInitDrop",
        "(var_id: &str, location: &str)",
        "The value of a `MaybeUninit` was dropped.",
    ),
)


def _received(number_: int, name: str, error: str, doc: str) -> Function:
    return _parallel(
        number_,
        name,
        f"<T>(receiver_id: &str, location: &str, result: Result<T, std::sync::mpsc::{error}>)",
        doc,
        _used("ChannelRecv", "receiver_id", "success location"),
        more=(flag("success", "result.is_ok()"),),
    )


def _end_of_channel(variant: str, field: str, suffix: str) -> Draft:
    text = "{channel_id}" + suffix
    return event(variant, "channel_id location", instance=Born(text, text), named=text, also={field: INSTANCE_ID})


_CONCURRENCY = (
    _parallel(
        66,
        "track_thread_spawn",
        "<T>(thread_id: &str, location: &str, handle: std::thread::JoinHandle<T>)",
        "A thread was started.",
        event(
            "ThreadSpawn",
            "location",
            instance=begins("thread", "thread_id"),
            named="{thread_id}",
            thread_id=INSTANCE_ID,
        ),
    ),
    _parallel(
        67,
        "track_thread_join",
        "<T>(thread_id: &str, location: &str, result: std::thread::Result<T>)",
        "A thread was joined.",
        event("ThreadJoin", "location", other=goes_on("thread", "thread_id"), named="{thread_id}", thread_id=OTHER_ID),
    ),
    _parallel(
        68,
        "track_channel",
        "<T>(channel_id: &str, location: &str, sender: std::sync::mpsc::Sender<T>, "
        "receiver: std::sync::mpsc::Receiver<T>)",
        "A channel was created.",
        _end_of_channel("ChannelSenderNew", "sender_id", "_tx"),
        _end_of_channel("ChannelReceiverNew", "receiver_id", "_rx"),
        returns="(std::sync::mpsc::Sender<T>, std::sync::mpsc::Receiver<T>)",
        result="(sender, receiver)",
    ),
    _parallel(
        69,
        "track_channel_send",
        "<T>(sender_id: &str, location: &str, result: Result<(), std::sync::mpsc::SendError<T>>)",
        "A value was sent, or could not be.",
        _used("ChannelSend", "sender_id"),
    ),
    _received(70, "track_channel_recv", "RecvError", "A value was received, or the channel was closed."),
    _received(71, "track_channel_try_recv", "TryRecvError", "A value was received, or there was none."),
    _parallel(
        72,
        "track_lock",
        "(lock_id: usize, lock_type: &str, var_name: &str, location: &str)",
        "A lock was taken.",
        event("Lock", "lock_type var_name location", other=known("var_name"), lock_id="{lock_id}"),
    ),
)


def _begun(what: str, word: str, variant: str, same: str = "location", **fields: Source | str) -> Draft:
    """A construct began."""
    return event(variant, same, instance=begins(what, word), also={word: INSTANCE_ID, **fields})


def _inside(what: str, word: str, variant: str, same: str = "location", **fields: Source | str) -> Draft:
    """Something inside a construct."""
    return event(variant, same, instance=goes_on(what, word), also={word: INSTANCE_ID, **fields})


def _over(what: str, word: str, variant: str, same: str = "location") -> Draft:
    """A construct ended."""
    return event(variant, same, instance=ends(what, word), also={word: INSTANCE_ID})


def _noted(variant: str, word: str, same: str = "location", **fields: Source | str) -> Draft:
    """Something that the caller numbers."""
    return event(variant, same, also={word: "{" + word + "}", **fields})


_ARM = "match_id: usize, arm_index: usize, pattern: &str, location: &str"
_FN = "(fn_id: usize, fn_name: &str, location: &str)"

_CONTROL_FLOW = (
    _flow(
        73,
        "track_loop_enter",
        "(loop_id: usize, loop_type: &str, location: &str)",
        "A loop began.",
        _begun("loop", "loop_id", "LoopEnter", "loop_type location"),
    ),
    _flow(
        74,
        "track_loop_iteration",
        "(loop_id: usize, iteration: usize, location: &str)",
        "A loop's body began again.",
        _inside("loop", "loop_id", "LoopIteration", "iteration location"),
    ),
    _flow(
        75,
        "track_loop_exit",
        "(loop_id: usize, location: &str)",
        "A loop ended.",
        _over("loop", "loop_id", "LoopExit"),
    ),
    _flow(
        76,
        "track_match_enter",
        "(match_id: usize, location: &str)",
        "A match began.",
        _begun("match", "match_id", "MatchEnter"),
    ),
    _flow(
        77,
        "track_match_arm",
        f"({_ARM})",
        "A match took one of its arms.",
        _inside("match", "match_id", "MatchArm", "arm_index pattern location"),
    ),
    _flow(
        78,
        "track_match_arm_with_bindings",
        f"({_ARM}, bindings: &[&str])",
        "A match took one of its arms, which binds these names.",
        _inside("match", "match_id", "MatchArm", "arm_index pattern location bindings"),
        is_later=True,
    ),
    _flow(
        79,
        "track_match_exit",
        "(match_id: usize, location: &str)",
        "A match ended.",
        _over("match", "match_id", "MatchExit"),
    ),
    _flow(
        80,
        "track_branch",
        "(branch_id: usize, branch_type: &str, location: &str)",
        "A branch was taken.",
        _noted("Branch", "branch_id", "branch_type location"),
    ),
    _flow(
        81,
        "track_return",
        "(return_id: usize, has_value: bool, location: &str)",
        "A function is about to return.",
        _noted("Return", "return_id", "has_value location"),
    ),
    _flow(82, "track_try", "(try_id: usize, location: &str)", "A `?` was reached.", _noted("Try", "try_id")),
    _flow(
        83,
        "track_break",
        "(break_id: usize, label: Option<&str>, location: &str)",
        "A loop is about to be left.",
        _noted("Break", "break_id", loop_label=Value("label")),
    ),
    _flow(
        84,
        "track_continue",
        "(continue_id: usize, label: Option<&str>, location: &str)",
        "A loop is about to begin its next iteration.",
        _noted("Continue", "continue_id", loop_label=Value("label")),
    ),
    _flow(
        85,
        "track_region_enter",
        "(region_id: usize, region_name: &str, location: &str)",
        "A region of the program began.",
        _begun("region", "region_id", "RegionEnter", name=Value("region_name")),
    ),
    _flow(
        86,
        "track_region_exit",
        "(region_id: usize, location: &str)",
        "A region of the program ended.",
        _over("region", "region_id", "RegionExit"),
    ),
    _flow(87, "track_fn_enter", _FN, "A function began.", _begun("function", "fn_id", "FnEnter", "fn_name location")),
    _flow(88, "track_fn_exit", _FN, "A function was left.", _over("function", "fn_id", "FnExit", "fn_name location")),
)

_BLOCK = "(block_id: usize, location: &str)"
_AWAIT = "await_id: usize, future_name: &str, location: &str"

_ASYNC = (
    _async(
        89,
        "track_async_block_enter",
        _BLOCK,
        "An async block began.",
        _begun("async", "block_id", "AsyncBlockEnter"),
    ),
    _async(
        90,
        "track_async_block_exit",
        _BLOCK,
        "An async block ended.",
        _over("async", "block_id", "AsyncBlockExit"),
    ),
    _async(
        91,
        "track_await_start",
        f"({_AWAIT})",
        "An await began.",
        _begun("await", "await_id", "AwaitStart", "future_name location"),
    ),
    _async(
        92,
        "track_await_start_with_live_vars",
        f"({_AWAIT}, live_variables: &[&str])",
        "An await began, across which these variables live.",
        _begun("await", "await_id", "AwaitStart", "future_name location live_variables"),
        is_later=True,
    ),
    _async(
        93,
        "track_await_end",
        "(await_id: usize, location: &str)",
        "An await ended.",
        _over("await", "await_id", "AwaitEnd"),
    ),
)


def _made(number_: int, name: str, own: str, doc: str, variant: str, **fields: Source | str) -> Function:
    """An expression that the caller numbers in the first parameter; the others are fields, named as they are."""
    signature = f"({own}, location: &str)"
    word, *recorded = [part.split(":")[0].strip() for part in own.split(",")]
    told = {source.word for source in fields.values() if isinstance(source, Value)}
    same = " ".join([*(part for part in recorded if part not in told), "location"])
    return _expression(number_, name, signature, doc, _noted(variant, word, same, **fields))


_CALL = "call_id: usize, fn_name: &str, location: &str"
_CLOSURE = "closure_id: usize, capture_mode: &str, location: &str"

_EXPRESSIONS = (
    _made(94, "track_index_access", "access_id: usize, container: &str", "An index was used.", "IndexAccess"),
    _made(95, "track_field_access", "access_id: usize, base: &str, field: &str", "A field was used.", "FieldAccess"),
    _made(96, "track_call", "call_id: usize, fn_name: &str", "A function was called.", "Call"),
    _expression(
        97,
        "track_method_call",
        f"({_CALL}, receiver_type: &str, result_type: &str)",
        "A method was called, whose types the caller tells.",
        _noted("Call", "call_id", "fn_name location receiver_type result_type"),
        is_later=True,
    ),
    _expression(
        98,
        "track_unwrap",
        "(unwrap_id: usize, method: &str, var_name: &str, location: &str)",
        "An `Option` or `Result` was unwrapped by this method.",
        event("Unwrap", "method var_name location", other=known("var_name"), unwrap_id="{unwrap_id}"),
    ),
    _expression(
        99,
        "track_clone",
        "(clone_id: usize, var_name: &str, location: &str)",
        "A variable was cloned.",
        event("Clone", "var_name location", other=known("var_name"), clone_id="{clone_id}"),
    ),
    _expression(
        100,
        "track_deref",
        "(deref_id: usize, var_name: &str, location: &str)",
        "A reference was followed.",
        event("Deref", "var_name location", other=known("var_name"), deref_id="{deref_id}"),
    ),
    _expression(
        101,
        "track_closure_create",
        f"({_CLOSURE})",
        "A closure was made.",
        _noted("ClosureCreate", "closure_id", "capture_mode location"),
    ),
    _expression(
        102,
        "track_closure_create_with_trait",
        f"({_CLOSURE}, fn_trait: &str)",
        "A closure was made, whose trait the caller tells.",
        _noted("ClosureCreate", "closure_id", "capture_mode location fn_trait"),
        is_later=True,
    ),
    _expression(
        103,
        "track_closure_capture",
        "(closure_id: usize, var_name: &str, capture_mode: &str, location: &str)",
        "A closure captured a variable.",
        event(
            "ClosureCapture",
            "var_name capture_mode location",
            other=known("var_name"),
            closure_id="{closure_id}",
        ),
    ),
    _expression(
        104,
        "track_struct_create",
        "(struct_id: usize, struct_name: &str, location: &str)",
        "A struct was made.",
        event("StructCreate", "location", typed="{struct_name}", struct_id="{struct_id}", type_name="{struct_name}"),
    ),
    _made(
        105,
        "track_tuple_create",
        "tuple_id: usize, arity: usize",
        "A tuple was made.",
        "TupleCreate",
        len=Value("arity"),
    ),
    _made(
        106,
        "track_array_create",
        "array_id: usize, length: usize",
        "An array was made.",
        "ArrayCreate",
        len=Value("length"),
    ),
    _expression(
        107,
        "track_let_else",
        "(let_else_id: usize, pattern: &str, location: &str)",
        "A let-else was reached.",
        event("LetElse", "pattern location", let_id="{let_else_id}"),
    ),
    _made(108, "track_range", "range_id: usize, range_type: &str", "A range was made.", "Range"),
    _made(109, "track_binary_op", "op_id: usize, operator: &str", "A binary operator was applied.", "BinaryOp"),
    _made(
        110,
        "track_type_cast",
        "cast_id: usize, target_type: &str",
        "A value was cast.",
        "TypeCast",
        to_type=Value("target_type"),
    ),
)


def _raw(number_: int, suffix: str, pointer: str) -> Function:
    return _unsafe(
        number_,
        f"track_raw_ptr{suffix}",
        f"<T: ?Sized>(var_name: &str, var_id: usize, ptr_type: &str, location: &str, ptr: {pointer} T)",
        f"A `{pointer} T` was made.",
        event("RawPtrCreated", "var_name ptr_type address location", typed="{ptr_type}", var_id="{var_id}"),
        more=(address("address", "address(ptr)"),),
    )


_UNSAFE = (
    _raw(111, "", "*const"),
    _raw(112, "_mut", "*mut"),
    _unsafe(
        113,
        "track_raw_ptr_deref",
        "(ptr_id: usize, location: &str, is_write: bool)",
        "A raw pointer was followed.",
        event("RawPtrDeref", "location is_write", other=Known("{ptr_id}", id="ptr_id"), ptr_id="{ptr_id}"),
    ),
    _unsafe(
        114,
        "track_unsafe_block_enter",
        _BLOCK,
        "An unsafe block began.",
        _begun("unsafe", "block_id", "UnsafeBlockEnter"),
    ),
    _unsafe(
        115,
        "track_unsafe_block_enter_enriched",
        "(block_id: usize, location: &str, kind: &str, context: Option<&str>)",
        "An unsafe block began, of which the caller tells what it does.",
        _begun(
            "unsafe",
            "block_id",
            "UnsafeBlockEnter",
            operation_kind=Value("kind"),
            operation_context=Value("context"),
        ),
        is_later=True,
    ),
    _unsafe(
        116,
        "track_unsafe_block_exit",
        _BLOCK,
        "An unsafe block ended.",
        _over("unsafe", "block_id", "UnsafeBlockExit"),
    ),
    _unsafe(
        117,
        "track_unsafe_fn_call",
        "(fn_name: &str, location: &str)",
        "An unsafe function was called.",
        event("UnsafeFnCall", "fn_name location"),
    ),
    _unsafe(
        118,
        "track_ffi_call",
        "(fn_name: &str, location: &str)",
        "A foreign function was called.",
        event("FfiCall", "fn_name location"),
    ),
    _unsafe(
        119,
        "track_transmute",
        "(from_type: &str, to_type: &str, location: &str)",
        "A value was transmuted.",
        event("Transmute", "from_type to_type location"),
    ),
    _unsafe(
        120,
        "track_union_field_access",
        "(union_name: &str, field_name: &str, location: &str)",
        "A union's field was used.",
        event("UnionFieldAccess", "union_name field_name location"),
    ),
)

_STATICS = (
    _static(
        121,
        "track_static_init",
        "<T>(var_name: &str, var_id: usize, type_name: &str, is_mutable: bool, value: T)",
        "A static was initialised.",
        event("StaticInit", "var_name type_name is_mutable", var_id="{var_id}"),
    ),
    _static(
        122,
        "track_static_access",
        "(var_id: usize, var_name: &str, is_write: bool, location: &str)",
        "A static was read or written.",
        event("StaticAccess", "var_name is_write location", var_id="{var_id}"),
    ),
    _static(
        123,
        "track_const_eval",
        "<T>(const_name: &str, const_id: usize, type_name: &str, location: &str, value: T)",
        "A constant was evaluated.",
        event("ConstEval", "const_name type_name location", named="{const_name}", const_id="{const_id}"),
    ),
)

_PLACE = (
    address("addr", "address(value)"),
    number("size", "core::mem::size_of_val(value)"),
)
_NOWHERE = Constant("")


def _lies(var_id: Source | str, otherwise: str) -> Draft:
    """Where a variable lies."""
    return event(
        "StackAddr",
        "addr size",
        instance=Known(otherwise, name="{name}"),
        var_name="{name}",
        var_id=var_id,
        type_name="{type}",
        location=_NOWHERE,
    )


def _part(name: str, value: str, offset: str) -> Draft:
    """A field of the variable that the call's first event tells of."""
    return event(
        "StackField",
        instance=SAME,
        var_id=INSTANCE_ID,
        field_name=name,
        field_value=value,
        offset=Value(offset),
    )


def _heap(size: str, capacity: str) -> Draft:
    """The heap part of the variable that the call's first event tells of."""
    return event(
        "HeapAddr",
        instance=SAME,
        var_id=InstanceId("_data"),
        owner_name="{name}",
        addr=Value("ptr"),
        size=Value(size),
        capacity=Value(capacity),
        content_preview=Value("content"),
    )


def _layout(number_: int, name: str, signature: str, doc: str) -> Function:
    """A growable buffer: where it lies, where its three fields lie in it, and its heap part."""
    return _memory(
        number_,
        name,
        signature,
        doc,
        _lies(INSTANCE_ID, "{name}_{time}"),
        _part("ptr", "{ptr:#x}", "ptr_offset"),
        _part("len", "{len}", "len_offset"),
        _part("cap", "{cap}", "cap_offset"),
        _heap("used", "room"),
        more=(
            *_PLACE,
            static("type", "layout.type_name"),
            address("ptr", "layout.pointer"),
            number("len", "layout.length"),
            number("cap", "layout.capacity"),
            number("ptr_offset", "layout.pointer_at"),
            number("len_offset", "layout.length_at"),
            number("cap_offset", "layout.capacity_at"),
            number("used", "layout.used"),
            number("room", "layout.room"),
            Word("content", Kind.TEXT, "layout.preview()"),
        ),
        returns="",
        result="",
        is_later=True,
    )


_MEMORY = (
    _memory(
        124,
        "track_stack_addr",
        "<T>(name: &str, value: &T)",
        "Where a variable lies, and its size.",
        _lies(INSTANCE_ID, "{name}_{time}"),
        more=(*_PLACE, *type_of("T")),
        returns="",
        result="",
        is_later=True,
    ),
    _memory(
        125,
        "track_stack_addr_with_id",
        "<T>(name: &str, var_id: &str, value: &T)",
        "Where a variable lies, whose id text the caller tells, and its size.",
        _lies("{var_id}", "{var_id}"),
        more=(*_PLACE, *type_of("T")),
        returns="",
        result="",
        is_later=True,
    ),
    _memory(
        126,
        "track_stack_field",
        "(var_id: &str, field_name: &str, field_value: &str, offset: usize)",
        "A field of a variable.",
        event("StackField", "var_id field_name field_value offset", instance=known("var_id")),
        is_later=True,
    ),
    _memory(
        127,
        "track_heap_addr",
        "(owner_name: &str, addr: usize, size: usize, capacity: usize, content: &str)",
        "Where a variable's heap part lies.",
        event(
            "HeapAddr",
            "owner_name addr size capacity",
            instance=Known("{owner_name}_{time}", name="{owner_name}"),
            var_id=InstanceId("_data"),
            content_preview=Value("content"),
        ),
        is_later=True,
    ),
    _memory(
        128,
        "track_heap_realloc",
        "(var_id: &str, old_addr: usize, new_addr: usize, old_size: usize, new_size: usize)",
        "A variable's heap part moved.",
        event("HeapRealloc", "var_id old_addr new_addr old_size new_size", instance=known("var_id")),
        is_later=True,
    ),
    _memory(
        129,
        "track_stack_padding",
        "(after_var: &str, addr: usize, bytes: usize)",
        "Unused bytes after a variable.",
        event("StackPadding", "after_var addr bytes", other=known("after_var")),
        is_later=True,
    ),
    _layout(
        130,
        "track_string_layout",
        "(name: &str, value: &String)",
        "Where a `String` lies, its fields, and its heap part with the beginning of the text.",
    ),
    _layout(
        131,
        "track_vec_layout",
        "<T: std::fmt::Debug>(name: &str, value: &Vec<T>)",
        "Where a `Vec` lies, its fields, and its heap part with its first items.",
    ),
)


def _sampled(name: str, plain: str, signature: str, doc: str) -> Function:
    return _sample(0, name, signature, doc, records_as=plain)


_SAMPLING = (
    _sampled(
        "track_new_sampled",
        "track_new",
        "<T>(name: &str, value: T, sample_rate: f64)",
        "A variable was created; recorded with this probability.",
    ),
    _sampled(
        "track_new_with_id_sampled",
        "__track_new_with_id_helper",
        "<T>(id: usize, name: &str, location: &str, value: T, sample_rate: f64)",
        "A variable was created, whose id and place the caller tells; recorded with this probability.",
    ),
    _sampled(
        "track_borrow_sampled",
        "track_borrow",
        "<'a, T: ?Sized>(name: &str, value: &'a T, sample_rate: f64)",
        "A shared reference was made; recorded with this probability.",
    ),
    _sampled(
        "track_borrow_mut_sampled",
        "track_borrow_mut",
        "<'a, T: ?Sized>(name: &str, value: &'a mut T, sample_rate: f64)",
        "A unique reference was made; recorded with this probability.",
    ),
    _sampled(
        "track_drop_sampled",
        "track_drop",
        "(name: &str, sample_rate: f64)",
        "A variable's life ended; recorded where its creation was.",
    ),
    _sampled(
        "track_move_sampled",
        "track_move",
        "<T>(from: &str, to: &str, value: T, sample_rate: f64)",
        "A value moved from one variable to another; recorded where the creation of the first was.",
    ),
)

FUNCTIONS: tuple[Function, ...] = (
    *_CONTROL,
    *_OWNERSHIP,
    *_SMART_POINTERS,
    *_INTERIOR,
    *_CONCURRENCY,
    *_CONTROL_FLOW,
    *_ASYNC,
    *_EXPRESSIONS,
    *_UNSAFE,
    *_STATICS,
    *_MEMORY,
    *_SAMPLING,
)
BY_NAME: dict[str, Function] = {row.name: row for row in FUNCTIONS}
BY_NUMBER: dict[int, Function] = {row.number: row for row in FUNCTIONS if row.number}
