// edition: 2024
// Foreign items, statics, target features, unsafe attributes, chains of Deref, generics and macros.
#![allow(warnings)]
use std::arch::x86_64::*;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt::{self, Debug, Write};
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::thread;

// 1. foreign
unsafe extern "C" {
    pub safe fn abs(x: c_int) -> c_int;
    pub unsafe fn strlen(s: *const c_char) -> usize;
    fn getenv(name: *const c_char) -> *mut c_char;
    pub safe static environ_safe: c_int;
    pub unsafe static errno_like: c_int;
    static mut counter: c_int;
    safe static ATOM: AtomicU32;
    fn printf(format: *const c_char, ...) -> c_int;
    safe fn callback(f: extern "C" fn(c_int) -> c_int, g: Option<unsafe extern "C" fn(*mut c_void)>);
}
#[link(name = "c")]
unsafe extern "system" {
    fn close(fd: c_int) -> c_int;
    #[link_name = "open64"]
    fn open(p: *const c_char, f: c_int, ...) -> c_int;
}
mod sys {
    unsafe extern "C" {
        pub fn labs(x: i64) -> i64;
        pub safe fn llabs(x: i64) -> i64;
        pub static mut ARR: [i32; 3];
        pub static TBL: [i32; 3];
    }
    pub use self::labs as long_abs;
    pub mod deep {
        pub use super::*;
    }
}
use sys::deep::{ARR as ARRAY, llabs, long_abs};
#[unsafe(no_mangle)]
pub extern "C" fn exported(x: c_int) -> c_int {
    abs(x)
}
#[unsafe(no_mangle)]
pub unsafe extern "C" fn exported_unsafe(x: *const c_int) -> c_int {
    unsafe { *x }
}
#[unsafe(export_name = "other")]
pub static EXPORTED: u32 = 1;
#[unsafe(link_section = ".mine")]
static mut SECTION: u32 = 1;
extern "C" fn cb(x: c_int) -> c_int {
    x
}
pub fn foreign(s: &CStr) -> usize {
    abs(1);
    let a = environ_safe;
    callback(cb, None);
    let at = &ATOM;
    llabs(1);
    let p = &raw const errno_like;
    let q = &raw mut counter;
    let r = &raw const sys::TBL;
    let f = strlen;
    let g: unsafe extern "C" fn(*const c_char) -> usize = strlen;
    unsafe {
        strlen(s.as_ptr()) + f(s.as_ptr()) + g(s.as_ptr());
        getenv(s.as_ptr());
        errno_like;
        &errno_like;
        counter += 1;
        counter = counter + abs(counter);
        printf(s.as_ptr(), 1, 2.0f64);
        close(open(s.as_ptr(), 1));
        sys::labs(1);
        long_abs(2);
        sys::deep::long_abs(3);
        sys::deep::labs(4);
        ARRAY[0] = 1;
        ARRAY[1] += sys::TBL[2];
        ARRAY.len();
        for x in ARRAY {}
        let [x, ..] = ARRAY;
        match sys::TBL {
            [1, ..] => {}
            _ => {}
        }
        (&raw mut ARRAY).cast::<i32>().read();
        &raw const ARRAY[1];
        let t = sys::ARR;
        thread::spawn(|| counter).join();
        abs(errno_like) + { counter };
        Some(counter).map(|c| c + errno_like);
        SECTION = EXPORTED;
        if counter == errno_like {}
        *(&raw const counter);
        match counter {
            1 => {}
            n if n > counter => {}
            _ => {}
        }
        strlen(s.as_ptr())
    }
}
// 2. statics
static mut N: u32 = 0;
static mut S: Big = Big {
    a: 1,
    arr: [1; 4],
    inner: Small { x: 1 },
    f: plus,
};
static mut V: Vec<u32> = Vec::new();
static mut OPT: Option<&'static mut u32> = None;
static mut PTR: *mut u32 = std::ptr::null_mut();
static mut FUN: fn(u32) -> u32 = plus;
static mut UFUN: unsafe fn(u32) -> u32 = un;
static mut TUP: (u32, [u32; 2]) = (1, [1, 2]);
static mut SL: &[u32] = &[1];
static mut STR: &str = "a";
pub struct Big {
    a: u32,
    arr: [u32; 4],
    inner: Small,
    f: fn(u32) -> u32,
}
pub struct Small {
    x: u32,
}
fn plus(x: u32) -> u32 {
    x + 1
}
unsafe fn un(x: u32) -> u32 {
    x
}
static REF: &u32 = unsafe { &*(&raw const N) };
static INIT: u32 = unsafe { un_const(3) };
const fn cf() -> u32 {
    unsafe { un_const(1) }
}
const unsafe fn un_const(x: u32) -> u32 {
    x
}
static LOCK: OnceLock<u32> = OnceLock::new();
const ARRC: [u32; 2] = [unsafe { un_const(1) }, unsafe { un_const(2) }];
pub fn statics() -> u32 {
    let a = &raw const N;
    let b = &raw mut S;
    let c = std::ptr::addr_of_mut!(V);
    let d = (&raw const (N));
    unsafe {
        N += 1;
        N = N * N;
        S.a = S.arr[1];
        S.inner.x += 1;
        (S.f)(N);
        V.push(N);
        V[0];
        V.iter().map(|x| x + N).sum::<u32>();
        *PTR = 3;
        *PTR;
        **&PTR;
        FUN(1);
        UFUN(2);
        TUP.1[0] = TUP.0;
        let (x, [y, _]) = TUP;
        if let Some(x) = &OPT {}
        if let Some(ref mut x) = OPT {
            **x += 1;
        }
        OPT = None;
        OPT.take();
        SL[0];
        SL.len();
        STR.len();
        println!("{} {N} {}", S.a, STR);
        format_args!("{N:?}");
        let z = &raw const S.inner.x;
        let z = &raw mut S.arr[0];
        let z = &raw const SL[0];
        let z = &raw const *SL;
        let z = &raw mut *PTR;
        let z = &raw const (*PTR);
        let c = || {
            N += 1;
            N
        };
        c();
        let r = &mut N;
        let s = &N;
        *s;
        std::mem::swap(&mut N, &mut S.a);
        [N, N];
        (N, S.a);
        Small { x: N };
        Big {
            a: N,
            f: S.f,
            arr: S.arr,
            inner: Small { x: 1 },
        };
        N..=N;
        N as u64;
        -(N as i32);
        !N;
        N == 1 && N != 2 || N > 3;
        return N;
        LOCK.get_or_init(|| N);
        LOCK.get_or_init(|| unsafe { N });
        let _ = N;
        let _ = &N;
        _ = N;
        _ = S.inner;
        (match N {
            0 | 1 => N,
            2..=3 => S.a,
            _ => {
                while N > 1 {
                    N -= 1;
                }
                loop {
                    break N;
                }
            }
        }) + 'l: { break 'l N + S.a }
            + (if N == 0 { N } else { S.a })
    }
}
// 3. target features
#[target_feature(enable = "avx2")]
fn avx2() {}
#[target_feature(enable = "avx")]
fn avx() {}
#[target_feature(enable = "sse2")]
fn sse2() {}
#[target_feature(enable = "avx2,bmi1")]
#[target_feature(enable = "fma")]
unsafe fn many() {
    avx2();
    avx();
    sse2();
}
#[target_feature(enable = "sse4.2")]
#[inline]
fn sse42() {
    let c = || sse42();
    sse2();
    c();
    unsafe {
        avx();
        avx2()
    }
    fn in_it() {
        unsafe { sse42() }
    }
    struct T;
    impl T {
        #[target_feature(enable = "sse4.1")]
        fn m(&self) {}
        fn n(&self) {
            unsafe { self.m() }
        }
    }
    T.m();
    T.n();
    let k = T::m;
}
#[target_feature(enable = "avx2")]
fn caller() {
    avx2();
    avx();
    sse42();
    sse2();
    let c = move || {
        avx2();
        let d = || avx();
        d()
    };
    c();
    unsafe { many() }
    let f: unsafe fn() = avx2;
    unsafe { f() }
    let x = _mm256_setzero_si256();
    let y = _mm256_add_epi32(x, x);
    let z = _mm_setzero_si128();
    const K: u32 = 1;
}
pub fn no_features() {
    let c = || unsafe { avx2() };
    unsafe {
        avx();
        sse2();
        _mm256_setzero_si256();
        _mm_setzero_si128();
        _mm_crc32_u8(1, 2);
        let f = avx2;
        f();
        let g: unsafe fn() = avx2;
        g();
        (avx2 as unsafe fn())();
        c();
        many();
        _mm_loadu_si128(std::ptr::null());
    }
}
struct Feat;
impl Feat {
    #[target_feature(enable = "avx2")]
    fn go(&self) {}
    #[target_feature(enable = "avx2")]
    unsafe fn un(&self) {
        self.go()
    }
}
impl Deref for Feat {
    type Target = Feat2;
    fn deref(&self) -> &Feat2 {
        &Feat2
    }
}
struct Feat2;
impl Feat2 {
    #[target_feature(enable = "sse3")]
    fn three(&self) {}
}
pub fn methods(f: Feat, b: Box<Feat>) {
    unsafe {
        f.go();
        f.three();
        b.go();
        Feat::go(&f);
        f.un();
        let g = Feat::go;
        g(&f);
        [1].iter().for_each(|_| f.go());
    }
}
// 4. editions, attributes, blocks in blocks
pub unsafe fn bare(p: *const u32) -> u32 {
    *p + unsafe { *p }
        + {
            let c = || *p;
            c()
        }
        + un(1)
}
pub unsafe fn blocks(p: *const u32) -> u32 {
    unsafe { (unsafe { *p }) + *p }
}
pub fn env() {
    unsafe {
        std::env::set_var("A", "B");
        std::env::remove_var("A");
    }
    let x = std::env::var("A");
}
pub struct Raw<T: ?Sized>(*const T);
unsafe impl<T: ?Sized> Send for Raw<T> {}
unsafe impl<T: ?Sized> Sync for Raw<T> {}
impl<T: ?Sized> Deref for Raw<T> {
    type Target = T;
    fn deref(&self) -> &T {
        unsafe { &*self.0 }
    }
}
impl<T: ?Sized> DerefMut for Raw<T> {
    fn deref_mut(&mut self) -> &mut T {
        unsafe { &mut *(self.0 as *mut T as *mut T) }
    }
}
impl<T: ?Sized + Debug> Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", unsafe { &*self.0 }, unsafe { un(1) })?;
        unsafe { writeln!(f, "{:p}", &*self.0) }
    }
}
impl<T> Drop for Dropper<T> {
    fn drop(&mut self) {
        unsafe {
            drop(Box::from_raw(self.0));
            if (*self.0).1 > 1 {
                (*self.0).1 -= 1
            }
        }
    }
}
pub struct Dropper<T>(*mut (T, u32));
impl<T: Clone> Clone for Dropper<T> {
    fn clone(&self) -> Self {
        unsafe {
            (*self.0).1 += 1;
            let t = (*self.0).0.clone();
            let Dropper(p) = self;
            let (ref a, b) = **p;
            Dropper(Box::into_raw(Box::new(((**p).0.clone(), b))))
        }
    }
}
pub fn deref_chain(r: Raw<Raw<u32>>, mut rr: Raw<[u32]>, d: Raw<dyn Fn(u32) -> u32>) -> u32 {
    **r + rr[0]
        + rr.len() as u32
        + d(1)
        + {
            rr[1] = 2;
            1
        }
        + unsafe {
            *r.0.cast::<u32>()
                + (*r.0).0.read()
                + *(*r.0).0
                + (*rr.0)[0]
                + (&*rr.0)[1]
                + (*d.0)(2)
                + rr.0.cast::<u32>().add(1).read()
                + (*rr.0).len() as u32
                + (&(*rr.0))[..].iter().sum::<u32>()
        }
}
pub fn generic<T, F: FnOnce(*const T) -> unsafe fn(T) -> T, const N: usize>(
    f: F,
    t: T,
    a: [*const T; N],
    it: impl Iterator<Item = *const T>,
) -> T
where
    T: Copy,
{
    unsafe {
        let u = f(&t)(t);
        a.iter().map(|p| **p).last();
        a.map(|p| *p);
        it.map(|p| *p).count();
        for p in a {
            *p;
        }
        for p in a.iter().copied().filter(|p| !p.is_null()) {
            p.read();
        }
        if let [first, ..] = &a[..] {
            **first
        } else if let Some(p) = a.first() {
            **p
        } else {
            u
        }
    }
}
pub fn macros(p: *const u32, mut o: String) -> u32 {
    macro_rules! rd { (@ $($x:expr),+) => { [$(*$x),+] }; (+call $f:ident($($a:expr),*)) => { $f($($a),*) }; (+m $e:expr, $m:ident) => { $e.$m() }; (+blk $b:block) => { unsafe { $b } }; (+un $($t:tt)*) => { unsafe { $($t)* } }; ($e:expr) => { *$e } }
    macro_rules! safe_rd {
        ($e:expr) => {{
            let q = $e;
            unsafe { *q }
        }};
    }
    macro_rules! pasted {
        ($n:ident, $b:expr) => {
            fn $n(p: *const u32) -> u32 {
                $b(p)
            }
        };
    }
    pasted!(rdp, |p: *const u32| unsafe { *p });
    unsafe {
        rd!(p);
        rd!(@ p, p.add(1), &1u32);
        rd!(+call un(1));
        rd!(+m p, read);
        rd!(+un un(2));
        write!(o, "{}", *p);
        assert!(*p == 1, "{}", un(1));
        debug_assert_eq!(*p, un(2));
        vec![*p; 2];
        vec![*p, un(1)];
        matches!(*p, 1 | 2);
        dbg!(*p);
        format!("{x}{}", *p, x = un(3));
        std::ptr::addr_of!(*p.add(1));
        eprintln!("{0}", p.read());
        todo!("{}", *p);
    }
    rd!(+blk { *p }) + rd!(+un *p + un(4)) + safe_rd!(p) + rdp(p)
}
pub fn safe_things(p: *const u32, b: &u32) -> bool {
    let q = p.wrapping_add(1);
    let c = p as usize;
    p == q
        && p.is_null()
        && std::ptr::eq(p, b)
        && *b == 1
        && *&*b == **&b
        && {
            let r: *const u32 = b;
            let s = &raw const *b;
            true
        }
        && std::mem::size_of_val(b) == 4
        && std::ptr::null::<u8>().is_null()
        && (p as *const [u8; 4]).cast::<u8>() == std::ptr::dangling()
        && std::mem::align_of::<*const u8>() == 8
}
