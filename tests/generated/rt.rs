//! What generated programs stand on: values that print who holds them when they die, and decisions that repeat.

use crate::witness::{tell, thread_state};
use std::cell::{Cell, OnceCell, RefCell};
use std::future::Future;
use std::pin::{pin, Pin};
use std::rc::{self, Rc};
use std::sync::{self, Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};

/// True about once in `n` times.
pub fn toss(n: u32) -> bool {
    thread_state(|state| {
        let next = state.decisions.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.decisions = next;
        (next >> 12) % n == 0
    })
}

pub fn maybe_panic(n: u32) {
    if toss(n) {
        panic!("on purpose");
    }
}

/// A value that prints the binding that holds it (`held` tells) when it dies; `_` where no named binding does.
pub struct D {
    id: u32,
    thread: u64,
    holder: RwLock<(&'static str, Option<usize>)>,
}

pub fn mk() -> D {
    thread_state(|state| {
        state.values += 1;
        D { id: state.values - 1, thread: state.number, holder: RwLock::new(("_", None)) }
    })
}

impl D {
    pub fn len(&self) -> usize {
        self.id as usize
    }

    pub fn touch(&mut self) {
        self.id += 1000;
    }

    /// Something, or nothing, of every second value.
    pub fn half(&self) -> Option<usize> {
        self.len().is_multiple_of(2).then_some(self.len())
    }

    pub fn few(&self) -> usize {
        self.len() % 2 + 1
    }

    pub fn number(&self) -> &u32 {
        &self.id
    }

    pub fn into_option(self) -> Option<D> {
        Some(self)
    }

    fn held_as(&self, label: &'static str, part: Option<usize>) {
        *self.holder.write().unwrap_or_else(PoisonError::into_inner) = (label, part);
    }
}

impl Drop for D {
    fn drop(&mut self) {
        let (thread, id) = (self.thread, self.id);
        let (label, part) = *self.holder.read().unwrap_or_else(PoisonError::into_inner);
        let panics = if std::thread::panicking() { " panicking" } else { "" };
        match part {
            Some(part) if label != "_" => tell(format_args!("drop {label}#{part} value {thread}:{id}{panics}")),
            _ => tell(format_args!("drop {label} value {thread}:{id}{panics}")),
        }
    }
}

/// Names the binding that holds the value from now on.
pub trait Held {
    fn held(&self, label: &'static str);

    /// The binding was just born with the value.
    fn born(&self, label: &'static str) {
        tell(format_args!("born {label}"));
        self.held(label);
    }

    /// The binding is about to give the value away: nobody who is known holds it.
    fn leaves(&self, label: &'static str) {
        tell(format_args!("move {label}"));
        self.held("_");
    }
}

/// A binding that holds no value of ours was just born.
pub fn born(label: &'static str) {
    tell(format_args!("born {label}"));
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

impl Held for Mutex<D> {
    fn held(&self, label: &'static str) {
        self.lock().unwrap_or_else(PoisonError::into_inner).held_as(label, None);
    }
}

impl Held for RwLock<D> {
    fn held(&self, label: &'static str) {
        self.read().unwrap_or_else(PoisonError::into_inner).held_as(label, None);
    }
}

impl Held for OnceCell<D> {
    fn held(&self, label: &'static str) {
        self.get().iter().for_each(|value| value.held(label));
    }
}

impl Held for Cell<usize> {
    fn held(&self, _label: &'static str) {}
}

/// A value that several may hold never says who did.
impl<T> Held for Rc<T> {
    fn held(&self, _label: &'static str) {}
}

impl<T> Held for Arc<T> {
    fn held(&self, _label: &'static str) {}
}

impl<T> Held for rc::Weak<T> {
    fn held(&self, _label: &'static str) {}
}

impl<T> Held for sync::Weak<T> {
    fn held(&self, _label: &'static str) {}
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

impl Held for [D; 2] {
    fn held(&self, label: &'static str) {
        self.iter().enumerate().for_each(|(part, value)| value.held_as(label, Some(part)));
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

/// A closure beside a value.
pub struct Kept<F> {
    pub f: F,
    pub d: D,
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

/// Looks at two numbers, so that the operands of a call can be watched.
pub fn look_twice(first: usize, second: usize) -> usize {
    first.wrapping_add(second)
}

/// Takes a value, and perhaps never gets the second operand.
pub fn look_pair(first: D, _second: ()) -> usize {
    first.len()
}

/// Takes a value.
pub fn return_early(value: D) -> usize {
    value.len()
}

/// A guard out of a function.
pub fn locked(mutex: &Mutex<D>) -> MutexGuard<'_, D> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a guard by value.
pub fn give_back<G>(guard: G) -> usize {
    std::mem::size_of_val(&guard)
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
