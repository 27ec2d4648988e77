//! Operations that need `unsafe`, and what looks like one: rustc says which is which (edition 2024).
#![allow(dead_code, unused, static_mut_refs)]

use std::arch::asm;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::{addr_of, addr_of_mut};

unsafe extern "C" {
    fn abs(value: i32) -> i32;
    safe fn labs(value: i64) -> i64;
    pub safe fn atoi(text: *const i8) -> i32;
    static environ: *const *const u8;
    static mut optind: i32;
    safe static stdout: *const u8;
}

static mut COUNTER: u32 = 0;
static mut TABLE: [u32; 4] = [0; 4];
static PLAIN: u32 = 1;

#[derive(Clone, Copy)]
#[repr(C)]
struct Point {
    x: u32,
    y: u32,
}

#[derive(Clone, Copy)]
#[repr(C)]
union Small {
    a: u8,
    b: i8,
}

#[repr(C)]
union Value {
    whole: u32,
    point: Point,
    arr: [u32; 2],
    small: Small,
    text: ManuallyDrop<String>,
    call: unsafe fn(u32) -> u32,
}

struct Handle {
    raw: *mut Point,
}

impl Handle {
    unsafe fn dig(&self) -> u32 {
        unsafe { (*self.raw).x }
    }
    fn fine(&self) -> u32 {
        1
    }
}

struct Wrapper(Handle);

impl Deref for Wrapper {
    type Target = Handle;
    fn deref(&self) -> &Handle {
        &self.0
    }
}

trait Risky {
    unsafe fn risk(&self) -> u32;
    unsafe fn make() -> u32;
    fn calm(&self) -> u32 {
        0
    }
}

impl Risky for u32 {
    unsafe fn risk(&self) -> u32 {
        *self
    }
    unsafe fn make() -> u32 {
        0
    }
}

unsafe fn raw(pointer: *const u32) -> u32 {
    *pointer
}

