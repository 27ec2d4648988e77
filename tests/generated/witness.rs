//! What tells the truth that recordings are compared with: numbered lines, the state of locks, counts, threads.

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::{self, Rc};
use std::sync::{self, Arc, Mutex, RwLock, TryLockError};

/// What decides on one thread: deterministic, whatever other threads do.
pub struct ThreadState {
    pub decisions: u32,
    pub values: u32,
    pub number: u64,
    children: u64,
    program: &'static str,
    round: u32,
}

thread_local! {
    static THREAD: RefCell<ThreadState> =
        const { RefCell::new(ThreadState { decisions: 1, values: 0, number: 1, children: 0, program: "", round: 0 }) };
}

pub fn thread_state<R>(ask: impl FnOnce(&mut ThreadState) -> R) -> R {
    THREAD.with(|state| ask(&mut state.borrow_mut()))
}

/// Recorded wherever a line is printed: the n-th line of a thread belongs to its n-th mark.
pub fn mark() {}

/// How a thread says in the recording which number its lines carry.
pub fn bit_clear() {}

/// See `bit_clear`.
pub fn bit_set() {}

fn say_number(number: u64) {
    for place in 0..u64::BITS - number.leading_zeros() {
        if number >> place & 1 == 1 {
            bit_set();
        } else {
            bit_clear();
        }
    }
}

/// The thread's number, as it stands before every line.
pub fn tag() -> String {
    format!("[{}] ", thread_state(|state| state.number))
}

/// One line of truth.
pub fn tell(text: impl Display) {
    mark();
    println!("{}{text}", tag());
}

/// Start a program: the same round always decides the same.
pub fn begin(program: &'static str, seed: u32, round: u32) {
    thread_state(|state| {
        state.decisions = (seed ^ (round << 24)).wrapping_mul(2_654_435_761).wrapping_add(1);
        state.values = 0;
        state.program = program;
        state.round = round;
    });
    tell(format_args!("== {program} {round}"));
}

/// What the main thread does first.
pub fn begin_thread() {
    say_number(thread_state(|state| state.number));
}

/// What a thread that is to be started will know of itself.
#[derive(Clone, Copy)]
pub struct Child {
    number: u64,
    decisions: u32,
    program: &'static str,
    round: u32,
}

/// A child of this thread, told before it is started.
pub fn child() -> Child {
    thread_state(|state| {
        state.children += 1;
        let number = state.number << 16 | state.children & 0xffff;
        let decisions = state.decisions.wrapping_mul(2_654_435_761).wrapping_add(number as u32);
        Child { number, decisions, program: state.program, round: state.round }
    })
}

impl Child {
    /// The first act of the thread itself.
    pub fn begins(self) {
        thread_state(|state| {
            state.number = self.number;
            state.decisions = self.decisions;
            state.program = self.program;
            state.round = self.round;
        });
        say_number(self.number);
        tell(format_args!("== {} {}", self.program, self.round));
    }
}

/// Something that can be taken by guards, and tells whether it is.
pub trait Lock {
    fn state(&self) -> &'static str;

    fn address(&self) -> *const ();
}

impl<T> Lock for Mutex<T> {
    fn state(&self) -> &'static str {
        match self.try_lock() {
            Err(TryLockError::WouldBlock) => "exclusive",
            _ => "free",
        }
    }

    fn address(&self) -> *const () {
        std::ptr::from_ref(self).cast()
    }
}

impl<T> Lock for RwLock<T> {
    fn state(&self) -> &'static str {
        match (self.try_write(), ()) {
            (Err(TryLockError::WouldBlock), ()) => (),
            _ => return "free",
        }
        match self.try_read() {
            Err(TryLockError::WouldBlock) => "exclusive",
            _ => "shared",
        }
    }

    fn address(&self) -> *const () {
        std::ptr::from_ref(self).cast()
    }
}

impl<T> Lock for RefCell<T> {
    fn state(&self) -> &'static str {
        match (self.try_borrow_mut().is_ok(), self.try_borrow().is_ok()) {
            (true, _) => "free",
            (_, true) => "shared",
            _ => "exclusive",
        }
    }

    fn address(&self) -> *const () {
        std::ptr::from_ref(self).cast()
    }
}

impl<L: Lock> Lock for Arc<L> {
    fn state(&self) -> &'static str {
        (**self).state()
    }

    fn address(&self) -> *const () {
        (**self).address()
    }
}

impl<L: Lock> Lock for Rc<L> {
    fn state(&self) -> &'static str {
        (**self).state()
    }

    fn address(&self) -> *const () {
        (**self).address()
    }
}

/// Whether a lock is taken here and now.
pub fn probe<L: Lock>(lock: &L, label: &str) -> usize {
    tell(format_args!("probe {label} {} @{:p}", lock.state(), lock.address()));
    0
}

/// The same where the recording need not know who holds it.
pub fn probe_unsure<L: Lock>(lock: &L, label: &str) -> usize {
    tell(format_args!("probe? {label} {} @{:p}", lock.state(), lock.address()));
    0
}

/// Probes a lock when it goes out of scope.
pub struct Watch<'a, L: Lock>(pub &'a L, pub &'static str);

impl<L: Lock> Drop for Watch<'_, L> {
    fn drop(&mut self) {
        probe(self.0, self.1);
    }
}

/// Something that counts who holds it.
pub trait Counted {
    fn counts(&self) -> (usize, usize);
}

impl<T> Counted for Rc<T> {
    fn counts(&self) -> (usize, usize) {
        (Rc::strong_count(self), Rc::weak_count(self))
    }
}

impl<T> Counted for Arc<T> {
    fn counts(&self) -> (usize, usize) {
        (Arc::strong_count(self), Arc::weak_count(self))
    }
}

impl<T> Counted for rc::Weak<T> {
    fn counts(&self) -> (usize, usize) {
        (self.strong_count(), self.weak_count())
    }
}

impl<T> Counted for sync::Weak<T> {
    fn counts(&self) -> (usize, usize) {
        (self.strong_count(), self.weak_count())
    }
}

/// How many hold what the binding points at.
pub fn counts<C: Counted>(counted: &C, label: &str) {
    let (strong, weak) = counted.counts();
    tell(format_args!("counts {label} {strong} {weak}"));
}

/// The same where the binding was born some time ago.
pub fn counts_later<C: Counted>(counted: &C, label: &str) {
    let (strong, weak) = counted.counts();
    tell(format_args!("counts? {label} {strong} {weak}"));
}

/// The operand of a `?`, told where it leaves.
pub trait Leaves: Sized {
    fn is_leaving(&self) -> bool;

    fn tells(self, place: &str) -> Self {
        if self.is_leaving() {
            tell(format_args!("try {place}"));
        }
        self
    }
}

impl<T> Leaves for Option<T> {
    fn is_leaving(&self) -> bool {
        self.is_none()
    }
}

impl<T, E> Leaves for Result<T, E> {
    fn is_leaving(&self) -> bool {
        self.is_err()
    }
}

/// Calls a closure so often.
pub fn run_often(times: usize, mut f: impl FnMut()) {
    for _ in 0..times {
        f();
    }
}
