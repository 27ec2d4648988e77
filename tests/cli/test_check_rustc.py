"""`borrowscope check --types rustc`: what the compiler resolves settles what the sources leave open."""

from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.check.model import CheckResult, Finding
from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope

BUILD = """
fn main() { println!("cargo:rustc-env=HIDDEN={}/src/hidden.in", std::env::var("CARGO_MANIFEST_DIR").unwrap()); }
"""
HIDDEN = """
pub fn make() -> crate::Known { crate::Known }
pub fn pointer(p: *const u8) -> *const u8 { p }
pub fn words() -> &'static [u8] { &[1] }
"""
LIB = """
use std::rc::Rc;
mod hidden { include!(env!("HIDDEN")); }
pub struct Known;
impl Known { pub unsafe fn raw(&self) {} pub fn plain(&self) {} }
pub trait Risky { unsafe fn risk(&self) {} }
impl Risky for Known {}
pub fn calls(p: *const u8) -> u8 {
    let known = hidden::make();
    unsafe {
        known.raw();
        known.risk();
        known.plain();
        hidden::pointer(p).read();
        let _ = hidden::words().get_unchecked(0);
        *p
    }
}
pub struct Held<T>(T);
impl<T: Clone> Held<T> { pub fn get(&self) -> T { self.0.clone() } }
pub fn twice<A, B: Clone>(_: A, b: &B) -> B { b.clone() }
pub fn uses(held: &Held<Rc<u8>>) { drop(held.get()); twice(1u8, &Rc::new(2u16)); }
"""


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    files = {
        "Cargo.toml": manifest("near", more='build = "build.rs"'),
        "build.rs": BUILD,
        "src/lib.rs": LIB,
        "src/hidden.in": HIDDEN,
    }
    return write_files(tmp_path, files)


def findings(crate: Path, types: str) -> list[Finding]:
    answer = borrowscope("check", crate, "--types", types, "--format", "json")
    return CheckResult.model_validate_json(answer.stdout).findings


def test_open_calls_are_what_the_compiler_resolves(crate: Path):
    static = [(one.line, one.code) for one in findings(crate, "static") if one.kind == "unsafe_call"]
    assert static == [(line, "BS0105") for line in (11, 12, 13, 14, 14, 15, 15)]
    rustc = [(one.line, one.target) for one in findings(crate, "rustc") if one.source == "rustc"]
    assert rustc == [
        (11, "near::Known::raw"),
        (12, "near::Risky::risk"),
        (14, "pointer::read"),
        (15, "slice::get_unchecked"),
    ]
    left = [(one.line, one.column) for one in findings(crate, "rustc") if one.code == "BS0105"]
    assert left == [
        (14, 9),
        (15, 17),
    ]  # functions of a file that only rustc can read: nobody says whether they are safe


@pytest.mark.parametrize("types", ["static", "rustc"])
def test_a_generic_clone_tells_what_the_crate_puts_in(crate: Path, types: str):
    told = [one.message.partition("(here ")[2] for one in findings(crate, types) if one.code == "BS0401"]
    assert told == ["`std::rc::Rc<u8>`)", "`std::rc::Rc<u16>`)"]
