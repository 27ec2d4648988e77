// edition: 2021
// Places and patterns, unions, callables, traits, operators, async code and nested items.
#![allow(warnings)]
use std::cell::{Cell, UnsafeCell};
use std::collections::HashMap;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::ops::{Add, AddAssign, Deref, DerefMut, Index, IndexMut, Neg, Not, RangeFrom};
use std::pin::Pin;
use std::ptr::{self, addr_of, addr_of_mut, NonNull};
use std::rc::Rc;
use std::sync::Arc;

// 1. places and patterns
#[derive(Clone, Copy)]
pub struct Node {
    value: u32,
    next: *mut Node,
    pair: (u8, [u16; 3]),
}
#[derive(Clone, Copy)]
pub union Bits {
    int: u32,
    float: f32,
    bytes: [u8; 4],
    node: *mut Node,
    inner: Inner,
    un: Sub,
    t: (u8, u16),
    r: &'static u32,
}
#[derive(Clone, Copy)]
pub struct Inner {
    a: u8,
    b: u16,
    c: Sub,
}
#[derive(Clone, Copy)]
pub union Sub {
    x: u8,
    y: i8,
    z: (u8, i8),
}
pub enum Holder {
    One(Bits),
    Two { bits: Bits, n: u8 },
    Three(*const u32),
    Four(Box<Bits>),
}
#[repr(packed)]
pub struct Packed {
    a: u8,
    b: u32,
    c: Bits,
}

pub fn places(p: *mut Node, pp: *const *mut Node, n: &mut Node, rp: &*const Node, bp: Box<*mut Node>) -> u32 {
    unsafe {
        (*p).value = 3;
        (*(*p).next).value += (*(*n).next).value;
        (**pp).value = (**pp).pair.1[2] as u32;
        let Node { value, next, .. } = *p;
        let Node {
            value: ref v,
            pair: (ref mut a, [x, .., y]),
            ..
        } = *p;
        let r = &(*p).value;
        let m = &mut (*p).pair.1[..];
        let q = &raw const (*p).value;
        let q = &raw mut (*(*p).next).pair.1;
        let q = addr_of!((*p).pair.1[0]);
        let q = addr_of_mut!(*p);
        let q = addr_of!((*(*p).next).next);
        let z = (**rp).value + (**bp).value + (*(**bp).next).value;
        match *p {
            Node { value: 3..=5, .. } => 1,
            Node { value, .. } if value == (*p).value => 2,
            _ => 3,
        };
        match (*p).next {
            x if x.is_null() => {}
            x => {
                (*x).value;
            }
        }
        if let Node { pair: (1, _), .. } = &*p {}
        while let (0, [_, k, _]) = (*p).pair {
            (*p).pair.0 += 1;
        }
        let _ = *p;
        let _ = &*p;
        let _ = (*p).value;
        _ = *p;
        _ = (*p).next;
        (_, (*p).value) = (1, 2);
        [(*p).pair.1[0], _, n.pair.1[1]] = [1, 2, 3];
        Node { value: (*p).value, .. } = *n;
        (*p).value;
        *(p);
        *{ p };
        *if true { p } else { *pp };
        (*match *pp {
            x => x,
        })
        .value;
        let s: &[Node] = &*ptr::slice_from_raw_parts(p, 2);
        for Node { value, .. } in s.iter() {}
        for x in (*p).pair.1 {}
        let t = [*p; 2];
        let t = (*p, *p).0.value;
        let t = *&*p;
        let t = *&mut *p;
        (*p..*p).start.value;
        let c = || *p;
        let c = move || {
            (*p).value += 1;
            (*p).value
        };
        c();
        let d: &dyn Fn() -> u32 = &|| (*p).value;
        let x = &mut *(p as *mut u32);
        *x as u64 + *p.cast::<u64>();
        return (*p).value
            + loop {
                break (*p).value;
            };
    }
}

