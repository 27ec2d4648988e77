//! The system, on 64-bit Linux, Android and macOS: streams are shared mappings of a file.
//!
//! The file is opened anew for each piece that is reserved and closed at once: a program may close every descriptor
//! that it finds, and a number that we kept could then be a file of its own.

use crate::format;
use crate::text::Text;
use core::ffi::{c_char, c_int, c_void};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use crate::stream::View;
#[cfg(not(target_os = "macos"))]
pub(crate) use library::stay;
use system::*;

#[cfg(not(target_os = "macos"))]
mod library;
mod system;

/// Has the library with this code stay loaded: libraries with variables of threads do so here.
#[cfg(target_os = "macos")]
pub(crate) fn stay() {}

/// Why something could not be done: the reason for the stream's header, and the system's error number.
#[derive(Clone, Copy)]
pub(crate) struct Failure {
    pub(crate) reason: u32,
    pub(crate) errno: u32,
}

/// The disk that a recording lies on, in bytes.
pub(crate) struct Disk {
    pub(crate) total: u64,
    /// Free for programs without privileges.
    pub(crate) free: u64,
}

fn errno() -> c_int {
    // SAFETY: the system's own place of the thread's error number.
    unsafe {
        #[cfg(target_os = "linux")]
        return *__errno_location();
        #[cfg(target_os = "android")]
        return *__errno();
        #[cfg(target_os = "macos")]
        return *__error();
    }
}

/// Calls `f` and puts the thread's error number back: the program may be about to read it.
pub(crate) fn keeping_errno<R>(f: impl FnOnce() -> R) -> R {
    let before = errno();
    let result = f();
    // SAFETY: as in `errno`.
    unsafe {
        #[cfg(target_os = "linux")]
        __errno_location().write(before);
        #[cfg(target_os = "android")]
        __errno().write(before);
        #[cfg(target_os = "macos")]
        __error().write(before);
    }
    result
}

/// Most bytes of a stream that lies in memory; pages that nobody writes to cost nothing.
pub(crate) const LARGEST_MEMORY: u64 = format::LARGEST_MEMORY;

/// The recording's path does not fit.
pub(crate) const PATH_TOO_LONG: Failure = Failure {
    reason: format::stop::FOLDER_LOST,
    errno: 36,
};

/// A limit of ours was reached.
pub(crate) fn stopped(reason: u32) -> Failure {
    Failure { reason, errno: 0 }
}

fn failure(number: c_int) -> Failure {
    let reason = match number {
        ENOSPC | EDQUOT => format::stop::DISK_FULL,
        EFBIG => format::stop::FILE_SIZE_LIMIT,
        ENOENT => format::stop::FOLDER_LOST,
        _ => format::stop::IO_ERROR,
    };
    Failure {
        reason,
        errno: number as u32,
    }
}

fn text(path: &Text) -> *const c_char {
    path.as_ptr().cast()
}

fn now(clock: c_int) -> u64 {
    let mut time = TimeSpec {
        seconds: 0,
        nanoseconds: 0,
    };
    // SAFETY: the structure is the system's on these targets.
    unsafe { clock_gettime(clock, &mut time) };
    (time.seconds as u64)
        .wrapping_mul(1_000_000_000)
        .wrapping_add(time.nanoseconds as u64)
}

/// CLOCK_MONOTONIC in nanoseconds.
pub(crate) fn monotonic_ns() -> u64 {
    now(CLOCK_MONOTONIC)
}

/// Nanoseconds since 1970.
pub(crate) fn unix_ns() -> u64 {
    now(0)
}

/// Number of this process.
pub(crate) fn pid() -> u32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { getpid() as u32 }
}

/// Number of the process that started this one.
pub(crate) fn parent_pid() -> u32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { getppid() as u32 }
}

/// Appends the value of an environment variable. `name` ends with a zero byte. Tells whether it is set.
pub(crate) fn variable(name: &'static [u8], into: &mut Text) -> bool {
    debug_assert!(name.ends_with(&[0]));
    // SAFETY: the name ends with a zero, the value is read before anything else can run in this thread.
    unsafe {
        let value = getenv(name.as_ptr().cast());
        if value.is_null() {
            return false;
        }
        into.push(core::ffi::CStr::from_ptr(value).to_bytes());
    }
    true
}

