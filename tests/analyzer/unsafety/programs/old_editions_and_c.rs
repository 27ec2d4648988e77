// edition: 2018
// Traits with associated functions and pointers, wrappers, code as it comes from C, old control flow, iterators.
#![allow(warnings)]
extern crate core;
use std::any::Any;
use std::cell::UnsafeCell;
use std::fmt;
use std::mem;
use std::ops::*;
use std::os::raw::*;
use std::ptr;
use std::rc::Rc;

// 1. traits: supertraits, associated items, blanket impls, objects, defaults
pub unsafe trait Alloc {
    type Out;
    const F: unsafe fn(u32) -> u32;
    const P: *const u32;
    unsafe fn alloc(&self, n: usize) -> *mut Self::Out;
    unsafe fn dealloc(&self, p: *mut Self::Out) {
        drop(Box::from_raw(p))
    }
    fn zero(&self) -> Self::Out
    where
        Self::Out: Copy,
    {
        unsafe { *self.alloc(1) }
    }
}
pub trait Zone: Alloc {
    fn run(&self) -> u32 {
        unsafe {
            self.alloc(1);
            (Self::F)(1) + *Self::P
        }
    }
    unsafe fn zoned(&self);
}
pub struct Arena<T>(UnsafeCell<Vec<T>>);
unsafe fn id(x: u32) -> u32 {
    x
}
static VALUE: u32 = 1;
unsafe impl<T: Clone> Alloc for Arena<T> {
    type Out = T;
    const F: unsafe fn(u32) -> u32 = id;
    const P: *const u32 = &VALUE;
    unsafe fn alloc(&self, n: usize) -> *mut T {
        (*self.0.get()).as_mut_ptr().add(n)
    }
}
impl<T: Clone> Zone for Arena<T> {
    unsafe fn zoned(&self) {
        (*self.0.get()).clear();
        let v = &mut *self.0.get();
        v.set_len(v.len() - 1)
    }
}
unsafe impl<'a, A: Alloc + ?Sized> Alloc for &'a A {
    type Out = A::Out;
    const F: unsafe fn(u32) -> u32 = A::F;
    const P: *const u32 = A::P;
    unsafe fn alloc(&self, n: usize) -> *mut A::Out {
        (**self).alloc(n)
    }
    unsafe fn dealloc(&self, p: *mut Self::Out) {
        A::dealloc(self, p)
    }
}
pub fn zones<Z: Zone<Out = u32> + ?Sized, A>(z: &Z, a: A, r: Rc<Z>, d: &dyn Alloc2<Item = *mut u8>) -> u32
where
    A: Alloc,
    A::Out: Alloc<Out = u8> + 'static,
{
    unsafe {
        *z.alloc(1)
            + *r.alloc(2)
            + (Z::F)(1)
            + *Z::P
            + <Z as Alloc>::F(2)
            + {
                z.zoned();
                z.dealloc(z.alloc(1));
                Z::dealloc(&*r, ptr::null_mut());
                1
            }
            + *(*a.alloc(1)).alloc(2) as u32
            + (<A::Out as Alloc>::F)(1)
            + **d.item() as u32
            + d.supers()
            + *d.item().cast::<u8>() as u32
            + (*a.alloc(3)).zero() as u32
            + (&&z).run()
    }
}
pub trait Super {
    unsafe fn supers(&self) -> u32;
}
pub trait Alloc2: Super {
    type Item;
    unsafe fn item(&self) -> &Self::Item;
}
impl<T> Super for T {
    unsafe fn supers(&self) -> u32 {
        1
    }
}
pub struct Wrap<T>(T);
impl<T> Deref for Wrap<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> DerefMut for Wrap<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
impl<T> Index<usize> for Wrap<*mut T> {
    type Output = T;
    fn index(&self, i: usize) -> &T {
        unsafe { &*self.0.add(i) }
    }
}
impl<T> IndexMut<usize> for Wrap<*mut T> {
    fn index_mut(&mut self, i: usize) -> &mut T {
        unsafe { &mut *(**self).add(i) }
    }
}
impl<T> Add<usize> for Wrap<*mut T> {
    type Output = Self;
    fn add(self, i: usize) -> Self {
        Wrap(unsafe { self.0.add(i) })
    }
}
impl<T> AddAssign<isize> for Wrap<*mut T> {
    fn add_assign(&mut self, i: isize) {
        unsafe {
            self.0 = self.offset(i);
        }
    }
}
pub fn wrapped(mut w: Wrap<*mut u32>, mut ww: Wrap<Wrap<*mut Wrap<u32>>>) -> u32 {
    w[0] = 1;
    w[1] += w[2];
    w += 1;
    let x = w.is_null();
    unsafe {
        **w = 1;
        ****ww += 1;
        (***ww).0 + *(*w).add(1) + **(w + 1) + w_of().read() + *ww.offset(1).read()
    }
}
fn w_of() -> Wrap<*mut u32> {
    Wrap(ptr::null_mut())
}
// 2. C-like code
#[repr(C)]
#[derive(Copy, Clone)]
pub struct list {
    next: *mut list,
    data: *mut c_void,
    cb: Option<unsafe extern "C" fn(*mut list, *mut c_void) -> c_int>,
    v: value,
    flags: [c_uchar; 4],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union value {
    i: c_int,
    f: c_float,
    s: *const c_char,
    l: *mut list,
    st: inner_st,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct inner_st {
    a: c_int,
    u: inner_u,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union inner_u {
    x: c_char,
    y: [c_short; 2],
}
extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn qsort(
        b: *mut c_void,
        n: usize,
        s: usize,
        c: Option<unsafe extern "C" fn(*const c_void, *const c_void) -> c_int>,
    );
    static mut stdin_: *mut list;
    static version: [c_char; 4];
    fn variadic(n: c_int, ...) -> *mut list;
}
#[no_mangle]
pub unsafe extern "C" fn list_push(mut head: *mut *mut list, data: *mut c_void) -> c_int {
    let mut n = malloc(mem::size_of::<list>()) as *mut list;
    if n.is_null() {
        return -1;
    }
    (*n).next = *head;
    (*n).data = data;
    (*n).v.i = 1;
    (*n).v.st.a = 2;
    (*n).v.st.u.x = 3;
    (*n).v.st.u.y[1] = 4;
    *head = n;
    while !(*head).is_null() && (**head).flags[0] != 0 {
        head = &mut (**head).next;
        if let Some(cb) = (**head).cb {
            cb(*head, (**head).data);
        }
    }
    (*(*(*n).next).next).v.l = (*n).v.l;
    (*(*n).v.l).v.f = -(*n).v.f;
    let ref mut fresh0 = (*n).flags[1];
    *fresh0 = (*fresh0).wrapping_add(1);
    (*stdin_).v.i += version[0] as c_int;
    *(*n).v.s.offset(1) as c_int + (*variadic(2, 1i32, (*n).v.i)).v.i
}
unsafe extern "C" fn cmp(a: *const c_void, b: *const c_void) -> c_int {
    *(a as *const c_int) - *(b as *const c_int).offset(0)
}
pub fn sort(v: &mut [c_int]) {
    unsafe {
        qsort(v.as_mut_ptr() as *mut c_void, v.len(), 4, Some(cmp));
        free(stdin_ as *mut _);
        (*stdin_).cb.unwrap()(stdin_, ptr::null_mut());
        ((*stdin_).cb.expect("no"))(stdin_, 0 as *mut c_void);
        if let list {
            cb: Some(f),
            v: value { i: 3 },
            ..
        } = *stdin_
        {
            f(stdin_, ptr::null_mut());
        }
        let list {
            v: value {
                st: inner_st { u: inner_u { x }, .. },
            },
            ..
        } = *stdin_;
        match (*stdin_).v {
            value { i: 0 } => {}
            value { l } if !l.is_null() => {
                (*l).v.i = 1;
            }
            _ => {}
        }
    }
}
// 3. try, closures, statics, control flow in old editions
static mut LOG: Option<Box<dyn FnMut(&str) -> u32>> = None;
static mut TABLE: [fn() -> u32; 2] = [one, one];
static mut DEPTH: usize = 0;
fn one() -> u32 {
    1
}
thread_local!(static LOCAL: UnsafeCell<*const u32> = UnsafeCell::new(unsafe { mem::transmute(1usize) }); static OTHER: u32 = unsafe { id(1) });
pub fn flow(p: *const Option<u32>, r: Result<*mut u32, ()>) -> Option<u32> {
    let x = unsafe { (*p)? };
    let y = unsafe { *r.ok()? };
    unsafe {
        LOG = Some(Box::new(|s| s.len() as u32));
        if let Some(f) = &mut LOG {
            f("a");
        }
        LOG.as_mut().map(|f| f("b"));
        (LOG.as_mut()?)("c");
        TABLE[DEPTH]();
        TABLE.iter().map(|f| f()).sum::<u32>();
        DEPTH += 1;
        let d = &mut DEPTH;
        *d -= 1;
        LOCAL.with(|l| **l.get());
        LOCAL.with(|l| {
            *l.get() = &VALUE;
            unsafe { **l.get() }
        });
        for i in 0..DEPTH {
            if i == DEPTH {
                continue;
            }
            TABLE[i] = TABLE[DEPTH - 1];
        }
        'a: while DEPTH > 0 {
            DEPTH -= 1;
            loop {
                if DEPTH == 1 {
                    break 'a;
                }
                match DEPTH {
                    2 if *p == None => break,
                    n @ 3..=5 => DEPTH = n,
                    _ => return *p,
                }
            }
        }
        Some(
            if DEPTH == 0 { x } else { y } + {
                let t = (DEPTH, *p);
                t.0 as u32
            },
        )
    }
}
pub fn any(a: &dyn Any, b: Box<dyn Any + Send>) -> u32 {
    unsafe {
        *(a as *const dyn Any as *const u32)
            + *(&*b as *const _ as *const u32)
            + *Box::into_raw(b).cast::<u32>()
            + (*(a as *const dyn Any)).is::<u32>() as u32
            + mem::transmute::<&dyn Any, (*const u32, usize)>(a).0.read()
            + a.downcast_ref::<*const u32>().map_or(0, |p| **p)
            + match a.downcast_ref::<unsafe fn() -> u32>() {
                Some(f) => f(),
                None => 0,
            }
    }
}
pub struct Iter<'a, T: 'a> {
    ptr: *const T,
    end: *const T,
    _m: std::marker::PhantomData<&'a T>,
}
impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;
    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        if self.ptr == self.end {
            None
        } else {
            let old = self.ptr;
            self.ptr = unsafe { self.ptr.add(1) };
            Some(unsafe { &*old })
        }
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = unsafe { self.end.offset_from(self.ptr) } as usize;
        (n, Some(n))
    }
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        unsafe {
            let o = self.ptr.add(n);
            self.ptr = o.add(1);
            o.as_ref()
        }
    }
}
impl<'a, T> DoubleEndedIterator for Iter<'a, T> {
    fn next_back(&mut self) -> Option<&'a T> {
        unsafe {
            self.end = self.end.sub(1);
            self.end.as_ref()
        }
    }
}
pub fn iterate<T: fmt::Debug + Copy>(s: &[T]) -> Vec<T> {
    let it = unsafe {
        Iter {
            ptr: s.as_ptr(),
            end: s.as_ptr().add(s.len()),
            _m: Default::default(),
        }
    };
    let mut out = Vec::with_capacity(s.len());
    let dst: *mut T = out.as_mut_ptr();
    for (i, x) in it.enumerate().skip(1).step_by(2) {
        unsafe {
            dst.add(i).write(*x);
            ptr::copy_nonoverlapping(x, dst.add(i), 1);
            *dst.add(i) = *x;
            dst.add(i).cast::<T>().write_unaligned(*s.get_unchecked(i));
            out.as_mut_slice().get_unchecked_mut(i);
        }
    }
    unsafe { out.set_len(s.len()) };
    let b: Box<[T]> = out.into_boxed_slice();
    let raw = Box::into_raw(b);
    unsafe {
        (*raw)[0];
        (*raw).len();
        (&mut *raw).reverse();
        (*raw).iter().map(|x| *x).collect::<Vec<_>>();
        Box::from_raw(raw).into_vec()
    }
}
