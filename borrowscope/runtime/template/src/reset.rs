//! A new beginning for queries.

use crate::{format, lifecycle, recorder};

/// The call's number in BorrowScope's `tables/published_api.py`.
const RESET: u32 = 1;

/// Forgets the events so far: [`get_events`](crate::get_events) and the other queries start over, names and counters
/// too. A recording keeps what came before.
///
/// ```
/// use borrowscope_runtime::*;
///
/// track_new("before", 1);
/// reset();
/// assert!(get_events().is_empty());
/// ```
pub fn reset() {
    if !lifecycle::is_off() {
        recorder::event(format::mark::CALL << format::KIND_SHIFT | RESET, 0, 0);
    }
}
