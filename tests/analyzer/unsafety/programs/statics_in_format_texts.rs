// edition: 2021
// Statics that only format texts name: each once a text, and not where the call gives the name a value.
#![allow(warnings)]
use std::fmt::Write;
static mut N: u32 = 0;
static mut W: usize = 0;
pub fn f() {
    unsafe {
        println!("a{{N}} {N} {N:?} {0:>W$} {N:>1$} {:.W$} é{N}", 1, 2);
        let s = format!(r#"{N}"#);
        panic!("{N:W$.W$}");
        assert!(true, "{N}");
        write!(String::new(), "{N}");
        eprint!(
            "
 x{N}\u{41}\n{N} é {N}"
        );
        format_args!("{N}");
        let N2 = 3;
        println!("{N2}");
        write!(String::new(), "{N} {}", 1,);
        println!("{N}", N = 3);
    }
}