/// Appends the path of the executable.
pub(crate) fn executable(into: &mut Text) {
    #[cfg(not(target_os = "macos"))]
    into.fill(|room| {
        let path = b"/proc/self/exe\0";
        // SAFETY: the room and its size belong together.
        let size = unsafe { readlink(path.as_ptr().cast(), room.as_mut_ptr().cast(), room.len()) };
        Some(size.max(0) as usize)
    });
    // SAFETY: the buffer and its size belong together; the result ends with a zero.
    #[cfg(target_os = "macos")]
    unsafe {
        let mut buffer = [0u8; 1024];
        let mut size = buffer.len() as u32;
        if _NSGetExecutablePath(buffer.as_mut_ptr().cast(), &mut size) == 0 {
            into.push(core::ffi::CStr::from_ptr(buffer.as_ptr().cast()).to_bytes());
        }
    }
}

/// Puts the working directory before a relative path.
pub(crate) fn make_absolute(path: &mut Text) {
    if path.as_bytes().first() == Some(&b'/') {
        return;
    }
    let mut whole = Text::new();
    // SAFETY: the room and its size belong together, the result ends with a zero.
    whole.fill(|room| unsafe {
        let found = getcwd(room.as_mut_ptr().cast(), room.len());
        (!found.is_null()).then(|| core::ffi::CStr::from_ptr(room.as_ptr().cast()).to_bytes().len())
    });
    whole.push(b"/");
    whole.push(path.as_bytes());
    *path = whole;
}

/// Appends the first line of a file. Tells whether the file could be read.
pub(crate) fn first_line(path: &Text, into: &mut Text) -> bool {
    let mut content = Text::new();
    content.fill(|room| {
        // SAFETY: the path ends with a zero.
        let file = unsafe { open(text(path), O_RDONLY | O_CLOEXEC) };
        if file < 0 {
            return Some(0);
        }
        // SAFETY: the room and its size belong together; the file is closed once.
        let size = unsafe { read(file, room.as_mut_ptr().cast(), room.len()) };
        // SAFETY: as above.
        unsafe { close(file) };
        Some(size.max(0) as usize)
    });
    let line = content.as_bytes().split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    into.push(line);
    !content.as_bytes().is_empty()
}

/// Creates a folder and those above it.
pub(crate) fn make_folder(path: &Text) {
    for (at, byte) in path.as_bytes().iter().enumerate().skip(1) {
        if *byte == b'/' {
            let mut part = Text::new();
            part.push(&path.as_bytes()[..at]);
            // SAFETY: the path ends with a zero.
            unsafe { mkdir(text(&part), 0o777) };
        }
    }
    // SAFETY: as above.
    unsafe { mkdir(text(path), 0o777) };
}

/// Writes a whole file at once, unless there is one: it is written aside and then linked.
pub(crate) fn write_new(path: &Text, content: &[u8]) {
    let mut aside = path.clone();
    aside.push(b".");
    aside.push_number(u64::from(pid()), 0);
    // SAFETY: the paths end with zeros, pointer and size belong to the content.
    unsafe {
        let existing = open(text(path), O_RDONLY | O_CLOEXEC);
        if existing >= 0 {
            close(existing);
            return;
        }
        let file = open(text(&aside), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666 as c_int);
        if file < 0 {
            return;
        }
        let whole = is_within_limit(0, content.len()) && write_all(file, content);
        close(file);
        if whole {
            link(text(&aside), text(path));
        }
        unlink(text(&aside));
    }
}

fn write_all(file: c_int, content: &[u8]) -> bool {
    let mut rest = content;
    while !rest.is_empty() {
        // SAFETY: pointer and size belong to the rest.
        let size = unsafe { write(file, rest.as_ptr().cast(), rest.len()) };
        if size <= 0 && errno() != EINTR {
            return false;
        }
        rest = &rest[size.max(0) as usize..];
    }
    true
}

