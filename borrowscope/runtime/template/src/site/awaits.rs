//! Coroutines: async blocks, functions and closures that run, and what they await.

use super::NONE;
use crate::format::{cause, kind};
use crate::guard::{word, Coroutine};
use crate::{polls, recorder};
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The body of an async block, function or closure was polled for the first time; the guard records its end, also
/// where it is cancelled.
#[inline]
pub fn track_async_block_enter_with_id(site: u32) -> Coroutine {
    if recorder::is_off() {
        return Coroutine::new(site, NONE);
    }
    let task = recorder::began(word(kind::ASYNC_BLOCK_ENTER, site));
    if task != NONE {
        polls::run(task, cause::SCOPE_END);
    }
    Coroutine::new(site, task)
}

/// The operand of `.await` in the body whose execution is `task`.
///
/// The future that this gives records the end of the await, and tells a cancelled coroutine from others.
#[inline]
#[track_caller]
pub fn awaited<F: IntoFuture>(site: u32, task: u32, future: F) -> Awaited<F::IntoFuture> {
    let instance = if recorder::is_off() || task == NONE {
        NONE
    } else {
        recorder::began(word(kind::AWAIT_START, site))
    };
    Awaited {
        before: Cancelled {
            task,
            is_suspended: false,
        },
        future: future.into_future(),
        behind: Ended {
            end: word(kind::AWAIT_END, site),
            instance,
            is_suspended: false,
        },
    }
}

/// A future that is awaited. Its fields are dropped in their order.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Awaited<F> {
    before: Cancelled,
    future: F,
    behind: Ended,
}

/// Dropped before the future: where nobody is polling, the coroutine that awaits it is torn down.
#[derive(Debug)]
struct Cancelled {
    task: u32,
    is_suspended: bool,
}

/// Dropped behind the future: the await ends, and what else the coroutine holds is torn down with it.
#[derive(Debug)]
struct Ended {
    end: u32,
    instance: u32,
    is_suspended: bool,
}

impl Drop for Cancelled {
    #[inline]
    fn drop(&mut self) {
        if self.is_suspended && !recorder::is_off() {
            polls::run(self.task, cause::CANCEL);
        }
    }
}

impl Ended {
    #[inline]
    fn tell(&mut self) {
        if self.instance != NONE && !recorder::is_off() {
            recorder::event(self.end, self.instance, 0);
        }
        self.instance = NONE;
    }
}

impl Drop for Ended {
    #[inline]
    fn drop(&mut self) {
        self.tell();
        if self.is_suspended && !recorder::is_off() {
            recorder::note_cause(cause::CANCEL);
        }
    }
}

impl<F> Awaited<F> {
    /// The coroutine goes on. A panic from here on is no cancellation.
    #[inline]
    fn resume(&mut self) {
        if self.before.is_suspended {
            self.before.is_suspended = false;
            self.behind.is_suspended = false;
            polls::run(self.before.task, cause::SCOPE_END);
        }
    }

    /// The coroutine suspends: whoever polls it goes on.
    #[inline]
    fn suspend(&mut self) {
        self.before.is_suspended = true;
        self.behind.is_suspended = true;
        polls::leave(self.before.task);
    }
}

impl<F: Future> Future for Awaited<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `future` is never moved out of the pinned value: it is polled and dropped in its place, and nothing
        // implements `Unpin` or `Drop` for `Awaited` by hand. The other fields need no pin.
        let this = unsafe { self.get_unchecked_mut() };
        let is_told = this.before.task != NONE && !recorder::is_off();
        if is_told {
            this.resume();
        }
        // SAFETY: as above; what holds it is pinned.
        let polled = unsafe { Pin::new_unchecked(&mut this.future) }.poll(context);
        if is_told {
            match polled {
                Poll::Pending => this.suspend(),
                Poll::Ready(_) => this.behind.tell(),
            }
        }
        polled
    }
}
