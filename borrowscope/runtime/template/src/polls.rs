//! Which coroutines the calling thread is running or tearing down, and the cause that each of them interrupted.
//!
//! A coroutine (an async block, function or closure) may begin, suspend, go on and be cancelled on different threads,
//! and in the middle of somebody else's way out. What is noted inside of it must not leak, and what was noted before
//! must be there again behind it. An entry lasts from the moment the thread runs into a coroutine until it leaves it.

use crate::{format, recorder};
use std::cell::Cell;

/// Nested coroutines that a thread remembers; of more than these the outermost are forgotten.
const DEPTH: usize = 64;

struct Running {
    count: Cell<usize>,
    entries: [Cell<(u32, u32)>; DEPTH],
}

thread_local! {
    static RUNNING: Running = const { Running::new() };
}

impl Running {
    const fn new() -> Running {
        #[allow(clippy::declare_interior_mutable_const)]
        const EMPTY: Cell<(u32, u32)> = Cell::new((0, 0));
        Running {
            count: Cell::new(0),
            entries: [EMPTY; DEPTH],
        }
    }

    fn push(&self, entry: (u32, u32)) {
        let mut count = self.count.get();
        if count >= DEPTH {
            for (to, from) in self.entries.iter().zip(&self.entries[1..]) {
                to.set(from.get());
            }
            count = DEPTH - 1;
        }
        if let Some(place) = self.entries.get(count) {
            place.set(entry);
        }
        self.count.set(count + 1);
    }

    /// Takes out the entry of a coroutine, and those above it: coroutines that suspended unseen.
    fn take(&self, task: u32) -> Option<u32> {
        let count = self.count.get().min(DEPTH);
        let at = self.entries[..count].iter().rposition(|entry| entry.get().0 == task)?;
        self.count.set(at);
        self.entries.get(at).map(|entry| entry.get().1)
    }
}

/// The thread runs into a coroutine, where ends have the cause `inside` until something else is noted.
pub(crate) fn run(task: u32, inside: u32) {
    let outside = recorder::noted_cause();
    RUNNING.with(|running| running.push((task, outside)));
    recorder::note_cause(inside);
}

/// The thread leaves a coroutine: what was noted before it ran into it is noted again.
pub(crate) fn leave(task: u32) {
    match RUNNING.with(|running| running.take(task)) {
        Some(outside) => recorder::note_cause(outside),
        // It ran into it unseen. While an outer one is torn down, that goes on.
        None if recorder::noted_cause() == format::cause::CANCEL => {}
        None => recorder::note_cause(format::cause::SCOPE_END),
    }
}
