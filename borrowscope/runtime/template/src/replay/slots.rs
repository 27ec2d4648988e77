//! Finds the heads of this process's stream, while its threads go on writing.

use super::hashing::Map;
use super::RESET;
use crate::format::{self, chunk, mark};
use crate::platform::View;
use crate::stream;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Four words of the stream.
pub(super) type Slot = [u32; 4];

const SLOT: usize = format::SLOT_SIZE;

/// A head that tells an event or a call.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) ticks: u64,
    /// Ticks before it, in its thread.
    before: u64,
    chunk: u32,
    offset: u32,
    followers: u32,
}

/// A piece of the stream that one thread wrote.
struct Chunk {
    thread: u32,
    sequence: u32,
    address: usize,
    size: usize,
    ticks: u64,
}

/// How far a thread has been read and will not be read again.
#[derive(Clone, Copy)]
struct Place {
    sequence: u32,
    offset: usize,
    ticks: u64,
}

/// What stays known of a thread from one reading to the next.
#[derive(Default)]
pub(super) struct Thread {
    texts: Map<u32, Rc<str>>,
    /// The first text of each chunk that has any: sequence, number of the text.
    firsts: Vec<(u32, u32)>,
    place: Option<Place>,
}

impl Thread {
    /// A text by its number.
    pub(super) fn text(&self, number: u32) -> Option<&Rc<str>> {
        self.texts.get(&number)
    }

    /// Goes on here the next time. In a ring each chunk has its own texts: those of chunks before the last one are forgotten.
    fn go_on(&mut self, place: Place, is_ring: bool) {
        self.place = Some(place);
        self.firsts
            .retain(|(sequence, _)| sequence.saturating_add(1) >= place.sequence);
        if is_ring {
            let first = self.firsts.first().map_or(u32::MAX, |(_, number)| *number);
            self.texts.retain(|number, _| *number >= first);
        }
    }
}

/// What stays known from one reading to the next.
#[derive(Default)]
pub(super) struct Known {
    pub(super) threads: Map<u32, Thread>,
    /// Ticks of the newest reset.
    reset: u64,
}

/// The heads since the newest reset, in the order of their time. They stay as long as the view.
pub(super) struct Heads<'a> {
    _view: &'a View,
    chunks: Vec<Chunk>,
    heads: Vec<Head>,
}

impl Heads<'_> {
    /// Reads what was written since the last time, or since the newest reset if that is later.
    pub(super) fn read<'a>(view: &'a View, known: &mut Known) -> Heads<'a> {
        let chunks = find_chunks(view);
        let mut heads = Vec::new();
        let mut ends = Map::default();
        for (number, chunk) in chunks.iter().enumerate() {
            let thread = known.threads.entry(chunk.thread).or_default();
            if let Some(start) = first_place(chunk, thread.place) {
                let end = walk(chunk, number as u32, start, thread, &mut heads);
                ends.insert(chunk.thread, end);
            }
        }
        heads.retain(|head| head.ticks >= known.reset);
        heads.sort_by_key(|head| head.ticks);
        let mut found = Heads {
            _view: view,
            chunks,
            heads,
        };
        found.forget_before_reset(known, ends);
        found
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Head> + '_ {
        self.heads.iter().copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// The thread that wrote a head.
    pub(super) fn thread(&self, head: Head) -> u32 {
        self.chunks[head.chunk as usize].thread
    }

    /// The head's own slot.
    pub(super) fn slot(&self, head: Head) -> Slot {
        slot_at(self.address(head))
    }

    /// The slots that follow it.
    pub(super) fn followers(&self, head: Head) -> impl Iterator<Item = Slot> {
        let address = self.address(head);
        (1..=head.followers as usize).map(move |place| slot_at(address + place * SLOT))
    }

    fn address(&self, head: Head) -> usize {
        self.chunks[head.chunk as usize].address + head.offset as usize
    }

    fn is_reset(&self, head: Head) -> bool {
        let word = self.slot(head)[0];
        kind_of(word) == mark::CALL && word & format::CALL_MASK == RESET
    }

    /// Drops the heads up to the newest reset, and notes where to go on the next time.
    fn forget_before_reset(&mut self, known: &mut Known, ends: Map<u32, Place>) {
        let Some(last) = self.heads.iter().rposition(|head| self.is_reset(*head)) else {
            return;
        };
        known.reset = self.heads[last].ticks;
        self.heads.drain(..=last);
        let mut places = ends;
        // Backwards: what stays in the end is the place before the first head of each thread.
        for head in self.heads.iter().rev() {
            let chunk = &self.chunks[head.chunk as usize];
            let place = Place {
                sequence: chunk.sequence,
                offset: head.offset as usize,
                ticks: head.before,
            };
            places.insert(chunk.thread, place);
        }
        known.threads.retain(|number, _| self.has_thread(*number));
        let is_ring = stream::is_ring();
        for (number, place) in places {
            if let Some(thread) = known.threads.get_mut(&number) {
                thread.go_on(place, is_ring);
            }
        }
    }

    /// Whether there is still a chunk of a thread; they are in the order of threads.
    fn has_thread(&self, number: u32) -> bool {
        let place = self.chunks.partition_point(|chunk| chunk.thread < number);
        self.chunks.get(place).is_some_and(|chunk| chunk.thread == number)
    }
}

