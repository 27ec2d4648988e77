//! The stream's header page: what the process is, and what has to be told about its recording.

use crate::platform::{self, Failure};
use crate::text::Text;
use crate::{clock, format};
use core::ptr;
use core::sync::atomic::{fence, AtomicU32, AtomicUsize, Ordering};

/// Address of the header page, 0 where there is no stream.
static HEADER: AtomicUsize = AtomicUsize::new(0);
static LOST: AtomicU32 = AtomicU32::new(0);

/// What the header says of a process that is known from the start.
#[derive(Clone, Copy)]
pub(crate) struct About {
    /// Bytes of the stream that are reserved.
    pub(crate) used: u64,
    /// The forked process, or 0.
    pub(crate) parent: u32,
    /// Events that a ring keeps, or 0.
    pub(crate) limit: u64,
}

/// A header page in memory of its own.
#[repr(C, align(4096))]
struct Page([u64; format::HEADER_SIZE / 8]);

/// Writes the header to a page that is zero and stays, and tells from here on what changes.
pub(crate) fn write(header: usize, about: About) {
    // SAFETY: the header page was mapped just now and belongs to nobody else.
    unsafe { fill(header, about) };
    HEADER.store(header, Ordering::Release);
    platform::publish(header, 0, format::HEADER_SIZE);
    store_lost();
}

/// Writes the header of a stream that could not be mapped: it tells why.
#[cold]
#[inline(never)]
pub(crate) fn write_stopped(path: &Text, about: About, failure: Failure) {
    let mut page = Page([0; format::HEADER_SIZE / 8]);
    let header = page.0.as_mut_ptr() as usize;
    let told = stop_word(failure);
    // SAFETY: the page is our own.
    let content = unsafe {
        fill(header, about);
        put(header, format::header::STOPPED, told);
        put(header, format::header::STOPPED_TWIN, !told);
        core::slice::from_raw_parts(header as *const u8, format::HEADER_SIZE)
    };
    platform::store(path, content);
}

/// # Safety
/// `header` must be a page that is zero, aligned, and the caller's.
unsafe fn fill(header: usize, about: About) {
    let mut executable = Text::new();
    platform::executable(&mut executable);
    let (ticks, ns) = clock::pair();
    // SAFETY: the caller's promise.
    unsafe {
        put(header, format::header::VERSION, format::VERSION);
        put(header, format::header::HEADER_SIZE, format::HEADER_SIZE as u32);
        put(header, format::header::PID, platform::pid());
        put(header, format::header::CLOCK, clock::source());
        put(header, format::header::START_NS, ns);
        put(header, format::header::START_TICKS, ticks);
        put(header, format::header::START_UNIX_NS, platform::unix_ns());
        put(header, format::header::PARENT_PID, about.parent);
        put(header, format::header::LIMIT, about.limit);
        let path = executable.as_bytes();
        let size = path.len().min(format::header::EXECUTABLE_LIMIT);
        put(header, format::header::EXECUTABLE_SIZE, size as u32);
        ptr::copy_nonoverlapping(path.as_ptr(), (header + format::header::EXECUTABLE) as *mut u8, size);
        let magic = u64::from_le_bytes(format::MAGIC);
        let rest = core::slice::from_raw_parts(header as *const u64, format::HEADER_CHECKED / 8);
        let mixed = rest.iter().fold(magic, |sum, part| sum ^ part);
        put(header, format::header::CHECK, folded(mixed));
        put(header, format::header::STOPPED_TWIN, !0u64);
        put(header, format::header::LOST_TWIN, !0u32);
        put(header, format::header::GIVEN_UP_TWIN, !0u64);
        put(header, format::header::USED, about.used);
        put(header, format::header::USED_TWIN, !about.used);
        fence(Ordering::Release);
        put(header, format::header::MAGIC, magic);
    }
}

/// Forgets the header: it belongs to the process that was forked.
pub(crate) fn forget() {
    HEADER.store(0, Ordering::Relaxed);
    LOST.store(0, Ordering::Relaxed);
}

/// Writes down how many bytes of the stream are reserved.
pub(crate) fn note_used(used: u64) {
    tell(format::header::USED, format::header::USED_TWIN, used);
}

/// Writes down how many events the ring has given up.
pub(crate) fn note_given_up(events: u64) {
    tell(format::header::GIVEN_UP, format::header::GIVEN_UP_TWIN, events);
}

/// Writes down why the recording ends before the process does.
pub(crate) fn note_stop(failure: Failure) {
    tell(
        format::header::STOPPED,
        format::header::STOPPED_TWIN,
        stop_word(failure),
    );
}

fn stop_word(failure: Failure) -> u64 {
    u64::from(failure.reason) | u64::from(failure.errno) << 32
}

/// Counts an event that a signal handler wanted to record while its thread was recording.
#[cold]
#[inline(never)]
pub(crate) fn note_lost() {
    LOST.fetch_add(1, Ordering::Relaxed);
    store_lost();
}

/// The check of a chunk's header, whose other fields stand already.
///
/// # Safety
/// `base` must be the address of a chunk that the caller may read.
pub(crate) unsafe fn chunk_check(base: usize) -> u32 {
    // SAFETY: the caller's promise; the header is aligned.
    let (thread, rest) = unsafe {
        let rest = (base + format::chunk::SEQUENCE) as *const [u64; 3];
        (((base + format::chunk::THREAD) as *const u32).read(), rest.read())
    };
    folded(u64::from(thread) ^ rest[0] ^ rest[1] ^ rest[2])
}

/// The XOR of all that a check stands for, folded.
const fn folded(mixed: u64) -> u32 {
    (mixed ^ mixed >> 32) as u32 ^ format::CHECK_WORD
}

/// Stores the count until what is stored is what was counted: others may be counting.
fn store_lost() {
    let header = HEADER.load(Ordering::Acquire);
    if header == 0 {
        return;
    }
    loop {
        let lost = LOST.load(Ordering::Relaxed);
        put_published(header, format::header::LOST, lost);
        put_published(header, format::header::LOST_TWIN, !lost);
        if LOST.load(Ordering::Relaxed) == lost {
            return;
        }
    }
}

/// Writes a field of two words that changes, and its twin.
fn tell(offset: usize, twin: usize, value: u64) {
    let header = HEADER.load(Ordering::Acquire);
    if header != 0 {
        for (offset, value) in [(offset, value), (twin, !value)] {
            put_published(header, offset, value as u32);
            put_published(header, offset + 4, (value >> 32) as u32);
        }
    }
}

fn put_published(header: usize, offset: usize, value: u32) {
    // SAFETY: the header page stays mapped, its fields are aligned.
    unsafe { (*((header + offset) as *const AtomicU32)).store(value, Ordering::Relaxed) };
    platform::publish(header + offset, offset as u64, 4);
}

/// # Safety
/// `base + offset` must be writable memory of the stream, and aligned.
unsafe fn put<T>(base: usize, offset: usize, value: T) {
    // SAFETY: the caller's promise.
    unsafe { ((base + offset) as *mut T).write_volatile(value) };
}
