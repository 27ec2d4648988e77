//! What generated programs stand on: values that print who holds them when they die, and decisions that repeat.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

static STATE: AtomicU32 = AtomicU32::new(1);
static VALUES: AtomicU32 = AtomicU32::new(0);

/// Start a program: the same seed always decides the same.
pub fn seed(n: u32) {
    STATE.store(n.wrapping_mul(2_654_435_761).wrapping_add(1), Ordering::SeqCst);
    VALUES.store(0, Ordering::SeqCst);
}

/// True about once in `n` times.
pub fn toss(n: u32) -> bool {
    let next = STATE.load(Ordering::SeqCst).wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    STATE.store(next, Ordering::SeqCst);
    (next >> 12) % n == 0
}

pub fn maybe_panic(n: u32) {
    if toss(n) {
        panic!("on purpose");
    }
}

/// A value that prints the binding that holds it (`held` tells) when it dies; `_` where no named binding does.
pub struct D {
    id: u32,
    label: Cell<&'static str>,
    part: Cell<Option<usize>>,
}

pub fn mk() -> D {
    D { id: VALUES.fetch_add(1, Ordering::SeqCst), label: Cell::new("_"), part: Cell::new(None) }
}

impl D {
    pub fn len(&self) -> usize {
        self.id as usize
    }

    pub fn touch(&mut self) {
        self.id += 1000;
    }

    pub fn into_option(self) -> Option<D> {
        Some(self)
    }

    fn held_as(&self, label: &'static str, part: Option<usize>) {
        self.label.set(label);
        self.part.set(part);
    }
}

impl Drop for D {
    fn drop(&mut self) {
        match self.part.get() {
            Some(part) if self.label.get() != "_" => println!("drop {}#{part}", self.label.get()),
            _ => println!("drop {}", self.label.get()),
        }
        println!("  value {}", self.id);
    }
}

/// Names the binding that holds the value from now on.
pub trait Held {
    fn held(&self, label: &'static str);
}

impl Held for D {
    fn held(&self, label: &'static str) {
        self.held_as(label, None);
    }
}

impl Held for Box<D> {
    fn held(&self, label: &'static str) {
        self.held_as(label, None);
    }
}

impl Held for RefCell<D> {
    fn held(&self, label: &'static str) {
        self.borrow().held_as(label, None);
    }
}

impl Held for Option<D> {
    fn held(&self, label: &'static str) {
        self.iter().for_each(|value| value.held(label));
    }
}

impl Held for Result<D, D> {
    fn held(&self, label: &'static str) {
        match self {
            Ok(value) | Err(value) => value.held(label),
        }
    }
}

impl Held for (D, D) {
    fn held(&self, label: &'static str) {
        self.0.held_as(label, Some(0));
        self.1.held_as(label, Some(1));
    }
}

impl Held for Vec<D> {
    fn held(&self, label: &'static str) {
        self.iter().enumerate().for_each(|(part, value)| value.held_as(label, Some(part)));
    }
}

/// A struct without a `Drop` of its own: its parts can be moved out.
pub struct P {
    pub a: D,
    pub b: D,
}

impl P {
    pub fn into_pair(self) -> (D, D) {
        (self.a, self.b)
    }
}

impl Held for P {
    fn held(&self, label: &'static str) {
        self.a.held_as(label, Some(0));
        self.b.held_as(label, Some(1));
    }
}

pub enum E {
    A(D),
    B(D, D),
    C,
}

impl Held for E {
    fn held(&self, label: &'static str) {
        match self {
            E::A(value) => value.held_as(label, Some(0)),
            E::B(first, second) => {
                first.held_as(label, Some(0));
                second.held_as(label, Some(1));
            }
            E::C => (),
        }
    }
}

pub fn mk_e() -> E {
    if toss(3) {
        E::C
    } else if toss(2) {
        E::A(mk())
    } else {
        E::B(mk(), mk())
    }
}

pub fn mk_option() -> Option<D> {
    if toss(3) { None } else { Some(mk()) }
}

pub fn mk_result() -> Result<D, D> {
    if toss(3) { Err(mk()) } else { Ok(mk()) }
}

/// A shared value beside one that tells the holder.
pub struct R {
    d: D,
    shared: Rc<D>,
}

pub fn mk_r() -> R {
    R { d: mk(), shared: Rc::new(mk()) }
}

impl Clone for R {
    fn clone(&self) -> R {
        R { d: mk(), shared: Rc::clone(&self.shared) }
    }
}

impl Held for R {
    fn held(&self, label: &'static str) {
        self.d.held(label);
    }
}

pub fn look<T>(_value: &T) -> usize {
    std::mem::size_of::<T>()
}

pub fn run_once<F: FnOnce()>(f: F) {
    f()
}

pub fn run_twice<F: Fn() -> usize>(f: F) -> usize {
    f() + f()
}

pub struct Pause(bool);

pub fn pause() -> Pause {
    Pause(false)
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        Poll::Pending
    }
}

/// Polls so often, then drops the future wherever it stands.
pub fn poll_times<F: Future>(future: F, times: usize) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if future.as_mut().poll(&mut context).is_ready() {
            return;
        }
    }
}
