//! Locks and cells: what is tried, what came of it, and the guards that hold them, with a name or without one.

use super::{address, born_with, NONE};
use crate::format::{kind, FLAG_MUTABLE, FLAG_SUCCESS, SITE_MASK};
use crate::guard::{word, Guard};
use crate::local;
use crate::recorder::{self, object};
use std::cell::{BorrowError, BorrowMutError, Ref, RefCell, RefMut};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

/// The attempt that a guard comes from is the last one: one of several in an expression.
pub const LAST: u32 = crate::taken::LAST;

/// What can be tried. A method, so that the receiver is found as that of the call itself is.
pub trait Attempt {
    /// The lock or cell, which is about to be taken; `owner` is the instance of the binding that it is.
    fn __bs_attempt(&self, site: u32, owner: u32) -> &Self;
}

#[inline(always)]
fn attempted<L: ?Sized>(site: u32, owner: u32, lock: &L) -> &L {
    if !recorder::is_off() {
        let size = std::mem::size_of_val(lock);
        recorder::attempt(word(kind::ATTEMPT, site), site & SITE_MASK, owner, address(lock), size);
    }
    lock
}

impl<T: ?Sized> Attempt for RefCell<T> {
    #[inline]
    fn __bs_attempt(&self, site: u32, owner: u32) -> &Self {
        attempted(site, owner, self)
    }
}

impl<T: ?Sized> Attempt for Mutex<T> {
    #[inline]
    fn __bs_attempt(&self, site: u32, owner: u32) -> &Self {
        attempted(site, owner, self)
    }
}

impl<T: ?Sized> Attempt for RwLock<T> {
    #[inline]
    fn __bs_attempt(&self, site: u32, owner: u32) -> &Self {
        attempted(site, owner, self)
    }
}

/// The cell of `RefCell::borrow(cell)`, which is about to be borrowed.
#[inline]
pub fn attempt_refcell<T: ?Sized>(site: u32, owner: u32, cell: &RefCell<T>) -> &RefCell<T> {
    attempted(site, owner, cell)
}

/// The lock of `Mutex::lock(lock)`, which is about to be taken.
#[inline]
pub fn attempt_mutex<T: ?Sized>(site: u32, owner: u32, lock: &Mutex<T>) -> &Mutex<T> {
    attempted(site, owner, lock)
}

/// The lock of `RwLock::read(lock)`, which is about to be taken.
#[inline]
pub fn attempt_rwlock<T: ?Sized>(site: u32, owner: u32, lock: &RwLock<T>) -> &RwLock<T> {
    attempted(site, owner, lock)
}

/// Stands before a borrow whose guard goes where nobody sees it: the attempt is told only if the borrow panics.
#[derive(Debug)]
#[must_use = "it tells the attempt when it is dropped"]
pub struct Expecting {
    site: u32,
}

/// A borrow comes whose guard is not seen.
#[inline]
pub fn expecting(site: u32) -> Expecting {
    if !recorder::is_off() {
        local::with(|local| local.attempts.close());
    }
    Expecting { site }
}

/// The borrow has not panicked.
#[inline]
pub fn passed<G>(expecting: Expecting, guard: G) -> G {
    core::mem::forget(expecting);
    if !recorder::is_off() {
        local::with(|local| local.attempts.close());
    }
    guard
}

impl Drop for Expecting {
    fn drop(&mut self) {
        if !recorder::is_off() && local::with(|local| local.attempts.close()) == self.site & SITE_MASK {
            let taken = local::with(|local| local.attempts.last());
            let more = object(0, 0, taken.address);
            recorder::event_with(word(kind::ATTEMPT, self.site), NONE, taken.owner, more);
        }
    }
}

/// A lock was born: where it lies is told, so that what happens to it joins.
#[inline]
pub fn track_lock_new_with_id<T: ?Sized>(site: u32, lock: &T) -> Guard {
    born_with(kind::NEW, site, NONE, || object(0, 0, address(lock)))
}

/// What taking a lock gives.
pub trait Outcome {
    /// Whether the lock was taken; a poisoned one is.
    fn is_taken(&self) -> bool;
}

impl<G> Outcome for Result<G, PoisonError<G>> {
    #[inline]
    fn is_taken(&self) -> bool {
        true
    }
}

impl<G> Outcome for Result<G, TryLockError<G>> {
    #[inline]
    fn is_taken(&self) -> bool {
        !matches!(self, Err(TryLockError::WouldBlock))
    }
}

/// The outcome of the last attempt on a lock.
#[inline]
pub fn locked<R: Outcome>(site: u32, result: R) -> R {
    if !recorder::is_off() {
        let taken = local::with(|local| local.attempts.last());
        let flags = if result.is_taken() { FLAG_SUCCESS } else { 0 };
        let more = object(flags, 0, taken.address);
        recorder::event_with(word(kind::LOCK, site), NONE, taken.owner, more);
    }
    result
}

/// What trying to borrow a cell gives.
pub trait Borrowed {
    /// What is recorded of a borrow that failed, None of one that did not.
    fn refused(&self) -> Option<u32>;
}

impl<G> Borrowed for Result<G, BorrowError> {
    #[inline]
    fn refused(&self) -> Option<u32> {
        self.as_ref().err().map(|_| 0)
    }
}

impl<G> Borrowed for Result<G, BorrowMutError> {
    #[inline]
    fn refused(&self) -> Option<u32> {
        self.as_ref().err().map(|_| FLAG_MUTABLE)
    }
}

