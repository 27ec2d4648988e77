//! The pieces of the stream that threads get and leave: new ones, or old ones of a ring.

use crate::format;
use crate::platform::{self, Failure};
use crate::ring::Left;
use crate::stream::{home, is_ring, locked, map};
use core::sync::atomic::{fence, AtomicU32, Ordering};

/// A piece of the stream that one thread writes to.
pub(crate) struct Chunk {
    pub(crate) address: usize,
    pub(crate) size: usize,
    /// Place in the stream.
    pub(crate) at: u64,
}

/// Hands out the next chunk of a thread, `size` bytes or less.
pub(crate) fn take_chunk(size: usize) -> Result<Chunk, Failure> {
    let size = size.min(home().largest_chunk);
    if is_ring() {
        while let Some((left, has_space)) =
            locked(|stream| stream.give_up(false).map(|left| (left, stream.has_space())))
        {
            if left.size as usize >= size || !has_space {
                return renew(left);
            }
            retire(&left)?;
        }
    }
    let fresh = take_fresh(size);
    if fresh.is_err() && is_ring() {
        if let Some(left) = locked(|stream| stream.give_up(true)) {
            return renew(left);
        }
    }
    fresh
}

fn take_fresh(size: usize) -> Result<Chunk, Failure> {
    if size >= format::SEGMENT_SIZES[format::SEGMENT_SIZES.len() - 1] {
        if let Ok(chunk) = take_large(size) {
            return Ok(chunk);
        }
    }
    let (at, size) = locked(|stream| stream.cut(size))?;
    let address = map(at, size)?;
    Ok(Chunk { address, size, at })
}

/// A chunk of its own, which is reserved while other threads get theirs.
fn take_large(size: usize) -> Result<Chunk, Failure> {
    let at = locked(|stream| stream.claim(size))?;
    let result = match home().memory {
        0 => platform::reserve(&home().path, at, size).map(|address| address as usize),
        memory => Ok(memory + at as usize),
    };
    locked(|stream| match result {
        Ok(_) => stream.tell(at + size as u64),
        Err(_) => stream.unclaim(at, size),
    });
    result.map(|address| Chunk { address, size, at })
}

/// A chunk that was given up, empty. Whenever the process ends meanwhile, readers pass over it.
fn renew(left: Left) -> Result<Chunk, Failure> {
    let size = left.size as usize;
    let address = map(left.at, size)?;
    set_size(address, left.size);
    set_free(address);
    // SAFETY: the chunk is nobody's.
    unsafe {
        let slots = (address + format::CHUNK_HEADER_SIZE) as *mut u8;
        slots.write_bytes(0, size - format::CHUNK_HEADER_SIZE);
    }
    platform::publish(address, left.at, size);
    let at = left.at;
    Ok(Chunk { address, size, at })
}

/// Leaves a chunk that was given up empty for ever: its thread needs larger ones.
fn retire(left: &Left) -> Result<(), Failure> {
    let address = map(left.at, format::PAGE_SIZE)?;
    set_size(address, left.size);
    set_free(address);
    platform::publish(address, left.at, format::CHUNK_HEADER_SIZE);
    if home().memory == 0 {
        platform::release(address, format::PAGE_SIZE);
    }
    Ok(())
}

/// Writes a chunk's size, which stays: memory that stands for a file does not have it yet.
fn set_size(address: usize, size: u32) {
    // SAFETY: the chunk is nobody's, its header is aligned.
    unsafe { ((address + format::chunk::SIZE) as *mut u32).write_volatile(size) };
}

/// Marks a chunk that readers shall pass over; its size stays.
fn set_free(address: usize) {
    // SAFETY: the chunk is nobody's, its header is aligned.
    unsafe {
        (*((address + format::chunk::MAGIC) as *const AtomicU32)).store(format::FREE_MAGIC, Ordering::Relaxed);
    }
    fence(Ordering::SeqCst);
}

/// Takes back a chunk that its thread leaves: `filled` bytes were written, the last event at `end` ticks.
pub(crate) fn leave(chunk: &Chunk, filled: usize, end: u64) {
    if is_ring() {
        // SAFETY: the chunk's header was written when it was begun.
        let begin = unsafe { ((chunk.address + format::chunk::TICKS) as *const u64).read() };
        let left = Left {
            at: chunk.at,
            size: chunk.size as u32,
            events: count_events(chunk.address, filled),
            begin,
            end,
        };
        locked(|stream| stream.ring.push(left));
    }
    abandon(chunk);
}

/// Gives back the memory of a chunk; what was written stays in the stream.
pub(crate) fn abandon(chunk: &Chunk) {
    if home().memory == 0 {
        platform::release(chunk.address, chunk.size);
    }
}

fn count_events(chunk: usize, filled: usize) -> u32 {
    let first = (chunk + format::CHUNK_HEADER_SIZE) as *const [u32; 4];
    let slots = filled.saturating_sub(format::CHUNK_HEADER_SIZE) / format::SLOT_SIZE;
    // SAFETY: so many slots were written.
    let slots = unsafe { core::slice::from_raw_parts(first, slots) };
    let kinds = slots.iter().map(|slot| slot[0] >> format::KIND_SHIFT);
    kinds.fold(0, |sum, kind| {
        sum + u32::from(kind < format::FIRST_MARK) + u32::from(kind == format::mark::CALL)
    })
}
