//! Writes events into the calling thread's chunk.
//!
//! These functions are neither generic nor inlined, so that they are compiled with this crate's optimization also
//! where the traced program is a debug build.

use crate::apart::Apart;
use crate::chunks::next_chunk;
pub(crate) use crate::lifecycle::is_off;
use crate::local::{self, Local};
pub(crate) use crate::strings::ready_text_number;
use crate::{clock, format, header, platform};
use core::sync::atomic::{AtomicU32, Ordering};

/// One slot of the stream.
pub(crate) type Slot = [u32; 4];

const INSTANCES: u32 = 256;
pub(crate) const SLOT: usize = format::SLOT_SIZE;
/// A Clock mark takes two slots.
pub(crate) const CLOCK_SLOTS: usize = 2;

static NEXT_INSTANCE: Apart<AtomicU32> = Apart(AtomicU32::new(1));

/// Records a birth and gives the new instance, 0 if nothing was recorded.
#[inline(never)]
pub(crate) fn birth(word: u32, other: u32) -> u32 {
    birth_of(word, other, [])
}

/// A birth with one more slot.
#[inline(never)]
pub(crate) fn birth_with(word: u32, other: u32, more: Slot) -> u32 {
    birth_of(word, other, [more])
}

/// A birth with the name of its type, which the thread stores once.
#[inline(never)]
pub(crate) fn birth_typed(word: u32, ty: &'static str) -> u32 {
    if word == 0 {
        return birth(word, 0);
    }
    writing(|local| {
        local.cause.set(format::cause::SCOPE_END);
        let number = ready_text_number(local, ty)?;
        let instance = new_instance(local);
        write(local, word, instance, number, [])?;
        Some(instance)
    })
    .unwrap_or(0)
}

/// A birth that names another party and its type.
#[inline(never)]
pub(crate) fn birth_typed_of(word: u32, other: u32, ty: &'static str) -> u32 {
    if word == 0 {
        return birth(word, other);
    }
    writing(|local| {
        local.cause.set(format::cause::SCOPE_END);
        let number = ready_text_number(local, ty)?;
        let instance = new_instance(local);
        write(local, word, instance, other, [object(0, number, 0)])?;
        Some(instance)
    })
    .unwrap_or(0)
}

/// Records an event that is told by the name of its type.
#[inline(never)]
pub(crate) fn event_typed(word: u32, instance: u32, ty: &'static str) {
    if word != 0 {
        writing(|local| {
            let number = ready_text_number(local, ty)?;
            write(local, word, instance, number, [])
        });
    }
}

/// Records an event that names another party and its type.
#[inline(never)]
pub(crate) fn event_typed_of(word: u32, instance: u32, other: u32, ty: &'static str) {
    if word != 0 {
        writing(|local| {
            let number = ready_text_number(local, ty)?;
            write(local, word, instance, other, [object(0, number, 0)])
        });
    }
}

/// Records that `from` moved into a new instance, which is given.
#[inline(never)]
pub(crate) fn birth_by_move(word: u32, from: u32) -> u32 {
    writing(|local| {
        local.cause.set(format::cause::SCOPE_END);
        let to = new_instance(local);
        write(local, word, from, to, [])?;
        Some(to)
    })
    .unwrap_or(0)
}

/// Records that a function began and gives the number of its execution. Its own ends have no cause yet.
#[inline(never)]
pub(crate) fn enter(word: u32) -> u32 {
    writing(|local| {
        local.cause.set(format::cause::SCOPE_END);
        let instance = new_instance(local);
        write(local, word, instance, 0, [])?;
        Some(instance)
    })
    .unwrap_or(0)
}

/// Records that a construct inside a function began and gives the number of its execution.
#[inline(never)]
pub(crate) fn began(word: u32) -> u32 {
    writing(|local| {
        let instance = new_instance(local);
        write(local, word, instance, 0, [])?;
        Some(instance)
    })
    .unwrap_or(0)
}

/// A birth of a guard, whose lock or cell is that of the attempt at `site`, else one that holds `value`.
#[inline(never)]
pub(crate) fn birth_of_guard(word: u32, site: u32, flags: u32, value: usize) -> u32 {
    let taken = local::with(|local| {
        local.attempts.close();
        local.attempts.find(site, value)
    });
    birth_of(word, taken.owner, [object(flags, 0, taken.address)])
}

