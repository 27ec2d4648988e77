//! The stream of this process: its file, its header page, and the chunks that threads get.

use crate::platform::Failure;
use crate::text::Text;
use crate::{clock, format, platform};
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// A piece of the stream that one thread writes to.
pub(crate) struct Chunk {
    pub(crate) address: usize,
    pub(crate) size: usize,
    /// Place in the file.
    pub(crate) at: u64,
    /// Size of the mapping that ends with the chunk, 0 if others share it.
    pub(crate) mapping: usize,
}

/// How far a recording may go.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Most bytes of one stream.
    pub(crate) largest: u64,
    /// Bytes of the disk that stay free; where None is said, a share of the disk.
    pub(crate) reserve: Option<u64>,
}

struct Stream {
    path: Text,
    limits: Limits,
    /// Bytes of the file that are reserved.
    used: u64,
    /// Where the next chunk is cut from ...
    segment: usize,
    segment_at: u64,
    /// ... and how much is left there.
    left: usize,
    /// How many segments were reserved.
    segments: usize,
}

struct Shared(UnsafeCell<Stream>);

// SAFETY: the content is touched under `LOCK` only.
unsafe impl Sync for Shared {}

static LOCK: AtomicBool = AtomicBool::new(false);
static LOST: AtomicU32 = AtomicU32::new(0);
static HEADER: AtomicUsize = AtomicUsize::new(0);
static STREAM: Shared = Shared(UnsafeCell::new(Stream {
    path: Text::new(),
    limits: Limits {
        largest: 0,
        reserve: None,
    },
    used: 0,
    segment: 0,
    segment_at: 0,
    left: 0,
    segments: 0,
}));