/// The chunks, thread by thread in the order of their numbers.
fn find_chunks(view: &View) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut at = format::HEADER_SIZE;
    while at + format::CHUNK_HEADER_SIZE <= view.size {
        let address = view.address + at;
        let magic = load(address + chunk::MAGIC);
        let size = load(address + chunk::SIZE) as usize;
        let is_whole = magic == format::CHUNK_MAGIC && size >= format::PAGE_SIZE && size % format::PAGE_SIZE == 0;
        if is_whole && size <= view.size - at {
            let low = load(address + chunk::TICKS);
            let high = load(address + chunk::TICKS + 4);
            chunks.push(Chunk {
                thread: load(address + chunk::THREAD),
                sequence: load(address + chunk::SEQUENCE),
                address,
                size,
                ticks: u64::from(low) | u64::from(high) << 32,
            });
            at += size;
        } else {
            at += format::PAGE_SIZE;
        }
    }
    chunks.sort_by_key(|chunk| (chunk.thread, chunk.sequence));
    chunks
}

/// Where to begin in a chunk; None if all of it is known.
fn first_place(chunk: &Chunk, known: Option<Place>) -> Option<Place> {
    let begin = Place {
        sequence: chunk.sequence,
        offset: format::CHUNK_HEADER_SIZE,
        ticks: chunk.ticks,
    };
    match known {
        Some(place) if place.sequence > chunk.sequence => None,
        Some(place) if place.sequence == chunk.sequence => Some(place),
        _ => Some(begin),
    }
}

/// Goes through a chunk: collects heads and texts, and gives the place behind the last head.
fn walk(chunk: &Chunk, number: u32, start: Place, thread: &mut Thread, heads: &mut Vec<Head>) -> Place {
    let mut place = start;
    while place.offset + SLOT <= chunk.size {
        let address = chunk.address + place.offset;
        if load(address) == 0 {
            break;
        }
        let head = slot_at(address);
        let followers = count_followers(address, chunk.address + chunk.size);
        if !is_whole(address, followers) {
            break;
        }
        match kind_of(head[0]) {
            mark::CLOCK => place.ticks = long(head),
            mark::STRING => thread.store_text(chunk.sequence, address, head, followers),
            mark::THREAD => {}
            _ => {
                let before = place.ticks;
                place.ticks = before.wrapping_add(u64::from(head[1] & format::TICKS_MASK));
                heads.push(Head {
                    ticks: place.ticks,
                    before,
                    chunk: number,
                    offset: place.offset as u32,
                    followers: followers as u32,
                });
            }
        }
        place.offset += (1 + followers) * SLOT;
    }
    place
}

impl Thread {
    fn store_text(&mut self, sequence: u32, address: usize, head: Slot, followers: usize) {
        let stored = head[2] as usize;
        let mut bytes = Vec::with_capacity((followers + 1) * format::TEXT_PER_SLOT);
        for place in 1..=followers {
            for word in &slot_at(address + place * SLOT)[1..] {
                bytes.extend_from_slice(&word.to_le_bytes());
            }
        }
        bytes.truncate(stored);
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if (head[1] & format::TICKS_MASK) as usize > stored {
            text.push('\u{2026}');
        }
        let number = head[0] & format::SITE_MASK;
        if self.firsts.last().map_or(true, |(newest, _)| *newest < sequence) {
            self.firsts.push((sequence, number));
        }
        self.texts.insert(number, text.into());
    }
}

/// How many slots belong to a head: they were written before it.
fn count_followers(address: usize, end: usize) -> usize {
    let mut next = address + SLOT;
    while next < end && follows(kind_of(load(next))) {
        next += SLOT;
    }
    (next - address) / SLOT - 1
}

fn follows(kind: u32) -> bool {
    matches!(kind, mark::TICK | mark::TEXT | mark::OBJECT | mark::FLAGS | mark::ARGS)
}

/// Whether the check of a head and its followers says that nobody has written to them since.
fn is_whole(address: usize, followers: usize) -> bool {
    let mut mixed = 0;
    for place in 0..=followers {
        mixed ^= crate::recorder::halves(slot_at(address + place * SLOT));
    }
    let folded = mixed ^ mixed << 40;
    let folded = folded ^ folded << 20;
    let folded = folded ^ folded << 10;
    folded >> 54 == u64::from(format::CHECK)
}

/// Which kind of slot a first word begins.
pub(super) fn kind_of(word: u32) -> u32 {
    word >> format::KIND_SHIFT
}

/// The number in the last two words of a slot.
pub(super) fn long(slot: Slot) -> u64 {
    u64::from(slot[2]) | u64::from(slot[3]) << 32
}

fn load(address: usize) -> u32 {
    // SAFETY: an aligned word inside the view, which outlives this; threads write it with atomic stores.
    unsafe { (*(address as *const AtomicU32)).load(Ordering::Acquire) }
}

fn slot_at(address: usize) -> Slot {
    // SAFETY: an aligned slot inside the view; its first word was seen set, and then nobody writes to it any more.
    unsafe { *(address as *const Slot) }
}
