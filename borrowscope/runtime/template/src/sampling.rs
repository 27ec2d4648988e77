//! Records a share of the variables: one decision for each instance.
//!
//! What was decided where a variable was created holds for its end and for where it moves; by name within a thread, by
//! id within the process. Decisions are kept in a fixed table, the oldest are forgotten. A program that samples nothing
//! pays one load.

use core::sync::atomic::Ordering;

/// Whether the next of many is in the sample. Of many calls a share of `rate` says yes.
///
/// ```
/// use borrowscope_runtime::should_sample;
///
/// assert!(should_sample(1.0));
/// assert!(!should_sample(0.0));
/// ```
pub fn should_sample(rate: f64) -> bool {
    chance() < rate
}

/// The next of evenly spread numbers from 0 to 1. Every program begins with the same.
#[cfg(all(target_has_atomic = "64", not(borrowscope_portable)))]
fn chance() -> f64 {
    use core::sync::atomic::AtomicU64;

    static SEED: AtomicU64 = AtomicU64::new(0x853c_49e6_748f_ea9b);
    let advance = |mut seed: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^ seed << 17
    };
    let seed = SEED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seed| Some(advance(seed)));
    advance(seed.unwrap_or(1)) as f64 / u64::MAX as f64
}

/// As above, where numbers of 64 bits are not changed at once.
#[cfg(not(all(target_has_atomic = "64", not(borrowscope_portable))))]
fn chance() -> f64 {
    use core::sync::atomic::AtomicU32;

    static SEED: AtomicU32 = AtomicU32::new(0x853c_49e6);
    let advance = |mut seed: u32| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^ seed << 5
    };
    let seed = SEED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seed| Some(advance(seed)));
    f64::from(advance(seed.unwrap_or(1))) / f64::from(u32::MAX)
}

#[cfg(feature = "track")]
pub(crate) use decisions::*;

#[cfg(feature = "track")]
mod decisions {
    use super::should_sample;
    use crate::local;
    use crate::texts::Key;
    use core::cell::UnsafeCell;
    use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    const SETS: usize = 512;
    const WAYS: usize = 8;
    /// Owner of decisions by id: the process.
    const PROCESS: u32 = 0;
    /// Nobody keeps a set for longer; a signal handler may have interrupted who does.
    const SPINS: u32 = 1 << 14;

    /// The decisions for one name or id, the newest in the lowest bit.
    #[derive(Clone, Copy)]
    struct Entry {
        key: Key,
        owner: u32,
        bits: u64,
        /// How many there are, 0 = the entry is free.
        depth: u32,
    }

    /// Entries, the one that was used last in front.
    struct Set {
        is_taken: AtomicBool,
        entries: UnsafeCell<[Entry; WAYS]>,
    }

    // SAFETY: the entries are touched by who has taken the set.
    unsafe impl Sync for Set {}

    #[allow(clippy::declare_interior_mutable_const)]
    const FREE: Set = Set {
        is_taken: AtomicBool::new(false),
        entries: UnsafeCell::new(
            [Entry {
                key: Key::NONE,
                owner: 0,
                bits: 0,
                depth: 0,
            }; WAYS],
        ),
    };
    static TABLE: [Set; SETS] = [FREE; SETS];
    static IS_USED: AtomicBool = AtomicBool::new(false);
    static OWNERS: AtomicU32 = AtomicU32::new(PROCESS + 1);

    /// Runs `f` with the entries of a key; None if they cannot be had.
    fn with<R>(key: Key, f: impl FnOnce(&mut [Entry; WAYS]) -> R) -> Option<R> {
        taken(&TABLE[key.place() % SETS], f)
    }

    fn taken<R>(set: &Set, f: impl FnOnce(&mut [Entry; WAYS]) -> R) -> Option<R> {
        let is_taken = |_| {
            core::hint::spin_loop();
            set.is_taken.swap(true, Ordering::Acquire)
        };
        if (0..SPINS).all(is_taken) {
            return None;
        }
        // SAFETY: the set is taken; `f` does not come back here.
        let result = f(unsafe { &mut *set.entries.get() });
        set.is_taken.store(false, Ordering::Release);
        Some(result)
    }

