//! Threads and channels: what is started, joined, sent and received.

use super::cells::{told, told_at, told_whether};
use super::places::channel_address;
use super::{born, born_with, Before, NONE};
use crate::format::kind;
use crate::guard::Guard;
use crate::recorder::object;

/// Something that may block is tried; gives the owner, for the call that records the outcome.
#[inline]
pub fn attempting(site: u32, owner: u32, before: Before) -> u32 {
    told_at(kind::ATTEMPT, site, owner, before.address);
    owner
}

/// Something that may block is about to be tried with this value.
#[inline]
pub fn attempting_with<T>(site: u32, value: T) -> T {
    told(kind::ATTEMPT, site, NONE);
    value
}

/// The handle of a thread was born.
#[inline]
pub fn track_thread_spawn_with_id<T>(site: u32, _value: &T) -> Guard {
    born(kind::THREAD_SPAWN, site, NONE)
}

/// A thread was started whose handle no binding receives.
#[inline]
pub fn spawned<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::THREAD_SPAWN, site, owner);
    value
}

/// A thread was started if the system allowed it.
#[inline]
pub fn spawned_if_possible<T, E>(site: u32, owner: u32, value: Result<T, E>) -> Result<T, E> {
    if value.is_ok() {
        told(kind::THREAD_SPAWN, site, owner);
    }
    value
}

/// A thread was joined.
#[inline]
pub fn joined<T>(site: u32, owner: u32, value: T) -> T {
    told(kind::THREAD_JOIN, site, owner);
    value
}

/// The sender of a new channel was born.
#[inline]
pub fn track_channel_sender_new_with_id<T>(site: u32, value: &T) -> Guard {
    born_with(kind::CHANNEL_SENDER_NEW, site, NONE, || {
        object(0, 0, channel_address(value))
    })
}

/// The receiver of a new channel was born.
#[inline]
pub fn track_channel_receiver_new_with_id<T>(site: u32, value: &T) -> Guard {
    born_with(kind::CHANNEL_RECEIVER_NEW, site, NONE, || {
        object(0, 0, channel_address(value))
    })
}

/// A value was sent, if the other end was still there.
#[inline]
pub fn sent<T, E>(site: u32, owner: u32, before: Before, value: Result<T, E>) -> Result<T, E> {
    if value.is_ok() {
        told_at(kind::CHANNEL_SEND, site, owner, before.address);
    }
    value
}

/// A value was received, or none will come, or none was there in time.
#[inline]
pub fn received<T, E>(site: u32, owner: u32, before: Before, value: Result<T, E>) -> Result<T, E> {
    told_whether(kind::CHANNEL_RECV, site, owner, before.address, value.is_ok());
    value
}

/// The iterator of a `for` loop over a channel.
#[derive(Debug)]
pub struct Receiving<I> {
    attempt: u32,
    site: u32,
    owner: u32,
    before: Before,
    iterator: I,
}

/// What a `for` loop receives, each time. `attempt` is the site of the attempts, 0 where the iterator does not block.
#[inline]
pub fn receiving<I: IntoIterator>(
    attempt: u32,
    site: u32,
    owner: u32,
    before: Before,
    value: I,
) -> Receiving<I::IntoIter> {
    Receiving {
        attempt,
        site,
        owner,
        before,
        iterator: value.into_iter(),
    }
}

impl<I: Iterator> Iterator for Receiving<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        let owner = attempting(self.attempt, self.owner, self.before);
        let item = self.iterator.next();
        told_whether(
            kind::CHANNEL_RECV,
            self.site,
            owner,
            self.before.address,
            item.is_some(),
        );
        item
    }
}
