// Locks and cells in every position. Below each function: what it records of guards (see guards.py).
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, RwLock, RwLockReadGuard, TryLockError};

struct Inner { n: Mutex<u8>, list: RefCell<Vec<u8>> }
struct Outer { inner: Arc<Mutex<Inner>>, map: RwLock<HashMap<u8, u8>> }
struct Holder<'a> { guard: MutexGuard<'a, u8>, other: u8 }
static GLOBAL: Mutex<u8> = Mutex::new(3);

fn statement(m: &Mutex<Vec<u8>>) { m.lock().unwrap(); m.lock().unwrap().push(1); let _ = m.lock().map(|g| g.len()); }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g @1 Mutex
//~ release g @1 scope_end
fn argument(m: &Mutex<Vec<u8>>) -> usize { take(m.lock().unwrap().len(), &m.lock().unwrap()) }
fn take(a: usize, b: &Vec<u8>) -> usize { a + b.len() }
fn given(m: &Mutex<u8>) -> u8 { by_value(m.lock().unwrap()) }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
fn by_value(g: MutexGuard<'_, u8>) -> u8 { *g }
//~ acquire g @1 Mutex
//~ release g @1 scope_end
fn nested(o: &Outer) -> u8 { *o.inner.lock().unwrap().n.lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ attempt @2 lock
//~ lock @2 Mutex taken
//~ acquire _ @2 Mutex
//~ release _ @2 scope_end
//~ release _ @1 scope_end
fn chained(o: &Outer) -> usize { o.inner.lock().unwrap().list.borrow().len() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ attempt @2 borrow
//~ borrow _ @2 shared
//~ release _ @2 scope_end
//~ release _ @1 scope_end
fn scrutinee(m: &Mutex<Option<u8>>) -> u8 { match *m.lock().unwrap() { Some(n) => n, None => 0 } }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn scrutinee2(c: &RefCell<Option<u8>>) -> u8 { if let Some(n) = c.borrow().as_ref() { *n } else { c.borrow().is_none() as u8 } }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn looped(c: &RefCell<Vec<u8>>) -> u32 { let mut s = 0; for x in c.borrow().iter() { s += *x as u32; } s }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn popping(c: &RefCell<Vec<u8>>) { while let Some(x) = c.borrow_mut().pop() { let _y = x; } }
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
fn condition(c: &RefCell<Vec<u8>>) -> bool { if c.borrow().is_empty() { c.borrow_mut().push(1); true } else { false } }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn tail(c: &RefCell<String>) -> usize { c.borrow().len() }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn local_tail() -> usize { let c = RefCell::new(String::from("abc")); let n = c.borrow().len(); n }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn extended(c: &RefCell<Vec<u8>>) -> u8 { let v = &*c.borrow(); let w = &c.borrow()[..]; v[0] + w[0] }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ release _ of c @1 scope_end
fn extended_mut(c: &RefCell<Vec<u8>>) { let v = &mut *c.borrow_mut(); v.push(1); v.push(2); }
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
fn reference(c: &RefCell<Vec<u8>>) -> usize { let r: &Ref<Vec<u8>> = &c.borrow(); r.len() }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn matched(m: &Mutex<u8>) -> u8 { let g = match m.lock() { Ok(g) => g, Err(p) => p.into_inner() }; *g }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ move g @1
//~ acquire g @1 Mutex
//~ release g @1 scope_end
fn matched2(m: &Mutex<u8>) -> u8 { match m.lock() { Ok(g) => *g, Err(_) => 0 } }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 scope_end
fn let_else(m: &Mutex<u8>) -> u8 { let Ok(g) = m.lock() else { return 0 }; *g }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 scope_end
fn if_let(m: &Mutex<u8>) -> u8 { if let Ok(mut g) = m.try_lock() { *g += 1; *g } else { 0 } }
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 scope_end
fn if_let_underscore(m: &Mutex<u8>) -> bool { if let Ok(_) = m.try_lock() { m.try_lock().is_err() } else { false } }
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex refused
//~ release _ of m @1 scope_end
fn ignored(c: &RefCell<u8>) -> u8 { let _ = c.borrow(); let _ = c.borrow_mut(); 1 }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
fn question(m: &Mutex<u8>) -> Option<u8> { let g = m.lock().ok()?; Some(*g) }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 scope_end
fn expect(m: &RwLock<u8>) -> u8 { let g = m.read().expect("poisoned"); let h = m.read().expect("poisoned"); *g + *h }
//~ attempt of m @1 read
//~ lock of m @1 RwLock::read taken
//~ acquire g of m @1 RwLock::read
//~ attempt of m @1 read
//~ lock of m @1 RwLock::read taken
//~ acquire h of m @1 RwLock::read
//~ release h of m @1 scope_end
//~ release g of m @1 scope_end
fn mapped(c: &RefCell<Vec<String>>) -> usize { let s = Ref::map(c.borrow(), |v| &v[0]); let t = Ref::clone(&s); s.len() + t.len() }
//~ borrow s of c @1 shared
//~ borrow t @1 shared
//~ release t @1 scope_end
//~ release s of c @1 scope_end
fn mapped_mut(c: &RefCell<Vec<String>>) { let mut s = RefMut::map(c.borrow_mut(), |v| &mut v[0]); s.push('x'); RefMut::map(s, |s| s).push('y'); }
//~ borrow s of c @1 mut
//~ move s @1
//~ borrow _ @1 mut
//~ release _ @1 scope_end
fn moved(m: &Mutex<u8>) -> u8 { let g = m.lock().unwrap(); let h = g; let r = *h; drop(h); r }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ move g to h @1
//~ move h @1
fn conditional(m: &Mutex<u8>, b: bool) -> bool { let g = m.lock().unwrap(); if b { drop(g); } m.try_lock().is_ok() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ move g @1
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex refused
//~ release g of m @1 scope_end
fn helper(m: &Mutex<u8>) -> MutexGuard<'_, u8> { m.lock().unwrap() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
fn helped(m: &Mutex<u8>) -> u8 { let g = helper(m); let n = *g; drop(g); n + *helper(m) }
//~ acquire g @1 Mutex
//~ move g @1
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
fn in_struct(m: &Mutex<u8>) -> u8 { let h = Holder { guard: m.lock().unwrap(), other: 1 }; *h.guard + h.other }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
fn in_tuple(m: &Mutex<u8>, c: &RefCell<u8>) -> u8 { let (a, b) = (m.lock().unwrap(), c.borrow()); *a + *b }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire a of m @1 Mutex
//~ borrow b of c @2 shared
//~ release b of c @2 scope_end
//~ release a of m @1 scope_end
fn in_some(m: &Mutex<u8>) -> u8 { let mut o = Some(m.lock().unwrap()); let g = o.take().unwrap(); *g }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g @1 Mutex
//~ release g @1 scope_end
fn reassigned(m: &Mutex<u8>, n: &Mutex<u8>) -> u8 { let mut g = m.lock().unwrap(); let a = *g; g = n.lock().unwrap(); a + *g }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ attempt of n @2 lock
//~ lock of n @2 Mutex taken
//~ release g of m @1 assign
//~ acquire g of n @2 Mutex
//~ release g of n @2 scope_end
fn late(m: &Mutex<u8>) -> u8 { let g; g = m.lock().unwrap(); *g }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 scope_end
fn branches(a: &RefCell<u8>, b: &RefCell<u8>, left: bool) -> u8 { let g = if left { a.borrow() } else { b.borrow() }; *g }
//~ attempt of a @1 borrow
//~ borrow g of a @1 shared
//~ release g of a @1 scope_end
//~ attempt of b @1 borrow
//~ borrow g of b @1 shared
//~ release g of b @1 scope_end
fn block(a: &RefCell<u8>) -> u8 { let g = { let _x = 1; a.borrow() }; *g }
//~ attempt of a @1 borrow
//~ borrow g of a @1 shared
//~ release g of a @1 scope_end
fn global() -> u8 { *GLOBAL.lock().unwrap() += 1; *GLOBAL.lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
fn ufcs(m: &Arc<Mutex<u8>>, c: &RefCell<u8>) -> u8 { let g = Mutex::lock(m).unwrap(); *g + *RefCell::borrow(c) + *<RefCell<u8>>::borrow(&c) }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ attempt of c @2 borrow
//~ borrow _ of c @2 shared
//~ attempt of c @2 borrow
//~ borrow _ of c @2 shared
//2021~ release g of m @1 scope_end
//~ release _ of c @2 scope_end
//~ release _ of c @2 scope_end
//2024~ release g of m @1 scope_end
fn through(m: &mut Mutex<u8>) -> MutexGuard<'_, u8> { m.lock().unwrap() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
fn closures(m: &Mutex<u8>) -> impl Fn() -> u8 + '_ { || *m.lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
fn field_closure<'a>(o: &'a Outer) -> impl Fn() -> usize + 'a { move || o.map.read().unwrap().len() }
//~ attempt @1 read
//~ lock @1 RwLock::read taken
//~ acquire _ @1 RwLock::read
//~ release _ @1 scope_end
fn iter(ms: &[Mutex<u8>]) -> u32 { ms.iter().map(|m| *m.lock().unwrap() as u32).sum::<u32>() + ms.iter().filter_map(|m| m.lock().ok()).map(|g| *g as u32).sum::<u32>() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @2 lock
//~ lock of m @2 Mutex taken
//~ acquire _ of m @2 Mutex
//~ release _ of m @2 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g @1 Mutex
//~ release g @1 scope_end
//~ attempt of m @2 lock
//~ lock of m @2 Mutex taken
//~ acquire g @2 Mutex
//~ release g @2 scope_end
fn indexed(ms: &Vec<Mutex<u8>>, i: usize) -> u8 { let a = *ms[i].lock().unwrap(); a + *ms[next(i) - 1].lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
fn next(i: usize) -> usize { println!("next"); i + 1 }
fn made() -> Arc<Mutex<u8>> { Arc::new(Mutex::new(4)) }
fn temporary() -> u8 { let n = *made().lock().unwrap(); n + *Mutex::new(1).lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
//~ attempt @2 lock
//~ lock @2 Mutex taken
//~ acquire _ @2 Mutex
//~ release _ @2 scope_end
fn waiting(p: &Arc<(Mutex<bool>, Condvar)>) -> bool {
    let mut g = p.0.lock().unwrap();
    let q = p.clone();
    let t = std::thread::spawn(move || wake(&q));
    while !*g { g = p.1.wait(g).unwrap(); }
    drop(g);
    t.join().is_ok()
}
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire g @1 Mutex
//~ move g @1
//~ acquire g @1 Mutex
//~ move g @1
fn wake(p: &(Mutex<bool>, Condvar)) { *p.0.lock().unwrap() = true; p.1.notify_all(); }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
fn waiting2(p: &(Mutex<bool>, Condvar)) -> bool { let g = p.1.wait_while(p.0.lock().unwrap(), |b| !*b).unwrap(); *g }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire g @1 Mutex
//~ release g @1 scope_end
fn waiting3(p: &(Mutex<bool>, Condvar)) -> bool { let (g, t) = p.1.wait_timeout(p.0.lock().unwrap(), std::time::Duration::from_millis(1)).unwrap(); *g && !t.timed_out() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire g @1 Mutex
//~ release g @1 scope_end
fn poisoned(m: &Mutex<u8>) -> u8 {
    let a = m.lock().is_err() as u8;
    let b = *m.lock().unwrap_or_else(|p| p.into_inner());
    let c = match m.try_lock() { Ok(g) => *g, Err(TryLockError::Poisoned(p)) => **p.get_ref() + 10, Err(TryLockError::WouldBlock) => 99 };
    a + b + c
}
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
fn try_cells(c: &RefCell<u8>) -> u8 {
    let g = c.borrow_mut();
    let r = c.try_borrow();
    let a = r.is_err() as u8;
    let b = match c.try_borrow_mut() { Ok(_) => 0, Err(_) => 1 };
    let d = if let Ok(x) = c.try_borrow() { *x } else { 7 };
    let e = c.try_borrow().map(|x| *x).unwrap_or(20);
    drop(g);
    let s = c.try_borrow();
    a + b + d + e + s.is_ok() as u8 + c.try_borrow().map(|x| *x).unwrap_or(100)
}
//~ attempt of c @1 borrow_mut
//~ borrow g of c @1 mut
//~ attempt of c @1 try_borrow
//~ borrow of c @1 shared refused
//~ attempt of c @1 try_borrow_mut
//~ borrow of c @1 mut refused
//~ attempt of c @1 try_borrow
//~ borrow of c @1 shared refused
//~ attempt of c @1 try_borrow
//~ borrow of c @1 shared refused
//~ move g @1
//~ attempt of c @1 try_borrow
//~ borrow s of c @1 shared
//~ borrow x @1 shared
//~ release x @1 scope_end
//~ release s of c @1 scope_end
fn returned(c: &RefCell<Vec<u8>>) -> Option<u8> { for i in 0..3 { if let Some(x) = c.borrow().get(i) { return Some(*x); } } None }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 return
fn breaking(c: &RefCell<Vec<u8>>) -> u8 { loop { match c.borrow().first() { Some(x) if *x > 3 => break *x, _ => break 0 } } }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 break
fn macros(c: &RefCell<Vec<u8>>, m: &Mutex<u8>) { println!("{:?} {} {}", c.borrow(), m.lock().unwrap(), *c.borrow().first().unwrap_or(&0)); assert_eq!(*c.borrow(), c.borrow().clone()); let v = vec![c.borrow().len()]; assert!(v.len() == c.borrow().len().min(1), "{}", c.borrow().len()); }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ attempt of m @2 lock
//~ lock of m @2 Mutex taken
//~ acquire _ of m @2 Mutex
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ release _ of m @2 scope_end
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn operators(c: &RefCell<u8>, d: &RefCell<u8>) -> u8 { *c.borrow_mut() += *d.borrow(); *c.borrow() + *d.borrow() * *c.borrow() }
//~ attempt of d @1 borrow
//~ borrow _ of d @1 shared
//~ attempt of c @2 borrow_mut
//~ borrow _ of c @2 mut
//~ release _ of c @2 scope_end
//~ release _ of d @1 scope_end
//~ attempt of c @2 borrow
//~ borrow _ of c @2 shared
//~ attempt of d @1 borrow
//~ borrow _ of d @1 shared
//~ attempt of c @2 borrow
//~ borrow _ of c @2 shared
//~ release _ of c @2 scope_end
//~ release _ of d @1 scope_end
//~ release _ of c @2 scope_end
fn and(c: &RefCell<u8>) -> bool { *c.borrow() > 0 && *c.borrow_mut() > 0 || c.borrow().to_string() == "x" }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
fn self_ref(c: &RefCell<u8>) -> String { format!("{}{:?}", c.borrow(), c.try_borrow_mut().is_ok()) }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ attempt of c @1 try_borrow_mut
//~ borrow of c @1 mut refused
//~ release _ of c @1 scope_end
fn reads(l: &RwLock<Vec<u8>>) -> usize { let r: RwLockReadGuard<Vec<u8>> = l.read().unwrap(); r.len() + l.try_read().unwrap().len() + l.try_write().is_err() as usize }
//~ attempt of l @1 read
//~ lock of l @1 RwLock::read taken
//~ acquire r of l @1 RwLock::read
//~ attempt of l @1 try_read
//~ lock of l @1 RwLock::read taken
//~ acquire _ of l @1 RwLock::read
//~ attempt of l @1 try_write
//~ lock of l @1 RwLock::write refused
//2024~ release _ of l @1 scope_end
//~ release r of l @1 scope_end
//2021~ release _ of l @1 scope_end
fn generic<T: Clone + Default>(c: &RefCell<T>) -> T { let g = c.borrow(); let v = g.clone(); drop(g); *c.borrow_mut() = T::default(); v }
//~ attempt of c @1 borrow
//~ borrow g of c @1 shared
//~ move g @1
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
fn unsized_cell(c: &RefCell<[u8]>, d: &Mutex<dyn Fn() -> u8 + Send>) -> u8 { let a = c.borrow()[0] + (d.lock().unwrap())(); a + (*d.lock().unwrap())() }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ attempt of d @2 lock
//~ lock of d @2 Mutex taken
//~ acquire _ of d @2 Mutex
//~ release _ of d @2 scope_end
//~ release _ of c @1 scope_end
//~ attempt of d @2 lock
//~ lock of d @2 Mutex taken
//~ acquire _ of d @2 Mutex
//~ release _ of d @2 scope_end
fn shadow(c: &RefCell<u8>) -> u8 { let g = c.borrow(); let g = *g; g }
//~ attempt of c @1 borrow
//~ borrow g of c @1 shared
//~ release g of c @1 scope_end
fn double(c: &RefCell<u8>) { let _g = c.borrow_mut(); let _h = c.borrow(); }
//~ attempt of c @1 borrow_mut
//~ borrow _g of c @1 mut
//~ attempt of c @1 borrow
//~ release _g of c @1 panic
fn double_tail(c: &RefCell<u8>) -> RefMut<'_, u8> { let _g = c.borrow(); c.borrow_mut() }
//~ attempt of c @1 borrow
//~ borrow _g of c @1 shared
//~ attempt of c @1 borrow_mut
//~ release _g of c @1 panic
fn labeled(c: &RefCell<Vec<u8>>) -> u8 { 'a: { if c.borrow().is_empty() { break 'a 0; } c.borrow()[0] } }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn ret(m: &Mutex<u8>) -> u8 { return *m.lock().unwrap(); }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 return
fn dropped(m: &Mutex<u8>) { drop(m.lock().unwrap()); std::mem::drop(m.lock()); }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken

struct Tree { children: RefCell<Vec<Rc<Tree>>>, name: RefCell<String> }
impl Tree {
    fn add(&self, child: Rc<Tree>) -> usize { self.children.borrow_mut().push(child); self.children.borrow().len() }
//~ attempt @1 borrow_mut
//~ borrow _ @1 mut
//~ release _ @1 scope_end
//~ attempt @1 borrow
//~ borrow _ @1 shared
//~ release _ @1 scope_end
    fn names(&self) -> String { self.children.borrow().iter().map(|t| t.name.borrow().clone()).collect() }
//~ attempt @1 borrow
//~ borrow _ @1 shared
//~ attempt @2 borrow
//~ borrow _ @2 shared
//~ release _ @2 scope_end
//~ release _ @1 scope_end
    fn rename(self: &Rc<Self>, to: &str) { *self.name.borrow_mut() = to.to_string(); self.name.borrow_mut().push('!'); }
//~ attempt @1 borrow_mut
//~ borrow _ @1 mut
//~ release _ @1 scope_end
//~ attempt @1 borrow_mut
//~ borrow _ @1 mut
//~ release _ @1 scope_end
}
trait Eat { fn eat(self) -> u8; fn look(&self) -> u8; }
impl Eat for MutexGuard<'_, u8> { fn eat(self) -> u8 { *self } fn look(&self) -> u8 { **self } }
fn eaten(m: &Mutex<u8>) -> u8 { m.lock().unwrap().eat() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
fn looked_at(m: &Mutex<u8>) -> u8 { m.lock().unwrap().look() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
struct Counted { inner: Mutex<u8>, derefs: Cell<u8> }
impl std::ops::Deref for Counted { type Target = Mutex<u8>; fn deref(&self) -> &Mutex<u8> { self.derefs.set(self.derefs.get() + 1); println!("deref"); &self.inner } }
fn user_deref(c: &Counted) -> u8 { let a = *c.lock().unwrap(); let g = c.lock().unwrap(); a + *g }
//~ attempt of c @1 lock
//~ lock of c @1 Mutex taken
//~ acquire _ of c @1 Mutex
//~ release _ of c @1 scope_end
//~ attempt of c @1 lock
//~ lock of c @1 Mutex taken
//~ acquire g of c @1 Mutex
//~ release g of c @1 scope_end
fn by_deref<L: std::ops::Deref<Target = RefCell<u8>>>(l: L) -> u8 { *l.borrow_mut() += 1; let g = l.borrow(); *g }
//~ attempt of l @1 borrow_mut
//~ borrow _ of l @1 mut
//~ release _ of l @1 scope_end
//~ attempt of l @1 borrow
//~ borrow g of l @1 shared
//~ release g of l @1 scope_end
fn boxed(m: Box<Mutex<u8>>) -> u8 { *m.lock().unwrap() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn references(m: &&Mutex<u8>, n: &mut &Mutex<u8>) -> u8 { let a = *m.lock().unwrap(); a + *n.lock().unwrap() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of n @1 lock
//~ lock of n @1 Mutex taken
//~ acquire _ of n @1 Mutex
//~ release _ of n @1 scope_end
fn raw(m: &Mutex<u8>) -> u8 { let p = m as *const Mutex<u8>; unsafe { *(*p).lock().unwrap() } }
//~ attempt of p @1 lock
//~ lock of p @1 Mutex taken
//~ acquire _ of p @1 Mutex
//~ release _ of p @1 scope_end
struct Refs<'a> { m: &'a Mutex<u8>, n: &'a mut Mutex<u8> }
impl<'a> Refs<'a> {
    fn guard(&self) -> MutexGuard<'a, u8> { self.m.lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
    fn into_guard(self) -> MutexGuard<'a, u8> { self.n.lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
    fn reader(&self) -> impl Fn() -> u8 + 'a { let m = self.m; move || *m.lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
}
fn refs(m: &Mutex<u8>, n: &mut Mutex<u8>) -> u8 { let r = Refs { m, n }; let a = *r.guard(); let b = r.reader()(); let g = r.into_guard(); a + b + *g }
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
//~ acquire g @2 Mutex
//~ release g @2 scope_end
thread_local! { static LOCAL: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) }; }
static LAZY: LazyLock<Mutex<u8>> = LazyLock::new(|| { println!("lazy"); Mutex::new(7) });
fn statics() -> usize { LOCAL.with(|l| l.borrow_mut().push(1)); LOCAL.with_borrow_mut(|l| l.push(2)); let n = *LAZY.lock().unwrap() as usize; n + LOCAL.with(|l| l.borrow().len()) }
//~ attempt of l @1 borrow_mut
//~ borrow _ of l @1 mut
//~ release _ of l @1 scope_end
//~ attempt @2 lock
//~ lock @2 Mutex taken
//~ acquire _ @2 Mutex
//~ release _ @2 scope_end
//~ attempt of l @1 borrow
//~ borrow _ of l @1 shared
//~ release _ of l @1 scope_end
fn sliced(c: &RefCell<Vec<u8>>) -> u8 { let a = first(&c.borrow()[..]); a + first(&mut c.borrow_mut()[..]) }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
fn first(s: &[u8]) -> u8 { s.first().copied().unwrap_or(1) }
fn questioned(m: &Mutex<Vec<u8>>) -> Option<u8> { let t = m.lock().unwrap().first()?.checked_add(1)?; Some(t) }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn optional(m: &Mutex<u8>) -> bool { let o = Some(m.lock()); o.is_some() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
fn trying(m: &Mutex<u8>) -> u8 { let mut n = 0; while let Ok(g) = m.try_lock() { n += *g; if n > 1 { break; } } n }
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 scope_end
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 break
fn guarded_arm(c: &RefCell<Option<u8>>) -> u8 { match c.try_borrow() { Ok(g) if g.is_some() => g.unwrap_or(0), Ok(_) => 8, Err(_) => 9 } }
fn written(m: &Mutex<String>) -> String { write!(m.lock().unwrap(), "{}", 1).unwrap(); let g = m.lock().unwrap(); format!("{g}") }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 scope_end
fn implemented(c: &RefCell<u8>) -> impl std::ops::Deref<Target = u8> + '_ { c.borrow() }
fn scoped(m: &Mutex<u8>) -> u8 { std::thread::scope(|s| { s.spawn(|| *m.lock().unwrap() += 1); }); *m.lock().unwrap() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn swapped(c: &RefCell<u8>) -> u8 { c.replace(3); c.swap(&RefCell::new(4)); c.take() }
fn cloned(c: &RefCell<Vec<u8>>) -> Vec<u8> { let a = c.borrow().clone(); let b = c.borrow().to_vec(); [a, b].concat() }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn in_closure(c: &RefCell<u8>) -> u8 { let add = |n: u8| { let mut g = c.borrow_mut(); *g += n; *g }; add(1) + add(2) }
//~ attempt @1 borrow_mut
//~ borrow g @1 mut
//~ release g @1 scope_end
//~ attempt @1 borrow_mut
//~ borrow g @1 mut
//~ release g @1 scope_end
fn held_by_loop(c: &RefCell<u8>) -> u8 { for _ in 0..2 { let g = c.borrow_mut(); if *g > 200 { continue; } drop(g); } *c.borrow() }
//~ attempt of c @1 borrow_mut
//~ borrow g of c @1 mut
//~ move g @1
//~ attempt of c @1 borrow_mut
//~ borrow g of c @1 mut
//~ move g @1
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn nested_match(a: &RefCell<Option<u8>>, b: &RefCell<u8>) -> u8 { match (*a.borrow(), &*b.borrow()) { (Some(x), y) => x + y, _ => 0 } }
//~ attempt of a @1 borrow
//~ borrow _ of a @1 shared
//~ attempt of b @2 borrow
//~ borrow _ of b @2 shared
//~ release _ of b @2 scope_end
//~ release _ of a @1 scope_end
fn chained_if(a: &RefCell<u8>) -> u8 { if *a.borrow() == 100 { 1 } else if *a.borrow() > 200 { 2 } else { *a.borrow() } }
//~ attempt of a @1 borrow
//~ borrow _ of a @1 shared
//~ release _ of a @1 scope_end
//~ attempt of a @1 borrow
//~ borrow _ of a @1 shared
//~ release _ of a @1 scope_end
//~ attempt of a @1 borrow
//~ borrow _ of a @1 shared
//~ release _ of a @1 scope_end
fn parenthesized(m: &Mutex<(u8, u8)>) -> u8 { (m.lock().unwrap()).1 + (m.lock()).unwrap().0.min(1) }
fn assigned(m: &Mutex<(u8, Vec<u8>)>) { m.lock().unwrap().0 = 5; m.lock().unwrap().1[0] += 1; *(&mut m.lock().unwrap().0) = 6; }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn returned_early(m: &Mutex<u8>) -> Result<u8, String> { let g = m.lock().map_err(|e| e.to_string())?; if *g > 0 { return Ok(*g); } Err("no".into()) }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire g of m @1 Mutex
//~ release g of m @1 return
fn error_mapped(m: &Mutex<Vec<u8>>) -> Result<usize, String> { Ok(m.lock().map_err(|e| e.to_string())?.len()) }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn referenced(m: &Mutex<u8>) -> u8 { let g = &m.lock().unwrap(); let h = &mut m.try_lock().map_or(0, |g| *g).clone(); **g + *h }
async fn awaited(c: &RefCell<u8>) -> u8 { let g = c.borrow(); ready(*g).await; ready(*c.borrow()).await + *g }
//~ attempt of c @1 borrow
//~ borrow g of c @1 shared
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//2024~ release _ of c @1 scope_end
//~ release g of c @1 scope_end
//2021~ release _ of c @1 scope_end
async fn ready(n: u8) -> u8 { n }
fn run<F: std::future::Future>(f: F) -> F::Output {
    let mut f = std::pin::pin!(f);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop { if let std::task::Poll::Ready(x) = f.as_mut().poll(&mut context) { return x; } }
}

mod own {
    pub struct Mutex(pub u8);
    impl Mutex { pub fn lock(&self) -> Result<u8, ()> { Ok(self.0) } pub fn borrow(&self) -> u8 { self.0 } }
}
fn not_ours(m: &own::Mutex) -> u8 { let g = m.lock().unwrap(); g + m.borrow() }

fn named_argument(c: &RefCell<u8>) -> String { format!("{it}{}", 1, it = c.borrow()) }
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end
fn fixed_option(m: &Mutex<u8>) -> u8 { let o = m.try_lock().ok(); let n = o.as_ref().map_or(0, |g| **g); n + m.try_lock().is_err() as u8 }
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire o of m @1 Mutex
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex refused
//~ release o of m @1 scope_end
fn emptied(m: &Mutex<u8>) -> bool { let mut o = m.try_lock().ok(); drop(o.take()); m.try_lock().is_ok() }
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn by_ref(m: &Mutex<u8>) -> u8 { match m.lock() { Ok(ref g) => **g, Err(ref e) => **e.get_ref() } }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn matched_reference(m: &Mutex<u8>) -> u8 { if let Ok(g) = &m.lock() { **g } else { 0 } }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn extended_field(c: &RefCell<(u8, u8)>) -> u8 { let n = &mut c.borrow_mut().0; *n += 1; *n }
//~ attempt of c @1 borrow_mut
//~ borrow _ of c @1 mut
//~ release _ of c @1 scope_end
fn closure_result(m: &Mutex<u8>) -> u8 { let lock = || m.lock().unwrap(); let g = lock(); let n = *g; drop(g); n + *lock() }
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire g @1 Mutex
//~ move g @1
//~ attempt @1 lock
//~ lock @1 Mutex taken
//~ acquire _ @1 Mutex
//~ release _ @1 scope_end
fn in_array(m: &Mutex<u8>) -> usize { [m.lock().unwrap()].len() }
//~ attempt of m @1 lock
//~ lock of m @1 Mutex taken
fn wildcard(m: &Mutex<u8>) -> u8 { match m.try_lock() { Ok(_) => 1, _ => 0 } }
//~ attempt of m @1 try_lock
//~ lock of m @1 Mutex taken
//~ acquire _ of m @1 Mutex
//~ release _ of m @1 scope_end
fn unit(c: &RefCell<()>) { let g = c.borrow_mut(); drop(g); c.borrow(); }
//~ attempt of c @1 borrow_mut
//~ borrow g of c @1 mut
//~ move g @1
//~ attempt of c @1 borrow
//~ borrow _ of c @1 shared
//~ release _ of c @1 scope_end

fn main() {
    println!("{} {} {}", named_argument(&RefCell::new(1)), fixed_option(&Mutex::new(1)), emptied(&Mutex::new(1)));
    println!("{} {} {}", by_ref(&Mutex::new(1)), matched_reference(&Mutex::new(2)), extended_field(&RefCell::new((1, 2))));
    println!("{} {} {}", closure_result(&Mutex::new(1)), in_array(&Mutex::new(2)), wildcard(&Mutex::new(2)));
    unit(&RefCell::new(()));
    let tree = Rc::new(Tree { children: RefCell::new(vec![]), name: RefCell::new("a".into()) });
    println!("{}", tree.add(Rc::new(Tree { children: RefCell::new(vec![]), name: RefCell::new("b".into()) })));
    tree.rename("c"); println!("{} {}", tree.names(), tree.name.borrow());
    let lone = Mutex::new(1u8);
    println!("{} {}", eaten(&lone), looked_at(&lone));
    let counted = Counted { inner: Mutex::new(2), derefs: Cell::new(0) };
    println!("{} {}", user_deref(&counted), counted.derefs.get());
    println!("{} {} {} {}", by_deref(Rc::new(RefCell::new(1))), boxed(Box::new(Mutex::new(2))), references(&&lone, &mut &lone), raw(&lone));
    println!("{} {}", refs(&lone, &mut Mutex::new(3)), statics());
    println!("{} {:?} {}", sliced(&RefCell::new(vec![3])), questioned(&Mutex::new(vec![3])), optional(&lone));
    println!("{} {} {} {}", trying(&lone), guarded_arm(&RefCell::new(None)), written(&Mutex::new(String::new())), *implemented(&RefCell::new(3)));
    println!("{}", scoped(&lone));
    println!("{} {:?} {}", swapped(&RefCell::new(1)), cloned(&RefCell::new(vec![1])), in_closure(&RefCell::new(1)));
    println!("{} {}", held_by_loop(&RefCell::new(1)), nested_match(&RefCell::new(Some(1)), &RefCell::new(2)));
    println!("{} {}", chained_if(&RefCell::new(9)), { let m = Mutex::new((0, vec![1])); assigned(&m); m.into_inner().unwrap().0 });
    println!("{:?} {:?} {}", returned_early(&lone), error_mapped(&Mutex::new(vec![])), run(awaited(&RefCell::new(4))));
    println!("{}", not_ours(&own::Mutex(1)));
    let _ = (parenthesized as fn(&Mutex<(u8, u8)>) -> u8, referenced as fn(&Mutex<u8>) -> u8);
    positions();
}

fn positions() {
    let v = Mutex::new(vec![1u8]); let m = Mutex::new(1u8); let n = Mutex::new(2u8);
    let c = RefCell::new(vec![1u8, 2]); let k = RefCell::new(5u8);
    statement(&v); println!("{} {}", { let g = v.lock().unwrap().len(); g }, 0);
    let x = RwLock::new(3u8);
    let o = Outer { inner: Arc::new(Mutex::new(Inner { n: Mutex::new(4), list: RefCell::new(vec![1]) })), map: RwLock::new(HashMap::new()) };
    println!("{} {} {}", given(&m), nested(&o), chained(&o));
    println!("{} {}", scrutinee(&Mutex::new(Some(3))), scrutinee2(&RefCell::new(Some(3))));
    println!("{} {} {}", looped(&c), condition(&c), extended(&c));
    extended_mut(&c); println!("{} {} {}", reference(&c), tail(&RefCell::new("ab".into())), local_tail());
    println!("{} {} {} {} {}", matched(&m), matched2(&m), let_else(&m), if_let(&m), if_let_underscore(&m));
    println!("{} {:?} {}", ignored(&k), question(&m), expect(&x));
    let s = RefCell::new(vec![String::from("abc")]); mapped_mut(&s); println!("{}", mapped(&s));
    println!("{} {} {} {}", moved(&m), conditional(&m, true), conditional(&m, false), helped(&m));
    println!("{} {} {} {}", in_struct(&m), in_tuple(&m, &k), in_some(&m), reassigned(&m, &n));
    println!("{} {} {} {} {}", late(&m), branches(&k, &k, true), branches(&k, &k, false), block(&k), global());
    println!("{}", ufcs(&Arc::new(Mutex::new(1)), &k));
    { let mut z = Mutex::new(9); let g = through(&mut z); println!("{}", *g); }
    println!("{} {} {}", closures(&m)(), field_closure(&o)(), iter(&[Mutex::new(1), Mutex::new(2)]));
    println!("{} {}", indexed(&vec![Mutex::new(1)], 0), temporary());
    let p = Arc::new((Mutex::new(false), Condvar::new())); println!("{} {} {}", waiting(&p), waiting2(&p), waiting3(&p));
    let _ = std::panic::catch_unwind(|| { let _g = n.lock().unwrap(); panic!("poison") });
    println!("{} {}", n.is_poisoned(), poisoned(&n));
    println!("{}", try_cells(&k));
    println!("{:?} {}", returned(&c), breaking(&c)); macros(&c, &m); popping(&c);
    println!("{} {} {}", operators(&k, &RefCell::new(1)), and(&k), self_ref(&k));
    println!("{} {}", reads(&RwLock::new(vec![1])), generic(&RefCell::new(5u8)));
    println!("{}", unsized_cell(&RefCell::new([1u8]), &Mutex::new(|| 3u8)));
    println!("{} {} {}", shadow(&k), labeled(&c), ret(&m)); dropped(&m);
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| double(&k)));
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| { double_tail(&k); }));
    let _ = argument as fn(&Mutex<Vec<u8>>) -> usize;
}
