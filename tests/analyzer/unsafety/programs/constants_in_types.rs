// edition: 2021
// Unsafe operations in constants that stand within types: lengths, const arguments, discriminants, defaults.
#![allow(warnings)]
use std::arch::asm;
const unsafe fn n() -> usize {
    3
}
const unsafe fn i() -> isize {
    3
}
static mut M: u32 = 1;
union U {
    a: usize,
    b: isize,
}
pub struct S([u8; unsafe { n() }]);
pub struct T {
    x: [u8; unsafe { U { a: 1 }.a }],
    y: Option<[u8; unsafe { n() }]>,
}
#[repr(isize)]
pub enum E {
    A = unsafe { i() },
    B = unsafe { U { a: 9 }.b } as isize,
    C { x: [u8; unsafe { n() }] } = 77,
    D([u8; unsafe { n() }]) = 88,
}
pub struct Foo<const N: usize>;
pub type Al = Foo<{ unsafe { n() } }>;
pub fn sig(x: [u8; unsafe { n() }]) -> [u8; unsafe { n() + 1 }] {
    let y: [u8; unsafe { n() + 1 }] = [0; unsafe { n() + 1 }];
    let z: Foo<{ unsafe { n() } }> = Foo::<{ unsafe { n() } }>;
    let w = g::<{ unsafe { n() } }>();
    let f: fn([u8; unsafe { n() }]) = |x: [u8; unsafe { n() }]| ();
    let q = x.as_ptr() as *const [u8; unsafe { n() }];
    "".h::<{ unsafe { n() } }>();
    let v = <[u8; unsafe { n() }]>::default;
    let v = <Foo<{ unsafe { n() } }> as Q>::q();
    let c = const { unsafe { n() } };
    y
}
pub fn g<const N: usize>() {}
pub trait H {
    fn h<const N: usize>(&self) {}
}
impl H for str {}
pub trait Q {
    const C: [u8; unsafe { n() }];
    const DD: usize = unsafe { n() };
    type T;
    fn q() -> [u8; unsafe { n() }];
    fn dd(x: [u8; unsafe { n() }]) {}
}
impl Q for Foo<{ unsafe { n() } }> {
    const C: [u8; unsafe { n() }] = [1; unsafe { n() }];
    type T = [u8; unsafe { n() }];
    fn q() -> [u8; unsafe { n() }] {
        [0; 3]
    }
}
impl Foo<{ unsafe { n() + 8 } }> {
    pub fn m(&self) {}
}
pub const KK: [u8; unsafe { n() }] = [0; 3];
pub static SS: [u8; unsafe { n() }] = [0; 3];
pub struct Def<const N: usize = { unsafe { n() } }>;
pub fn wher<T>()
where
    T: Into<[u8; unsafe { n() }]>,
    Foo<{ unsafe { n() } }>: Q,
{
}
pub union UU {
    a: [u8; unsafe { n() }],
    b: u8,
}
extern "C" {
    fn ext(x: *const [u8; unsafe { n() }]);
    static st: [u8; unsafe { n() }];
}
pub fn inner() {
    struct In([u8; unsafe { n() }]);
    enum InE {
        A = unsafe { i() },
    }
    fn deep(x: [u8; unsafe { n() }]) {}
    type Z = [u8; unsafe { n() }];
    impl Q for In {
        const C: [u8; unsafe { n() }] = [1; unsafe { n() }];
        type T = [u8; unsafe { n() }];
        fn q() -> [u8; unsafe { n() }] {
            [0; 3]
        }
    }
}
macro_rules! mk {
    ($n:ident, $e:expr) => {
        pub struct $n([u8; $e]);
    };
}
mk!(Mk, unsafe { n() });
macro_rules! mk2 {
    ($n:ident) => {
        pub struct $n([u8; unsafe { n() }]);
        pub enum Mk2E {
            A = unsafe { i() },
        }
    };
}
mk2!(Mk2);
pub fn ty() -> usize {
    std::mem::size_of::<[u8; unsafe { n() }]>() + {
        type A = [u8; unsafe { n() }];
        1
    }
}
pub fn clos() {
    let c = |x: [u8; unsafe { n() }]| -> [u8; unsafe { n() }] { x };
    let a = async {
        let z: [u8; unsafe { n() }] = [1; 3];
    };
}
pub fn imp(x: impl Into<[u8; unsafe { n() }]>) -> impl Into<[u8; unsafe { n() }]> {
    [0u8; 3]
}
pub type Dyn = dyn Fn([u8; unsafe { n() }]) -> [u8; unsafe { n() }];
