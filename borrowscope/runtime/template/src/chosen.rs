//! What is recorded of what happens: numbers of sites that say so, and the share of instances.

use core::sync::atomic::{AtomicU32, Ordering};

/// Set in a site's number: the event itself is not recorded. Instances and causes stay right.
const UNTOLD: u32 = 1 << 31;
/// Set in a site's number: neither the event is recorded nor the end of what it begins.
pub(crate) const NOTHING: u32 = 1 << 30;
/// Neighbours in a sequence of multiples of this are far apart, whatever step it is read with.
const GOLDEN: u32 = 0x9E37_79B9;

static BIRTHS: AtomicU32 = AtomicU32::new(0);

/// The number of a site whose event is not recorded.
#[inline(always)]
pub const fn untold(site: u32) -> u32 {
    site | UNTOLD
}

/// The number of a site that is recorded under a condition.
#[inline(always)]
pub const fn only_if(condition: bool, site: u32) -> u32 {
    if condition {
        site
    } else {
        site | NOTHING
    }
}

/// Whether a site's number says that its event is recorded. 0 is no site: what a guard has that tells nothing.
#[inline(always)]
pub(crate) const fn is_told(site: u32) -> bool {
    site != 0 && site & (UNTOLD | NOTHING) == 0
}

/// Whether the next instance belongs to the sample, whose share is `threshold` of 2^32. Evenly spread, and the same in
/// every run of a program with one thread.
#[inline]
pub fn sampled(threshold: u32) -> bool {
    BIRTHS.fetch_add(GOLDEN, Ordering::Relaxed) < threshold
}