/// Creates the stream's file; it must not exist yet.
pub(crate) fn create(path: &Text) -> Result<(), Failure> {
    // SAFETY: the path ends with a zero.
    let file = unsafe { open(text(path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666 as c_int) };
    if file < 0 {
        return Err(failure(errno()));
    }
    // SAFETY: the file was opened just now.
    unsafe { close(file) };
    Ok(())
}

/// Writes the beginning of a file that exists.
pub(crate) fn store(path: &Text, content: &[u8]) {
    let _ = with_file(path, |file| Ok(write_all(file, content)), 0, content.len());
}

/// Whether the limit of the size of files (`ulimit -f`) allows so much: beyond it a signal would kill the program.
fn is_within_limit(at: u64, size: usize) -> bool {
    let mut limit = Limit { current: 0, maximum: 0 };
    // SAFETY: the structure is the system's on these targets.
    let known = unsafe { getrlimit(RLIMIT_FSIZE, &mut limit) } == 0;
    !known || at.saturating_add(size as u64) <= limit.current
}

/// The disk below a file; None where the system does not tell.
#[allow(clippy::useless_conversion)] // the counts are u32 on macOS
pub(crate) fn disk(path: &Text) -> Option<Disk> {
    let mut found = FileSystem {
        block_size: 0,
        fragment_size: 0,
        blocks: 0,
        free: 0,
        available: 0,
        rest: [0; 32],
    };
    // SAFETY: the path ends with a zero; the structure is at least as large as the system's on these targets.
    if unsafe { statvfs(text(path), &mut found) } != 0 || found.blocks == 0 {
        return None;
    }
    let unit = match found.fragment_size {
        0 => found.block_size,
        size => size,
    };
    Some(Disk {
        total: unit.saturating_mul(u64::from(found.blocks)),
        free: unit.saturating_mul(u64::from(found.available)),
    })
}

/// Reserves a piece of the stream on disk. The piece is zero.
pub(crate) fn allocate(path: &Text, at: u64, size: usize) -> Result<(), Failure> {
    with_file(path, |file| allocate_in(file, at, size), at, size)
}

/// Reserves a piece of the stream on disk and maps it. The piece is zero.
pub(crate) fn reserve(path: &Text, at: u64, size: usize) -> Result<*mut u8, Failure> {
    let reserve = |file| allocate_in(file, at, size).and_then(|()| map_in(file, at, size));
    with_file(path, reserve, at, size)
}

/// Maps a piece of the stream that was reserved before.
pub(crate) fn map(path: &Text, at: u64, size: usize) -> Result<*mut u8, Failure> {
    with_file(path, |file| map_in(file, at, size), at, size)
}

fn with_file<R>(path: &Text, f: impl FnOnce(c_int) -> Result<R, Failure>, at: u64, size: usize) -> Result<R, Failure> {
    if !is_within_limit(at, size) {
        return Err(failure(EFBIG));
    }
    // SAFETY: the path ends with a zero; the file is closed once.
    unsafe {
        let file = open(text(path), O_RDWR | O_CLOEXEC);
        if file < 0 {
            return Err(failure(errno()));
        }
        let result = f(file);
        close(file);
        result
    }
}

/// How much this process may map (`ulimit -v`), None where nothing is set.
fn memory_limit() -> Option<u64> {
    let mut limit = Limit { current: 0, maximum: 0 };
    // SAFETY: the structure is the system's on these targets.
    let known = unsafe { getrlimit(RLIMIT_AS, &mut limit) } == 0;
    (known && limit.current < i64::MAX as u64).then_some(limit.current)
}

/// Whether so much can be mapped and the program still has an eighth of what it may map.
fn leaves_memory(size: usize) -> bool {
    let Some(limit) = memory_limit() else {
        return true;
    };
    mapped_bytes().saturating_add(size as u64) <= limit - limit / 8
}

/// How much the process has mapped.
#[cold]
#[inline(never)]
fn mapped_bytes() -> u64 {
    let (mut path, mut line) = (Text::new(), Text::new());
    path.push(b"/proc/self/statm");
    first_line(&path, &mut line);
    let digits = line.as_bytes().split(|byte| *byte == b' ').next().unwrap_or(&[]);
    let number = digits.iter().fold(0u64, |sum, digit| {
        sum.saturating_mul(10)
            .saturating_add(u64::from(digit.wrapping_sub(b'0')))
    });
    number.saturating_mul(page_size())
}

fn page_size() -> u64 {
    // SAFETY: no arguments, cannot fail.
    unsafe { getpagesize() as u64 }
}

/// Maps from the beginning of the system's own page, which may be larger than ours.
fn map_in(file: c_int, at: u64, size: usize) -> Result<*mut u8, Failure> {
    let before = (at % page_size()) as usize;
    if !leaves_memory(before + size) {
        return Err(no_memory(ENOMEM));
    }
    let (size, at) = (before + size, at as i64 - before as i64);
    // SAFETY: a new mapping of a file that is long enough; nothing is replaced.
    let address = unsafe { mmap(ptr::null_mut(), size, PROT_READ_WRITE, MAP_SHARED, file, at) };
    if address as isize == -1 {
        return Err(no_memory(errno()));
    }
    Ok((address as usize + before) as *mut u8)
}

fn no_memory(errno: c_int) -> Failure {
    Failure {
        reason: format::stop::NO_MEMORY,
        errno: errno as u32,
    }
}

/// Maps a file from its beginning for reading, up to so many bytes. None where it is gone.
pub(crate) fn map_file(path: &Text, most: usize) -> Option<(usize, usize)> {
    // SAFETY: the path ends with a zero; the file is closed once, after the mapping.
    unsafe {
        let file = open(text(path), O_RDONLY | O_CLOEXEC);
        if file < 0 {
            return None;
        }
        let size = lseek(file, 0, SEEK_END).max(0) as usize;
        let size = size.min(most);
        let address = mmap(ptr::null_mut(), size, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        (address as isize != -1).then_some((address as usize, size))
    }
}

/// A page of our own, zero, of so many bytes. Whatever the limit is.
pub(crate) fn page(size: usize) -> Option<*mut u8> {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    // SAFETY: a new mapping; nothing is replaced.
    let address = unsafe { mmap(ptr::null_mut(), size, PROT_READ_WRITE, flags, -1, 0) };
    (address as isize != -1).then_some(address.cast())
}

/// Memory of our own, zero, which costs nothing until it is written to. At most an eighth of what may be mapped.
pub(crate) fn memory(size: usize) -> Option<*mut u8> {
    if memory_limit().is_some_and(|limit| size as u64 > limit / 8) || !leaves_memory(size) {
        return None;
    }
    page(size)
}

#[cfg(not(target_os = "macos"))]
fn allocate_in(file: c_int, at: u64, size: usize) -> Result<(), Failure> {
    loop {
        // SAFETY: the file is open.
        match unsafe { posix_fallocate(file, at as i64, size as i64) } {
            0 | EINVAL | ENOSYS | EOPNOTSUPP => return write_zeros(file, at, size),
            EINTR => {}
            number => return Err(failure(number)),
        }
    }
}

#[cfg(target_os = "macos")]
fn allocate_in(file: c_int, at: u64, size: usize) -> Result<(), Failure> {
    write_zeros(file, at, size)
}

/// Writes zeros: pages that are in memory when they are mapped cost half as much to touch. Where the system or the file
/// system knows no other way it reserves the space, too.
fn write_zeros(file: c_int, at: u64, size: usize) -> Result<(), Failure> {
    static ZEROS: [u8; 65536] = [0; 65536];
    let mut done = 0;
    while done < size {
        let part = ZEROS.len().min(size - done);
        // SAFETY: pointer and size belong to the zeros.
        let written = unsafe { pwrite(file, ZEROS.as_ptr().cast(), part, (at + done as u64) as i64) };
        if written <= 0 && errno() != EINTR {
            return Err(failure(if written == 0 { ENOSPC } else { errno() }));
        }
        done += written.max(0) as usize;
    }
    Ok(())
}

/// Ends a mapping: what was written to it stays in the file.
pub(crate) fn release(address: usize, size: usize) {
    let before = address % page_size() as usize;
    // SAFETY: the recorder hands back a mapping of its own that nothing points to any more.
    unsafe { munmap((address - before) as *mut c_void, size + before) };
}

/// Brings written slots to the file: a shared mapping is the file.
#[inline(always)]
pub(crate) fn publish(_address: usize, _at: u64, _size: usize) {}

/// Has `child` called in every forked child, before `fork` returns there.
pub(crate) fn on_fork(child: extern "C" fn()) {
    // SAFETY: the handler is a function that stays.
    unsafe { pthread_atfork(None, None, Some(child)) };
}

/// No key yet: systems hand out small numbers.
const NO_KEY: usize = usize::MAX;
static KEY: AtomicUsize = AtomicUsize::new(NO_KEY);

/// Has `end` called at the end of each thread that asks for it. Behind the destructors of Rust's thread locals.
pub(crate) fn on_thread_end(end: extern "C" fn(*mut c_void)) {
    let mut key = 0;
    // SAFETY: the place is our own, the handler is a function that stays.
    if unsafe { pthread_key_create(&mut key, Some(end)) } == 0 {
        KEY.store(key as usize, Ordering::Release);
    }
}

/// Asks for the calling thread's end to be told.
pub(crate) fn tell_thread_end() {
    let key = KEY.load(Ordering::Acquire);
    if key != NO_KEY {
        // SAFETY: the key was made; the value only has to be something.
        unsafe { pthread_setspecific(key as Key, ptr::NonNull::<c_void>::dangling().as_ptr()) };
    }
}

/// Whether a failure to create a stream means that its name is taken.
pub(crate) fn is_taken(failure: Failure) -> bool {
    failure.errno == EEXIST as u32
}
