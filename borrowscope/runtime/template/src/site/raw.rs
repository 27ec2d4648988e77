//! Unsafe operations and statics: each records one event and leaves values and places as they are.

use super::cells::{told, told_at};
use super::{address, noted, NONE};
use crate::format::kind;
use crate::recorder;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use std::ptr::addr_of;

/// A raw pointer, thin or wide.
pub trait RawPointer {
    /// Where it points to.
    fn address_of(&self) -> usize;
}

impl<T: ?Sized> RawPointer for *const T {
    #[inline(always)]
    fn address_of(&self) -> usize {
        address(*self)
    }
}

impl<T: ?Sized> RawPointer for *mut T {
    #[inline(always)]
    fn address_of(&self) -> usize {
        address(*self)
    }
}

/// A raw pointer was made.
#[inline]
pub fn raw_ptr_created<P: RawPointer>(site: u32, pointer: P) -> P {
    told_at(kind::RAW_PTR_CREATED, site, NONE, pointer.address_of());
    pointer
}

/// A raw pointer was followed.
#[inline]
pub fn track_raw_ptr_deref_with_id(site: u32, owner: u32) {
    told(kind::RAW_PTR_DEREF, site, owner);
}

/// An unsafe function is called.
#[inline]
pub fn track_unsafe_fn_call_with_id(site: u32) {
    noted(kind::UNSAFE_FN_CALL, site);
}

/// A foreign function is called.
#[inline]
pub fn track_ffi_call_with_id(site: u32) {
    noted(kind::FFI_CALL, site);
}

/// A value is transmuted.
#[inline]
pub fn track_transmute_with_id(site: u32) {
    noted(kind::TRANSMUTE, site);
}

/// A union's field was used.
#[inline]
pub fn track_union_field_access_with_id(site: u32) {
    noted(kind::UNION_FIELD_ACCESS, site);
}

/// A static is used; `init` is the site of its initialisation, which is told with its first use.
#[inline]
pub fn track_static_access_with_id<T: ?Sized>(site: u32, init: u32, place: *const T) {
    initialised(init, address(place));
    noted(kind::STATIC_ACCESS, site);
}

/// A static is used that computes its value at its first use: that is done before it is told.
#[inline]
pub fn lazy_static_access<L: Deref>(site: u32, init: u32, place: &'static L) {
    let _ = &**place;
    track_static_access_with_id(site, init, place);
}

/// What a mark declares to be a static is used.
#[inline]
pub fn track_declared_static_with_id(site: u32) {
    noted(kind::STATIC_ACCESS, site);
}

const PLACES: usize = 4096;

/// The addresses of the statics that were used. More than fit are not told.
static USED: [AtomicUsize; PLACES] = [EMPTY; PLACES];

#[allow(clippy::declare_interior_mutable_const)]
const EMPTY: AtomicUsize = AtomicUsize::new(0);

#[inline]
fn initialised(init: u32, address: usize) {
    if !recorder::is_off() && is_first_use(address) {
        noted(kind::STATIC_INIT, init);
    }
}

/// Notes an address by open addressing; whether it was not there before.
fn is_first_use(address: usize) -> bool {
    let start = (address >> 3).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as usize) >> 16;
    for step in 0..PLACES {
        let place = &USED[(start + step) % PLACES];
        let found = place.load(Ordering::Relaxed);
        if found == address {
            return false;
        }
        if found == 0 {
            match place.compare_exchange(0, address, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(other) if other == address => return false,
                Err(_) => {}
            }
        }
    }
    false
}
