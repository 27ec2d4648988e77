//! The chunks of the calling thread: one after the other, each with its header, the first one with the thread's name.

use crate::lifecycle::{is_off, start, stop};
use crate::local::{self, Local, NO_THREAD};
use crate::recorder::{halves, has_room, publish_head, Slot, CLOCK_SLOTS, SLOT};
use crate::strings::{text_slots, write_text};
use crate::{clock, format, header, pieces, platform, stream};
use core::sync::atomic::{AtomicU32, Ordering};

/// Slots of the longest name of a thread that is repeated.
const NAME_SLOTS: usize = 24;
/// Slots that certainly fit into a chunk of any stream: a text of the greatest length is less.
const MOST_SLOTS: usize = (format::CHUNK_SIZES[1] - format::CHUNK_HEADER_SIZE) / SLOT - CLOCK_SLOTS;

static THREADS: AtomicU32 = AtomicU32::new(0);

/// Counts threads from the first again: in a forked child.
pub(crate) fn forget() {
    THREADS.store(0, Ordering::Relaxed);
}

/// Gets the thread its next chunk; at the process's first event the recording starts.
#[cold]
#[inline(never)]
pub(crate) fn next_chunk(local: &Local, slots: usize) -> Option<()> {
    if slots > MOST_SLOTS {
        header::note_lost();
        return None;
    }
    platform::keeping_errno(|| {
        start();
        while !has_room(local, slots) {
            if is_off() {
                return None;
            }
            take_chunk(local)?;
        }
        Some(())
    })
}

fn take_chunk(local: &Local) -> Option<()> {
    let mut name = Name::new();
    if let Some((chunk, filled)) = local.take_chunk() {
        if stream::is_ring() {
            name.read(chunk.address + format::CHUNK_HEADER_SIZE);
            local.forget_texts();
        }
        pieces::leave(&chunk, filled, local.last.get());
    }
    let step = (local.sequence.get() as usize).min(format::CHUNK_SIZES.len() - 1);
    let chunk = match pieces::take_chunk(format::CHUNK_SIZES[step]) {
        Ok(chunk) => chunk,
        Err(failure) => {
            stop(failure);
            return None;
        }
    };
    platform::tell_thread_end();
    local.chunk.set(chunk.address);
    local.chunk_at.set(chunk.at);
    let is_first = local.thread.get() == NO_THREAD;
    if is_first {
        local.thread.set(THREADS.fetch_add(1, Ordering::Relaxed));
    }
    begin_chunk(local, &chunk);
    if is_first {
        name_thread(local);
    } else {
        name.write(local);
    }
    Some(())
}

/// At a thread's end: others may use what it had. It may still record, in a chunk of its own.
pub(crate) extern "C" fn thread_ended(_: *mut core::ffi::c_void) {
    local::with(|local| {
        if local.busy.replace(true) {
            return;
        }
        platform::keeping_errno(|| {
            if let Some((chunk, filled)) = local.take_chunk() {
                pieces::leave(&chunk, filled, local.last.get());
            }
        });
        local.forget_texts();
        #[cfg(feature = "track")]
        local.callers.give_back();
        local.busy.set(false);
    });
}

/// Writes the chunk's header, its magic last.
fn begin_chunk(local: &Local, chunk: &pieces::Chunk) {
    let (ticks, ns) = clock::pair();
    let base = chunk.address;
    // SAFETY: the chunk is this thread's own, its header is aligned.
    unsafe {
        ((base + format::chunk::THREAD) as *mut u32).write(local.thread.get());
        ((base + format::chunk::SEQUENCE) as *mut u32).write(local.sequence.get());
        ((base + format::chunk::SIZE) as *mut u32).write(chunk.size as u32);
        ((base + format::chunk::TICKS) as *mut u64).write(ticks);
        ((base + format::chunk::NS) as *mut u64).write(ns);
        ((base + format::chunk::CHECK) as *mut u32).write(header::chunk_check(base));
        (*((base + format::chunk::MAGIC) as *const AtomicU32)).store(format::CHUNK_MAGIC, Ordering::Release);
    }
    platform::publish(base, chunk.at, format::CHUNK_HEADER_SIZE);
    local.sequence.set(local.sequence.get().wrapping_add(1));
    local.cursor.set(base + format::CHUNK_HEADER_SIZE);
    local.end.set(base + chunk.size);
    local.last.set(ticks);
}

/// Stores the thread's name. An allocator that is asked for the thread may record: the chunk is ready for it.
fn name_thread(local: &Local) {
    local.busy.set(false);
    let thread = std::thread::current();
    local.busy.set(true);
    if let Some(name) = thread.name() {
        write_text(local, format::mark::THREAD << format::KIND_SHIFT, name);
    }
    local.busy.set(false);
    drop(thread);
    local.busy.set(true);
}

/// The slots of a thread's name, which stand at the beginning of its chunks where chunks are used again.
struct Name {
    slots: [Slot; NAME_SLOTS],
    count: usize,
}

impl Name {
    fn new() -> Name {
        let slots = [[0; 4]; NAME_SLOTS];
        Name { slots, count: 0 }
    }

    /// Takes the name from the first slots of a chunk.
    fn read(&mut self, first: usize) {
        // SAFETY: the smallest chunk has more slots.
        let slots = unsafe { (first as *const [Slot; NAME_SLOTS]).read() };
        let is_name = slots[0][0] == format::mark::THREAD << format::KIND_SHIFT;
        let count = text_slots(slots[0][2] as usize);
        if is_name && count <= NAME_SLOTS {
            *self = Name { slots, count };
        }
    }

    /// Writes it to the beginning of a new chunk.
    fn write(&self, local: &Local) {
        if self.count == 0 {
            return;
        }
        let at = local.cursor.get();
        let mut mixed = 0;
        for (place, slot) in self.slots[..self.count].iter().enumerate().skip(1) {
            // SAFETY: the chunk is new and larger than a name.
            unsafe { ((at + place * SLOT) as *mut Slot).write(*slot) };
            mixed ^= halves(*slot);
        }
        let [word, length, size, zero] = self.slots[0];
        publish_head(
            local,
            at,
            [word, length & format::TICKS_MASK, size, zero],
            self.count,
            mixed,
        );
    }
}
