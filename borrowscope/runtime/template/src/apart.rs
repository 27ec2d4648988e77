//! Values that share no cache line with others: what every event reads must not wait for what somebody writes.

use core::ops::Deref;

/// A value on cache lines of its own; two lines, as processors fetch them in pairs.
#[repr(align(128))]
pub(crate) struct Apart<T>(pub(crate) T);

impl<T> Deref for Apart<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}
