//! Calls by hand that tell their own place in the source.

/// Records the borrow of a `RefCell` as [`track_refcell_borrow`](crate::track_refcell_borrow) does, at this line.
///
/// ```
/// use borrowscope_runtime::*;
/// use std::cell::RefCell;
///
/// let cell = RefCell::new(5);
/// let guard = refcell_borrow!("guard", "cell", cell.borrow());
/// assert_eq!(*guard, 5);
/// drop(guard);
/// refcell_drop!("guard");
/// ```
#[macro_export]
macro_rules! refcell_borrow {
    ($name:expr, $id:expr, $guard:expr) => {
        $crate::track_refcell_borrow($name, $id, concat!(file!(), ":", line!()), $guard)
    };
}

/// Records the unique borrow of a `RefCell` as [`track_refcell_borrow_mut`](crate::track_refcell_borrow_mut) does, at
/// this line.
///
/// ```
/// use borrowscope_runtime::*;
/// use std::cell::RefCell;
///
/// let cell = RefCell::new(5);
/// *refcell_borrow_mut!("guard", "cell", cell.borrow_mut()) += 1;
/// refcell_drop!("guard");
/// assert_eq!(cell.into_inner(), 6);
/// ```
#[macro_export]
macro_rules! refcell_borrow_mut {
    ($name:expr, $id:expr, $guard:expr) => {
        $crate::track_refcell_borrow_mut($name, $id, concat!(file!(), ":", line!()), $guard)
    };
}

/// Records the end of a `RefCell`'s borrow as [`track_refcell_drop`](crate::track_refcell_drop) does, at this line.
#[macro_export]
macro_rules! refcell_drop {
    ($name:expr) => {
        $crate::track_refcell_drop($name, concat!(file!(), ":", line!()))
    };
}