// 2. unions
pub fn unions(
    mut u: Bits,
    h: Holder,
    pk: Packed,
    r: &Bits,
    m: &mut Bits,
    o: Option<Bits>,
    arr: [Bits; 2],
    bx: Box<Bits>,
    md: ManuallyDrop<Bits>,
) -> u32 {
    u.int = 1;
    u.inner.a = 2;
    u.inner.c.x = 3;
    u.un.z.0 = 4;
    u.t.1 = 1;
    m.float = 1.0;
    m.inner.c.z = (1, 2);
    (u.int, m.inner.b) = (1, 2);
    unsafe {
        u.int + r.int + m.int + bx.int + md.int + arr[0].int + o.unwrap().int + pk.c.int;
        u.bytes[0] = u.bytes[1];
        u.bytes[1] += 1;
        u.int += 1;
        (*u.node).value = 1;
        *u.r;
        u.inner.c.z.0;
        u.un.x;
        u.inner.c = Sub { x: 1 };
        let a = &u.bytes;
        let b = &mut u.inner.c;
        let c = &u;
        let d = &raw const u.inner.c.z;
        let e = addr_of!(u.bytes[1]);
        let f = addr_of_mut!(u.un.z.1);
        let Bits { int } = u;
        let Bits { bytes: [x, ..] } = u;
        let Bits {
            inner: Inner { a, c: Sub { x }, .. },
        } = u;
        let Bits { t: (_, _) } = u;
        let Bits { t: (_, k) } = u;
        let Bits { int: _ } = u;
        let Bits { int: ref q } = u;
        let Bits { inner: Inner { .. } } = u;
        match u {
            Bits { int: 5 } => 1,
            Bits { float } if float > 1.0 => 2,
            Bits { un: Sub { x: 3 | 4 } } => 3,
            Bits { bytes: whole @ [1, ..] } => 4,
            _ => 5,
        };
        match h {
            Holder::One(Bits { int }) => int,
            Holder::Two {
                bits: Bits { t: (1, _) },
                n,
            } => 1,
            Holder::Two {
                bits: Bits { r: &n }, ..
            } => 2,
            Holder::Three(p) => *p,
            Holder::Four(b) => b.int,
            _ => 2,
        };
        match &u {
            Bits { int: 1 } => {}
            &Bits { bytes: [a, ..] } => {}
            _ => {}
        }
        match (&mut u, 1) {
            (Bits { inner }, _) => {
                inner.a = 1;
            }
        }
        if let Some(Bits { un: Sub { y: -1 } }) = o {}
        let f = |Bits { int }: Bits| int;
        let g = |u: &Bits| u.float;
        fn h2(Bits { int: _ }: Bits) {}
        matches!(u, Bits { int: 1 } | Bits { float: _ });
        let [Bits { int: i0 }, _] = arr;
        let (Bits { un: Sub { x: x0 } }, _) = (u, 1);
        mem::size_of_val(&u.inner);
        let n = Bits { int: u.int };
        (if true { u } else { *r }).int;
        { u }.int;
        (&u).int;
        (*m).bytes.len();
        m.bytes.iter().sum::<u8>();
        u.node.is_null();
        u.t == (1, 2);
        -u.float;
        !u.int;
        [u.int; 2];
        u.int..u.int;
        u.int as f32;
        return u.int;
    }
}
pub fn in_params(x: u8) -> u32 {
    let f = |u: Bits| unsafe {
        let Bits { int } = u;
        int
    };
    f(Bits { int: 1 })
}
pub unsafe fn param_pattern(Bits { int }: Bits, Sub { x }: Sub) -> u32 {
    int
}

