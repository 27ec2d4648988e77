//! What is read of a place before an operation on it: where it lies, and whether it holds something.

use super::address;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::mem::size_of;
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::OnceLock;

/// Nothing on the heap lies below this address.
pub(super) const PAGE: usize = 4096;

/// What was read of a place. `flag` is whether a once cell is set, or whether a Cow is borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    pub(crate) address: usize,
    pub(crate) flag: bool,
}

/// Of a place that cannot be looked at.
pub const UNSEEN: Before = Before {
    address: 0,
    flag: false,
};

/// A place that an operation is told of. A method, so that the compiler finds the place as it does for the operation.
pub trait Place {
    /// Reads what is known of the place before the operation.
    #[doc(hidden)]
    fn __bs_seen(&self) -> Before;
}

impl<T: ?Sized> Place for Cell<T> {
    #[inline]
    fn __bs_seen(&self) -> Before {
        at(address(self), false)
    }
}

impl<T> Place for OnceCell<T> {
    #[inline]
    fn __bs_seen(&self) -> Before {
        at(address(self), self.get().is_some())
    }
}

impl<T> Place for OnceLock<T> {
    #[inline]
    fn __bs_seen(&self) -> Before {
        at(address(self), self.get().is_some())
    }
}

impl<B: ?Sized + ToOwned> Place for Cow<'_, B> {
    #[inline]
    fn __bs_seen(&self) -> Before {
        at(0, matches!(self, Cow::Borrowed(_)))
    }
}

impl<T> Place for Sender<T> {
    #[inline]
    fn __bs_seen(&self) -> Before {
        at(channel_address(self), false)
    }
}

impl<T> Place for SyncSender<T> {
    #[inline]
    fn __bs_seen(&self) -> Before {
        at(channel_address(self), false)
    }
}

impl<T> Place for Receiver<T> {
    #[inline]
    fn __bs_seen(&self) -> Before {
        at(channel_address(self), false)
    }
}

#[inline(always)]
fn at(address: usize, flag: bool) -> Before {
    Before { address, flag }
}

/// The address of what both ends of a channel share, 0 where this std keeps it differently.
///
/// An end is a tag and a pointer. Std does not say so: what is no address on the heap is taken for a change of that.
#[inline]
pub(super) fn channel_address<E>(end: &E) -> usize {
    const WORD: usize = size_of::<usize>();
    if size_of::<E>() != 2 * WORD || std::mem::align_of::<E>() != WORD {
        return 0;
    }
    // SAFETY: the second word lies inside of the end, which is borrowed, and is aligned. The read is volatile, so that
    // the compiler makes nothing of a word that another std would not have written.
    let word = unsafe { (end as *const E).cast::<usize>().add(1).read_volatile() };
    if word >= PAGE && word % WORD == 0 {
        word
    } else {
        0
    }
}
