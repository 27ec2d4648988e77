// edition: 2021
// Lists, rings, lazy cells, tables of functions and bytes, as crates write them.
#![allow(warnings)]
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::{self, MaybeUninit};
use std::ops::{ControlFlow, Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::*};
// linked lists, slabs, rings: what crates do
pub struct List<T> {
    head: Option<NonNull<Node<T>>>,
    tail: Option<NonNull<Node<T>>>,
    len: usize,
    _m: PhantomData<Box<Node<T>>>,
}
struct Node<T> {
    next: Option<NonNull<Node<T>>>,
    prev: Option<NonNull<Node<T>>>,
    el: T,
}
impl<T> List<T> {
    pub fn push(&mut self, el: T) {
        let node = Box::leak(Box::new(Node {
            next: None,
            prev: self.tail,
            el,
        }))
        .into();
        match self.tail {
            Some(t) => unsafe { (*t.as_ptr()).next = Some(node) },
            None => self.head = Some(node),
        }
        self.tail = Some(node);
        self.len += 1;
    }
    pub fn pop(&mut self) -> Option<T> {
        self.head.map(|n| unsafe {
            let b = Box::from_raw(n.as_ptr());
            self.head = b.next;
            match self.head {
                None => self.tail = None,
                Some(h) => (*h.as_ptr()).prev = None,
            }
            self.len -= 1;
            b.el
        })
    }
    pub fn iter(&self) -> impl Iterator<Item = &T> + '_ {
        let mut at = self.head;
        std::iter::from_fn(move || {
            at.map(|n| unsafe {
                let n = &*n.as_ptr();
                at = n.next;
                &n.el
            })
        })
    }
    unsafe fn unlink(&mut self, mut node: NonNull<Node<T>>) {
        let node = unsafe { node.as_mut() };
        match node.prev {
            Some(p) => unsafe { (*p.as_ptr()).next = node.next },
            None => self.head = node.next,
        };
        if let Some(mut n) = node.next {
            n.as_mut().prev = node.prev;
        } else {
            self.tail = node.prev
        }
    }
    pub fn retain(&mut self, mut f: impl FnMut(&mut T) -> bool) {
        let mut at = self.head;
        while let Some(mut n) = at {
            unsafe {
                at = n.as_ref().next;
                if !f(&mut n.as_mut().el) {
                    self.unlink(n);
                    drop(Box::from_raw(n.as_ptr()));
                }
            }
        }
    }
    pub fn cursor(&mut self) -> Cursor<'_, T> {
        Cursor {
            at: self.head,
            list: self,
        }
    }
}
pub struct Cursor<'a, T> {
    at: Option<NonNull<Node<T>>>,
    list: &'a mut List<T>,
}
impl<'a, T> Cursor<'a, T> {
    pub fn current(&mut self) -> Option<&mut T> {
        unsafe { self.at.map(|n| &mut (*n.as_ptr()).el) }
    }
    pub fn remove(&mut self) -> Option<T> {
        let n = self.at?;
        unsafe {
            self.at = n.as_ref().next;
            self.list.unlink(n);
            Some(Box::from_raw(n.as_ptr()).el)
        }
    }
    pub fn split(self) -> (Option<&'a T>, &'a mut List<T>) {
        let Cursor { at, list } = self;
        (at.map(|n| unsafe { &(*n.as_ptr()).el }), list)
    }
}
impl<T> Drop for List<T> {
    fn drop(&mut self) {
        struct Guard<'a, T>(&'a mut List<T>);
        impl<'a, T> Drop for Guard<'a, T> {
            fn drop(&mut self) {
                while self.0.pop().is_some() {}
                unsafe { self.0.head.map(|h| h.as_ref().next) };
            }
        }
        while let Some(n) = self.pop() {
            let g = Guard(self);
            drop(n);
            mem::forget(g);
        }
    }
}
pub struct Ring<T, const N: usize> {
    buf: UnsafeCell<[MaybeUninit<T>; N]>,
    head: AtomicUsize,
    tail: AtomicUsize,
}
unsafe impl<T: Send, const N: usize> Sync for Ring<T, N> {}
impl<T, const N: usize> Ring<T, N> {
    pub const fn new() -> Self {
        Ring {
            buf: UnsafeCell::new(unsafe { MaybeUninit::uninit().assume_init() }),
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
        }
    }
    pub fn push(&self, t: T) -> Result<(), T> {
        let h = self.head.load(Relaxed);
        if h - self.tail.load(Acquire) == N {
            return Err(t);
        }
        unsafe {
            (*self.buf.get())[h % N].write(t);
            (*self.buf.get()).get_unchecked_mut(h % N).as_mut_ptr();
        }
        self.head.store(h + 1, Release);
        Ok(())
    }
    pub fn pop(&self) -> Option<T> {
        let t = self.tail.load(Relaxed);
        (t != self.head.load(Acquire)).then(|| unsafe {
            let v = (*self.buf.get())[t % N].assume_init_read();
            self.tail.store(t + 1, Release);
            v
        })
    }
    pub unsafe fn slot(&self, i: usize) -> *mut T {
        (self.buf.get() as *mut MaybeUninit<T>).add(i % N).cast()
    }
    fn each(&self) -> impl Iterator<Item = *mut T> + '_ {
        (0..N).map(move |i| unsafe { self.slot(i) })
    }
}
pub struct Lazy<T, F = fn() -> T> {
    cell: UnsafeCell<Option<T>>,
    init: UnsafeCell<Option<F>>,
    ptr: AtomicPtr<T>,
}
impl<T, F: FnOnce() -> T> Lazy<T, F> {
    pub fn force(&self) -> &T {
        unsafe {
            if (*self.cell.get()).is_none() {
                let f = (*self.init.get()).take().unwrap();
                *self.cell.get() = Some(f());
            }
            match &*self.cell.get() {
                Some(v) => v,
                None => std::hint::unreachable_unchecked(),
            }
        }
    }
    pub fn swap(&self, b: Box<T>) -> Option<Box<T>> {
        let old = self.ptr.swap(Box::into_raw(b), AcqRel);
        if old.is_null() {
            None
        } else {
            Some(unsafe { Box::from_raw(old) })
        }
    }
    pub fn peek(&self) -> Option<&T> {
        unsafe { self.ptr.load(Acquire).as_ref() }
    }
    pub fn update(&self, f: impl Fn(*mut T) -> *mut T) {
        let mut cur = self.ptr.load(Relaxed);
        loop {
            let new = f(cur);
            match self.ptr.compare_exchange_weak(cur, new, AcqRel, Relaxed) {
                Ok(p) => {
                    if let Some(p) = NonNull::new(p) {
                        unsafe { ptr::drop_in_place(p.as_ptr()) }
                    }
                    break;
                }
                Err(p) => cur = p,
            }
        }
    }
}
impl<T, F: FnOnce() -> T> Deref for Lazy<T, F> {
    type Target = T;
    fn deref(&self) -> &T {
        self.force()
    }
}
impl<T, F: FnOnce() -> T> DerefMut for Lazy<T, F> {
    fn deref_mut(&mut self) -> &mut T {
        Self::force(self);
        unsafe { (*self.cell.get()).as_mut().unwrap_unchecked() }
    }
}
pub struct Erased {
    data: *mut (),
    vt: &'static VTable,
}
pub struct VTable {
    drop: unsafe fn(*mut ()),
    call: unsafe fn(*const (), &[u8]) -> usize,
    clone: Option<unsafe fn(*const ()) -> Erased>,
    size: usize,
}
impl Erased {
    pub fn new<F: Fn(&[u8]) -> usize + Clone + 'static>(f: F) -> Self {
        unsafe fn drop_it<F>(p: *mut ()) {
            drop(Box::from_raw(p as *mut F))
        }
        unsafe fn call<F: Fn(&[u8]) -> usize>(p: *const (), b: &[u8]) -> usize {
            (*(p as *const F))(b)
        }
        unsafe fn clone<F: Fn(&[u8]) -> usize + Clone + 'static>(p: *const ()) -> Erased {
            Erased::new((*(p as *const F)).clone())
        }
        struct H<F>(PhantomData<F>);
        impl<F: Fn(&[u8]) -> usize + Clone + 'static> H<F> {
            const VT: VTable = VTable {
                drop: drop_it::<F>,
                call: call::<F>,
                clone: Some(clone::<F>),
                size: mem::size_of::<F>(),
            };
        }
        Erased {
            data: Box::into_raw(Box::new(f)).cast(),
            vt: &H::<F>::VT,
        }
    }
    pub fn call(&self, b: &[u8]) -> usize {
        unsafe { (self.vt.call)(self.data, b) }
    }
    pub fn dup(&self) -> Option<Erased> {
        self.vt.clone.map(|f| unsafe { f(self.data) })
    }
    pub fn sized<T>(&self) -> Option<&T> {
        if self.vt.size == mem::size_of::<T>() {
            Some(unsafe { &*self.data.cast() })
        } else {
            None
        }
    }
}
impl Drop for Erased {
    fn drop(&mut self) {
        unsafe { (self.vt.drop)(self.data) }
    }
}
pub fn bytes(b: &mut [u8], s: &str, w: &[u32]) -> Option<usize> {
    let (p, n) = (b.as_mut_ptr(), b.len());
    let end = unsafe { p.add(n) };
    let mut at = p;
    let mut sum = 0;
    while at < end {
        unsafe {
            sum += *at as usize;
            *at ^= 0xff;
            at = at.offset(1);
        }
    }
    let words = unsafe { std::slice::from_raw_parts(w.as_ptr().cast::<u8>(), w.len() * 4) };
    let (a, m, z) = unsafe { words.align_to::<u64>() };
    let c = unsafe { s.get_unchecked(..1).as_bytes().get_unchecked(0) };
    for (i, x) in words.iter().enumerate() {
        unsafe {
            if *words.as_ptr().add(i) != *x {
                return None;
            }
            p.add(i).write(*b.get_unchecked(i));
            ptr::swap(p, p.add(1));
            [p, end].iter().for_each(|q| {
                q.read();
            });
        }
    }
    let r: Result<usize, ()> = (0..n).try_fold(0, |acc, i| {
        if unsafe { *p.add(i) } == 0 {
            Err(())
        } else {
            Ok(acc + unsafe { p.add(i).read_volatile() as usize })
        }
    });
    let f = |x: *const u8| -> u8 { unsafe { *x } };
    let g: Box<dyn Fn(*const u8) -> u8> = Box::new(|x| unsafe { x.read_unaligned() });
    let arr: [u16; 2] = unsafe { mem::transmute([1u8, 2, 3, 4]) };
    let h = unsafe { *(&arr as *const _ as *const u32) } as usize;
    let mut u: [MaybeUninit<String>; 2] = unsafe { MaybeUninit::uninit().assume_init() };
    for x in &mut u {
        x.write(String::new());
    }
    let v = unsafe { mem::transmute::<_, [String; 2]>(u) };
    let k = unsafe {
        v.iter()
            .map(|s| s.as_ptr().wrapping_add(1))
            .map(|p| p.sub(1).cast::<()>())
            .count()
    };
    r.ok()
        .map(|x| x + sum + h + k + f(end) as usize + g(p) as usize + *c as usize)
}
