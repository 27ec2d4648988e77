//! The stream of this process: its file (or memory where there is none), and the chunks that threads get.

use crate::platform::Failure;
use crate::ring::{self, Left, Ring};
use crate::text::Text;
use crate::{clock, format, header, platform};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How far a recording may go.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Most bytes of one stream.
    pub(crate) largest: u64,
    /// Bytes of the disk that stay free; where None is said, a share of the disk.
    pub(crate) reserve: Option<u64>,
    /// Events that are kept, 0 for all.
    pub(crate) events: u64,
}

pub(crate) struct Stream {
    limits: Limits,
    /// Bytes of the stream that are handed out or reserved.
    used: u64,
    /// Bytes of which the header tells.
    told: u64,
    /// Where the next small chunk is cut from ...
    segment_at: u64,
    /// ... and how much is left there.
    left: usize,
    /// How many segments were reserved.
    segments: usize,
    pub(crate) ring: Ring,
}

/// Where the stream lies. Written when it is created, before any thread has a piece of it.
pub(crate) struct Home {
    /// Path of the file.
    pub(crate) path: Text,
    /// Address of a stream in memory, 0 for one in a file.
    pub(crate) memory: usize,
    pub(crate) largest_chunk: usize,
}

struct Shared<T>(UnsafeCell<T>);

// SAFETY: `STREAM` is touched under `LOCK` only; `HOME` is written while no other thread can read it.
unsafe impl<T> Sync for Shared<T> {}

static LOCK: AtomicBool = AtomicBool::new(false);
/// How many are reading this process's own stream: meanwhile nothing is given up that they may be reading.
static READERS: AtomicU32 = AtomicU32::new(0);
/// Whether chunks are given up and used again.
static IS_RING: AtomicBool = AtomicBool::new(false);
static STREAM: Shared<Stream> = Shared(UnsafeCell::new(NONE));
static HOME: Shared<Home> = Shared(UnsafeCell::new(Home {
    path: Text::new(),
    memory: 0,
    largest_chunk: 0,
}));

/// A ring that takes less may leave chunks unused that are smaller than what its threads need.
const SPACE_FOR_SMALL: u64 = 4 << 20;
const LARGEST_CHUNK: usize = format::CHUNK_SIZES[format::CHUNK_SIZES.len() - 1];
const NONE: Stream = Stream {
    limits: Limits {
        largest: 0,
        reserve: None,
        events: 0,
    },
    used: 0,
    told: 0,
    segment_at: 0,
    left: 0,
    segments: 0,
    ring: Ring::none(),
};

/// Runs `f` with the stream, one thread at a time. Only for what happens once in thousands of events.
pub(crate) fn locked<R>(f: impl FnOnce(&mut Stream) -> R) -> R {
    while LOCK
        .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
        .is_err()
    {
        std::thread::yield_now();
    }
    // SAFETY: the lock is held; `f` neither panics nor comes back here.
    let result = f(unsafe { &mut *STREAM.0.get() });
    LOCK.store(false, Ordering::Release);
    result
}

pub(crate) fn home() -> &'static Home {
    // SAFETY: written while the recording starts, which nobody passes by, or in a forked child, which is alone.
    unsafe { &*HOME.0.get() }
}

/// Whether chunks are used again: then each of them has to hold all texts that its events name.
#[inline]
pub(crate) fn is_ring() -> bool {
    IS_RING.load(Ordering::Relaxed)
}

/// Creates the stream in `folder`, with its header and the first segment. `parent` is the forked process, or 0.
pub(crate) fn create(folder: &Text, limits: Limits, parent: u32) -> Result<(), Failure> {
    let path = name_stream(folder)?;
    begin(path, 0, limits, parent)
}

/// Creates a stream in memory, which only this process can read.
pub(crate) fn create_in_memory(limits: Limits, parent: u32) -> Result<(), Failure> {
    let mut size = limits.largest.min(platform::LARGEST_MEMORY) & !(format::PAGE_SIZE as u64 - 1);
    let least = format::SEGMENT_SIZES[0] as u64;
    loop {
        match platform::memory(size as usize) {
            Some(memory) => {
                let largest = size;
                return begin(Text::new(), memory as usize, Limits { largest, ..limits }, parent);
            }
            None if size / 4 < least => return Err(platform::stopped(format::stop::NO_MEMORY)),
            None => size = (size / 4) & !(least - 1),
        }
    }
}

