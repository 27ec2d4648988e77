// edition: 2024
// What stands in assembly: operands, labels, paths with constants; and constants, in which rustc asks for nothing.
#![allow(warnings)]
use std::arch::{asm, global_asm, naked_asm};
const unsafe fn n() -> i32 {
    3
}
unsafe fn r() {}
static mut M: u32 = 1;
static ST: u32 = 1;
union U {
    a: usize,
    b: isize,
}
pub struct Foo<const N: i32>;
extern "C" fn ff() {}
extern "C" fn gg<const N: i32>() {}
global_asm!("/* {} {} {} */", const unsafe { n() + 1 }, sym ff, sym gg::<{ unsafe { n() } }>);
core::arch::global_asm!("/* {x} */", x = const unsafe { n() });
macro_rules! ga { ($e:expr) => { global_asm!("/* {} */", const $e); } }
ga!(unsafe { n() });
ga!({ unsafe { n() } });
#[unsafe(naked)]
pub extern "C" fn nk() {
    naked_asm!("ret /* {} {} */", const unsafe { n() }, sym gg::<{ unsafe { n() } }>)
}
pub fn f(p: *const u32) -> u32 {
    let mut x = 1u32;
    let mut v = 1usize;
    let mut u = U { a: 1 };
    unsafe {
        asm!("/* {} {} {} */", in(reg) *p, out(reg) x, const unsafe { n() } , options(nostack));
        asm!("/* {0} */ jmp {1}", sym ff, label { x = 3; unsafe { r() }; let q = unsafe { *p }; let z = unsafe { M }; });
        asm!("/* {a} {b} {c} */", a = inout(reg) u.a => v, b = inlateout(reg) *p => _, c = sym gg::<{ unsafe { n() } }>);
        asm!("/* {} */", const { unsafe { n() } });
        asm!("/* {} */", sym ST);
        asm!("mov eax, {}", const { let k = 5; unsafe { n() } }, out("eax") x, clobber_abi("C"));
    }
    x
}
macro_rules! jump { ($p:expr, $b:block, $c:expr) => { asm!("jmp {} /* {} {} */", label $b, in(reg) $p, const $c) } }
pub fn g(p: *const u64) {
    unsafe {
        jump!(*p, { unsafe { r() } }, unsafe { n() });
    }
    let z = || unsafe { asm!("jmp {}", label {},) };
    unsafe { core::arch::asm!("jmp {}", label { unsafe { r() } return }) };
}
