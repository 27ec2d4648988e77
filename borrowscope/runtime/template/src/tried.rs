//! What `?` can be applied to on stable Rust, and when it leaves.

use std::ops::ControlFlow;
use std::task::Poll;

/// A value that `?` takes apart.
pub trait Tried {
    /// Whether `?` leaves the function, closure or block.
    fn leaves(&self) -> bool;
}

impl<T> Tried for Option<T> {
    #[inline]
    fn leaves(&self) -> bool {
        self.is_none()
    }
}

impl<T, E> Tried for Result<T, E> {
    #[inline]
    fn leaves(&self) -> bool {
        self.is_err()
    }
}

impl<B, C> Tried for ControlFlow<B, C> {
    #[inline]
    fn leaves(&self) -> bool {
        matches!(self, ControlFlow::Break(_))
    }
}

impl<T, E> Tried for Poll<Result<T, E>> {
    #[inline]
    fn leaves(&self) -> bool {
        matches!(self, Poll::Ready(Err(_)))
    }
}

impl<T, E> Tried for Poll<Option<Result<T, E>>> {
    #[inline]
    fn leaves(&self) -> bool {
        matches!(self, Poll::Ready(Some(Err(_))))
    }
}
