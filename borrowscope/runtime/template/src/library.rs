//! A shared library that records stays loaded: the system calls it at the end of threads and in forked children.

use core::ffi::{c_char, c_int, c_void};
use core::ptr;

/// The beginning of the library's path, and more that is not asked for.
#[repr(C)]
struct Found {
    path: *const c_char,
    rest: [*const c_void; 3],
}

/// A program header of 64 bits.
#[repr(C)]
struct Segment {
    kind: u32,
    flags: u32,
    offset: u64,
    address: u64,
    physical: u64,
    file_size: u64,
    size: u64,
    alignment: u64,
}

extern "C" {
    fn getauxval(kind: u64) -> u64;
    fn dladdr(address: *const c_void, found: *mut Found) -> c_int;
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
}

const AT_PHDR: u64 = 3;
const AT_PHENT: u64 = 4;
const AT_PHNUM: u64 = 5;
const PT_LOAD: u32 = 1;
const PT_PHDR: u32 = 6;
const RTLD_LAZY: c_int = 1;
const RTLD_NOLOAD: c_int = 4;
const RTLD_NODELETE: c_int = 0x1000;

/// Has the library with this code stay loaded until the process ends; the executable does so anyway.
pub(crate) fn stay() {
    let here = stay as *const c_void;
    if is_in_executable(here as u64) {
        return;
    }
    let mut found = Found {
        path: ptr::null(),
        rest: [ptr::null(); 3],
    };
    // SAFETY: the structure is the system's on these targets; a path that was found belongs to a loaded library.
    unsafe {
        if dladdr(here, &mut found) != 0 && !found.path.is_null() {
            dlopen(found.path, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
        }
    }
}

/// Whether an address lies in the executable. Asked without the loader, whose lock others may hold.
fn is_in_executable(address: u64) -> bool {
    // SAFETY: no pointers; an entry that is not known is 0.
    let (first, size, count) = unsafe { (getauxval(AT_PHDR), getauxval(AT_PHENT), getauxval(AT_PHNUM)) };
    if first == 0 || size as usize != core::mem::size_of::<Segment>() {
        return true;
    }
    // SAFETY: the system tells where the executable's program headers lie; they stay.
    let segments = unsafe { core::slice::from_raw_parts(first as *const Segment, count as usize) };
    let own = segments.iter().find(|segment| segment.kind == PT_PHDR);
    let base = own.map_or(0, |own| first.wrapping_sub(own.address));
    let holds = |segment: &Segment| address.wrapping_sub(base.wrapping_add(segment.address)) < segment.size;
    segments.iter().any(|segment| segment.kind == PT_LOAD && holds(segment))
}
