"""Send, Sync, Clone, iterators, futures: every answer that is not null is the compiler's."""

from __future__ import annotations

import importlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.ownership_traits import OwnershipTraits
from borrowscope.analyzer.type_info import TypeInfo

InfoOf = Callable[..., TypeInfo]
SCRIPTS = Path(__file__).parents[2] / "scripts"
TRAITS = {"Send": "Send", "Sync": "Sync", "Clone": "Clone", "Iterator": "Iterator", "Future": "std::future::Future"}
FLAGS = {"Send": "is_send", "Sync": "is_sync", "Clone": "is_clone", "Iterator": "is_iterator", "Future": "is_future"}

ITEMS = """
use std::{rc::Rc, cell::{Cell, OnceCell, Ref, RefCell}, collections::{BTreeMap, HashMap}};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, RwLock, Weak, atomic::AtomicU8};
use std::sync::mpsc::{Receiver, Sender, SyncSender};
pub struct Plain { a: u8, b: Vec<String>, c: Option<Box<Plain>> }
#[derive(Clone)] pub struct Shared(Rc<u8>, u8);
#[derive(Clone)] pub struct Of<T> { inner: Vec<T>, more: Option<(T, u8)> }
pub enum Either { A(Box<Other>), B { cell: std::cell::Cell<u8> } }
pub struct Other { back: Option<Box<Either>> }
pub struct Raw(*const u8);
pub struct Forced(*mut u8);
unsafe impl Send for Forced {}
pub struct Hidden(*mut u8);
macro_rules! force { ($($t:ty)*) => { $(unsafe impl Send for $t {})* } }
pub mod inner { pub struct Point<'a> { pub at: &'a std::cell::Cell<u8>, pub v: super::Plain } }
pub struct Borrowed<'a, T: 'a>(&'a T, &'a mut T);
pub struct Count(u8);
impl Iterator for Count { type Item = u8; fn next(&mut self) -> Option<u8> { None } }
impl Drop for Plain { fn drop(&mut self) {} }
type Alias = Rc<u8>;
pub struct Aliased(Alias);
pub struct Function(fn(Rc<u8>), [u8; 3], (), !);
"""
TYPES = """
u8 str_ &'static str String Vec<u8> Vec<Rc<u8>> Rc<u8> Arc<u8> Arc<Cell<u8>> Arc<Mutex<u8>> Mutex<Rc<u8>>
Mutex<Cell<u8>> Cell<u8> RefCell<String> &'static Cell<u8> &'static mut Cell<u8> Option<Rc<u8>> (u8, Rc<u8>) (u8,
String) [Cell<u8>; 2] *const u8 fn(Rc<u8>) HashMap<String, Rc<u8>> HashMap<u8, u8> BTreeMap<String, Vec<u8>> AtomicU8
Ref<'static, u8> MutexGuard<'static, u8> RwLock<u8> RwLock<Cell<u8>> Sender<u8> Receiver<u8> SyncSender<Rc<u8>>
std::thread::JoinHandle<u8> std::slice::Iter<'static, u8> std::slice::Iter<'static, Cell<u8>>
std::slice::IterMut<'static, u8> std::vec::IntoIter<Rc<u8>> std::ops::Range<u8> std::ops::Range<f32>
std::num::NonZero<u8> Box<dyn Fn()> Box<dyn Fn() + Send> Box<dyn std::fmt::Debug + Send + Sync> Box<[u8]> Box<str>
Box<[Rc<u8>]> Box<dyn Iterator<Item = u8>> Box<dyn std::future::Future<Output = u8>> std::pin::Pin<Box<u8>>
std::time::Duration std::path::PathBuf std::fs::File OnceLock<u8> OnceCell<u8> LazyLock<u8> Weak<u8>
std::marker::PhantomData<Rc<u8>> std::borrow::Cow<'static, str> Plain Shared Of<u8> Of<Rc<u8>> Of<Cell<u8>> Either
Other Raw Forced Hidden inner::Point<'static> Borrowed<'static, u8> Borrowed<'static, Cell<u8>> Count &'static mut
Count Aliased Function std::io::Error std::str::Chars<'static> std::ops::RangeInclusive<u64>
std::iter::Rev<std::ops::Range<u8>> std::iter::Peekable<std::vec::IntoIter<u8>> std::future::Ready<u8> &'static mut
std::future::Ready<Rc<u8>> std::mem::ManuallyDrop<Rc<u8>> std::ptr::NonNull<u8>
"""


def type_names() -> list[str]:
    """The words, joined again where brackets are open."""
    found: list[str] = []
    open_brackets, joins = 0, False
    for word in TYPES.split():
        if open_brackets or joins:
            found[-1] += " " + word
        else:
            found.append(word)
        open_brackets = sum(found[-1].count(char) for char in "<([") - sum(found[-1].count(char) for char in ">)]")
        joins = found[-1].endswith(("&'static", "mut", "*const"))
    return [name for name in found if name != "str_"]


PROBE = """
pub struct Probe<T: ?Sized>(std::marker::PhantomData<T>);
pub trait No { const IS: bool = false; }
impl<T: ?Sized> No for Probe<T> {}
"""


