//! Unsafe operations and statics in nasty positions.
#![allow(unsafe_op_in_unsafe_fn, static_mut_refs, unused)]
use std::ffi::{c_char, c_int, CString};
use std::sync::atomic::{AtomicUsize, Ordering};

unsafe extern "C" {
    fn printf(format: *const c_char, ...) -> c_int;
    fn qsort(base: *mut u8, count: usize, size: usize, compare: unsafe extern "C" fn(*const u8, *const u8) -> c_int);
    fn strlen(text: *const c_char) -> usize;
    safe fn labs(value: i64) -> i64;
    fn abort() -> !;
    static environ: *const *const c_char;
}

mod inner {
    pub static TOTAL: super::AtomicUsize = super::AtomicUsize::new(0);
    pub static mut LIST: Vec<u32> = Vec::new();
    pub static mut TABLE: [u32; 3] = [1, 2, 3];
    pub struct Config { pub name: &'static str, pub depth: u32 }
    pub static CONFIG: Config = Config { name: "c", depth: 2 };
}
use inner::{CONFIG, LIST};

struct Node { value: u32, next: *mut Node }

struct Guarded<T> { raw: *mut T }
impl<T: Copy + std::fmt::Debug> Guarded<T> {
    fn new(value: T) -> Self { Guarded { raw: Box::into_raw(Box::new(value)) } }
    fn get(&self) -> T { unsafe { *self.raw } }
    fn set(&mut self, value: T) { unsafe { *self.raw = value } }
    fn borrow(&self) -> &T { unsafe { &*self.raw } }
    fn borrow_mut(&mut self) -> &mut T { unsafe { &mut *self.raw } }
}
impl<T> Drop for Guarded<T> { fn drop(&mut self) { unsafe { drop(Box::from_raw(self.raw)) } } }

unsafe extern "C" fn compare(a: *const u8, b: *const u8) -> c_int { (*a as c_int) - (*b as c_int) }

fn next(counter: &mut u32) -> u32 { *counter += 1; *counter }
unsafe fn sum3(a: u32, b: u32, c: u32) -> u32 { a + b + c }
unsafe fn own(text: String, more: Vec<u8>) -> usize { text.len() + more.len() }
unsafe fn apply<F: Fn(u32) -> u32>(f: F, v: u32) -> u32 { f(v) }
unsafe fn slot<'a>(v: &'a mut Vec<u32>, i: usize) -> &'a mut u32 { v.get_unchecked_mut(i) }
unsafe fn fallible(ok: bool) -> Result<u32, String> { if ok { Ok(1) } else { Err("no".to_string()) } }
#[track_caller]
unsafe fn where_am_i() -> u32 { std::panic::Location::caller().line() }

fn list() -> u32 {
    let mut a = Node { value: 1, next: std::ptr::null_mut() };
    let mut b = Node { value: 2, next: &mut a };
    let mut at: *mut Node = &mut b;
    let mut sum = 0;
    while !at.is_null() {
        unsafe {
            sum += (*at).value;
            if (*at).value == 2 { (*at).value = 5; }
            at = (*at).next;
        }
    }
    sum
}

fn order() -> u32 {
    let mut c = 0;
    let text = String::from("abc");
    let more = vec![1];
    let mut v = vec![1, 2, 3];
    let x = unsafe { sum3(next(&mut c), next(&mut c), 3) };
    let y = unsafe { own(text, more) } as u32;
    let k = 10;
    let z = unsafe { apply(|n| n + k, next(&mut c)) };
    unsafe { *slot(&mut v, 1) += 4 };
    let l = unsafe { v.len() as u32 + *slot(&mut v, 0) };
    let w = unsafe { sum3(1, { let t = 2; t }, if c > 1 { 3 } else { 4 }) };
    x + y + z + l + w + v[1]
}

fn moved_receivers() -> u32 {
    let uninit = std::mem::MaybeUninit::new(3u32);
    let owner = Owner { text: String::from("own") };
    let (mut a, mut b) = (1u32, 2u32);
    let (p, q) = (&raw mut a, &raw mut b);
    unsafe {
        (*p, *q) = (*q, *p);
        uninit.assume_init() + owner.consume(*p) + a
    }
}
struct Owner { text: String }
impl Owner { unsafe fn consume(self, n: u32) -> u32 { self.text.len() as u32 + n } }

fn results() -> Result<u32, String> {
    let a = unsafe { fallible(true)? };
    let b = unsafe { fallible(true) }?;
    let Ok(c) = (unsafe { fallible(a == 1) }) else { return Ok(0) };
    if let Ok(d) = unsafe { fallible(true) } { println!("{d}"); }
    match unsafe { fallible(false) } { Ok(_) => {} Err(e) => println!("{e}") }
    let e = unsafe { fallible(false) }.unwrap_or_else(|t| t.len() as u32);
    unsafe { fallible(b == 2) }?;
    Ok(c + e)
}

