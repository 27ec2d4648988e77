//! What the parts of recording cost on this machine, done here without a recorder: nanoseconds for a slot of 16 bytes.

use crate::{timed, Span};
use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Barrier;
use std::time::Instant;

const SLOT: usize = 16;
const PIECE: usize = 1 << 20;
const IN_CACHE: usize = 1 << 16;
const ZEROS: [u8; 1 << 16] = [0; 1 << 16];
const READ_WRITE: i32 = 3;
const SHARED: i32 = 1;
#[cfg(target_os = "linux")]
const ANONYMOUS: i32 = 0x22;
#[cfg(not(target_os = "linux"))]
const ANONYMOUS: i32 = 0x1002;

extern "C" {
    fn mmap(at: *mut c_void, size: usize, protection: i32, flags: i32, file: i32, offset: i64) -> *mut c_void;
    fn munmap(at: *mut c_void, size: usize) -> i32;
}

/// Prints each part's time.
pub fn measure(folder: &str, slots: usize) {
    println!(
        "clock {}",
        per_slot(
            nanoseconds(timed(slots, &Barrier::new(1), |_| {
                black_box(ticks());
            })),
            slots
        )
    );
    println!("store {}", per_slot(nanoseconds(store_present(slots)), slots));
    println!("memory {}", per_slot(nanoseconds(touch_memory(slots)), slots));
    if let Err(error) = measure_file(&Path::new(folder).join("parts"), slots) {
        eprintln!("{folder}: {error}");
        std::process::exit(1);
    }
}

fn nanoseconds(span: Span) -> u128 {
    (span.1 - span.0).as_nanos()
}

fn per_slot(time: u128, slots: usize) -> f64 {
    time as f64 / slots as f64
}

#[cfg(target_arch = "x86_64")]
fn ticks() -> u64 {
    #[allow(unused_unsafe)]
    // SAFETY: every x86_64 processor has the instruction.
    unsafe {
        core::arch::x86_64::_rdtsc()
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> u64 {
    Instant::now().elapsed().as_nanos() as u64
}

/// Writes a slot as the recorder does, its first word last.
fn store(at: usize, number: usize) {
    let words = at as *mut u32;
    // SAFETY: callers pass the address of a slot in memory of their own, aligned to 16 bytes.
    unsafe {
        words.add(1).write(number as u32);
        words.add(2).write(number as u32);
        words.add(3).write(7);
        (*words.cast::<AtomicU32>()).store(number as u32 | 1, Ordering::Release);
    }
}

/// Slots into the same few pages again and again.
fn store_present(slots: usize) -> Span {
    let base = map(-1, ANONYMOUS, 0, IN_CACHE);
    (0..IN_CACHE).step_by(SLOT).for_each(|at| store(base + at, at));
    let time = timed(slots, &Barrier::new(1), |number| {
        store(base + number * SLOT % IN_CACHE, number)
    });
    unmap(base, IN_CACHE);
    time
}

/// Slots into memory that nobody has touched.
fn touch_memory(slots: usize) -> Span {
    let size = pieces(slots) * PIECE;
    let base = map(-1, ANONYMOUS, 0, size);
    let time = timed(slots, &Barrier::new(1), |number| store(base + number * SLOT, number));
    unmap(base, size);
    time
}

/// Zeros into a new file; slots into the mapped file; the file to the disk.
fn measure_file(path: &Path, slots: usize) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    let (mut zeros, mut touching) = (0, 0);
    for piece in 0..pieces(slots) {
        zeros += write_zeros(&file, piece * PIECE)?;
        let start = Instant::now();
        let base = map(file.as_raw_fd(), SHARED, piece * PIECE, PIECE);
        (0..PIECE).step_by(SLOT).for_each(|at| store(base + at, at));
        unmap(base, PIECE);
        touching += start.elapsed().as_nanos();
    }
    let start = Instant::now();
    file.sync_data()?;
    let all = pieces(slots) * PIECE / SLOT;
    println!("zeros {}", per_slot(zeros, all));
    println!("mapped {}", per_slot(touching, all));
    println!("disk {}", per_slot(start.elapsed().as_nanos(), all));
    std::fs::remove_file(path)
}

fn write_zeros(file: &File, at: usize) -> io::Result<u128> {
    let start = Instant::now();
    for part in (0..PIECE).step_by(ZEROS.len()) {
        file.write_all_at(&ZEROS, (at + part) as u64)?;
    }
    Ok(start.elapsed().as_nanos())
}

fn pieces(slots: usize) -> usize {
    (slots * SLOT + PIECE - 1) / PIECE
}

fn map(file: i32, flags: i32, at: usize, size: usize) -> usize {
    // SAFETY: a new mapping; nothing is replaced.
    let address = unsafe { mmap(std::ptr::null_mut(), size, READ_WRITE, flags, file, at as i64) } as usize;
    if address == usize::MAX {
        eprintln!("no memory");
        std::process::exit(1);
    }
    address
}

fn unmap(base: usize, size: usize) {
    // SAFETY: a mapping of ours that nothing points to any more.
    unsafe { munmap(base as *mut c_void, size) };
}
