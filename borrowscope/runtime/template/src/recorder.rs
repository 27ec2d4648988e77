//! Writes events into the calling thread's chunk.
//!
//! These functions are neither generic nor inlined, so that they are compiled with this crate's optimization also
//! where the traced program is a debug build.

use crate::local::{self, Local, NO_THREAD};
use crate::platform::{self, Failure};
use crate::{clock, format, setup, stream};
use core::sync::atomic::{AtomicU32, Ordering};

/// One slot of the stream.
pub(crate) type Slot = [u32; 4];

const FRESH: u32 = 0;
const STARTING: u32 = 1;
const ON: u32 = 2;
const OFF: u32 = 3;
const INSTANCES: u32 = 256;
const SLOT: usize = format::SLOT_SIZE;
/// A Clock mark takes two slots.
const CLOCK_SLOTS: usize = 2;

static STATE: AtomicU32 = AtomicU32::new(FRESH);
static THREADS: AtomicU32 = AtomicU32::new(0);
static NEXT_INSTANCE: AtomicU32 = AtomicU32::new(1);
static PARENT: AtomicU32 = AtomicU32::new(0);

/// Whether nothing is recorded (any more).
#[inline(always)]
pub(crate) fn is_off() -> bool {
    STATE.load(Ordering::Relaxed) == OFF
}

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
fn writing<R>(f: impl FnOnce(&Local) -> Option<R>) -> Option<R> {
    local::with(|local| {
        if local.busy.replace(true) {
            stream::note_lost();
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
fn write<const N: usize>(local: &Local, word: u32, instance: u32, other: u32, more: [Slot; N]) -> Option<()> {
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
fn publish_head(local: &Local, at: usize, head: Slot, slots: usize, mixed: u64) {
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

/// Makes sure that so many slots (and a Clock mark) fit, and gives the ticks since the last head.
#[inline(always)]
fn make_room(local: &Local, slots: usize) -> Option<u32> {
    if local.end.get() - local.cursor.get() < (slots + CLOCK_SLOTS) * SLOT {
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

/// Gets the thread its next chunk; at the process's first event the recording starts.
#[cold]
#[inline(never)]
fn next_chunk(local: &Local, slots: usize) -> Option<()> {
    platform::keeping_errno(|| {
        start();
        while local.end.get() - local.cursor.get() < (slots + CLOCK_SLOTS) * SLOT {
            if is_off() {
                return None;
            }
            take_chunk(local)?;
        }
        Some(())
    })
}

fn take_chunk(local: &Local) -> Option<()> {
    let step = (local.sequence.get() as usize).min(format::CHUNK_SIZES.len() - 1);
    let chunk = match stream::take_chunk(format::CHUNK_SIZES[step]) {
        Ok(chunk) => chunk,
        Err(failure) => {
            stop(failure);
            return None;
        }
    };
    if local.mapping.get() != 0 {
        platform::release(local.chunk.get(), local.mapping.get());
    }
    local.chunk.set(chunk.address);
    local.chunk_at.set(chunk.at);
    local.mapping.set(chunk.mapping);
    let is_first = local.thread.get() == NO_THREAD;
    if is_first {
        local.thread.set(THREADS.fetch_add(1, Ordering::Relaxed));
    }
    begin_chunk(local, &chunk);
    if is_first {
        name_thread(local);
    }
    Some(())
}

/// Writes the chunk's header, its magic last.
fn begin_chunk(local: &Local, chunk: &stream::Chunk) {
    let (ticks, ns) = clock::pair();
    let base = chunk.address;
    // SAFETY: the chunk is this thread's own, its header is aligned.
    unsafe {
        ((base + format::chunk::THREAD) as *mut u32).write(local.thread.get());
        ((base + format::chunk::SEQUENCE) as *mut u32).write(local.sequence.get());
        ((base + format::chunk::SIZE) as *mut u32).write(chunk.size as u32);
        ((base + format::chunk::TICKS) as *mut u64).write(ticks);
        ((base + format::chunk::NS) as *mut u64).write(ns);
        ((base + format::chunk::CHECK) as *mut u32).write(stream::chunk_check(base));
        (*((base + format::chunk::MAGIC) as *const AtomicU32)).store(format::CHUNK_MAGIC, Ordering::Release);
    }
    platform::publish(base, chunk.at, format::CHUNK_HEADER_SIZE);
    local.sequence.set(local.sequence.get().wrapping_add(1));
    local.cursor.set(base + format::CHUNK_HEADER_SIZE);
    local.end.set(base + chunk.size);
    local.last.set(ticks);
}

fn name_thread(local: &Local) {
    let thread = std::thread::current();
    if let Some(name) = thread.name() {
        write_text(local, format::mark::THREAD << format::KIND_SHIFT, name);
    }
}

/// The number of a text, also for the first event of a thread.
#[inline(always)]
fn ready_text_number(local: &Local, text: &'static str) -> Option<u32> {
    if local.cursor.get() == 0 {
        next_chunk(local, 1)?;
    }
    Some(text_number(local, text))
}

fn text_number(local: &Local, text: &'static str) -> u32 {
    let (number, is_new) = local.text_number(text);
    if is_new {
        write_text(
            local,
            format::mark::STRING << format::KIND_SHIFT | number & format::SITE_MASK,
            text,
        );
    }
    number
}

/// Up to twelve bytes of a text.
fn text_slot(part: &[u8]) -> Slot {
    let mut bytes = [0; format::TEXT_PER_SLOT];
    bytes[..part.len()].copy_from_slice(part);
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    [format::mark::TEXT << format::KIND_SHIFT, word(0), word(4), word(8)]
}

/// Writes a text: a head that tells its length, then its bytes, twelve a slot.
#[inline(never)]
fn write_text(local: &Local, head: u32, text: &str) -> Option<()> {
    let mut size = text.len().min(format::TEXT_LIMIT);
    while !text.is_char_boundary(size) {
        size -= 1;
    }
    let bytes = &text.as_bytes()[..size];
    let slots = 1 + (size + format::TEXT_PER_SLOT - 1) / format::TEXT_PER_SLOT;
    if local.end.get() - local.cursor.get() < (slots + CLOCK_SLOTS) * SLOT {
        next_chunk(local, slots)?;
    }
    let at = local.cursor.get();
    let mut mixed = 0;
    for (place, part) in bytes.chunks(format::TEXT_PER_SLOT).enumerate() {
        let slot = text_slot(part);
        // SAFETY: so many slots are free in this thread's chunk.
        unsafe { ((at + (1 + place) * SLOT) as *mut Slot).write(slot) };
        mixed ^= halves(slot);
    }
    let length = text.len().min(format::TICKS_MASK as usize) as u32;
    publish_head(local, at, [head, length, size as u32, 0], slots, mixed);
    Some(())
}

/// Starts the recording at the first event of the process; others wait for it.
fn start() {
    while STATE.load(Ordering::Acquire) < ON {
        if STATE
            .compare_exchange(FRESH, STARTING, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            std::thread::yield_now();
            continue;
        }
        let parent = PARENT.load(Ordering::Relaxed);
        if parent == 0 {
            platform::on_fork(forked);
            clock::start();
        }
        let is_on = setup::start(parent);
        STATE.store(if is_on { ON } else { OFF }, Ordering::Release);
    }
}

/// Ends the recording for good; the program goes on.
fn stop(failure: Failure) {
    stream::note_stop(failure);
    STATE.store(OFF, Ordering::Release);
}

/// Runs in a forked child, whose only thread is the caller: it gets a stream of its own at its first event.
extern "C" fn forked() {
    if STATE.load(Ordering::Relaxed) == OFF {
        return;
    }
    PARENT.store(platform::parent_pid().max(1), Ordering::Relaxed);
    stream::forget();
    THREADS.store(0, Ordering::Relaxed);
    local::with(Local::forget_stream);
    STATE.store(FRESH, Ordering::Release);
}