/// Records an event.
#[inline(never)]
pub(crate) fn event(word: u32, instance: u32, other: u32) {
    writing(|local| write(local, word, instance, other, []));
}

/// Records an event with one more slot.
#[inline(never)]
pub(crate) fn event_with(word: u32, instance: u32, other: u32, more: Slot) {
    writing(|local| write(local, word, instance, other, [more]));
}

/// Records an attempt and remembers the lock or cell.
#[inline(never)]
pub(crate) fn attempt(word: u32, site: u32, owner: u32, address: usize, size: usize) {
    local::with(|local| local.attempts.add(site, owner, address, size));
    writing(|local| write(local, word, 0, owner, [object(0, 0, address)]));
}

/// Records the end of a guard's value, with its cause.
#[inline(never)]
pub(crate) fn end(word: u32, instance: u32) {
    let noted = local::with(|local| match local.cause.get() {
        format::cause::ASSIGN => local.cause.replace(format::cause::SCOPE_END),
        cause => cause,
    });
    let cause = if noted != format::cause::SCOPE_END {
        noted
    } else if std::thread::panicking() {
        format::cause::PANIC
    } else {
        format::cause::SCOPE_END
    };
    writing(|local| write(local, word, instance, cause, []));
}

/// The cause that the next end takes.
#[inline(never)]
pub(crate) fn noted_cause() -> u32 {
    local::with(|local| local.cause.get())
}

/// Notes the cause that ends take from here on: an assignment for one end, a way out until the next birth.
#[inline(never)]
pub(crate) fn note_cause(cause: u32) {
    local::with(|local| local.cause.set(cause));
}

/// The slot that carries an address and two small numbers.
#[inline(always)]
pub(crate) fn object(small: u32, count: u32, address: usize) -> Slot {
    let address = address as u64;
    [
        format::mark::OBJECT << format::KIND_SHIFT | small & format::SITE_MASK,
        count,
        address as u32,
        (address >> 32) as u32,
    ]
}

/// The slot that carries flags.
pub(crate) fn flags(flags: u32) -> Slot {
    [format::mark::FLAGS << format::KIND_SHIFT | flags, 0, 0, 0]
}

#[inline(always)]
fn birth_of<const N: usize>(word: u32, other: u32, more: [Slot; N]) -> u32 {
    writing(|local| {
        local.cause.set(format::cause::SCOPE_END);
        let instance = new_instance(local);
        write(local, word, instance, other, more)?;
        Some(instance)
    })
    .unwrap_or(0)
}

/// Runs `f` unless this thread is in the middle of an event, where a signal handler has interrupted it.
#[inline(always)]
pub(crate) fn writing<R>(f: impl FnOnce(&Local) -> Option<R>) -> Option<R> {
    local::with(|local| {
        if local.busy.replace(true) {
            header::note_lost();
            return None;
        }
        core::sync::atomic::compiler_fence(Ordering::SeqCst);
        let result = f(local);
        core::sync::atomic::compiler_fence(Ordering::SeqCst);
        local.busy.set(false);
        result
    })
}

#[inline(always)]
fn new_instance(local: &Local) -> u32 {
    let instance = local.instance.get();
    if instance == local.instance_end.get() {
        return more_instances(local);
    }
    local.instance.set(instance + 1);
    instance
}

#[cold]
#[inline(never)]
fn more_instances(local: &Local) -> u32 {
    let mut first = NEXT_INSTANCE.fetch_add(INSTANCES, Ordering::Relaxed);
    if first > u32::MAX - INSTANCES {
        // The numbers start over; a reader tells instances apart by their births.
        NEXT_INSTANCE.store(1 + INSTANCES, Ordering::Relaxed);
        first = 1;
    }
    local.instance.set(first + 1);
    local.instance_end.set(first + INSTANCES);
    first
}

/// Writes a head and the slots that follow it, or nothing for the word 0. The head's first word comes last: it makes
/// the event visible.
#[inline(always)]
pub(crate) fn write<const N: usize>(
    local: &Local,
    word: u32,
    instance: u32,
    other: u32,
    more: [Slot; N],
) -> Option<()> {
    if word == 0 {
        return Some(());
    }
    let delta = make_room(local, 1 + N)?;
    let at = local.cursor.get();
    let slot = at as *mut Slot;
    let mut mixed = 0;
    for (place, content) in more.iter().enumerate() {
        // SAFETY: `make_room` left so many slots in this thread's chunk.
        unsafe { slot.add(1 + place).write(*content) };
        mixed ^= halves(*content);
    }
    publish_head(local, at, [word, delta, instance, other], 1 + N, mixed);
    Some(())
}