fn begin(path: Text, memory: usize, limits: Limits, parent: u32) -> Result<(), Failure> {
    let limits = Limits {
        largest: match limits.events {
            0 => limits.largest,
            events => limits.largest.min(ring::most_bytes(events)),
        },
        ..limits
    };
    let is_ring = limits.events > 0 || memory != 0;
    let ring = match is_ring {
        true => Ring::new(limits.events, limits.largest).unwrap_or(Ring::none()),
        false => Ring::none(),
    };
    IS_RING.store(ring.is_used(), Ordering::Relaxed);
    // SAFETY: see `home`.
    unsafe {
        *HOME.0.get() = Home {
            path,
            memory,
            largest_chunk: match limits.events {
                0 => LARGEST_CHUNK,
                events => ring::largest_chunk(events),
            },
        };
    }
    // Where even this fails the empty file stays: it tells that a process had no room to begin.
    let (used, at) = locked(|stream| {
        *stream = Stream { limits, ring, ..NONE };
        let (at, _) = stream.cut(format::HEADER_SIZE)?;
        Ok((stream.used, at))
    })?;
    let about = header::About {
        used,
        parent,
        limit: limits.events,
    };
    match map(at, format::HEADER_SIZE) {
        Ok(page) => header::write(page, about),
        Err(failure) => {
            header::write_stopped(&home().path, about, failure);
            return Err(failure);
        }
    }
    Ok(())
}

/// Creates the file under a name that nobody has: process and start time.
fn name_stream(folder: &Text) -> Result<Text, Failure> {
    let mut time = platform::unix_ns();
    loop {
        let mut path = folder.clone();
        path.push(b"/");
        path.push_number(u64::from(platform::pid()), 0);
        path.push(b"-");
        path.push_number(time, 0);
        path.push(format::SUFFIX.as_bytes());
        if !path.is_usable() {
            return Err(platform::PATH_TOO_LONG);
        }
        match platform::create(&path) {
            Ok(()) => return Ok(path),
            Err(failure) if platform::is_taken(failure) => time = time.wrapping_add(1),
            Err(failure) => return Err(failure),
        }
    }
}

/// Forgets the stream: it belongs to the process that was forked.
pub(crate) fn forget() {
    header::forget();
    #[cfg(not(borrowscope_generated))]
    crate::replay::forget();
    READERS.store(0, Ordering::Relaxed);
    IS_RING.store(false, Ordering::Relaxed);
    LOCK.store(false, Ordering::Relaxed);
}

impl Stream {
    /// Reserves the next segment. Where the whole does not fit any more, less is tried.
    fn grow(&mut self) -> Result<(), Failure> {
        let step = self.segments.min(format::SEGMENT_SIZES.len() - 1);
        let mut size = format::SEGMENT_SIZES[step];
        self.segment_at = loop {
            match self.reserve(size) {
                Ok(at) => break at,
                Err(failure) if size / 4 < format::PAGE_SIZE => return Err(failure),
                Err(_) => size /= 4,
            }
        };
        self.left = size;
        self.segments += 1;
        self.tell(self.segment_at + size as u64);
        Ok(())
    }

    fn reserve(&mut self, size: usize) -> Result<u64, Failure> {
        let at = self.claim(size)?;
        if home().memory == 0 {
            if let Err(failure) = platform::allocate(&home().path, at, size) {
                self.unclaim(at, size);
                return Err(failure);
            }
        }
        Ok(at)
    }

    /// Takes space at the stream's end. The first piece is taken in any case: its header can say why there is no second.
    pub(crate) fn claim(&mut self, size: usize) -> Result<u64, Failure> {
        let at = self.used;
        if at > 0 {
            self.check_limits(size as u64)?;
        }
        self.used += size as u64;
        Ok(at)
    }

