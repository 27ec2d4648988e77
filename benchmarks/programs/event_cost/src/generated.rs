//! The calls that generated code makes.

use crate::{shared, timed, Span};
use borrowscope_runtime::site;
use std::hint::black_box;
use std::sync::Barrier;

pub const WORK: [crate::Work; 5] = [new, borrow, moved, rc_clone, drop];

/// Some file, and a site in it.
const SITE: u32 = 257;

fn new(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |number| {
        let x = number;
        black_box(site::track_new_with_id(SITE, &x).unguarded());
    })
}

fn borrow(events: usize, ready: &Barrier) -> Span {
    timed(events, ready, |_| {
        black_box(site::track_borrow_with_id(SITE + 1, 1).unguarded());
    })
}

fn moved(events: usize, ready: &Barrier) -> Span {
    let x = site::track_new_with_id(SITE, &0).unguarded();
    timed(events, ready, |_| {
        black_box(x.moved_to(SITE + 2).unguarded());
    })
}

fn rc_clone(events: usize, ready: &Barrier) -> Span {
    let rc = shared();
    timed(events, ready, |_| {
        let clone = rc.clone();
        black_box(site::track_rc_clone_with_id(SITE + 3, 1, &clone).unguarded());
    })
}

fn drop(events: usize, ready: &Barrier) -> Span {
    let mut guards: Vec<_> = (0..events).map(|x| Some(site::track_new_with_id(SITE, &x))).collect();
    timed(events, ready, |number| guards[number] = None)
}
