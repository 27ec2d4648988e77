//! The calls that people write. Both runtimes are called with this text.

use crate::{shared, timed, Span};
use borrowscope_runtime as runtime;
use std::hint::black_box;
use std::sync::Barrier;

pub const WITH_ID: [crate::Work; 5] = [
    new_with_id,
    borrow_with_id,
    move_with_id,
    rc_clone_with_id,
    drop_with_id,
];
pub const BY_NAME: [crate::Work; 5] = [new, borrow, moved, rc_clone, drop];

const PLACE: &str = "src/main.rs:10:9";

/// Forgets all events.
pub fn clear() {
    runtime::reset();
}

fn new_with_id(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| {
        black_box(runtime::track_new_with_id(number, "x", "usize", PLACE, number));
    })
}

fn borrow_with_id(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| {
        black_box(runtime::track_borrow_with_id(number, 1, "r", PLACE, false, &number));
    })
}

fn move_with_id(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| {
        black_box(runtime::track_move_with_id(1, number, "y", PLACE, number));
    })
}

fn rc_clone_with_id(events: usize, ready: &Barrier) -> Span {
    let rc = shared();
    timed(events, ready, |number| {
        black_box(runtime::track_rc_clone_with_id(number, 1, "b", PLACE, rc.clone()));
    })
}

fn drop_with_id(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| runtime::track_drop_with_id(number, PLACE))
}

fn new(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| {
        black_box(runtime::track_new("x", number));
    })
}

fn borrow(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| {
        black_box(runtime::track_borrow("r", &number));
    })
}

fn moved(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| {
        black_box(runtime::track_move("x", "y", number));
    })
}

fn rc_clone(events: usize, ready: &Barrier) -> Span {
    let rc = shared();
    timed(events, ready, |_| {
        black_box(runtime::track_rc_clone("b", "a", rc.clone()));
    })
}

fn drop(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |_| runtime::track_drop("x"))
}
