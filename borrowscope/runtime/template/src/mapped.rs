//! The system, on 64-bit Linux, Android and macOS: streams are shared mappings of a file.
//!
//! The file is opened anew for each piece that is reserved and closed at once: a program may close every descriptor
//! that it finds, and a number that we kept could then be a file of its own.

use crate::format;
use crate::text::Text;
use core::ffi::{c_char, c_int, c_long, c_void};
use core::ptr;

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

#[repr(C)]
struct TimeSpec {
    seconds: c_long,
    nanoseconds: c_long,
}

#[repr(C)]
struct Limit {
    current: u64,
    maximum: u64,
}

#[cfg(not(target_os = "macos"))]
type Blocks = u64;
#[cfg(target_os = "macos")]
type Blocks = u32;

/// The beginning of the system's `statvfs`; what follows differs, and there is room for it.
#[repr(C)]
struct FileSystem {
    block_size: u64,
    fragment_size: u64,
    blocks: Blocks,
    free: Blocks,
    available: Blocks,
    rest: [u64; 32],
}

extern "C" {
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn close(file: c_int) -> c_int;
    fn read(file: c_int, into: *mut c_void, size: usize) -> isize;
    fn write(file: c_int, from: *const c_void, size: usize) -> isize;
    fn pwrite(file: c_int, from: *const c_void, size: usize, at: i64) -> isize;
    fn mmap(at: *mut c_void, size: usize, protection: c_int, flags: c_int, file: c_int, offset: i64) -> *mut c_void;
    fn munmap(at: *mut c_void, size: usize) -> c_int;
    fn mkdir(path: *const c_char, mode: u32) -> c_int;
    fn link(old: *const c_char, new: *const c_char) -> c_int;
    fn unlink(path: *const c_char) -> c_int;
    fn getcwd(into: *mut c_char, size: usize) -> *mut c_char;
    fn getenv(name: *const c_char) -> *const c_char;
    fn getpid() -> c_int;
    fn getppid() -> c_int;
    fn getrlimit(resource: c_int, limit: *mut Limit) -> c_int;
    fn statvfs(path: *const c_char, into: *mut FileSystem) -> c_int;
    fn clock_gettime(clock: c_int, time: *mut TimeSpec) -> c_int;
    fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> c_int;
    #[cfg(not(target_os = "macos"))]
    fn posix_fallocate(file: c_int, at: i64, size: i64) -> c_int;
    #[cfg(not(target_os = "macos"))]
    fn readlink(path: *const c_char, into: *mut c_char, size: usize) -> isize;
    #[cfg(target_os = "macos")]
    fn _NSGetExecutablePath(into: *mut c_char, size: *mut u32) -> c_int;
    #[cfg(target_os = "linux")]
    fn __errno_location() -> *mut c_int;
    #[cfg(target_os = "android")]
    fn __errno() -> *mut c_int;
    #[cfg(target_os = "macos")]
    fn __error() -> *mut c_int;
}

#[cfg(not(target_os = "macos"))]
mod constants {
    pub(super) const O_CREAT: i32 = 0o100;
    pub(super) const O_EXCL: i32 = 0o200;
    pub(super) const O_CLOEXEC: i32 = 0o2_000_000;
    pub(super) const CLOCK_MONOTONIC: i32 = 1;
}

#[cfg(target_os = "macos")]
mod constants {
    pub(super) const O_CREAT: i32 = 0x200;
    pub(super) const O_EXCL: i32 = 0x800;
    pub(super) const O_CLOEXEC: i32 = 0x100_0000;
    pub(super) const CLOCK_MONOTONIC: i32 = 6;
}

use constants::{CLOCK_MONOTONIC, O_CLOEXEC, O_CREAT, O_EXCL};

