"""Crates without std: births are told as elsewhere; a program with a panic handler of its own is left alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from borrowscope.errors import ExitCode
from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope
from tests.drops.programs import exported_events, instrument_report

LIBRARY = """\
#![no_std]
extern crate alloc;
use alloc::{boxed::Box, rc::Rc, string::String};
use core::cell::RefCell;
pub fn count(text: String) -> usize {
    let first = Rc::new(text);
    let second = Rc::clone(&first);
    let boxed = Box::new(3);
    let cell = RefCell::new(1);
    let guard = cell.borrow_mut();
    second.len() + *boxed + *guard
}
#[test]
fn counts() {
    assert_eq!(count(String::from("a")), 5);
}
"""
BARE = """\
#![no_std]
#![no_main]
extern "C" { fn puts(text: *const u8) -> i32; }
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
fn work(number: u8) -> u8 { let next = number + 1; next }
#[no_mangle]
pub extern "C" fn main(_: i32, _: *const *const u8) -> i32 {
    unsafe { puts(if work(1) == 2 { b"two\\0".as_ptr() } else { b"odd\\0".as_ptr() }) };
    0
}
#[no_mangle]
pub extern "C" fn rust_eh_personality() {}
"""


def test_births_without_std(tmp_path: Path):
    crate = write_files(tmp_path / "crate", {"Cargo.toml": manifest("bare"), "src/lib.rs": LIBRARY})
    recording = tmp_path / "bare.bstrace"
    answer = borrowscope("test", crate, "-o", recording, "--lib", cwd=tmp_path)
    assert answer.returncode == ExitCode.OK, answer.stderr
    events = exported_events(recording)
    told = [f"{event['event']} {event['name']}" for event in events if event["function"].endswith("::count")]
    assert [line for line in told if not line.startswith(("Drop", "Fn", "Attempt")) and not line.endswith(" None")] == [
        "New text",
        "Move text",
        "RcNew first",
        "RcClone second",
        "BoxNew boxed",
        "RefCellNew cell",
        "RefCellBorrow guard",
        "RefCellDrop guard",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="links against the system's C library")
def test_a_panic_handler_of_its_own(tmp_path: Path):
    profile = '[profile.dev]\npanic = "abort"\nopt-level = 1\n'
    build = 'fn main() { println!("cargo:rustc-link-lib=c"); }\n'
    files = {"Cargo.toml": manifest("bare") + profile, "src/main.rs": BARE, "build.rs": build}
    crate, recording = write_files(tmp_path / "crate", files), tmp_path / "bare.bstrace"
    answer = borrowscope("run", crate, "-o", recording, cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (ExitCode.NOTHING_RECORDED, "two\n")
    assert "panic_handler (2), foreign_abi (2)" in answer.stderr
    report = instrument_report(recording)
    assert (report["rounds"], report["functions"]["traced"]) == (0, 0)