/// Runs `f` with the stream, one thread at a time. Only for what happens once in thousands of events.
fn locked<R>(f: impl FnOnce(&mut Stream) -> R) -> R {
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

/// Creates the stream in `folder`, with its header and the first segment. `parent` is the forked process, or 0.
pub(crate) fn create(folder: &Text, limits: Limits, parent: u32) -> Result<(), Failure> {
    locked(|stream| {
        *stream = Stream {
            path: name_stream(folder)?,
            limits,
            used: 0,
            segment: 0,
            segment_at: 0,
            left: 0,
            segments: 0,
        };
        // Where even this fails the empty file stays: it tells that a process had no room to begin.
        stream.grow()?;
        let header = stream.segment;
        stream.cut(format::HEADER_SIZE);
        write_header(header, stream.used, parent);
        HEADER.store(header, Ordering::Release);
        platform::publish(header, 0, format::HEADER_SIZE);
        store_lost();
        Ok(())
    })
}

/// Creates the file under a name that nobody has: process and start time.
fn name_stream(folder: &Text) -> Result<Text, Failure> {
    let mut time = platform::unix_ns();
    loop {
        let mut path = *folder;
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

/// The first `used` bytes of the stream as they are now, to be read, and where its file lies.
pub(crate) fn view() -> Option<(platform::View, Text)> {
    if HEADER.load(Ordering::Acquire) == 0 {
        return None;
    }
    let (path, used) = locked(|stream| (stream.path, stream.used));
    Some((platform::view(&path, used as usize)?, path))
}

/// Forgets the stream: it belongs to the process that was forked.
pub(crate) fn forget() {
    HEADER.store(0, Ordering::Relaxed);
    LOST.store(0, Ordering::Relaxed);
    LOCK.store(false, Ordering::Relaxed);
}

impl Stream {
    /// Reserves the next segment. Where the whole does not fit any more, a page is tried.
    fn grow(&mut self) -> Result<(), Failure> {
        let step = self.segments.min(format::SEGMENT_SIZES.len() - 1);
        let wanted = format::SEGMENT_SIZES[step];
        let (address, size) = self.reserve(wanted)?;
        self.segment = address;
        self.segment_at = self.used;
        self.left = size;
        self.segments += 1;
        self.used += size as u64;
        self.note_used();
        Ok(())
    }

    fn reserve(&self, wanted: usize) -> Result<(usize, usize), Failure> {
        let mut size = wanted;
        loop {
            match self.reserve_exactly(size) {
                Ok(address) => return Ok((address, size)),
                Err(failure) if size / 4 < 2 * format::PAGE_SIZE => return Err(failure),
                Err(_) => size /= 4,
            }
        }
    }

    /// The first segment is reserved in any case: its header can say why there is no second one.
    fn reserve_exactly(&self, size: usize) -> Result<usize, Failure> {
        if self.used > 0 {
            self.check_limits(size as u64)?;
        }
        platform::reserve(&self.path, self.used, size).map(|address| address as usize)
    }

    fn check_limits(&self, size: u64) -> Result<(), Failure> {
        if self.used.saturating_add(size) > self.limits.largest {
            return Err(platform::stopped(format::stop::SIZE_LIMIT));
        }
        let Some(disk) = platform::disk(&self.path) else {
            return Ok(());
        };
        let share = (disk.total / format::RESERVE_SHARE).max(format::RESERVE_BYTES);
        let reserve = self.limits.reserve.unwrap_or(share.min(disk.total / 2));
        if reserve > 0 && disk.free < reserve.saturating_add(size) {
            return Err(platform::stopped(format::stop::DISK_NEARLY_FULL));
        }
        Ok(())
    }

    /// Takes the first `size` bytes of the segment.
    fn cut(&mut self, size: usize) {
        self.segment += size;
        self.segment_at += size as u64;
        self.left -= size;
    }

    fn note_used(&self) {
        let header = HEADER.load(Ordering::Acquire);
        if header != 0 {
            tell(header, format::header::USED, format::header::USED_TWIN, self.used);
        }
    }
}

/// Hands out the next chunk of a thread, `size` bytes or what is left in the segment.
pub(crate) fn take_chunk(size: usize) -> Result<Chunk, Failure> {
    locked(|stream| {
        if size >= format::SEGMENT_SIZES[format::SEGMENT_SIZES.len() - 1] {
            if let Ok(address) = stream.reserve_exactly(size) {
                let at = stream.used;
                stream.used += size as u64;
                stream.note_used();
                return Ok(Chunk {
                    address,
                    size,
                    at,
                    mapping: size,
                });
            }
        }
        if stream.left == 0 {
            stream.grow()?;
        }
        let chunk = Chunk {
            address: stream.segment,
            size: size.min(stream.left),
            at: stream.segment_at,
            mapping: 0,
        };
        stream.cut(chunk.size);
        Ok(chunk)
    })
}

/// The check of a chunk's header, whose other fields stand already.
pub(crate) fn chunk_check(base: usize) -> u32 {
    // SAFETY: the caller's chunk, whose header is aligned.
    let (thread, rest) = unsafe {
        let rest = (base + format::chunk::SEQUENCE) as *const [u64; 3];
        (((base + format::chunk::THREAD) as *const u32).read(), rest.read())
    };
    header_check(u64::from(thread) ^ rest[0] ^ rest[1] ^ rest[2])
}

/// The XOR of all that a check stands for, folded.
fn header_check(mixed: u64) -> u32 {
    (mixed ^ mixed >> 32) as u32 ^ format::CHECK_WORD
}

/// Writes down why the recording ends before the process does.
pub(crate) fn note_stop(failure: Failure) {
    let header = HEADER.load(Ordering::Acquire);
    if header == 0 {
        return;
    }
    let told = u64::from(failure.reason) | u64::from(failure.errno) << 32;
    tell(header, format::header::STOPPED, format::header::STOPPED_TWIN, told);
}

/// Counts an event that a signal handler wanted to record while its thread was recording.
pub(crate) fn note_lost() {
    LOST.fetch_add(1, Ordering::Relaxed);
    store_lost();
}

fn store_lost() {
    let header = HEADER.load(Ordering::Acquire);
    if header != 0 {
        let lost = LOST.load(Ordering::Relaxed);
        put_published(header, format::header::LOST, lost);
        put_published(header, format::header::LOST_TWIN, !lost);
    }
}

/// Writes a field of the header that changes, and its twin.
fn tell(header: usize, offset: usize, twin: usize, value: u64) {
    put_published(header, offset, value);
    put_published(header, twin, !value);
}

fn put_published<T>(header: usize, offset: usize, value: T) {
    // SAFETY: the header page stays mapped, its fields are aligned.
    unsafe { put(header, offset, value) };
    platform::publish(header + offset, offset as u64, core::mem::size_of::<T>());
}

fn write_header(header: usize, used: u64, parent: u32) {
    let mut executable = Text::new();
    platform::executable(&mut executable);
    let (ticks, ns) = clock::pair();
    // SAFETY: the header page was mapped just now and belongs to nobody else.
    unsafe {
        put(header, format::header::VERSION, format::VERSION);
        put(header, format::header::HEADER_SIZE, format::HEADER_SIZE as u32);
        put(header, format::header::PID, platform::pid());
        put(header, format::header::CLOCK, clock::source());
        put(header, format::header::START_NS, ns);
        put(header, format::header::START_TICKS, ticks);
        put(header, format::header::START_UNIX_NS, platform::unix_ns());
        put(header, format::header::PARENT_PID, parent);
        let path = executable.as_bytes();
        let size = path.len().min(format::header::EXECUTABLE_LIMIT);
        put(header, format::header::EXECUTABLE_SIZE, size as u32);
        ptr::copy_nonoverlapping(path.as_ptr(), (header + format::header::EXECUTABLE) as *mut u8, size);
        let magic = u64::from_le_bytes(format::MAGIC);
        let rest = core::slice::from_raw_parts(header as *const u64, format::HEADER_CHECKED / 8);
        let mixed = rest.iter().fold(magic, |sum, part| sum ^ part);
        put(header, format::header::CHECK, header_check(mixed));
        put(header, format::header::STOPPED_TWIN, !0u64);
        put(header, format::header::LOST_TWIN, !0u32);
        put(header, format::header::GIVEN_UP_TWIN, !0u64);
        put(header, format::header::USED, used);
        put(header, format::header::USED_TWIN, !used);
        core::sync::atomic::fence(Ordering::Release);
        put(header, format::header::MAGIC, magic);
    }
}

/// # Safety
/// `base + offset` must be writable memory of the stream, and aligned.
unsafe fn put<T>(base: usize, offset: usize, value: T) {
    // SAFETY: the caller's promise.
    unsafe { ((base + offset) as *mut T).write_volatile(value) };
}
