//! What the system's C library offers, on 64-bit Linux, Android and macOS.

use core::ffi::{c_char, c_int, c_long, c_void};

#[repr(C)]
pub(super) struct TimeSpec {
    pub(super) seconds: c_long,
    pub(super) nanoseconds: c_long,
}

#[repr(C)]
pub(super) struct Limit {
    pub(super) current: u64,
    pub(super) maximum: u64,
}

#[cfg(not(target_os = "macos"))]
pub(super) type Blocks = u64;
#[cfg(target_os = "macos")]
pub(super) type Blocks = u32;

#[cfg(not(target_os = "macos"))]
pub(super) type Key = u32;
#[cfg(target_os = "macos")]
pub(super) type Key = usize;

/// The beginning of the system's `statvfs`; what follows differs, and there is room for it.
#[repr(C)]
pub(super) struct FileSystem {
    pub(super) block_size: u64,
    pub(super) fragment_size: u64,
    pub(super) blocks: Blocks,
    pub(super) free: Blocks,
    pub(super) available: Blocks,
    pub(super) rest: [u64; 32],
}

extern "C" {
    pub(super) fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    pub(super) fn close(file: c_int) -> c_int;
    pub(super) fn read(file: c_int, into: *mut c_void, size: usize) -> isize;
    pub(super) fn write(file: c_int, from: *const c_void, size: usize) -> isize;
    pub(super) fn pwrite(file: c_int, from: *const c_void, size: usize, at: i64) -> isize;
    pub(super) fn mmap(
        at: *mut c_void,
        size: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    pub(super) fn munmap(at: *mut c_void, size: usize) -> c_int;
    pub(super) fn mkdir(path: *const c_char, mode: u32) -> c_int;
    pub(super) fn link(old: *const c_char, new: *const c_char) -> c_int;
    pub(super) fn unlink(path: *const c_char) -> c_int;
    pub(super) fn getcwd(into: *mut c_char, size: usize) -> *mut c_char;
    pub(super) fn getenv(name: *const c_char) -> *const c_char;
    pub(super) fn getpid() -> c_int;
    pub(super) fn getppid() -> c_int;
    pub(super) fn getpagesize() -> c_int;
    pub(super) fn lseek(file: c_int, at: i64, from: c_int) -> i64;
    pub(super) fn getrlimit(resource: c_int, limit: *mut Limit) -> c_int;
    pub(super) fn statvfs(path: *const c_char, into: *mut FileSystem) -> c_int;
    pub(super) fn clock_gettime(clock: c_int, time: *mut TimeSpec) -> c_int;
    pub(super) fn pthread_key_create(key: *mut Key, destructor: Option<extern "C" fn(*mut c_void)>) -> c_int;
    pub(super) fn pthread_setspecific(key: Key, value: *const c_void) -> c_int;
    pub(super) fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> c_int;
    #[cfg(not(target_os = "macos"))]
    pub(super) fn posix_fallocate(file: c_int, at: i64, size: i64) -> c_int;
    #[cfg(not(target_os = "macos"))]
    pub(super) fn readlink(path: *const c_char, into: *mut c_char, size: usize) -> isize;
    #[cfg(target_os = "macos")]
    pub(super) fn _NSGetExecutablePath(into: *mut c_char, size: *mut u32) -> c_int;
    #[cfg(target_os = "linux")]
    pub(super) fn __errno_location() -> *mut c_int;
    #[cfg(target_os = "android")]
    pub(super) fn __errno() -> *mut c_int;
    #[cfg(target_os = "macos")]
    pub(super) fn __error() -> *mut c_int;
}

#[cfg(not(target_os = "macos"))]
mod constants {
    pub(in super::super) const O_CREAT: i32 = 0o100;
    pub(in super::super) const O_EXCL: i32 = 0o200;
    pub(in super::super) const O_CLOEXEC: i32 = 0o2_000_000;
    pub(in super::super) const CLOCK_MONOTONIC: i32 = 1;
    pub(in super::super) const RLIMIT_AS: i32 = 9;
    pub(in super::super) const MAP_ANONYMOUS: i32 = 0x20;
    pub(in super::super) const MAP_NORESERVE: i32 = 0x4000;
}

#[cfg(target_os = "macos")]
mod constants {
    pub(in super::super) const O_CREAT: i32 = 0x200;
    pub(in super::super) const O_EXCL: i32 = 0x800;
    pub(in super::super) const O_CLOEXEC: i32 = 0x100_0000;
    pub(in super::super) const CLOCK_MONOTONIC: i32 = 6;
    pub(in super::super) const RLIMIT_AS: i32 = 5;
    pub(in super::super) const MAP_ANONYMOUS: i32 = 0x1000;
    pub(in super::super) const MAP_NORESERVE: i32 = 0x40;
}

pub(super) use constants::*;

pub(super) const O_RDONLY: c_int = 0;
pub(super) const O_WRONLY: c_int = 1;
pub(super) const O_RDWR: c_int = 2;
pub(super) const PROT_READ_WRITE: c_int = 3;
pub(super) const PROT_READ: c_int = 1;
pub(super) const MAP_SHARED: c_int = 1;
pub(super) const MAP_PRIVATE: c_int = 2;
pub(super) const SEEK_END: c_int = 2;
pub(super) const RLIMIT_FSIZE: c_int = 1;
pub(super) const ENOENT: c_int = 2;
pub(super) const EINTR: c_int = 4;
pub(super) const ENOMEM: c_int = 12;
pub(super) const EEXIST: c_int = 17;
#[cfg(not(target_os = "macos"))]
pub(super) const EINVAL: c_int = 22;
pub(super) const EFBIG: c_int = 27;
pub(super) const ENOSPC: c_int = 28;
#[cfg(not(target_os = "macos"))]
pub(super) const ENOSYS: c_int = 38;
#[cfg(not(target_os = "macos"))]
pub(super) const EOPNOTSUPP: c_int = 95;
#[cfg(target_os = "macos")]
pub(super) const EDQUOT: c_int = 69;
#[cfg(not(target_os = "macos"))]
pub(super) const EDQUOT: c_int = 122;
