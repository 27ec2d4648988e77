// Macros that are called in extern blocks and impls make their items, with a cfg before the call, and some of them `safe`.
#![allow(unused, unexpected_cfgs)]
macro_rules! keep { ($($t:tt)*) => { $($t)* }; }
unsafe extern "C" {
    keep! { pub safe fn labs(value: i64) -> i64; pub unsafe fn abs(value: i32) -> i32; pub safe static environ: *const u8; }
    #[cfg(some_flag)]
    keep! { fn atoi(value: *const u8) -> i32; }
    #[cfg(not(some_flag))]
    keep! { pub safe fn atoi(value: *const u8) -> i32; }
}
keep! { unsafe extern "C" { safe fn rand() -> i32; fn srand(seed: u32); } }
struct S(u8);
impl S { #[cfg(some_flag)] keep! { fn one(&self) {} } #[cfg(not(some_flag))] keep! { unsafe fn one(&self) {} } }
pub fn all(s: S) {
    unsafe { labs(1); abs(1); atoi(environ); rand(); srand(1); s.one(); }
    unsafe extern "C" { keep! { fn exit(code: i32) -> !; } }
    unsafe { exit(1) }
}
