//! Births and clones of smart pointers, with their counts and the address of what they own.

use super::{address, born_with, NONE};
use crate::format::kind;
use crate::guard::{word, Guard};
use crate::recorder::{self, object, Slot};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Weak as SyncWeak};

/// The address of what a `Box` owns, 0 where it owns no memory: all such boxes point to the same place.
#[inline(always)]
pub(super) fn heap_address<T: ?Sized>(value: &T) -> usize {
    if std::mem::size_of_val(value) == 0 {
        0
    } else {
        address(value)
    }
}

#[inline(always)]
fn counted(strong: usize, weak: usize, at: usize) -> Slot {
    // A Weak that was made without a value points to the end of all addresses.
    let at = if at == usize::MAX { 0 } else { at };
    object(weak as u32, strong as u32, at)
}

#[inline(always)]
fn rc_slot<T: ?Sized>(value: &Rc<T>) -> Slot {
    counted(
        Rc::strong_count(value),
        Rc::weak_count(value),
        address(Rc::as_ptr(value)),
    )
}

#[inline(always)]
fn arc_slot<T: ?Sized>(value: &Arc<T>) -> Slot {
    counted(
        Arc::strong_count(value),
        Arc::weak_count(value),
        address(Arc::as_ptr(value)),
    )
}

#[inline(always)]
fn weak_slot<T: ?Sized>(value: &Weak<T>) -> Slot {
    counted(value.strong_count(), value.weak_count(), address(value.as_ptr()))
}

#[inline(always)]
fn sync_weak_slot<T: ?Sized>(value: &SyncWeak<T>) -> Slot {
    counted(value.strong_count(), value.weak_count(), address(value.as_ptr()))
}

/// An `Rc` was born.
#[inline]
pub fn track_rc_new_with_id<T: ?Sized>(site: u32, value: &Rc<T>) -> Guard {
    born_with(kind::RC_NEW, site, NONE, || rc_slot(value))
}

/// An `Arc` was born.
#[inline]
pub fn track_arc_new_with_id<T: ?Sized>(site: u32, value: &Arc<T>) -> Guard {
    born_with(kind::ARC_NEW, site, NONE, || arc_slot(value))
}

/// A clone of the `Rc` `source` was born.
#[inline]
pub fn track_rc_clone_with_id<T: ?Sized>(site: u32, source: u32, value: &Rc<T>) -> Guard {
    born_with(kind::RC_CLONE, site, source, || rc_slot(value))
}

/// A clone of the `Arc` `source` was born.
#[inline]
pub fn track_arc_clone_with_id<T: ?Sized>(site: u32, source: u32, value: &Arc<T>) -> Guard {
    born_with(kind::ARC_CLONE, site, source, || arc_slot(value))
}

/// A `Box` was born.
#[inline]
#[allow(clippy::borrowed_box)]
pub fn track_box_new_with_id<T: ?Sized>(site: u32, value: &Box<T>) -> Guard {
    born_with(kind::BOX_NEW, site, NONE, || object(0, 0, heap_address::<T>(&**value)))
}

/// A `Weak` of the `Rc` `source` was born.
#[inline]
pub fn track_weak_new_with_id<T: ?Sized>(site: u32, source: u32, value: &Weak<T>) -> Guard {
    born_with(kind::WEAK_NEW, site, source, || weak_slot(value))
}

/// A clone of the `Weak` `source` was born.
#[inline]
pub fn track_weak_clone_with_id<T: ?Sized>(site: u32, source: u32, value: &Weak<T>) -> Guard {
    born_with(kind::WEAK_CLONE, site, source, || weak_slot(value))
}

/// A `Weak` of the `Arc` `source` was born.
#[inline]
pub fn track_weak_new_sync_with_id<T: ?Sized>(site: u32, source: u32, value: &SyncWeak<T>) -> Guard {
    born_with(kind::WEAK_NEW, site, source, || sync_weak_slot(value))
}

/// A clone of the `Weak` `source` of an `Arc` was born.
#[inline]
pub fn track_weak_clone_sync_with_id<T: ?Sized>(site: u32, source: u32, value: &SyncWeak<T>) -> Guard {
    born_with(kind::WEAK_CLONE, site, source, || sync_weak_slot(value))
}

/// A clone of the `Rc` `source` that no binding receives.
#[inline]
pub fn rc_cloned<T: ?Sized>(site: u32, source: u32, value: Rc<T>) -> Rc<T> {
    if !recorder::is_off() {
        recorder::event_with(word(kind::RC_CLONE, site), NONE, source, rc_slot(&value));
    }
    value
}

/// A clone of the `Arc` `source` that no binding receives.
#[inline]
pub fn arc_cloned<T: ?Sized>(site: u32, source: u32, value: Arc<T>) -> Arc<T> {
    if !recorder::is_off() {
        recorder::event_with(word(kind::ARC_CLONE, site), NONE, source, arc_slot(&value));
    }
    value
}