/// The outcome of the last attempt on a cell, if it was refused; `attempt` is its site where it is not told yet.
#[inline]
pub fn cell_tried<R: Borrowed>(site: u32, attempt: u32, result: R) -> R {
    if !recorder::is_off() {
        if let Some(flags) = result.refused() {
            let taken = local::with(|local| local.attempts.last());
            let attempted = object(0, 0, taken.address);
            recorder::event_with(word(kind::ATTEMPT, attempt), NONE, taken.owner, attempted);
            let more = object(flags, 0, taken.address);
            recorder::event_with(word(kind::REF_CELL_BORROW, site), NONE, taken.owner, more);
        }
    }
    result
}

/// A guard of a lock or cell, or what may hold one.
pub trait Holder {
    /// The event that tells its birth.
    const BIRTH: u32;
    /// The event that tells its end.
    const END: u32;
    /// The flags of its birth.
    const FLAGS: u32;
    /// Where the guarded value lies; None where nothing is held.
    fn held(&self) -> Option<usize>;
}

macro_rules! guards {
    ($($guard:ident, $birth:ident, $end:ident, $flags:expr;)*) => {$(
        impl<T: ?Sized> Holder for $guard<'_, T> {
            const BIRTH: u32 = kind::$birth;
            const END: u32 = kind::$end;
            const FLAGS: u32 = $flags;

            #[inline]
            fn held(&self) -> Option<usize> {
                Some(address::<T>(&**self))
            }
        }
    )*};
}

guards! {
    Ref, REF_CELL_BORROW, REF_CELL_DROP, FLAG_SUCCESS;
    RefMut, REF_CELL_BORROW, REF_CELL_DROP, FLAG_SUCCESS | FLAG_MUTABLE;
    MutexGuard, LOCK_GUARD_ACQUIRE, LOCK_GUARD_DROP, 0;
    RwLockReadGuard, LOCK_GUARD_ACQUIRE, LOCK_GUARD_DROP, 0;
    RwLockWriteGuard, LOCK_GUARD_ACQUIRE, LOCK_GUARD_DROP, 0;
}

/// An error of taking a lock or cell, which may hold the guard all the same.
pub trait Refusal<G> {
    /// The guard that it holds.
    fn guard(&self) -> Option<&G>;
}

impl<G> Refusal<G> for PoisonError<G> {
    #[inline]
    fn guard(&self) -> Option<&G> {
        Some(self.get_ref())
    }
}

impl<G> Refusal<G> for TryLockError<G> {
    #[inline]
    fn guard(&self) -> Option<&G> {
        match self {
            TryLockError::Poisoned(error) => Some(error.get_ref()),
            TryLockError::WouldBlock => None,
        }
    }
}

impl<G> Refusal<G> for BorrowError {
    #[inline]
    fn guard(&self) -> Option<&G> {
        None
    }
}

impl<G> Refusal<G> for BorrowMutError {
    #[inline]
    fn guard(&self) -> Option<&G> {
        None
    }
}

impl<G: Holder, E: Refusal<G>> Holder for Result<G, E> {
    const BIRTH: u32 = G::BIRTH;
    const END: u32 = G::END;
    const FLAGS: u32 = G::FLAGS;

    #[inline]
    fn held(&self) -> Option<usize> {
        match self {
            Ok(guard) => guard.held(),
            Err(error) => error.guard().and_then(Holder::held),
        }
    }
}

impl<G: Holder> Holder for Option<G> {
    const BIRTH: u32 = G::BIRTH;
    const END: u32 = G::END;
    const FLAGS: u32 = G::FLAGS;

    #[inline]
    fn held(&self) -> Option<usize> {
        self.as_ref().and_then(Holder::held)
    }
}

/// The guard of a holder; `attempt` is the site of the attempt that it comes from, 0 where that is not known.
#[inline(always)]
fn guard_of<H: Holder>(site: u32, attempt: u32, holder: &H) -> Option<Guard> {
    if recorder::is_off() {
        return Some(Guard::silent());
    }
    let value = holder.held()?;
    let instance = recorder::birth_of_guard(word(H::BIRTH, site), attempt & SITE_MASK, H::FLAGS, value);
    Some(Guard::new(H::END, site, instance))
}

/// A binding was born that holds a lock's guard; one that may hold one and does not is any other value.
#[inline]
pub fn track_lock_guard_acquire_with_id<H: Holder>(site: u32, attempt: u32, holder: &H) -> Guard {
    guard_of(site, attempt, holder).unwrap_or_else(|| super::track_new_with_id(site, holder))
}

/// A binding was born that holds the guard of a shared borrow of a `RefCell`.
#[inline]
pub fn track_refcell_borrow_with_id<H: Holder>(site: u32, attempt: u32, holder: &H) -> Guard {
    track_lock_guard_acquire_with_id(site, attempt, holder)
}

/// A binding was born that holds the guard of a unique borrow of a `RefCell`.
#[inline]
pub fn track_refcell_borrow_mut_with_id<H: Holder>(site: u32, attempt: u32, holder: &H) -> Guard {
    track_lock_guard_acquire_with_id(site, attempt, holder)
}

/// A temporary that holds a lock or cell, and the record of its end, which is dropped before it.
#[derive(Debug)]
pub struct Held<H> {
    _end: Guard,
    /// The temporary.
    pub value: H,
}

/// A temporary was born that holds a lock's guard.
#[inline]
pub fn lock_held<H: Holder>(site: u32, attempt: u32, value: H) -> Held<H> {
    let _end = guard_of(site, attempt, &value).unwrap_or_else(Guard::silent);
    Held { _end, value }
}

/// A temporary was born that holds a guard of a `RefCell`.
#[inline]
pub fn cell_held<H: Holder>(site: u32, attempt: u32, value: H) -> Held<H> {
    lock_held(site, attempt, value)
}
