"""The `is_...` flags of type-info.json that speak about a type's outermost constructor.

One row a flag: the paths, as rustc prints them, or the shapes for which it is true.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TypeFlag:
    """One flag. It is true where the type's head is one of `heads` or its shape one of `shapes`."""

    name: str
    heads: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()


TYPE_FLAGS = (
    TypeFlag("is_rc", ("std::rc::Rc",)),
    TypeFlag("is_arc", ("std::sync::Arc",)),
    TypeFlag("is_weak", ("std::rc::Weak", "std::sync::Weak")),
    TypeFlag("is_box", ("std::boxed::Box",)),
    TypeFlag("is_pin", ("std::pin::Pin",)),
    TypeFlag("is_cow", ("std::borrow::Cow",)),
    TypeFlag("is_cell", ("std::cell::Cell",)),
    TypeFlag("is_refcell", ("std::cell::RefCell",)),
    TypeFlag("is_unsafe_cell", ("std::cell::UnsafeCell",)),
    TypeFlag("is_once_cell", ("std::cell::OnceCell", "std::cell::LazyCell")),
    TypeFlag("is_once_lock", ("std::sync::OnceLock", "std::sync::LazyLock")),
    TypeFlag("is_mutex", ("std::sync::Mutex",)),
    TypeFlag("is_rwlock", ("std::sync::RwLock",)),
    TypeFlag(
        "is_guard",
        (
            "std::cell::Ref",
            "std::cell::RefMut",
            "std::sync::MutexGuard",
            "std::sync::RwLockReadGuard",
            "std::sync::RwLockWriteGuard",
            "std::sync::MappedMutexGuard",
            "std::sync::MappedRwLockReadGuard",
            "std::sync::MappedRwLockWriteGuard",
        ),
    ),
    TypeFlag("is_manually_drop", ("std::mem::ManuallyDrop",)),
    TypeFlag("is_maybe_uninit", ("std::mem::MaybeUninit",)),
    TypeFlag("is_nonnull", ("std::ptr::NonNull",)),
    TypeFlag("is_vec", ("std::vec::Vec",)),
    TypeFlag("is_string", ("std::string::String",)),
    TypeFlag("is_option", ("std::option::Option",)),
    TypeFlag("is_result", ("std::result::Result",)),
    TypeFlag("is_channel", ("std::sync::mpsc::Sender", "std::sync::mpsc::Receiver", "std::sync::mpsc::SyncSender")),
    TypeFlag(
        "is_atomic",
        (
            "std::sync::atomic::Atomic",
            "std::sync::atomic::AtomicBool",
            "std::sync::atomic::AtomicPtr",
            *(
                f"std::sync::atomic::Atomic{sign}{size}"
                for sign in ("U", "I")
                for size in ("8", "16", "32", "64", "128", "size")
            ),
        ),
    ),
    TypeFlag("is_reference", shapes=("reference", "mutable_reference")),
    TypeFlag("is_mutable_reference", shapes=("mutable_reference",)),
    TypeFlag("is_raw_ptr", shapes=("raw_pointer",)),
    TypeFlag("is_closure", shapes=("closure",)),
    TypeFlag("is_dyn_trait", shapes=("dyn",)),
    TypeFlag("is_impl_trait", shapes=("impl",)),
    TypeFlag("is_fn_ptr", shapes=("function",)),
    TypeFlag("is_tuple", shapes=("tuple",)),
    TypeFlag("is_array", shapes=("array",)),
    TypeFlag("is_slice", shapes=("slice",)),
)

INTERIOR_MUTABILITY = frozenset(
    path
    for flag in TYPE_FLAGS
    if flag.name
    in {
        "is_cell",
        "is_refcell",
        "is_unsafe_cell",
        "is_once_cell",
        "is_once_lock",
        "is_mutex",
        "is_rwlock",
        "is_atomic",
    }
    for path in flag.heads
)

# Calls that matter to ownership (`expressions` of type-info.json), by the path that rustc prints.
OWNERSHIP_CALLS = frozenset(
    {
        "std::mem::drop",
        "std::mem::forget",
        "std::mem::replace",
        "std::mem::swap",
        "std::mem::take",
        "std::mem::transmute",
        "std::mem::transmute_copy",
        "std::intrinsics::transmute",
        "std::thread::spawn",
        "std::ptr::read",
        "std::ptr::write",
        "std::ptr::copy",
        "std::ptr::copy_nonoverlapping",
    }
)
