//! Clones of values that have no counts: whose clone they are, and what type it is where only the run knows.

use super::{born, NONE};
use crate::format::kind;
use crate::guard::{word, Guard};
use crate::recorder;

/// A clone of `source` was born.
#[inline]
pub fn track_clone_with_id<T: ?Sized>(site: u32, source: u32, _value: &T) -> Guard {
    born(kind::CLONE, site, source)
}

/// A clone of `source` was born whose type is known at run time only.
#[inline]
pub fn track_clone_typed_with_id<T: ?Sized>(site: u32, source: u32, _value: &T) -> Guard {
    if recorder::is_off() {
        return Guard::silent();
    }
    let instance = recorder::birth_typed_of(word(kind::CLONE, site), source, std::any::type_name::<T>());
    Guard::new(kind::DROP, site, instance)
}

/// A clone of `source` that no binding receives.
#[inline]
pub fn cloned<T>(site: u32, source: u32, value: T) -> T {
    if !recorder::is_off() {
        recorder::event(word(kind::CLONE, site), NONE, source);
    }
    value
}

/// A clone of `source` that no binding receives, whose type is known at run time only.
#[inline]
pub fn cloned_typed<T>(site: u32, source: u32, value: T) -> T {
    if !recorder::is_off() {
        recorder::event_typed_of(word(kind::CLONE, site), NONE, source, std::any::type_name::<T>());
    }
    value
}
