//! What happens to cells: reading and writing a `Cell`, setting a once cell, filling a `MaybeUninit`.
//!
//! An operation's value passes through the function, which records it after the operation has happened.

use super::{address, born, born_with, Before, NONE};
use crate::format::{kind, FLAG_SUCCESS};
use crate::guard::{word, Guard};
use crate::recorder::{self, object};
use std::cell::OnceCell;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

#[inline(always)]
pub(super) fn told(kind: u32, site: u32, owner: u32) {
    if !recorder::is_off() {
        recorder::event(word(kind, site), NONE, owner);
    }
}

/// An event with the object's address.
#[inline(always)]
pub(super) fn told_at(kind: u32, site: u32, owner: u32, address: usize) {
    if !recorder::is_off() {
        recorder::event_with(word(kind, site), NONE, owner, object(0, 0, address));
    }
}

/// An event that says whether it succeeded.
#[inline(always)]
pub(super) fn told_whether(kind: u32, site: u32, owner: u32, address: usize, success: bool) {
    if !recorder::is_off() {
        let flags = if success { FLAG_SUCCESS } else { 0 };
        recorder::event_with(word(kind, site), NONE, owner, object(flags, 0, address));
    }
}

/// A `Cell` was read.
#[inline]
pub fn cell_read<T>(site: u32, owner: u32, before: Before, value: T) -> T {
    told_at(kind::CELL_GET, site, owner, before.address);
    value
}

/// A `Cell` was written.
#[inline]
pub fn cell_written<T>(site: u32, owner: u32, before: Before, value: T) -> T {
    told_at(kind::CELL_SET, site, owner, before.address);
    value
}

/// A `Cell` was read and written.
#[inline]
pub fn cell_changed<T>(site: u32, owner: u32, before: Before, value: T) -> T {
    told_at(kind::CELL_GET, site, owner, before.address);
    told_at(kind::CELL_SET, site, owner, before.address);
    value
}

/// A `Cell` is read to be written with what a closure makes of its value; gives the owner.
#[inline]
pub fn cell_updating(site: u32, owner: u32, before: Before) -> u32 {
    told_at(kind::CELL_GET, site, owner, before.address);
    owner
}

/// A `OnceCell` was born.
#[inline]
pub fn track_once_cell_new_with_id<T>(site: u32, value: &OnceCell<T>) -> Guard {
    born_with(kind::ONCE_CELL_NEW, site, NONE, || object(0, 0, address(value)))
}

/// A `OnceLock` was born.
#[inline]
pub fn track_once_lock_new_with_id<T>(site: u32, value: &OnceLock<T>) -> Guard {
    born_with(kind::ONCE_CELL_NEW, site, NONE, || object(0, 0, address(value)))
}

/// A once cell was read.
#[inline]
pub fn once_cell_read<T>(site: u32, owner: u32, before: Before, value: Option<T>) -> Option<T> {
    told_whether(kind::ONCE_CELL_GET, site, owner, before.address, value.is_some());
    value
}

/// A once cell was set, or was set before.
#[inline]
pub fn once_cell_set<T, E>(site: u32, owner: u32, before: Before, value: Result<T, E>) -> Result<T, E> {
    told_whether(kind::ONCE_CELL_SET, site, owner, before.address, value.is_ok());
    value
}

/// A once cell was read, and set first if it was not.
#[inline]
pub fn once_cell_read_or_set<T>(site: u32, owner: u32, before: Before, value: T) -> T {
    told_whether(kind::ONCE_CELL_GET_OR_INIT, site, owner, before.address, before.flag);
    value
}

/// A `MaybeUninit` was born.
#[inline]
pub fn track_maybe_uninit_new_with_id<T>(site: u32, _value: &MaybeUninit<T>) -> Guard {
    born(kind::MAYBE_UNINIT_NEW, site, NONE)
}

/// A `MaybeUninit` was written.
#[inline]
pub fn maybe_uninit_written<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::MAYBE_UNINIT_WRITE, site, owner);
    value
}

/// A `MaybeUninit` became its value.
#[inline]
pub fn maybe_uninit_assumed<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::MAYBE_UNINIT_ASSUME_INIT, site, owner);
    value
}

/// A `MaybeUninit` was read.
#[inline]
pub fn maybe_uninit_read<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::MAYBE_UNINIT_ASSUME_INIT_READ, site, owner);
    value
}

/// The value of a `MaybeUninit` was dropped.
#[inline]
pub fn maybe_uninit_dropped<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::MAYBE_UNINIT_ASSUME_INIT_DROP, site, owner);
    value
}
