//! Texts in the stream: stored once in a thread, and again where it may have lost what it stored.

use crate::chunks::next_chunk;
use crate::format;
use crate::local::Local;
use crate::recorder::{halves, has_room, publish_head, Slot, SLOT};

/// Slots that are left behind a text: an event that names it shall not begin another chunk.
const SLOTS_BEHIND: usize = 8;

/// The number of a text, also for the first event of a thread. The event that names it fits behind it.
#[inline(always)]
pub(crate) fn ready_text_number(local: &Local, text: &'static str) -> Option<u32> {
    if !has_room(local, SLOTS_BEHIND) {
        next_chunk(local, SLOTS_BEHIND)?;
    }
    let (number, is_new) = local.text_number(text);
    if is_new {
        let head = format::mark::STRING << format::KIND_SHIFT | number & format::SITE_MASK;
        write_text(local, head, text)?;
    }
    Some(number)
}

/// Up to twelve bytes of a text.
fn text_slot(part: &[u8]) -> Slot {
    let mut bytes = [0; format::TEXT_PER_SLOT];
    bytes[..part.len()].copy_from_slice(part);
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    [format::mark::TEXT << format::KIND_SHIFT, word(0), word(4), word(8)]
}

/// Slots of a text of so many bytes.
pub(crate) const fn text_slots(size: usize) -> usize {
    1 + (size + format::TEXT_PER_SLOT - 1) / format::TEXT_PER_SLOT
}

/// Writes a text: a head that tells its length, then its bytes, twelve a slot. An event that names it fits behind it.
#[inline(never)]
pub(crate) fn write_text(local: &Local, head: u32, text: &str) -> Option<()> {
    let mut size = text.len().min(format::TEXT_LIMIT);
    while !text.is_char_boundary(size) {
        size -= 1;
    }
    let bytes = &text.as_bytes()[..size];
    let slots = text_slots(size);
    if !has_room(local, slots + SLOTS_BEHIND) {
        next_chunk(local, slots + SLOTS_BEHIND)?;
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
