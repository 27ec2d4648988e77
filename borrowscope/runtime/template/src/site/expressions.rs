//! Expressions that make a value or look into one: each records one event and leaves the value as it is.

use super::{noted, NONE};
use crate::closure::ClosureNote;
use crate::format::kind;
use crate::guard::word;
use crate::recorder;

/// Hands a value on; what was noted stood before it.
#[inline(always)]
pub fn before<N, T>(_note: N, value: T) -> T {
    value
}

/// Hands a value on; what was noted stood behind it.
#[inline(always)]
pub fn after<N, T>(value: T, _note: N) -> T {
    value
}

/// A struct or a variant with fields was made.
#[inline]
pub fn track_struct_create_with_id(site: u32) {
    noted(kind::STRUCT_CREATE, site);
}

/// A struct or a variant with fields was made whose type is known at run time only.
#[inline]
pub fn struct_made<T>(site: u32, value: T) -> T {
    if !recorder::is_off() {
        recorder::event_typed(word(kind::STRUCT_CREATE, site), NONE, std::any::type_name::<T>());
    }
    value
}

/// A tuple was made.
#[inline]
pub fn track_tuple_create_with_id(site: u32) {
    noted(kind::TUPLE_CREATE, site);
}

/// An array of so many elements was made.
#[inline]
pub fn track_array_create_with_id(site: u32, len: usize) {
    if !recorder::is_off() {
        recorder::event(word(kind::ARRAY_CREATE, site), NONE, len as u32);
    }
}

/// An array was made, whose type tells its length.
#[inline]
pub fn array_made<T, const N: usize>(site: u32, value: [T; N]) -> [T; N] {
    track_array_create_with_id(site, N);
    value
}

/// A range was made.
#[inline]
pub fn track_range_with_id(site: u32) {
    noted(kind::RANGE, site);
}

/// A value was cast.
#[inline]
pub fn track_type_cast_with_id(site: u32) {
    noted(kind::TYPE_CAST, site);
}

/// An element was used.
#[inline]
pub fn track_index_access_with_id(site: u32) {
    noted(kind::INDEX_ACCESS, site);
}

/// A field was used.
#[inline]
pub fn track_field_access_with_id(site: u32) {
    noted(kind::FIELD_ACCESS, site);
}

/// The reference or pointer `owner` was followed.
#[inline]
pub fn track_deref_with_id(site: u32, owner: u32) {
    if !recorder::is_off() {
        recorder::event(word(kind::DEREF, site), NONE, owner);
    }
}

/// A closure is made; the note tells what it captures.
#[inline]
pub fn track_closure_create_with_id(site: u32) -> ClosureNote {
    if recorder::is_off() {
        return ClosureNote::new(NONE);
    }
    ClosureNote::new(recorder::began(word(kind::CLOSURE_CREATE, site)))
}
