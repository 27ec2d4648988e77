//! The system, where streams cannot be mapped: memory that is written to the file after each event.
//!
//! Slower (one call of the system for each event), and just as safe against kills. A forked child records nothing.

use crate::format;
pub(crate) use crate::stream::View;
use crate::text::Text;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Why something could not be done: the reason for the stream's header, and the system's error number.
#[derive(Clone, Copy)]
pub(crate) struct Failure {
    pub(crate) reason: u32,
    pub(crate) errno: u32,
    taken: bool,
}

/// The disk that a recording lies on, in bytes: never known here.
#[allow(dead_code)]
pub(crate) struct Disk {
    pub(crate) total: u64,
    /// Free for programs without privileges.
    pub(crate) free: u64,
}

static FILE: OnceLock<File> = OnceLock::new();
static OWNER: AtomicU32 = AtomicU32::new(0);
static START: OnceLock<(Instant, u64)> = OnceLock::new();

/// Most bytes of a stream that lies in memory.
pub(crate) const LARGEST_MEMORY: u64 = 64 << 20;

/// The recording's path does not fit, or it is the path of another process.
pub(crate) const PATH_TOO_LONG: Failure = Failure {
    reason: format::stop::FOLDER_LOST,
    errno: 36,
    taken: false,
};

/// A limit of ours was reached.
pub(crate) fn stopped(reason: u32) -> Failure {
    Failure {
        reason,
        errno: 0,
        taken: false,
    }
}

/// How full disks are, std does not tell.
pub(crate) fn disk(_path: &Text) -> Option<Disk> {
    None
}

fn failure(error: &Error) -> Failure {
    let errno = error.raw_os_error().unwrap_or(0) as u32;
    let reason = match (error.kind(), errno) {
        (ErrorKind::NotFound, _) => format::stop::FOLDER_LOST,
        (_, 28 | 39 | 112) => format::stop::DISK_FULL,
        _ => format::stop::IO_ERROR,
    };
    Failure {
        reason,
        errno,
        taken: error.kind() == ErrorKind::AlreadyExists,
    }
}

fn path_of(path: &Text) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(path.as_bytes()).into_owned())
}

/// Calls `f`; the thread's error number is no matter here.
pub(crate) fn keeping_errno<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Nanoseconds that never go back; they count from 1970, as the system's own count has no name in std.
pub(crate) fn monotonic_ns() -> u64 {
    let (instant, ns) = START.get_or_init(|| (Instant::now(), unix_ns()));
    ns.wrapping_add(instant.elapsed().as_nanos() as u64)
}

/// Nanoseconds since 1970.
pub(crate) fn unix_ns() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos() as u64)
}

/// Number of this process.
pub(crate) fn pid() -> u32 {
    std::process::id()
}

/// Asked for by `on_fork`'s handler only, which is never called here.
pub(crate) fn parent_pid() -> u32 {
    0
}

/// Appends the value of an environment variable. `name` ends with a zero byte. Tells whether it is set.
pub(crate) fn variable(name: &'static [u8], into: &mut Text) -> bool {
    let name = String::from_utf8_lossy(&name[..name.len() - 1]);
    match std::env::var(&*name) {
        Ok(value) => {
            into.push(value.as_bytes());
            true
        }
        Err(_) => false,
    }
}

/// Appends the path of the executable.
pub(crate) fn executable(into: &mut Text) {
    if let Ok(path) = std::env::current_exe() {
        into.push(path.to_string_lossy().as_bytes());
    }
}

/// Puts the working directory before a relative path.
pub(crate) fn make_absolute(path: &mut Text) {
    if let Ok(folder) = std::env::current_dir() {
        let whole = folder.join(path_of(path));
        *path = Text::new();
        path.push(whole.to_string_lossy().as_bytes());
    }
}

/// Appends the first line of a file. Tells whether the file could be read.
pub(crate) fn first_line(path: &Text, into: &mut Text) -> bool {
    let mut content = String::new();
    let read = File::open(path_of(path)).and_then(|mut file| file.read_to_string(&mut content));
    into.push(content.lines().next().unwrap_or("").as_bytes());
    read.is_ok()
}

/// Creates a folder and those above it.
pub(crate) fn make_folder(path: &Text) {
    let _ = std::fs::create_dir_all(path_of(path));
}

/// Writes a whole file at once, unless there is one: it is written aside and then moved.
pub(crate) fn write_new(path: &Text, content: &[u8]) {
    let path = path_of(path);
    let aside = path.with_extension(std::process::id().to_string());
    if path.exists() {
        return;
    }
    let written = File::create(&aside).and_then(|mut file| file.write_all(content));
    if written.is_err() || std::fs::rename(&aside, &path).is_err() {
        let _ = std::fs::remove_file(&aside);
    }
}

/// Creates the stream's file; it must not exist yet.
pub(crate) fn create(path: &Text) -> Result<(), Failure> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path_of(path))
        .map_err(|error| failure(&error))?;
    let _ = FILE.set(file);
    OWNER.store(pid(), Ordering::Relaxed);
    Ok(())
}

