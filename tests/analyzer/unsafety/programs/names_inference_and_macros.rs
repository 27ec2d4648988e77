// edition: 2024
// Unions with wrappers, names that hide each other, inference, wakers and futures, items by macros, conditions.
#![allow(warnings)]
use std::borrow::Cow;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::ops::{ControlFlow, Deref, DerefMut, Range};
use std::pin::{Pin, pin};
use std::ptr::{self, NonNull};
use std::rc::{Rc, Weak};
use std::sync::{Arc, LazyLock, Mutex, RwLock};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker, ready};

// 1. unions with wrappers
pub union Slot<T> {
    full: ManuallyDrop<T>,
    empty: (),
    raw: MaybeUninit<u8>,
    arr: [MaybeUninit<u16>; 2],
    cell: ManuallyDrop<Cell<u8>>,
    opt: Option<&'static u8>,
    f: fn(u32) -> u32,
    uf: unsafe fn(u32) -> u32,
}
pub struct Pt {
    x: i32,
    y: i32,
    s: String,
}
pub type SlotPt = Slot<Pt>;
pub enum Tree<T> {
    Leaf(Slot<T>),
    Node(Box<Tree<T>>, Box<Tree<T>>),
    Nil,
}
pub fn slots(mut u: Slot<Pt>, m: &mut SlotPt, t: &mut Tree<Pt>, v: &mut Vec<SlotPt>, mut c: Cow<'static, [u8]>) -> i32 {
    u.empty = ();
    u.full = ManuallyDrop::new(Pt {
        x: 1,
        y: 2,
        s: String::new(),
    });
    m.raw = MaybeUninit::new(1);
    v[0].empty = ();
    m.opt = None;
    (u.empty, m.raw) = ((), MaybeUninit::uninit());
    unsafe {
        (*u.full).x = 3;
        (*m.full).y += 1;
        (*v[1].full).s.push('a');
        (*m.full).x = 2;
        m.full.deref_mut().y = 1;
        *m.full = Pt {
            x: 1,
            y: 1,
            s: String::new(),
        };
        u.arr[0] = MaybeUninit::new(1);
        u.arr[1].assume_init();
        u.cell.set(1);
        u.opt.map(|x| *x);
        (u.f)(1);
        (u.uf)(2);
        ManuallyDrop::drop(&mut u.full);
        ManuallyDrop::take(&mut m.full);
        ManuallyDrop::into_inner(ptr::read(&m.full));
        m.raw.assume_init();
        match t {
            Tree::Leaf(Slot { empty: () }) => {}
            Tree::Leaf(s) => {
                s.full.x = 1;
            }
            Tree::Node(a, b) => match (&**a, &mut **b) {
                (Tree::Leaf(l), Tree::Leaf(r)) => {
                    r.full.x = l.full.x;
                }
                (Tree::Nil, _) | (_, Tree::Nil) => {}
                _ => {}
            },
            Tree::Nil => {}
        }
        if let Tree::Leaf(Slot { full }) = t
            && full.x == 1
            && let Some(SlotPt { opt: Some(k) }) = v.first()
            && **k == m.raw.assume_init_read()
        {
            full.y = 1
        }
        for s in v.iter_mut() {
            s.full.x += 1;
            let Slot { arr: [a, ref b] } = *s;
        }
        let n = v
            .iter()
            .map(|s| s.full.x)
            .filter(|x| *x > u.full.x)
            .max()
            .unwrap_or(u.full.y);
        v.drain(..).for_each(|mut s| ManuallyDrop::drop(&mut s.full));
        let Some(Slot { full: p }) = v.pop() else {
            return u.full.x;
        };
        let cl = move || p.x;
        u.full.x + n + cl()
    }
}
// 2. names: shadows, imports, preludes
pub unsafe fn un(x: u32) -> u32 {
    x
}
pub fn ok(x: u32) -> u32 {
    x
}
pub static mut COUNT: u32 = 0;
pub unsafe fn take() {}
pub mod deep {
    pub mod er {
        pub unsafe fn un(x: u32) -> u32 {
            x
        }
        pub fn take() {}
        pub static mut COUNT: u8 = 1;
        pub const CONST: u8 = 3;
        #[derive(Clone, Copy)]
        pub struct un_like;
    }
    pub use er::un as renamed;
    pub use er::*;
    pub fn call() {
        unsafe {
            un(1);
            self::un(1);
            super::un(1);
            super::deep::er::un(2);
            crate::un(1);
            super::COUNT += 1;
            COUNT += 1;
            er::COUNT;
        }
        take();
        unsafe { super::take() }
    }
    pub trait Ext {
        unsafe fn ext(&self) -> u8;
        fn calm(&self) -> u8 {
            1
        }
    }
    impl<T: ?Sized> Ext for T {
        unsafe fn ext(&self) -> u8 {
            1
        }
    }
}
use deep::Ext as _;
pub struct Both;
impl Both {
    pub fn same(&self) {}
    pub unsafe fn differ(&self) {}
    pub unsafe fn by_ref(&self) {}
    pub fn by_val(self) {}
    unsafe fn stat() {}
}
pub trait Other {
    unsafe fn same(&self);
    fn differ(&self);
    fn by_ref(self);
    unsafe fn by_val(&mut self);
    fn stat();
}
impl Other for Both {
    unsafe fn same(&self) {}
    fn differ(&self) {}
    fn by_ref(self) {}
    unsafe fn by_val(&mut self) {}
    fn stat() {}
}
impl Other for &Both {
    unsafe fn same(&self) {}
    fn differ(&self) {}
    fn by_ref(self) {}
    unsafe fn by_val(&mut self) {}
    fn stat() {}
}
pub fn names(b: Both, rb: &Both, mut mb: Both) {
    b.same();
    (&b).same();
    unsafe {
        Other::same(&b);
        <Both as Other>::same(&b);
        Other::same(&&b);
        b.differ();
        rb.differ();
        Both::stat();
        deep::renamed(1);
        3u8.ext();
        "".ext();
        b.ext();
    }
    Other::differ(&b);
    <Both as Other>::stat();
    3u8.calm();
    (&&b).differ_it();
    let un = |x: u32| x + 1;
    un(1);
    {
        unsafe fn un(x: u32) -> u32 {
            x
        }
        unsafe { un(2) };
    }
    {
        use deep::un;
        unsafe { un(3) };
    }
    {
        use deep::*;
        take();
        unsafe { crate::take() };
    }
    {
        fn take() {}
        take();
        let f = crate::un;
        unsafe { f(1) };
    }
    {
        static mut COUNT: u16 = 0;
        unsafe {
            COUNT += 1;
            crate::COUNT += COUNT as u32;
        }
    }
    {
        const un: fn(u32) -> u32 = ok;
    }
    enum E {
        take(u8),
        Un,
    }
    use E::take as mk;
    mk(1);
    unsafe { take() };
    let ok = deep::er::un;
    unsafe { ok(1) };
    let (ok, _) = (super_ok as fn(u32) -> u32, 1);
    ok(2);
    mb.by_ref();
    rb.by_ref_it();
    {
        let mut z = Both;
        z.by_val();
        let mut y = &Both;
        unsafe { y.by_val() };
    }
}
fn super_ok(x: u32) -> u32 {
    x
}
trait It {
    fn differ_it(&self) {}
    fn by_ref_it(&self) {}
}
impl<T> It for T {}
// 3. inference
pub struct Ptr<T>(*mut T);
impl<T> Ptr<T> {
    fn get(&self) -> *mut T {
        self.0
    }
    unsafe fn val(&self) -> &mut T {
        unsafe { &mut *self.0 }
    }
    unsafe fn map<U>(self, f: impl FnOnce(*mut T) -> *mut U) -> Ptr<U> {
        Ptr(f(self.0))
    }
    fn opt(&self) -> Option<NonNull<T>> {
        NonNull::new(self.0)
    }
}
impl<T> Clone for Ptr<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ptr<T> {}
impl<T> From<*mut T> for Ptr<T> {
    fn from(p: *mut T) -> Self {
        Ptr(p)
    }
}
impl<T> Iterator for Ptr<T> {
    type Item = *mut T;
    fn next(&mut self) -> Option<*mut T> {
        None
    }
}
impl<T> Extend<T> for Ptr<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, it: I) {
        for x in it {
            unsafe {
                *self.0 = x;
                self.0 = self.0.add(1);
            }
        }
    }
}
pub fn inference(
    p: Ptr<Ptr<u32>>,
    m: BTreeMap<u8, Vec<*const u32>>,
    q: VecDeque<Option<*mut u8>>,
    e: Result<*const u8, *mut u16>,
    lk: &Mutex<*mut u32>,
    rc: Rc<RefCell<Vec<*const u8>>>,
    f: &dyn Fn(u8) -> *const u8,
    w: Weak<*const u8>,
) -> Result<u32, u16> {
    unsafe {
        let a = *p.get();
        *a.get() = 1;
        *p.val().val() += 1;
        let mut b: Vec<_> = p.map(|x| (*x).get()).collect();
        *b[0] = 2;
        b.iter().for_each(|x| **x = 3);
        for x in p {
            (*x).val();
            *(*x).0 = 2;
            for y in *x {
                *y = 1;
            }
        }
        m.values().flatten().map(|x| **x).sum::<u32>();
        m.get(&1).and_then(|v| v.first()).map_or(0, |x| **x);
        m[&1][0].read();
        m.iter().flat_map(|(k, v)| v.iter().map(move |x| **x + *k as u32)).max();
        q.iter().flatten().map(|x| **x).count();
        q.iter().filter_map(|x| x.map(|y| *y)).fold(0, |a, b| a + b);
        if let Some(Some(x)) = q.back() {
            **x;
        }
        match e {
            Ok(x) => *x as u16,
            Err(x) => *x,
        };
        e.map(|x| *x).map_err(|x| *x).is_ok();
        let z = *e.map_err(|x| *x)?;
        **lk.lock().unwrap() = 1;
        let mut g = lk.lock().unwrap();
        **g += 1;
        (*g).add(1).write(2);
        rc.borrow().iter().for_each(|x| {
            x.read();
        });
        *rc.borrow()[0];
        rc.borrow_mut().push(f(1));
        *f(1);
        (*f)(2).read();
        w.upgrade().map(|x| **x);
        *Some(f(1)).unwrap();
        [f(1), f(2)].map(|x| *x);
        let (c, d) = (f(1), &f(2));
        *c + **d;
        let s = Some(f).map(|f| *f(3));
        (|| f(1))().read();
        let k = if z > 1 { f(1) } else { ptr::null() };
        *k;
        let mut l = None;
        l = Some(f(2));
        *l.unwrap();
        let n = Default::default();
        let n: *mut u8 = n_of(n);
        *n = 1;
        std::iter::successors(Some(f(1)), |x| Some(x.add(1)))
            .take(2)
            .map(|x| *x)
            .sum::<u8>();
        let o: Ptr<u8> = n.into();
        *o.0;
        Ptr::from(n).val();
        p.opt().unwrap().as_ref().val();
        p.opt().map(|x| x.as_ref().get().read());
        let r = &mut *n;
        *r = 1;
        let t: &mut [*mut u8] = &mut [n, n];
        *t[0] = 1;
        t.swap(0, 1);
        let [x, y] = t else { panic!() };
        **x = **y;
        t.sort_by(|a, b| (**a).cmp(&**b));
        t.iter().copied().zip(t.iter()).all(|(a, b)| *a == **b);
        thread_it(move || {
            let n = n as usize;
        });
        let u: unsafe fn(&Ptr<u8>) -> &mut u8 = Ptr::val;
        u(&o);
        [un, un].iter().map(|f| f(1)).sum::<u32>();
        let v: Vec<Box<dyn Fn(u32) -> u32>> = vec![Box::new(|x| un(x)), Box::new(move |x| *n as u32)];
        v[0](1);
        Ok(*n as u32)
    }
}
fn n_of<T>(x: *mut T) -> *mut T {
    x
}
fn thread_it(f: impl FnOnce()) {}
trait Dflt {}
// 4. wakers, pins, futures
static VTABLE: RawWakerVTable = RawWakerVTable::new(cl, wk, wk, dr);
unsafe fn cl(p: *const ()) -> RawWaker {
    RawWaker::new(p, &VTABLE)
}
unsafe fn wk(p: *const ()) {
    unsafe { (*p.cast::<Cell<u8>>()).set(1) }
}
unsafe fn dr(p: *const ()) {
    drop(unsafe { Arc::from_raw(p as *const u8) });
}
pub struct Proj<F, T> {
    fut: F,
    val: T,
    _p: PhantomData<*const T>,
}
impl<F: Future<Output = T>, T> Future for Proj<F, T> {
    type Output = (T, u32);
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = unsafe { self.get_unchecked_mut() };
        let fut = unsafe { Pin::new_unchecked(&mut this.fut) };
        let out = ready!(fut.poll(cx));
        let w = unsafe { Waker::from_raw(cl(ptr::null())) };
        let mut c2 = Context::from_waker(&w);
        let p = &raw mut this.val;
        Poll::Ready((out, unsafe { p.cast::<u32>().read() + un(1) }))
    }
}
pub async fn futures(p: *const u8, s: &'static str) -> u8 {
    let a = async move || unsafe { *p };
    let b = a().await;
    let c = pin!(async { unsafe { *p } });
    let d = async {
        unsafe { un(1) };
        let e = unsafe { s.get_unchecked(1..) };
        if let x @ 1.. = unsafe { p.read() }
            && x > unsafe { *p }
        {
            return unsafe { *p.add(1) };
        }
        unsafe { *p }
    };
    match unsafe { *p } {
        n if n > unsafe { *p.add(n as usize) } => n,
        _ => d.await + c.await + unsafe { async { *p }.await },
    }
}
// 5. items by macros
macro_rules! items { ($($name:ident : $ty:ty = $e:expr),* ; $($f:ident($a:ident: $at:ty) $b:block)*) => { $(pub static mut $name: $ty = $e; impl Get for tags::$name { fn get(&self) -> $ty { unsafe { $name } } type T = $ty; })* $(pub unsafe fn $f($a: $at) -> u32 $b)* pub mod tags { $(pub struct $name;)* } pub trait Get { type T; fn get(&self) -> Self::T; } pub fn all() { $(unsafe { $name = $e; drop($name); })* } } }
items! { ALPHA: u32 = 1, BETA: Option<u8> = None; first(x: *const u32) { *x } second(y: &u32) { un(*y) } }
macro_rules! munch { (@acc [$($d:tt)*]) => { $($d)* }; (@acc [$($d:tt)*] $h:ident $($t:tt)*) => { munch!(@acc [$($d)* pub unsafe fn $h(p: *const u8) -> u8 { *p }] $($t)*); } }
munch!(@acc [] m1 m2);
macro_rules! vtable { ($t:ident { $($f:ident),* }) => { pub struct $t { $($f: unsafe fn(*const u8) -> u8),* } impl $t { $(pub fn $f(&self, p: *const u8) -> u8 { unsafe { (self.$f)(p) } })* pub const TABLE: $t = $t { $($f),* }; } } }
vtable!(Vt { m1, m2 });
macro_rules! with {
    ($p:pat = $e:expr => $b:expr) => {
        match $e {
            $p => unsafe { $b },
            _ => loop {},
        }
    };
}
macro_rules! me {
    ($s:ident . $f:ident) => {
        unsafe { *$s.$f }
    };
}
macro_rules! lets { ($($i:ident)*) => { $(let $i = unsafe { *$i };)* } }
macro_rules! maybe { ($e:expr $(, $m:ident)?) => { $e $(.$m())? } }
macro_rules! closure { (|$($a:ident),*| $b:expr) => { |$($a: *const u32),*| unsafe { $b } } }
pub struct Me {
    f: *const u32,
}
impl Me {
    pub fn me(&self, a: *const u32, b: *const u32) -> u32 {
        let n = with!(Some(x) = Some(a) => *x);
        lets!(a b);
        let c = closure!(|q, r| *q + *r + un(1));
        1 + unsafe {
            maybe!(self.f, read);
            maybe!(*self.f)
        } + me!(self.f)
            + a
            + b
            + c(self.f, self.f)
            + Vt::TABLE.m1(ptr::null()) as u32
            + unsafe { first(self.f) + m2(ptr::null()) as u32 + (Vt::TABLE.m2)(ptr::null()) as u32 }
    }
}
// 6. attributes and conditions
#[cfg_attr(all(), target_feature(enable = "avx"))]
fn by_attr() {}
#[cfg(all())]
pub unsafe fn here() {}
#[cfg(any())]
pub fn here() {}
#[cfg(not(any()))]
static mut ONLY: u8 = 1;
#[cfg(any())]
static ONLY: u8 = 1;
pub fn conditions(p: *const u8) {
    unsafe {
        by_attr();
        here();
        #[cfg(all())]
        {
            *p;
        }
        #[cfg(any())]
        {
            *p.nothing();
        }
        #[cfg(all())]
        let a = *p;
        #[cfg(any())]
        let a = missing(p);
        ONLY += 1;
        match 1 {
            #[cfg(any())]
            1 => {
                *p;
            }
            #[cfg(all())]
            1 => {
                *p.add(1);
            }
            _ => {}
        }
        let v = [
            #[cfg(any())]
            *p,
            #[cfg(all())]
            *p.add(2),
        ];
        if cfg!(any()) {
            *p;
        }
    }
    #[allow(unused_unsafe)]
    unsafe {
        *p;
    }
    #[inline]
    fn f() {}
}
pub const fn consts(p: &u8) -> u8 {
    const A: u8 = unsafe { *(&raw const *&3u8) };
    static B: LazyLock<u32> = LazyLock::new(|| unsafe { COUNT });
    let c: [u8; { unsafe { mem::transmute::<i8, u8>(3) as usize } }] = [unsafe { *(p as *const u8) }; 3];
    let d = const { unsafe { mem::zeroed::<u8>() } };
    unsafe { *ptr::from_ref(p).add(0) + A + d }
}
