"""What rustc names in its dumps stands in type-info.json: crates whose code and paths are as odd as they may be."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.build.crates import REPOSITORY, manifest, write_files
from tests.cli.commands import borrowscope

LIBRARY = """\
#![allow(unused, non_snake_case, uncommon_codepoints, mixed_script_confusables)]
#[path = "odd name.rs"] mod odd;
mod crlf;
mod sub { pub mod inner; }
include!("included.rs");
use std::collections::HashMap;
pub static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
pub static mut MUTABLE: u8 = { let inside = 3u8; inside };
pub const LIMIT: usize = { let half = 4usize; half * 2 };
const _: () = { let checked = 1u16; assert!(checked == 1); };
pub struct Held<T>(pub T);
impl<T: Clone> Held<T> {
    pub const EMPTY: Option<T> = None;
    pub fn twice(&self) -> (T, T) { let Self(one) = self; let both = (one.clone(), one.clone()); both }
}
pub trait Named { const N: usize = 3; fn name(&self) -> String { let made = String::from("x"); made } }
pub fn größe(länge: usize) -> usize { let breite = länge; let r#type = breite + 1; r#type }
pub fn guards(given: Option<String>) -> usize {
    match given {
        Some(text) if text.len() > 3 => text.len(),
        Some(ref whole @ _) if { let deep = whole.len(); deep == 1 } => 1,
        other @ Some(_) => 2,
        None => 0,
    }
}
pub fn loops(iter: Vec<u8>) -> u32 {
    let mut sum = 0u32;
    for _ in iter.iter() { sum += 1; }
    for _ in iter { sum += 1; }
    for (index, item) in [1u16, 2].iter().enumerate() { sum += index as u32; }
    while let Some(popped) = Vec::<i8>::new().pop() { sum += popped as u32; }
    sum
}
pub async fn fetch(url: &str, count: u8) -> usize {
    let before = url.len();
    let answer = async { let deep = 5i16; later(deep).await }.await;
    let closure = async |x: u8| { let held = x; held };
    let got = closure(count).await;
    before + answer + got as usize
}
async fn later(n: i16) -> usize { let m = n; m as usize }
pub fn closures() -> impl Fn(u8) -> u16 {
    let base = 3u16;
    let add = move |x: u8| { let wide = u16::from(x); let inner = |y| y + wide; inner(base) };
    add
}
pub fn array() -> [u8; { let n = 3; n }] { let held = [0; { let k = 3; k }]; held }
pub enum Disc { A = { let d = 4; d }, B }
pub fn nested() { fn within(p: char) { let q = p; } struct L; impl L { fn m(self) { let this = self; } }
    const C: u8 = { let v = 9; v }; within('a'); let z = const { let w = 3u64; w }; }
macro_rules! make { ($name:ident, $t:ty) => { pub fn $name(arg: $t) -> $t { let tmp = arg; tmp } } }
make!(first, u8);
make!(second, String);
macro_rules! bind { ($x:ident = $e:expr) => { let $x = $e; } }
pub fn uses_macro() -> u8 { bind!(bound = 7u8); bound }
macro_rules! hand { ($($t:tt)*) => { $($t)* } }
hand! { pub fn handed(ä: i64) -> i64 { let ö = ä; ö } }
pub fn elses(o: Option<u8>) -> u8 { let Some(v) = o else { let bad = 1u8; return bad };
    if let Some(w) = o && let x = w { x } else { v } }
pub fn ors(r: Result<u8, u8>) -> u8 { let (Ok(v) | Err(v)) = r; v }
pub fn never() -> ! { let forever = 1; loop {} }
pub fn unreachable() { return; let after = String::new(); }
pub fn refs() { let mut t = (1u8, String::new()); let (ref mut a, ref b) = t; let &mut ref c = &mut *a;
    let &(d, _) = &(1u8, 2u8); }
pub fn builtin_things() { let in_builtin = 1u8; }
pub mod builtin { pub fn more() { let in_mod = 1u8; } }
#[cfg(feature = "extra")] pub fn extra() { let extra_var = 1u8; }
#[derive(Debug, Clone, PartialEq)] pub struct Derived { pub field: u8 }
pub fn a_long_name() { let in_long = 1u8; }
#[cfg(test)] mod tests { #[test] fn t() { let tested = vec![1u8]; }
    #[test] fn fails() -> Result<(), String> { let q = 1; Ok(()) } }
"""
FILES = {
    "Cargo.toml": manifest("odd", "2024", "[features]\nextra = []"),
    "src/lib.rs": LIBRARY,
    "src/odd name.rs": "pub fn odd() { let in_odd = 1u8; }\n",
    "src/sub/inner.rs": "pub fn inner() { let in_inner = 1u8; }\n",
    "src/included.rs": "pub fn included() { let in_included = 1u8; }\n",
    "examples/example.rs": "fn main() { let in_example = 1u8; }\n",
    "tests/it.rs": "mod common; #[test] fn x() { let in_test = 1u8; }\n",
    "tests/common/mod.rs": "pub fn common() { let in_common = 1u8; }\n",
}
CRLF = (
    "\ufeffpub fn first() { let in_bom = 2u16; }\r\npub fn crlf(\r\n  a: u8,\r\n) {\r\n"
    '    let in_crlf = "ä"; let behind = 1u8;\r\n}\r\n'
)


def completeness() -> Any:
    """The measuring script: it reads the dumps in its own way."""
    spec = importlib.util.spec_from_file_location("completeness", REPOSITORY / "scripts" / "completeness.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["completeness"] = module
    spec.loader.exec_module(module)
    return module


def measured(root: Path, dumps: Path, *flags: str) -> Any:
    """What the dumps name and type-info.json lacks."""
    answer = borrowscope("analyze", root, "--types", "rustc", *flags)
    assert answer.returncode == 0, answer.stderr
    return completeness().Crate(root.resolve(), dumps, root / ".borrowscope" / "type-info.json")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    root = write_files(tmp_path / "spaces and ümläuts", FILES)
    (root / "src/crlf.rs").write_bytes(CRLF.encode())
    return root


@pytest.mark.parametrize("triple", ["", "x86_64-unknown-linux-gnu"])
def test_all_that_rustc_names_is_told(odd: Path, triple: str):
    flags = ["--all-targets", "--features", "extra", *(["--target", triple] if triple else [])]
    crate = measured(odd, odd / "target/borrowscope/types/mir", *flags)
    assert crate.missing == []
    names = {named.name for named in crate.known}
    in_files = {
        "in_odd",
        "in_inner",
        "in_included",
        "in_example",
        "in_test",
        "in_common",
        "in_bom",
        "in_crlf",
        "behind",
    }
    in_code = {"inside", "half", "checked", "breite", "type", "whole", "deep", "index", "popped", "held", "wide", "k"}
    in_more = {"d", "this", "v", "w", "tmp", "ö", "bad", "forever", "after", "c", "in_builtin", "in_mod", "extra_var"}
    assert in_files | in_code | in_more <= names
    packs = list((odd / "target/borrowscope/types/mir").rglob("bodies.pack"))
    names_kept = [line for pack in packs for line in pack.read_bytes().split(b"\n") if line.count(b"\t") == len("12")]
    assert any(b"builtin" in line for line in names_kept)
    assert all(line.partition(b"\t")[0].endswith(b".built.after.mir") for line in names_kept)


def test_without_features_and_tests_less_is_compiled(odd: Path):
    names = {named.name for named in measured(odd, odd / "target/borrowscope/types/mir").known}
    assert "in_odd" in names
    assert not names & {"extra_var", "tested", "in_example", "in_test"}


def test_two_members_with_the_same_file_names(tmp_path: Path):
    files = {"Cargo.toml": '[workspace]\nmembers = ["one", "two"]\nresolver = "2"\n'}
    for name, ty in (("one", "u8"), ("two", "String")):
        files[f"{name}/Cargo.toml"] = manifest(name) + '[[bin]]\nname = "same_' + name + '"\npath = "src/main.rs"\n'
        files[f"{name}/src/main.rs"] = "mod part;\nfn main() { let here = part::f(); }\n"
        files[f"{name}/src/part.rs"] = f"pub fn f() -> {ty} {{ let made = {ty}::default(); made }}\n"
    root = write_files(tmp_path, files)
    crate = measured(root, root / "target/borrowscope/types/mir", "--workspace")
    assert crate.missing == []
    types = {(named.file, named.name): types for named, types in crate.known.items()}
    assert types["one/src/part.rs", "made"] == {"u8"}
    assert types["two/src/part.rs", "made"] == {"std::string::String"}


def test_a_macros_own_name_has_all_its_types_also_from_other_crates(tmp_path: Path):
    files = {
        "Cargo.toml": manifest("mac"),
        "src/lib.rs": "#[macro_export] macro_rules! hold { ($e:expr) => {{ let held = $e; held }} }\n"
        "pub fn f() -> u8 { hold!(1u8) }\n",
        "tests/it.rs": "#[test] fn t() { mac::hold!(\"text\"); mac::hold!('c'); }\n",
    }
    root = write_files(tmp_path, files)
    crate = measured(root, root / "target/borrowscope/types/mir", "--all-targets")
    assert crate.missing == []
    assert {"u8", "&str", "char"} in crate.known.values()
