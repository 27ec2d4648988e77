// A trait's method of `*const T` is found on a `*mut T`, behind those of the pointer itself and of references to it.
pub struct Node { next: *mut Node, value: u8 }
pub trait Tagged { fn untagged(self) -> *const Node; unsafe fn first(self) -> u8; }
impl Tagged for *const Node {
    fn untagged(self) -> *const Node { self }
    unsafe fn first(self) -> u8 { (*self).value }
}
pub trait Named { unsafe fn named(&self) -> u8; }
impl Named for *const Node { unsafe fn named(&self) -> u8 { 1 } }
impl Named for *mut Node { unsafe fn named(&self) -> u8 { 2 } }

pub fn walk(start: *mut Node) -> u8 {
    let mut at = start.untagged();
    unsafe {
        while !(*at).next.is_null() {
            at = (*at).next.untagged();
        }
        start.first() + at.first() + start.named() + (*at.cast_mut()).value
    }
}
