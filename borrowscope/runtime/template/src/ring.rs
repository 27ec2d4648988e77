//! Chunks that nobody writes to any more, in the order in which they were left: the oldest are given up for new ones.

use crate::{format, platform};
use core::mem::size_of;

/// Bytes that a ring may take for each event that it keeps: calls made by hand, texts and short threads included.
const BYTES_PER_EVENT: u64 = 128;
/// Bytes that a ring may take in any case.
const LEAST_BYTES: u64 = 16 << 20;
/// The ring consists of at least so many chunks of the largest size, unless that is a small one.
const PARTS: u64 = 8;
/// Chunks of this size cost little to begin anew.
const SMALL: usize = 65_536;

/// A chunk that its thread has left.
#[derive(Clone, Copy)]
pub(crate) struct Left {
    /// Place in the stream.
    pub(crate) at: u64,
    pub(crate) size: u32,
    /// Events in it; a call made by hand is one.
    pub(crate) events: u32,
    /// Ticks from which it counts ...
    pub(crate) begin: u64,
    /// ... and those of its last event.
    pub(crate) end: u64,
}

/// The queue of chunks that were left. All zero is one that keeps nothing.
pub(crate) struct Ring {
    /// Address of the entries.
    entries: usize,
    capacity: usize,
    first: usize,
    count: usize,
    /// Events to keep, 0 for all.
    limit: u64,
    /// Events of chunks that were begun after the first one was left.
    newer: u64,
    /// Events that were given up.
    given_up: u64,
    /// Ticks: nobody wants what ended before.
    floor: u64,
}

/// The most bytes of a stream whose ring keeps so many events.
pub(crate) fn most_bytes(limit: u64) -> u64 {
    limit.saturating_mul(BYTES_PER_EVENT).max(LEAST_BYTES)
}

/// The largest chunk of such a stream: what is given up at once is a small part.
pub(crate) fn largest_chunk(limit: u64) -> usize {
    let wanted = limit.saturating_mul(format::SLOT_SIZE as u64) / PARTS;
    let fits = |size: &&usize| **size as u64 <= wanted || **size <= SMALL;
    *format::CHUNK_SIZES.iter().rev().find(fits).unwrap_or(&SMALL)
}

impl Ring {
    /// A ring that keeps all.
    pub(crate) const fn none() -> Ring {
        Ring {
            entries: 0,
            capacity: 0,
            first: 0,
            count: 0,
            limit: 0,
            newer: 0,
            given_up: 0,
            floor: 0,
        }
    }

    /// A ring that keeps so many events (0: all until `forget_before`) of a stream of at most so many bytes; None where
    /// there is no memory for it.
    pub(crate) fn new(limit: u64, most: u64) -> Option<Ring> {
        let capacity = (most / format::PAGE_SIZE as u64) as usize;
        let entries = platform::memory(capacity * size_of::<Left>())? as usize;
        let none = Ring::none();
        Some(Ring {
            entries,
            capacity,
            limit,
            ..none
        })
    }

    /// Whether chunks are given up at all.
    pub(crate) fn is_used(&self) -> bool {
        self.capacity > 0
    }

    /// Events that were given up.
    pub(crate) fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Takes a chunk that was left.
    pub(crate) fn push(&mut self, left: Left) {
        if self.count == self.capacity {
            return;
        }
        if self.count > 0 && left.begin >= self.get(0).end {
            self.newer += u64::from(left.events);
        }
        let place = self.place(self.count);
        // SAFETY: one of the entries, which are this ring's own memory.
        unsafe { place.write(left) };
        self.count += 1;
    }

    /// From here on nobody wants what ended before these ticks.
    pub(crate) fn forget_before(&mut self, ticks: u64) {
        self.floor = ticks;
    }

    /// A chunk that is not needed any more.
    pub(crate) fn give_up(&mut self) -> Option<Left> {
        if self.count == 0 {
            return None;
        }
        let is_forgotten = self.get(0).end < self.floor;
        let is_old = self.limit > 0 && self.newer >= self.limit;
        (is_forgotten || is_old).then(|| self.pop(is_forgotten))
    }

    /// The oldest chunk, needed or not.
    pub(crate) fn give_up_oldest(&mut self) -> Option<Left> {
        (self.count > 0).then(|| self.pop(false))
    }

    fn pop(&mut self, is_forgotten: bool) -> Left {
        let left = self.get(0);
        self.first = (self.first + 1) % self.capacity;
        self.count -= 1;
        if !is_forgotten {
            self.given_up += u64::from(left.events);
        }
        self.newer = 0;
        if self.limit > 0 && self.count > 0 {
            let end = self.get(0).end;
            let newer = (1..self.count)
                .map(|number| self.get(number))
                .filter(|left| left.begin >= end);
            self.newer = newer.map(|left| u64::from(left.events)).sum();
        }
        left
    }

    fn get(&self, number: usize) -> Left {
        // SAFETY: one of the entries that were written.
        unsafe { self.place(number).read() }
    }

    fn place(&self, number: usize) -> *mut Left {
        let number = (self.first + number) % self.capacity;
        (self.entries + number * size_of::<Left>()) as *mut Left
    }
}
