"""A shared library that records, in a program that unloads it while threads that called it live on.

It has no thread local with a destructor: std would keep it loaded for that.
"""

from __future__ import annotations

from tests.durability.checked import PRELUDE, check
from tests.runtime.recorded import program, run

LIBRARY = (
    PRELUDE
    + """
#[no_mangle]
pub extern "C" fn work(thread: u32) { events(thread, 0..7) }
"""
)
HOST = r"""
use std::ffi::{c_char, c_int, c_void, CString};
extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlclose(library: *mut c_void) -> c_int;
    fn fork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}
fn main() {
    let path = CString::new(std::env::args().nth(1).unwrap()).unwrap();
    for number in 0..3 {
        let (library, work) = unsafe {
            let library = dlopen(path.as_ptr(), 2);
            (library as usize, dlsym(library, b"work\0".as_ptr().cast()) as usize)
        };
        std::thread::spawn(move || unsafe {
            std::mem::transmute::<usize, extern "C" fn(u32)>(work)(number);
            dlclose(library as *mut c_void);
            let child = fork();
            if child == 0 { _exit(0) }
            let mut status = 1;
            waitpid(child, &mut status, 0);
            assert_eq!(status, 0);
        }).join().unwrap();
    }
    println!("end");
}
"""


def test_a_library_that_is_unloaded(tmp_path):
    library = program(LIBRARY, "--crate-type=cdylib", "-O")
    result = run(program(HOST, "-O"), tmp_path, str(library))
    assert (result.stdout, result.stderr, result.returncode) == ("end\n", "", 0)
    assert check(tmp_path).processes == [dict.fromkeys(range(3), range(7))]
