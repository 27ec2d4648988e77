//! Births and uses of `Pin`, `Cow` and boxes made raw, upgrades of `Weak`, values taken out of `Option` and `Result`.

use super::cells::{told, told_at, told_whether};
use super::places::PAGE;
use super::pointers::heap_address;
use super::{address, born, born_with, Before, NONE};
use crate::format::kind;
use crate::guard::Guard;
use crate::recorder::object;
use std::borrow::Cow;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// A `Pin` was born.
#[inline]
pub fn track_pin_new_with_id<T>(site: u32, _value: &Pin<T>) -> Guard {
    born(kind::PIN_NEW, site, NONE)
}

/// A `Pin` was taken apart.
#[inline]
pub fn pin_taken_apart<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::PIN_INTO_INNER, site, owner);
    value
}

/// A `Cow` was born: its variant says which event it is.
#[inline]
#[allow(clippy::ptr_arg)]
pub fn track_cow_new_with_id<B: ?Sized + ToOwned>(site: u32, value: &Cow<'_, B>) -> Guard {
    let kind = match value {
        Cow::Borrowed(_) => kind::COW_BORROWED,
        Cow::Owned(_) => kind::COW_OWNED,
    };
    born(kind, site, NONE)
}

/// A `Cow` was made writable, with a clone of its value if it was borrowed.
#[inline]
pub fn cow_made_mutable<T>(site: u32, owner: u32, before: Before, value: T) -> T {
    told_whether(kind::COW_TO_MUT, site, owner, before.address, before.flag);
    value
}

/// A `Box` was born of a raw pointer.
#[inline]
#[allow(clippy::borrowed_box)]
pub fn track_box_from_raw_with_id<T: ?Sized>(site: u32, value: &Box<T>) -> Guard {
    born_with(kind::BOX_FROM_RAW, site, NONE, || {
        object(0, 0, heap_address::<T>(&**value))
    })
}

/// A `Box` became a raw pointer.
#[inline]
pub fn box_made_raw<T: ?Sized>(site: u32, owner: u32, value: *mut T) -> *mut T {
    let at = address(value);
    // A box that owns no memory points to its alignment.
    told_at(kind::BOX_INTO_RAW, site, owner, if at < PAGE { 0 } else { at });
    value
}

/// A `Box` became a reference for good.
#[inline]
pub fn box_leaked<T: ?Sized>(site: u32, owner: u32, value: &mut T) -> &mut T {
    told_at(kind::BOX_INTO_RAW, site, owner, heap_address::<T>(value));
    value
}

/// A `Weak` of an `Rc` was upgraded, or its value was gone.
#[inline]
pub fn weak_upgraded<T: ?Sized>(site: u32, owner: u32, value: Option<Rc<T>>) -> Option<Rc<T>> {
    let at = value.as_ref().map_or(0, |strong| address(Rc::as_ptr(strong)));
    told_whether(kind::WEAK_UPGRADE, site, owner, at, value.is_some());
    value
}

/// A `Weak` of an `Arc` was upgraded, or its value was gone.
#[inline]
pub fn weak_upgraded_sync<T: ?Sized>(site: u32, owner: u32, value: Option<Arc<T>>) -> Option<Arc<T>> {
    let at = value.as_ref().map_or(0, |strong| address(Arc::as_ptr(strong)));
    told_whether(kind::WEAK_UPGRADE, site, owner, at, value.is_some());
    value
}

/// A value was taken out of an `Option` or a `Result`.
#[inline]
pub fn unwrapped<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::UNWRAP, site, owner);
    value
}