// 3. callables
pub unsafe fn plain(x: u32) -> u32 {
    x
}
pub unsafe extern "C" fn ext(x: u32) -> u32 {
    x
}
pub type UnsafeFn = unsafe fn(u32) -> u32;
pub struct Table {
    call: unsafe fn(u32) -> u32,
    arr: [unsafe fn(u32) -> u32; 2],
    opt: Option<unsafe extern "C" fn(u32) -> u32>,
    safe: fn(u32) -> u32,
    bx: Box<UnsafeFn>,
}
pub fn returns() -> unsafe fn(u32) -> u32 {
    plain
}
pub const CONST_FN: unsafe fn(u32) -> u32 = plain;
pub static STATIC_FN: [UnsafeFn; 2] = [plain, plain];
pub struct Callee(Table);
impl Deref for Callee {
    type Target = Table;
    fn deref(&self) -> &Table {
        &self.0
    }
}
pub fn pointers(
    t: &Table,
    c: Callee,
    m: &HashMap<u8, UnsafeFn>,
    v: Vec<UnsafeFn>,
    f: &UnsafeFn,
    ff: &&mut UnsafeFn,
) -> u32 {
    let local = plain;
    let typed: UnsafeFn = plain;
    let tup = (plain as UnsafeFn, 1);
    unsafe {
        (t.call)(1)
            + (t.arr[0])(2)
            + t.arr[1](3)
            + t.opt.unwrap()(4)
            + (t.safe)(1)
            + (t.bx)(2)
            + (c.call)(3)
            + (c.opt.unwrap())(4)
            + m[&1](2)
            + v[0](1)
            + f(1)
            + (*f)(2)
            + ff(3)
            + local(1)
            + typed(2)
            + tup.0(3)
            + returns()(1)
            + CONST_FN(1)
            + STATIC_FN[1](2)
            + (if true { plain } else { plain })(1)
            + (|x| plain(x))(2)
            + v.iter().map(|g| g(1)).sum::<u32>()
            + v.first().map_or(0, |g| unsafe { g(2) })
            + { plain }(3)
            + (plain as unsafe fn(u32) -> u32)(1)
            + mem::transmute::<_, fn(u32) -> u32>(plain as *const ())(1)
            + (mem::transmute::<usize, UnsafeFn>(1))(1)
    }
}
// 4. traits, deref, generics
pub unsafe trait Risky {
    unsafe fn risk(&self) -> u32;
    unsafe fn stat() -> u32;
    unsafe fn given(&self) -> u32 {
        self.risk()
    }
    fn calm(&self) -> u32 {
        unsafe { self.risk() + Self::stat() }
    }
    unsafe fn boxed(self: Box<Self>) {}
    unsafe fn generic_risk<T: Risky>(&self, t: T) -> u32 {
        t.risk()
    }
}
unsafe impl Risky for u32 {
    unsafe fn risk(&self) -> u32 {
        *self
    }
    unsafe fn stat() -> u32 {
        1
    }
}
unsafe impl<T: Risky + ?Sized> Risky for &T {
    unsafe fn risk(&self) -> u32 {
        (**self).risk()
    }
    unsafe fn stat() -> u32 where {
        2
    }
}
pub trait Obj {
    unsafe fn obj(&self) -> u32;
}
impl Obj for u8 {
    unsafe fn obj(&self) -> u32 {
        1
    }
}
impl dyn Obj {
    unsafe fn inherent(&self) -> u32 {
        self.obj()
    }
}
pub struct Smart<T>(T);
impl<T> Deref for Smart<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> DerefMut for Smart<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
pub struct Danger;
impl Danger {
    unsafe fn go(&self) -> u32 {
        1
    }
    unsafe fn mk() -> Danger {
        Danger
    }
    unsafe fn take(self) {}
    unsafe fn pin(self: Pin<&mut Self>) {}
    unsafe fn rc(self: Rc<Self>) {}
    const RISK: UnsafeFn = plain;
    fn safe(&self) {}
}
pub fn traits<R: Risky, I: Iterator<Item = R>>(
    r: R,
    i: I,
    d: &dyn Obj,
    b: Box<dyn Obj>,
    s: Smart<Rc<Danger>>,
    mut sp: Smart<*const u32>,
    a: Arc<Smart<u32>>,
) -> u32 {
    unsafe {
        r.risk()
            + R::stat()
            + Risky::risk(&r)
            + <R as Risky>::risk(&r)
            + <u32 as Risky>::stat()
            + u32::stat()
            + 3u32.given()
            + (&&3u32).risk()
            + r.generic_risk(4u32)
            + r.generic_risk::<u32>(5)
            + d.obj()
            + b.obj()
            + (&1u8 as &dyn Obj).inherent()
            + Obj::obj(d)
            + Obj::obj(&*b)
            + s.go()
            + Danger::mk().go()
            + **sp
            + *sp.0
            + a.risk()
            + (Danger::RISK)(1)
            + {
                s.safe();
                1
            }
    }
}
pub fn more<R: Risky>(v: Vec<Box<dyn Risky2>>, i: impl Iterator<Item = R>, f: impl Fn() -> Danger, o: Option<&Danger>) {
    unsafe {
        for x in &v {
            x.r2();
        }
        for y in i {
            y.risk();
        }
        f().take();
        o.map(|d| d.go());
        Pin::new(&mut Danger).pin();
        Rc::new(Danger).rc();
        v.iter().for_each(|x| x.r2());
        Box::new(3u32).boxed();
        let g = Danger::go;
        g(&Danger);
        let h: unsafe fn(&Danger) -> u32 = Danger::go;
        h(&Danger);
        [Danger::go][0](&Danger);
        let k = <u32 as Risky>::risk;
        k(&1);
    }
}
pub trait Risky2 {
    unsafe fn r2(&self);
}
// 5. operators on results, std
pub struct Num(u32);
impl Add for Num {
    type Output = *const u32;
    fn add(self, o: Num) -> *const u32 {
        &3
    }
}
impl Neg for Num {
    type Output = UnsafeFn;
    fn neg(self) -> UnsafeFn {
        plain
    }
}
impl Index<u8> for Num {
    type Output = Bits;
    fn index(&self, _: u8) -> &Bits {
        todo!()
    }
}
impl IndexMut<u8> for Num {
    fn index_mut(&mut self, _: u8) -> &mut Bits {
        todo!()
    }
}
pub fn operators(
    mut n: Num,
    c: &UnsafeCell<Node>,
    nn: NonNull<Node>,
    mu: &mut MaybeUninit<Node>,
    cell: &Cell<*const u8>,
    s: &str,
    v: &mut Vec<u8>,
) {
    unsafe {
        *(Num(1) + Num(2));
        (-Num(1))(3);
        n[1].int;
        n[2].int = 3;
        n[3].inner.a = 4;
        n[4].bytes[0] = 1;
        (*c.get()).value;
        nn.as_ref().value;
        (*nn.as_ptr()).value;
        mu.assume_init_ref().value;
        (*mu.as_mut_ptr()).next;
        *cell.get();
        s.get_unchecked(1..);
        v.set_len(1);
        v.get_unchecked_mut(0);
        String::from_utf8_unchecked(vec![]);
        std::str::from_utf8_unchecked(b"");
        char::from_u32_unchecked(65);
        5u8.unchecked_add(1);
        Some(1).unwrap_unchecked();
        Ok::<u8, u8>(1).unwrap_unchecked();
        std::hint::unreachable_unchecked();
    }
    unsafe {
        Box::from_raw(ptr::null_mut::<u8>());
        ptr::read(&1);
        ptr::null::<u8>().add(1).read();
        ptr::copy(s.as_ptr(), v.as_mut_ptr(), 1);
        mem::zeroed::<u8>();
        v.as_ptr().offset(1);
        <*const u8>::add(v.as_ptr(), 1);
        Rc::<u8>::from_raw(ptr::null());
        Pin::new_unchecked(&mut 1).get_unchecked_mut();
        NonNull::<u8>::dangling().as_ref();
        std::slice::from_raw_parts(v.as_ptr(), 1)[0];
        let x: &mut [u8] = v;
        x.align_to::<u32>();
        "".as_bytes().as_ptr().read_volatile();
        std::alloc::alloc(std::alloc::Layout::new::<u8>());
        ManuallyDrop::drop(&mut ManuallyDrop::new(1));
    }
}
// 6. async, nested items, closures across
pub async fn asynced(p: *const u32) -> u32 {
    let x = unsafe { *p };
    let y = async { unsafe { *p } };
    unsafe { async { *p }.await + { async move { plain(1) } }.await };
    let z = async || ();
    x + y.await
}
pub async unsafe fn unsafe_async(p: *const u32) -> u32 {
    async { *p }.await
}
pub fn nested(p: *const u32) -> u32 {
    unsafe {
        unsafe_async(p);
        fn inner(p: *const u32) -> u32 {
            unsafe { *p }
        }
        struct Local;
        impl Local {
            unsafe fn m(&self) -> u32 {
                1
            }
        }
        Local.m();
        let c = || {
            let d = || *p;
            d() + {
                const K: u32 = unsafe { mem::transmute(1i32) };
                K
            }
        };
        c();
        [0u8; {
            const fn n() -> usize {
                3
            }
            n()
        }];
        const { unsafe { mem::transmute::<u32, i32>(3) } };
        static mut LOCAL: u32 = 0;
        LOCAL += 1;
        if LOCAL > 0 && *p == 1 || !(*p == 2) {}
        'a: {
            if *p == 3 {
                break 'a;
            }
        }
        let Some(x) = p.as_ref() else {
            *p;
            return *p;
        };
        *p
    }
}
