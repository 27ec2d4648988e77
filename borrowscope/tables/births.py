"""How a binding is born: the event that tells it best, and the runtime function that records it.

In: the initializer's shape and the type as the compiler prints it. Out: one `Birth` row. `{value}` in `arguments` is
the binding's name, `{owner}` the instance of the borrowed owner or the clone source, `{attempt}` the site of the
attempt that a guard comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from borrowscope.tables.guards import GUARDS, GuardRow


class Producer(StrEnum):
    """What stands on the right of `let x = ..`, as far as births differ by it."""

    REFERENCE = "reference"  # `&place`, `&mut place`
    CLONE = "clone"  # the call resolves to Clone::clone
    GUARD = "guard"  # a guard of a lock or cell, whatever gave it
    DOWNGRADE = "downgrade"  # Rc::downgrade, Arc::downgrade
    FROM_RAW = "from_raw"  # Box::from_raw
    SPAWN = "spawn"  # a thread's start, whose handle the binding receives
    CHANNEL = "channel"  # one of the two names that receive a new channel
    CALL = "call"  # any other call
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Birth:
    """One way to be born. `type_prefix` is matched against the compiler's text of the type; "" matches all."""

    event: str
    producer: Producer
    type_prefix: str
    function: str
    arguments: str


_VALUE, _FROM = "&{value}", "{owner}, &{value}"
_MPSC = "std::sync::mpsc::"

BIRTHS = (
    Birth("Borrow", Producer.REFERENCE, "&", "track_borrow_with_id", "{owner}"),
    Birth("RcClone", Producer.CLONE, "std::rc::Rc<", "track_rc_clone_with_id", _FROM),
    Birth("ArcClone", Producer.CLONE, "std::sync::Arc<", "track_arc_clone_with_id", _FROM),
    Birth("WeakClone", Producer.CLONE, "std::rc::Weak<", "track_weak_clone_with_id", _FROM),
    Birth("WeakClone", Producer.CLONE, "std::sync::Weak<", "track_weak_clone_sync_with_id", _FROM),
    Birth("Clone", Producer.CLONE, "", "track_clone_with_id", _FROM),
    Birth("WeakNew", Producer.DOWNGRADE, "std::rc::Weak<", "track_weak_new_with_id", _FROM),
    Birth("WeakNew", Producer.DOWNGRADE, "std::sync::Weak<", "track_weak_new_sync_with_id", _FROM),
    Birth("WeakNew", Producer.CALL, "std::rc::Weak<", "track_weak_new_with_id", _FROM),
    Birth("WeakNew", Producer.CALL, "std::sync::Weak<", "track_weak_new_sync_with_id", _FROM),
    Birth("RcNew", Producer.CALL, "std::rc::Rc<", "track_rc_new_with_id", _VALUE),
    Birth("ArcNew", Producer.CALL, "std::sync::Arc<", "track_arc_new_with_id", _VALUE),
    Birth("BoxNew", Producer.CALL, "std::boxed::Box<", "track_box_new_with_id", _VALUE),
    Birth("RefCellNew", Producer.CALL, "std::cell::RefCell<", "track_refcell_new_with_id", _VALUE),
    Birth("CellNew", Producer.CALL, "std::cell::Cell<", "track_cell_new_with_id", _VALUE),
    Birth("New", Producer.CALL, "std::sync::Mutex<", "track_lock_new_with_id", _VALUE),
    Birth("New", Producer.CALL, "std::sync::RwLock<", "track_lock_new_with_id", _VALUE),
    Birth("OnceCellNew", Producer.CALL, "std::cell::OnceCell<", "track_once_cell_new_with_id", _VALUE),
    Birth("OnceCellNew", Producer.CALL, "std::sync::OnceLock<", "track_once_lock_new_with_id", _VALUE),
    Birth("MaybeUninitNew", Producer.CALL, "std::mem::MaybeUninit<", "track_maybe_uninit_new_with_id", _VALUE),
    Birth("PinNew", Producer.CALL, "std::pin::Pin<", "track_pin_new_with_id", _VALUE),
    Birth("CowOwned", Producer.CALL, "std::borrow::Cow<", "track_cow_new_with_id", _VALUE),
    Birth("BoxFromRaw", Producer.FROM_RAW, "std::boxed::Box<", "track_box_from_raw_with_id", _VALUE),
    Birth("ThreadSpawn", Producer.SPAWN, "std::thread::JoinHandle<", "track_thread_spawn_with_id", _VALUE),
    Birth("ThreadSpawn", Producer.SPAWN, "std::thread::ScopedJoinHandle<", "track_thread_spawn_with_id", _VALUE),
    Birth("ChannelSenderNew", Producer.CHANNEL, f"{_MPSC}Sender<", "track_channel_sender_new_with_id", _VALUE),
    Birth("ChannelSenderNew", Producer.CHANNEL, f"{_MPSC}SyncSender<", "track_channel_sender_new_with_id", _VALUE),
    Birth("ChannelReceiverNew", Producer.CHANNEL, f"{_MPSC}Receiver<", "track_channel_receiver_new_with_id", _VALUE),
)


@dataclass(frozen=True, slots=True)
class UnnamedClone:
    """How a clone that no binding is born by passes through the runtime."""

    event: str
    type_prefix: str
    function: str


# Types behind a parameter are named at run time.
CLONED_TYPED = UnnamedClone("Clone", "", "cloned_typed")

UNNAMED_CLONES = (
    UnnamedClone("RcClone", "std::rc::Rc<", "rc_cloned"),
    UnnamedClone("ArcClone", "std::sync::Arc<", "arc_cloned"),
    UnnamedClone("Clone", "", "cloned"),
)

NEW = Birth("New", Producer.OTHER, "", "track_new_with_id", _VALUE)
NEW_TYPED = Birth("New", Producer.OTHER, "", "track_new_typed_with_id", _VALUE)
CLONE_TYPED = Birth("Clone", Producer.CLONE, "", "track_clone_typed_with_id", _FROM)


_GUARD_BIRTHS = {
    row.path: Birth(row.event, Producer.GUARD, row.path, row.function, "{attempt}, &{value}") for row in GUARDS
}


def birth_of_guard(guard: GuardRow | None) -> Birth | None:
    """How a binding is born that holds a guard."""
    return _GUARD_BIRTHS[guard.path] if guard is not None else None


def birth_of(producer: Producer, ty: str) -> Birth:
    """The first row that fits; `NEW` if none does."""
    for row in BIRTHS:
        if row.producer is producer and ty.startswith(row.type_prefix):
            return row
    return NEW


def unnamed_clone_of(ty: str, *, is_generic: bool) -> UnnamedClone:
    """The first row that fits the cloned type."""
    row = next(row for row in UNNAMED_CLONES if ty.startswith(row.type_prefix))
    return CLONED_TYPED if is_generic and row.event == CLONED_TYPED.event else row
