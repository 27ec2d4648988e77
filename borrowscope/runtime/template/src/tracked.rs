//! Values that record their own end: guards for calls made by hand.

use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};

/// A value whose end is recorded where it goes out of scope. Made by [`track_new_guard`].
///
/// It is used as the value itself.
pub struct TrackGuard<T> {
    value: T,
    name: &'static str,
}

/// A shared reference whose end is recorded. Made by [`track_borrow_guard`].
pub struct BorrowGuard<'a, T: ?Sized> {
    value: &'a T,
    name: &'static str,
}

/// A unique reference whose end is recorded. Made by [`track_borrow_mut_guard`].
pub struct BorrowMutGuard<'a, T: ?Sized> {
    value: &'a mut T,
    name: &'static str,
}

/// Records that a variable was created, and its end when the guard is dropped.
///
/// Means [`New`](crate::Event::New), and [`Drop`](crate::Event::Drop) later.
///
/// * `name`: name of the variable.
/// * `value`: the value.
///
/// ```
/// use borrowscope_runtime::*;
///
/// let mut items = track_new_guard("items", vec![1]);
/// items.push(2);
/// assert_eq!(*items, [1, 2]);
/// ```
#[inline]
pub fn track_new_guard<T>(name: &'static str, value: T) -> TrackGuard<T> {
    let value = crate::track_new(name, value);
    TrackGuard { value, name }
}

/// Records that a shared reference was made, and its end when the guard is dropped.
///
/// Means [`Borrow`](crate::Event::Borrow), and [`Drop`](crate::Event::Drop) later.
///
/// * `name`: name of the reference.
/// * `value`: the reference.
///
/// ```
/// use borrowscope_runtime::*;
///
/// let text = String::from("hello");
/// let guard = track_borrow_guard("guard", &text);
/// assert_eq!(guard.len(), 5);
/// ```
#[inline]
pub fn track_borrow_guard<'a, T: ?Sized>(name: &'static str, value: &'a T) -> BorrowGuard<'a, T> {
    let value = crate::track_borrow(name, value);
    BorrowGuard { value, name }
}

/// Records that a unique reference was made, and its end when the guard is dropped.
///
/// Means [`Borrow`](crate::Event::Borrow), and [`Drop`](crate::Event::Drop) later.
///
/// * `name`: name of the reference.
/// * `value`: the reference.
///
/// ```
/// use borrowscope_runtime::*;
///
/// let mut items = vec![1];
/// track_borrow_mut_guard("guard", &mut items).push(2);
/// assert_eq!(items, [1, 2]);
/// ```
#[inline]
pub fn track_borrow_mut_guard<'a, T: ?Sized>(name: &'static str, value: &'a mut T) -> BorrowMutGuard<'a, T> {
    let value = crate::track_borrow_mut(name, value);
    BorrowMutGuard { value, name }
}

impl<T> TrackGuard<T> {
    /// The name that was recorded.
    #[inline]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value; its end is not recorded.
    #[inline]
    pub fn into_inner(self) -> T {
        let guard = ManuallyDrop::new(self);
        // SAFETY: the guard is neither used nor dropped any more, so the value is taken once.
        unsafe { core::ptr::read(&guard.value) }
    }
}

impl<T> Deref for TrackGuard<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for TrackGuard<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for TrackGuard<T> {
    #[inline]
    fn drop(&mut self) {
        crate::track_drop(self.name);
    }
}

impl<T: ?Sized> Deref for BorrowGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: ?Sized> Drop for BorrowGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        crate::track_drop(self.name);
    }
}

impl<T: ?Sized> Deref for BorrowMutGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: ?Sized> DerefMut for BorrowMutGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.value
    }
}

impl<T: ?Sized> Drop for BorrowMutGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        crate::track_drop(self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn a_guard_is_used_as_its_value() {
        let mut items = track_new_guard("items", vec![1]);
        track_borrow_mut_guard("unique", &mut *items).push(2);
        assert_eq!(track_borrow_guard("shared", &*items).len(), 2);
        assert_eq!(items.name(), "items");
    }

    #[test]
    fn the_value_is_dropped_once() {
        let value = Rc::new(());
        drop(track_new_guard("dropped", Rc::clone(&value)));
        assert_eq!(Rc::strong_count(&value), 1);
        let taken = track_new_guard("taken", Rc::clone(&value)).into_inner();
        assert_eq!(Rc::strong_count(&taken), 2);
    }
}
