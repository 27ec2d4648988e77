"""The guards of std's locks and cells: their types, the calls that take them, and who looks at them or hands them on.

In: paths of types, traits and functions as the compiler prints them. Out: rows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuardRow:
    """One type of guard: the event of its birth, the functions that record it with a name and without one."""

    path: str
    event: str
    function: str
    held: str
    lock_type: str | None = None


@dataclass(frozen=True, slots=True)
class TakerRow:
    """One call that takes a lock or cell.

    `function` sees the argument of `Type::method(&lock)` before the call, `outcome` is the event that tells what came
    of it. One that `is_trying` gives an error instead of blocking or panicking.
    """

    path: str
    function: str
    outcome: str
    lock_type: str | None = None
    is_trying: bool = False

    @property
    def method(self) -> str:
        """The operation's name."""
        return self.path.rpartition("::")[2]


def _lock(path: str, lock_type: str) -> GuardRow:
    return GuardRow(path, "LockGuardAcquire", "track_lock_guard_acquire_with_id", "lock_held", lock_type)


GUARDS: tuple[GuardRow, ...] = (
    GuardRow("std::cell::Ref", "RefCellBorrow", "track_refcell_borrow_with_id", "cell_held"),
    GuardRow("std::cell::RefMut", "RefCellBorrow", "track_refcell_borrow_mut_with_id", "cell_held"),
    _lock("std::sync::MutexGuard", "Mutex"),
    _lock("std::sync::RwLockReadGuard", "RwLock::read"),
    _lock("std::sync::RwLockWriteGuard", "RwLock::write"),
)

_CELL, _MUTEX, _RW_LOCK = "attempt_refcell", "attempt_mutex", "attempt_rwlock"

TAKERS: tuple[TakerRow, ...] = (
    TakerRow("std::cell::RefCell::borrow", _CELL, "RefCellBorrow"),
    TakerRow("std::cell::RefCell::borrow_mut", _CELL, "RefCellBorrow"),
    TakerRow("std::cell::RefCell::try_borrow", _CELL, "RefCellBorrow", is_trying=True),
    TakerRow("std::cell::RefCell::try_borrow_mut", _CELL, "RefCellBorrow", is_trying=True),
    TakerRow("std::sync::Mutex::lock", _MUTEX, "Lock", "Mutex"),
    TakerRow("std::sync::Mutex::try_lock", _MUTEX, "Lock", "Mutex", is_trying=True),
    TakerRow("std::sync::RwLock::read", _RW_LOCK, "Lock", "RwLock::read"),
    TakerRow("std::sync::RwLock::write", _RW_LOCK, "Lock", "RwLock::write"),
    TakerRow("std::sync::RwLock::try_read", _RW_LOCK, "Lock", "RwLock::read", is_trying=True),
    TakerRow("std::sync::RwLock::try_write", _RW_LOCK, "Lock", "RwLock::write", is_trying=True),
)

# What a call may give instead of a guard, and the errors that std's own calls give then.
RESULT, OPTION = "std::result::Result", "std::option::Option"
ERRORS = frozenset(
    {
        "std::sync::PoisonError",
        "std::sync::TryLockError",
        "std::cell::BorrowError",
        "std::cell::BorrowMutError",
    }
)
# Methods of Result and Option that leave it where it is.
LOOKING = frozenset({"is_ok", "is_err", "is_some", "is_none", "as_ref", "as_mut", "as_deref", "as_deref_mut", "iter"})
# Traits whose methods take a guard by reference; those of another trait may take it by value.
LOOKING_TRAITS = frozenset(
    {
        "std::ops::Deref",
        "std::ops::DerefMut",
        "std::string::ToString",
        "std::fmt::Display",
        "std::fmt::Debug",
        "std::any::Any",
    }
)
# Functions that make a guard of the guard that they are given first.
MAPPERS = frozenset({"std::cell::Ref::map", "std::cell::RefMut::map"})
# Macros that take their arguments by reference, beside those with a format text.
BORROWING_MACROS = frozenset({"assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne"})

_GUARDS = {row.path: row for row in GUARDS}
_TAKERS = {row.path: row for row in TAKERS}


def find_guard(head: str) -> GuardRow | None:
    """The row of a guard by its type's path without arguments."""
    return _GUARDS.get(head)


def find_taker(path: str) -> TakerRow | None:
    """The row of a call by the callee's path without generic arguments."""
    return _TAKERS.get(path)
