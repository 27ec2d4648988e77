// An impl may be for what a macro becomes: a tuple of as many elements as the macro is told.
#![allow(unused)]
macro_rules! sub { ($_x:tt $y:tt) => { $y }; }
macro_rules! tuple_type { ([$T:ident] $($index:tt)*) => ( ( $(sub!($index $T), )* ) ); }
macro_rules! index { ($m:ident $arg:tt 0) => ($m!($arg)); ($m:ident $arg:tt 1) => ($m!($arg 0)); ($m:ident $arg:tt 2) => ($m!($arg 0 1)); }
pub trait IntoDim { type Dim; unsafe fn into_dim(self) -> Self::Dim; }
pub struct Dim<I>(I);
macro_rules! impls { ([] $($n:tt)*) => { $( impl IntoDim for index!(tuple_type [usize] $n) { type Dim = Dim<[usize; $n]>; unsafe fn into_dim(self) -> Self::Dim { loop {} } } )* }; }
impls!([] 0 1 2);
pub fn plain(x: index!(tuple_type [u8] 2), y: (sub!(0 u8), u16)) { unsafe { (1usize, 2usize).into_dim(); (x.0 as *const u8).read(); (y.0 as *const u8).read(); ().into_dim(); } }
pub trait Shape { type D; unsafe fn set(self) -> Self::D; }
impl<T> Shape for T where T: IntoDim { type D = T::Dim; unsafe fn set(self) -> T::Dim { self.into_dim() } }
pub fn shaped() { unsafe { let (m, n) = (1usize, 2usize); (m, n).set(); } }
