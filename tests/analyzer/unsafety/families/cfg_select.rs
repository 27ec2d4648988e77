// `cfg_select!`: of items and statements, of expressions with braces and without.
cfg_select! {
    windows => { pub mod imp { pub struct Parker; impl Parker { pub fn park(&self) {} } } }
    any(unix, target_os = "wasi") => { pub mod imp { pub struct Parker; impl Parker { pub unsafe fn park(&self) {} } } }
    _ => { compile_error!("no parker"); }
}
static mut COUNT: u8 = 1;

pub fn run(pointer: *const u8) -> u8 {
    unsafe { imp::Parker.park() };
    let first = cfg_select! { windows => 1, unix => unsafe { *pointer }, _ => { 3 } };
    let second = cfg_select! {
        // the first that holds
        not(all(unix, target_os = "linux")) => { unsafe { *pointer } }
        _ => unsafe { COUNT }, // no braces of its own
    };
    cfg_select! {
        unix => { let bound = unsafe { imp::Parker }; }
        _ => { let bound = 1u8; }
    }
    unsafe { bound.park() };
    first + second
}
