//! Texts of calls made by hand: found again by their content, so that a thread stores each of them once.
//!
//! Texts of up to 16 bytes are compared as they are, longer ones by 128 bits of hash and their length. A thread's table
//! lies in memory that it takes with its first such text and gives back at its end; no allocator is asked. A text that
//! was displaced is stored again under a new number.

use crate::local::Local;
use crate::{format, platform, strings};
use core::cell::{Cell, UnsafeCell};
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

/// Sets of a thread's first table, and of the one that it gets when that is full.
const SETS: [usize; 2] = [16, 1024];
const SET: usize = core::mem::size_of::<Set>();
/// Memory is asked of the system in pieces of this size.
const BLOCK: usize = 256 * 1024;
/// So many texts are displaced before a thread gets a larger table.
const DISPLACED: u32 = 4;
/// Bytes of a text that are compared as they are.
const EXACT: usize = 16;
/// Longer texts count as this long.
const LONGEST: usize = u32::MAX as usize - 2;
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const LANES: [u64; 4] = [
    0xA076_1D64_78BD_642F,
    0xE703_7ED1_A0B4_28DB,
    0x8EBC_6AF0_9C88_C6E3,
    0x5899_65CC_7537_4CC3,
];

/// What a text is known by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    words: [u64; 2],
    /// One more than its length: 0 is no text.
    size: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    words: [u64; 2],
    /// The key's size; above it how often the thread's texts had been forgotten before this one was stored.
    tag: u64,
    number: u32,
}

/// The entries that a text may have, the newest first.
#[repr(align(64))]
struct Set([Entry; 2]);

/// A thread's table.
pub(crate) struct Texts {
    /// Its address, 0 if there is none.
    table: Cell<usize>,
    /// Number of its sets.
    sets: Cell<usize>,
    displaced: Cell<u32>,
}

impl Texts {
    /// No table yet.
    pub(crate) const fn new() -> Texts {
        Texts {
            table: Cell::new(0),
            sets: Cell::new(0),
            displaced: Cell::new(0),
        }
    }

    /// The place of a key's set, if there is a table.
    #[inline(always)]
    fn find(&self, key: Key) -> Option<*mut Set> {
        let table = self.table.get() as *mut Set;
        if table.is_null() {
            return None;
        }
        // SAFETY: the number of sets is a power of two, the table has so many.
        Some(unsafe { table.add(key.place() & (self.sets.get() - 1)) })
    }

    fn insert(&self, entry: Entry, epoch: u32) {
        if let Some(set) = self.find(entry.key()) {
            // SAFETY: the table is this thread's own, and nobody else has a reference into it.
            let set = unsafe { &mut (*set).0 };
            let is_full = set.iter().all(|old| old.is_of(epoch));
            self.displaced.set(self.displaced.get() + u32::from(is_full));
            set[1] = set[0];
            set[0] = entry;
        }
    }

    /// Makes room for one more text: the first table, or a larger one.
    fn prepare(&self, epoch: u32) {
        let is_small = self.sets.get() < SETS[1];
        if self.table.get() == 0 {
            self.replace(SETS[0]);
        } else if is_small && self.displaced.get() >= DISPLACED {
            let (old, sets) = (self.table.get(), self.sets.get());
            if self.replace(SETS[1]) {
                for at in 0..sets {
                    // SAFETY: the old table has so many sets, and nobody uses it any more.
                    let set = unsafe { &(*(old as *const Set).add(at)).0 };
                    set.iter().rev().for_each(|entry| self.keep(*entry, epoch));
                }
                give(old, sets);
            }
        }
    }

    fn keep(&self, entry: Entry, epoch: u32) {
        if entry.is_of(epoch) {
            self.insert(entry, epoch);
        }
    }

    fn replace(&self, sets: usize) -> bool {
        self.displaced.set(0);
        let taken = take(sets);
        if let Some(table) = taken {
            self.table.set(table);
            self.sets.set(sets);
        }
        taken.is_some()
    }

    /// Gives the table to whoever needs one: the thread ends.
    pub(crate) fn give_back(&self) {
        let table = self.table.replace(0);
        if table != 0 {
            give(table, self.sets.replace(0));
        }
    }
}

impl Entry {
    fn new(key: Key, epoch: u32, number: u32) -> Entry {
        Entry {
            words: key.words,
            tag: key.tag(epoch),
            number,
        }
    }

    fn key(&self) -> Key {
        Key {
            words: self.words,
            size: self.tag as u32,
        }
    }

    /// Whether it is a text, stored since the texts were forgotten last.
    fn is_of(&self, epoch: u32) -> bool {
        self.tag as u32 != 0 && (self.tag >> 32) as u32 == epoch
    }
}

impl Key {
    /// The key of nothing.
    pub(crate) const NONE: Key = Key { words: [0; 2], size: 0 };

    /// The key of a number; no text has it.
    pub(crate) const fn of_id(id: usize) -> Key {
        Key {
            words: [id as u64, 0],
            size: u32::MAX,
        }
    }

