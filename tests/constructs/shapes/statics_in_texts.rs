//! Statics that only a format text names, in macros of all kinds.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU8, Ordering};
static NAMES: [&str; 2] = ["a", "b"];
static N: AtomicU8 = AtomicU8::new(1);
static mut M: u8 = 1;
mod deep {
    pub static FAR: u8 = 7;
}
use deep::FAR as NEAR;
struct S;
impl fmt::Display for S {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NEAR}")?;
        write!(f, "<{N:?}>")
    }
}
fn args(a: fmt::Arguments<'_>) -> usize {
    a.to_string().len()
}
fn main() {
    println!("{NAMES:?} {}", {
        N.fetch_add(1, Ordering::SeqCst);
        1
    });
    let s = format!("{N:?} {}", 1);
    println!("{s} {:?}", N);
    assert!(N.load(Ordering::SeqCst) > 0, "{N:?}");
    if format!("{N:?}").len() > 3 {
        println!("x")
    }
    let t = args(format_args!("{NAMES:?}")) + format!("{N:?}{NEAR}").len();
    let mut out = String::new();
    let c = |n: u8| {
        write!(out, "{NEAR}{n}").unwrap();
        format!("{N:?}")
    };
    #[cfg(not(windows))]
    println!("{NEAR}");
    println!("{t} {S} {}", {
        let mut c = c;
        c(2)
    });
    println!("{out}");
    let r = std::panic::catch_unwind(|| if NEAR > 3 { panic!("{NEAR}") } else { unreachable!("{N:?}") });
    match r {
        Ok(()) => (),
        Err(e) => println!("{:?}", e.downcast_ref::<String>()),
    }
    println!("{}", unsafe {
        let m = M;
        m
    });
}