/// As `write`, for slots whose number is known at run time only.
#[cfg(feature = "track")]
#[inline(never)]
pub(crate) fn write_many(local: &Local, word: u32, instance: u32, other: u32, more: &[Slot]) -> Option<()> {
    let delta = make_room(local, 1 + more.len())?;
    let at = local.cursor.get();
    let mut mixed = 0;
    for (place, content) in more.iter().enumerate() {
        // SAFETY: `make_room` left so many slots in this thread's chunk.
        unsafe { ((at + (1 + place) * SLOT) as *mut Slot).write(*content) };
        mixed ^= halves(*content);
    }
    publish_head(local, at, [word, delta, instance, other], 1 + more.len(), mixed);
    Some(())
}

/// The XOR of a slot's two halves.
#[inline(always)]
pub(crate) const fn halves(slot: Slot) -> u64 {
    (slot[0] ^ slot[2]) as u64 | ((slot[1] ^ slot[3]) as u64) << 32
}

/// A head's second word with the check above it. `mixed` is the XOR of the halves of all slots that follow.
#[inline(always)]
const fn checked(head: Slot, mixed: u64) -> u32 {
    if format::VERSION < format::CHECKED_SINCE {
        return head[1];
    }
    let mut sum = halves(head) ^ mixed;
    sum ^= sum << 40;
    sum ^= sum << 20;
    sum ^= sum << 10;
    head[1] | ((sum >> 32) as u32 ^ format::CHECK << format::CHECK_SHIFT) & !format::TICKS_MASK
}

/// Writes a head slot whose followers stand already, and moves on. `mixed` is the XOR of the followers' halves.
#[inline(always)]
pub(crate) fn publish_head(local: &Local, at: usize, head: Slot, slots: usize, mixed: u64) {
    let words = at as *mut u32;
    // SAFETY: the slot lies in this thread's chunk; slots are aligned to 16 bytes.
    unsafe {
        words.add(1).write(checked(head, mixed));
        words.add(2).write(head[2]);
        words.add(3).write(head[3]);
        (*(words as *const AtomicU32)).store(head[0], Ordering::Release);
    }
    local.cursor.set(at + slots * SLOT);
    let place = local.chunk_at.get() + (at - local.chunk.get()) as u64;
    platform::publish(at, place, slots * SLOT);
}

/// Whether so many slots and a Clock mark fit into the thread's chunk.
#[inline(always)]
pub(crate) fn has_room(local: &Local, slots: usize) -> bool {
    local.end.get() - local.cursor.get() >= (slots + CLOCK_SLOTS) * SLOT
}

/// Makes sure that so many slots (and a Clock mark) fit, and gives the ticks since the last head.
#[inline(always)]
fn make_room(local: &Local, slots: usize) -> Option<u32> {
    if !has_room(local, slots) {
        next_chunk(local, slots)?;
    }
    let now = clock::ticks();
    let delta = now.wrapping_sub(local.last.get());
    if delta >= format::CLOCK_EVERY {
        return Some(after_pause(local, now));
    }
    local.last.set(now);
    Some(delta as u32)
}

/// A long time has passed, or the clock went back a little (then the event counts as simultaneous).
#[cold]
#[inline(never)]
fn after_pause(local: &Local, now: u64) -> u32 {
    if local.last.get().wrapping_sub(now) < u64::from(u32::MAX) {
        return 0;
    }
    let at = local.cursor.get();
    let (now, ns) = platform::keeping_errno(clock::pair);
    let tick = [
        format::mark::TICK << format::KIND_SHIFT,
        0,
        ns as u32,
        (ns >> 32) as u32,
    ];
    // SAFETY: `make_room` has counted the two slots of the mark.
    unsafe { ((at + SLOT) as *mut Slot).write(tick) };
    let head = format::mark::CLOCK << format::KIND_SHIFT;
    let head = [head, 0, now as u32, (now >> 32) as u32];
    publish_head(local, at, head, CLOCK_SLOTS, halves(tick));
    local.last.set(now);
    0
}
