//! What is promoted: references to values that the compiler computes, which live forever wherever they are written.

use std::mem::size_of;
use std::ptr;
use std::task::{Context, RawWaker, RawWakerVTable, Waker};
use std::time::Duration;

#[derive(Debug, PartialEq)]
struct Named {
    name: &'static str,
    parts: &'static [Part],
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum Part {
    One(u8),
    Many(&'static [u8]),
    None,
}

impl Named {
    const EMPTY: Named = Named { name: "", parts: &[] };
    const PARTS: [Part; 2] = [Part::One(1), Part::None];
}

trait Sized8 {
    const SIZE: usize;
    fn sizes() -> &'static [usize];
}

impl<T> Sized8 for T {
    const SIZE: usize = size_of::<T>() * 8;
    fn sizes() -> &'static [usize] {
        &[Self::SIZE, <T as Sized8>::SIZE + 1]
    }
}

fn waker() -> Waker {
    fn clone(data: *const ()) -> RawWaker {
        RawWaker::new(data, &RawWakerVTable::new(clone, ignore, ignore, ignore))
    }
    fn ignore(_data: *const ()) {}
    let data = ptr::null();
    let raw =
        RawWaker::new(data, &RawWakerVTable::new(clone, |_| {}, |data| ignore(data), ignore as unsafe fn(*const ())));
    unsafe { Waker::from_raw(raw) }
}

fn functions(which: u8) -> &'static dyn Fn(u8) -> u8 {
    match which {
        0 => &|x| {
            let y = x;
            y + 1
        },
        1 => &(|x: u8| x * 2),
        _ => &u8::count_ones_of,
    }
}

trait Ones {
    fn count_ones_of(self) -> u8;
}

impl Ones for u8 {
    fn count_ones_of(self) -> u8 {
        let ones = self.count_ones();
        ones as u8
    }
}

fn values(which: u8) -> (&'static Named, Option<&'static [Part]>, &'static (i32, &'static str)) {
    let first: &'static Named = match which {
        0 => &Named { name: "first", parts: &[Part::One(0), Part::Many(&[1, 2, b'x']), Part::None] },
        1 => &Named { parts: &Named::PARTS, ..Named::EMPTY },
        _ => &Named::EMPTY,
    };
    let second: Option<&'static [Part]> = if which > 0 { Some(&[Part::One(!3), Part::One(u8::MAX - 1)]) } else { None };
    (first, second, &(-1, "one"))
}

fn more(
    which: bool,
) -> (&'static Option<String>, &'static Duration, &'static usize, &'static [[u8; 2]; 2], &'static str) {
    let text: &'static str = if which { &"text"[..] } else { concat!("a", 1) };
    let list: &'static mut [u8] = &mut [];
    let wait: &'static Duration = &Duration::ZERO;
    let cast: &'static i64 = &(5u8 as i64 + 2);
    let range: &'static std::ops::RangeInclusive<u8> = &(1..=3);
    let size = &size_of::<u32>();
    std::hint::black_box((cast, range, list));
    (&None, wait, size, &[[1, 2], [0; 2]], text)
}

fn strings(names: &[&'static str]) -> Vec<&'static [&'static str]> {
    names.iter().map(|name| if *name == "a" { &["a", "b"][..] } else { &["c"] }).collect()
}

fn main() {
    let waker = waker();
    let other = waker.clone();
    let context = Context::from_waker(&other);
    context.waker().wake_by_ref();
    println!("{}", Waker::noop().will_wake(context.waker()));
    println!("{:?}", [0, 1, 2].map(|which| functions(which)(7)));
    println!("{:?} {:?} {:?}", values(0), values(1), values(2));
    println!("{:?} {:?}", more(true), more(false));
    println!("{:?} {:?}", strings(&["a", "x"]), <u32 as Sized8>::sizes());
}
