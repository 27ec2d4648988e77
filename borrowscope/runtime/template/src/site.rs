//! What generated code calls: one function for each way in which a binding is born, and for what happens to it.
//!
//! Every function takes the number of its site first. Instances are numbers, 0 is none. Nothing here panics, and
//! nothing is read from a value but counts, addresses and sizes.

pub use crate::chosen::{only_if, sampled, untold};
pub use crate::closure::ClosureNote;
pub use crate::guard::{Construct, Coroutine, FnGuard, Frame, Guard, Id};
pub use crate::tried::Tried;
pub use awaits::*;
pub use cells::*;
pub use clones::*;
pub use exits::*;
pub use expressions::*;
pub use locks::*;
pub use places::*;
pub use pointers::*;
pub use raw::*;
pub use threads::*;
pub use wrappers::*;

mod awaits;
mod cells;
mod clones;
mod exits;
mod expressions;
mod locks;
mod places;
mod pointers;
mod raw;
mod threads;
mod wrappers;

use crate::format::{cause, kind};
use crate::guard::word;
use crate::recorder::{self, object, Slot};
use std::cell::{Cell, RefCell};

/// No instance.
pub const NONE: u32 = 0;

/// A birth, and the guard that tells the end as a Drop.
#[inline(always)]
fn born(kind: u32, site: u32, other: u32) -> Guard {
    if recorder::is_off() {
        return Guard::silent();
    }
    Guard::new(kind::DROP, site, recorder::birth(word(kind, site), other))
}

/// A birth with an object. `slot` is not asked for where nothing is recorded.
#[inline(always)]
fn born_with(kind: u32, site: u32, other: u32, slot: impl FnOnce() -> Slot) -> Guard {
    if recorder::is_off() {
        return Guard::silent();
    }
    Guard::new(kind::DROP, site, recorder::birth_with(word(kind, site), other, slot()))
}

#[inline(always)]
fn address<T: ?Sized>(pointer: *const T) -> usize {
    pointer as *const u8 as usize
}

/// A binding was born.
#[inline]
pub fn track_new_with_id<T: ?Sized>(site: u32, _value: &T) -> Guard {
    born(kind::NEW, site, NONE)
}

/// A binding was born whose type is known at run time only.
#[inline]
pub fn track_new_typed_with_id<T: ?Sized>(site: u32, _value: &T) -> Guard {
    if recorder::is_off() {
        return Guard::silent();
    }
    let instance = recorder::birth_typed(word(kind::NEW, site), std::any::type_name::<T>());
    Guard::new(kind::DROP, site, instance)
}

/// A reference to `owner` was born.
#[inline]
pub fn track_borrow_with_id(site: u32, owner: u32) -> Guard {
    born(kind::BORROW, site, owner)
}

/// A `RefCell` was born.
#[inline]
pub fn track_refcell_new_with_id<T: ?Sized>(site: u32, value: &RefCell<T>) -> Guard {
    born_with(kind::REF_CELL_NEW, site, NONE, || object(0, 0, address(value)))
}

/// A `Cell` was born.
#[inline]
pub fn track_cell_new_with_id<T: ?Sized>(site: u32, value: &Cell<T>) -> Guard {
    born_with(kind::CELL_NEW, site, NONE, || object(0, 0, address(value)))
}

/// A closure assigned to a variable that it captures: the old value ended, a new one is there; no instance is known.
#[inline]
pub fn replaced(site: u32) {
    if !recorder::is_off() {
        recorder::note_cause(cause::ASSIGN);
        recorder::end(word(kind::DROP, site), NONE);
        recorder::event(word(kind::NEW, site), NONE, NONE);
    }
}

/// A function began; the guard records that it was left.
#[inline]
pub fn track_fn_enter_with_id(site: u32) -> FnGuard {
    if recorder::is_off() {
        return FnGuard::new(site, NONE, Frame::silent());
    }
    let frame = Frame::new();
    FnGuard::new(site, recorder::enter(word(kind::FN_ENTER, site)), frame)
}

#[inline(always)]
fn entered(kind: u32, end: u32, site: u32) -> Construct {
    let instance = if recorder::is_off() {
        NONE
    } else {
        recorder::began(word(kind, site))
    };
    Construct::new(end, site, instance)
}

/// A loop began; the guard records its iterations and its end.
#[inline]
pub fn track_loop_enter_with_id(site: u32) -> Construct {
    entered(kind::LOOP_ENTER, kind::LOOP_EXIT, site)
}

/// A match began; the guard records the arm that it takes and its end.
#[inline]
pub fn track_match_enter_with_id(site: u32) -> Construct {
    entered(kind::MATCH_ENTER, kind::MATCH_EXIT, site)
}

/// An unsafe block began; the guard records its end.
#[inline]
pub fn track_unsafe_block_enter_with_id(site: u32) -> Construct {
    entered(kind::UNSAFE_BLOCK_ENTER, kind::UNSAFE_BLOCK_EXIT, site)
}

#[inline(always)]
fn noted(kind: u32, site: u32) {
    if !recorder::is_off() {
        recorder::event(word(kind, site), NONE, NONE);
    }
}

/// A branch was taken.
#[inline]
pub fn track_branch_with_id(site: u32) {
    noted(kind::BRANCH, site);
}

/// The pattern of a let-else did not match.
#[inline]
pub fn track_let_else_with_id(site: u32) {
    noted(kind::LET_ELSE, site);
}

/// A borrow of `owner` that no binding receives.
#[inline]
pub fn borrowed(site: u32, owner: u32) {
    if !recorder::is_off() {
        recorder::event(word(kind::BORROW, site), NONE, owner);
    }
}

/// A guard that tells nothing, for a variable without a value.
#[inline]
pub fn vacant() -> Guard {
    Guard::silent()
}

/// A guard that tells nothing, put where a variable is about to be assigned: the old guard's end is an assignment.
#[inline]
pub fn assigning() -> Guard {
    if !recorder::is_off() {
        recorder::note_cause(cause::ASSIGN);
    }
    Guard::silent()
}

/// A closure's body or an async block with ways out of its own began.
#[inline]
pub fn frame() -> Frame {
    if recorder::is_off() {
        Frame::silent()
    } else {
        let frame = Frame::new();
        recorder::note_cause(cause::SCOPE_END);
        frame
    }
}

/// A loop or labelled block ended: what its ways out noted is over.
#[inline]
pub fn arrived() {
    if !recorder::is_off() {
        recorder::note_cause(cause::SCOPE_END);
    }
}

#[inline(always)]
fn leave(kind: u32, site: u32, cause: u32) {
    if !recorder::is_off() {
        recorder::event(word(kind, site), NONE, NONE);
        recorder::note_cause(cause);
    }
}

/// A function is about to return; the value is a place or a constant.
#[inline]
pub fn track_return_with_id(site: u32) {
    leave(kind::RETURN, site, cause::RETURN);
}

/// A function is about to return this value.
#[inline]
pub fn returning<T>(site: u32, value: T) -> T {
    leave(kind::RETURN, site, cause::RETURN);
    value
}

/// A loop or labelled block is about to be left.
#[inline]
pub fn track_break_with_id(site: u32) {
    leave(kind::BREAK, site, cause::BREAK);
}

/// A loop is about to begin its next iteration.
#[inline]
pub fn track_continue_with_id(site: u32) {
    leave(kind::CONTINUE, site, cause::CONTINUE);
}

/// The operand of a `?`: recorded where the error path is taken.
#[inline]
pub fn tried<T: Tried>(site: u32, value: T) -> T {
    if value.leaves() {
        leave(kind::TRY, site, cause::TRY);
    }
    value
}
