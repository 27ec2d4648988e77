//! The recording of a process: it starts at the first event and ends for good where it has to.

use crate::apart::Apart;
use crate::local;
use crate::platform::{self, Failure};
use crate::{chunks, clock, header, pieces, setup, stream};
#[cfg(feature = "track")]
use crate::{sampling, texts};
use core::sync::atomic::{AtomicU32, Ordering};

const FRESH: u32 = 0;
const STARTING: u32 = 1;
const ON: u32 = 2;
const OFF: u32 = 3;

static STATE: Apart<AtomicU32> = Apart(AtomicU32::new(FRESH));
static PARENT: AtomicU32 = AtomicU32::new(0);

/// Whether nothing is recorded (any more).
#[inline(always)]
pub(crate) fn is_off() -> bool {
    STATE.load(Ordering::Relaxed) == OFF
}

/// Starts the recording at the first event of the process; others wait for it.
pub(crate) fn start() {
    // Before anybody waits: the loader's lock may be held by a thread that comes here as well.
    if STATE.load(Ordering::Acquire) < ON && PARENT.load(Ordering::Relaxed) == 0 {
        platform::stay();
    }
    while STATE.load(Ordering::Acquire) < ON {
        if STATE
            .compare_exchange(FRESH, STARTING, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            std::thread::yield_now();
            continue;
        }
        let parent = PARENT.load(Ordering::Relaxed);
        if parent == 0 {
            platform::on_fork(forked);
            platform::on_thread_end(chunks::thread_ended);
            clock::start();
        }
        let is_on = setup::start(parent);
        STATE.store(if is_on { ON } else { OFF }, Ordering::Release);
    }
}

/// Ends the recording for good; the program goes on.
pub(crate) fn stop(failure: Failure) {
    if STATE
        .compare_exchange(ON, OFF, Ordering::AcqRel, Ordering::Relaxed)
        .is_ok()
    {
        header::note_stop(failure);
    }
}

/// Runs in a forked child, whose only thread is the caller: it gets a stream of its own at its first event.
extern "C" fn forked() {
    if STATE.load(Ordering::Relaxed) == OFF {
        return;
    }
    PARENT.store(platform::parent_pid().max(1), Ordering::Relaxed);
    local::with(|local| {
        if let Some((chunk, _)) = local.take_chunk() {
            pieces::abandon(&chunk);
        }
        local.forget_stream();
    });
    stream::forget();
    chunks::forget();
    #[cfg(feature = "track")]
    {
        texts::forget();
        sampling::forget();
    }
    STATE.store(FRESH, Ordering::Release);
}