    /// The place of a key's entry, which is moved to the front.
    fn find(entries: &mut [Entry; WAYS], key: Key, owner: u32) -> bool {
        let is_it = |entry: &Entry| entry.depth > 0 && entry.key == key && entry.owner == owner;
        match entries.iter().position(is_it) {
            Some(at) => {
                entries[..=at].rotate_right(1);
                true
            }
            None => false,
        }
    }

    fn push(key: Key, owner: u32, is_kept: bool) {
        IS_USED.store(true, Ordering::Relaxed);
        with(key, |entries| {
            if !find(entries, key, owner) {
                let free = entries.iter().position(|entry| entry.depth == 0);
                entries[..=free.unwrap_or(WAYS - 1)].rotate_right(1);
                entries[0] = Entry {
                    key,
                    owner,
                    bits: 0,
                    depth: 0,
                };
            }
            add(&mut entries[0], is_kept);
        });
    }

    fn add(entry: &mut Entry, is_kept: bool) {
        entry.bits = entry.bits << 1 | u64::from(is_kept);
        entry.depth = (entry.depth + 1).min(u64::BITS);
    }

    /// Adds an instance that is recorded, where others of its name are sampled.
    fn push_beside(key: Key, owner: u32) {
        with(key, |entries| {
            if find(entries, key, owner) {
                add(&mut entries[0], true);
            }
        });
    }

    /// What was decided for the newest instance; it is gone.
    fn pop(key: Key, owner: u32) -> Option<bool> {
        with(key, |entries| {
            if !find(entries, key, owner) {
                return None;
            }
            let entry = &mut entries[0];
            let is_kept = entry.bits & 1 == 1;
            entry.bits >>= 1;
            entry.depth -= 1;
            Some(is_kept)
        })?
    }

    /// What was decided for the newest instance.
    fn peek(key: Key, owner: u32) -> Option<bool> {
        with(key, |entries| {
            find(entries, key, owner).then(|| entries[0].bits & 1 == 1)
        })?
    }

    /// A number of the calling thread that no other thread has or had.
    fn thread() -> u32 {
        local::with(|local| {
            if local.sampler.get() == PROCESS {
                local.sampler.set(OWNERS.fetch_add(1, Ordering::Relaxed));
            }
            local.sampler.get()
        })
    }

    #[inline(always)]
    fn is_unused() -> bool {
        !IS_USED.load(Ordering::Relaxed)
    }

    /// Decides for a new variable.
    #[inline(never)]
    pub(crate) fn begins(name: &str, rate: f64) -> bool {
        let is_kept = should_sample(rate);
        push(Key::of(name), thread(), is_kept);
        is_kept
    }

    /// Decides for a new variable that has an id.
    #[inline(never)]
    pub(crate) fn begins_id(id: usize, rate: f64) -> bool {
        let is_kept = should_sample(rate);
        push(Key::of_id(id), PROCESS, is_kept);
        is_kept
    }

    /// Whether the end of a variable is recorded: as its creation, else by chance.
    #[inline(never)]
    pub(crate) fn ends_sampled(name: &str, rate: f64) -> bool {
        pop(Key::of(name), thread()).unwrap_or_else(|| should_sample(rate))
    }

    /// Whether a move is recorded: as the creation of what moves, else by chance.
    #[inline(never)]
    pub(crate) fn moves_sampled(from: &str, to: &str, rate: f64) -> bool {
        let thread = thread();
        let is_kept = pop(Key::of(from), thread).unwrap_or_else(|| should_sample(rate));
        push(Key::of(to), thread, is_kept);
        is_kept
    }

    /// A variable is created that is not sampled.
    #[inline(always)]
    pub(crate) fn is_born(name: &str) -> bool {
        is_unused() || born(Key::of(name), true)
    }

    /// A variable with an id is created that is not sampled.
    #[inline(always)]
    pub(crate) fn is_born_id(id: usize) -> bool {
        is_unused() || born(Key::of_id(id), false)
    }

    #[inline(never)]
    fn born(key: Key, is_name: bool) -> bool {
        push_beside(key, if is_name { thread() } else { PROCESS });
        true
    }

    /// Whether the end of a variable is recorded.
    #[inline(always)]
    pub(crate) fn ends(name: &str) -> bool {
        is_unused() || ended(name)
    }

    #[inline(never)]
    fn ended(name: &str) -> bool {
        pop(Key::of(name), thread()).unwrap_or(true)
    }