    /// Gives back what could not be reserved, unless others have claimed more since.
    pub(crate) fn unclaim(&mut self, at: u64, size: usize) {
        if self.used == at + size as u64 {
            self.used = at;
        }
    }

    fn check_limits(&self, size: u64) -> Result<(), Failure> {
        if self.used.saturating_add(size) > self.limits.largest {
            return Err(platform::stopped(format::stop::SIZE_LIMIT));
        }
        if home().memory != 0 {
            return Ok(());
        }
        let Some(disk) = platform::disk(&home().path) else {
            return Ok(());
        };
        let share = (disk.total / format::RESERVE_SHARE).max(format::RESERVE_BYTES);
        let reserve = self.limits.reserve.unwrap_or(share.min(disk.total / 2));
        if reserve > 0 && disk.free < reserve.saturating_add(size) {
            return Err(platform::stopped(format::stop::DISK_NEARLY_FULL));
        }
        Ok(())
    }

    /// Takes up to `size` bytes of a segment.
    pub(crate) fn cut(&mut self, size: usize) -> Result<(u64, usize), Failure> {
        if self.left == 0 {
            self.grow()?;
        }
        let (at, size) = (self.segment_at, size.min(self.left));
        self.segment_at += size as u64;
        self.left -= size;
        Ok((at, size))
    }

    pub(crate) fn tell(&mut self, used: u64) {
        self.told = self.told.max(used);
        header::note_used(self.told);
    }

    /// Whether small chunks may be left unused.
    pub(crate) fn has_space(&self) -> bool {
        self.used < SPACE_FOR_SMALL.min(self.limits.largest / 4)
    }

    /// A chunk that was left and is not needed any more; `is_urgent`: or is the oldest of a ring.
    pub(crate) fn give_up(&mut self, is_urgent: bool) -> Option<Left> {
        let left = match is_urgent {
            true if self.limits.events > 0 => self.ring.give_up_oldest(),
            false if READERS.load(Ordering::Relaxed) == 0 => self.ring.give_up(),
            _ => None,
        };
        if left.is_some() {
            header::note_given_up(self.ring.given_up());
        }
        left
    }
}

/// Memory for a piece of the stream.
pub(crate) fn map(at: u64, size: usize) -> Result<usize, Failure> {
    match home().memory {
        0 => platform::map(&home().path, at, size).map(|address| address as usize),
        memory => Ok(memory + at as usize),
    }
}

/// The ticks now, for `forget_before`; 0 while there is nothing to forget (and maybe no clock yet).
pub(crate) fn moment() -> u64 {
    match home().memory {
        0 => 0,
        _ => clock::ticks(),
    }
}

/// From here on nobody wants what was recorded before these ticks. A stream in a file keeps it.
pub(crate) fn forget_before(ticks: u64) {
    if home().memory != 0 {
        locked(|stream| stream.ring.forget_before(ticks));
    }
}

/// The stream as it is now, and where its file lies (an empty path: in memory). None where nothing is recorded, or where
/// the file is gone.
pub(crate) fn view() -> Option<(View, Text)> {
    let used = locked(|stream| {
        READERS.fetch_add(1, Ordering::Relaxed);
        stream.told as usize
    });
    let home = home();
    let found = match (used, home.memory) {
        (0, _) => None,
        (_, 0) => platform::map_file(&home.path, used),
        (_, memory) => Some((memory, used)),
    };
    if found.is_none() {
        READERS.fetch_sub(1, Ordering::Relaxed);
    }
    let (address, size) = found?;
    let is_mapped = home.memory == 0;
    Some((
        View {
            address,
            size,
            is_mapped,
        },
        home.path.clone(),
    ))
}

/// A stream's bytes while they are read. Others may write to them all the time, but nothing is given up.
pub(crate) struct View {
    pub(crate) address: usize,
    pub(crate) size: usize,
    is_mapped: bool,
}

impl Drop for View {
    fn drop(&mut self) {
        if self.is_mapped {
            platform::release(self.address, self.size);
        }
        READERS.fetch_sub(1, Ordering::Relaxed);
    }
}
