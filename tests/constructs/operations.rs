#![allow(unused, unreachable_code)]
use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, channel, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

static CONFIG: OnceLock<String> = OnceLock::new();
thread_local! { static COUNT: Cell<u32> = const { Cell::new(0) }; }

struct Loud(&'static str);
impl Drop for Loud { fn drop(&mut self) { println!("drop {}", self.0); } }
fn loud(name: &'static str) -> Loud { Loud(name) }
impl Loud { fn some(&self) -> Option<&str> { Some(self.0) } fn cell(&self) -> Cell<u8> { Cell::new(1) } }

// types of the user that look like std's
mod mine {
    pub struct Cell(pub u8);
    impl Cell { pub fn get(&self) -> u8 { self.0 } pub fn set(&self, _: u8) {} }
    pub enum Option { Some(u8) }
    impl Option { pub fn unwrap(self) -> u8 { match self { Option::Some(x) => x } } }
    pub struct Wrapped(pub std::cell::Cell<u8>, pub std::cell::Cell<u32>);
    impl std::ops::Deref for Wrapped {
        type Target = std::cell::Cell<u8>;
        fn deref(&self) -> &std::cell::Cell<u8> { self.1.set(self.1.get() + 1); println!("deref {}", self.1.get()); &self.0 }
    }
}
fn shadowed() {
    let c = mine::Cell(4);
    c.set(c.get());
    println!("{}", mine::Option::Some(3).unwrap());
    let w = mine::Wrapped(Cell::new(2), Cell::new(0));
    w.set(3);
    println!("{}", w.get());
}
fn temporaries() {
    // the order of drops stays
    let n = loud("a").some().unwrap().len() + loud("b").some().unwrap().len();
    println!("n {n}");
    match loud("c").some().unwrap() { x => println!("in {x}") }
    if let Some(x) = Some(loud("d").some().unwrap().len()) { println!("if {x}"); }
    let y = &loud("e").cell().get();
    println!("y {y}");
    let held = Some(loud("f"));
    let z = held.as_ref().unwrap().0;
    println!("z {z}");
    held.unwrap();
    println!("end");
}
fn tail(c: &RefCell<Cell<u8>>) -> u8 { let _l = loud("local"); c.borrow().get() }
fn tail_unwrap(o: &RefCell<Option<u8>>) -> u8 { o.borrow().unwrap() }
fn coercions() {
    let o: Option<&[u8; 3]> = Some(&[1, 2, 3]);
    let s: &[u8] = o.unwrap();
    let b: Option<Box<Loud>> = Some(Box::new(Loud("boxed")));
    let d: Box<dyn Drop> = b.unwrap();
    let f: Option<fn(u8) -> u8> = Some(|x| x + 1);
    println!("{}", (f.unwrap())(1));
    let g: Box<dyn Fn(&str) -> usize> = Some(Box::new(|s: &str| s.len())).unwrap();
    println!("{}", g("abc"));
    let mut v = vec![1, 2, 3];
    let first: &mut i32 = v.first_mut().unwrap();
    *first += 1;
    *v.last_mut().unwrap() = v.len() as i32;
    *v.get_mut(1).expect("there") += 1;
    v.push(v.first().copied().unwrap());
    let p: *const i32 = v.first().unwrap();
    let n = None::<u8>.unwrap_or_default() as usize + v.len();
    let never: u8 = Err::<u8, &str>("x").unwrap_or_else(|e| if e.is_empty() { panic!("no") } else { 7 });
    println!("{v:?} {n} {never} {}", unsafe { *p });
    let leaked: &'static str = Box::leak(String::from("leak").into_boxed_str());
    let slice: &'static mut [u8] = Box::leak(Box::new([1u8, 2]));
    let raw: *mut [u8] = Box::into_raw(Box::new([1u8, 2]));
    let raw2: *const u8 = Box::into_raw(Box::new(2u8));
    unsafe { drop(Box::from_raw(raw)); drop(Box::from_raw(raw2 as *mut u8)); }
    println!("{leaked} {slice:?}");
}
fn two_phase(v: &mut Vec<Option<usize>>) { v.push(Some(v.len())); let n = v[0].unwrap(); v[n] = Some(v.last().unwrap().unwrap()); }
fn statements(c: &Cell<u8>) -> u8 {
    c.set(1);
    c.replace(2);
    if c.get() == 2 { c.set(3) } else { c.set(4) }
    match c.get() { 3 => c.set(5), _ => c.set(6) }
    { c.set(c.get() + 1) }
    let f = || c.set(c.get() * 2);
    f();
    (|| c.get())();
    c.swap(&Cell::new(9));
    c.update(|x| x + 1);
    Cell::set(c, 8);
    <Cell<u8>>::set(&c, 9);
    let rc = Rc::new(Cell::new(3)); rc.set(4); Cell::set(&rc, 5);
    let arr = [Cell::new(1u8), Cell::new(2)];
    arr[0].set(arr[1].get());
    let nested = Box::new((Cell::new(1), 2)); nested.0.set(5);
    COUNT.with(|n| n.set(n.get() + 1));
    COUNT.set(COUNT.get() + 1);
    println!("{}", COUNT.get());
    c.take() + rc.get() + arr[0].get() + nested.0.get()
}
fn captured<'a>(c: &'a Cell<u8>, t: &'a Sender<u8>) -> impl Fn() -> u8 + 'a { move || { t.send(1).unwrap(); c.set(c.get() + 1); c.get() } }
fn shorter<'a>(c: &'a Cell<u8>) -> Box<dyn Fn() -> u8 + 'a> { let k = c; Box::new(|| 1); let f = move || k.get(); Box::new(f) }
fn reborrowed<'a>(c: &'a Cell<u8>, out: &mut Vec<Box<dyn Fn() + 'a>>) { out.push(Box::new(|| c.set(1))); }
fn once() {
    println!("{}", CONFIG.get_or_init(|| "hi".to_string()));
    println!("{}", CONFIG.get_or_init(|| "ho".to_string()));
    println!("{:?}", CONFIG.get().map(|s| s.len()));
    struct Lazy { cell: OnceCell<Vec<u8>> }
    impl Lazy { fn get(&self) -> &Vec<u8> { self.cell.get_or_init(|| vec![1]) } fn own(&self) -> &OnceCell<Vec<u8>> { &self.cell } }
    let l = Lazy { cell: OnceCell::new() };
    println!("{:?} {:?}", l.get(), l.get());
    println!("{:?}", l.own().get_or_init(|| vec![2]));
    let r = std::panic::catch_unwind(|| { let o: OnceCell<u8> = OnceCell::new(); *o.get_or_init(|| panic!("in init")) });
    println!("{}", r.is_err());
    let o = OnceCell::new(); o.set(5u8).unwrap(); println!("{}", o.set(6).unwrap_err());
}
fn cows(words: &[&'static str]) -> Vec<Cow<'static, str>> {
    let mut out = Vec::new();
    for w in words {
        let mut c: Cow<'static, str> = if w.len() > 1 { Cow::Borrowed(w) } else { Cow::Owned(w.to_string()) };
        c.to_mut().push('!');
        let d = &mut c;
        d.to_mut().push('?');
        let mut up = || d.to_mut().push('.');
        up();
        let v: Vec<char> = c.to_mut().drain(..1).collect();
        out.push(c);
    }
    out
}
fn generic<T: Default + Clone, E: std::fmt::Debug>(o: Option<T>, r: Result<T, E>, c: &Cell<T>) -> T {
    c.set(o.clone().unwrap_or_default());
    let old = c.replace(r.unwrap());
    o.unwrap_or(old)
}
fn unsized_things() {
    let w: Weak<dyn Fn() -> u8> = { let r: Rc<dyn Fn() -> u8> = Rc::new(|| 5); let w = Rc::downgrade(&r); println!("{}", w.upgrade().unwrap()()); w };
    println!("{}", w.upgrade().is_none());
    let a: Arc<str> = Arc::from("abc"); let aw = Arc::downgrade(&a);
    println!("{}", aw.upgrade().map(|s| s.len()).unwrap_or(0));
    let c: &Cell<[u8]> = &Cell::new([1u8, 2]) as &Cell<[u8]>;
    println!("{}", c.as_slice_of_cells()[0].get());
}
fn threads() {
    let data = Arc::new(Mutex::new(vec![1]));
    let (tx, rx) = channel::<Box<dyn FnOnce() -> u8 + Send>>();
    let rx = Arc::new(Mutex::new(rx));
    let workers: Vec<_> = (0..2).map(|n| { let rx = Arc::clone(&rx); thread::spawn(move || { let mut sum = 0; loop { let job = rx.lock().unwrap().recv(); match job { Ok(job) => sum += job(), Err(_) => break } } sum }) }).collect();
    for i in 0..4u8 { tx.send(Box::new(move || i)).unwrap(); }
    drop(tx);
    println!("{}", workers.into_iter().map(|w| w.join().unwrap()).sum::<u8>());
    let h = thread::spawn(|| panic!("in thread"));
    println!("{}", h.join().is_err());
    let mut opt = Some(thread::spawn(|| 5));
    if let Some(h) = opt.take() { println!("{}", h.join().unwrap()); }
    let h = if data.lock().unwrap().len() == 1 { thread::spawn(|| 1) } else { thread::spawn(|| 2) };
    println!("{}", h.join().unwrap());
    let mut v = vec![1, 2, 3];
    let total = AtomicUsize::new(0);
    thread::scope(|s| {
        let handles = v.iter_mut().map(|x| s.spawn(|| { *x += 1; total.fetch_add(*x, Ordering::SeqCst); })).collect::<Vec<_>>();
        for h in handles { h.join().unwrap() }
        s.spawn(|| total.fetch_add(1, Ordering::SeqCst)).join().unwrap();
    });
    println!("{:?} {}", v, total.load(Ordering::SeqCst));
    match thread::Builder::new().stack_size(1 << 20).spawn(move || 3) { Ok(h) => println!("{}", h.join().unwrap()), Err(e) => panic!("{e}") }
    let b = || -> std::io::Result<u8> { let h = thread::Builder::new().spawn(|| 9)?; Ok(h.join().unwrap()) };
    println!("{}", b().unwrap());
}
struct Bus { tx: Sender<String>, rx: Receiver<String> }
impl Bus {
    fn say(&self, s: &str) { self.tx.send(s.to_owned()).unwrap(); }
    fn hear(&self) -> Result<String, mpsc::RecvError> { self.rx.recv() }
    fn rest(self) -> Vec<String> { let Bus { tx, rx } = self; drop(tx); let mut v = vec![]; for s in rx { v.push(s) } v }
}
fn channels() -> Result<(), Box<dyn std::error::Error>> {
    let (tx, rx) = channel();
    let bus = Bus { tx, rx };
    bus.say("a"); bus.say("b"); bus.say("c");
    println!("{}", bus.hear()?);
    println!("{}", bus.rx.recv_timeout(std::time::Duration::from_millis(10))?);
    for s in bus.rx.try_iter() { println!("try {s}"); }
    bus.say("d");
    println!("{:?}", bus.rest());
    let (tx, rx) = mpsc::sync_channel(2);
    let t2 = tx.clone();
    let h = thread::spawn(move || { for i in 0..3 { t2.send(i).unwrap(); } });
    drop(tx);
    'outer: for x in &rx { for y in rx.iter() { println!("{x} {y}"); continue 'outer; } }
    h.join().unwrap();
    let (a, b) = channel::<u8>();
    drop(b);
    println!("{}", a.send(1).is_err());
    while let Ok(x) = rx.try_recv() { println!("{x}"); }
    let pair: (Sender<u8>, Receiver<u8>) = channel();
    let (p, q) = pair;
    p.send(1)?;
    println!("{}", q.recv()? + { p.send(2)?; q.recv().unwrap() });
    Ok(())
}
fn uninit() {
    let mut arr: [MaybeUninit<String>; 2] = [const { MaybeUninit::uninit() }; 2];
    for (i, slot) in arr.iter_mut().enumerate() { slot.write(i.to_string()); }
    arr[0].write("again".into()).push('!');
    let out = arr.map(|m| unsafe { m.assume_init() });
    println!("{out:?}");
    let x = MaybeUninit::<u8>::zeroed(); println!("{}", unsafe { x.assume_init() });
}
fn macros(o: Option<u8>, c: &Cell<u8>) {
    println!("{} {o:?} {}", o.unwrap(), c.get());
    assert_eq!(o.unwrap(), 3, "{}", c.get());
    let v = vec![c.get(), o.unwrap()];
    let s = format!("{:>w$}", c.replace(5), w = o.expect("w") as usize);
    assert!(o.unwrap() == 3);
    println!("{v:?}{s}{}", matches!(o.unwrap(), 3));
}
fn panics() {
    for f in [|| { None::<u8>.unwrap(); }, || { Err::<u8, _>("bad").expect("msg"); }] {
        std::panic::set_hook(Box::new(|i| println!("at line {}", i.location().unwrap().line())));
        let _ = std::panic::catch_unwind(f);
        let _ = std::panic::take_hook();
    }
}
async fn fut(c: Option<u8>) -> u8 { async { c }.await.unwrap() }
fn is_send<T: Send>(t: T) -> T { t }
fn block_on<F: std::future::Future>(f: F) -> F::Output {
    let mut f = std::pin::pin!(f);
    let w = std::task::Waker::noop();
    loop { if let std::task::Poll::Ready(x) = f.as_mut().poll(&mut std::task::Context::from_waker(&w)) { return x } }
}
fn early(o: Option<u8>) -> Option<u8> { let x = Some(o?)?; Some(Some(x).unwrap()) }
fn loops() { let c = Cell::new(0); while c.get() < 3 { c.set(c.get() + 1); } for i in 0..c.get() { print!("{i} "); } println!(); loop { if c.take() == 3 { break; } } let b = loop { break c.get() }; println!("{b}"); }
fn main() {
    shadowed(); temporaries();
    println!("{}", tail(&RefCell::new(Cell::new(3)))); println!("{}", tail_unwrap(&RefCell::new(Some(2))));
    coercions(); let mut v = vec![]; two_phase(&mut v); println!("{v:?}");
    println!("{}", statements(&Cell::new(0)));
    let c = Cell::new(1); let (tx, rx) = channel(); println!("{} {}", captured(&c, &tx)(), shorter(&c)());
    let mut out = vec![]; reborrowed(&c, &mut out); for f in &out { f() }
    once(); println!("{:?}", cows(&["abc", "d"])); println!("{}", generic(Some(1), Ok::<_, ()>(2), &Cell::new(3)));
    unsized_things(); threads(); channels().unwrap(); uninit(); macros(Some(3), &c); panics(); println!("{}", block_on(is_send(fut(Some(4))))); println!("{:?}", early(Some(1))); loops();
}
