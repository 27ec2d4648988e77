"""Sizes that the sources tell are those that rustc tells; where nobody promises one, none is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

from borrowscope.analyzer.unsafety.operations import Bytes, Transmute
from tests.check.checked import analysis_of

ITEMS = """
use std::{cell::*, mem::*, num::*, ptr::NonNull, sync::atomic::*, marker::PhantomData};
#[repr(C)] #[derive(Clone, Copy)] pub struct Point { x: u8, y: u32, z: u16 }
#[repr(C)] pub struct Deep<T> { first: T, points: [Point; 3], last: *const T }
#[repr(C)] pub union Bits { word: u32, half: [u16; 5] }
#[repr(transparent)] pub struct Wrapped<T>(PhantomData<u8>, T);
#[repr(u8)] #[derive(Clone, Copy)] pub enum Flag { Off, On }
pub struct Plain { x: u8, y: u32 }
#[repr(C, packed)] pub struct Packed { x: u8, y: u32 }
#[repr(C)] #[repr(align(16))] pub struct Aligned { x: u8 }
#[repr(u8)] pub enum Full { A(u32), B }
pub struct Tail { n: u8, rest: [u8] }
pub trait Speak {}
"""
KNOWN = (
    *("u8", "bool", "char", "u64", "i128", "f32", "usize", "[u16; 7]", "[[u8; 3]; 4]", "()"),
    *("*const u8", "&u8", "&[u8]", "&str", "&dyn Speak", "*mut [u16]", "fn(u8) -> u8", "&Tail", "&std::path::Path"),
    *("Point", "Deep<u8>", "Deep<usize>", "Bits", "Wrapped<u16>", "Wrapped<Point>", "Flag", "[Flag; 3]", "&Plain"),
    *("MaybeUninit<Point>", "Cell<u32>", "UnsafeCell<u8>", "ManuallyDrop<Bits>", "NonZeroU16", "Wrapping<u64>"),
    *("Option<&u8>", "Option<NonNull<u8>>", "Option<Box<u8>>", "Option<fn()>", "Option<NonZeroU32>", "Box<dyn Speak>"),
    *("AtomicU16", "AtomicUsize", "AtomicPtr<u8>", "AtomicBool"),
)
UNKNOWN = ("Plain", "Packed", "Aligned", "Full", "(u8, u32)", "Option<u8>", "String", "Vec<u8>", "Option<&Tail>")
MAIN = 'fn main() {{ for size in [{sizes}] {{ println!("{{size}}"); }} }}\n'


def told(types: tuple[str, ...]) -> list[Transmute | None]:
    calls = "".join(
        f"pub unsafe fn f{at}(x: {ty}) {{ std::mem::transmute_copy::<{ty}, {ty}>(&x); }}\n"
        for at, ty in enumerate(types)
    )
    (file,) = analysis_of(ITEMS + calls).files
    found = sorted((one for one in file.operations if one.transmute is not None), key=lambda one: one.at)
    assert len(found) == len(types)
    return [one.transmute for one in found]


def test_sizes_are_what_rustc_says(tmp_path: Path):
    program = tmp_path / "main.rs"
    sizes = ", ".join(f"size_of::<{ty}>()" for ty in KNOWN)
    program.write_text(f"#![allow(warnings)]\n{ITEMS}{MAIN.format(sizes=sizes)}")
    subprocess.run(["rustc", "--edition=2021", "main.rs"], cwd=tmp_path, check=True, capture_output=True)
    said = subprocess.run([tmp_path / "main"], check=True, capture_output=True, text=True).stdout.split()
    ours = {ty: one.sizes[0].wide if one is not None else None for ty, one in zip(KNOWN, told(KNOWN), strict=True)}
    assert ours == dict(zip(KNOWN, map(int, said), strict=True))


def test_what_nobody_promises_is_not_told():
    known = {ty: one.sizes[0] for ty, one in zip(UNKNOWN, told(UNKNOWN), strict=True) if one is not None}
    option = known.pop("Option<&Tail>")
    assert option == Bytes(8, 16)  # a fat pointer that is never null
    assert set(known.values()) == {Bytes(None, None)}
