//! Writes calls made by hand into the calling thread's chunk: the function's number and its words.
//!
//! Nothing is looked up or joined here. `api/shapes.rs` has one function for each list of kinds of words; these are
//! neither generic nor inlined, so that they are compiled with this crate's optimization.

use crate::local::Local;
use crate::recorder::{self, Slot};
use crate::{chunks, format, header, lifecycle, texts};

/// Argument words of a call's head.
const HEAD_WORDS: usize = 2;
/// Argument words of a slot that follows.
const SLOT_WORDS: usize = 3;
/// Texts of a list that are told.
const LONGEST_LIST: usize = 200;
const LIST_SLOTS: usize = LONGEST_LIST / SLOT_WORDS + 4;
/// How often a call tries to stand in one chunk with its texts. Only where chunks are used again does it matter.
const TRIES: usize = 4;

/// Whether calls are recorded.
#[inline(always)]
pub(crate) fn is_on() -> bool {
    !lifecycle::is_off()
}

/// The function's number with the mark of a call whose numbers, ORed, need one word of the stream each.
#[inline(always)]
pub(crate) const fn narrow(function: u32, numbers: usize) -> Option<u32> {
    if high(numbers) == 0 {
        Some(function | format::CALL_NARROW)
    } else {
        None
    }
}

/// The low half of a number.
#[inline(always)]
pub(crate) const fn low(number: usize) -> u32 {
    number as u32
}

/// The high half of a number.
#[inline(always)]
pub(crate) const fn high(number: usize) -> u32 {
    (number as u64 >> 32) as u32
}

/// The address of a value, without what else its pointer tells.
#[inline(always)]
pub(crate) fn address<T: ?Sized>(pointer: *const T) -> usize {
    pointer as *const u8 as usize
}

/// The word of a text that may be missing.
#[inline(always)]
pub(crate) fn optional(local: &Local, text: Option<&str>) -> Option<u32> {
    match text {
        Some(text) => texts::number(local, text),
        None => Some(0),
    }
}

/// Records a call. `words` gives its words, `head` and then `SLOTS` slots of them; it is asked again where the texts that
/// it names are in another chunk than the call.
#[inline(always)]
pub(crate) fn record<const SLOTS: usize>(
    function: u32,
    words: impl Fn(&Local) -> Option<([u32; HEAD_WORDS], [[u32; SLOT_WORDS]; SLOTS])>,
) {
    recorder::writing(|local| {
        for _ in 0..TRIES {
            let epoch = local.text_epoch.get();
            let (head, more) = words(local)?;
            ready(local, 1 + SLOTS)?;
            if local.text_epoch.get() == epoch {
                return recorder::write(local, word(function, SLOTS), head[0], head[1], more.map(slot));
            }
        }
        give_up()
    });
}

/// Records a call whose last argument is a list of texts. `first` are the words before it.
#[inline(always)]
pub(crate) fn record_list<const FIRST: usize>(
    function: u32,
    list: &[&str],
    first: impl Fn(&Local) -> Option<[u32; FIRST]>,
) {
    recorder::writing(|local| {
        for _ in 0..TRIES {
            let epoch = local.text_epoch.get();
            let first = first(local)?;
            let mut words = [0; HEAD_WORDS + LIST_SLOTS * SLOT_WORDS];
            let count = list.len().min(LONGEST_LIST);
            words[..FIRST].copy_from_slice(&first);
            words[FIRST] = count as u32;
            for (word, text) in words[FIRST + 1..].iter_mut().zip(&list[..count]) {
                *word = texts::number(local, text)?;
            }
            let slots = (FIRST + 1 + count).saturating_sub(HEAD_WORDS) + SLOT_WORDS - 1;
            let slots = slots / SLOT_WORDS;
            ready(local, 1 + slots)?;
            if local.text_epoch.get() == epoch {
                return write_list(local, function, &words, slots);
            }
        }
        give_up()
    });
}

fn write_list(local: &Local, function: u32, words: &[u32], slots: usize) -> Option<()> {
    let mut more = [[0; 4]; LIST_SLOTS];
    for (slot, part) in more.iter_mut().zip(words[HEAD_WORDS..].chunks_exact(SLOT_WORDS)) {
        *slot = self::slot([part[0], part[1], part[2]]);
    }
    recorder::write_many(local, word(function, slots), words[0], words[1], &more[..slots])
}

/// Sees to it that so many slots fit into the thread's chunk.
#[inline(always)]
fn ready(local: &Local, slots: usize) -> Option<()> {
    if recorder::has_room(local, slots) {
        Some(())
    } else {
        chunks::next_chunk(local, slots)
    }
}

/// A call and its texts do not fit into a chunk: it is not recorded.
#[cold]
fn give_up() -> Option<()> {
    header::note_lost();
    None
}

#[inline(always)]
const fn word(function: u32, slots: usize) -> u32 {
    format::mark::CALL << format::KIND_SHIFT | (slots as u32) << format::CALL_SHIFT | function
}

#[inline(always)]
fn slot(words: [u32; SLOT_WORDS]) -> Slot {
    [format::mark::ARGS << format::KIND_SHIFT, words[0], words[1], words[2]]
}
