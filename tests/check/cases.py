"""For each rule a source that it speaks of, what it marks there, and one that it passes by."""

from __future__ import annotations

from dataclasses import dataclass

ABS = 'unsafe extern "C" { fn abs(value: i32) -> i32; safe fn labs(value: i64) -> i64; }\n'
UNION = "pub union U { a: u32, b: f32 }\n"


@dataclass(frozen=True)
class Case:
    """`marks` are the marked texts, `says` a part of each message."""

    fires: str
    marks: tuple[str, ...]
    says: str
    silent: str


CASES: dict[str, Case] = {
    "ffi_call": Case(
        ABS + "use abs as distance;\npub fn f() -> i32 { unsafe { abs(-1) + distance(-2) } }",
        ("abs(-1)", "distance(-2)"),
        "foreign function `demo::abs`",
        ABS + "pub fn f() -> i64 { labs(-1) }",
    ),
    "foreign_pointer_call": Case(
        'pub fn f(call: unsafe extern "C" fn(i32)) { unsafe { call(1) } }',
        ("call(1)",),
        '`unsafe extern "C" fn`',
        "pub fn f(call: unsafe fn(i32)) { unsafe { call(1) } }",
    ),
    "foreign_callback": Case(
        'unsafe extern "C" { fn each(call: Option<extern "C" fn(i32)>, other: extern "C" fn(i32)); }\n'
        'extern "C" fn seen(_: i32) {}\npub fn f() { unsafe { each(Some(seen), seen as extern "C" fn(i32)) } }',
        ("Some(seen)", 'seen as extern "C" fn(i32)'),
        "is handed to the foreign function `demo::each`",
        ABS + "pub fn f(seen: i32) -> i32 { unsafe { abs(seen) } }",
    ),
    "foreign_static": Case(
        'unsafe extern "C" { static environ: *const u8; }\npub fn f() -> bool { unsafe { environ.is_null() } }',
        ("environ",),
        "foreign static `demo::environ`",
        'unsafe extern "C" { safe static environ: u8; }\npub fn f() -> u8 { environ }',
    ),
    "unresolved_call": Case(
        "use outside::*;\npub fn f(p: *const u8) -> u8 { unsafe { hidden(p); *p } }",
        ("hidden(p)",),
        "nobody can say what `hidden(p)` calls",
        "fn known(_: *const u8) {}\npub fn f(p: *const u8) -> u8 { unsafe { known(p); *p } }",
    ),
    "union_read": Case(
        UNION + "pub fn f(u: U) -> f32 { unsafe { u.b } }",
        ("u.b",),
        "union field `demo::U::b`",
        UNION + "pub fn f(mut u: U) -> U { u.b = 1.0; let _ = &raw const u.b; u }",
    ),
    "union_pattern": Case(
        UNION + "pub fn f(u: U) -> u32 { unsafe { let U { a } = u; a } }\n"
        "pub fn g(u: U) -> bool { unsafe { matches!(u, U { a: 7 }) } }",
        ("a", "7"),
        "a pattern reads the union field `demo::U::a`",
        UNION + "pub fn f(u: U) -> u32 { let U { a: _ } = u; unsafe { u.a } }",
    ),
    "union_transmute": Case(
        UNION + "pub fn f() -> f32 { let u = U { a: 1 }; unsafe { u.b } }",
        ("u.b",),
        "`demo::U::b` is read where `demo::U::a` was written",
        "#[repr(C)] " + UNION + "pub fn f() -> f32 { let u = U { a: 1 }; unsafe { u.b } }",
    ),
    "unresolved_field": Case(
        "use outside::*;\npub fn f(p: *const u8) -> u8 { unsafe { let x = hidden; x.part; *p } }",
        ("x.part",),
        "nobody can say what type `x.part` is a field of",
        "pub struct S { part: u8 }\npub fn f(x: S, p: *const u8) -> u8 { unsafe { x.part; *p } }",
    ),
    "static_mut_read": Case(
        "static mut N: u32 = 0;\npub fn f() -> u32 { unsafe { N + 1 } }",
        ("N",),
        "read of the `static mut` `demo::N`",
        "static N: u32 = 0;\npub fn f() -> u32 { N + 1 }",
    ),
    "static_mut_write": Case(
        "static mut N: u32 = 0;\nstatic mut T: [(u8, u8); 2] = [(0, 0); 2];\n"
        "pub fn f() { unsafe { N = 1; N += 2; T[0].1 = 3; (N) = 4; } }",
        ("N", "N", "T", "(N)"),
        "write to the `static mut`",
        "static mut N: u32 = 0;\npub fn f(mut m: u32) -> u32 { unsafe { m = N; } m }",
    ),
    "static_mut_reference": Case(
        "static mut V: Vec<u32> = Vec::new();\npub fn f() -> usize { unsafe { let v = &mut V; v.push(1); V.len() } }",
        ("V", "V"),
        "reference to the `static mut` `demo::V`",
        "static mut N: u32 = 0;\npub fn f() -> u32 { unsafe { N = 1; N } }",
    ),
    "static_mut_address": Case(
        "static mut N: u32 = 0;\npub fn f() -> (*mut u32, *const u32) { (&raw mut N, std::ptr::addr_of!(N)) }",
        ("&raw mut N", "std::ptr::addr_of!(N)"),
        "the address of the `static mut` `demo::N`",
        "static N: u32 = 0;\n// &raw mut N\npub fn f() -> *const u32 { &raw const N }",
    ),
    "shared_interior_mutability": Case(
        "use std::sync::Mutex;\nstatic LOG: Mutex<u32> = Mutex::new(0);\n"
        "pub fn f() { *LOG.lock().unwrap() += 1; }\npub fn g() -> u32 { *LOG.lock().unwrap() }",
        ("LOG",),
        "2 functions use it (`f`, `g`)",
        "use std::sync::Mutex;\nstatic LOG: Mutex<u32> = Mutex::new(0);\npub fn f() { *LOG.lock().unwrap() += 1; }\n"
        "static PLAIN: u32 = 0;\npub fn g() -> u32 { PLAIN }\npub fn h() -> u32 { PLAIN }",
    ),
    "unresolved_static": Case(
        "use outside::*;\npub fn f(p: *const u8) -> u8 { unsafe { *p + TABLE } }",
        ("TABLE",),
        "nobody can say what `TABLE` is",
        "const TABLE: u8 = 1;\npub fn f(p: *const u8) -> u8 { unsafe { *p + TABLE + u8::MAX } }",
    ),
    "generic_clone": Case(
        "pub struct S<T> { held: T }\nimpl<T: Clone> S<T> { pub fn f(&self) -> T { self.held.clone() } }\n"
        "pub fn g<T: Clone>(x: &T, y: impl Clone) -> T { let _ = y.clone(); x.clone() }",
        ("self.held.clone()", "y.clone()", "x.clone()"),
        "behind which an `Rc` or `Arc` may hide",
        "use std::rc::Rc;\npub fn f<T>(x: &Rc<T>, y: &String) -> Rc<T> { let _ = y.clone(); x.clone() }",
    ),
    "raw_deref": Case(
        "pub fn f(pp: *const *const u8) -> u8 { unsafe { **pp } }",
        ("**pp", "*pp"),
        "dereference of the raw pointer",
        "pub fn f(p: &u8, q: *const u8) -> (u8, *const u8) { (*p, unsafe { &raw const *q }) }",
    ),
    "transmute": Case(
        "pub fn f(x: &'static str) -> &'static str { unsafe { std::mem::transmute::<u32, f32>(1); "
        "std::mem::transmute::<&'static str, &str>(x) } }",
        ("std::mem::transmute::<u32, f32>(1)", "std::mem::transmute::<&'static str, &str>(x)"),
        "`transmute` from",
        "pub fn f(x: u32) -> f32 { f32::from_bits(x) }",
    ),
    "unsafe_call": Case(
        "pub unsafe fn raw(_: u8) {}\npub fn f(p: *const u8) -> u8 { unsafe { raw(1); p.read() } }",
        ("raw(1)", "read()"),
        "call of the unsafe function",
        "pub fn plain(_: u8) {}\npub fn f() { plain(1) }",
    ),
    "unsafe_trait_call": Case(
        "pub trait Risky { unsafe fn risk(&self); }\npub fn f<T: Risky>(x: &T) { unsafe { x.risk() } }",
        ("risk()",),
        "unsafe trait function `demo::Risky::risk`",
        "pub struct S; impl S { unsafe fn risk(&self) {} }\npub fn f(x: &S) { unsafe { x.risk() } }",
    ),
    "unsafe_pointer_call": Case(
        "pub fn f(call: unsafe fn(i32)) { unsafe { call(1) } }",
        ("call(1)",),
        "call through a pointer to an unsafe function",
        'pub fn f(call: unsafe extern "C" fn(i32), plain: fn(i32)) { plain(1); unsafe { call(1) } }',
    ),
    "inline_asm": Case(
        'pub fn f() { unsafe { std::arch::asm!("nop") } }',
        ('std::arch::asm!("nop")',),
        "inline assembly",
        'macro_rules! asm { ($x:tt) => { 1 } }\npub fn f(p: *const u8) { unsafe { asm!("nop"); p.read(); } }',
    ),
    "target_feature_call": Case(
        '#[target_feature(enable = "avx2")] pub fn wide() {}\npub fn f() { unsafe { wide() } }',
        ("wide()",),
        "call of `demo::wide`",
        '#[target_feature(enable = "avx2")] pub fn wide() {}\n#[target_feature(enable = "avx2")] pub fn f() { wide() }',
    ),
    "unsafe_impl": Case(
        "pub struct S(*mut u8);\nunsafe impl Send for S {}\n"
        "unsafe impl<'a> std::marker::Sync for &'a [S] where S: Sized {}",
        ("unsafe impl Send for S", "unsafe impl<'a> std::marker::Sync for &'a [S] where S: Sized"),
        "promises what the compiler would not derive",
        "pub unsafe trait Mark {}\npub struct S;\nunsafe impl Mark for S {}",
    ),
    "unresolved_deref": Case(
        "use outside::*;\npub fn f(p: *const u8) -> u8 { unsafe { let x = hidden; *x; *p } }",
        ("*x",),
        "nobody can say whether `*x` follows a raw pointer",
        "pub fn f(x: &u8, p: *const u8) -> u8 { unsafe { *x; *p } }",
    ),
    "undocumented_unsafe": Case(
        "pub fn f(p: *const u8) -> u8 {\n    // because\n    unsafe { *p }\n}",
        ("unsafe",),
        "without a `SAFETY` comment",
        "pub fn f(p: *const u8) -> u8 {\n    // SAFETY: the caller says so\n    let x =\n        unsafe { *p };\n"
        "    /* SAFETY: as above */ unsafe { *p };\n"
        "    unsafe {\n        // Safety: as above\n        *p + x\n    }\n}",
    ),
    "declared_name": Case(
        '#[trace_borrow(ffi = ["gone", "defined", "here"], unions = ["Lost"], statics = ["MISSING"])]\n'
        "pub fn f(p: fn(u8)) { fn defined() {} let here = p; here(1); } // gone(1)",
        ('"gone"', '"defined"', '"Lost"', '"MISSING"'),
        "but nothing that is marked",
        UNION + 'pub mod all {\n    #![trace_borrow(statics = ["LIMIT"])]\n'
        "    pub fn f() -> u8 { LIMIT }\n    static LIMIT: u8 = 1;\n}\n"
        "fn made() -> U { U { a: 1 } }\n"
        '#[cfg_attr(any(), trace_borrow(quiet, ffi = ["here", "generic", "method"], unions = ["U"]))]\n'
        'pub fn f(s: S) { let u = made(); here(1); generic::<u8>(); println!("{}", s.method()); drop(u) }',
    ),
}
