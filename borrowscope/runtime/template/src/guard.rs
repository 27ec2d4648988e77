//! What generated code keeps beside a variable: numbers only, so it can be wherever the variable can be.

use crate::chosen::{is_told, NOTHING};
use crate::{format, polls, recorder};

/// Kind and site in one word; 0 where the site's number says that it is not recorded.
#[inline(always)]
pub(crate) const fn word(kind: u32, site: u32) -> u32 {
    if is_told(site) {
        kind << format::KIND_SHIFT | site & format::SITE_MASK
    } else {
        0
    }
}

/// Stands beside a variable and records its end, on every way out.
///
/// It borrows nothing and is `Send`, `Sync`, `Unpin` and unwind safe. Where the variable moves, it is consumed.
#[derive(Debug)]
#[must_use = "the guard records the end of its variable when it is dropped"]
pub struct Guard {
    end: u32,
    instance: u32,
}

/// An instance without an end of its own: for bindings whose end cannot be told.
#[derive(Debug, Clone, Copy)]
pub struct Id {
    end: u32,
    instance: u32,
}

/// Records that a function was left, on every way out.
#[derive(Debug)]
#[must_use = "the guard records that the function was left when it is dropped"]
pub struct FnGuard {
    end: u32,
    instance: u32,
    _frame: Frame,
}

/// Stands in a body that has ways out of its own: what they note ends with the body.
#[derive(Debug)]
#[must_use = "the frame ends when it is dropped"]
pub struct Frame {
    cause: u32,
}

/// Records that a construct (a loop, a match, a block) was left, on every way out.
#[derive(Debug)]
#[must_use = "the guard records that the construct was left when it is dropped"]
pub struct Construct {
    end: u32,
    instance: u32,
    iteration: u32,
}

/// Stands in the body of an async block, function or closure and records that it was left, also where it is cancelled.
///
/// It is dropped behind all that the body holds: from there on ends have the cause again that the body interrupted.
#[derive(Debug)]
#[must_use = "the guard records that the body was left when it is dropped"]
pub struct Coroutine {
    end: u32,
    instance: u32,
}

impl Guard {
    /// A guard whose end is told as `kind`.
    #[inline(always)]
    pub(crate) const fn new(kind: u32, site: u32, instance: u32) -> Guard {
        let end = if site & NOTHING == 0 {
            word(kind, site & format::SITE_MASK)
        } else {
            0
        };
        Guard { end, instance }
    }

    /// A guard that tells nothing.
    #[inline(always)]
    pub(crate) const fn silent() -> Guard {
        Guard { end: 0, instance: 0 }
    }

    /// The instance, 0 if there is none.
    #[inline]
    pub fn id(&self) -> u32 {
        self.instance
    }

    /// The variable moved away, to nobody that is known.
    #[inline]
    pub fn moved(self, site: u32) {
        self.unguarded().moved(site);
    }

    /// The variable moved into a binding, whose site this is.
    #[inline]
    pub fn moved_to(self, site: u32) -> Guard {
        self.unguarded().moved_to(site)
    }

    /// A part of the variable moved away.
    #[inline]
    pub fn part_moved(&self, site: u32) {
        Id::of(self).part_moved(site);
    }

    /// Gives up the end and keeps the instance.
    #[inline]
    pub fn unguarded(self) -> Id {
        let id = Id::of(&self);
        core::mem::forget(self);
        id
    }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        if self.instance != 0 && !recorder::is_off() {
            recorder::end(self.end, self.instance);
        }
    }
}

impl Id {
    #[inline(always)]
    fn of(guard: &Guard) -> Id {
        Id {
            end: guard.end,
            instance: guard.instance,
        }
    }

    /// The instance, 0 if there is none.
    #[inline]
    pub fn id(&self) -> u32 {
        self.instance
    }

    /// The variable moved away, to nobody that is known.
    #[inline]
    pub fn moved(self, site: u32) {
        if self.instance != 0 && !recorder::is_off() {
            recorder::event(word(format::kind::MOVE, site), self.instance, 0);
        }
    }

    /// The variable moved into a binding, whose site this is.
    #[inline]
    pub fn moved_to(self, site: u32) -> Guard {
        if self.instance == 0 || recorder::is_off() {
            return Guard::silent();
        }
        let to = recorder::birth_by_move(word(format::kind::MOVE, site), self.instance);
        let kind = match self.end >> format::KIND_SHIFT {
            0 => format::kind::DROP,
            kind => kind,
        };
        Guard::new(kind, site, to)
    }

    /// A part of the variable moved away.
    #[inline]
    pub fn part_moved(&self, site: u32) {
        if self.instance != 0 && !recorder::is_off() {
            let partial = recorder::flags(format::FLAG_PARTIAL);
            recorder::event_with(word(format::kind::MOVE, site), self.instance, 0, partial);
        }
    }
}

impl Frame {
    /// Keeps the cause that is noted outside of the body.
    #[inline]
    pub(crate) fn new() -> Frame {
        Frame {
            cause: recorder::noted_cause(),
        }
    }

    #[inline(always)]
    pub(crate) const fn silent() -> Frame {
        Frame { cause: 0 }
    }
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        if !recorder::is_off() {
            recorder::note_cause(self.cause);
        }
    }
}

impl FnGuard {
    #[inline(always)]
    pub(crate) const fn new(site: u32, instance: u32, frame: Frame) -> FnGuard {
        FnGuard {
            end: word(format::kind::FN_EXIT, site),
            instance,
            _frame: frame,
        }
    }
}

impl Drop for FnGuard {
    #[inline]
    fn drop(&mut self) {
        if self.instance != 0 && !recorder::is_off() {
            recorder::event(self.end, self.instance, 0);
        }
    }
}

impl Construct {
    /// One execution, which ends as `kind`; instance 0 tells nothing.
    #[inline(always)]
    pub(crate) const fn new(kind: u32, site: u32, instance: u32) -> Construct {
        Construct {
            end: word(kind, site),
            instance,
            iteration: 0,
        }
    }

    /// A loop's body began again.
    #[inline]
    pub fn iteration(&mut self) {
        if self.instance != 0 && self.end != 0 && !recorder::is_off() {
            let site = self.end & format::SITE_MASK;
            recorder::event(word(format::kind::LOOP_ITERATION, site), self.instance, self.iteration);
            self.iteration = self.iteration.wrapping_add(1);
        }
    }

    /// A match took the arm whose site this is.
    #[inline]
    pub fn arm(&self, site: u32) {
        if self.instance != 0 && !recorder::is_off() {
            recorder::event(word(format::kind::MATCH_ARM, site), self.instance, 0);
        }
    }

    /// The construct ended here.
    #[inline]
    pub fn exit(self) {}
}

impl Drop for Construct {
    #[inline]
    fn drop(&mut self) {
        if self.instance != 0 && !recorder::is_off() {
            recorder::event(self.end, self.instance, 0);
        }
    }
}

impl Coroutine {
    /// One execution; instance 0 tells nothing.
    #[inline(always)]
    pub(crate) const fn new(site: u32, instance: u32) -> Coroutine {
        let end = word(format::kind::ASYNC_BLOCK_EXIT, site);
        Coroutine { end, instance }
    }

    /// The execution, 0 if there is none.
    #[inline]
    pub fn id(&self) -> u32 {
        self.instance
    }
}

impl Drop for Coroutine {
    #[inline]
    fn drop(&mut self) {
        if self.instance != 0 && !recorder::is_off() {
            recorder::event(self.end, self.instance, 0);
            polls::leave(self.instance);
        }
    }
}
