//! The calls that generated code makes.

use crate::{shared, timed, Span};
use borrowscope_runtime::site;
use std::hint::black_box;

pub const WORK: [crate::Work; 5] = [new, borrow, moved, rc_clone, drop];

/// Some file, and a site in it.
const SITE: u32 = 257;

fn new(events: usize) -> Span {
    timed(events, |number| {
        let x = number;
        black_box(site::track_new_with_id(SITE, &x).unguarded());
    })
}

fn borrow(events: usize) -> Span {
    timed(events, |_| {
        black_box(site::track_borrow_with_id(SITE + 1, 1).unguarded());
    })
}

fn moved(events: usize) -> Span {
    let x = site::track_new_with_id(SITE, &0).unguarded();
    timed(events, |_| {
        black_box(x.moved_to(SITE + 2).unguarded());
    })
}

fn rc_clone(events: usize) -> Span {
    let rc = shared();
    timed(events, |_| {
        let clone = rc.clone();
        black_box(site::track_rc_clone_with_id(SITE + 3, 1, &clone).unguarded());
    })
}

fn drop(events: usize) -> Span {
    let mut guards: Vec<_> = (0..events).map(|x| Some(site::track_new_with_id(SITE, &x))).collect();
    timed(events, |number| guards[number] = None)
}
