// edition: 2021
// Statics that macros name: in their rules, or handed to them as every sort of fragment.
#![allow(warnings)]
static mut M: u32 = 1;
static mut ARR: [u32; 4] = [0; 4];
static S: u32 = 1;
pub struct P {
    x: u32,
}
static mut PT: P = P { x: 1 };
mod inner {
    pub static mut DEEP: u32 = 3;
    #[macro_export]
    macro_rules! deep {
        () => {
            $crate::inner::DEEP
        };
        (set $e:expr) => {
            $crate::inner::DEEP = $e
        };
        (us) => {
            unsafe { $crate::inner::DEEP }
        };
    }
    macro_rules! by_name {
        ($n:ident) => {
            unsafe { $n }
        };
    }
    pub(crate) use by_name;
}
extern "C" {
    static environ: *const u8;
    static mut optind: i32;
}
macro_rules! read {
    () => {
        M
    };
}
macro_rules! read_u {
    () => {
        unsafe { M }
    };
}
macro_rules! write {
    ($e:expr) => {
        M = $e
    };
}
macro_rules! add {
    ($e:expr) => {
        M += $e
    };
}
macro_rules! idx {
    ($i:expr) => {
        ARR[$i]
    };
}
macro_rules! fld {
    () => {
        PT.x
    };
}
macro_rules! mk_get {
    ($f:ident, $s:ident) => {
        pub fn $f() -> u32 {
            unsafe { $s }
        }
    };
}
macro_rules! mk_static {
    ($s:ident, $g:ident) => {
        static mut $s: u32 = 0;
        pub fn $g() -> u32 {
            unsafe {
                $s += 1;
                $s
            }
        }
    };
}
macro_rules! path {
    ($p:path) => {
        unsafe { $p }
    };
}
macro_rules! e {
    ($p:expr) => {
        unsafe { $p }
    };
}
macro_rules! tt { ($($t:tt)*) => { unsafe { $($t)* } } }
macro_rules! nested { ($($t:tt)*) => { tt!($($t)*) } }
macro_rules! lit {
    ($l:literal) => {
        unsafe { ARR[$l] }
    };
}
macro_rules! stmts {
    ($v:ident) => {
        let $v = unsafe { M };
        unsafe {
            ARR[0] = $v;
        }
    };
}
macro_rules! raw {
    () => {
        &raw const M
    };
}
macro_rules! addr {
    () => {
        std::ptr::addr_of!(M)
    };
}
macro_rules! addr_idx {
    () => {
        std::ptr::addr_of!(ARR[0])
    };
}
macro_rules! env {
    () => {
        environ
    };
}
macro_rules! opt {
    () => {
        optind
    };
}
macro_rules! strs {
    ($e:expr) => {
        concat!(stringify!($e), "M")
    };
}
macro_rules! ty {
    ($t:ty) => {
        <$t>::get()
    };
}
macro_rules! counter {
    ($name:ident) => {{
        static mut $name: u32 = 0;
        unsafe {
            $name += 1;
            $name
        }
    }};
}
macro_rules! local_static {
    () => {{
        static mut HERE: u32 = 0;
        unsafe {
            HERE += 1;
            HERE
        }
    }};
}
macro_rules! rep { ($($n:ident),*) => { unsafe { 0 $(+ $n)* } } }
macro_rules! blk { ($b:block) => { unsafe $b } }
macro_rules! fnm { ($v:vis fn $n:ident $b:block) => { $v unsafe fn $n() -> u32 $b } }
mk_get!(get, M);
mk_static!(COUNTER, next);
fnm!(pub fn made { M });
pub struct G;
impl G {
    fn get() -> u32 {
        unsafe { M }
    }
}
pub fn f() -> u32 {
    unsafe {
        read!();
        write!(3);
        add!(M);
        idx!(2) = 3;
        idx!(M as usize);
        fld!() = 2;
        fld!();
        deep!();
        deep!(set M);
    }
    read_u!();
    deep!(us);
    let x = inner::by_name!(M);
    path!(inner::DEEP);
    path!(crate::M);
    path!(M);
    e!(M);
    e!({
        M = 3;
        M
    });
    e!(ARR[M as usize]);
    tt!(M; ARR[0]);
    tt!(M += 1);
    nested!(M; M = 2; ARR[1]);
    lit!(2);
    stmts!(q);
    unsafe {
        raw!();
        addr!();
        addr_idx!();
        env!();
        opt!();
        opt!() = 3;
    }
    strs!(M);
    ty!(G);
    counter!(CC);
    local_static!();
    rep!(M, M, S);
    rep!();
    assert_eq!(unsafe { M }, 3);
    println!("{} {}", unsafe { M }, unsafe { read!() });
    println!("{S}");
    let v = vec![unsafe { M }; 3];
    let v = vec![unsafe { M }, unsafe { deep!() }];
    unsafe {
        dbg!(M);
        assert!(M == 3, "{}", M);
        matches!(M, 3 if M == 2);
        matches!(ARR[0], 1..=3);
        let x = format!("{}", ARR[0]);
        panic!("{}", M)
    };
    macro_rules! inside {
        () => {
            M
        };
    }
    unsafe { inside!() }
}
thread_local! { static TL: u32 = unsafe { M }; static TL2: u32 = const { unsafe { S + 1 } }; }
const C: u32 = {
    const unsafe fn z() -> u32 {
        3
    }
    unsafe { z() }
};