fn foreign() -> usize {
    let text = CString::new("hello").unwrap();
    let n = unsafe { strlen(text.as_ptr()) };
    let m = unsafe { strlen(CString::new("temporary").unwrap().as_ptr()) };
    let mut bytes = [3u8, 1, 2];
    unsafe { qsort(bytes.as_mut_ptr(), bytes.len(), 1, compare) };
    let l = labs(-3) as usize;
    let has = unsafe { !environ.is_null() };
    println!("{:?} {}", bytes, has);
    n + m + l
}

fn statics() -> u32 {
    inner::TOTAL.fetch_add(2, Ordering::Relaxed);
    let depth = CONFIG.depth + CONFIG.name.len() as u32;
    let reference: &'static inner::Config = &CONFIG;
    let lent = &inner::CONFIG.name;
    unsafe {
        LIST.push(3);
        LIST.extend([1, 2]);
        inner::TABLE[1] = 7;
        inner::TABLE[0] += LIST[0];
        for one in LIST.iter_mut() { *one += 1; }
        for one in &inner::TABLE { print!("{one} "); }
        let [a, b, _] = inner::TABLE;
        match inner::TABLE { [x, ..] if x > 100 => {} [_, y, _] => println!("{y}") }
        let ptr = &raw mut inner::TABLE;
        (*ptr)[2] = 9;
        let total = LIST.iter().sum::<u32>() + inner::TABLE.len() as u32;
        total + depth + a + b + reference.depth + lent.len() as u32 + inner::TOTAL.load(Ordering::Relaxed) as u32
    }
}

fn closures() -> u32 {
    let p = &7u32 as *const u32;
    let read = || unsafe { *p };
    let twice = move |n: u32| unsafe { *p * n + sum3(n, 1, 1) };
    let made: Vec<*const u32> = [1u32, 2].iter().map(|one| one as *const u32).collect();
    let values: Vec<u32> = vec![1, 2];
    let sum: u32 = values.iter().map(|v| v as *const u32).map(|p| unsafe { *p }).sum();
    let boxed: Box<dyn Fn(*const u32) -> u32> = Box::new(|p| unsafe { *p });
    read() + twice(2) + sum + boxed(p) + made.len() as u32
}

fn pointers() -> u32 {
    let mut g = Guarded::new(3u32);
    g.set(g.get() + 1);
    *g.borrow_mut() += 1;
    let value = *g.borrow();
    let array = [1u32, 2, 3];
    let first = array.as_ptr();
    let all: u32 = (0..3).map(|i| unsafe { *first.add(i) }).sum();
    let slice = unsafe { std::slice::from_raw_parts(first, 3) };
    let text = unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts("xyz".as_ptr(), 2)) };
    let dynamic: *const dyn std::fmt::Debug = &value;
    let shown = unsafe { format!("{:?}", &*dynamic) };
    let address = first as usize;
    let back = address as *const u32;
    let cast = unsafe { *(back as *const u8 as *const u32) };
    let nested = unsafe { **&first.cast::<u32>().cast_mut() };
    let range = unsafe { (*first)..(*first.add(2)) };
    let tuple = unsafe { (*first, [*first.add(1); 2]) };
    let s = Pair { a: unsafe { *first }, b: &raw const value };
    let field = unsafe { *s.b };
    assert_eq!(unsafe { *first }, 1);
    debug_assert!(unsafe { *first } == 1);
    let line = unsafe { where_am_i() };
    println!("{text} {shown} {line} {:?} {:?}", range, tuple);
    value + all + slice.len() as u32 + cast + nested + field
}
struct Pair { a: u32, b: *const u32 }

fn generic<T: Copy, U: Copy>(value: T) -> U {
    assert_eq!(size_of::<T>(), size_of::<U>());
    unsafe { std::mem::transmute_copy::<T, U>(&value) }
}

union Slot { number: u64, parts: (u32, u32), text: std::mem::ManuallyDrop<String> }

fn unions() -> u32 {
    let mut slot = Slot { number: 5 };
    slot.parts.0 = 6;
    let a = unsafe { slot.parts.0 };
    let b = unsafe { match slot { Slot { number: 6 } => 1, Slot { parts: (x, _) } => x } };
    let r = unsafe { &mut slot.parts };
    r.1 = 2;
    slot.text = std::mem::ManuallyDrop::new("abc".to_string());
    let n = unsafe { slot.text.len() as u32 };
    unsafe { std::mem::ManuallyDrop::drop(&mut slot.text) };
    a + b + n
}

async fn future(p: usize) -> u32 {
    let q = p as *const u32;
    let value = unsafe { *q };
    value
}

fn main() {
    println!("{}", list());
    println!("{}", order());
    println!("{}", moved_receivers());
    println!("{:?}", results());
    println!("{}", foreign());
    println!("{}", statics());
    println!("{}", closures());
    println!("{}", pointers());
    println!("{}", generic::<f32, u32>(1.0));
    println!("{}", unions());
    let _ = future(0);
    if labs(1) == 2 { unsafe { abort() } }
}
