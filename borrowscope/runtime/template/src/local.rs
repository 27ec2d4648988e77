//! What one thread knows: its place in its chunk, its instances, the texts that it has stored.

use crate::format;
use crate::pieces::Chunk;
use crate::taken::Attempts;
#[cfg(feature = "track")]
use crate::texts::Texts;
use std::cell::Cell;

/// Number of a thread that has none yet.
pub(crate) const NO_THREAD: u32 = u32::MAX;
/// Texts that a thread remembers; one that was forgotten is stored again under a new number.
const TEXTS: usize = 64;

/// A thread's state. It has no destructor, so it can be used while the thread's other locals are destroyed.
pub(crate) struct Local {
    /// Address of the next slot, 0 before the first chunk.
    pub(crate) cursor: Cell<usize>,
    /// Address of the chunk's end.
    pub(crate) end: Cell<usize>,
    /// Ticks of the last head slot.
    pub(crate) last: Cell<u64>,
    /// Set while an event is written: a signal handler must not write in between.
    pub(crate) busy: Cell<bool>,
    /// The cause that the next drop of a guard takes.
    pub(crate) cause: Cell<u32>,
    /// Instances that this thread may hand out: from here ...
    pub(crate) instance: Cell<u32>,
    /// ... to here, exclusive.
    pub(crate) instance_end: Cell<u32>,
    /// The thread's number in the stream.
    pub(crate) thread: Cell<u32>,
    /// Number of its next chunk.
    pub(crate) sequence: Cell<u32>,
    /// Address of the current chunk.
    pub(crate) chunk: Cell<usize>,
    /// The chunk's place in the file.
    pub(crate) chunk_at: Cell<u64>,
    /// The locks and cells that were tried last.
    pub(crate) attempts: Attempts,
    /// How often the texts were forgotten.
    pub(crate) text_epoch: Cell<u32>,
    /// The texts of calls made by hand.
    #[cfg(feature = "track")]
    pub(crate) callers: Texts,
    /// The thread's number where a share of its variables is recorded, 0 = none yet.
    #[cfg(feature = "track")]
    pub(crate) sampler: Cell<u32>,
    text_count: Cell<u32>,
    texts: [Cell<(usize, usize, u32)>; TEXTS],
}

thread_local! {
    static LOCAL: Local = const { Local::new() };
}

/// Runs `f` with the state of the calling thread. Only its address is asked for inside of std's `with`, which would not
/// be inlined with all of `f` in it, and then find the address by a call of a function that it is handed.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&Local) -> R) -> R {
    let local = LOCAL.with(|local| local as *const Local);
    // SAFETY: the state has no destructor, so it is there as long as the thread is, which runs `f` here.
    f(unsafe { &*local })
}

impl Local {
    const fn new() -> Local {
        #[allow(clippy::declare_interior_mutable_const)]
        const EMPTY: Cell<(usize, usize, u32)> = Cell::new((0, 0, 0));
        Local {
            cursor: Cell::new(0),
            end: Cell::new(0),
            last: Cell::new(0),
            busy: Cell::new(false),
            cause: Cell::new(0),
            instance: Cell::new(0),
            instance_end: Cell::new(0),
            thread: Cell::new(NO_THREAD),
            sequence: Cell::new(0),
            chunk: Cell::new(0),
            chunk_at: Cell::new(0),
            attempts: Attempts::new(),
            text_epoch: Cell::new(0),
            #[cfg(feature = "track")]
            callers: Texts::new(),
            #[cfg(feature = "track")]
            sampler: Cell::new(0),
            text_count: Cell::new(0),
            texts: [EMPTY; TEXTS],
        }
    }

    /// The thread's chunk and how much of it is filled; the thread has none from here on.
    pub(crate) fn take_chunk(&self) -> Option<(Chunk, usize)> {
        let address = self.chunk.replace(0);
        let end = self.end.replace(0);
        let cursor = self.cursor.replace(0);
        let chunk = Chunk {
            address,
            size: end - address,
            at: self.chunk_at.get(),
        };
        (address != 0).then_some((chunk, cursor - address))
    }

    /// Forgets the stream: in a forked child the thread starts anew in a stream of its own.
    pub(crate) fn forget_stream(&self) {
        self.cursor.set(0);
        self.end.set(0);
        self.chunk.set(0);
        self.busy.set(false);
        self.thread.set(NO_THREAD);
        self.sequence.set(0);
        self.text_count.set(0);
        self.forget_texts();
    }

    /// Forgets which texts are stored: they are stored again, under new numbers.
    pub(crate) fn forget_texts(&self) {
        self.text_epoch.set(self.text_epoch.get().wrapping_add(1));
        for text in &self.texts {
            text.set((0, 0, 0));
        }
    }

    /// The number of a text, and whether it is new and has to be stored.
    pub(crate) fn text_number(&self, text: &'static str) -> (u32, bool) {
        let key = (text.as_ptr() as usize, text.len());
        let place = &self.texts[((key.0 >> 4) ^ (key.0 >> 10) ^ key.1) % TEXTS];
        let (address, size, number) = place.get();
        if (address, size) == key && number != 0 {
            return (number, false);
        }
        let number = self.next_text();
        place.set((key.0, key.1, number));
        (number, true)
    }

    /// The number of a text that is about to be stored. After the greatest one the texts are forgotten.
    pub(crate) fn next_text(&self) -> u32 {
        let mut number = self.text_count.get().wrapping_add(1);
        if number > format::SITE_MASK {
            self.forget_texts();
            number = 1;
        }
        self.text_count.set(number);
        number
    }
}
