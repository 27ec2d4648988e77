// edition: 2021
// Macros of one name that hide each other, in modules and blocks; all sorts of fragments, repetitions, nested definitions.
#![allow(warnings)]
unsafe fn un(x: u32) -> u32 {
    x
}
fn ok(x: u32) -> u32 {
    x
}
static mut N: u32 = 1;
macro_rules! m {
    () => {
        ok(1)
    };
}
pub fn a() -> u32 {
    m!()
}
macro_rules! m {
    () => {
        unsafe { un(1) }
    };
}
pub fn b() -> u32 {
    m!()
}
macro_rules! m {
    ($x:expr) => {
        unsafe { un($x) + N }
    };
    () => {
        unsafe { N }
    };
}
pub fn c() -> u32 {
    m!() + m!(2)
}
macro_rules! gen {
    ($f:ident) => {
        pub fn $f() -> u32 {
            1
        }
    };
}
gen!(d1);
macro_rules! gen {
    ($f:ident) => {
        pub unsafe fn $f() -> u32 {
            N
        }
    };
}
gen!(d2);
mod inner {
    use crate::{un, N};
    pub fn e() -> u32 {
        m!(3)
    }
    macro_rules! m {
        () => {
            unsafe { crate::un(4) }
        };
    }
    pub fn f() -> u32 {
        m!()
    }
    pub mod deep {
        pub fn g() -> u32 {
            m!()
        }
    }
}
#[macro_use]
mod used {
    macro_rules! late {
        () => {
            unsafe { crate::un(5) }
        };
    }
}
pub fn h() -> u32 {
    late!() + m!()
}
pub fn i() -> u32 {
    macro_rules! m {
        () => {
            ok(2)
        };
    }
    let x = m!();
    macro_rules! m {
        () => {
            unsafe { un(6) }
        };
    }
    x + m!()
        + {
            macro_rules! m {
                () => {
                    ok(3)
                };
            }
            m!()
        }
        + m!()
}
pub fn j() -> u32 {
    let x = m!();
    x + {
        macro_rules! k {
            ($e:expr) => {
                unsafe { un($e) }
            };
        }
        k!(1) + k!(k!(2))
    } + unsafe { d2() }
        + d1()
        + x
}
macro_rules! outer {
    ($name:ident, $body:expr) => {
        macro_rules! $name {
            ($y:expr) => {
                $body + $y
            };
        }
    };
}
outer!(made, unsafe { un(7) });
pub fn k() -> u32 {
    made!(1) + made!(unsafe { N })
}
macro_rules! rec { ($x:expr) => { $x }; ($x:expr, $($r:expr),+) => { un($x) + rec!($($r),+) } }
pub fn l() -> u32 {
    unsafe { rec!(1, 2, N) }
}
macro_rules! with_ty { ($t:ty, $l:lifetime, $v:vis, $m:meta, $i:item, $s:stmt) => { #[$m] $v fn tyfn<$l>(x: &$l $t) -> u32 { $i $s; unsafe { un(1) } } } }
with_ty!(u32, 'a, pub(crate), inline, static mut Q: u32 = 1;, let z = unsafe { Q });
macro_rules! hyg {
    ($e:expr) => {{
        let p = &3u32 as *const u32;
        unsafe { *p + *$e }
    }};
}
pub fn n(p: *const u32) -> u32 {
    hyg!(p)
}
macro_rules! pat { ($($p:pat_param)|+ => $e:expr_2021) => { match unsafe { N } { $($p)|+ => unsafe { $e }, _ => 0 } } }
pub fn o() -> u32 {
    pat!(1 | 2 => un(3))
}
macro_rules! block_of { ($($t:tt)*) => { unsafe { $($t)* } } }
pub fn p(q: *const u32) -> u32 {
    block_of! { let a = *q; if a > N { return *q } un(a) }
}
macro_rules! impls { ($($t:ty => $e:expr),* $(,)?) => { $(impl Val for $t { unsafe fn val(&self) -> u32 { $e } fn safe(&self) -> u32 { unsafe { self.val() + <$t as Val>::val(self) } } })* } }
pub trait Val {
    unsafe fn val(&self) -> u32;
    fn safe(&self) -> u32;
}
impls! { u8 => un(1), u16 => unsafe { N }, (u8, u16) => un(unsafe { N }) }
macro_rules! sel {
    (@ $a:ident . $b:ident) => {
        $a.$b()
    };
    (! $f:path) => {
        $f(2)
    };
    (% $l:literal) => {
        un($l)
    };
}
pub fn q(x: u8) -> u32 {
    unsafe { sel!(@ x.val) + sel!(!self::un) + sel!(!un) + sel!(% 3) }
}
macro_rules! dollar { ($($x:ident),*) => { 0 $(+ { let $x = unsafe { un($x) }; $x })* } }
pub fn r(a: u32, b: u32) -> u32 {
    dollar!(a, b)
}
pub fn s() -> u32 {
    macro_rules! ret {
        () => {
            return unsafe { N }
        };
    }
    if unsafe { N } > 1 {
        ret!()
    }
    let f = || -> u32 { ret!() };
    f()
}
macro_rules! count { () => { 0usize }; ($h:tt $($t:tt)*) => { 1usize + count!($($t)*) } }
pub static ARR: [u32; count!(a b c)] = [unsafe { mem_un(1) }; count!(a b c)];
const unsafe fn mem_un(x: u32) -> u32 {
    x
}