const O_RDONLY: c_int = 0;
const O_WRONLY: c_int = 1;
const O_RDWR: c_int = 2;
const PROT_READ: c_int = 1;
const PROT_READ_WRITE: c_int = 3;
const MAP_SHARED: c_int = 1;
const RLIMIT_FSIZE: c_int = 1;
const ENOENT: c_int = 2;
const EINTR: c_int = 4;
const EEXIST: c_int = 17;
#[cfg(not(target_os = "macos"))]
const EINVAL: c_int = 22;
const EFBIG: c_int = 27;
const ENOSPC: c_int = 28;
#[cfg(not(target_os = "macos"))]
const ENOSYS: c_int = 38;
#[cfg(not(target_os = "macos"))]
const EOPNOTSUPP: c_int = 95;
#[cfg(target_os = "macos")]
const EDQUOT: c_int = 69;
#[cfg(not(target_os = "macos"))]
const EDQUOT: c_int = 122;

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
    path.as_bytes().as_ptr().cast()
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
    let mut buffer = [0u8; 1024];
    // SAFETY: the buffer and its size belong together.
    #[cfg(not(target_os = "macos"))]
    unsafe {
        let path = b"/proc/self/exe\0";
        let size = readlink(path.as_ptr().cast(), buffer.as_mut_ptr().cast(), buffer.len());
        if size > 0 {
            into.push(&buffer[..size as usize]);
        }
    }
    // SAFETY: as above; the result ends with a zero.
    #[cfg(target_os = "macos")]
    unsafe {
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
    let mut buffer = [0u8; 4096];
    let mut whole = Text::new();
    // SAFETY: the buffer and its size belong together, the result ends with a zero.
    unsafe {
        if !getcwd(buffer.as_mut_ptr().cast(), buffer.len()).is_null() {
            whole.push(core::ffi::CStr::from_ptr(buffer.as_ptr().cast()).to_bytes());
            whole.push(b"/");
        }
    }
    whole.push(path.as_bytes());
    *path = whole;
}

/// Appends the first line of a file. Tells whether the file could be read.
pub(crate) fn first_line(path: &Text, into: &mut Text) -> bool {
    let mut buffer = [0u8; 4096];
    // SAFETY: the path ends with a zero, the buffer and its size belong together.
    let size = unsafe {
        let file = open(text(path), O_RDONLY | O_CLOEXEC);
        if file < 0 {
            return false;
        }
        let size = read(file, buffer.as_mut_ptr().cast(), buffer.len());
        close(file);
        size
    };
    let content = &buffer[..size.max(0) as usize];
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    into.push(line);
    size > 0
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
    let mut aside = *path;
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

/// Reserves a piece of the stream on disk and maps it. The piece is zero.
pub(crate) fn reserve(path: &Text, at: u64, size: usize) -> Result<*mut u8, Failure> {
    if !is_within_limit(at, size) {
        return Err(failure(EFBIG));
    }
    // SAFETY: the path ends with a zero; the file is closed once, after the mapping.
    unsafe {
        let file = open(text(path), O_RDWR | O_CLOEXEC);
        if file < 0 {
            return Err(failure(errno()));
        }
        let result = allocate(file, at, size).and_then(|()| map(file, at, size));
        close(file);
        result
    }
}

fn map(file: c_int, at: u64, size: usize) -> Result<*mut u8, Failure> {
    // SAFETY: a new mapping of a file that is long enough; nothing is replaced.
    let address = unsafe { mmap(ptr::null_mut(), size, PROT_READ_WRITE, MAP_SHARED, file, at as i64) };
    if address as isize == -1 {
        return Err(Failure {
            reason: format::stop::NO_MEMORY,
            errno: errno() as u32,
        });
    }
    Ok(address.cast())
}

#[cfg(not(target_os = "macos"))]
fn allocate(file: c_int, at: u64, size: usize) -> Result<(), Failure> {
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
fn allocate(file: c_int, at: u64, size: usize) -> Result<(), Failure> {
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

/// A stream's bytes while they are read. Others may write to them all the time.
pub(crate) struct View {
    pub(crate) address: usize,
    pub(crate) size: usize,
}

impl Drop for View {
    fn drop(&mut self) {
        release(self.address, self.size);
    }
}

/// The stream from its begin, mapped once more; None where its file is gone.
pub(crate) fn view(path: &Text, size: usize) -> Option<View> {
    // SAFETY: the path ends with a zero; a new mapping that is only read; the file is closed once.
    unsafe {
        let file = open(text(path), O_RDONLY | O_CLOEXEC);
        if file < 0 {
            return None;
        }
        let address = mmap(ptr::null_mut(), size, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        (address as isize != -1).then_some(View {
            address: address as usize,
            size,
        })
    }
}

/// Ends a mapping: what was written to it stays in the file.
pub(crate) fn release(address: usize, size: usize) {
    // SAFETY: the recorder hands back a mapping of its own that nothing points to any more.
    unsafe { munmap(address as *mut c_void, size) };
}

/// Brings written slots to the file: a shared mapping is the file.
#[inline(always)]
pub(crate) fn publish(_address: usize, _at: u64, _size: usize) {}

/// Has `child` called in every forked child, before `fork` returns there.
pub(crate) fn on_fork(child: extern "C" fn()) {
    // SAFETY: the handler is a function that stays.
    unsafe { pthread_atfork(None, None, Some(child)) };
}

/// Whether a failure to create a stream means that its name is taken.
pub(crate) fn is_taken(failure: Failure) -> bool {
    failure.errno == EEXIST as u32
}