unsafe fn bare(pointer: *const *const Point) -> u32 {
    let first = (**pointer).x;
    let text = format!("{}", *(*pointer));
    first
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

fn unions(mut value: Value, by_reference: &mut Value) -> u32 {
    value.whole = 1;
    value.point.x = 3;
    value.small.a = 2;
    by_reference.whole = 4;
    by_reference.point.y = 4;
    let place = &raw const value.whole;
    let nested = &raw mut value.small.a;
    let address = addr_of!(value.whole);
    unsafe {
        value.arr[0] = 1;
        value.whole += 1;
        let read = value.whole;
        let twice = value.small.a;
        let through = by_reference.point.x;
        let reference = &value.whole;
        (value.call)(3);
        let text = &*value.text;
        let (one, two);
        (value.whole, one) = (1, 2);
        two = one;
        match value {
            Value { whole: 1 } => 1,
            Value { point: Point { x, .. } } if x > 3 => x,
            Value { small: Small { a: 7 } } => 7,
            Value { whole: _ } => 0,
        }
    }
}

fn pattern(value: Value) -> u32 {
    let whole = unsafe {
        let Value { whole } = value;
        whole
    };
    whole
}

fn binding_pattern(value: &Value) -> u32 {
    unsafe {
        let Value { whole: inner @ _ } = value;
        if let Value { point: Point { x: 1 | 2, y } } = value {
            return *y;
        }
        *inner
    }
}

fn pointers(pointer: *const Point, double: *const *const u32, boxed: Box<*mut Point>, handle: &Handle) -> u32 {
    let field = 3;
    unsafe {
        let here = &raw const *pointer;
        let part = &raw const (*pointer).x;
        let macro_part = addr_of!((*pointer).y);
        let two = **double;
        let inner = &raw const **double;
        let through_box = (**boxed).x;
        (*handle.raw).x = 3;
        (*handle.raw).x += 3;
        *handle.raw = Point { x: 1, y: 2 };
        let slice = std::slice::from_raw_parts(*double, 2);
        let method = (*pointer).x.count_ones();
        let cast = *(pointer as *const u32);
        let added = *double.add(1);
        let nested = pointer.read().x + double.cast::<u8>().add(3).read() as u32;
        two
    }
}

fn statics() -> u32 {
    let address = addr_of!(COUNTER);
    let mutable = &raw mut COUNTER;
    let foreign = addr_of!(environ);
    let plain = PLAIN + unsafe { stdout as usize as u32 };
    unsafe {
        COUNTER += 1;
        let element = &raw const TABLE[1];
        TABLE[2] = COUNTER;
        let reference = &mut COUNTER;
        let foreign = environ;
        optind = 3;
        let text = format!("{} {}", COUNTER, 1);
        let method = TABLE.len();
        assert_eq!(COUNTER, 3);
        COUNTER
    }
}

fn calls(wrapper: &Wrapper, boxed: Box<dyn Risky2>, pointer: unsafe fn(u32) -> u32, foreign: unsafe extern "C" fn(i32)) -> u32 {
    let safe = labs(3) as u32 + wrapper.fine() + 3u32.calm() + atoi(std::ptr::null()) as u32;
    let item = abs;
    unsafe {
        let through = wrapper.dig();
        let method = 3u32.risk();
        let qualified = <u32 as Risky>::risk(&3);
        let associated = u32::make();
        let generic = generic(3u32);
        let called = pointer(3);
        foreign(3);
        let direct = abs(-3);
        let by_item = item(-3);
        let dynamic = boxed.risky();
        let chained = vec![1u32, 2].get_unchecked(0).clone();
        let transmuted: u32 = std::mem::transmute(1.0f32);
        let text = String::from_utf8_unchecked(vec![]);
        std::env::set_var("A", "B");
        let closure = || raw(&3);
        let list = [1u32].iter().map(|one| raw(one)).collect::<Vec<_>>();
        closure()
    }
}

trait Risky2 {
    unsafe fn risky(&self) -> u32;
}

unsafe fn generic<T: Risky>(value: T) -> u32 {
    value.risk() + T::make()
}

#[target_feature(enable = "avx2")]
fn wide(value: u32) -> u32 {
    value
}

#[target_feature(enable = "avx2")]
fn wider(value: u32) -> u32 {
    wide(value)
}

#[target_feature(enable = "avx")]
fn wider_still(value: u32) -> u32 {
    unsafe { wide(value) }
}

fn features() -> u32 {
    unsafe {
        std::arch::x86_64::_mm_pause();
        let zero = std::arch::x86_64::_mm_setzero_si128();
        wide(3)
    }
}

fn assembly() -> u64 {
    let mut value: u64 = 3;
    unsafe {
        asm!("nop");
        core::arch::asm!("add {0}, 1", inout(reg) value);
    }
    value
}

macro_rules! read {
    ($pointer:expr) => {
        unsafe { *$pointer }
    };
}

macro_rules! within {
    ($value:expr) => {
        unsafe { $value }
    };
}

macro_rules! bump {
    ($name:ident) => {
        unsafe { $name += 1 }
    };
}

macro_rules! items {
    ($($item:item)*) => { $($item)* };
}

items! {
    fn wrapped(pointer: *const u32) -> u32 {
        unsafe { *pointer + pointer.read() }
    }
}

fn macros(pointer: *const u32) -> u32 {
    bump!(COUNTER);
    let one = read!(pointer);
    let two = within!(*pointer);
    let three = within!(raw(pointer));
    one + two + three
}

const fn constant(pointer: *const u32) -> u32 {
    unsafe { *pointer }
}

const VALUE: u32 = unsafe { std::mem::transmute::<f32, u32>(1.0) };
static SHARED: std::num::NonZeroU8 = unsafe { std::num::NonZeroU8::new_unchecked(1) };

async fn asynchronous(pointer: usize) -> u32 {
    unsafe { *(pointer as *const u32) }
}

#[unsafe(no_mangle)]
pub extern "C" fn exported() {}

unsafe impl Send for Handle {}
unsafe trait Marker {}

fn main() {}