@pytest.fixture
def truth(tmp_path: Path) -> Callable[[list[str]], dict[tuple[str, str], bool]]:
    """What rustc says: an inherent constant wins over a trait's where its bound holds."""

    def ask(types: list[str]) -> dict[tuple[str, str], bool]:
        lines = []
        for name, path in TRAITS.items():
            lines.append(
                f"mod m{name} {{ use super::*; pub struct P<T: ?Sized>(std::marker::PhantomData<T>);"
                f" impl<T: ?Sized> No for P<T> {{}} impl<T: ?Sized + {path}> P<T> {{ pub const IS: bool = true; }} }}"
            )
        prints = [
            f'println!("{{}}\\t{name}\\t{{}}", {index}, <m{name}::P<{ty}>>::IS);'
            for index, ty in enumerate(types)
            for name in TRAITS
        ]
        (tmp_path / "probe.rs").write_text(
            f"#![allow(warnings)]\n#![feature(never_type)]\n{PROBE}{ITEMS}force! {{ Hidden }}\n"
            + "\n".join([*lines, "fn main() {", *prints, "}"])
        )
        command = ["rustc", "probe.rs", "--edition=2021", "-o", "probe"]
        subprocess.run(command, cwd=tmp_path, check=True, env={**os.environ, "RUSTC_BOOTSTRAP": "1"})
        told = subprocess.run([tmp_path / "probe"], capture_output=True, text=True, check=True).stdout
        rows = (line.split("\t") for line in told.splitlines())
        return {(types[int(index)], name): answer == "true" for index, name, answer in rows}

    return ask


def test_no_answer_disagrees_with_the_compiler(truth, info_of: InfoOf) -> None:
    types = type_names()
    source = f"#![feature(never_type)]\n{ITEMS}force! {{ Hidden }}\n" + "\n".join(
        f"pub fn f{index}(x: {ty}) {{}}" for index, ty in enumerate(types)
    )
    source = source.replace("#![feature(never_type)]\n", "").replace("(), !)", "())")
    variables = [found for found in info_of(source, "2021").files["src/lib.rs"] if found.name == "x"]
    expected = truth(types)
    known = 0
    for ty, found in zip(types, variables, strict=True):
        for trait, flag in FLAGS.items():
            answer = getattr(found, flag)
            assert answer in (None, expected[ty, trait]), (ty, found.ty, trait, answer)
            known += answer is not None
    assert known / (len(types) * len(FLAGS)) > 0.8, known


def test_what_nobody_knows_is_null(info_of: InfoOf) -> None:
    source = (
        f"{ITEMS}force! {{ Hidden }}\npub fn f<T>(a: T, b: Vec<T>, c: Aliased, d: Hidden, e: &'static dyn Own) {{}}"
    )
    info = info_of(source.replace("(), !)", "())") + "pub trait Own: Sync {}", "2021")
    flags = {found.name: (found.is_send, found.is_sync) for found in info.files["src/lib.rs"] if found.name in "abcde"}
    assert flags == dict.fromkeys("ab", (None, None)) | {"c": (None, None), "d": (None, False), "e": (None, None)}


def test_names_that_may_mean_something_else_are_not_taken_for_std(info_of: InfoOf) -> None:
    source = """
pub mod own { pub type Result<T> = std::result::Result<T, std::rc::Rc<u8>>; pub struct Rc(pub u8); }
pub mod a { use crate::own::*; pub struct A(Result<u8>); }
pub mod b { use crate::own::Rc; pub struct B(Rc); pub mod c { use std::rc::Rc; pub struct C(Rc<u8>); } }
pub struct D(Option<u8>);
pub fn f(a: a::A, b: b::B, c: b::c::C, d: D) {}
"""
    told = {v.name: v.is_send for v in info_of(source, "2021").files["src/lib.rs"]}
    assert told == {"a": None, "b": None, "c": None, "d": True}


def test_drop_is_what_the_type_implements_itself(info_of: InfoOf) -> None:
    info = info_of(
        "pub struct D; impl Drop for D { fn drop(&mut self) {} } pub struct H(D);"
        "pub fn f(d: D, h: H, v: Vec<u8>, s: String, n: u8, r: &D, b: Box<u8>, o: Option<D>) {}"
    )
    told = {v.name: (v.is_drop, v.needs_drop) for v in info.files["src/lib.rs"] if v.name != "self"}
    assert told == {
        "d": (True, True),
        "h": (None, True),
        "v": (True, True),
        "s": (False, True),
        "n": (False, False),
        "r": (False, False),
        "b": (True, True),
        "o": (False, True),
    }


def test_a_type_that_holds_itself_does_not_hide_what_it_holds() -> None:
    traits = OwnershipTraits()
    assert traits.has("std::vec::Vec<u8>", "Send")
    assert traits.has("std::rc::Rc<u8>", "Send") is False


def test_the_facts_about_std_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    std_traits = importlib.import_module("std_traits")
    folder = std_traits.documentation()
    if folder is None:
        pytest.skip("the rust-docs component is not installed")
    assert std_traits.OUT.read_text() == "\n".join(std_traits.lines(folder)) + "\n"