    /// The key of a text.
    #[inline(always)]
    pub(crate) fn of(text: &str) -> Key {
        let bytes = text.as_bytes();
        let size = Key::size_of(text);
        let words = match bytes.len() {
            0 => [0; 2],
            1..=3 => [tiny(bytes), 0],
            4..=7 => [half(bytes, 0) | half(bytes, bytes.len() - 4) << 32, 0],
            8..=EXACT => [word(bytes, 0), word(bytes, bytes.len() - 8)],
            _ => {
                let (first, second) = hash(bytes);
                [first, second]
            }
        };
        Key { words, size }
    }

    #[inline(always)]
    fn size_of(text: &str) -> u32 {
        text.len().min(LONGEST) as u32 + 1
    }

    #[inline(always)]
    fn tag(self, epoch: u32) -> u64 {
        u64::from(self.size) | u64::from(epoch) << 32
    }

    /// Where to look for it.
    #[inline(always)]
    pub(crate) fn place(self) -> usize {
        let mixed = self.words[0] ^ self.words[1].rotate_left(29) ^ u64::from(self.size);
        (mixed.wrapping_mul(GOLDEN) >> 40) as usize
    }
}

/// One to three bytes: first, middle, last.
#[inline(always)]
fn tiny(bytes: &[u8]) -> u64 {
    let at = |place: usize| u64::from(bytes[place]);
    at(0) | at(bytes.len() / 2) << 8 | at(bytes.len() - 1) << 16
}

#[inline(always)]
fn half(bytes: &[u8], at: usize) -> u64 {
    debug_assert!(at + 4 <= bytes.len());
    // SAFETY: the callers leave four bytes behind `at`.
    u64::from(unsafe { bytes.as_ptr().add(at).cast::<u32>().read_unaligned() })
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    debug_assert!(at + 8 <= bytes.len());
    // SAFETY: the callers leave eight bytes behind `at`.
    unsafe { bytes.as_ptr().add(at).cast::<u64>().read_unaligned() }
}

/// 128 bits of more than 16 bytes. A pair comes back in registers, an array would not.
#[inline(never)]
fn hash(bytes: &[u8]) -> (u64, u64) {
    let last = bytes.len() - 16;
    let mut state = [LANES[0] ^ bytes.len() as u64, LANES[1]];
    let mut at = 0;
    while at < last {
        state = absorb(state, word(bytes, at), word(bytes, at + 8));
        at += 16;
    }
    state = absorb(state, word(bytes, last), word(bytes, last + 8));
    (mix(state[0], LANES[2]), mix(state[1], LANES[3]))
}

#[inline(always)]
fn absorb(state: [u64; 2], first: u64, second: u64) -> [u64; 2] {
    [
        mix(state[0] ^ first, LANES[2] ^ second),
        mix(state[1] ^ second, LANES[3] ^ first.rotate_left(32)),
    ]
}

/// The product's two halves, XORed.
#[inline(always)]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// The number of a text among those that the thread has stored.
#[inline(always)]
pub(crate) fn number(local: &Local, text: &str) -> Option<u32> {
    let key = Key::of(text);
    if let Some(set) = local.callers.find(key) {
        // SAFETY: the table is this thread's own, and nobody else has a reference into it.
        let set = unsafe { &(*set).0 };
        let tag = key.tag(local.text_epoch.get());
        for entry in set {
            let differs = entry.words[0] ^ key.words[0] | entry.words[1] ^ key.words[1] | entry.tag ^ tag;
            if differs == 0 {
                return Some(entry.number);
            }
        }
    }
    store(local, text, key.words[0], key.words[1])
}

/// Stores a text whose key has these words. They are handed over one by one: a key whose address is taken would stand in
/// memory whenever a text is looked for.
#[cold]
#[inline(never)]
fn store(local: &Local, text: &str, first: u64, second: u64) -> Option<u32> {
    let key = Key {
        words: [first, second],
        size: Key::size_of(text),
    };
    let number = local.next_text();
    let head = format::mark::STRING << format::KIND_SHIFT | number & format::SITE_MASK;
    strings::write_text(local, head, text)?;
    let epoch = local.text_epoch.get();
    local.callers.prepare(epoch);
    local.callers.insert(Entry::new(key, epoch, number), epoch);
    Some(number)
}

/// Tables that nobody uses, and memory to cut more from.
struct Pool {
    /// The first free table of each size; each begins with the address of the next.
    free: [usize; 2],
    block: usize,
    left: usize,
}

struct Shared(UnsafeCell<Pool>);

// SAFETY: the content is touched under `LOCK` only.
unsafe impl Sync for Shared {}

const EMPTY: Pool = Pool {
    free: [0; 2],
    block: 0,
    left: 0,
};
static LOCK: AtomicBool = AtomicBool::new(false);
static POOL: Shared = Shared(UnsafeCell::new(EMPTY));