/// Writes the beginning of the stream.
pub(crate) fn store(_path: &Text, content: &[u8]) {
    let _ = write_at(content, 0);
}

/// Reserves a piece of the stream on disk by writing zeros.
pub(crate) fn allocate(_path: &Text, at: u64, size: usize) -> Result<(), Failure> {
    static ZEROS: [u8; 65536] = [0; 65536];
    for start in (0..size).step_by(ZEROS.len()) {
        let part = &ZEROS[..ZEROS.len().min(size - start)];
        write_at(part, at + start as u64).map_err(|error| failure(&error))?;
    }
    Ok(())
}

/// Reserves a piece of the stream and gives memory for it. The piece is zero.
pub(crate) fn reserve(path: &Text, at: u64, size: usize) -> Result<*mut u8, Failure> {
    allocate(path, at, size)?;
    map(path, at, size)
}

/// Gives memory for a piece of the stream, zero; what is written there has to be published.
pub(crate) fn map(_path: &Text, _at: u64, size: usize) -> Result<*mut u8, Failure> {
    if pid() != OWNER.load(Ordering::Relaxed) {
        return Err(PATH_TOO_LONG);
    }
    memory(size).ok_or(stopped(format::stop::NO_MEMORY))
}

/// Reads a file from its beginning, up to so many bytes. None where it is gone.
pub(crate) fn map_file(path: &Text, most: usize) -> Option<(usize, usize)> {
    let mut content = std::fs::read(path_of(path)).ok()?;
    content.truncate(most);
    let size = content.len() & !7;
    let words: Vec<u64> = content[..size]
        .chunks_exact(8)
        .map(|part| part.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
        .collect();
    let memory = Box::leak(words.into_boxed_slice());
    Some((memory.as_mut_ptr() as usize, size))
}

/// Memory of our own, zero.
pub(crate) fn memory(size: usize) -> Option<*mut u8> {
    let mut words: Vec<u64> = Vec::new();
    words.try_reserve_exact(size / 8).ok()?;
    words.resize(size / 8, 0);
    Some(Box::leak(words.into_boxed_slice()).as_mut_ptr().cast())
}

/// A page of our own, zero, of so many bytes.
pub(crate) fn page(size: usize) -> Option<*mut u8> {
    memory(size)
}

#[cfg(unix)]
fn write_at(content: &[u8], at: u64) -> Result<(), Error> {
    use std::os::unix::fs::FileExt;
    let file = FILE.get().ok_or(ErrorKind::NotFound)?;
    file.write_all_at(content, at)
}

#[cfg(windows)]
fn write_at(content: &[u8], at: u64) -> Result<(), Error> {
    use std::os::windows::fs::FileExt;
    let file = FILE.get().ok_or(ErrorKind::NotFound)?;
    let mut done = 0;
    while done < content.len() {
        match file.seek_write(&content[done..], at + done as u64)? {
            0 => return Err(ErrorKind::WriteZero.into()),
            size => done += size,
        }
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
fn write_at(_content: &[u8], _at: u64) -> Result<(), Error> {
    Err(ErrorKind::Unsupported.into())
}

/// Gives back memory. A thread keeps to its own chunk, so nothing else points there.
pub(crate) fn release(address: usize, size: usize) {
    // SAFETY: the recorder hands back memory that `memory` or `map_file` leaked with this size.
    drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(address as *mut u64, size / 8)) });
}

/// Brings written slots to the file, unless this is a forked child: the file is its parent's.
pub(crate) fn publish(address: usize, at: u64, size: usize) {
    if pid() != OWNER.load(Ordering::Relaxed) {
        return;
    }
    // SAFETY: the caller wrote these bytes just now, in memory that `reserve` gave.
    let written = unsafe { core::slice::from_raw_parts(address as *const u8, size) };
    let _ = write_at(written, at);
}

/// Not seen here; see `publish`.
pub(crate) fn on_fork(_child: extern "C" fn()) {}

/// A handler that is told of the ends of threads.
type AtEnd = extern "C" fn(*mut core::ffi::c_void);

static AT_END: OnceLock<AtEnd> = OnceLock::new();

struct End(std::cell::Cell<bool>);

impl Drop for End {
    fn drop(&mut self) {
        if let Some(end) = AT_END.get().filter(|_| self.0.get()) {
            end(core::ptr::null_mut());
        }
    }
}

thread_local! {
    static END: End = const { End(std::cell::Cell::new(false)) };
}

/// Has `end` called at the end of each thread that asks for it.
pub(crate) fn on_thread_end(end: AtEnd) {
    let _ = AT_END.set(end);
}

/// Has the library with this code stay loaded: std sees to it where it calls back.
pub(crate) fn stay() {}

/// Asks for the calling thread's end to be told. What is recorded behind it is kept, and its chunk as well.
pub(crate) fn tell_thread_end() {
    let _ = END.try_with(|end| end.0.set(true));
}

/// Whether a failure to create a stream means that its name is taken.
pub(crate) fn is_taken(failure: Failure) -> bool {
    failure.taken
}
