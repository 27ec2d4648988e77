//! Unsafe operations and statics in ordinary positions.
#![allow(unsafe_op_in_unsafe_fn, static_mut_refs)]
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

unsafe extern "C" {
    fn abs(value: i32) -> i32;
    fn exit(code: i32) -> !;
}

static HITS: AtomicU32 = AtomicU32::new(0);
static mut COUNTER: u32 = 0;
static NAMES: [&str; 2] = ["a", "b"];
static LAZY: LazyLock<String> = LazyLock::new(|| { made(); "lazy".to_string() });
static LOCK: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn made() { println!("made"); }

#[repr(C)]
union Bits { whole: u32, float: f32, pair: [u16; 2] }

struct Point { x: i32, y: i32 }

unsafe fn raw(pointer: *const i32) -> i32 { *pointer }
unsafe fn two(a: i32, b: i32) -> i32 { a + b }
fn safe(v: i32) -> i32 { v }

impl Point {
    unsafe fn dig(&self, n: i32) -> i32 { self.x + n }
    unsafe fn change(&mut self, n: i32) { self.y += n; }
    fn get(&self) -> &Point { self }
}

fn pointers() -> i32 {
    let mut x = 5;
    let p = &x as *const i32;
    let q = &mut x as *mut i32;
    let r = &raw const x;
    let a = std::ptr::addr_of!(x);
    unsafe {
        *q = 7;
        *q += 1;
        let one = *p;
        let two = *r + *a;
        let mut point = Point { x: 1, y: 2 };
        let pp = &mut point as *mut Point;
        (*pp).x = 3;
        (*pp).change(4);
        let reference = &mut *pp;
        reference.y += 1;
        let s = &(*pp).y;
        println!("{} {}", *s, (*pp).x);
        let v = vec![1, 2, 3];
        let vp = v.as_ptr();
        let third = *vp.add(2);
        if *vp == 1 && third == 3 { println!("yes"); }
        match *vp { 1 => println!("one"), _ => {} }
        one + two
    }
}

fn calls() -> i32 {
    let point = Point { x: 1, y: 2 };
    let f: unsafe fn(i32, i32) -> i32 = two;
    unsafe {
        let a = abs(-3);
        let b = two(safe(1), safe(2));
        let c = point.dig(safe(2));
        let d = point.get().dig(1);
        let e = f(1, 2);
        let bits: u32 = std::mem::transmute(1.0f32);
        let back = std::mem::transmute::<u32, f32>(bits);
        let t = two(abs(-1), abs(-2));
        let text = String::from_utf8_unchecked(vec![104, 105]);
        let moved = takes(text, safe(1));
        println!("{} {}", back, raw(&a));
        a + b + c + d + e + t + moved as i32
    }
}

unsafe fn takes(text: String, n: i32) -> usize { text.len() + n as usize }

fn unions() -> f32 {
    let mut bits = Bits { whole: 0 };
    bits.float = 1.0;
    unsafe {
        println!("{:x}", bits.whole);
        bits.pair[0] = 1;
        let h = bits.pair[1];
        let s = &bits.float;
        *s + h as f32
    }
}

fn statics() -> usize {
    HITS.fetch_add(1, Ordering::SeqCst);
    HITS.fetch_add(1, Ordering::SeqCst);
    let n = NAMES[0].len() + NAMES.len();
    let l = LAZY.len();
    let again = LAZY.len();
    LOCK.lock().unwrap().push(3);
    unsafe {
        COUNTER = 3;
        COUNTER += 1;
        let c = COUNTER;
        n + l + c as usize
    }
}

fn main() {
    println!("{} {} {} {}", pointers(), calls(), unions(), statics());
    let closure = |n: i32| unsafe { abs(n) + COUNTER as i32 };
    println!("{}", closure(-4));
    if HITS.load(Ordering::SeqCst) == 2 { unsafe { exit(3) } }
}