/// Runs `f` with the pool, one thread at a time. Twice in a thread's life.
fn locked<R>(f: impl FnOnce(&mut Pool) -> R) -> R {
    while LOCK
        .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
        .is_err()
    {
        std::thread::yield_now();
    }
    // SAFETY: the lock is held; `f` neither panics nor comes back here.
    let result = f(unsafe { &mut *POOL.0.get() });
    LOCK.store(false, Ordering::Release);
    result
}

fn take(sets: usize) -> Option<usize> {
    let table = locked(|pool| pool.reuse(sets).or_else(|| pool.cut(sets)))?;
    // SAFETY: the table is nobody else's now, and of this size.
    unsafe { ptr::write_bytes(table as *mut u8, 0, sets * SET) };
    Some(table)
}

fn give(table: usize, sets: usize) {
    locked(|pool| {
        let first = &mut pool.free[usize::from(sets > SETS[0])];
        // SAFETY: the table is nobody's now; it has room for an address, and is aligned.
        unsafe { (table as *mut usize).write(*first) };
        *first = table;
    });
}

impl Pool {
    fn reuse(&mut self, sets: usize) -> Option<usize> {
        let first = &mut self.free[usize::from(sets > SETS[0])];
        let table = *first;
        if table == 0 {
            return None;
        }
        // SAFETY: a free table begins with the address of the next.
        *first = unsafe { (table as *const usize).read() };
        Some(table)
    }

    fn cut(&mut self, sets: usize) -> Option<usize> {
        let size = sets * SET;
        if self.left < size {
            self.block = platform::keeping_errno(|| platform::memory(BLOCK))? as usize;
            self.left = BLOCK;
        }
        let table = self.block;
        self.block += size;
        self.left -= size;
        Some(table)
    }
}

/// In a forked child: another thread may have held the pool.
pub(crate) fn forget() {
    // SAFETY: the child has one thread, and it does not use the pool now.
    unsafe { *POOL.0.get() = EMPTY };
    LOCK.store(false, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(texts: &Texts, text: &str, number: u32) {
        texts.prepare(0);
        texts.insert(Entry::new(Key::of(text), 0, number), 0);
    }

    fn found(texts: &Texts, text: &str) -> Option<u32> {
        let key = Key::of(text);
        // SAFETY: the table is this test's own.
        let set = unsafe { &(*texts.find(key)?).0 };
        let tag = key.tag(0);
        let entry = set.iter().find(|entry| entry.words == key.words && entry.tag == tag)?;
        Some(entry.number)
    }

    #[test]
    fn texts_are_told_apart_by_every_byte_and_their_length() {
        let base = "0123456789abcdef0123456789abcdef0123456789abcdef";
        for size in 0..base.len() {
            let text = &base[..size];
            for at in 0..size {
                let mut other = text.as_bytes().to_vec();
                other[at] ^= 1;
                let other = String::from_utf8(other).unwrap();
                assert!(Key::of(text) != Key::of(&other), "{text} {other}");
            }
            assert!(Key::of(text) != Key::of(&base[..size + 1]));
            assert!(Key::of(text) != Key::of(&format!("{text}\0")));
        }
    }

    #[test]
    fn a_copy_of_a_text_is_the_text() {
        for text in [
            "",
            "a",
            "abc",
            "abcd",
            "abcdefgh",
            "src/main.rs:12:9",
            "a/longer/path/src/main.rs:12:9",
        ] {
            assert!(Key::of(text) == Key::of(&String::from(text)));
        }
    }

    #[test]
    fn no_id_is_a_text() {
        assert!(Key::of("") != Key::of_id(0));
        assert!(Key::of("a") != Key::of_id(97));
    }

    #[test]
    fn a_full_table_grows_and_keeps_its_texts() {
        let texts = Texts::new();
        for number in 1..=1000 {
            stored(&texts, &number.to_string(), number);
        }
        assert_eq!(texts.sets.get(), SETS[1]);
        let kept = (1..=1000).filter(|number| found(&texts, &number.to_string()) == Some(*number));
        let kept = kept.count();
        assert!(kept > 900, "{kept}");
        texts.give_back();
        assert_eq!(found(&texts, "1"), None);
    }

    #[test]
    fn a_displaced_text_is_gone_and_never_another() {
        let texts = Texts::new();
        for number in 1..=20_000 {
            stored(&texts, &number.to_string(), number);
        }
        for number in 1..=20_000 {
            let found = found(&texts, &number.to_string());
            assert!(found.map_or(true, |found| found == number));
        }
        assert_eq!(found(&texts, "20000"), Some(20_000));
        texts.give_back();
    }

    #[test]
    fn a_table_that_was_given_back_is_empty_where_it_is_taken_again() {
        let first = Texts::new();
        stored(&first, "a", 1);
        first.give_back();
        let second = Texts::new();
        second.prepare(0);
        assert_eq!(found(&second, "a"), None);
        second.give_back();
    }
}