    /// Whether the end of a variable with an id is recorded.
    #[inline(always)]
    pub(crate) fn ends_id(id: usize) -> bool {
        is_unused() || ended_id(id)
    }

    #[inline(never)]
    fn ended_id(id: usize) -> bool {
        pop(Key::of_id(id), PROCESS).unwrap_or(true)
    }

    /// Whether a move is recorded.
    #[inline(always)]
    pub(crate) fn moves(from: &str, to: &str) -> bool {
        is_unused() || moved([Key::of(from), Key::of(to)], thread())
    }

    /// Whether a move is recorded, between variables with ids.
    #[inline(always)]
    pub(crate) fn moves_id(from: usize, to: usize) -> bool {
        is_unused() || moved([Key::of_id(from), Key::of_id(to)], PROCESS)
    }

    #[inline(never)]
    fn moved([from, to]: [Key; 2], owner: u32) -> bool {
        match pop(from, owner) {
            Some(is_kept) => {
                push(to, owner, is_kept);
                is_kept
            }
            None => {
                push_beside(to, owner);
                true
            }
        }
    }

    /// Whether a borrow is recorded: as the creation of what is borrowed.
    #[inline(always)]
    pub(crate) fn borrows_id(owner: usize, borrower: usize) -> bool {
        is_unused() || borrowed(Key::of_id(owner), Key::of_id(borrower))
    }

    #[inline(never)]
    fn borrowed(owner: Key, borrower: Key) -> bool {
        match peek(owner, PROCESS) {
            Some(is_kept) => {
                push(borrower, PROCESS, is_kept);
                is_kept
            }
            None => {
                push_beside(borrower, PROCESS);
                true
            }
        }
    }

    /// Names start over: nothing is decided for variables of before.
    pub(crate) fn start_over() {
        if is_unused() {
            return;
        }
        for set in &TABLE {
            taken(set, |entries| entries.iter_mut().for_each(|entry| entry.depth = 0));
        }
    }

    /// In a forked child: another thread may have had a set.
    pub(crate) fn forget() {
        for set in &TABLE {
            set.is_taken.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(all(test, feature = "track"))]
mod tests {
    use super::*;

    #[test]
    fn an_end_follows_its_creation() {
        for _ in 0..1000 {
            let is_kept = begins("follows", 0.5);
            assert_eq!(ends_sampled("follows", 0.5), is_kept);
            let is_kept = begins("follows", 0.5);
            assert_eq!(ends("follows"), is_kept);
            let is_kept = begins_id(1 << 40, 0.5);
            assert_eq!(ends_id(1 << 40), is_kept);
        }
    }

    #[test]
    fn instances_of_one_name_end_the_newest_first() {
        let kept: Vec<bool> = (0..40).map(|_| begins("nested", 0.5)).collect();
        for is_kept in kept.iter().rev() {
            assert_eq!(ends("nested"), *is_kept);
        }
        assert!(ends("nested"));
    }

    #[test]
    fn a_move_follows_what_moves_and_so_does_its_goal() {
        for _ in 0..100 {
            let is_kept = begins("from", 0.5);
            assert_eq!(moves("from", "to"), is_kept);
            assert_eq!(moves_sampled("to", "further", 0.5), is_kept);
            assert_eq!(ends("further"), is_kept);
            let is_kept = begins_id(7 << 40, 0.5);
            assert_eq!(borrows_id(7 << 40, 8 << 40), is_kept);
            assert_eq!(ends_id(8 << 40), is_kept);
            assert_eq!(moves_id(7 << 40, 9 << 40), is_kept);
            assert_eq!(ends_id(9 << 40), is_kept);
        }
    }

    #[test]
    fn what_is_not_sampled_is_recorded_beside_what_is() {
        while begins("beside", 0.5) {}
        assert!(is_born("beside"));
        assert!(ends("beside"));
        assert!(!ends("beside"));
        assert!(ends("never sampled"));
    }

    #[test]
    fn another_thread_has_variables_of_its_own() {
        while begins("apart", 0.5) {}
        assert!(std::thread::spawn(|| ends("apart")).join().unwrap());
        assert!(!ends("apart"));
    }

    #[test]
    fn the_share_is_as_asked() {
        let kept = (0..100_000).filter(|_| should_sample(0.25)).count();
        assert!((24_000..26_000).contains(&kept), "{kept}");
    }
}
