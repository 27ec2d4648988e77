//! The clock: the time stamp counter where it runs at one rate for ever, else CLOCK_MONOTONIC.

use crate::apart::Apart;
use crate::{format, platform};
use std::sync::atomic::{AtomicBool, Ordering};

static HAS_TSC: Apart<AtomicBool> = Apart(AtomicBool::new(false));

/// Finds out which clock to use. Called once, before the first event.
pub(crate) fn start() {
    HAS_TSC.store(has_invariant_tsc(), Ordering::Relaxed);
}

/// Which clock is used, as the stream's header says it.
pub(crate) fn source() -> u32 {
    if HAS_TSC.load(Ordering::Relaxed) {
        format::CLOCK_TSC
    } else {
        format::CLOCK_MONOTONIC
    }
}

/// The time now.
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    if HAS_TSC.load(Ordering::Relaxed) {
        #[allow(unused_unsafe)]
        // SAFETY: every x86_64 processor has the instruction.
        return unsafe { core::arch::x86_64::_rdtsc() };
    }
    platform::monotonic_ns()
}

/// One moment on both clocks, (ticks, CLOCK_MONOTONIC ns): the closest of a few tries, as a thread may be interrupted.
pub(crate) fn pair() -> (u64, u64) {
    let mut best = (0, 0);
    let mut gap = u64::MAX;
    for _ in 0..4 {
        let before = ticks();
        let ns = platform::monotonic_ns();
        let width = ticks().wrapping_sub(before);
        if width < gap {
            gap = width;
            best = (before.wrapping_add(width / 2), ns);
        }
    }
    best
}

/// Leaf 0x8000_0007 of cpuid, bit 8 of edx: the counter's rate never changes and it never stops.
#[cfg(target_arch = "x86_64")]
#[allow(unused_unsafe)]
fn has_invariant_tsc() -> bool {
    use core::arch::x86_64::__cpuid;
    // SAFETY: every x86_64 processor has the instruction.
    let highest = unsafe { __cpuid(0x8000_0000) }.eax;
    if highest < 0x8000_0007 {
        return false;
    }
    // SAFETY: as above, and the processor has the leaf.
    unsafe { __cpuid(0x8000_0007) }.edx & (1 << 8) != 0
}

#[cfg(not(target_arch = "x86_64"))]
fn has_invariant_tsc() -> bool {
    false
}
