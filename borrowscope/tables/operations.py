"""Std's functions whose call is an event: one row each, by the path that the compiler resolves a call to.

In: nothing, this is a table. Out: `BY_PATH`, rows that say what a call records and through which function of the
runtime its value passes; `SPAWNS` and other sets of callees that tell how a binding is born.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Before(Enum):
    """What the runtime reads of the place before the call: its address, or whether it holds something."""

    NOTHING = auto()
    NEVER = auto()  # the function takes it, but the place is not the thing itself
    IF_POSSIBLE = auto()  # only where the place can be evaluated once more without being noticed
    NEEDED = auto()  # without it the event cannot be told


@dataclass(frozen=True, slots=True)
class Operation:
    """One function. `attempt` is the operation's name where an Attempt goes before: it may block.

    `begins` is the runtime's function that records its first part before the call. `within` stands in the callee.
    """

    path: str
    event: str
    function: str
    before: Before = Before.NOTHING
    attempt: str | None = None
    begins: str | None = None
    within: str = ""


def _methods(
    types: str, methods: str, event: str, function: str, before: Before = Before.NOTHING
) -> Iterator[Operation]:
    for ty in types.split():
        for method in methods.split():
            yield Operation(f"std::{ty}::{method}", event, function, before)


_UNWRAPS = "unwrap expect unwrap_or unwrap_or_else unwrap_or_default unwrap_unchecked"
_ONCE = "cell::OnceCell sync::OnceLock"
_UNINIT = "mem::MaybeUninit"
_WHERE = Before.IF_POSSIBLE
_CELL_KEY = "LocalKey::<std::cell::Cell<"

OPERATIONS: tuple[Operation, ...] = (
    *_methods("cell::Cell", "get", "CellGet", "cell_read", _WHERE),
    *_methods("cell::Cell", "set", "CellSet", "cell_written", _WHERE),
    *_methods("cell::Cell", "replace take swap", "CellGet", "cell_changed", _WHERE),
    Operation("std::cell::Cell::update", "CellGet", "cell_written", _WHERE, begins="cell_updating"),
    Operation("std::thread::LocalKey::get", "CellGet", "cell_read", Before.NEVER, within=_CELL_KEY),
    Operation("std::thread::LocalKey::set", "CellSet", "cell_written", Before.NEVER, within=_CELL_KEY),
    Operation("std::thread::LocalKey::take", "CellGet", "cell_changed", Before.NEVER, within=_CELL_KEY),
    Operation("std::thread::LocalKey::replace", "CellGet", "cell_changed", Before.NEVER, within=_CELL_KEY),
    *_methods(_ONCE, "get get_mut", "OnceCellGet", "once_cell_read", _WHERE),
    *_methods(_ONCE, "set", "OnceCellSet", "once_cell_set", _WHERE),
    *_methods(_ONCE, "get_or_init", "OnceCellGetOrInit", "once_cell_read_or_set", Before.NEEDED),
    *_methods(_UNINIT, "write", "MaybeUninitWrite", "maybe_uninit_written"),
    *_methods(_UNINIT, "assume_init", "MaybeUninitAssumeInit", "maybe_uninit_assumed"),
    *_methods(_UNINIT, "assume_init_read", "MaybeUninitAssumeInitRead", "maybe_uninit_read"),
    *_methods(_UNINIT, "assume_init_drop", "MaybeUninitAssumeInitDrop", "maybe_uninit_dropped"),
    *_methods("borrow::Cow", "to_mut", "CowToMut", "cow_made_mutable", Before.NEEDED),
    *_methods("pin::Pin", "into_inner into_inner_unchecked", "PinIntoInner", "pin_taken_apart"),
    *_methods("boxed::Box", "into_raw", "BoxIntoRaw", "box_made_raw"),
    *_methods("boxed::Box", "leak", "BoxIntoRaw", "box_leaked"),
    *_methods("rc::Weak", "upgrade", "WeakUpgrade", "weak_upgraded"),
    *_methods("sync::Weak", "upgrade", "WeakUpgrade", "weak_upgraded_sync"),
    *_methods("option::Option", _UNWRAPS, "Unwrap", "unwrapped"),
    *_methods("result::Result", f"{_UNWRAPS} unwrap_err expect_err", "Unwrap", "unwrapped"),
    *_methods("thread", "spawn", "ThreadSpawn", "spawned"),
    *_methods("thread::Scope", "spawn", "ThreadSpawn", "spawned"),
    *_methods("thread::Builder", "spawn spawn_scoped spawn_unchecked", "ThreadSpawn", "spawned_if_possible"),
    Operation("std::thread::JoinHandle::join", "ThreadJoin", "joined", attempt="join"),
    Operation("std::thread::ScopedJoinHandle::join", "ThreadJoin", "joined", attempt="join"),
    *_methods("sync::mpsc::Sender sync::mpsc::SyncSender", "send", "ChannelSend", "sent", _WHERE),
    *_methods("sync::mpsc::SyncSender", "try_send", "ChannelSend", "sent", _WHERE),
    *_methods("sync::mpsc::Receiver", "try_recv", "ChannelRecv", "received", _WHERE),
    Operation("std::sync::mpsc::Receiver::recv", "ChannelRecv", "received", _WHERE, "recv"),
    Operation("std::sync::mpsc::Receiver::recv_timeout", "ChannelRecv", "received", _WHERE, "recv_timeout"),
)


@dataclass(frozen=True, slots=True)
class Iteration:
    """An iterator over a channel: its type as the compiler prints it, and the operation that blocks."""

    type_prefix: str
    attempt: str | None


ITERATIONS = (
    Iteration("std::sync::mpsc::Iter<", "recv"),
    Iteration("std::sync::mpsc::IntoIter<", "recv"),
    Iteration("std::sync::mpsc::TryIter<", None),
)

# What makes such an iterator.
ITERATORS = {
    "std::sync::mpsc::Receiver::iter": ITERATIONS[0],
    "std::sync::mpsc::Receiver::try_iter": ITERATIONS[2],
}

# Callees that tell how a binding is born.
SPAWNS = frozenset(row.path for row in OPERATIONS if row.event == "ThreadSpawn")
FROM_RAW = frozenset(f"std::boxed::Box::{name}" for name in ("from_raw", "from_raw_in", "from_non_null"))
UPGRADES = frozenset(row.path for row in OPERATIONS if row.event == "WeakUpgrade")
CHANNELS = frozenset({"std::sync::mpsc::channel", "std::sync::mpsc::sync_channel"})
_OPTION = "take replace insert get_or_insert take_if as_ref as_mut as_deref ok or xor zip flatten cloned copied"
_DEQUE = "pop_front pop_back remove swap_remove_front swap_remove_back"
# They hand out a value that was there before: nothing is made by them, whatever its type.
HANDING_OUT = frozenset(
    f"std::{ty}::{method}"
    for ty, methods in {
        "mem": "take replace",
        "option::Option": _OPTION,
        "result::Result": "ok err or",
        "cell::Cell": "take replace into_inner",
        "cell::RefCell": "take replace into_inner",
        "cell::OnceCell": "take into_inner",
        "sync::OnceLock": "take into_inner",
        "sync::Mutex": "into_inner",
        "sync::RwLock": "into_inner",
        "mem::ManuallyDrop": "into_inner take",
        "mem::MaybeUninit": "assume_init assume_init_read",
        "ptr": "read read_volatile read_unaligned",
        "pin::Pin": "into_inner into_inner_unchecked",
        "rc::Rc": "try_unwrap into_inner unwrap_or_clone",
        "sync::Arc": "try_unwrap into_inner unwrap_or_clone",
        "vec::Vec": "pop remove swap_remove pop_if",
        "collections::VecDeque": _DEQUE,
        "collections::LinkedList": _DEQUE,
        "collections::BinaryHeap": "pop",
        "collections::HashMap": "remove insert",
        "collections::BTreeMap": "remove insert",
        "collections::HashSet": "take replace",
        "collections::BTreeSet": "take replace pop_first pop_last",
        "thread::JoinHandle": "join",
        "thread::ScopedJoinHandle": "join",
        "sync::mpsc::Receiver": "recv try_recv recv_timeout",
        "iter::Iterator": "next nth last",
        "iter::DoubleEndedIterator": "next_back nth_back",
        "convert": "identity",
        "hint": "black_box",
    }.items()
    for method in methods.split()
)
# Whether a MaybeUninit holds a value when it is made; another function's is not known.
INITIALIZED = {
    "std::mem::MaybeUninit::uninit": False,
    "std::mem::MaybeUninit::uninit_array": False,
    "std::mem::MaybeUninit::new": True,
    "std::mem::MaybeUninit::zeroed": True,
}

BY_PATH: dict[str, Operation] = {row.path: row for row in OPERATIONS}
