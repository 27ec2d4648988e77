// An extern block whose items a macro takes one after the other, by way of further macros.
#![allow(unused, unexpected_cfgs)]
macro_rules! private_fn { ($(#[$attrs:meta])* $vis:vis $name:ident($($args:tt)*) $(-> $ret:ty)?) => { #[cfg_attr(windows, link_name = concat!("_", stringify!($name)))] $(#[$attrs])* $vis fn $name($($args)*) $(-> $ret)?; }; }
macro_rules! maybe_private_fn {
    ([_abs] $(#[$attrs:meta])* $vis:vis fn $name:ident($($args:tt)*) $(-> $ret:ty)?) => { private_fn! { $(#[$attrs])* $vis $name($($args)*) $(-> $ret)? } };
    ([$_name:ident] $(#[$attrs:meta])* $vis:vis fn $name:ident($($args:tt)*) $(-> $ret:ty)?) => { $(#[$attrs])* $vis fn $name($($args)*) $(-> $ret)?; };
}
macro_rules! item {
    ($(#[$attrs:meta])* $vis:vis fn $name:ident($($args:tt)*) $(-> $ret:ty)?) => { maybe_private_fn! { [$name] $(#[$attrs])* $vis fn $name($($args)*) $(-> $ret)? } };
    ($(#[$attrs:meta])* $vis:vis static mut $name:ident: $ty:ty) => { $(#[$attrs])* $vis static mut $name: $ty; };
}
macro_rules! items {
    () => {};
    ($(#[$attrs:meta])* $vis:vis fn $name:ident($($args:tt)*) $(-> $ret:ty)?; $($rest:tt)*) => { item! { $(#[$attrs])* $vis fn $name($($args)*) $(-> $ret)? } items! { $($rest)* } };
    ($(#[$attrs:meta])* $vis:vis static mut $name:ident: $ty:ty; $($rest:tt)*) => { item! { $(#[$attrs])* $vis static mut $name: $ty } items! { $($rest)* } };
}
macro_rules! library {
    ($abi:literal { $($body:tt)* }) => { library!(@impl $abi { $($body)* } "one", "two-x",); };
    (@impl $abi:literal { $($body:tt)* } $($dll:literal),* $(,)?) => {
        $( #[cfg_attr(all(windows, some_flag, dll = $dll), link(name = $dll, kind = "raw-dylib"))] )*
        #[cfg_attr(all(windows, not(some_flag)), link(name = "x"))]
        unsafe extern $abi { items! { $($body)* } }
    };
    ($($body:tt)*) => { library!("C" { $($body)* }); };
}
library! {
    #[cfg_attr(windows, link_name = "other")]
    pub fn abs(value: i32) -> i32;
    pub fn _abs(value: i32) -> i32;
    pub static mut environ: *const *const u8;
}
mod inner { library! { "C-unwind" { pub fn labs(value: i64) -> i64; } } }
pub fn all() -> i64 { unsafe { abs(1); _abs(2); (*environ).read(); inner::labs(3) } }
