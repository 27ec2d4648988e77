//! Ways out that carry a value, and where they arrive.

use super::{arrived, leave};
use crate::format::{cause, kind};

/// A loop or labelled block is about to be left with this value.
#[inline]
pub fn breaking<T>(site: u32, value: T) -> T {
    leave(kind::BREAK, site, cause::BREAK);
    value
}

/// The value of a loop or labelled block that ended: what its ways out noted is over.
#[inline]
pub fn landed<T>(value: T) -> T {
    arrived();
    value
}
